"""What stock hands around: entries as asked for."""

from dataclasses import dataclass

REASONS = ("delivery", "count", "waste", "transfer")
MOST = 999_999_999


@dataclass(slots=True)
class Entry:
    """Goods that came, went or were counted: exactly one of change and count is given.

    oversell: whether the level may fall below zero by it.
    """

    product_id: int
    location_id: int
    change: int | None = None
    count: int | None = None
    reason: str | None = None
    note: str | None = None
    lot: str | None = None
    oversell: bool = False
