"""Buckets of time: hours, days, weeks from Monday, months, quarters and years, and which earlier one each answers to.

A bucket is named by its first business day, an hour by the instant at which it began.
"""

from collections.abc import Callable, Iterable
from typing import Any

from webapp import clock
from webapp.clock import Zone
from webapp.metrics.periods import Period, Shift
from webapp.metrics.sums import Time

_STARTS: dict[str, Callable[[int], int]] = {
    "day": lambda day: day,
    "week": clock.week_start,
    "month": lambda day: clock.first_day(clock.month_of(day)),
    "quarter": clock.quarter_start,
    "year": clock.year_start,
}
_MONTHLY = ("month", "quarter", "year")


def time_of(grain: str | None, shift: Shift | None = None) -> Time | None:
    """The finest time that sums of this grain must tell, so that they can be put into buckets.

    shift: of a comparison, whose days fall into the buckets of the days they correspond to.
    """
    if grain is None:
        return None
    if grain == "hour":
        return "hour_ms"
    if grain in _MONTHLY and (shift is None or shift.unit == "months"):
        return "month"
    return "week" if grain == "week" and shift is None else "day"


def bucket_of(grain: str, time: Time, value: int) -> int:
    """The bucket in which a time lies that sums were told by."""
    if grain == "hour":
        return value
    return _STARTS[grain](clock.first_day(value) if time == "month" else value)


def forward(grain: str, time: Time, value: int, shift: Shift, zone: Zone) -> int | None:
    """The bucket to which an earlier time corresponds; None where the calendar has no such day."""
    if time == "month":
        return bucket_of(grain, time, value + shift.count)
    if grain == "hour":
        return _later_hour(value, shift, zone)
    day, exists = shift.forward(value)
    return bucket_of(grain, time, day) if exists or grain in _MONTHLY else None


def has_earlier(grain: str, bucket: int, shift: Shift, zone: Zone) -> bool:
    """Whether the earlier period has a bucket that this one is compared with."""
    if grain in (*_MONTHLY, "week"):
        return True
    day = zone.day_of(bucket) if grain == "hour" else bucket
    earlier = shift.back(day)
    if shift.forward(earlier) != (day, True):
        return False
    if grain == "day":
        return True
    hour = zone.hour_of(bucket)[1]
    first = next(start for start, name in zone.hours(day) if name == hour)
    return bucket == first and any(name == hour for _, name in zone.hours(earlier))


def end_of(grain: str, bucket: int, zone: Zone) -> int:
    """The instant at which a bucket ends."""
    if grain == "hour":
        return _next_hour(bucket, zone)
    return zone.bounds(_next(grain, bucket))[0]


def listed(grain: str, period: Period, now_ms: int, zone: Zone, found: Iterable[int]) -> list[int]:
    """Every bucket of the period up to the present, and on to the last that holds something; none is left out.

    A period without a begin starts with the first bucket that holds something.
    """
    known = sorted(set(found))
    last_ms = now_ms if period.to_ms is None else min(now_ms, period.to_ms - 1)
    bounds = [*known[:1], *known[-1:]]
    if period.from_ms is not None and period.from_ms <= last_ms:
        bounds += [_at(grain, period.from_ms, zone), _at(grain, last_ms, zone)]
    elif known and period.from_ms is None:
        bounds.append(max(known[-1], _at(grain, last_ms, zone)))
    if not bounds:
        return []
    bucket, last = min(bounds), max(bounds)
    buckets = [bucket]
    while bucket < last:
        bucket = _next_hour(bucket, zone) if grain == "hour" else _next(grain, bucket)
        buckets.append(bucket)
    return buckets


def _at(grain: str, ms: int, zone: Zone) -> int:
    return zone.hour_of(ms)[0] if grain == "hour" else _STARTS[grain](zone.day_of(ms))


def _next(grain: str, bucket: int) -> int:
    if grain in ("day", "week"):
        return bucket + (1 if grain == "day" else 7)
    return clock.first_day(clock.month_of(bucket) + {"month": 1, "quarter": 3, "year": 12}[grain])


def _next_hour(start: int, zone: Zone) -> int:
    day = zone.day_of(start)
    return next((later for later, _ in zone.hours(day) if later > start), zone.bounds(day)[1])


def _later_hour(start: int, shift: Shift, zone: Zone) -> int | None:
    hour = zone.hour_of(start)[1]
    day, exists = shift.forward(zone.day_of(start))
    if not exists:
        return None
    hours: list[tuple[int, Any]] = zone.hours(day)
    # An hour that the later day leaps over falls to the next that it has.
    return next((later for later, name in hours if name >= hour), hours[-1][0])
