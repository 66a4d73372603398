"""What the shop's own history teaches, read once a day: how sales follow the weather, and how they follow the price.

Only the worker does this: it is the one place of the adviser that needs numpy.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from webapp import clock
from webapp.db import reading, writer
from webapp.jobs.progress import Context
from webapp.recommendations import actions, dao
from webapp.recommendations.rules import season
from webapp.recommendations.rules.estimates import Estimate
from webapp.weather import dao as weather

if TYPE_CHECKING:  # it brings numpy, which only the worker needs
    from webapp.recommendations.rules.days import WeatherDay

HISTORY_DAYS = 760
MOST_PRODUCTS = 120
SENSITIVITY, ELASTICITY, MONTHS = "sensitivity", "elasticity", "months"


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known. day: up to which the history was read, None where it was not yet.

    categories, products: by id, `per_degree` and `wet`. elasticity: by product. months: by category, month -> index.
    """

    day: int | None = None
    categories: Mapping[int, Mapping[str, Estimate]] = field(default_factory=dict)
    products: Mapping[int, Mapping[str, Estimate]] = field(default_factory=dict)
    elasticity: Mapping[int, Estimate] = field(default_factory=dict)
    months: Mapping[int, Mapping[int, float]] = field(default_factory=dict)

    def of(self, product_id: int, category_id: int | None) -> Mapping[str, Estimate] | None:
        """How the product follows the weather, or its category does; None where neither is known to."""
        return self.products.get(product_id) or self.categories.get(category_id or 0)

    def per_degree(self, product_id: int, category_id: int | None) -> Estimate | None:
        """How the product follows the temperature, else how its category does; None where neither surely does."""
        found = (self.products.get(product_id), self.categories.get(category_id or 0))
        return next((one["per_degree"] for one in found if one and one["per_degree"].excludes_zero), None)


def learn(context: Context) -> None:
    """Sensitivities and elasticities of the products that sell are kept, as of yesterday."""
    now_ms = clock.now_ms()
    with reading.reading() as tx:
        today = tx.zone.day_of(now_ms)
        catalogue = {row["id"]: row for row in dao.find_catalogue(tx)}
        rows = dao.find_daily_by_place(tx, best(tx, catalogue, today), today - HISTORY_DAYS, today)
        prices = dao.find_prices(tx, list({row["product_id"] for row in rows}), tx.zone.bounds(today - HISTORY_DAYS)[0])
        places = {row["location_id"] for row in rows if row["location_id"]}
        days = weather.history(tx, places, today - HISTORY_DAYS, today - 1) if places else []
        zone = tx.zone
    context.breathe()
    sensitivity = _sensitivity(rows, days, catalogue)
    context.breathe()
    elasticity = _elasticity(rows, prices, catalogue, zone)
    months = _months(rows, catalogue)
    for name, result in ((SENSITIVITY, sensitivity), (ELASTICITY, elasticity), (MONTHS, months)):
        writer.do(actions.keep_learned, (name, today, json.dumps(result)))


def best(tx: Any, catalogue: Mapping[int, Any], today: int) -> list[int]:
    """The products that sold most of late, as many as are learned of."""
    sold = {row["product_id"]: row["units"] for row in dao.find_returned(tx, today - 56, today)}
    return sorted((one for one in sold if one in catalogue), key=lambda one: (-sold[one], one))[:MOST_PRODUCTS]


# ---- The weather ----


def _sensitivity(rows: Sequence[Any], days: Sequence[Any], catalogue: Mapping[int, Any]) -> dict[str, Any]:
    """{"categories": {id: {"per_degree", "wet"}}, "products": ...}; only what may be shown."""
    from webapp.recommendations.rules import sensitivity

    known = weather_days(days)
    if not known:
        return {"categories": {}, "products": {}}

    def category(product_id: int) -> int:
        return catalogue[product_id]["category_id"] or 0

    at_places = [row for row in rows if row["location_id"]]
    sales = [
        sensitivity.DaySale(
            row["product_id"], category(row["product_id"]), row["location_id"], row["day"], row["units"]
        )
        for row in at_places
    ]
    closed = closed_days(at_places)
    sales += [
        sensitivity.DaySale(product_id, category(product_id), place, day, 0, usable=False)
        for product_id, place, day in empty_days(at_places, closed)
    ]
    learned = sensitivity.learn(sales, known, closed)
    return {
        name: {
            key: {"per_degree": asdict(one.per_degree), "wet": asdict(one.wet)}
            for key, one in found.items()
            if one.shown()
        }
        for name, found in (("categories", learned.categories), ("products", learned.products))
    }


def weather_days(rows: Sequence[Any]) -> list["WeatherDay"]:
    """The days of `weather.history` as the regressions take them; days without a temperature are left out."""
    from webapp.recommendations.rules.days import WeatherDay

    return [
        WeatherDay(row["location_id"], row["day"], row["mean_c"], row["rain_mm"])
        for row in rows if row["mean_c"] is not None
    ]  # fmt: skip


def closed_days(rows: Sequence[Any]) -> frozenset[tuple[int, int]]:
    """(location, day) between the first and last day of a location on which nothing was sold there at all."""
    open_days: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        open_days[row["location_id"]].add(row["day"])
    return frozenset(
        (place, day) for place, known in open_days.items() for day in range(min(known), max(known)) if day not in known
    )


def empty_days(rows: Sequence[Any], closed: frozenset[tuple[int, int]], least: int = 3) -> list[tuple[int, int, int]]:
    """(product, location, day) of runs of `least` days or more without a sale of what usually sells twice a day or more.

    The shelf was empty then, as far as sales can tell: such days say nothing about the weather.
    """
    sold: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        sold[row["product_id"], row["location_id"]].append(row)
    found = []
    for (product_id, place), days in sold.items():
        if len(days) < 28 or sum(row["units"] for row in days) < 2 * len(days):
            continue
        for before, after in pairwise(days):
            gap = [day for day in range(before["day"] + 1, after["day"]) if (place, day) not in closed]
            found += [(product_id, place, day) for day in gap] if len(gap) >= least else []
    return found


# ---- The time of the year ----


def _months(rows: Sequence[Any], catalogue: Mapping[int, Any]) -> dict[str, dict[int, float]]:
    """{category id: {month: index}} of the categories whose history carries it."""
    units: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        units[catalogue[row["product_id"]]["category_id"] or 0][row["day"]] += row["units"]
    return {str(category): dict(season.index(days).months) for category, days in sorted(units.items())}


# ---- Prices ----


def _elasticity(
    rows: Sequence[Any], prices: Sequence[Any], catalogue: Mapping[int, Any], zone: clock.Zone
) -> dict[str, Any]:
    """{product id: estimate} of the categories in which a price ever moved."""
    from webapp.recommendations.rules import elasticity

    history: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in prices:
        history[row["product_id"]].append((zone.day_of(max(row["from_ms"], 0)), row["price_minor"]))
    moved = {catalogue[one]["category_id"] for one, steps in history.items() if len({p for _, p in steps}) > 2}
    by_category: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        category = catalogue[row["product_id"]]["category_id"]
        if category in moved:
            by_category[category].append(row)
    found: dict[str, Any] = {}
    for _, sold in sorted(by_category.items(), key=lambda item: item[0] or 0):
        for product_id, one in elasticity.estimate_category(_weeks(sold, history, elasticity.Week)).items():
            if one.known:
                found[str(product_id)] = asdict(one)
    return found


def _weeks(rows: Sequence[Any], history: Mapping[int, list[tuple[int, int]]], week: Any) -> list[Any]:
    """Whole weeks of each product over all places; a week in which it did not sell on every day is not used."""
    units: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        units[row["product_id"], clock.week_start(row["day"])][row["day"]] += row["units"]
    newest = max((day for days in units.values() for day in days), default=0)
    found = []
    for (product_id, monday), days in sorted(units.items()):
        if monday + 6 > newest or not history.get(product_id):
            continue
        prices = [price_on(history[product_id], day) for day in range(monday, monday + 7)]
        usual = sum(days.values()) >= 14
        usable = not usual or len(days) >= 6
        found.append(
            week(
                product_id, 0, monday // 7, sum(days.values()), sum(prices) / 7, False, usable and len(set(prices)) == 1
            )
        )
    return found


def price_on(history: Sequence[tuple[int, int]], day: int) -> int:
    """The list price at the end of a day, before all the first one; history: (first day, price) in order."""
    price = history[0][1]
    for first, each in history:
        if first > day:
            break
        price = each
    return price


# ---- Read back ----


def read(tx: Any) -> Learned:
    """What was learned last; nothing where it was not yet."""
    kept = {name: dao.find_learned(tx, name) for name in (SENSITIVITY, ELASTICITY, MONTHS)}
    day = min((one[0] for one in kept.values() if one is not None), default=None)
    if day is None:
        return Learned()
    told = {name: json.loads(one[1]) if one is not None else {} for name, one in kept.items()}
    by_id = {name: _effects(told[SENSITIVITY].get(name, {})) for name in ("categories", "products")}
    return Learned(
        day,
        by_id["categories"],
        by_id["products"],
        {int(key): Estimate(**one) for key, one in told[ELASTICITY].items()},
        {int(key): {int(month): index for month, index in one.items()} for key, one in told[MONTHS].items()},
    )


def _effects(kept: Mapping[str, Any]) -> dict[int, dict[str, Estimate]]:
    return {int(key): {which: Estimate(**one) for which, one in both.items()} for key, both in kept.items()}
