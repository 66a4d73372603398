"""The verb that enters a batch of a file: sales, returns, refused rows, source rows and position, in one transaction."""

import json
from collections.abc import Sequence
from typing import Any

from webapp.errors import Conflict, Problem
from webapp.imports import dao
from webapp.imports.actions_meet import Catalogue
from webapp.imports.rules import mending
from webapp.imports.rules.batches import Batch, Part, kept_text, ready
from webapp.imports.rules.lines import SALE, total_of
from webapp.metrics import rollups
from webapp.orders import actions as orders
from webapp.orders import dao as ledger
from webapp.orders.shapes import GoodsReturn, ReturnDraft, ReturnLineDraft, Sale


def enter(tx: Any, items: Sequence[Batch]) -> list[int]:
    """Every row of the batches is entered, repeated or refused, and counted; the results are the last change of each.

    Raises queue.Cancelled or queue.Lost, which undo the batch.
    """
    return [_enter(tx, batch) for batch in items]


def _enter(tx: Any, batch: Batch) -> int:
    batch.context.keep(tx)
    rollups.sort_later(tx)
    if batch.tried and _stands(tx, batch):
        return int(tx.next("seq", 0)) - 1
    if batch.mends is not None:
        _leave_out_mended(tx, batch, batch.mends)
    known = Catalogue(tx, batch.known, anew=batch.tried)
    batch.tried = True
    lacking = [part for part in batch.parts if part.ready is None or known.changed]
    known.need((line for part in lacking for line in part.lines), [part.head[6] for part in batch.parts])
    for part in lacking:
        if part.of is None:
            part.ready = ready(part, known, tx.zone, batch.by_name)
    for part in batch.parts:
        if part.ready is not None:
            part.ready.customer_id = known.customers[part.head[6]]
    if batch.by_name:
        _mark_own(tx, batch.parts)
    fresh = [part for part in batch.parts if part.refusal is None and not part.repeated]
    _place_sales(tx, batch, [part for part in fresh if isinstance(part.ready, Sale)])
    _place([part for part in fresh if isinstance(part.ready, GoodsReturn)], orders.enter_returns, tx)
    if batch.mends is not None:
        _place_beside(tx, fresh, known, batch.by_name)
    for part in lacking:
        if part.of is not None:
            _take_back(tx, part, known, batch.by_name)
    _write_down(tx, batch)
    return int(tx.next("seq", 0)) - 1


def _stands(tx: Any, batch: Batch) -> bool:
    """Whether it was committed when it was tried before, and only the answer was lost: the import is past it."""
    position = json.loads(dao.find_import(tx, batch.import_id)["position"] or "{}")
    return bool(position.get("row", 0) >= json.loads(batch.position)["row"])


def _leave_out_mended(tx: Any, batch: Batch, mends: int) -> None:
    """Rows that were mended before, in whichever file, are not entered again."""
    rows = [was[1] for part in batch.parts for line in part.lines if (was := mending.origin(line)) is not None]
    seen = dao.find_mended(tx, mends, rows)
    for part in batch.parts:
        kept = []
        for line in part.lines:
            was = mending.origin(line)
            if was is not None and was[1] not in seen:
                seen.add(was[1])
                kept.append(line)
        if not kept:
            part.repeated = True
        elif len(kept) < len(part.lines):
            part.left_out += len(part.lines) - len(kept)
            part.lines, part.ready = kept, None


def _place_beside(tx: Any, parts: Sequence[Part], known: Catalogue, by_name: bool) -> None:
    """Mended rows of an invoice whose other rows were imported become a sale or return of their own beside it."""
    again = [part for part in parts if part.refusal is not None and part.refusal.code == "duplicate"]
    for part in again:
        was = mending.origin(part.lines[0])
        part.head = mending.beside(part.head, was[1] if was else 0)
        part.ready, part.refusal = ready(part, known, tx.zone, by_name), None
    _place([part for part in again if isinstance(part.ready, Sale)], orders.enter_sales, tx)
    _place([part for part in again if isinstance(part.ready, GoodsReturn)], orders.enter_returns, tx)


def _mark_own(tx: Any, parts: Sequence[Part]) -> None:
    """An export that comes back to the shop it was made in brings nothing new: the same order, entered at the same
    instant, is known again by its id."""
    sales = [part for part in parts if part.head[0] == SALE and part.head[10] is not None]
    known = ledger.find_orders(tx, [part.head[10] for part in sales]) if sales else {}
    for part in sales:
        row, total = known.get(part.head[10]), sum(map(total_of, part.lines))
        if row is not None and (row["placed_ms"], row["entered_ms"], row["total_minor"]) == (*_moments(part), total):
            part.refusal = Conflict("This order is here.", code="duplicate", id=row["id"])
    for part in parts:
        if part.head[0] != SALE and part.of is None:
            part.repeated = dao.is_booked(tx, *_moments(part), sum(map(total_of, part.lines)))


def _moments(part: Part) -> tuple[int, int | None]:
    return part.head[2], part.head[11]


def _place_sales(tx: Any, batch: Batch, parts: Sequence[Part]) -> None:
    """What was laid out before the lock was taken holds while these are still the very same sales."""
    if batch.laid is None or [*map(id, batch.laid.sales)] != [id(part.ready) for part in parts]:
        _place(parts, orders.enter_sales, tx)
        return
    for part, result in zip(parts, orders.enter_laid(tx, batch.laid), strict=True):
        _told(part, result)


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


def _take_back(tx: Any, part: Part, known: Catalogue, by_name: bool) -> None:
    """A return of a sale that stands in the same file, or was entered before with the same external id."""
    assert part.of is not None
    sale = part.of
    order_id = sale.order_id if sale.order_id is not None else (sale.refusal.extra.get("id") if sale.refusal else None)
    sold = ledger.find_sold(tx, [order_id])[order_id] if order_id is not None else {}
    ids = _lines_sold(part, sale, list(sold))
    if order_id is None or ids is None:
        part.ready = ready(part, known, tx.zone, by_name)
        _place([part], orders.enter_returns, tx)
    elif sale.order_id is None and _is_booked(tx, order_id, part):
        part.repeated = True
    else:
        lines = [
            ReturnLineDraft(line_id, line[4], bool(line[9][5]) and not known.products[line[2]][3])
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
    imported, repeated, errors = 0, batch.repeated, list(batch.errors)
    of_orders, of_returns = [], []
    rejected, kept, mended = len({error[1] for error in errors}), list(batch.rejected), []
    for part in batch.parts:
        count = len(part.lines)
        repeated += part.left_out
        if part.repeated or (part.refusal is not None and part.refusal.code == "duplicate"):
            repeated += count
        elif part.refusal is not None:
            rejected += count
            errors += [(batch.import_id, line[0], "", part.refusal.detail, "") for line in part.lines]
            kept += [(batch.import_id, line[0], kept_text(line[1])) for line in part.lines]
        else:
            imported += count
            source = (batch.import_id, part.lines[0][0], part.source)
            if part.order_id is not None:
                of_orders.append((part.order_id, *source))
            else:
                of_returns.append((part.return_id, *source))
            if batch.mends is not None:
                mended += [(*was, batch.import_id) for line in part.lines if (was := mending.origin(line)) is not None]
    dao.insert_sources(tx, of_orders, of_returns)
    dao.insert_errors(tx, errors)
    dao.insert_rejected(tx, kept)
    dao.insert_mended(tx, mended)
    counts = {"read": imported + repeated + rejected, "imported": imported, "repeated": repeated, "rejected": rejected}
    dao.add_counts(tx, batch.import_id, batch.position, counts)
