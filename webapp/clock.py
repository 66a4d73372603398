"""Time is UTC milliseconds; a business day is days since 1970-01-01 of the shop's local date, midnight to midnight."""

import re
import time
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
_FIRST = EPOCH.toordinal()
_EARLIEST_S, _LATEST_S = -62_135_510_400, 253_402_200_000  # what datetime can say in every zone
_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,100}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_OFFSET = re.compile(r"[+-]\d{1,12}(\.\d{1,3})?", re.ASCII)


class TimeError(ValueError):
    """A text that is no time of ours; `code` is not_a_time."""

    code = "not_a_time"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


# ---- What time it is ----


class _ClockFile:
    def __init__(self) -> None:
        self.path: Path | None = None
        self.said = "+0"

    def now_ms(self, real_ms: int) -> int:
        try:
            said = self.path.read_text().strip() if self.path else ""
        except FileNotFoundError:
            said = ""
        # A file that is just being written is empty for an instant; the last word holds until then.
        self.said = said or self.said
        if _OFFSET.fullmatch(self.said):
            return real_ms + round(float(self.said) * 1000)
        return parse_time(self.said)


_file = _ClockFile()


def set_clock_file(path: str | Path | None) -> None:
    """From now on the file says what time it is: an RFC 3339 time, at which the clock stands, or "+3600" seconds."""
    _file.path = Path(path) if path else None
    _file.said = "+0"


def is_moved() -> bool:
    """Whether a file says what time it is."""
    return _file.path is not None


def now_ms() -> int:
    """The present in UTC milliseconds. Only routes, jobs and the writer ask; everybody else is told."""
    real_ms = time.time_ns() // 1_000_000
    return real_ms if _file.path is None else _file.now_ms(real_ms)


# ---- Instants and texts ----


def parse_time(text: str) -> int:
    """The instant of an RFC 3339 text with an offset; finer than a millisecond is cut off.

    Raises TimeError: not of that form, no offset, no such date or clock time (a leap second too), before 1970.
    """
    match = _TIME.fullmatch(text)
    if not match:
        raise TimeError("A time is written like 2026-11-21T10:15:00Z, with its offset from UTC.")
    year, month, day, hour, minute, second, fraction, _, sign, off_hour, off_minute = match.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59 or int(off_hour or 0) > 23 or int(off_minute or 0) > 59:
        raise TimeError(f"There is no clock time {text[11:]}.")
    offset = (int(off_hour or 0) * 60 + int(off_minute or 0)) * MINUTE
    local = int(hour) * HOUR + int(minute) * MINUTE + int(second) * SECOND + int(((fraction or "") + "000")[:3])
    ms = _day(year, month, day) * DAY + local - (-offset if sign == "-" else offset)
    if ms < 0:
        raise TimeError("A time is not before 1970.")
    if ms >= 253_402_300_800_000:
        raise TimeError("A time is not after the year 9999.")
    return ms


def _day(year: str, month: str, day: str) -> int:
    try:
        return date(int(year), int(month), int(day)).toordinal() - _FIRST
    except ValueError:
        raise TimeError(f"There is no date {year}-{month}-{day}.") from None


def format_time(ms: int) -> str:
    """The instant as answers say it: "2026-11-21T10:15:00.000Z"."""
    second, millis = divmod(ms, SECOND)
    return f"{_format_second(second)}.{millis:03d}Z"


@lru_cache(maxsize=256)
def _format_second(second: int) -> str:
    day, rest = divmod(second, DAY // SECOND)
    minutes, second = divmod(rest, 60)
    return f"{format_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def parse_date(text: str) -> int:
    """The day of "2026-11-21". Raises TimeError: not of that form, no such date, before 1970."""
    match = _DATE.fullmatch(text)
    if not match:
        raise TimeError("A date is written like 2026-11-21.")
    day = _day(*match.groups())
    if day < 0:
        raise TimeError("A date is not before 1970.")
    return day


@lru_cache(maxsize=8192)
def format_day(day: int) -> str:
    """The day as "2026-11-21"."""
    return day_to_date(day).isoformat()


# ---- The calendar ----


def day_to_date(day: int) -> date:
    """The calendar date of a day."""
    return date.fromordinal(day + _FIRST)


def date_to_day(when: date) -> int:
    """The day of a calendar date."""
    return when.toordinal() - _FIRST


def weekday(day: int) -> int:
    """1 for Monday to 7."""
    return (day + 3) % 7 + 1


@lru_cache(maxsize=8192)
def month_of(day: int) -> int:
    """The month of a day as year * 12 + month - 1."""
    when = day_to_date(day)
    return when.year * 12 + when.month - 1


@lru_cache(maxsize=2048)
def first_day(month: int) -> int:
    """The first day of a month, which is given as year * 12 + month - 1."""
    return date_to_day(date(month // 12, month % 12 + 1, 1))


def week_start(day: int) -> int:
    """The Monday of the day's week."""
    return day - (day + 3) % 7


def quarter_start(day: int) -> int:
    """The first day of the day's quarter."""
    return first_day(month_of(day) // 3 * 3)


def year_start(day: int) -> int:
    """The first day of the day's year."""
    return first_day(month_of(day) // 12 * 12)


# ---- Local days ----


class _Day:
    """One local day: its bounds and its hours, each with the instant and the wall-clock second at which it begins."""

    __slots__ = ("from_ms", "hours", "plain", "starts", "to_ms", "walls")

    def __init__(self, from_ms: int, to_ms: int, pieces: list[tuple[int, int]]) -> None:
        self.from_ms, self.to_ms = from_ms, to_ms
        self.starts = [start for start, _ in pieces]
        self.walls = [wall for _, wall in pieces]
        self.hours = [wall // 3600 for wall in self.walls]
        self.plain = self.hours == list(range(24)) and to_ms - from_ms == DAY


class Zone:
    """A time zone by its IANA name, fast for the same days again and again.

    Where the clock repeats an hour the first one counts for a given clock time; where it leaps, the next instant.
    Raises ValueError for a name that is no zone.
    """

    def __init__(self, name: str) -> None:
        try:
            self._info = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone of the IANA list") from None
        self.name = name
        self._guess = self._offset(time.time_ns() // 1_000_000)
        self._days: dict[int, _Day] = {}

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def day_of(self, ms: int) -> int:
        """The local day in which the instant lies."""
        guess = (ms + self._guess) // DAY
        known = self._days.get(guess)
        if known is not None and known.from_ms <= ms < known.to_ms:
            return guess
        return self._search(ms, guess)

    def bounds(self, day: int) -> tuple[int, int]:
        """Local midnight to the next local midnight, half-open; empty for a date that the zone left out."""
        known = self._known(day)
        return known.from_ms, known.to_ms

    def hour_of(self, ms: int) -> tuple[int, int]:
        """The instant at which the local hour began, and the hour, 0 to 23."""
        known = self._known(self.day_of(ms))
        piece = (ms - known.from_ms) // HOUR if known.plain else bisect_right(known.starts, ms) - 1
        return known.starts[piece], known.hours[piece]

    def local_seconds(self, ms: int) -> int:
        """Seconds since local midnight by the clock on the wall, 0 to 86399."""
        known = self._known(self.day_of(ms))
        if known.plain:
            return (ms - known.from_ms) // SECOND
        piece = bisect_right(known.starts, ms) - 1
        return known.walls[piece] + (ms - known.starts[piece]) // SECOND

    def at(self, day: int, seconds: int) -> int:
        """The instant of a clock time, in seconds since local midnight; 0 is the day's begin."""
        known = self._days.get(day)
        if known is not None and known.plain:
            return known.from_ms + seconds * SECOND
        return self._instant(day * DAY + seconds * SECOND)

    def noon(self, day: int) -> int:
        """The instant of local noon."""
        return self.at(day, 43_200)

    def hours(self, day: int) -> list[tuple[int, int]]:
        """The hours of a local day in order, 23 to 25 as a rule: the instant at which each began, and 0 to 23."""
        known = self._known(day)
        return list(zip(known.starts, known.hours, strict=True))

    def offset_minutes(self, ms: int) -> int:
        """Minutes by which the local clock is ahead of UTC."""
        return self._offset(ms) // MINUTE

    def local(self, ms: int) -> datetime:
        """The instant as a datetime of this zone, for formatting."""
        return datetime.fromtimestamp(ms // SECOND, self._info)

    def _search(self, ms: int, guess: int) -> int:
        day = guess
        while ms < self._known(day).from_ms:
            day -= 1
        while ms >= self._known(day).to_ms:
            day += 1
        return day

    def _known(self, day: int) -> _Day:
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 50_000:
                self._days = {}
            known = self._days[day] = self._make(day)
        return known

    def _make(self, day: int) -> _Day:
        from_ms, to_ms = self._instant(day * DAY), self._instant((day + 1) * DAY)
        marks = [from_ms, *range(from_ms + HOUR, to_ms, HOUR), to_ms]
        changes = [
            self._change(begin, end) for begin, end in pairwise(marks) if self._offset(begin) != self._offset(end)
        ]
        begins = [start for start in (from_ms, *changes) if start < to_ms]
        pieces: list[tuple[int, int]] = []
        for begin, end in pairwise([*begins, to_ms]):
            wall = (begin + self._offset(begin)) % DAY
            pieces.append((begin, wall // SECOND))
            first = begin + HOUR - wall % HOUR
            pieces.extend((start, (wall + start - begin) // SECOND % 86_400) for start in range(first, end, HOUR))
        return _Day(from_ms, to_ms, pieces)

    def _instant(self, local_ms: int) -> int:
        # The offsets a day earlier and a day later are those before and after a change of the clock, if there is one.
        before, after = self._offset(local_ms - DAY), self._offset(local_ms + DAY)
        first, second = local_ms - before, local_ms - after
        if before == after or self._offset(first) == before:
            return first
        if self._offset(second) == after:
            return second
        return self._change(second, first)

    def _change(self, low: int, high: int) -> int:
        # The first instant after low whose offset is not low's.
        low, high, old = low // SECOND, high // SECOND, self._offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle * SECOND) == old else (low, middle)
        return high * SECOND

    def _offset(self, ms: int) -> int:
        seconds = min(max(ms // SECOND, _EARLIEST_S), _LATEST_S)
        offset = datetime.fromtimestamp(seconds, self._info).utcoffset() or timedelta()
        return offset.days * DAY + offset.seconds * SECOND


def utc(ms: int) -> datetime:
    """The instant as a datetime of UTC."""
    return datetime.fromtimestamp(ms // SECOND, UTC)
