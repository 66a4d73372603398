"""webapp/recommendations/rules/sensitivity.py: the weather's effect is found where there is one, and nowhere else."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench import weather as bench
from webapp.recommendations.rules.days import WET_MM, DaySale, WeatherDay, anomalies
from webapp.recommendations.rules.estimates import made, none
from webapp.recommendations.rules.poisson import Block, fit
from webapp.recommendations.rules.sensitivity import Sensitivity, factor, learn

FIRST = 20_000
COLD, SNACK, TEA, CRISPS, NUTS, WATER = 1, 2, 11, 21, 22, 12


@cache
def weather(days=730, seed=1, places=2):
    """Two years at two places: a season, lingering anomalies that both share, rain now and then."""
    dice = np.random.default_rng(seed)
    found, shared = [], np.zeros(days)
    for day in range(1, days):
        shared[day] = 0.75 * shared[day - 1] + dice.normal() * 2
    for place in range(1, places + 1):
        for day in range(days):
            season = 10 - 7 * math.cos(2 * math.pi * (FIRST + day - 20) / 365.25)
            rain = float(dice.exponential(6)) if dice.random() < 0.4 else 0.0
            found.append(WeatherDay(place, FIRST + day, round(season + shared[day] + dice.normal(), 1), round(rain, 1)))
    return found


def sales(per_degree, wet=0.0, *, seed=2, days=730, level=12.0, product=TEA, category=COLD, season=0.5):
    """Units by day of one product with a season, weekdays and growth of its own, and these effects of the weather."""
    dice = np.random.default_rng(seed)
    known = weather()
    above = anomalies(known)
    rows = []
    for each in known:
        if each.day >= FIRST + days:
            continue
        usual = season * math.cos(2 * math.pi * (each.day - 196) / 365.25) + 0.2 * ((each.day + 3) % 7 == 5)
        grown = 0.1 * (each.day - FIRST) / 365
        told = per_degree * above[each.location, each.day] + wet * (each.rain_mm >= WET_MM)
        units = float(dice.poisson(level * math.exp(usual + grown + told)))
        rows.append(DaySale(product, category, each.location, each.day, units))
    return rows


@pytest.mark.parametrize(("per_degree", "wet"), [(0.04, 0.0), (-0.03, -0.1), (0.0, -0.15)])
def test_a_planted_effect_lies_in_its_interval_and_is_shown(per_degree, wet):
    found = learn(sales(per_degree, wet), weather()).categories[COLD]

    assert found.per_degree.low <= per_degree <= found.per_degree.high
    assert found.wet.low <= wet <= found.wet.high
    assert found.per_degree.excludes_zero is (per_degree != 0)
    assert found.wet.excludes_zero is (wet != 0)


def test_the_season_is_not_taken_for_the_weather():
    found = learn(sales(0.0, season=1.2, level=40), weather()).categories[COLD]

    assert not found.shown()


def test_nothing_is_claimed_more_than_one_time_in_twenty_where_nothing_was_planted():
    claims = []
    for seed in range(40):
        found = learn(sales(0.0, seed=seed), weather()).categories[COLD]
        claims += [found.per_degree.excludes_zero, found.wet.excludes_zero]

    assert sum(claims) <= len(claims) / 20


def test_a_product_that_hardly_sells_is_drawn_toward_its_category():
    rows = [
        *sales(0.04, seed=3), *sales(0.04, seed=4, product=WATER), *sales(0.04, seed=5, product=13),
        *sales(0.04, seed=6, product=14, level=0.4),
    ]  # fmt: skip
    together = learn(rows, weather())
    rare = together.products[14].per_degree
    alone = learn(sales(0.04, seed=6, product=14, level=0.4), weather()).products[14].per_degree

    assert rare.error < alone.error
    assert abs(rare.value - 0.04) <= abs(alone.value - 0.04) + 0.002
    assert rare.excludes_zero


def test_each_category_keeps_its_own_effect():
    rows = [*sales(0.05), *sales(0.0, product=CRISPS, category=SNACK, seed=7)]
    learned = learn(rows, weather())

    assert learned.categories[COLD].per_degree.excludes_zero
    assert not learned.categories[SNACK].shown()


def test_days_on_an_empty_shelf_and_closed_days_do_not_count():
    rows = sales(0.04)
    shut = frozenset((1, FIRST + day) for day in range(300, 340))
    emptied = [
        replace(row, units=0.0, usable=False) if FIRST + 100 <= row.day < FIRST + 130 else row
        for row in rows
        if (row.location, row.day) not in shut
    ]
    found = learn(emptied, weather(), shut).categories[COLD].per_degree

    assert found.n == 2 * 730 - 2 * 30 - 40
    assert found.low <= 0.04 <= found.high


def test_a_promotion_on_warm_days_is_not_taken_for_their_warmth():
    above = anomalies(weather())
    promoted = [
        replace(row, units=row.units * 1.5, marks=frozenset({"promotion"}))
        if above[row.location, row.day] > 2 and row.day % 3
        else row
        for row in sales(0.0)
    ]
    unmarked = [replace(row, marks=frozenset()) for row in promoted]

    assert not learn(promoted, weather()).categories[COLD].per_degree.excludes_zero
    assert learn(unmarked, weather()).categories[COLD].per_degree.excludes_zero


@pytest.mark.parametrize(
    ("reason", "rows", "known"),
    [
        ("few_days", sales(0.04, days=100), weather()), ("few_sales", sales(0.04, level=0.02), weather()),
        ("no_weather", sales(0.04), []), ("no_weather", sales(0.04), [replace(weather()[0], mean_c=math.nan)]),
    ],
)  # fmt: skip
def test_where_nothing_can_be_said_it_says_why(reason, rows, known):
    found = learn(rows, known).categories[COLD]

    assert (found.per_degree.reason, found.wet.reason) == (reason, reason)
    assert not found.shown()


def test_without_rain_figures_the_degrees_are_learned_and_the_rain_is_not():
    dry = [replace(day, rain_mm=None) for day in weather()]
    found = learn(sales(0.04), dry).categories[COLD]

    assert found.per_degree.excludes_zero
    assert found.wet.reason == "no_weather"


def test_nonsense_from_a_weather_service_is_no_anomaly():
    known = [*weather(), WeatherDay(1, FIRST + 800, 999.0, 0.0), WeatherDay(1, FIRST + 801, math.inf, 0.0)]

    assert (1, FIRST + 800) not in anomalies(known)
    assert (1, FIRST + 801) not in anomalies(known)


def test_an_anomaly_is_beside_the_season_and_not_beside_zero():
    above = anomalies(weather())

    assert abs(np.mean(list(above.values()))) < 0.01
    assert np.std(list(above.values())) < np.std([day.mean_c for day in weather()])


def test_the_factor_of_a_day_uses_only_what_may_be_shown_and_stays_near():
    sure = Sensitivity(made(0.04, 0.005, 700, z=2.6), made(-0.1, 0.2, 700, z=2.6))

    assert factor(sure, 5.0, wet=True) == pytest.approx(math.exp(0.2))
    assert factor(sure, 100.0, wet=False) == pytest.approx(math.exp(0.4))
    assert factor(sure, math.nan, wet=False) == 1.0
    assert factor(Sensitivity(none("few_days", 3), none("few_days", 3)), 9.0, wet=True) == 1.0


def test_the_regression_over_blocks_is_the_one_over_all_rows():
    dice = np.random.default_rng(9)
    blocks = []
    for level in (0.5, 2.0, -0.5):
        shared, day = dice.normal(size=(300, 2)), np.arange(300)
        own = np.column_stack([np.ones(300), day / 300.0])
        blocks.append(Block(own, shared, dice.poisson(np.exp(level + shared @ [0.3, -0.2])).astype(float), day))
    wide = [
        np.hstack([np.zeros((300, 2 * at)), each.own, np.zeros((300, 4 - 2 * at))]) for at, each in enumerate(blocks)
    ]
    whole = Block(
        np.vstack(wide), np.vstack([each.shared for each in blocks]), np.concatenate([each.units for each in blocks]),
        np.concatenate([each.day for each in blocks]),
    )  # fmt: skip

    assert fit(blocks).values == pytest.approx(fit([whole]).values, abs=1e-6)
    assert fit(blocks).values == pytest.approx([0.3, -0.2], abs=0.08)


@pytest.mark.slow
def test_the_bench_of_the_weather_reaches_its_bars(data, capsys):
    assert bench.main(["--data", str(data), "--draws", "1"]) == 0
    assert '"ok": true' in capsys.readouterr().out.splitlines()[-1]
