"""How a span of time is read: whole months, days and hours from rollups, what is left over from lines.

Only the edges of a span cost more than rollups: at most an hour at each end, or a day where products are told apart.
"""

from typing import Literal, NamedTuple

from webapp import clock
from webapp.clock import Zone

Source = Literal["month", "day", "hour", "moments"]
BEFORE, AFTER = -(10**6), 10**7  # days before and after all that can be
FIRST_MONTH = 1  # before all that can be
FIRST_MS, LAST_MS = -(10**15), 10**15
_LATEST_MS = clock.parse_time("9998-12-31T00:00:00Z")


class Span(NamedTuple):
    """[first, last) of one source: months or days as numbers, hours and moments as instants."""

    source: Source
    first: int
    last: int


def by_day(from_ms: int | None, to_ms: int | None, zone: Zone) -> list[Span]:
    """Whole days, and the moments of the days that are cut."""
    first, last = day_from(from_ms, zone), _day_to(to_ms, zone)
    if from_ms is not None and to_ms is not None and first > last:
        return _some(Span("moments", from_ms, to_ms))
    spans = [Span("day", first, last)]
    if from_ms is not None:
        spans.append(Span("moments", from_ms, zone.bounds(first)[0]))
    if to_ms is not None and last < AFTER:
        spans.append(Span("moments", zone.bounds(last)[0], to_ms))
    return _some(*spans)


def by_month(from_ms: int | None, to_ms: int | None, zone: Zone, newest: int | None = None) -> list[Span]:
    """Whole months, the whole days beside them, and the moments of the days that are cut.

    newest: the last day of which anything is known; a month that ends behind it is whole although it goes on.
    """
    found: list[Span] = []
    for span in by_day(from_ms, to_ms, zone):
        if span.source == "day" and newest is not None and span.last > newest:
            ahead = span.first != BEFORE and _month_from(span.first) > clock.month_of(newest)
            span = span._replace(last=max(span.first, newest) + 1 if ahead else AFTER)
        found += _months(span) if span.source == "day" else [span]
    return found


def by_hour(from_ms: int | None, to_ms: int | None, zone: Zone) -> list[Span]:
    """Whole hours, and the moments of the hours that are cut."""
    if to_ms is not None and to_ms > _LATEST_MS:
        to_ms = None
    first = FIRST_MS if from_ms is None else hour_from(from_ms, zone)
    last = LAST_MS if to_ms is None else zone.hour_of(to_ms)[0]
    if from_ms is not None and to_ms is not None and first > last:
        return _some(Span("moments", from_ms, to_ms))
    spans = [Span("hour", first, last)]
    if from_ms is not None:
        spans.append(Span("moments", from_ms, first))
    if to_ms is not None:
        spans.append(Span("moments", last, to_ms))
    return _some(*spans)


def by_day_and_hour(from_ms: int | None, to_ms: int | None, zone: Zone) -> list[Span]:
    """Whole days, the whole hours of the days that are cut, and the moments of the hours that are cut."""
    found: list[Span] = []
    for span in by_day(from_ms, to_ms, zone):
        found += by_hour(span.first, span.last, zone) if span.source == "moments" else [span]
    return found


def moments(from_ms: int | None, to_ms: int | None) -> list[Span]:
    """The whole span from its lines."""
    return _some(Span("moments", FIRST_MS if from_ms is None else from_ms, LAST_MS if to_ms is None else to_ms))


def _some(*spans: Span) -> list[Span]:
    return [span for span in spans if span.first < span.last]


def day_from(from_ms: int | None, zone: Zone) -> int:
    """The first day that begins at the instant or later; None is before all of them."""
    if from_ms is None:
        return BEFORE
    day = zone.day_of(from_ms)
    return day if zone.bounds(day)[0] == from_ms else day + 1


def _day_to(to_ms: int | None, zone: Zone) -> int:
    return AFTER if to_ms is None or to_ms > _LATEST_MS else zone.day_of(to_ms)


def hour_from(from_ms: int, zone: Zone) -> int:
    """The begin of the first hour that begins at the instant or later."""
    if zone.hour_of(from_ms)[0] == from_ms:
        return from_ms
    day = zone.day_of(from_ms)
    later = [start for start, _ in zone.hours(day) if start > from_ms]
    return later[0] if later else zone.bounds(day)[1]


def _months(days: Span) -> list[Span]:
    first = FIRST_MONTH if days.first == BEFORE else _month_from(days.first)
    last = AFTER if days.last == AFTER else clock.month_of(days.last)
    if first >= last:
        return [days]
    found = [Span("month", first, last)]
    if days.first != BEFORE:
        found.append(Span("day", days.first, clock.first_day(first)))
    if days.last != AFTER:
        found.append(Span("day", clock.first_day(last), days.last))
    return _some(*found)


def _month_from(day: int) -> int:
    month = clock.month_of(day)
    return month if clock.first_day(month) == day else month + 1
