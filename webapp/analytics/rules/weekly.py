"""Hours of the week: which whole days of a period there are, and what an hour of a weekday sells on average."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from webapp import clock, money

Cells = Mapping[tuple[int, int], int]
QUIET = 50


def whole_days(first: int, last: int, today: int) -> tuple[int, int] | None:
    """Return the finished days from first to last, both included; None where none of them is over.

    An unfinished day would count among those that a weekday is divided by and make its later hours look poor.
    """
    last = min(last, today - 1)
    return (first, last) if first <= last else None


def weekdays(first: int, last: int) -> dict[int, int]:
    """Return how often each weekday, 1 Monday to 7, occurs from first to last, both included."""
    weeks, more = divmod(last - first + 1, 7)
    begun = {(clock.weekday(first) - 1 + i) % 7 + 1 for i in range(more)}
    return {weekday: weeks + (weekday in begun) for weekday in range(1, 8)}


def average(total: int, days: int, unit: str) -> int | Decimal | None:
    """Return what so many days brought on average: minor units, or a count to one decimal; None of no day."""
    if not days:
        return None
    if unit == "money":
        return money.divide(total, days)
    return (Decimal(total) / days).quantize(Decimal("0.1"))


def busy(cells: Cells) -> range:
    """Return the hours of the clock between the nearly empty ones at both ends of the day, which hold a fiftieth at most.

    The range is never empty; without any sales it is that of a common day.
    """
    sums = {hour: value for hour, value in by_hour(cells, range(24)).items() if value > 0}
    if not sums:
        return range(9, 18)
    first, last, spare = min(sums), max(sums), sum(sums.values()) // QUIET
    while first < last:
        quieter = min((first, last), key=lambda hour: sums.get(hour, 0))
        spare -= sums.get(quieter, 0)
        if spare < 0:
            break
        first, last = (first + 1, last) if quieter == first else (first, last - 1)
    return range(first, last + 1)


def by_hour(cells: Cells, hours: Iterable[int]) -> dict[int, int]:
    """Return the sums of these hours of the clock over all weekdays."""
    return {hour: sum(cells.get((weekday, hour), 0) for weekday in range(1, 8)) for hour in hours}


def by_weekday(cells: Cells) -> dict[int, int]:
    """Return the sums of each weekday over all hours."""
    found = dict.fromkeys(range(1, 8), 0)
    for (weekday, _), value in cells.items():
        found[weekday] += value
    return found
