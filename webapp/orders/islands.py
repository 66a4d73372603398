"""Orders as the live channel tells them: each as it stood at its own number of the shop's history."""

from collections.abc import Sequence
from typing import Any

from webapp.live.outbox import Event
from webapp.live.topics import Shaped
from webapp.orders import dao
from webapp.orders.shapes.outgoing import order_json, return_json
from webapp.web import jsonio


def shape_events(tx: Any, events: Sequence[Event]) -> list[Shaped]:
    """One entry a change: the order of each event, with the returns that had a number by then."""
    placed = [order_id for event in events if event.event == "placed" for order_id in event.ids()]
    returned = [return_id for event in events if event.event == "returned" for return_id in event.ids()]
    returns = dao.find_returns(tx, returned) if returned else {}
    order_ids = placed + [row["order_id"] for row in returns.values() if row["order_id"] is not None]
    known = Known(tx, order_ids)
    lines = dao.find_return_lines(tx, [row["id"] for row in returns.values() if row["order_id"] is None])
    shaped: list[Shaped] = []
    for event in events:
        for offset, changed_id in enumerate(event.ids()):
            seq = event.seq + offset
            if event.event == "placed":
                data = known.order(changed_id, seq)
            elif returns[changed_id]["order_id"] is not None:
                data = known.order(returns[changed_id]["order_id"], seq)
            else:
                data = {"id": None, "returns": [return_json(returns[changed_id], lines[changed_id], tx.currency)]}
            shaped.append((seq, event.event, event.at_ms, jsonio.dumps(data)))
    return shaped


class Known:
    """Orders with their lines and returns, read at once, shown as of any number of history."""

    def __init__(self, tx: Any, order_ids: Sequence[int]) -> None:
        self.currency = tx.currency
        self.orders = dao.find_orders(tx, order_ids) if order_ids else {}
        self.lines = dao.find_lines(tx, order_ids) if order_ids else {}
        self.returns = dao.find_returns_of(tx, order_ids) if order_ids else {}
        self.back = dao.find_return_lines(tx, [row["id"] for rows in self.returns.values() for row in rows])

    def order(self, order_id: int, seq: int | None = None) -> dict[str, Any]:
        """The order's JSON with the returns up to `seq`, or all of them."""
        returns = [row for row in self.returns.get(order_id, []) if seq is None or row["seq"] <= seq]
        return order_json(self.orders[order_id], self.lines[order_id], returns, self.back, self.currency)


def newest(tx: Any) -> str:
    """The newest 50 orders as they stand now: a JSON array, the newest first."""
    ids = dao.find_newest(tx, 50)
    known = Known(tx, ids)
    return jsonio.dumps([known.order(order_id) for order_id in ids])
