"""webapp/recommendations/rules/uplift.py and marked.py: what a change did, and that nothing is claimed where nothing was."""

import math

import numpy as np
import pytest

from bench import uplift as bench
from webapp.recommendations.rules.marked import effects
from webapp.recommendations.rules.uplift import measure, smallest_effect

WEEKDAYS = np.array([1.0, 0.9, 0.9, 1.0, 1.2, 1.5, 0.6])
START, DAYS = 168, 182


def shops(seed=1, count=9, days=DAYS, mean=40.0, spread=0.1):
    """Units by day of comparable shops with weekdays and a common movement; the first is the target."""
    dice = np.random.default_rng(seed)
    common = np.cumsum(dice.normal(size=days) * 0.02) + np.log(WEEKDAYS[np.arange(days) % 7])
    means = mean * np.exp(common + dice.normal(size=(count, days)) * spread + dice.normal(size=(count, 1)) * 0.5)
    return [[float(units) for units in row] for row in dice.poisson(means)]


def changed(series, effect, start=START):
    return [each if day < start else each * (1 + effect) for day, each in enumerate(series)]


def found_for(effect, seed, **more):
    target, *others = shops(seed, **more)
    return measure(changed(target, effect), others, START)


@pytest.mark.parametrize("effect", [0.0, 0.3, -0.2])
def test_the_interval_holds_the_planted_effect_four_times_in_five(effect):
    found = [found_for(effect, seed) for seed in range(80)]

    inside = sum(each.low <= effect <= each.high for each in found) / len(found)
    bias = np.mean([math.log1p(each.middle) - math.log1p(effect) for each in found])
    assert 0.7 <= inside <= 0.92
    assert abs(bias) < 0.02


def test_nothing_is_called_significant_more_than_one_time_in_ten_where_nothing_was():
    found = [found_for(0.0, seed) for seed in range(100, 200)]

    assert sum(each.significant for each in found) <= 10


def test_a_strong_effect_is_seen_and_told_in_units():
    found = found_for(0.8, 1)
    target = shops(1)[0]

    assert found.significant
    assert found.weeks == 2
    sold = sum(changed(target, 0.8)[START:])
    assert found.more_low <= sold - found.expected_units <= found.more_high
    assert found.expected_units == pytest.approx(sum(target[START:]), rel=0.15)


def test_what_befell_all_shops_is_no_effect():
    target, *others = shops(4)
    flooded = [changed(series, -0.6) for series in (target, *others)]

    assert measure(flooded[0], flooded[1:], START).middle == pytest.approx(
        measure(target, others, START).middle, abs=0.08
    )


def test_the_days_after_the_window_and_those_long_before_it_change_nothing_but_the_placebos():
    target, *others = shops(5)
    later = [[*series, *[9999.0] * 30] for series in (target, *others)]

    assert measure(later[0], later[1:], START) == measure(target, others, START)


def test_a_bare_week_is_measured_from_six_days_or_with_one_of_seven_closed():
    target, *others = shops(1)
    strong = changed(target, 0.8)
    closed = [[*series[: START + 2], None, *series[START + 3 :]] for series in (strong, *others)]
    gaps = [[*series[: START + 2], None, None, *series[START + 4 :]] for series in (strong, *others)]

    assert measure(strong, others, START, after=6).significant
    assert measure(closed[0], closed[1:], START, after=7).days == 6
    assert measure(gaps[0], gaps[1:], START, after=7).reason == "few_days"


def test_the_smallest_effect_is_told_before_and_shrinks_with_quiet_series_and_more_weeks():
    quiet, loud = shops(6, spread=0.02, mean=400, days=420), shops(6, spread=0.3, days=420)
    noisy = smallest_effect(loud[0], loud[1:])

    assert smallest_effect(quiet[0], quiet[1:]) < noisy
    assert smallest_effect(loud[0], loud[1:], after=42) < noisy


def test_an_effect_of_the_smallest_size_is_seen_most_of_the_time():
    seen = []
    for seed in range(60):
        target, *others = shops(seed)
        least = smallest_effect(target[:START], [series[:START] for series in others])
        seen.append(measure(changed(target, least), others, START).significant)

    assert 0.6 <= sum(seen) / len(seen) <= 0.97


@pytest.mark.parametrize("reason", ["few_days", "few_others", "no_sales"])
def test_where_nothing_can_be_said_it_says_why(reason):
    target, *others = shops(7)
    found = {
        "few_days": lambda: measure(target[:60], [series[:60] for series in others], 30),
        "few_others": lambda: measure(target, others[:2], START),
        "no_sales": lambda: measure([0.0] * DAYS, others, START),
    }[reason]()

    assert (found.reason, found.middle, found.low, found.smallest) == (reason, None, None, None)
    assert not found.significant


def test_closed_days_and_empty_shelves_are_left_out():
    target, *others = shops(8)
    holes = [None if day % 7 == 6 or 70 <= day < 80 else units for day, units in enumerate(target)]

    assert measure(holes, others, START).days == 12
    assert measure(holes, others, START).middle == pytest.approx(measure(target, others, START).middle, abs=0.08)


# ---- Marked days ----


def flags(seed, shape, share=0.15):
    return [list(row) for row in np.repeat(np.random.default_rng(seed).random((1, shape[1])) < share, shape[0], axis=0)]


def test_a_planted_promotion_lies_in_its_interval_and_its_sign_is_sure():
    series = shops(9, days=400)
    promoted = flags(1, (len(series), 400))
    lifted = [
        [units * (1.25 if on else 1.0) for units, on in zip(*row, strict=True)]
        for row in zip(series, promoted, strict=True)
    ]  # fmt: skip
    found = effects(lifted, {"promotion": promoted})["promotion"]

    assert found.low <= 0.25 <= found.high
    assert found.excludes_zero


def test_two_marks_are_held_apart():
    series = shops(10, days=500)
    promoted, holiday = flags(2, (9, 500), 0.2), flags(3, (9, 500), 0.1)
    lifted = [
        [units * (1.3 if one else 1.0) * (0.8 if other else 1.0) for units, one, other in zip(*row, strict=True)]
        for row in zip(series, promoted, holiday, strict=True)
    ]
    found = effects(lifted, {"promotion": promoted, "holiday": holiday})

    assert found["promotion"].value == pytest.approx(0.3, abs=0.07)
    assert found["holiday"].value == pytest.approx(-0.2, abs=0.07)


def test_a_mark_of_a_few_days_has_no_effect_told():
    series = shops(11)
    rare = [[day in (3, 50) for day in range(DAYS)] for _ in series]

    assert effects(series, {"flood": rare})["flood"].reason == "few_days"


@pytest.mark.slow
def test_the_bench_of_uplift_reaches_its_bars_on_real_sales(data, capsys):
    assert bench.main(["--data", str(data), "--draws", "100", "--seed", "2"]) == 0
    assert '"ok": true' in capsys.readouterr().out.splitlines()[-1]
