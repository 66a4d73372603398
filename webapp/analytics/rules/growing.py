"""Which of several stand out: what grew most, and where the average order is highest; on ten orders or more."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from webapp.analytics.rules.changes import FEW_ORDERS

T = TypeVar("T")
MOST = 3
Figure = Callable[[T], Any]


def grew_most(items: Sequence[T], change: Figure[T], orders_then: Figure[T]) -> list[T]:
    """Return the three at most that grew by the largest part, the best first; those with few orders before stay out.

    change: the change as a fraction of the earlier figure, None without one.
    """
    told = [item for item in items if (orders_then(item) or 0) >= FEW_ORDERS and (change(item) or 0) > 0]
    return sorted(told, key=change, reverse=True)[:MOST]


def above(items: Sequence[T], value: Figure[T], orders: Figure[T], whole: int | Decimal | None) -> list[T]:
    """Return the three at most whose figure lies furthest above that of the whole; those with few orders stay out."""
    if whole is None:
        return []
    told = [item for item in items if (orders(item) or 0) >= FEW_ORDERS and (value(item) or 0) > whole]
    return sorted(told, key=value, reverse=True)[:MOST]
