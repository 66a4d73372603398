"""Is the weather's effect on sales found where there is one, and nowhere else?

    python -m bench.weather [--data FOLDER|FILE] [--seed N] [--draws N]

Planted: `draws` demo shops (their truths: docs/demo-shop.md), and, on real sales (bakery_daily, and weather_daily beside it or the
weather in its own rows), weather of another time of those same places with an effect multiplied into the units. Nowhere planted:
kinds that the demo's weather leaves alone, its store with a roof on wet days, and real sales beside weather of another time. Ends
with one line of JSON.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from bench import given
from webapp.clock import Zone
from webapp.demo import climate, plan, truths
from webapp.demo.history import History
from webapp.recommendations.rules.days import WET_MM, DaySale, WeatherDay, anomalies
from webapp.recommendations.rules.estimates import Estimate
from webapp.recommendations.rules.sensitivity import Learned, Sensitivity, learn

EPOCH = date(1970, 1, 1)
OPENED = (date(2024, 11, 21) - EPOCH).days
STORES = [place for place in plan.PLACES if place.location is not None]
KINDS = sorted({product.kind for product in plan.products()})
MARKS = ("promo", "promo_last_week", "holiday", "holiday_in_2_days", "school_holiday")
# Real sales get this many weathers of another time for each draw; half of them with an effect planted.
SHIFTS = 5

Cell = tuple[int, int]


@dataclass
class Tally:
    """What was found of effects whose truth is known."""

    planted: list[bool] = field(default_factory=list)  # inside its interval
    shown: list[bool] = field(default_factory=list)  # of the planted ones
    signs: list[bool] = field(default_factory=list)  # of the planted ones that are shown: the right one
    claims: list[bool] = field(default_factory=list)  # shown where nothing was planted

    def judge(self, found: Estimate, truth: float) -> None:
        """Count one effect; one without an estimate claims nothing."""
        if found.value is None or found.low is None or found.high is None:
            return
        if truth == 0:
            self.claims.append(found.excludes_zero)
            return
        self.planted.append(found.low <= truth <= found.high)
        self.shown.append(found.excludes_zero)
        if found.excludes_zero:
            self.signs.append((found.value > 0) == (truth > 0))

    def figures(self) -> dict[str, float]:
        """The counts as shares."""
        return {
            "planted": len(self.planted), "inside": given.share(self.planted), "shown": given.share(self.shown),
            "right_sign": given.share(self.signs), "unplanted": len(self.claims), "claimed": given.share(self.claims),
        }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    said = given.arguments(__doc__, arguments, draws=5)
    demo = {"drinks": Tally(), "categories": Tally(), "products": Tally()}
    for seed in range(said.seed, said.seed + said.draws):
        _demo(seed, demo)
    sales, weather, closed = _bakery(said)
    real = {"categories": Tally(), "products": Tally()}
    _placebos(sales, weather, closed, Random(said.seed), SHIFTS * said.draws, real)
    figures = {
        "demo": {name: tally.figures() for name, tally in demo.items()},
        "real_sales": {name: tally.figures() for name, tally in real.items()},
        "real_effects": _told(learn(sales, weather, closed)),
    }
    wholes = [_together(demo["categories"], demo["products"]), _together(*real.values())]
    bars = {
        "planted effects inside their intervals (19 in 20)": min(given.share(each.planted) for each in wholes) >= 0.95,
        "planted effects with the right sign": all(all(each.signs) for each in wholes),
        "degrees of hot and cold drinks shown in every demo shop": all(demo["drinks"].shown),
        "claimed where none was planted: 1 in 20 or less": max(given.share(each.claims) for each in wholes) <= 0.05,
    }
    return given.end(figures, bars)


def _together(*tallies: Tally) -> Tally:
    names = ("planted", "shown", "signs", "claims")
    return Tally(*([value for tally in tallies for value in getattr(tally, name)] for name in names))


# ---- The demo shop ----


def _demo(seed: int, tallies: Mapping[str, Tally]) -> None:
    sales, closed = _demo_sales(seed)
    days = range(OPENED, OPENED + plan.DAYS)
    weather = [
        WeatherDay(number, day, found.mean_c, found.rain_mm)
        for number, place in enumerate(STORES)
        for day in days
        for found in (climate.weather(place.code, day),)
    ]
    for open_air in (True, False):
        places = {number for number, place in enumerate(STORES) if (place.code in truths.WET_PLACES) is open_air}
        learned = learn(
            [sale for sale in sales if sale.location in places], [w for w in weather if w.location in places], closed
        )
        wet = math.log(truths.WET_FACTOR) if open_air else 0.0
        _judge(learned.categories, tallies["categories"], lambda each: truths.PER_DEGREE.get(KINDS[each], 0.0), wet)
        _judge(learned.products, tallies["products"], _of_product, wet)
        for kind in ("hot", "cold"):
            tallies["drinks"].judge(learned.categories[KINDS.index(kind)].per_degree, truths.PER_DEGREE[kind])


def _of_product(number: int) -> float:
    return truths.PER_DEGREE.get(plan.products()[number].kind, 0.0)


def _judge(found: Mapping[int, Sensitivity], tally: Tally, degree: Callable[[int], float], wet: float) -> None:
    for number, each in found.items():
        tally.judge(each.per_degree, degree(number))
        tally.judge(each.wet, wet)


def _demo_sales(seed: int) -> tuple[list[DaySale], frozenset[Cell]]:
    # As the ledger would have them: after what was not on the shelf, with the days on which a shelf ended empty left out.
    zone = Zone("Europe/London")
    history = History(seed, OPENED, zone)
    begins, ends = zone.bounds(OPENED)[0], zone.bounds(OPENED + plan.DAYS - 1)[1]
    sales: list[DaySale] = []
    closed = set()
    numbers = {place.code: number for number, place in enumerate(STORES)}
    for day in history.days(begins - 1, ends - 1, opening=True):
        units: Counter[tuple[int, int]] = Counter()
        for sale in day.sales:
            if sale.place.code in numbers:
                for line in sale.lines:
                    units[numbers[sale.place.code], line.product] += line.quantity
        for number, place in enumerate(STORES):
            if not truths.open_on(place, day.day):
                closed.add((number, day.day))
        sales += _shelves(history, day.day, units)
    return sales, frozenset(closed)


def _shelves(history: History, day: int, units: Mapping[tuple[int, int], int]) -> Iterator[DaySale]:
    for location, place in enumerate(STORES):
        levels = history.stockroom.levels[place.location or ""]
        for number, product in enumerate(plan.products()):
            empty = product.tracked and not product.oversell and levels[number] <= 0
            sold = units.get((location, number), 0)
            if sold or (empty and truths.launched(product.sku, day - OPENED)):
                yield DaySale(number, KINDS.index(product.kind), location, day, float(sold), not empty)


# ---- Real sales ----


def _bakery(said) -> tuple[list[DaySale], list[WeatherDay], frozenset[Cell]]:  # type: ignore[no-untyped-def]
    rows = list(given.rows(given.file(said.data, "bakery_daily")))
    units: Counter[Cell] = Counter()
    for row in rows:
        units[int(row["store"]), _day(row)] += int(float(row["units"]))
    closed = frozenset(cell for cell, sold in units.items() if not sold)
    sales = [
        DaySale(
            int(row["product"]), 0, int(row["store"]), _day(row), float(row["units"]), float(row["units"]) > 0,
            frozenset(mark for mark in MARKS if row.get(mark) == "1"),
        )
        for row in rows
        if (int(row["store"]), _day(row)) not in closed
    ]  # fmt: skip
    # Without a file of its own the weather stands in the rows of the sales.
    own = given.beside(said.data, "weather_daily")
    weather = [
        WeatherDay(int(row["store"]), _day(row), float(row["temp_c"]), float(row["rain_mm"]))
        for row in (given.rows(own) if own else rows)
    ]
    return sales, weather, closed


def _day(row: Mapping[str, str]) -> int:
    return (date.fromisoformat(row["date"]) - EPOCH).days


def _placebos(
    sales: Sequence[DaySale], weather: Sequence[WeatherDay], closed: frozenset[Cell], dice: Random, draws: int,
    tallies: Mapping[str, Tally],
) -> None:  # fmt: skip
    by_cell = {(each.location, each.day): each for each in weather}
    first, last = min(day for _, day in by_cell), max(day for _, day in by_cell)
    span = last - first + 1
    for draw in range(draws):
        shift = dice.randrange(45, span - 45)
        moved = [
            replace(other, day=day)
            for location, day in by_cell
            if (other := by_cell.get((location, first + (day - first + shift) % span))) is not None
        ]
        degree, wet = (
            (dice.choice((-1, 1)) * dice.uniform(0.01, 0.04), -dice.uniform(0.05, 0.15)) if draw % 2 else (0.0, 0.0)
        )
        learned = learn(_with_effect(sales, moved, degree, wet) if degree else sales, moved, closed)
        for name in ("categories", "products"):
            _judge(getattr(learned, name), tallies[name], _always(degree), wet)


def _always(value: float) -> Callable[[int], float]:
    return lambda _: value


def _with_effect(sales: Sequence[DaySale], weather: Sequence[WeatherDay], degree: float, wet: float) -> list[DaySale]:
    above = anomalies(weather)
    rainy = {(each.location, each.day) for each in weather if (each.rain_mm or 0.0) >= WET_MM}
    return [
        replace(sale, units=sale.units * math.exp(degree * above.get(cell, 0.0) + (wet if cell in rainy else 0.0)))
        for sale in sales
        for cell in ((sale.location, sale.day),)
    ]


def _told(learned: Learned) -> dict[str, object]:
    def ends(found: Estimate) -> list[float] | None:
        return None if found.low is None or found.high is None else [round(found.low, 4), round(found.high, 4)]

    return {
        str(product): {"per_degree": ends(each.per_degree), "wet": ends(each.wet)}
        for product, each in sorted(learned.products.items())
    }


if __name__ == "__main__":
    sys.exit(main())
