"""Verbs of stock: goods leave with an order, come back with a return, are delivered, counted or thrown away."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from webapp.errors import Conflict, FieldError, Problem
from webapp.live import outbox
from webapp.stock import dao, rules
from webapp.stock.shapes import Entry

Levels = dict[tuple[int, int], int]


class Take(NamedTuple):
    """Goods that leave with an order; `quantity` is more than zero."""

    order_id: int
    product_id: int
    location_id: int
    quantity: int
    at_ms: int
    seq: int
    lot: str | None = None


class Back(NamedTuple):
    """Goods that come back to the shelf with a return; `quantity` is more than zero."""

    return_id: int
    order_id: int | None
    product_id: int
    location_id: int
    quantity: int
    at_ms: int
    seq: int
    lot: str | None = None


class Moved(NamedTuple):
    """A move of the ledger of stock, as it was written; its time is that of the entry."""

    id: int
    seq: int
    change: int
    quantity_after: int
    reason: str
    at_ms: int


def take(tx: Any, takes: Sequence[Take], strict: Collection[int] = (), levels: Levels | None = None) -> None:
    """The goods of counted products have left: one move each, every level written once.

    strict: the products that must not fall below zero. Who takes orders has looked at `dao.find_levels` before, and so
    refuses a single order; here Conflict `out_of_stock` is raised and nothing is written. levels: what the caller has
    found of these products in this transaction, which is used up.
    """
    if not takes:
        return
    if levels is None:
        levels = dao.find_levels(tx, {one.product_id for one in takes})
    changes = (
        (order_id, None, product_id, location_id, -quantity, at_ms, seq, lot)
        for order_id, product_id, location_id, quantity, at_ms, seq, lot in takes
    )
    rows = _moves(tx, levels, "sale", changes)
    if strict and any(after < 0 and place[0] in strict for place, after in levels.items()):
        raise Conflict("There is not enough in stock.", code="out_of_stock")
    _write(tx, levels, rows)


class Takes(NamedTuple):
    """Goods that leave with many orders, by columns: which of the orders, product and location, and what of `Take`."""

    orders: list[int] | range  # a range where each order takes once
    places: list[tuple[int, int]]
    changes: list[int]  # below zero
    fallen: list[int]  # what has left of the product at the location by then, below zero
    product_ids: Any  # a list, or the one that they all are
    location_ids: Any


def takes_of(orders: list[int], places: list[tuple[int, int]], quantities: list[int]) -> Takes:
    """Lay out what leaves, one after the other."""
    left: dict[tuple[int, int], int] = {}
    fallen = []
    for place, quantity in zip(places, quantities, strict=True):
        now = left[place] = left.get(place, 0) - quantity
        fallen.append(now)
    each = range(len(orders))
    products, locations = dao.columns_of(places) if places else ([], [])
    return Takes(
        each if orders == [*each] else orders,
        places,
        [-quantity for quantity in quantities],
        fallen,
        products,
        locations,
    )


def take_many(tx: Any, takes: Takes, first_id: int, first_seq: int, at_ms: Any, levels: Levels) -> None:
    """As `take`, for orders whose ids and seqs count on from these. at_ms: one for all, or a list by order.

    levels: what was found of these products in this transaction, which is used up.
    """
    count = len(takes.orders)
    if not count:
        return
    found = {place: levels.get(place, 0) for place in set(takes.places)}
    after = [found[place] + fallen for place, fallen in zip(takes.places, takes.fallen, strict=True)]
    levels.update(zip(takes.places, after, strict=True))  # the last of each place stays
    first = tx.next("stock_move", count)
    numbers, times = takes.orders, at_ms
    ids: Sequence[int] = range(first_id, first_id + count)
    seqs: Sequence[int] = range(first_seq, first_seq + count)
    if not isinstance(numbers, range):
        times = [at_ms[number] for number in numbers] if isinstance(at_ms, list) else at_ms
        ids, seqs = [first_id + number for number in numbers], [first_seq + number for number in numbers]
    dao.insert_move_columns(
        tx,
        (range(first, first + count), takes.product_ids, takes.location_ids, dao.column_of(takes.changes), after, "sale", ids,
         None, None, None, times, tx.now_ms, seqs),
        count,
    )  # fmt: skip
    dao.set_levels(tx, {place: levels[place] for place in found})


def give_back(tx: Any, backs: Sequence[Back]) -> None:
    """The goods of counted products are on the shelf again: one move each, every level written once."""
    if not backs:
        return
    levels = dao.find_levels(tx, {one.product_id for one in backs})
    changes = ((one.order_id, one.return_id, *one[2:]) for one in backs)
    _write(tx, levels, _moves(tx, levels, "return", changes))


def _moves(tx: Any, levels: Levels, reason: str, changes: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    rows, now_ms = [], tx.now_ms
    for order_id, return_id, product_id, location_id, change, at_ms, seq, lot in changes:
        place = (product_id, location_id)
        after = levels[place] = levels.get(place, 0) + change
        rows.append(
            (product_id, location_id, change, after, reason, order_id, return_id, lot, None, at_ms, now_ms, seq)
        )
    return rows


def _write(tx: Any, levels: Levels, rows: Sequence[tuple[Any, ...]]) -> int:
    first = tx.next("stock_move", len(rows))
    dao.insert_moves(tx, [(first + index, *row) for index, row in enumerate(rows)])
    dao.set_levels(tx, {place: levels[place] for place in {(row[0], row[1]) for row in rows}})
    return first


def enter(tx: Any, entries: Sequence[Entry]) -> list[Moved | Problem]:
    """Deliveries, counts, waste and transfers are in the ledger of stock, each with its own number of the history.

    Earlier entries count for later ones. An entry that leaves less than nothing of a product that may not be oversold
    is Conflict `out_of_stock`.
    """
    levels = dao.find_levels(tx, {entry.product_id for entry in entries})
    accepted: list[tuple[Any, ...]] = []
    results: list[Moved | Problem | None] = []
    for entry in entries:
        place = (entry.product_id, entry.location_id)
        change = rules.change_of(entry, levels.get(place, 0))
        after = levels.get(place, 0) + change
        if change < 0 and after < 0 and not entry.oversell:
            results.append(_too_little(levels.get(place, 0)))
            continue
        levels[place] = after
        results.append(None)
        accepted.append((entry, change, after))
    written = iter(_enter(tx, levels, accepted))
    return [next(written) if result is None else result for result in results]


def _too_little(level: int) -> Problem:
    words = f"There are {level} at this location, so no more can go."
    return Conflict("", FieldError("/change", "out_of_stock", words))


def _enter(tx: Any, levels: Levels, accepted: list[tuple[Any, ...]]) -> list[Moved]:
    if not accepted:
        return []
    seq = outbox.append(tx, "stock", "moved", tx.next("stock_move", 0), len(accepted))
    rows = [
        (entry.product_id, entry.location_id, change, after, rules.reason_of(entry), None, None, entry.lot, entry.note,
         tx.now_ms, tx.now_ms, seq + index)
        for index, (entry, change, after) in enumerate(accepted)
    ]  # fmt: skip
    first = _write(tx, levels, rows)
    return [Moved(first + index, seq + index, row[2], row[3], row[4], tx.now_ms) for index, row in enumerate(rows)]


def open_stock(tx: Any, openings: Sequence[tuple[int, int, int, int]]) -> None:
    """New products have their opening stock: (product id, location id, quantity, seq of the product's making)."""
    if not openings:
        return
    rows = [
        (product_id, location_id, quantity, quantity, "count", None, None, None, None, tx.now_ms, tx.now_ms, seq)
        for product_id, location_id, quantity, seq in openings
    ]
    _write(tx, {(row[0], row[1]): row[2] for row in rows}, rows)
