"""webapp/recommendations/rules/elasticity.py and estimates.py: how units follow the price, or why that cannot be said."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bench import elasticity as bench
from webapp.recommendations.rules.elasticity import USUAL, Week, estimate, estimate_category
from webapp.recommendations.rules.estimates import Pool, made, none, pooled, shrunk

PRICES = (400.0, 430.0, 380.0, 410.0)


def weeks(true=-2.0, count=60, seed=1, prices=PRICES, noise=0.1, product=1, every=5):
    """Weeks of one product at one place whose price moves every so often, with a week of no other row."""
    dice = np.random.default_rng(seed)
    return [
        Week(product, 1, None, 100 * (price / 400) ** true * math.exp(dice.normal() * noise), price)
        for at in range(count)
        for price in (prices[at // every % len(prices)],)
    ]


def category(elasticities, seed=1, count=80, promoted=0.0):
    """Products of one category in three shops with a season in common, each with its own prices; None: its price never moves."""
    dice = np.random.default_rng(seed)
    rows = []
    season = np.cumsum(dice.normal(size=count) * 0.15)
    for product, true in enumerate(elasticities):
        price = 300.0
        for week in range(count):
            if true is not None and dice.random() < 0.12:
                price = float(round(300 * dice.uniform(0.85, 1.2)))
            on = bool(dice.random() < promoted)
            for place in range(3):
                lift = math.log(1.6) - 1.0 * math.log(price / 300) if on else 0.0
                mean = (30 + 40 * place) * math.exp(season[week] + (true or 0) * math.log(price / 300) + lift)
                rows.append(Week(product, place, week, float(dice.poisson(mean)), price, on))
    return rows


def test_a_planted_elasticity_lies_in_its_interval():
    found = estimate(weeks(), prior=None)

    assert found.low <= -2.0 <= found.high
    assert found.high - found.low < 1.5
    assert (found.n, found.prices, found.reason) == (60, 4, None)


def test_the_80_percent_interval_holds_the_truth_four_times_in_five():
    inside = [
        found.low <= -2.0 <= found.high
        for seed in range(200)
        if (found := estimate(weeks(seed=seed, count=26), None)).known
    ]

    assert len(inside) == 200
    assert 0.72 <= sum(inside) / len(inside) <= 0.9


def test_other_products_say_what_the_week_would_have_been():
    found = estimate_category(category([-1.5, -3.0, None, None, None]))

    assert found[0].value == pytest.approx(-1.5, abs=0.3)
    assert found[1].value == pytest.approx(-3.0, abs=0.3)
    assert [found[product].reason for product in (2, 3, 4)] == ["few_prices"] * 3


def test_where_all_prices_move_together_the_week_and_the_price_cannot_be_told_apart():
    prices = [300.0 + 30 * (week // 10 % 4) for week in range(60)]
    rows = [Week(product, 1, week, 50.0 + week % 7, prices[week]) for week in range(60) for product in (1,)]

    assert estimate(rows).reason == "not_separable"


def test_a_promotion_is_not_taken_for_the_price():
    rows = category([-2.0, None, None], promoted=0.2, seed=3)
    kept = estimate_category(rows)[0]
    blind = estimate_category([replace(row, promoted=False) for row in rows])[0]

    assert kept.value == pytest.approx(-2.0, abs=0.35)
    assert abs(kept.value + 2.0) <= abs(blind.value + 2.0)


@pytest.mark.parametrize(
    ("reason", "rows"),
    [
        ("few_weeks", weeks(count=14)), ("few_prices", weeks(prices=(400.0, 440.0))), ("no_sales", []),
        ("little_variation", weeks(prices=(400.0, 401.0, 402.0, 403.0))),
        ("no_sales", [replace(week, units=0.0) for week in weeks()]),
        ("no_sales", [replace(week, usable=False) for week in weeks()]),
        ("few_weeks", [replace(week, usable=at % 5 == 0) for at, week in enumerate(weeks())]),
        ("few_weeks", [replace(week, promoted=at % 5 > 0) for at, week in enumerate(weeks())]),
    ],
)  # fmt: skip
def test_there_is_no_estimate_and_it_says_why(reason, rows):
    found = estimate(rows)

    assert (found.value, found.low, found.high, found.reason) == (None, None, None, reason)


def test_weeks_on_an_empty_shelf_do_not_count():
    rows = weeks()
    empty = [replace(row, units=0.0, usable=False, price=999.0) for row in rows[:20]]

    assert estimate([*rows, *empty]) == estimate(rows)


def test_the_same_weeks_in_another_order_say_the_same():
    rows = category([-2.0, None, None])

    assert estimate_category(rows[::-1])[0].value == pytest.approx(estimate_category(rows)[0].value, abs=1e-6)


# ---- Shrinkage ----


def test_the_less_is_known_the_more_the_category_counts():
    sure, vague = shrunk(made(-1.0, 0.1, 60), USUAL), shrunk(made(-1.0, 1.0, 20), USUAL)

    assert sure.value == pytest.approx(-1.0, abs=0.05)
    assert -2.5 < vague.value < -1.7
    assert vague.error < 0.8
    assert shrunk(none("few_weeks", 3), USUAL).reason == "few_weeks"


def test_the_spread_of_a_category_has_its_floor_and_needs_three_estimates():
    alike = [made(-2.0, 0.1, 60)] * 4

    assert pooled(alike[:2], 0.5) is None
    assert pooled(alike, 0.5).mean == pytest.approx(-2.0)
    assert pooled(alike, 0.5).spread == pytest.approx(math.hypot(0.5, 0.05), abs=0.01)
    assert pooled([made(value, 0.1, 60) for value in (-1.0, -3.0, -5.0)], 0.5).spread > 1.5


def test_a_pool_that_knows_all_leaves_nothing_to_one_product():
    assert shrunk(made(-1.0, 0.5, 30), Pool(-3.0, 1e-6)).value == pytest.approx(-3.0, abs=1e-3)


# ---- The bench ----


def test_the_bench_of_elasticity_reaches_its_bars_on_real_store_weeks(data, capsys):
    assert bench.main(["--data", str(data), "--draws", "120"]) == 0
    assert '"ok": true' in capsys.readouterr().out.splitlines()[-1]
