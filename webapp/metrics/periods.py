"""Periods and what they are compared with: half-open, in the shop's business days, right on days of 23 and 25 hours.

A period is [from, to) in UTC milliseconds. One that is made of whole business days also names them. A comparison is
a period shifted back by whole days or by calendar months; nothing here adds 24 hours to an instant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from webapp import clock
from webapp.clock import Zone
from webapp.errors import all_of, invalid_parameter

NAMES = ("today", "yesterday", "7d", "28d", "90d", "wtd", "mtd", "qtd", "ytd", "12m", "all")
MODES = ("previous", "weekday", "last_year", "none")
LAST_YEAR_DAYS = 364
MONTHS_BEFORE = {"mtd": 1, "qtd": 3, "ytd": 12, "12m": 12}
_LATEST_DAY = clock.parse_date("9998-12-31")


@dataclass(frozen=True)
class Shift:
    """How far back a comparison lies: so many days or so many calendar months."""

    unit: Literal["days", "months"]
    count: int

    def back(self, day: int) -> int:
        """The corresponding earlier day; a day that its month lacks is the month's last."""
        return day - self.count if self.unit == "days" else add_months(day, -self.count)[0]

    def forward(self, day: int) -> tuple[int, bool]:
        """The later day to which an earlier one corresponds, and whether the calendar has that very day."""
        return (day + self.count, True) if self.unit == "days" else add_months(day, self.count)


@dataclass(frozen=True)
class Period:
    """A span of sales, half-open; None is without end (or begin).

    from_day and to_day (exclusive) stand where the bounds are local midnights. open: the present lies before its end.
    shift: for a comparison, how far it lies before the period it belongs to.
    """

    name: str | None
    from_ms: int | None
    to_ms: int | None
    open: bool
    from_day: int | None = None
    to_day: int | None = None
    shift: Shift | None = None

    def as_json(self) -> dict[str, Any]:
        """The period as answers name it; a comparison has no `open`."""
        said: dict[str, Any] = {"name": self.name, "from": _said(self.from_ms), "to": _said(self.to_ms)}
        return said if self.shift else {**said, "open": self.open}


def parse(args: Mapping[str, Any], now_ms: int, zone: Zone, default: str = "all") -> Period:
    """The period that `period`, or `from` and `to`, ask for; `default` names the one for neither.

    Raises Invalid with the parameter: unknown (no such name), not_a_time, conflict (both ways at once, or `from`
    after `to`), too_large (a date after 9998).
    """
    name, start, end = (_single(args, key) for key in ("period", "from", "to"))
    if name is not None and (start is not None or end is not None):
        raise invalid_parameter("period", "conflict", "Give either a period or from and to, not both.")
    if start is None and end is None:
        return named(name or default, now_ms, zone)
    return _between(start, end, now_ms, zone)


def named(name: str, now_ms: int, zone: Zone) -> Period:
    """The period of that name at this moment. Raises Invalid (unknown) for a name that is none."""
    today = zone.day_of(now_ms)
    if name == "all":
        return Period("all", None, None, True)
    if name == "yesterday":
        return _days(name, today - 1, today, now_ms, zone)
    starts: dict[str, Callable[[], int]] = {
        "today": lambda: today,
        "wtd": lambda: clock.week_start(today),
        "mtd": lambda: clock.first_day(clock.month_of(today)),
        "qtd": lambda: clock.quarter_start(today),
        "ytd": lambda: clock.year_start(today),
        "12m": lambda: clock.first_day(clock.month_of(today) - 11),
    }
    if name in ("7d", "28d", "90d"):
        return _days(name, today - int(name[:-1]) + 1, today + 1, now_ms, zone)
    if name in starts:
        return _days(name, starts[name](), today + 1, now_ms, zone)
    raise invalid_parameter("period", "unknown", f"There is no period {name!r}; there are {', '.join(NAMES)}.")


def days(from_day: int, to_day: int, now_ms: int, zone: Zone) -> Period:
    """The whole business days from_day to to_day, the last one excluded."""
    return _days(None, from_day, to_day, now_ms, zone)


def compare_mode(args: Mapping[str, Any], default: str = "previous") -> str:
    """The comparison that `compare` asks for. Raises Invalid (unknown)."""
    mode = _single(args, "compare") or default
    if mode not in MODES:
        raise invalid_parameter("compare", "unknown", f"There is no comparison {mode!r}; there are {', '.join(MODES)}.")
    return mode


def compare(period: Period, mode: str, now_ms: int, zone: Zone) -> Period | None:
    """What the period is compared with, cut at the same local clock time where the period is still open.

    previous: the days, or for a period to date the week, month, quarter or year, before. weekday: shifted back by
    the smallest multiple of seven days that is at least the length. last_year: 364 days. A period of date-times is
    shifted by whole days too, at the same clock time. None for mode none, for a period without a begin and for one
    that has not begun.
    """
    shift = _shift(period, mode, now_ms, zone)
    if shift is None or period.from_ms is None:
        return None
    from_ms = _moved(period.from_ms, shift, zone)
    to_ms = _moved(now_ms if period.open else period.to_ms or now_ms, shift, zone)
    if period.open and period.to_ms is not None:
        to_ms = min(to_ms, _moved_end(period.to_ms, shift, zone))
    to_ms = max(from_ms, to_ms)
    from_day, to_day = _whole_days(from_ms, to_ms, zone)
    return Period(mode, from_ms, to_ms, False, from_day, to_day, shift)


def same_clock(ms: int, day: int, zone: Zone) -> int:
    """The instant on `day` at which the wall clock shows what it shows at `ms`; where it leaps, the next instant."""
    seconds = zone.local_seconds(ms)
    instant = zone.at(day, seconds)
    exists = zone.day_of(instant) == day and zone.local_seconds(instant) == seconds
    return instant + ms % 1000 if exists else instant


def add_months(day: int, count: int) -> tuple[int, bool]:
    """The same day of another month and whether that month has it; where it has not, the month's last day."""
    month = clock.month_of(day)
    wanted = day - clock.first_day(month)
    start, after = clock.first_day(month + count), clock.first_day(month + count + 1)
    return min(start + wanted, after - 1), start + wanted < after


def _between(start: str | None, end: str | None, now_ms: int, zone: Zone) -> Period:
    from_ms, to_ms = all_of(
        lambda: None if start is None else _bound("from", start, zone, last=False),
        lambda: None if end is None else _bound("to", end, zone, last=True),
    )
    dates = start is not None and end is not None and len(start) == len(end) == 10
    if from_ms is not None and to_ms is not None and (from_ms > to_ms or (dates and from_ms == to_ms)):
        raise invalid_parameter("from", "conflict", "The period begins after its end.")
    from_day, to_day = _whole_days(from_ms, to_ms, zone)
    return Period(None, from_ms, to_ms, to_ms is None or now_ms < to_ms, from_day, to_day)


def _bound(name: str, text: str, zone: Zone, last: bool) -> int:
    try:
        if len(text) == 10:
            day = clock.parse_date(text)
            if day > _LATEST_DAY:
                raise invalid_parameter(name, "too_large", "A period ends before the year 9999.")
            return zone.bounds(day)[1 if last else 0]
        # In a query a bare + is read as a space, so that the offset +01:00 arrives as " 01:00".
        return clock.parse_time(text[:-6] + "+" + text[-5:] if text[-6:-5] == " " else text)
    except clock.TimeError as error:
        raise invalid_parameter(name, error.code, error.detail) from None


def _days(name: str | None, from_day: int, to_day: int, now_ms: int, zone: Zone) -> Period:
    from_ms, to_ms = zone.bounds(from_day)[0], zone.bounds(to_day)[0]
    return Period(name, from_ms, to_ms, now_ms < to_ms, from_day, to_day)


def _whole_days(from_ms: int | None, to_ms: int | None, zone: Zone) -> tuple[int | None, int | None]:
    """The business days that bounds are midnights of; None for a bound that is none, both when either is a time."""
    found = [None if ms is None else zone.day_of(ms) for ms in (from_ms, to_ms)]
    for ms, day in zip((from_ms, to_ms), found, strict=True):
        if ms is not None and day is not None and zone.bounds(day)[0] != ms:
            return None, None
    return found[0], found[1]


def _shift(period: Period, mode: str, now_ms: int, zone: Zone) -> Shift | None:
    if mode == "none" or period.from_ms is None or period.from_ms > now_ms:
        return None
    if mode == "last_year":
        return Shift("days", LAST_YEAR_DAYS)
    if mode == "previous" and period.name in MONTHS_BEFORE:
        return Shift("months", MONTHS_BEFORE[period.name])
    if mode == "previous" and period.name == "wtd":
        return Shift("days", 7)
    length = _length(period, now_ms, zone)
    return Shift("days", length if mode == "previous" else -(-length // 7) * 7)


def _length(period: Period, now_ms: int, zone: Zone) -> int:
    """The length in whole local days, rounded up, at least one; without an end it reaches to the end of today."""
    assert period.from_ms is not None
    to_ms = zone.bounds(zone.day_of(now_ms))[1] if period.to_ms is None else period.to_ms
    first, last = zone.day_of(period.from_ms), zone.day_of(to_ms)
    begun = _clock_time(to_ms, zone) > _clock_time(period.from_ms, zone)
    return max(1, last - first + (1 if begun else 0))


def _clock_time(ms: int, zone: Zone) -> int:
    return 0 if zone.bounds(zone.day_of(ms))[0] == ms else zone.local_seconds(ms) * 1000 + ms % 1000


def _moved(ms: int, shift: Shift, zone: Zone) -> int:
    day = zone.day_of(ms)
    # A day's begin is not always 00:00: where the clock leaps at midnight it is 01:00.
    return zone.bounds(shift.back(day))[0] if zone.bounds(day)[0] == ms else same_clock(ms, shift.back(day), zone)


def _moved_end(ms: int, shift: Shift, zone: Zone) -> int:
    day = zone.day_of(ms)
    # The end of a last day goes with that day: 31 March's midnight is the end of the 30th, and so of 29 February.
    return zone.bounds(shift.back(day - 1))[1] if zone.bounds(day)[0] == ms else same_clock(ms, shift.back(day), zone)


def _single(args: Mapping[str, Any], name: str) -> str | None:
    values = args.getlist(name) if hasattr(args, "getlist") else [args[name]] if name in args else []
    given = [value for value in values if value not in (None, "")]
    if len(given) > 1:
        raise invalid_parameter(name, "duplicate", f"{name} is given twice.")
    return given[0] if given else None


def _said(ms: int | None) -> str | None:
    return None if ms is None else clock.format_time(ms)
