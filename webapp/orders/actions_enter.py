"""Sales and returns that are ready are written: whole, numbered without a hole, with stock, figures and event."""

from collections.abc import Sequence
from itertools import count as count_from
from typing import Any

from webapp.db.tx import Tx, merging
from webapp.errors import Conflict, FieldError, Problem
from webapp.live import outbox
from webapp.metrics import rollups
from webapp.orders import dao
from webapp.orders.actions_laid import Laid
from webapp.orders.shapes import GoodsReturn, Sale
from webapp.products import dao as products
from webapp.shop import dao as shop
from webapp.stock import actions as stock

Results = list[dict[str, int] | Problem]


class Placed(dict[str, int]):
    """The result of an order just placed; `rows()` are the rows that a read of it would find."""

    __slots__ = ("names", "sale", "tx_ms")
    names: Any  # the shelf that the order was resolved against
    sale: Sale
    tx_ms: int

    def as_kept(self) -> dict[str, int]:
        """What is kept of it for who sends the order again."""
        return {"id": self["id"], "seq": self["seq"]}

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
            lines.append({**line._asdict(), "id": first + number, "sku": product.sku, "name": product.name})
        return order, lines


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
    return filled(results, enter(tx, fresh))


def enter_laid(tx: Tx, laid: Laid) -> Results:
    """Enter sales that were laid out before the transaction. Refusal: as `enter_sales`."""
    named = [(sale.channel_id, sale.external_id) for sale in laid.sales if sale.external_id is not None]
    taken = dao.find_taken(tx, [external_id for _, external_id in named])
    if taken.keys() & set(named) or len(set(named)) < len(named) or laid.newest_ms >= rollups.oldest_ms(tx):
        return enter_sales(tx, laid.sales)
    return list(enter(tx, laid.sales, laid))


def enter(tx: Tx, sales: Sequence[Sale], laid: Laid | None = None, levels: stock.Levels | None = None) -> list[Placed]:
    """Orders under the next numbers, with their lines, stock, figures and event. laid: the same sales, laid out.

    levels: of every counted product of the sales, where they were looked at in this transaction; they are used up.
    """
    if not sales:
        return []
    laid = laid or Laid(sales, oldest_ms=rollups.oldest_ms(tx))
    order_id = first_id = tx.next("orders", len(sales))
    line_id = tx.next("order_line", len(laid.lines))
    seq = outbox.append(tx, "orders", "placed", order_id, len(sales))
    orders, results = [], []
    owners: list[int] = []
    takes: list[stock.Take] = []
    for sale in sales:
        count = len(sale.lines)
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
                count,
            )
        )
        results.append(Placed(id=order_id, seq=seq, first_line=line_id + len(owners)))
        owners += [order_id] * count
        for product_id, location_id, quantity in sale.takes:
            takes.append(stock.Take(order_id, product_id, location_id, quantity, sale.placed_ms, seq))
        order_id += 1
        seq += 1
    dao.insert_orders(tx, orders)
    if laid.staged is None or not laid.staged.put(tx, line_id, first_id):
        dao.insert_lines(
            tx,
            [
                (number, owner, *line)
                for number, owner, line in zip(count_from(line_id), owners, laid.lines, strict=False)
            ],
        )
    stock.take(tx, takes, levels=levels)  # whether there is enough was looked at before
    rollups.add(tx, laid.figures)
    return results


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
    return filled(results, write_returns(tx, fresh))


def write_returns(tx: Tx, returns: Sequence[GoodsReturn]) -> list[dict[str, int]]:
    """Returns under the next numbers, with their lines, stock, figures and event."""
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


def _duplicate(external_id: str, location: str, first: int) -> Conflict:
    error = FieldError("/external_id", "duplicate", "This was entered before.")
    return Conflict(f"{external_id} of this channel is already here.", error, location=location, id=first)


def filled(results: Results, entered: Sequence[dict[str, int]]) -> Results:
    """The results with what was entered in the places that were not refused."""
    remaining = iter(entered)
    return [result if isinstance(result, Problem) else next(remaining) for result in results]
