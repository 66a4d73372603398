"""How units follow the price, learned from the shop's own weeks. An association: prices were not set by a die."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from webapp.recommendations.rules.estimates import Estimate, Pool, made, none, pooled, shrunk

LEAST_PRICES, LEAST_VARIATION, LEAST_WEEKS, LEAST_UNITS, SPREAD_FLOOR = 3, 0.03, 15, 2.0, 0.5
# Believed where a category has fewer than three estimates of its own (DECISIONS section 4).
USUAL = Pool(-2.5, 0.8)
# Advertised weeks need this many rows before they get a level and a slope of their own; fewer are left out.
LEAST_PROMOTED = 8
# How uneven a week is beyond chance: variance of log units that no number of units takes away.
WEEK_VARIANCE = 0.02

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Week:
    """Units of one product in one place in one week. price: the list price in minor units, mean of the week's days.

    week: any running number of weeks (None: no week is shared with another row). promoted: under a promotion or
    advertised. usable: False where it was closed or out of stock on any day of the week; such rows are dropped.
    """

    product: int
    place: int
    week: int | None
    units: float
    price: float
    promoted: bool = False
    usable: bool = True


@dataclass(frozen=True, slots=True)
class _Table:
    # The usable rows as columns: product, series (product x place), week number or -1-row, log units, log price, weight.
    product: Numbers
    series: Numbers
    week: Numbers
    units: Floats
    price: Floats
    promoted: NDArray[np.bool_]
    weight: Floats


def estimate(weeks: Sequence[Week], prior: Pool | None = USUAL) -> Estimate:
    """The price elasticity of the one product in `weeks`, shrunk to `prior` (None: not shrunk). 80 % interval.

    Only where weeks are None or prices differ between places; else ask estimate_category, whose other products say
    what the week would have been. Reasons: no_sales, few_weeks, few_prices, little_variation, not_separable.
    """
    found = next(iter(_raw(weeks).values()), none("no_sales", 0))
    return shrunk(found, prior) if prior is not None else found


def estimate_category(weeks: Sequence[Week]) -> dict[int, Estimate]:
    """The elasticity of each product of one category: product id -> Estimate with 80 % interval.

    weeks: all products of the category (those whose price never moved too: they carry the week effects).
    Shrunk to the category's own mean and spread where three products or more have an estimate, else to USUAL.
    Reasons as estimate().
    """
    raw = _raw(weeks)
    pool = pooled(list(raw.values()), SPREAD_FLOOR) or USUAL
    return {product: shrunk(found, pool) for product, found in raw.items()}


def _raw(weeks: Sequence[Week]) -> dict[int, Estimate]:
    # Estimates before shrinkage: what each product's own rows carry, and one regression over all that carry one.
    found: dict[int, Estimate] = {each.product: none("no_sales", 0) for each in weeks}
    table = _table([each for each in weeks if each.usable and each.price > 0 and each.units >= 0])
    if table is None:
        return found
    carried = []
    for product in np.unique(table.product).tolist():
        refused = _refused(table, product)
        found[product] = refused or found[product]
        if refused is None:
            carried.append(product)
    return found | _regress(table, carried) if carried else found


def _table(rows: Sequence[Week]) -> _Table | None:
    series: dict[tuple[int, int], list[Week]] = {}
    for row in rows:
        series.setdefault((row.product, row.place), []).append(row)
    rich = [each for each in series.values() if sum(row.units for row in each) >= LEAST_UNITS * len(each)]
    kept = [row for each in rich for row in each]
    if not kept:
        return None
    means = [max(sum(row.units for row in each) / len(each), 1e-9) for each in rich]
    number = np.repeat(np.arange(len(rich)), [len(each) for each in rich])
    return _Table(
        product=np.array([row.product for row in kept]),
        series=number,
        week=np.array([-1 - at if row.week is None else row.week for at, row in enumerate(kept)]),
        # Half a unit keeps zero weeks in; the mean of log(units + 1/2) is nearly the log of the mean of a Poisson.
        units=np.log(np.array([row.units for row in kept]) + 0.5),
        price=np.log(np.array([row.price for row in kept])),
        promoted=np.array([row.promoted for row in kept], dtype=bool),
        weight=1 / (1 / np.array(means)[number] + WEEK_VARIANCE),
    )


def _refused(table: _Table, product: int) -> Estimate | None:
    # Why this product's rows carry no estimate; None where they do. Counted over weeks without a promotion.
    own = (table.product == product) & ~table.promoted
    weeks = len(np.unique(table.week[own]))
    prices = len(np.unique(np.round(np.exp(table.price[own]), 2)))
    if weeks < LEAST_WEEKS:
        return none("few_weeks", weeks, prices)
    if prices < LEAST_PRICES:
        return none("few_prices", weeks, prices)
    if float(np.std(_less_means(table.price[own], table.series[own], table.weight[own]))) < LEAST_VARIATION:
        return none("little_variation", weeks, prices)
    return None


def _less_means(values: Floats, group: Numbers, weight: Floats) -> Floats:
    _, number = np.unique(group, return_inverse=True)
    return values - (np.bincount(number, weight * values) / np.bincount(number, weight))[number]


def _regress(table: _Table, products: list[int]) -> dict[int, Estimate]:
    """Log units on log price, a promotion flag and its interaction, series and week effects taken out.

    Source: Wooldridge, Econometric Analysis, 2nd ed., 10.5 (within estimator); Cameron and Miller 2015 (errors by product-week).
    """
    promoted = {product: int((table.promoted & (table.product == product)).sum()) for product in products}
    thin = [product for product, rows in promoted.items() if 0 < rows < LEAST_PROMOTED]
    table = _without(table, table.promoted & ~np.isin(table.product, [p for p in products if p not in thin]))
    columns = []
    for product in products:
        own = table.product == product
        price = np.where(own, table.price - table.price[own].mean(), 0.0)
        flag = np.where(own & table.promoted, 1.0, 0.0)
        columns += [price, flag, price * flag] if flag.any() else [price]
    places = [at for at, column in enumerate(_heads(table, products)) if column]
    inside = _within(np.column_stack([*columns, table.units]), table)
    x, y = inside[:, :-1], inside[:, -1]
    values, errors, apart = _solve(x, y, table)
    return {
        product: _told(table, product, float(values[at]), float(errors[at]), bool(apart[at]))
        for product, at in zip(products, places, strict=True)
    }


def _heads(table: _Table, products: list[int]) -> list[bool]:
    # Which columns of the regression are a product's plain price.
    heads: list[bool] = []
    for product in products:
        heads += [True, False, False] if table.promoted[table.product == product].any() else [True]
    return heads


def _without(table: _Table, dropped: NDArray[np.bool_]) -> _Table:
    kept = ~dropped
    names = ("product", "series", "week", "units", "price", "promoted", "weight")
    return replace(table, **{name: getattr(table, name)[kept] for name in names})


def _within(columns: Floats, table: _Table) -> Floats:
    # Series and week means are taken out in turn until nothing moves (von Neumann's alternating projections).
    groups = [np.unique(each, return_inverse=True)[1] for each in (table.series, table.week)]
    if (table.week < 0).all():
        groups = groups[:1]
    weight = table.weight[:, None]
    totals = [np.bincount(group, table.weight)[:, None] for group in groups]
    for _ in range(500):
        before = columns
        for group, total in zip(groups, totals, strict=True):
            sums = np.zeros((len(total), columns.shape[1]))
            np.add.at(sums, group, weight * columns)
            columns = columns - (sums / total)[group]
        if float(np.abs(columns - before).max()) < 1e-9:
            break
    return columns


def _solve(x: Floats, y: Floats, table: _Table) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    # Weighted least squares. apart: False where nothing of a column was left to learn from. The error is the larger of
    # the textbook's and that by product-week: the first is too small where weeks belong together, the second in small samples.
    apart = (x**2).mean(axis=0) > 1e-7
    bread = np.linalg.pinv((x * table.weight[:, None]).T @ x)
    values = bread @ (x.T @ (table.weight * y))
    rest = y - x @ values
    scores = x * (table.weight * rest)[:, None]
    _, cluster = np.unique(np.column_stack([table.product, table.week]), axis=0, return_inverse=True)
    sums = np.zeros((int(cluster.max()) + 1, x.shape[1]))
    np.add.at(sums, cluster.ravel(), scores)
    # Means of series and weeks were estimated too.
    shared = 0 if (table.week < 0).all() else len(np.unique(table.week))
    lost = x.shape[1] + len(np.unique(table.series))
    plain = float((table.weight * rest**2).sum()) / max(len(y) - lost - shared, 1) * np.diag(bread)
    together = len(sums) / max(len(sums) - lost, 1) * np.diag(bread @ (sums.T @ sums) @ bread)
    return values, np.sqrt(np.maximum(np.maximum(plain, together), 1e-12)), apart


def _told(table: _Table, product: int, value: float, error: float, apart: bool) -> Estimate:
    own = (table.product == product) & ~table.promoted
    prices = len(np.unique(np.round(np.exp(table.price[own]), 2)))
    if not apart or not np.isfinite(value) or not np.isfinite(error):
        return none("not_separable", int(own.sum()), prices)
    return made(value, error, int(own.sum()), prices)
