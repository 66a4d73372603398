"""The verbs of sales: orders are placed and goods come back, whole or not at all.

Each takes a batch and answers one result an item: `{"id", "seq"}`, or the refusal. A refused item writes nothing and
burns no number.
"""

from collections.abc import Sequence
from typing import Any

from webapp.customers import actions as customers
from webapp.db.tx import Tx, merging
from webapp.errors import Conflict, FieldError, NotFound, Problem
from webapp.live import outbox
from webapp.metrics import rollups
from webapp.orders import dao, rules
from webapp.orders.shapes import BookedReturn, GoodsReturn, OrderDraft, ReturnDraft, Sale
from webapp.products import dao as products
from webapp.shop import dao as shop
from webapp.stock import actions as stock
from webapp.stock import dao as levels

Results = list[dict[str, int] | Problem]


class Placed(dict[str, int]):
    """The result of an order just placed; `rows()` are the rows that a read of it would find."""

    __slots__ = ("names", "sale", "tx_ms")

    def rows(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The order and its lines as `dao.find_orders` and `dao.find_lines` give them."""
        sale, names = self.sale, self.names
        order = {
            "id": self["id"],
            "seq": self["seq"],
            "placed_ms": sale.placed_ms,
            "entered_ms": self.tx_ms,
            "day": sale.day,
            "channel": names.channels[sale.channel_id]["code"],
            "location": names.locations[sale.location_id]["code"] if sale.location_id else None,
            "region": sale.region,
            "external_id": sale.external_id,
            "customer_id": sale.customer_id,
            "payment": sale.payment,
            "note": sale.note,
            "total_minor": sale.total_minor,
        }
        first = self["first_line"]
        lines = []
        for number, line in enumerate(sale.lines):
            product = names.products_by_id[line.product_id]
            lines.append({**line._asdict(), "id": first + number, "sku": product["sku"], "name": product["name"]})
        return order, lines


@merging
def place_orders(tx: Tx, drafts: Sequence[OrderDraft]) -> Results:
    """Place orders, earlier ones counting for later ones: prices and cost of now are copied onto the lines.

    Refusals: Invalid with every field at fault; Conflict `duplicate` (channel and external id) or `out_of_stock`.
    """
    shelf = _shelf(tx, drafts)
    results: Results = []
    sales: list[Sale] = []
    buyers: list[tuple[Sale, dict[str, str]]] = []
    next_id = tx.next("orders", 0)
    for draft in drafts:
        try:
            sale = rules.resolve(draft, shelf, next_id + len(sales))
        except Problem as refusal:
            results.append(refusal)
            continue
        if draft.customer:
            buyers.append((sale, draft.customer))
        sales.append(sale)
        results.append({})
    for (sale, _), customer_id in zip(buyers, customers.know(tx, [who for _, who in buyers]), strict=True):
        sale.customer_id = customer_id
    entered = _enter(tx, sales)
    for placed, sale in zip(entered, sales, strict=True):
        placed.sale, placed.names, placed.tx_ms = sale, shelf, tx.now_ms
    return _filled(results, entered)


@merging
def enter_sales(tx: Tx, sales: Sequence[Sale]) -> Results:
    """Enter sales that are ready to be written, as imports and the sample shop prepare them.

    Refusal: Conflict `duplicate` (channel and external id, in the ledger or earlier in the batch).
    """
    taken = dao.find_taken(tx, [sale.external_id for sale in sales if sale.external_id is not None])
    results: Results = []
    fresh: list[Sale] = []
    next_id = tx.next("orders", 0)
    for sale in sales:
        if sale.external_id is not None:
            first = taken.setdefault((sale.channel_id, sale.external_id), next_id + len(fresh))
            if first != next_id + len(fresh):
                results.append(_duplicate(sale.external_id, f"/orders/{first}", first))
                continue
        fresh.append(sale)
        results.append({})
    return _filled(results, _enter(tx, fresh))


def _duplicate(external_id: str, location: str, first: int) -> Conflict:
    error = FieldError("/external_id", "duplicate", "This was entered before.")
    return Conflict(f"{external_id} of this channel is already here.", error, location=location, id=first)


def _filled(results: Results, entered: Sequence[dict[str, int]]) -> Results:
    remaining = iter(entered)
    return [result if isinstance(result, Problem) else next(remaining) for result in results]


def _shelf(tx: Tx, drafts: Sequence[OrderDraft]) -> rules.Shelf:
    references = {line.product for draft in drafts for line in draft.lines}
    ids = [reference for reference in references if isinstance(reference, int)]
    skus = [reference for reference in references if isinstance(reference, str)]
    by_id, by_sku = products.find_for_sale(tx, ids, skus)
    moments = {
        (row["id"], draft.placed_ms)
        for draft in drafts
        if draft.placed_ms is not None and draft.placed_ms < tx.now_ms
        for line in draft.lines
        if line.price_minor is None
        and (row := by_id.get(line.product) if isinstance(line.product, int) else by_sku.get(line.product)) is not None
    }
    tracked = [row["id"] for row in by_id.values() if row["tracked"]]
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
    )


def _enter(tx: Tx, sales: Sequence[Sale]) -> list[Placed]:
    if not sales:
        return []
    order_id = tx.next("orders", len(sales))
    line_id = tx.next("order_line", sum(len(sale.lines) for sale in sales))
    seq = outbox.append(tx, "orders", "placed", order_id, len(sales))
    orders, lines, facts, results = [], [], [], []
    takes: list[stock.Take] = []
    for sale in sales:
        orders.append(
            (
                order_id,
                seq,
                sale.placed_ms,
                tx.now_ms,
                sale.day,
                sale.hour_ms,
                sale.hour,
                sale.channel_id,
                sale.location_id,
                sale.region,
                sale.external_id,
                sale.customer_id,
                sale.payment,
                sale.note,
                sale.total_minor,
                len(sale.lines),
            )
        )
        fact_lines = []
        for line in sale.lines:
            lines.append((line_id, order_id, *line))
            cost = None if line.cost_minor is None else line.cost_minor * line.quantity
            fact_lines.append((line.version_id, line.quantity, line.total_minor, cost))
            line_id += 1
        facts.append(
            rollups.SaleFact(
                order_id,
                sale.placed_ms,
                sale.day,
                sale.hour_ms,
                sale.hour,
                sale.channel_id,
                sale.location_id,
                sale.region,
                fact_lines,
            )
        )
        for product_id, location_id, quantity in sale.takes:
            takes.append(stock.Take(order_id, product_id, location_id, quantity, sale.placed_ms, seq))
        results.append(Placed(id=order_id, seq=seq, first_line=line_id - len(sale.lines)))
        order_id += 1
        seq += 1
    dao.insert_orders(tx, orders, lines)
    stock.take(tx, takes)  # the shelf's levels were looked at before
    rollups.add_sales(tx, facts)
    return results


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
    return _filled(results, _enter_returns(tx, accepted))


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


@merging
def enter_returns(tx: Tx, returns: Sequence[GoodsReturn]) -> Results:
    """Enter returns that are ready to be written. Refusal: Conflict `duplicate` (channel and external id)."""
    taken = dao.find_taken_returns(tx, [entry.external_id for entry in returns if entry.external_id is not None])
    results: Results = []
    fresh: list[GoodsReturn] = []
    next_id = tx.next("returns", 0)
    for entry in returns:
        if entry.external_id is not None:
            first = taken.setdefault((entry.channel_id, entry.external_id), next_id + len(fresh))
            if first != next_id + len(fresh):
                results.append(_duplicate(entry.external_id, f"/returns/{first}", first))
                continue
        fresh.append(entry)
        results.append({})
    return _filled(results, _enter_returns(tx, fresh))


def _enter_returns(tx: Tx, returns: Sequence[GoodsReturn]) -> list[dict[str, int]]:
    if not returns:
        return []
    return_id = tx.next("returns", len(returns))
    line_id = tx.next("return_line", sum(len(entry.lines) for entry in returns))
    seq = outbox.append(tx, "orders", "returned", return_id, len(returns))
    rows, lines, facts, results = [], [], [], []
    backs: list[stock.Back] = []
    for entry in returns:
        rows.append(
            (
                return_id,
                seq,
                entry.order_id,
                entry.returned_ms,
                tx.now_ms,
                entry.day,
                entry.hour_ms,
                entry.hour,
                entry.channel_id,
                entry.location_id,
                entry.region,
                entry.external_id,
                entry.customer_id,
                entry.reason,
                entry.note,
                entry.total_minor,
            )
        )
        fact_lines = []
        for line in entry.lines:
            lines.append(
                (
                    line_id,
                    return_id,
                    line.order_line_id,
                    line.product_id,
                    line.version_id,
                    line.quantity,
                    line.price_minor,
                    line.amount_minor,
                    line.cost_minor,
                    int(line.restock),
                    line.lot,
                )
            )
            cost = None if line.cost_minor is None else line.cost_minor * line.quantity
            fact_lines.append((line.version_id, line.quantity, line.amount_minor, cost))
            line_id += 1
        facts.append(
            rollups.ReturnFact(
                return_id,
                entry.returned_ms,
                entry.day,
                entry.hour_ms,
                entry.hour,
                entry.channel_id,
                entry.location_id,
                entry.region,
                fact_lines,
            )
        )
        backs += _goods_back(tx, entry, return_id, seq)
        results.append({"id": return_id, "seq": seq, "order_id": entry.order_id or 0})
        return_id += 1
        seq += 1
    dao.insert_returns(tx, rows, lines)
    stock.give_back(tx, backs)
    rollups.add_returns(tx, facts)
    return results


def _goods_back(tx: Tx, entry: GoodsReturn, return_id: int, seq: int) -> list[stock.Back]:
    back = [line for line in entry.lines if line.restock]
    if not back:
        return []
    known, _ = products.find_for_sale(tx, {line.product_id for line in back}, ())
    place = entry.location_id or shop.default_location_id(tx)
    return [
        stock.Back(return_id, entry.order_id, line.product_id, place, line.quantity, entry.returned_ms, seq, line.lot)
        for line in back
        if known[line.product_id]["tracked"]
    ]
