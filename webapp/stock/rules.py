"""Arithmetic of stock; it knows neither the database nor the clock."""

from webapp.stock.shapes import Entry


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
