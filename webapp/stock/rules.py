"""Arithmetic and checks of stock; they know neither the database nor the clock."""

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


def change_of(entry: Entry, level: int) -> int:
    """By how much an entry moves a level."""
    return entry.count - level if entry.count is not None else entry.change or 0


def reason_of(entry: Entry) -> str:
    """The reason as given, else the likely one: a count, a delivery, or waste where the goods became fewer."""
    if entry.reason is not None:
        return entry.reason
    if entry.count is not None:
        return "count"
    return "delivery" if (entry.change or 0) > 0 else "waste"
