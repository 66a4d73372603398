"""What buckets of time are called, in full and under a chart."""

from webapp import clock
from webapp.text import Formatter

HOURS_OF_A_DAY = 25  # the longest day, when the clocks go back


def name(time: int, grain: str, said: Formatter) -> str:
    """Return a bucket's name in full: "Saturday 21 November", "Week of 16 Nov", "Q4 2026"."""
    if grain == "hour":
        return said.pattern(time, "EEE d MMM HH:mm")
    if grain == "day":
        return said.date(time)
    if grain == "week":
        return f"Week of {said.day_month(time)}"
    if grain == "month":
        return said.month(time)
    date = clock.day_to_date(time)
    return str(date.year) if grain == "year" else f"Q{(date.month + 2) // 3} {date.year}"


def row(time: int, grain: str, said: Formatter) -> str:
    """Return a bucket's name in a table, short and with its year: "Sat 21 Nov 2026", "21 Nov 2026, 14:00"."""
    if grain == "hour":
        return said.datetime(time)
    if grain == "day":
        return f"{said.weekday(time)} {said.short_date(time)}"
    return f"Week of {said.short_date(time)}" if grain == "week" else name(time, grain, said)


def tick(time: int, grain: str, said: Formatter, index: int, count: int) -> str:
    """Return what stands under a bucket: the first in full, then only what changes, "" for nothing."""
    if grain == "hour":
        return said.time(time) if count <= HOURS_OF_A_DAY else _midnight(time, said)
    date = clock.day_to_date(time)
    if grain == "day":
        if count <= 10:
            return f"{said.weekday(time)} {date.day}"
        monday = clock.weekday(time) == 1
        return (said.day_month(time) if index < 7 or date.day <= 7 else str(date.day)) if monday else ""
    if grain == "week":
        return said.day_month(time)
    if grain == "month":
        first = index == 0 or date.month == 1
        return said.pattern(said.zone.noon(time), "MMM y" if first else "MMM")
    return name(time, grain, said)


def _midnight(time: int, said: Formatter) -> str:
    """Over several days an hour says nothing by itself: the first one of a day has its date below it."""
    day = said.zone.day_of(time)
    return f"{said.weekday(day)} {clock.day_to_date(day).day}" if said.zone.bounds(day)[0] == time else ""
