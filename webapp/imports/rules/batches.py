"""Batches of a file, made ready for the ledger as far as what is known of it allows, before any lock is taken."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.clock import Zone
from webapp.errors import Problem
from webapp.imports.rules.lines import SALE, Entry, Head, Line, total_of
from webapp.orders.shapes import GoodsBack, GoodsReturn, Sale, SaleLine

Stand = tuple[str | None, str | None, str | None, str | None, str | None]  # name, category, brand, vendor, price tier
Product = tuple[int, int, int | None, bool]  # id, version id, cost in minor units, whether its stock is counted


class Known:
    """What is known: products by SKU, version ids by (product id, where it stood), customer ids by code.

    seq: the last change of the shop that it takes into account. Its lookups raise KeyError for what is not known.
    """

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.versions: dict[tuple[int, Stand], int] = {}
        self.customers: dict[str | None, int | None] = {None: None}
        self.seq = 0

    def forget(self) -> None:
        """Know nothing: what was remembered may not be so."""
        self.__init__()  # type: ignore[misc]

    def version(self, product: Product, stand: Stand) -> int:
        """The version of a product that stood there."""
        return self.versions[product[0], stand]


MOST_LINES = 1_000
MOST_TEXT = 1 << 16
_TOO_MANY = f"belongs to an invoice of more than {MOST_LINES:,} lines"


@dataclass(slots=True)
class Part:
    """One sale or return of a batch, and what became of it. `ready` is None where something is not known yet; `left_out`
    counts rows of it that were imported before."""

    head: Head
    lines: list[Line]
    source: str
    of: "Part | None" = None
    ready: Sale | GoodsReturn | None = None
    order_id: int | None = None
    return_id: int | None = None
    repeated: bool = False
    left_out: int = 0
    refusal: Problem | None = None


@dataclass(slots=True)
class Batch:
    """Whole entries of a file and the position behind them, read so far as they can be without the ledger.

    known: what is known of the catalogue. by_name: a line keeps the name in its row (our own export). tried: it was run
    before, and that transaction failed. mends: the import whose rejected rows these are. laid: its sales, laid out for the
    ledger while nobody waits.
    """

    context: Any
    import_id: int
    position: str
    known: Known
    by_name: bool = False
    parts: list[Part] = field(default_factory=list)
    errors: list[tuple[Any, ...]] = field(default_factory=list)
    rejected: list[tuple[int, int, str]] = field(default_factory=list)
    repeated: int = 0
    tried: bool = False
    mends: int | None = None
    laid: Any = None


def fill(batch: Batch, entries: Sequence[Entry], zone: Zone, known_until: int, source: Any) -> Batch:
    """The batch with these entries. Rows up to `known_until` were entered by an earlier import of the same file.

    source: makes the text that is kept of some lines.
    """
    for entry in entries:
        first_row, named, faults = entry
        if first_row <= known_until:
            batch.repeated += rows_of(entry)
        elif named is None:
            batch.errors.extend((batch.import_id, first_row, *fault) for fault in _apart(faults))
            batch.rejected.append((batch.import_id, first_row, kept_text(faults[0][3])))
        else:
            _fill_family(batch, named, source)
    make_ready(batch, zone)
    return batch


def make_ready(batch: Batch, zone: Zone) -> None:
    """The parts of which everything is known are as the ledger takes them, but for the ids of customers not met yet."""
    for part in batch.parts:
        if part.of is None and part.ready is None:
            try:
                part.ready = ready(part, batch.known, zone, batch.by_name)
            except KeyError:
                pass


def strangers(lines: Iterable[Line], known: Known) -> list[Line]:
    """The first line of each product that is not known."""
    products = known.products
    firsts: dict[str, Line] = {}
    for line in lines:
        if line[2] not in products:
            firsts.setdefault(line[2], line)
    return list(firsts.values())


def lines_of(entries: Iterable[Entry], known_until: int) -> Iterator[Line]:
    """The lines that these entries would enter."""
    for first_row, named, _ in entries:
        if named is not None and first_row > known_until:
            for _, lines in named.values():
                if len(lines) <= MOST_LINES:
                    yield from lines


def lacking(batch: Batch) -> Iterator[Line]:
    """The lines of parts that are not ready, since something of them is not known."""
    return (line for part in batch.parts if part.ready is None for line in part.lines)


def sales_of(parts: Sequence[Part]) -> list[Any]:
    """The sales among these parts, as the ledger takes them."""
    return [part.ready for part in parts if part.ready.__class__ is Sale]


def _fill_family(batch: Batch, named: dict[str, tuple[Head, list[Line]]], source: Any) -> None:
    sale = None
    for name, (head, lines) in sorted(named.items(), key=_sale_first) if len(named) > 1 else named.items():
        if len(lines) > MOST_LINES:
            batch.errors.extend((batch.import_id, line[0], "", _TOO_MANY, str(len(lines))) for line in lines)
            batch.rejected.extend((batch.import_id, line[0], kept_text(line[1])) for line in lines)
            continue
        part = Part(head, lines, source(lines), None if name == SALE else sale)
        sale = part if name == SALE else sale
        batch.parts.append(part)


def _sale_first(named: tuple[str, Any]) -> bool:
    return named[0] != SALE


def kept_text(text: str) -> str:
    """As much of a rejected row as is kept for mending."""
    return text.rstrip("\r\n")[:MOST_TEXT].replace("\0", "\ufffd")


def _apart(faults: Sequence[tuple[str, str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """One fault a column, its value cut to what a list can show."""
    seen: set[str] = set()
    for column, detail, value, _ in faults:
        if column not in seen:
            seen.add(column)
            yield column, detail, value[:200].replace("\0", "\ufffd")


def rows_of(entry: Entry) -> int:
    """How many rows of the file an entry has."""
    return 1 if entry[1] is None else sum(len(lines) for _, lines in entry[1].values())


def ready(part: Part, known: Any, zone: Zone, by_name: bool) -> Sale | GoodsReturn:
    """The sale or return as the ledger takes it. Raises KeyError when something is not known."""
    kind, external_id, at_ms, channel_id, location_id, region, customer, payment, note, reason, *_ = part.head
    when = (at_ms, zone.day_of(at_ms), *zone.hour_of(at_ms), channel_id)
    buyer = known.customers.get(customer)
    if kind == SALE:
        sold = _sold(part.lines, known, by_name)
        return Sale(*when, sold, location_id, region, external_id, buyer, payment, note)
    back = [_back(line, known, by_name) for line in part.lines]
    return GoodsReturn(*when, back, None, location_id, region, external_id, buyer, reason, note)


def _sold(lines: list[Line], known: Any, by_name: bool) -> list[SaleLine]:
    found, products = [], known.products
    make = SaleLine._make
    for line in lines:
        _, _, sku, _, quantity, price, discount, _, cost, more = line
        product_id, version_id, product_cost, _ = product = products[sku]
        lot = None
        if more is not None:
            version_id, lot = _version(line, product, known, by_name), more[0]
        total = quantity * price - discount
        if cost is None:
            cost = product_cost
        found.append(make((product_id, version_id, quantity, price, discount, total, cost, lot)))
    return found


def _back(line: Line, known: Any, by_name: bool) -> GoodsBack:
    _, _, sku, _, quantity, price, _, _, cost, more = line
    product = known.products[sku]
    version_id = product[1] if more is None else _version(line, product, known, by_name)
    # What the shop counts now is not moved by goods that came back long ago.
    restock = more is not None and more[5] and not product[3]
    cost = product[2] if cost is None else cost
    lot = None if more is None else more[0]
    return GoodsBack(None, product[0], version_id, quantity, price, total_of(line), cost, restock, lot)


def _version(line: Line, product: Product, known: Any, by_name: bool) -> int:
    """The version whose name and place the row has; the product's own where the row says nothing of it."""
    more = line[9]
    if not (by_name or any(more[1:5])):
        return product[1]
    return known.version(product, (line[3] if by_name else None, *more[1:5]))
