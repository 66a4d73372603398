"""The last minute: what was placed in (now - 60 s, now] and in the minute before, exact to the order and the cent.

The window slides; it is not the clock's minute. Sales count by when they were placed, not by when they were entered,
one that is dated ahead when its moment comes; returns do not lower it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.metrics import sums
from webapp.metrics.compose import fetch
from webapp.metrics.filters import Filters

WINDOW_MS = 60_000


@dataclass(frozen=True)
class LastMinute:
    """Revenue in minor units and orders of the last sixty seconds and of the sixty before."""

    revenue: int
    previous_revenue: int
    orders: int
    previous_orders: int

    @property
    def change(self) -> int:
        """By how much the revenue is above that of the minute before."""
        return self.revenue - self.previous_revenue

    @property
    def change_ratio(self) -> Decimal | None:
        """The change as a fraction of the minute before; None where that brought nothing."""
        return money.ratio(self.change, self.previous_revenue)


def last_minute(tx: Any, filters: Filters, now_ms: int) -> LastMinute:
    """The two windows under the filters at `now_ms`."""
    if filters.of_products or filters.weekday or filters.hour:
        now, then = (_from_orders(tx, filters, end_ms) for end_ms in (now_ms, now_ms - WINDOW_MS))
    else:
        now, then = _from_seconds(tx, filters, now_ms)
    return LastMinute(now[1], then[1], now[0], then[0])


def _from_orders(tx: Any, filters: Filters, end_ms: int) -> tuple[int, int]:
    found = sums.collect(tx, end_ms - WINDOW_MS + 1, end_ms + 1, (), filters).get((), [0, 0])
    return found[0], found[1]


def _from_seconds(tx: Any, filters: Filters, now_ms: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Whole seconds from their rollup; the seconds that a window cuts, three of them, order by order."""
    second = now_ms // 1000
    counted = {0: [0, 0], 1: [0, 0]}
    seconds = fetch(
        tx, "minute_seconds", "sales", ["later_second"], filters,
        first_second=second - 119, middle_second=second - 60, last_second=second,
    )  # fmt: skip
    edges = fetch(
        tx, "minute_edges", "sales", ["later_moment"], filters, middle_ms=now_ms - WINDOW_MS,
        first_ms=now_ms - 2 * WINDOW_MS + 1, first_end_ms=(second - 119) * 1000,
        middle_begin_ms=(second - 60) * 1000, middle_end_ms=(second - 59) * 1000,
        last_begin_ms=second * 1000, last_ms=now_ms + 1,
    )  # fmt: skip
    for later, orders, gross in (*seconds, *edges):
        counted[later][0] += orders
        counted[later][1] += gross
    return (counted[1][0], counted[1][1]), (counted[0][0], counted[0][1])
