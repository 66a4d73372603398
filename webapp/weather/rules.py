"""What is usual at a place at this time of the year, and whether it is hot or cold for it."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.clock import year_start

CLASSES = ("cold", "cool", "mild", "warm", "hot")
YEAR, HALF_WINDOW = 366, 15
ALWAYS = 2**31  # a day that never comes
# So many days around the same date make a normal; fewer are chance, and the absolute limits alone decide.
LEAST_DAYS = 20
LEAST_SPREAD_C = 1.5
# A class ends so many spreads from what is usual: one day in nine is colder than the first, one in four than the second.
SPREADS = (-1.25, -0.65, 0.65, 1.25)
# Whatever is usual, a class ends within these degrees: nothing under 20 is hot, nothing from 15 up is cold.
BANDS = ((-5.0, 15.0), (2.0, 20.0), (12.0, 28.0), (20.0, 33.0))
# Where a place's history is short.
ABSOLUTE = (5.0, 12.0, 20.0, 27.0)
# Half of what lies between the night and the afternoon, where a place has not shown it; warmest at three.
SWING_C, WARMEST_HOUR = 3.5, 15


@dataclass(frozen=True, slots=True)
class Normal:
    """What is usual at a place around a day of the year: mean of its days and their spread (standard deviation), degrees.

    swing_c: half of what lies between a day's low and high, None where that is not known; days: on how many it rests.
    """

    mean_c: float
    spread_c: float
    swing_c: float | None
    days: int


# ---- Normals ----


def day_of_year(day: int) -> int:
    """1 for 1 January to 366, of a day since 1970-01-01."""
    return day - year_start(day) + 1


def climate(history: Iterable[Sequence[Any]]) -> dict[int, Normal]:
    """The normal of each day of the year (1 to 366) that enough days lie around, in a window of 31 days.

    history: (day, mean_c) or (day, mean_c, low_c, high_c) of one place, any order; days are since 1970-01-01.
    Source: DECISIONS section 4, "anomalies against the 31-day climate".
    """
    counts, sums, squares = ([0.0] * (YEAR + 1) for _ in range(3))
    swings, swung = [0.0] * (YEAR + 1), [0.0] * (YEAR + 1)
    for day, mean_c, *ends in history:
        number = day_of_year(day)
        counts[number] += 1
        sums[number] += mean_c
        squares[number] += mean_c * mean_c
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            swings[number] += (ends[1] - ends[0]) / 2
            swung[number] += 1
    windows = [_windows(values) for values in (counts, sums, squares, swings, swung)]
    found = {}
    for number in range(1, YEAR + 1):
        count, total, square, swing, swing_days = (window[number] for window in windows)
        if count >= LEAST_DAYS:
            mean = total / count
            spread = math.sqrt(max(0.0, square / count - mean * mean))
            half = swing / swing_days if swing_days else None
            found[number] = Normal(mean, max(LEAST_SPREAD_C, spread), half, int(count))
    return found


def alike(first: Normal | None, second: Normal | None) -> bool:
    """Whether two normals are the same but for rounding."""
    if first is None or second is None:
        return first is second
    if first.days != second.days or (first.swing_c is None) != (second.swing_c is None):
        return False
    pairs = (
        (first.mean_c, second.mean_c),
        (first.spread_c, second.spread_c),
        (first.swing_c or 0, second.swing_c or 0),
    )
    return all(abs(one - other) < 1e-6 for one, other in pairs)


def _windows(values: Sequence[float]) -> list[float]:
    # The sum around each day; the year is a ring.
    ring = [*values[-HALF_WINDOW:], *values[1:], *values[1 : HALF_WINDOW + 1]]
    return [0.0, *(math.fsum(ring[start : start + 2 * HALF_WINDOW + 1]) for start in range(YEAR))]


def usual_at(normal: Normal, hour: float) -> float:
    """What is usual at an hour of the day: coldest at three in the night, warmest at three in the afternoon."""
    swing = SWING_C if normal.swing_c is None else normal.swing_c
    return normal.mean_c + swing * math.cos(2 * math.pi * (hour - WARMEST_HOUR) / 24)


# ---- Classes ----


def limits(normal_c: float | None, spread_c: float | None) -> tuple[float, ...]:
    """Where cool, mild, warm and hot begin, in degrees, never falling; without a normal the absolute limits."""
    if normal_c is None or spread_c is None:
        return ABSOLUTE
    relative = (normal_c + factor * max(LEAST_SPREAD_C, spread_c) for factor in SPREADS)
    return tuple(min(max(at, low), high) for at, (low, high) in zip(relative, BANDS, strict=True))


def feels(temperature_c: float, normal_c: float | None = None, spread_c: float | None = None) -> str:
    """cold, cool, mild, warm or hot, against what is usual there and then: each temperature is exactly one of them.

    Raises ValueError for what is no temperature (NaN, infinite): that is not known, and so of no class.
    """
    if not math.isfinite(temperature_c):
        raise ValueError("what is not known has no class")
    return CLASSES[bisect_right(limits(normal_c, spread_c), temperature_c)]


# ---- A day that the shop saw itself ----


@dataclass(frozen=True, slots=True)
class Folded:
    """A day made of what was measured in it; see `fold`."""

    mean_c: float
    low_c: float
    high_c: float
    rain_mm: float | None
    condition: str | None


BLOCKS = 8


def fold(readings: Sequence[Mapping[str, Any]], from_ms: int, to_ms: int) -> Folded | None:
    """The day [from_ms, to_ms) of its readings (observed_ms, temperature_c, rain_mm, condition); None with a hole in it.

    Each eighth of the day counts the same, however often it was measured; rain is millimetres an hour.
    """
    blocks: list[list[Any]] = [[] for _ in range(BLOCKS)]
    for reading in readings:
        if from_ms <= reading["observed_ms"] < to_ms:
            blocks[(reading["observed_ms"] - from_ms) * BLOCKS // (to_ms - from_ms)].append(reading)
    if not all(blocks):
        return None
    degrees = [reading["temperature_c"] for block in blocks for reading in block]
    means = [_mean([reading["temperature_c"] for reading in block]) for block in blocks]
    wet = [[reading["rain_mm"] for reading in block if reading["rain_mm"] is not None] for block in blocks]
    hours = (to_ms - from_ms) / 3_600_000 / BLOCKS
    rain = round(sum(_mean(block) * hours for block in wet), 1) if all(wet) else None
    words = [reading["condition"] for block in blocks for reading in block if reading["condition"]]
    most = max(sorted(set(words)), key=words.count) if words else None
    return Folded(_mean(means), min(degrees), max(degrees), rain, most)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
