"""How sales follow the weather, learned from the shop's own days: anomalies, with season, weekday and trend held fixed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from webapp.recommendations.rules.days import (
    Cells,
    DaySale,
    WeatherDay,
    by_location,
    cells_of,
    known_weather,
    merged,
    tents,
    weekdays,
)  # fmt: skip
from webapp.recommendations.rules.estimates import Z99, Estimate, Pool, made, none, pooled, shrunk
from webapp.recommendations.rules.poisson import Block, Fit, fit

LEAST_DAYS, LEAST_UNITS, LEAST_WET = 180, 100, 8
# Knots of the season and trend of a category at a location, and of what a product does beyond its category, in days.
KNOTS, PRODUCT_KNOTS = 28, 56
# Least spread of a category's products: per degree, and on a wet day (log units).
SPREADS = (0.01, 0.03)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """per_degree: change of log units per degree Celsius above the season's normal (0.04: +4 % a degree).

    wet: change of log units on a day of WET_MM millimetres or more. Both with a 99 % interval, so that fewer than one
    in twenty of those shown is chance; show one only where `excludes_zero`. Reasons: few_days, few_sales, no_weather.
    """

    per_degree: Estimate
    wet: Estimate

    def shown(self) -> bool:
        """True where one of the two may be shown."""
        return self.per_degree.excludes_zero or self.wet.excludes_zero


@dataclass(frozen=True, slots=True)
class Learned:
    """Sensitivities by category id and by product id (shrunk toward their category)."""

    categories: Mapping[int, Sensitivity] = field(default_factory=dict)
    products: Mapping[int, Sensitivity] = field(default_factory=dict)


def learn(
    sales: Sequence[DaySale], weather: Sequence[WeatherDay], closed: frozenset[tuple[int, int]] = frozenset()
) -> Learned:
    """The weather sensitivity of every category and product at the locations that have weather.

    closed: (location, day) on which nothing was sold at all because the place was shut.
    Poisson regressions of daily units (Wooldridge 1999: right for any law of the units while the mean is), each location
    with its own weekdays, season and trend, errors by week: neighbouring days and places share their weather.
    """
    known = known_weather(weather)
    by_category: dict[int, dict[int, list[DaySale]]] = {}
    for sale in sales:
        by_category.setdefault(sale.category, {}).setdefault(sale.product, []).append(sale)
    categories: dict[int, Sensitivity] = {}
    products: dict[int, Sensitivity] = {}
    for category, members in by_category.items():
        cells = {product: cells_of(rows, known, closed) for product, rows in members.items()}
        categories[category], base = _of_category(list(cells.values()))
        products |= _of_products(cells, categories[category], base)
    return Learned(categories, products)


def _of_category(members: Sequence[Sequence[Cells]]) -> tuple[Sensitivity, dict[tuple[int, int], float]]:
    # The category's sensitivity, and the log of what it is expected to sell by location and day, weather left out.
    places = [merged(cells) for cells in by_location(members)]
    blocks = [
        Block(np.hstack([weekdays(each.day), tents(each.day, KNOTS), each.marks]), each.weather, each.units, each.day)
        for each in places
    ]
    told = _refused(places)
    if told is not None:
        return told, {}
    found = fit(blocks)
    base = {
        (cells.location, day): level
        for cells, levels in zip(places, found.levels, strict=True)
        for day, level in zip(cells.day.tolist(), levels.tolist(), strict=True)
    }
    return _sensitivity(places, found), base


def _of_products(
    cells: Mapping[int, Sequence[Cells]], category: Sensitivity, base: Mapping[tuple[int, int], float]
) -> dict[int, Sensitivity]:
    # Each product beside its category, then drawn toward what the products of the category have in common.
    if len(cells) == 1:
        return dict.fromkeys(cells, category)
    found = {product: _of_product(own, base) for product, own in cells.items()}
    degree = _pool([each.per_degree for each in found.values()], category.per_degree, SPREADS[0])
    wet = _pool([each.wet for each in found.values()], category.wet, SPREADS[1])
    return {
        product: Sensitivity(
            shrunk(each.per_degree, degree, Z99) if degree else each.per_degree,
            shrunk(each.wet, wet, Z99) if wet else each.wet,
        )
        for product, each in found.items()
    }


def _of_product(own: Sequence[Cells], base: Mapping[tuple[int, int], float]) -> Sensitivity:
    known = [each for each in own if (each.location, int(each.day[0])) in base]
    told = _refused(known)
    if told is not None:
        return told
    blocks = []
    for each in known:
        level = np.array([base[each.location, day] for day in each.day.tolist()])
        columns = np.hstack([np.ones((len(each.day), 1)), tents(each.day, PRODUCT_KNOTS), each.marks])
        blocks.append(Block(columns, each.weather, each.units, each.day, level))
    return _sensitivity(known, fit(blocks))


def _pool(estimates: Sequence[Estimate], category: Estimate, least: float) -> Pool | None:
    own = pooled(estimates, least)
    if own is not None or category.value is None:
        return own
    return Pool(category.value, 3 * least, 1)


def _refused(cells: Sequence[Cells]) -> Sensitivity | None:
    days = len({day for each in cells for day in each.day.tolist()})
    units = sum(float(each.units.sum()) for each in cells)
    reason = (
        "no_weather" if not cells else "few_days" if days < LEAST_DAYS else "few_sales" if units < LEAST_UNITS else ""
    )
    return Sensitivity(none(reason, days), none(reason, days)) if reason else None


def _sensitivity(cells: Sequence[Cells], found: Fit) -> Sensitivity:
    days = sum(len(each.day) for each in cells)
    wet_days = len({day for each in cells for day in each.day[each.weather[:, 1] > 0].tolist()})
    degree, wet = (
        made(float(value), float(error), days, z=Z99) if np.isfinite(error) else none("no_weather", days)
        for value, error in zip(found.values, found.errors, strict=True)
    )
    return Sensitivity(degree, wet if wet_days >= LEAST_WET else none("no_weather", days))


def factor(sensitivity: Sensitivity, anomaly_c: float, wet: bool) -> float:
    """What a day's weather makes of usual demand, by the effects that may be shown alone; within 0.5 to 2.

    A temperature beyond 10 degrees from the normal counts as 10: the effect was not learned out there.
    """
    told = 0.0
    if sensitivity.per_degree.excludes_zero and sensitivity.per_degree.value is not None and math.isfinite(anomaly_c):
        told += sensitivity.per_degree.value * min(10.0, max(-10.0, anomaly_c))
    if wet and sensitivity.wet.excludes_zero and sensitivity.wet.value is not None:
        told += sensitivity.wet.value
    return min(2.0, max(0.5, math.exp(told)))
