"""The verbs of sales: orders are placed and goods come back, whole or not at all.

Each takes a batch and answers one result an item: `{"id", "seq"}`, or the refusal. A refused item writes nothing and
burns no number.
"""

from collections.abc import Sequence
from typing import Any

from webapp.customers import actions as customers
from webapp.db.tx import Tx, foreseen_by, merging
from webapp.errors import NotFound, Problem
from webapp.metrics import rollups
from webapp.orders import dao, rules
from webapp.orders.actions_enter import (
    Placed,
    Results,
    enter,
    enter_laid,
    enter_returns,
    enter_sales,
    filled,
    write_returns,
)
from webapp.orders.shapes import BookedReturn, Draft, GoodsReturn, ReturnDraft, Sale
from webapp.products import dao as products
from webapp.shop import dao as shop
from webapp.stock import dao as levels

__all__ = ["Placed", "book_returns", "enter_laid", "enter_returns", "enter_sales", "place_orders", "return_goods"]
MOST_HINTS = 50_000


def _ask_ahead(tx: Any, drafts: Sequence[Draft]) -> None:
    ids, skus = references(drafts)
    products.find_for_sale(tx, ids, skus)
    shop.channels(tx)
    shop.locations(tx)
    shop.default_location_id(tx)
    if counted := {tx.hints[one] for one in (*ids, *skus) if one in tx.hints}:
        levels.find_levels(tx, sorted(counted))


@merging
@foreseen_by(_ask_ahead)
def place_orders(tx: Tx, drafts: Sequence[Draft]) -> Results:
    """Place orders, earlier ones counting for later ones: prices and cost of now are copied onto the lines.

    Refusals: Invalid with every field at fault; Conflict `duplicate` (channel and external id) or `out_of_stock`.
    """
    known = shelf(tx, drafts, find_goods(tx, references(drafts)))
    results: Results = []
    sales: list[Sale] = []
    stocked = dict(known.levels)
    buyers: list[tuple[Sale, dict[str, str]]] = []
    next_id = tx.next("orders", 0)
    for draft in drafts:
        try:
            sale = rules.resolve(draft, known, next_id + len(sales))
        except Problem as refusal:
            results.append(refusal)
            continue
        if draft.customer:
            buyers.append((sale, draft.customer))
        sales.append(sale)
        results.append({})
    for (sale, _), customer_id in zip(buyers, customers.know(tx, [who for _, who in buyers]), strict=True):
        sale.customer_id = customer_id
    entered = enter(tx, sales, levels=stocked)
    for placed, sale in zip(entered, sales, strict=True):
        placed.sale, placed.names, placed.tx_ms = sale, known, tx.now_ms
    return filled(results, entered)


def references(drafts: Sequence[Draft]) -> tuple[list[int], list[str]]:
    """The products that drafts name, by id and by SKU, each once."""
    references = {line.product: None for draft in drafts for line in draft.lines}
    ids = [reference for reference in references if isinstance(reference, int)]
    return ids, [reference for reference in references if isinstance(reference, str)]


def find_goods(tx: Any, named: tuple[list[int], list[str]]) -> list[Any]:
    """The products of these references, each once. tx: as of `shelf`."""
    return list(products.find_for_sale(tx, *named)[0].values())


def shelf(tx: Any, drafts: Sequence[Draft], goods: Sequence[Any]) -> rules.Shelf:
    """What these drafts are resolved against. tx: a transaction, or a snapshot with a present. goods: of `find_goods`."""
    by_id = {row[0]: rules.Good._make(row[: len(rules.Good._fields)]) for row in goods}
    by_sku = {good.sku: good for good in by_id.values()}
    moments = {
        (good.id, draft.placed_ms)
        for draft in drafts
        if draft.placed_ms is not None and draft.placed_ms < tx.now_ms
        for line in draft.lines
        if line.price_minor is None
        and (good := by_id.get(line.product) if isinstance(line.product, int) else by_sku.get(line.product)) is not None
    }
    tracked = sorted([good.id for good in by_id.values() if good.tracked])
    if (hints := getattr(tx.connection, "hints", None)) is not None:
        _note(hints, by_id)
    return rules.Shelf(
        by_id,
        by_sku,
        shop.channels(tx),
        shop.locations(tx),
        shop.default_location_id(tx),
        levels.find_levels(tx, tracked) if tracked else {},
        dao.find_taken(tx, {draft.external_id for draft in drafts if draft.external_id is not None}),
        products.prices_at(tx, moments) if moments else {},
        tx.now_ms,
        tx.zone,
        rollups.room(tx) if rules.are_many(drafts) else None,
    )


def _note(hints: dict[Any, int], products_by_id: dict[int, rules.Good]) -> None:
    """Of which products the levels will be asked when they are named again."""
    if len(hints) > MOST_HINTS:
        hints.clear()
    for good in products_by_id.values():
        for reference in (good.id, good.sku):
            if good.tracked:
                hints[reference] = good.id
            else:
                hints.pop(reference, None)


def return_goods(tx: Tx, drafts: Sequence[ReturnDraft]) -> Results:
    """Take goods of known orders back, each return a fact of its own day.

    Refusals: NotFound (no such order), Invalid, Conflict `exceeds_remaining`.
    """
    ids = sorted({draft.order_id for draft in drafts})
    orders, sold = dao.find_orders(tx, ids), dao.find_sold(tx, ids)
    results: Results = []
    accepted: list[GoodsReturn] = []
    for draft in drafts:
        order = orders.get(draft.order_id)
        if order is None:
            results.append(NotFound(f"There is no order {draft.order_id}."))
            continue
        try:
            lines = rules.take_back(draft, order["placed_ms"], tx.now_ms, sold[draft.order_id])
        except Problem as refusal:
            results.append(refusal)
            continue
        at = draft.returned_ms if draft.returned_ms is not None else max(tx.now_ms, order["placed_ms"])
        accepted.append(
            GoodsReturn(
                at,
                tx.zone.day_of(at),
                *tx.zone.hour_of(at),
                order["channel_id"],
                lines,
                draft.order_id,
                order["location_id"],
                order["region"],
                None,
                order["customer_id"],
                draft.reason,
                draft.note,
            )
        )
        results.append({})
    return filled(results, write_returns(tx, accepted))


def book_returns(tx: Tx, drafts: Sequence[BookedReturn]) -> Results:
    """Take goods back whose sale is not known.

    Refusals: Invalid with every field at fault; Conflict `duplicate` (channel and external id).
    """
    references = {line.product for draft in drafts for line in draft.lines}
    by_id, by_sku = products.find_for_sale(
        tx, [one for one in references if isinstance(one, int)], [one for one in references if isinstance(one, str)]
    )
    known: Any = {**by_id, **by_sku}
    channels, locations = shop.channels(tx), shop.locations(tx)
    ready: list[GoodsReturn | Problem] = [
        rules.book(draft, known, channels, locations, tx.now_ms, tx.zone) for draft in drafts
    ]
    for draft, booked in zip(drafts, ready, strict=True):
        if draft.customer and isinstance(booked, GoodsReturn):
            booked.customer_id = customers.know(tx, [draft.customer])[0]
    entered = iter(enter_returns(tx, [booked for booked in ready if isinstance(booked, GoodsReturn)]))
    return [next(entered) if isinstance(booked, GoodsReturn) else booked for booked in ready]
