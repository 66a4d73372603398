"""Entering a batch of a file: its sales, returns, refused rows, source rows and position, in one transaction.

All that can be made ready is made ready before the lock is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.clock import Zone
from webapp.errors import Problem
from webapp.imports import dao
from webapp.imports.catalogue import Catalogue, Known, Product
from webapp.imports.gather import Entry
from webapp.imports.lines import SALE, Head, Line, total_of
from webapp.jobs.progress import Context
from webapp.orders import actions as orders
from webapp.orders import dao as ledger
from webapp.orders.shapes import GoodsBack, GoodsReturn, ReturnDraft, ReturnLineDraft, Sale, SaleLine

MOST_LINES = 1_000
_TOO_MANY = f"belongs to an invoice of more than {MOST_LINES:,} lines"


@dataclass(slots=True)
class Part:
    """One sale or return of a batch, and what became of it. `ready` is None where something is not known yet."""

    head: Head
    lines: list[Line]
    source: str
    of: "Part | None" = None
    ready: Sale | GoodsReturn | None = None
    order_id: int | None = None
    return_id: int | None = None
    repeated: bool = False
    refusal: Problem | None = None


@dataclass(slots=True)
class Batch:
    """Whole entries of a file and the position behind them, read so far as they can be without the ledger.

    known: what is known of the catalogue. by_name: a line keeps the name in its row (our own export). tried: it was run
    before, and that transaction failed.
    """

    context: Context
    import_id: int
    position: str
    known: Known
    by_name: bool = False
    parts: list[Part] = field(default_factory=list)
    errors: list[tuple[Any, ...]] = field(default_factory=list)
    repeated: int = 0
    tried: bool = False


# ---- Before the lock ----


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
        else:
            _fill_family(batch, named, source)
    for part in batch.parts:
        if part.of is None:
            try:
                part.ready = _ready(part, batch.known, zone, batch.by_name)
            except KeyError:
                pass
    return batch


def _fill_family(batch: Batch, named: dict[str, tuple[Head, list[Line]]], source: Any) -> None:
    sale = None
    for name, (head, lines) in sorted(named.items(), key=_sale_first) if len(named) > 1 else named.items():
        if len(lines) > MOST_LINES:
            batch.errors.extend((batch.import_id, line[0], "", _TOO_MANY, str(len(lines))) for line in lines)
            continue
        part = Part(head, lines, source(lines), None if name == SALE else sale)
        sale = part if name == SALE else sale
        batch.parts.append(part)


def _sale_first(named: tuple[str, Any]) -> bool:
    return named[0] != SALE


def _apart(faults: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """One fault a column, its value cut to what a list can show."""
    seen: set[str] = set()
    for column, detail, value in faults:
        if column not in seen:
            seen.add(column)
            yield column, detail, value[:200].replace("\0", "\ufffd")


def rows_of(entry: Entry) -> int:
    """How many rows of the file an entry has."""
    return 1 if entry[1] is None else sum(len(lines) for _, lines in entry[1].values())


def _ready(part: Part, known: Known | Catalogue, zone: Zone, by_name: bool) -> Sale | GoodsReturn:
    """The sale or return as the ledger takes it. Raises KeyError when something is not known."""
    kind, external_id, at_ms, channel_id, location_id, region, customer, payment, note, reason = part.head
    when = (at_ms, zone.day_of(at_ms), *zone.hour_of(at_ms), channel_id)
    buyer = known.customers[customer]
    if kind == SALE:
        sold = _sold(part.lines, known, by_name)
        return Sale(*when, sold, location_id, region, external_id, buyer, payment, note)
    back = [_back(line, known, by_name) for line in part.lines]
    return GoodsReturn(*when, back, None, location_id, region, external_id, buyer, reason, note)


def _sold(lines: list[Line], known: Known | Catalogue, by_name: bool) -> list[SaleLine]:
    found, products = [], known.products
    for line in lines:
        _, _, sku, _, quantity, price, discount, _, cost, more = line
        product_id, version_id, product_cost, _ = product = products[sku]
        lot = None
        if more is not None:
            version_id, lot = _version(line, product, known, by_name), more[0]
        total = quantity * price - discount
        found.append(
            SaleLine(
                product_id, version_id, quantity, price, discount, total, product_cost if cost is None else cost, lot
            )  # fmt: skip
        )
    return found


def _back(line: Line, known: Known | Catalogue, by_name: bool) -> GoodsBack:
    _, _, sku, _, quantity, price, _, _, cost, more = line
    product = known.products[sku]
    version_id = product[1] if more is None else _version(line, product, known, by_name)
    # What the shop counts now is not moved by goods that came back long ago.
    restock = more is not None and more[5] and not product[3]
    cost = product[2] if cost is None else cost
    lot = None if more is None else more[0]
    return GoodsBack(None, product[0], version_id, quantity, price, total_of(line), cost, restock, lot)


def _version(line: Line, product: Product, known: Known | Catalogue, by_name: bool) -> int:
    """The version whose name and place the row has; the product's own where the row says nothing of it."""
    more = line[9]
    if not (by_name or any(more[1:5])):
        return product[1]
    return known.version(product, (line[3] if by_name else None, *more[1:5]))


# ---- Under the lock ----


def enter(tx: Any, items: Sequence[Batch]) -> list[int]:
    """Every row of the batches is entered, repeated or refused, and counted; the results are the last change of each.

    Raises queue.Cancelled or queue.Lost, which undo the batch.
    """
    return [_enter(tx, batch) for batch in items]


def _enter(tx: Any, batch: Batch) -> int:
    batch.context.keep(tx)
    if batch.tried:
        batch.known.forget()
    batch.tried = True
    catalogue = Catalogue(tx, batch.known)
    lacking = [part for part in batch.parts if part.ready is None or catalogue.changed]
    catalogue.need((line for part in lacking for line in part.lines), [part.head[6] for part in lacking])
    for part in lacking:
        if part.of is None:
            part.ready = _ready(part, catalogue, tx.zone, batch.by_name)
    _place([part for part in batch.parts if isinstance(part.ready, Sale)], orders.enter_sales, tx)
    _place([part for part in batch.parts if isinstance(part.ready, GoodsReturn)], orders.enter_returns, tx)
    for part in lacking:
        if part.of is not None:
            _take_back(tx, part, catalogue, batch.by_name)
    _write_down(tx, batch)
    return int(tx.next("seq", 0)) - 1


def _place(parts: Sequence[Part], verb: Any, tx: Any) -> None:
    for part, result in zip(parts, verb(tx, [part.ready for part in parts]) if parts else (), strict=True):
        _told(part, result)


def _told(part: Part, result: Any) -> None:
    if isinstance(result, Problem):
        part.refusal = result
    elif part.head[0] == SALE:
        part.order_id = result["id"]
    else:
        part.return_id = result["id"]


def _take_back(tx: Any, part: Part, catalogue: Catalogue, by_name: bool) -> None:
    """A return of a sale that stands in the same file, or was entered before with the same external id."""
    assert part.of is not None
    sale = part.of
    order_id = sale.order_id if sale.order_id is not None else (sale.refusal.extra.get("id") if sale.refusal else None)
    sold = ledger.find_sold(tx, [order_id])[order_id] if order_id is not None else {}
    ids = _lines_sold(part, sale, list(sold))
    if order_id is None or ids is None:
        part.ready = _ready(part, catalogue, tx.zone, by_name)
        _place([part], orders.enter_returns, tx)
    elif sale.order_id is None and _is_booked(tx, order_id, part):
        part.repeated = True
    else:
        lines = [
            ReturnLineDraft(line_id, line[4], bool(line[9][5]) and not catalogue.products[line[2]][3])
            for line_id, line in zip(ids, part.lines, strict=True)
        ]
        draft = ReturnDraft(order_id, lines, part.head[9], part.head[2], part.head[8])
        _told(part, orders.return_goods(tx, [draft])[0])


def _lines_sold(part: Part, sale: Part, sold: list[int]) -> list[int] | None:
    """The ids that the lines of a return have in this ledger, by their ids in the file; None where they are not known."""
    if len(sold) != len(sale.lines):
        return None
    ids = {line[9][6]: line_id for line, line_id in zip(sale.lines, sold, strict=True) if line[9] and line[9][6]}
    found = [ids.get(line[9][6]) if line[9] else None for line in part.lines]
    return None if None in found else found  # type: ignore[return-value]


def _is_booked(tx: Any, order_id: int, part: Part) -> bool:
    at_ms, total = part.head[2], sum(total_of(line) for line in part.lines)
    booked = ledger.find_returns_of(tx, [order_id]).get(order_id, [])
    return any((row["returned_ms"], row["total_minor"]) == (at_ms, total) for row in booked)


def _write_down(tx: Any, batch: Batch) -> None:
    """What became of the rows."""
    imported, repeated, errors, sources = 0, batch.repeated, list(batch.errors), []
    rejected = len({error[1] for error in errors})
    for part in batch.parts:
        count = len(part.lines)
        if part.repeated or (part.refusal is not None and part.refusal.code == "duplicate"):
            repeated += count
        elif part.refusal is not None:
            rejected += count
            errors += [(batch.import_id, line[0], "", part.refusal.detail, "") for line in part.lines]
        else:
            imported += count
            sources.append((batch.import_id, part.lines[0][0], part.order_id, part.return_id, part.source))
    dao.insert_sources(tx, sources)
    dao.insert_errors(tx, errors)
    counts = {"read": imported + repeated + rejected, "imported": imported, "repeated": repeated, "rejected": rejected}
    dao.add_counts(tx, batch.import_id, batch.position, counts)
