"""The hours of a day beside those of an earlier day, on days of 23, 24 and 25 hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HOUR_MS = 3_600_000
SHORTEST = 8

Hours = Sequence[tuple[int, int]]  # the instant at which each local hour begins, and its number on the clock


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour: its instants, its number on the clock, whether the clock shows it for the second time.

    value: None when it is to come. then: what the same hour of the earlier day took, None when there is none.
    """

    at: int
    until: int
    number: int
    again: bool
    value: int | None
    then: int | None
    open: bool


def beside(
    hours: Hours, end_ms: int, sold: Mapping[int, int], earlier: Hours, sold_then: Mapping[int, int], now_ms: int
) -> list[Hour]:
    """Put the hours of a day beside those of an earlier one, by the clock, each with what it took.

    sold and sold_then: by the instant of the hour; an hour without sales took nothing. An hour that the day lacks
    (the clock leapt) is added to the next one, so that both sums stay whole. No `earlier`: every `then` is None.
    """
    thens = _by_clock([number for _, number in hours], earlier, sold_then)
    ends = [at for at, _ in hours[1:]] + [end_ms]
    seen: set[int] = set()
    found = []
    for (at, number), until, then in zip(hours, ends, thens, strict=True):
        value = sold.get(at, 0) if at <= now_ms else sold.get(at) or None
        found.append(Hour(at, until, number, number in seen, value, then, at <= now_ms < until))
        seen.add(number)
    return found


def _by_clock(numbers: Sequence[int], earlier: Hours, sold: Mapping[int, int]) -> list[int | None]:
    thens: list[int | None] = [None] * len(numbers)
    if not earlier:
        return thens
    places = dict(zip(_named(numbers), range(len(numbers)), strict=True))
    waiting = 0
    for name, (at, number) in zip(_named([number for _, number in earlier]), earlier, strict=True):
        took = sold.get(at, 0)
        # The second 01:00 of a long day belongs to the one 01:00 of a day of 24 hours.
        place = places.get(name, places.get((number, 0)) if name[1] else None)
        if place is None:
            waiting += took
            continue
        thens[place] = (thens[place] or 0) + took + waiting
        waiting = 0
    if waiting:
        thens[-1] = (thens[-1] or 0) + waiting
    return thens


def _named(numbers: Iterable[int]) -> list[tuple[int, int]]:
    seen: dict[int, int] = {}
    names = []
    for number in numbers:
        names.append((number, seen.get(number, 0)))
        seen[number] = seen.get(number, 0) + 1
    return names


def busy(hours: Sequence[Hour]) -> list[Hour]:
    """Return the stretch of the day in which anything was sold on either day, the present too, at least eight hours.

    What lies outside sold nothing, so that no sum changes.
    """
    used = [i for i, hour in enumerate(hours) if hour.value or hour.then or hour.open]
    first, last = (used[0], used[-1]) if used else (9, 17)
    while last - first + 1 < SHORTEST and (first > 0 or last < len(hours) - 1):
        first, last = max(0, first - 1), min(len(hours) - 1, last + 1)
    return list(hours[first : last + 1])


def stretch(cells: Mapping[tuple[int, int], int]) -> range:
    """Return the hours of the clock from the first with sales to the last, for a map of (weekday, hour)."""
    used = sorted({hour for (_, hour), value in cells.items() if value})
    return range(used[0], used[-1] + 1) if used else range(9, 18)


def between(course: Sequence[tuple[int, int, int]], hours: Hours) -> dict[int, int]:
    """Return what each hour took, by the instant at which it began, from the sums of a course (instant, clock, sum).

    The course has a point at the edge of every hour that has begun; hours to come are left out.
    """
    sums = {at: total for at, _, total in course}
    if not course:
        return {}
    last_at, _, last = course[-1]
    edges = [at for at, _ in hours]
    found = {}
    for at, after in zip(edges, [*edges[1:], last_at], strict=True):
        if at in sums and at < last_at:
            found[at] = (sums.get(after, last) if after < last_at else last) - sums[at]
    return found
