"""The verbs of the till: a sale, and its undoing."""

from collections.abc import Sequence
from typing import Any

from webapp.db.tx import Tx, merging
from webapp.errors import NotFound, Problem
from webapp.orders import actions as orders
from webapp.orders import dao as orders_dao
from webapp.orders.shapes import OrderDraft, ReturnDraft, ReturnLineDraft

CORRECTION = "correction"


@merging
def sell(tx: Tx, drafts: Sequence[OrderDraft]) -> list[dict[str, int] | Problem]:
    """The sales are placed; see orders.place_orders for the results and refusals."""
    return orders.place_orders(tx, drafts)


def undo(tx: Tx, order_ids: Sequence[int]) -> list[dict[str, Any] | Problem]:
    """All that is left of each order has come back, with the reason `correction`.

    A result is {"id", "lines": [[product id, quantity], ...]}; of an order of which nothing is left, no lines.
    Refusal: NotFound.
    """
    return [_undo(tx, order_id) for order_id in order_ids]


def _undo(tx: Tx, order_id: int) -> dict[str, Any] | Problem:
    if order_id not in orders_dao.find_orders(tx, [order_id]):
        return NotFound(f"There is no order {order_id}.")
    sold = orders_dao.find_sold(tx, [order_id])[order_id].values()
    left = [line for line in sold if line.quantity > line.returned]
    if left:
        lines = [ReturnLineDraft(line.id, line.quantity - line.returned) for line in left]
        refusal = orders.return_goods(tx, [ReturnDraft(order_id, lines, reason=CORRECTION)])[0]
        if isinstance(refusal, Problem):
            return refusal
    return {"id": order_id, "lines": [[line.product_id, line.quantity - line.returned] for line in left]}
