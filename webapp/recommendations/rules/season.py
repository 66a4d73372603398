"""How the time of the year and the day of the week move sales: indices around 1."""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.clock import month_of, week_start, weekday

LEAST_MONTHS, LEAST_WEEKS = 13, 8
# A month counts once so many of its days are there.
LEAST_DAYS_OF_MONTH = 20
# Growth of more than this a month (log) is a launch or an end, not a trend that carries on.
MOST_GROWTH = math.log(1.1)
NAMES = ("winter", "spring", "summer", "autumn")


@dataclass(frozen=True, slots=True)
class Seasons:
    """months: 1 to 12 -> index (1.18: 18 % above a usual month, growth taken out); weekdays: 0 (Monday) to 6 -> index.

    Each is empty where the days do not carry it: months need 13 months of days, weekdays eight weeks. years: how many years
    the months stand on, at most (1 is "last year alone").
    """

    months: Mapping[int, float]
    weekdays: Mapping[int, float]
    years: int
    days: int


def index(values: Mapping[int, float], closed: frozenset[int] = frozenset()) -> Seasons:
    """Season indices of a daily figure. values: business day (since 1970-01-01) -> units or money; missing days are 0
    between the first and the last unless `closed` lists them.

    Months by means a day, growth taken from what the same month of two years differs by; weekdays beside the week's mean
    (ratio to a centred mean, Hyndman and Athanasopoulos, Forecasting, 3rd ed., ch. 3).
    """
    if not values:
        return Seasons({}, {}, 0, 0)
    days = [day for day in range(min(values), max(values) + 1) if day not in closed]
    months, years = _months(values, days)
    return Seasons(months, _weekdays(values, days), years, len(days))


def _months(values: Mapping[int, float], days: list[int]) -> tuple[dict[int, float], int]:
    sums: dict[int, list[float]] = defaultdict(list)
    for day in days:
        sums[month_of(day)].append(values.get(day, 0.0))
    means = {
        number: max(0.0, statistics.fmean(found)) for number, found in sums.items() if len(found) >= LEAST_DAYS_OF_MONTH
    }
    if len(means) < LEAST_MONTHS or len({number % 12 for number in means}) < 12:
        return {}, 0
    growth = _growth(means)
    last = max(means)
    level: dict[int, list[float]] = defaultdict(list)
    for number, mean in means.items():
        level[number % 12].append(mean * math.exp(growth * (last - number)))
    usual = statistics.fmean(statistics.fmean(found) for found in level.values())
    if usual <= 0:
        return {}, 0
    indices = {month + 1: statistics.fmean(found) / usual for month, found in sorted(level.items())}
    return indices, max(len(found) for found in level.values())


def _growth(means: Mapping[int, float]) -> float:
    # Log growth a month: the median of what the same month of the year after differs by.
    steps = [
        math.log(means[number + 12] / mean) / 12
        for number, mean in means.items()
        if mean > 0 and means.get(number + 12, 0) > 0
    ]
    return min(MOST_GROWTH, max(-MOST_GROWTH, statistics.median(steps))) if steps else 0.0


def _weekdays(values: Mapping[int, float], days: list[int]) -> dict[int, float]:
    weeks: dict[int, list[int]] = defaultdict(list)
    for day in days:
        weeks[week_start(day)].append(day)
    ratios: dict[int, list[float]] = defaultdict(list)
    whole = 0
    for found in weeks.values():
        mean = statistics.fmean(values.get(day, 0.0) for day in found)
        if len(found) >= 5 and mean > 0:
            whole += 1
            for day in found:
                ratios[weekday(day)].append(values.get(day, 0.0) / mean)
    # A weekday on which the shop is always closed has no index; the rest are around 1.
    if whole < LEAST_WEEKS:
        return {}
    told = {number: statistics.fmean(found) for number, found in sorted(ratios.items())}
    usual = statistics.fmean(told.values())
    return {number: value / usual for number, value in told.items()}


def name(month: int, southern: bool = False) -> str:
    """spring, summer, autumn or winter of a month (meteorological: March begins spring in the north)."""
    return NAMES[((month % 12) // 3 + (2 if southern else 0)) % 4]
