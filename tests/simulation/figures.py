"""The figures that the ledger of the model gives, to compare with `GET /analytics` and `GET /explore`."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tests.simulation.facts import half_away
from tests.simulation.model import Ledger

MINUTE_MS = 60_000


def analytics(ledger: Ledger, now_ms: int) -> dict[str, Any]:
    """As GET /analytics answers for all time."""
    orders = ledger.orders.values()
    gross = sum(order.total for order in orders)
    back = sum(line.amount for entry in ledger.returns.values() for line in entry.lines)
    now, before = (_minute(ledger, end) for end in (now_ms, now_ms - MINUTE_MS))
    return {
        "seq": ledger.seq, "currency": ledger.currency, "total_revenue": ledger.money(gross - back),
        "orders": len(orders), "units": sum(line.quantity for order in orders for line in order.lines),
        "average_order_value": ledger.money(half_away(gross, len(orders))) if orders else None,
        "last_minute": {
            "revenue": ledger.money(now[0]), "orders": now[1], "previous_revenue": ledger.money(before[0]),
            "previous_orders": before[1], "change": ledger.money(now[0] - before[0]),
        },
    }  # fmt: skip


def _minute(ledger: Ledger, end_ms: int) -> tuple[int, int]:
    found = [one.total for one in ledger.orders.values() if end_ms - MINUTE_MS < one.placed_ms <= end_ms]
    return sum(found), len(found)


def top(ledger: Ledger) -> list[dict[str, Any]]:
    """The products of all time by revenue, then id."""
    sums = by(ledger, lambda fact: fact["product"])
    rows = [
        {"product_id": product, "revenue": ledger.money(one["net"]), "units": one["units"]}
        for product, one in sorted(sums.items(), key=lambda row: (-row[1]["net"], row[0]))
    ]
    return rows[:10]


def by(ledger: Ledger, value: Callable[[dict[str, Any]], Any]) -> dict[Any, dict[str, int]]:
    """Net sales in minor units, units sold and orders, by what `value` makes of a line's facts."""
    sums: dict[Any, dict[str, int]] = defaultdict(lambda: {"net": 0, "units": 0, "orders": 0})
    seen: set[tuple[Any, int]] = set()
    for fact in _facts(ledger):
        name = value(fact)
        sums[name]["net"] += fact["net"]
        sums[name]["units"] += fact["units"]
        if fact["order"] is not None and (name, fact["order"]) not in seen:
            seen.add((name, fact["order"]))
            sums[name]["orders"] += 1
    return sums


def _facts(ledger: Ledger) -> Iterator[dict[str, Any]]:
    for order in ledger.orders.values():
        for line in order.lines:
            yield {
                "day": ledger.day(order.placed_ms), "product": line.product_id, "category": line.category,
                "channel": order.channel, "location": order.location, "region": order.region, "net": line.total,
                "units": line.quantity, "order": order.id,
            }  # fmt: skip
    for entry in ledger.returns.values():
        order = ledger.orders.get(entry.order_id or 0)
        for back in entry.lines:
            yield {
                "day": ledger.day(entry.at_ms), "product": back.product_id, "category": back.category,
                "channel": entry.channel, "location": entry.location, "region": order.region if order else None,
                "net": -back.amount, "units": 0, "order": None,
            }  # fmt: skip
