"""The verb that enters a batch of a file: its sales, returns, refused rows, source rows and position, in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import Problem
from webapp.imports import dao
from webapp.imports.catalogue import Catalogue, Known
from webapp.imports.gather import Entry
from webapp.imports.lines import SALE, Head, Line, total_of
from webapp.jobs.progress import Context
from webapp.orders import actions as orders
from webapp.orders import dao as ledger
from webapp.orders.shapes import GoodsBack, GoodsReturn, ReturnDraft, ReturnLineDraft, Sale, SaleLine

MOST_LINES = 1_000


@dataclass(slots=True)
class Batch:
    """Whole entries of a file and the position behind them. repeated: the file was read this far before."""

    context: Context
    import_id: int
    entries: Sequence[Entry]
    position: str
    known: Known
    by_name: bool = False
    sources: dict[int, str] = field(default_factory=dict)
    known_until: int = 0


@dataclass(slots=True)
class _Part:
    """One sale or return of a batch, and what became of it."""

    head: Head
    lines: list[Line]
    of: "_Part | None" = None
    order_id: int | None = None
    return_id: int | None = None
    repeated: bool = False
    refusal: Problem | None = None


def enter(tx: Any, items: Sequence[Batch]) -> list[Known]:
    """Every row of the batches is entered, repeated or refused, and counted; the results are what to remember.

    Raises queue.Cancelled or queue.Lost, which undo the batch.
    """
    return [_enter(tx, batch) for batch in items]


def _enter(tx: Any, batch: Batch) -> Known:
    batch.context.keep(tx)
    parts, errors, repeated = _parts(batch)
    catalogue = Catalogue(tx, batch.known, batch.by_name)
    catalogue.need(
        (line for part in parts for line in part.lines), (part.head[6] for part in parts if part.head[6] is not None)
    )
    sales = [part for part in parts if part.head[0] == SALE]
    for part, result in zip(sales, orders.enter_sales(tx, [_sale(tx, part, catalogue) for part in sales]), strict=True):
        part.refusal = result if isinstance(result, Problem) else None
        part.order_id = None if isinstance(result, Problem) else result["id"]
    _enter_returns(tx, [part for part in parts if part.head[0] != SALE and part.of is None], catalogue)
    for part in parts:
        if part.of is not None:
            _take_back(tx, part, catalogue)
    _write_down(tx, batch, parts, errors, repeated)
    return catalogue.finish()


def _parts(batch: Batch) -> tuple[list[_Part], list[tuple[Any, ...]], int]:
    """What is to be entered, the refusals as rows of import_error, and how many rows were entered before."""
    parts: list[_Part] = []
    errors: list[tuple[Any, ...]] = []
    repeated = 0
    for first_row, named, faults in batch.entries:
        if first_row <= batch.known_until:
            repeated += rows_of((first_row, named, faults))
        elif named is None:
            errors.extend((batch.import_id, first_row, *fault) for fault in _apart(faults))
        else:
            sale = None
            for name, (head, lines) in sorted(named.items(), key=_sale_first):
                if len(lines) > MOST_LINES:
                    errors.extend((batch.import_id, line[0], "", _TOO_MANY, str(len(lines))) for line in lines)
                    continue
                part = _Part(head, lines, None if name == SALE else sale)
                sale = part if name == SALE else sale
                parts.append(part)
    return parts, errors, repeated


_TOO_MANY = f"belongs to an invoice of more than {MOST_LINES:,} lines"


def _sale_first(named: tuple[str, Any]) -> bool:
    return named[0] != SALE


def _apart(faults: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """One fault a column, its value cut to what a list can show."""
    seen: set[str] = set()
    for field_name, detail, value in faults:
        if field_name not in seen:
            seen.add(field_name)
            yield field_name, detail, value[:200].replace("\0", "\ufffd")


def rows_of(entry: Entry) -> int:
    """How many rows of the file an entry has."""
    return 1 if entry[1] is None else sum(len(lines) for _, lines in entry[1].values())


# ---- Sales and returns ready to be written ----


def _sale(tx: Any, part: _Part, catalogue: Catalogue) -> Sale:
    _, external_id, at_ms, channel_id, location_id, region, customer, payment, note, _ = part.head
    lines = []
    for line in part.lines:
        _, _, sku, _, quantity, price, discount, _, cost, more = line
        product = catalogue.product(sku)
        version_id = product.version_id if more is None else catalogue.version(product, line)
        lines.append(
            SaleLine(
                product.id, version_id, quantity, price, discount, quantity * price - discount,
                product.cost_minor if cost is None else cost, None if more is None else more[0],
            )  # fmt: skip
        )
    return Sale(
        at_ms, tx.zone.day_of(at_ms), *tx.zone.hour_of(at_ms), channel_id, lines, location_id, region, external_id,
        catalogue.customer(customer), payment, note,
    )  # fmt: skip


def _return(tx: Any, part: _Part, catalogue: Catalogue) -> GoodsReturn:
    _, external_id, at_ms, channel_id, location_id, region, customer, _, note, reason = part.head
    lines = []
    for line in part.lines:
        _, _, sku, _, quantity, price, _, _, cost, more = line
        product = catalogue.product(sku)
        version_id = product.version_id if more is None else catalogue.version(product, line)
        # What the shop counts now is not moved by goods that came back long ago.
        restock = more is not None and more[5] and not product.tracked
        lines.append(
            GoodsBack(
                None, product.id, version_id, quantity, price, total_of(line),
                product.cost_minor if cost is None else cost, restock, None if more is None else more[0],
            )  # fmt: skip
        )
    return GoodsReturn(
        at_ms, tx.zone.day_of(at_ms), *tx.zone.hour_of(at_ms), channel_id, lines, None, location_id, region, external_id,
        catalogue.customer(customer), reason, note,
    )  # fmt: skip


def _enter_returns(tx: Any, parts: Sequence[_Part], catalogue: Catalogue) -> None:
    results = orders.enter_returns(tx, [_return(tx, part, catalogue) for part in parts])
    for part, result in zip(parts, results, strict=True):
        part.refusal = result if isinstance(result, Problem) else None
        part.return_id = None if isinstance(result, Problem) else result["id"]


def _take_back(tx: Any, part: _Part, catalogue: Catalogue) -> None:
    """A return of a sale that stands in the same file, or was entered before with the same external id."""
    assert part.of is not None
    sale = part.of
    order_id = sale.order_id if sale.order_id is not None else (sale.refusal.extra.get("id") if sale.refusal else None)
    sold = ledger.find_sold(tx, [order_id])[order_id] if order_id is not None else {}
    ids = _lines_sold(part, sale, list(sold))
    if order_id is None or ids is None:
        _enter_returns(tx, [part], catalogue)
        return
    if sale.order_id is None and _is_booked(tx, order_id, part):
        part.repeated = True
        return
    lines = [
        ReturnLineDraft(line_id, line[4], bool(line[9] and line[9][5]) and not catalogue.product(line[2]).tracked)
        for line_id, line in zip(ids, part.lines, strict=True)
    ]
    result = orders.return_goods(tx, [ReturnDraft(order_id, lines, part.head[9], part.head[2], part.head[8])])[0]
    part.refusal = result if isinstance(result, Problem) else None
    part.return_id = None if isinstance(result, Problem) else result["id"]


def _lines_sold(part: _Part, sale: _Part, sold: list[int]) -> list[int] | None:
    """The ids that the lines of a return have in this ledger, by their ids in the file; None where they are not known."""
    if len(sold) != len(sale.lines):
        return None
    ids = {line[9][6]: line_id for line, line_id in zip(sale.lines, sold, strict=True) if line[9] and line[9][6]}
    found = [ids.get(line[9][6]) if line[9] else None for line in part.lines]
    return None if None in found else found  # type: ignore[return-value]


def _is_booked(tx: Any, order_id: int, part: _Part) -> bool:
    at_ms, total = part.head[2], sum(total_of(line) for line in part.lines)
    booked = ledger.find_returns_of(tx, [order_id]).get(order_id, [])
    return any((row["returned_ms"], row["total_minor"]) == (at_ms, total) for row in booked)


# ---- What became of the rows ----


def _write_down(tx: Any, batch: Batch, parts: Sequence[_Part], errors: list[tuple[Any, ...]], repeated: int) -> None:
    imported, sources = 0, []
    rejected = len({row for _, row, *_ in errors})
    for part in parts:
        count = len(part.lines)
        if part.repeated or (part.refusal is not None and part.refusal.code == "duplicate"):
            repeated += count
        elif part.refusal is not None:
            rejected += count
            errors += [(batch.import_id, line[0], "", part.refusal.detail, "") for line in part.lines]
        else:
            imported += count
            first = part.lines[0][0]
            sources.append((batch.import_id, first, part.order_id, part.return_id, batch.sources[first]))
    dao.insert_sources(tx, sources)
    dao.insert_errors(tx, errors)
    counts = {"read": imported + repeated + rejected, "imported": imported, "repeated": repeated, "rejected": rejected}
    dao.add_counts(tx, batch.import_id, batch.position, counts)
