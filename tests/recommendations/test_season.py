"""webapp/recommendations/rules/season.py and pairs.py: indices of month and weekday, and what is bought together."""

import math
from datetime import date
from itertools import combinations
from random import Random

import pytest

from webapp.clock import date_to_day, day_to_date, weekday
from webapp.recommendations.rules import pairs, season
from webapp.recommendations.rules.pairs import Stratum

FIRST = date_to_day(date(2024, 11, 21))
SHARES = {5: 1.4, 6: 0.7}


def year(days=730, growth=0.0, swing=0.4):
    """A daily figure with a cosine of the year (peak in mid July), quiet Sundays, busy Saturdays and growth a year."""
    return {
        day: 100 * math.exp(swing * math.cos(2 * math.pi * ((day_to_date(day).timetuple().tm_yday) - 196) / 365.25))
        * SHARES.get(weekday(day), 1.0) * (1 + growth) ** ((day - FIRST) / 365.25)
        for day in range(FIRST, FIRST + days)
    }  # fmt: skip


@pytest.mark.parametrize("growth", [0.0, 0.06, 0.5])
def test_the_months_have_their_index_whatever_the_growth(growth):
    found = season.index(year(growth=growth))
    flat = [math.exp(0.4 * math.cos(2 * math.pi * (15.2 + 30.44 * month - 196) / 365.25)) for month in range(12)]
    usual = sum(flat) / 12

    assert found.years == 2
    for month in range(1, 13):
        assert found.months[month] == pytest.approx(flat[month - 1] / usual, abs=0.06)


def test_the_weekdays_have_their_share_of_the_week():
    found = season.index(year()).weekdays
    usual = (5 + 1.4 + 0.7) / 7

    assert found[5] == pytest.approx(1.4 / usual, abs=0.01)
    assert found[6] == pytest.approx(0.7 / usual, abs=0.01)
    assert sum(found.values()) == pytest.approx(7)


def test_less_than_thirteen_months_have_no_season_and_less_than_eight_weeks_no_weekdays():
    short, shorter = season.index(year(days=380)), season.index(year(days=40))

    assert short.months == {}
    assert len(short.weekdays) == 7
    assert (shorter.months, shorter.weekdays) == ({}, {})
    assert season.index({}).days == 0


def test_closed_days_are_no_days_without_sales():
    values = year()
    sundays = frozenset(day for day in values if weekday(day) == 6)
    open_days = {day: value for day, value in values.items() if day not in sundays}

    assert 6 not in season.index(open_days, sundays).weekdays
    assert season.index(open_days).weekdays[6] == 0.0
    assert season.index(open_days, sundays).months[7] == pytest.approx(season.index(values).months[7], abs=0.02)


def test_a_figure_of_nothing_has_no_season():
    assert season.index(dict.fromkeys(range(FIRST, FIRST + 730), 0.0)).months == {}


def test_a_month_has_its_season_on_both_halves_of_the_earth():
    assert [season.name(month) for month in (12, 1, 3, 6, 9, 11)] == [
        "winter", "winter", "spring", "summer", "autumn", "autumn",
    ]  # fmt: skip
    assert season.name(1, southern=True) == "summer"


# ---- Pairs ----


def baskets(together, count=4000, seed=1):
    """Baskets of two or three of 12 products by chance, and `together` of them with 1 and 2 besides."""
    dice = Random(seed)
    found = [dice.sample(range(1, 13), dice.choice((1, 2, 2, 3))) for _ in range(count)]
    return [[*basket, 1, 2] if at < together else basket for at, basket in enumerate(found)]


def test_a_pair_that_is_bought_together_is_found_with_its_lift():
    found = pairs.lift([pairs.count(baskets(together=250))])

    assert (found[0].first, found[0].second) == (1, 2)
    assert found[0].low > 1.5
    assert found[0].lift == pytest.approx(found[0].orders / found[0].expected)


def test_chance_makes_no_pair():
    assert sum(len(pairs.lift([pairs.count(baskets(0, seed=seed))])) for seed in range(20)) <= 2


def test_products_of_one_channel_alone_make_no_pair():
    dice = Random(3)
    hot = [dice.sample(range(1, 7), 2) for _ in range(2000)]
    online = [dice.sample(range(7, 13), 2) for _ in range(2000)]

    assert pairs.lift([pairs.count(hot), pairs.count(online)]) == []
    assert pairs.lift([pairs.count([*hot, *online])])


def test_a_pair_below_the_support_is_not_told_however_strong():
    strong = [[1, 2]] * 12 + [[dice, dice + 1] for dice in range(3, 300)]

    assert pairs.lift([pairs.count(strong)]) == []
    assert pairs.lift([pairs.count(strong)], support=10)[0].first == 1


def test_counting_takes_each_product_once_and_leaves_single_baskets_out():
    found = pairs.count([[3, 1, 1], [2], [], [1, 3, 2]])

    assert found == Stratum(2, {1: 2, 3: 2, 2: 1}, {(1, 3): 2, (1, 2): 1, (2, 3): 1})
    assert set(found.together) == set(combinations((1, 2, 3), 2))


def test_no_orders_have_no_pairs():
    assert pairs.lift([]) == []
    assert pairs.lift([pairs.count([])]) == []
