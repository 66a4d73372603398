"""Where the marks of an axis stand: round numbers for values, calendar steps for time."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from webapp import clock

_STEPS = (1.0, 5.0, 2.0, 2.5, 4.0, 3.0)
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000

# The ladder of time steps: name, and how long one lasts (months and quarters on average).
_LADDER = (
    ("5min", 5 * _MINUTE),
    ("15min", 15 * _MINUTE),
    ("hour", _HOUR),
    ("3h", 3 * _HOUR),
    ("day", _DAY),
    ("week", 7 * _DAY),
    ("month", 30.44 * _DAY),
    ("quarter", 91.31 * _DAY),
    ("year", 365.25 * _DAY),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis: an instant in milliseconds and what is written there.

    full: what is written where the marks before it are not, if that is more.
    """

    at: float
    text: str
    full: str = ""


def nice_ticks(lo: float, hi: float, target: int = 5, whole: bool = False) -> list[float]:
    """Return round numbers in order that label the range lo to hi, about `target` of them.

    whole: steps are at least 1, for values that are counted (pennies, orders).
    A range without extent gives the one value; values that are not finite raise ValueError.
    Source: Talbot, Lin, Hanrahan, An Extension of Wilkinson's Algorithm for Positioning Tick Labels on Axes, 2010.
    """
    if not (math.isfinite(lo) and math.isfinite(hi)):
        raise ValueError("an axis needs finite ends")
    lo, hi = min(lo, hi), max(lo, hi)
    if hi - lo <= (0 if whole else abs(hi) * 1e-12):
        return [lo]
    ticks = _search(float(lo), float(hi), max(2, target), whole)
    return [round(tick) for tick in ticks] if whole else list(ticks)


@lru_cache(maxsize=512)
def _search(lo: float, hi: float, target: int, whole: bool) -> tuple[float, ...]:
    best: tuple[float, ...] = (lo, hi)
    best_score = -2.0
    for skip in range(1, 12):
        for index, base in enumerate(_STEPS):
            simplest = 2 - index / (len(_STEPS) - 1) - skip
            if _weigh(1.0, 1.0, simplest) < best_score:
                return best
            for count in range(2, 3 * target + 2):
                densest = 2 - (count - 1) / (target - 1) if count >= target else 1.0
                if _weigh(densest, 1.0, simplest) < best_score:
                    break
                for ticks in _candidates(lo, hi, base, skip, count, whole):
                    score = _score(lo, hi, ticks, index, skip, target)
                    if score > best_score:
                        best_score, best = score, ticks
    return best


def _candidates(lo: float, hi: float, base: float, skip: int, count: int, whole: bool) -> Iterator[tuple[float, ...]]:
    first = math.ceil(math.log10((hi - lo) / (count + 1) / (base * skip)))
    for power in (first, first + 1):
        unit = base * 10.0**power
        if whole and (unit * skip < 1 or unit != round(unit)):
            continue
        start = math.floor(hi / (unit * skip)) * skip - (count - 1) * skip
        for offset in range(start, math.ceil(lo / (unit * skip)) * skip + 1):
            yield tuple(round((offset + skip * i) * unit, max(0, 1 - power)) + 0.0 for i in range(count))


def _score(lo: float, hi: float, ticks: tuple[float, ...], index: int, skip: int, target: int) -> float:
    low, high, step = ticks[0], ticks[-1], ticks[1] - ticks[0]
    holds_zero = low <= 0 <= high and abs(low / step - round(low / step)) < 1e-9
    simplicity = 1 - index / (len(_STEPS) - 1) - skip + holds_zero
    coverage = 1 - 0.5 * ((hi - high) ** 2 + (lo - low) ** 2) / (0.1 * (hi - lo)) ** 2
    wanted = (target - 1) / (max(hi, high) - min(lo, low))
    given = (len(ticks) - 1) / (high - low)
    return _weigh(2 - max(given / wanted, wanted / given), coverage, simplicity)


def _weigh(density: float, coverage: float, simplicity: float) -> float:
    return 0.25 * simplicity + 0.2 * coverage + 0.5 * density + 0.05


def time_ticks(
    lo_ms: int, hi_ms: int, zone: clock.Zone, label: Callable[[int, str, bool], str], target: int = 8
) -> list[Tick]:
    """Return ticks on calendar boundaries of the zone within [lo_ms, hi_ms], at most about `target`.

    label(instant, step, first) writes one: `step` is a rung of the ladder (5min, 15min, hour, 3h, day, week,
    month, quarter, year); the first tick is to be written in full, the others say only what changes. Hours are
    placed by instant: a day of 23 or 25 hours has as many.
    """
    if hi_ms <= lo_ms:
        return []
    longest = (hi_ms - lo_ms) / max(1, target)
    step = next((name for name, length in _LADDER if length >= longest * 0.999), "year")
    instants = [at for at in _instants(lo_ms, hi_ms, zone, step) if lo_ms <= at <= hi_ms]
    thin = max(1, math.ceil(len(instants) / max(1, target * 1.5)))
    return [Tick(at, label(at, step, i == 0)) for i, at in enumerate(instants[::thin])]


def _instants(lo_ms: int, hi_ms: int, zone: clock.Zone, step: str) -> Iterator[int]:
    first, last = zone.day_of(lo_ms), zone.day_of(hi_ms)
    for day in range(first, last + 2):
        if step in ("5min", "15min"):
            minutes = 5 if step == "5min" else 15
            for hour_ms, _ in zone.hours(day):
                yield from range(hour_ms, hour_ms + _HOUR, minutes * _MINUTE)
        elif step in ("hour", "3h"):
            every = 1 if step == "hour" else 3
            yield from (hour_ms for hour_ms, hour in zone.hours(day) if hour % every == 0)
        elif _begins(day, step):
            yield zone.bounds(day)[0]


def _begins(day: int, step: str) -> bool:
    if step == "day":
        return True
    if step == "week":
        return clock.weekday(day) == 1
    month = clock.month_of(day)
    months = {"month": 1, "quarter": 3, "year": 12}[step]
    return clock.first_day(month) == day and month % months == 0
