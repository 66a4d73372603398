"""webapp/recommendations/rules/pricing.py: a price is arithmetic inside guardrails, or a reason why there is none."""

import math
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import prices as judge
from webapp.recommendations.rules.estimates import made, none
from webapp.recommendations.rules.pricing import (
    REASONS,
    Guardrails,
    PriceQuestion,
    Refused,
    Suggested,
    endings,
    limits,
    suggest,
    suggest_all,
)  # fmt: skip

SURE = made(-3.0, 0.1, 60, 4)
# Iced tea at 2.40 that costs 0.86 and sells 20 a day, in a season that asks for a fifth less.
TEA = PriceQuestion(
    product_id=17, now=240, base=240, cost=86, prices_90d=(240,), observed_low=200, observed_high=260, lowest_30d=240,
    days_since_change=120, units_per_day=20.0, elasticity=SURE, season=0.8,
)  # fmt: skip
# The same where a rise pays: buyers hardly mind, surely.
STEADY = replace(TEA, elasticity=made(-1.1, 0.05, 80, 5), season=1.3)


def suggested(question):
    answer = suggest(question)
    assert isinstance(answer, Suggested), answer
    return answer


def refused(question):
    answer = suggest(question)
    assert isinstance(answer, Refused), answer
    return answer.reason


# ---- Arithmetic ----


def test_demand_below_the_usual_asks_for_the_price_that_would_keep_units_as_they_are():
    answer = suggested(replace(TEA, season=0.9))

    assert answer.price.suggested == pytest.approx(240 * 0.9 ** (1 / 3), abs=3)
    assert answer.causes == ("season",)
    assert not answer.rise


def test_season_weather_and_stock_cover_pull_together():
    alone = suggested(replace(TEA, season=0.95))
    together = suggested(replace(TEA, season=0.95, weather=0.95, cover_days=60.0))

    assert together.price.suggested < alone.price.suggested
    assert set(together.causes) == {"season", "weather", "cover"}


def test_an_ordinary_day_asks_for_no_other_price():
    assert refused(replace(TEA, season=1.0)) == "no_cause"


def test_the_expected_change_is_that_of_constant_elasticity_at_both_ends_of_its_interval():
    answer = suggested(TEA)
    ratio = answer.price.suggested / 240
    ends = sorted(20 * (ratio**e - 1) for e in (SURE.low, SURE.high))
    profits = sorted(
        20 * ratio**e * (answer.price.suggested - 86) - 20 * (240 - 86) for e in (SURE.low, SURE.high)
    )  # fmt: skip

    assert answer.units == pytest.approx(ends)
    assert answer.profit == (math.floor(profits[0]), math.ceil(profits[1]))
    assert answer.effect.metric == "gross_profit"
    assert (answer.effect.low, answer.effect.high) == answer.profit


def test_taxes_in_the_price_are_no_income():
    without, within = suggested(TEA), suggested(replace(TEA, kept=1 / 1.2))

    assert within.price.floor >= without.price.floor
    assert within.sales[1] < without.sales[1]


def test_what_is_nearly_gone_is_not_made_cheaper():
    assert refused(replace(TEA, season=0.4, cover_days=2.0)) == "no_cause"


def test_the_price_ends_as_the_shops_prices_do():
    assert endings([240, 310, 295, 350, 290]) == (0, 5)
    assert endings([]) == (0, 5, 9)
    assert suggested(replace(TEA, endings=(9,))).price.suggested % 10 == 9
    assert suggested(replace(TEA, endings=(5,))).price.suggested % 10 == 5


def test_an_ending_never_leads_out_of_the_limits():
    tight = replace(TEA, now=240, observed_low=240, observed_high=240, endings=(9,), rails=Guardrails(most_step=0.02))
    answer = suggested(tight)

    assert answer.price.suggested == answer.price.floor == 236


# ---- Guardrails ----


def test_wanted_30_a_reduction_bears_the_lowest_price_of_thirty_days():
    answer = suggested(replace(TEA, lowest_30d=225))

    assert answer.price.lowest_30d == 225
    assert "reference" in answer.warnings


def test_a_marketplace_is_told_of_its_parity():
    assert "parity" in suggested(replace(TEA, marketplace=True)).warnings
    assert "parity" not in suggested(TEA).warnings


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("stocked_out", {"stocked_out": True}), ("stocked_out", {"cover_days": 0.0}), ("promoted", {"promoted": True}),
        ("anomaly", {"anomaly": True}), ("cool_down", {"days_since_change": 13}), ("substitute", {"busy": True}),
        ("cost_unknown", {"cost": None}), ("no_sales", {"units_per_day": 0.0}), ("no_room", {"cost": 215}),
        ("no_room", {"cost": 500}), ("bad_input", {"now": 0}), ("bad_input", {"cost": -1}),
        ("bad_input", {"season": math.nan}), ("bad_input", {"units_per_day": math.inf}), ("bad_input", {"kept": 0.0}),
        ("bad_input", {"now": 240.0}), ("bad_input", {"base": True}),
    ],
)  # fmt: skip
def test_a_price_is_refused_with_its_reason(reason, change):
    assert refused(replace(TEA, **change)) == reason
    assert REASONS[reason]


def test_the_day_the_cool_down_ends_a_price_may_move():
    assert suggested(replace(TEA, days_since_change=14))


def test_trap_10_a_price_has_a_floor_and_a_ceiling_and_is_exact_to_the_minor_unit():
    answer = suggested(replace(TEA, now=247, base=247, endings=(0, 5, 9)))

    assert (answer.price.floor, answer.price.ceiling) == (223, 271)
    assert answer.price.suggested in (225, 229, 230)


def test_each_limit_binds_alone():
    wide = Guardrails(least_margin=0.0, most_step=0.5, most_90d=0.5)
    open_question = replace(TEA, observed_low=100, observed_high=480, rails=wide)

    assert limits(open_question) == (120, 360)
    assert limits(replace(open_question, rails=replace(wide, most_step=0.1))) == (216, 264)
    assert limits(replace(open_question, rails=replace(wide, most_90d=0.2), prices_90d=(280,))) == (224, 288)
    assert limits(replace(open_question, observed_low=220, observed_high=250)) == (209, 262)
    assert limits(replace(open_question, cost=150, rails=replace(wide, least_margin=0.2)))[0] == 180
    assert limits(replace(open_question, cost=150, rails=replace(wide, least_margin=0.2), kept=1 / 1.2))[0] == 216
    assert limits(replace(open_question, rails=replace(wide, never_rises=True)))[1] == 240


def test_a_rise_needs_a_gain_that_is_sure_and_is_marked_for_a_second_confirmation():
    assert suggested(STEADY).rise
    assert suggested(STEADY).profit[0] >= 0
    assert refused(replace(STEADY, elasticity=made(-2.2, 1.0, 30, 4))) == "no_gain"
    assert refused(replace(TEA, season=1.3)) == "no_gain"


def test_an_elasticity_that_may_be_positive_lifts_no_price():
    assert refused(replace(STEADY, elasticity=made(-0.3, 0.4, 30, 4))) == "no_estimate"


def test_a_product_on_the_list_never_rises():
    assert refused(replace(STEADY, rails=Guardrails(never_rises=True))) == "never_rises"


def test_a_hot_day_alone_lifts_no_price_unless_the_shop_says_so():
    hot = replace(STEADY, season=1.0, weather=1.5)

    assert refused(hot) == "no_cause"
    assert suggested(replace(hot, rails=Guardrails(weather_rises=True))).rise


def test_a_reduction_that_surely_costs_is_not_suggested_unless_stock_must_go():
    deaf = replace(TEA, elasticity=made(-1.05, 0.02, 90, 5))

    assert refused(deaf) == "no_gain"
    assert suggested(replace(deaf, cover_days=90.0)).profit[1] < 0


@pytest.mark.parametrize("unknown", [None, none("few_weeks", 9), made(2.0, 0.1, 40, 4)])
def test_without_an_estimate_only_a_small_labelled_step_down(unknown):
    answer = suggested(replace(TEA, elasticity=unknown, season=0.5))

    assert answer.small_step
    assert 228 <= answer.price.suggested < 240
    assert (answer.units, answer.sales, answer.profit, answer.effect) == (None, None, None, None)
    assert refused(replace(TEA, elasticity=unknown, season=1.5)) == "no_estimate"


def test_small_steps_end_a_tenth_below_the_usual_price():
    assert refused(replace(TEA, elasticity=None, season=0.5, base=300, now=270, cost=60)) == "no_room"


def test_of_two_substitutes_the_one_with_more_to_gain_moves():
    small = replace(TEA, product_id=18, units_per_day=2.0, substitutes=frozenset({17}))
    answers = suggest_all([small, replace(TEA, substitutes=frozenset({17, 18}))])

    assert isinstance(answers[17], Suggested)
    assert answers[18] == Refused(18, "substitute")


def test_substitutes_hold_whichever_of_the_two_names_the_other():
    one, other = replace(TEA, substitutes=frozenset({18})), replace(TEA, product_id=18, units_per_day=2.0)

    assert isinstance(suggest_all([other, one])[17], Suggested)
    assert suggest_all([other, one])[18] == Refused(18, "substitute")
    assert suggest_all([replace(other, units_per_day=50.0), one])[17] == Refused(17, "substitute")


def test_no_person_goes_into_a_price():
    assert not {field.name for field in fields(PriceQuestion)} & {
        "customer",
        "customer_id",
        "person",
        "segment",
        "device",
    }


# ---- Anything at all ----


amounts = st.one_of(st.integers(-5, 3000), st.sampled_from([10**12, 999_999_999]))
figures = st.one_of(st.floats(0, 10), st.floats(allow_nan=True, allow_infinity=True))
shares = st.one_of(st.sampled_from([0.0, 0.05, 0.1, 0.2]), st.floats(allow_nan=True, allow_infinity=True))
estimates = st.one_of(
    st.none(), st.builds(made, st.floats(-5, 1), st.floats(0.001, 1), st.just(40), st.just(4)),
    st.builds(made, st.floats(), st.floats(), st.just(40)),
)  # fmt: skip
questions = st.builds(
    PriceQuestion, product_id=st.just(1), now=amounts, base=amounts, cost=st.one_of(st.none(), amounts),
    prices_90d=st.lists(amounts, max_size=3).map(tuple), observed_low=amounts, observed_high=amounts, lowest_30d=amounts,
    days_since_change=st.one_of(st.none(), st.integers(0, 60)), units_per_day=figures, elasticity=estimates,
    season=figures, weather=figures, cover_days=st.one_of(st.none(), figures), kept=st.sampled_from([1.0, 1 / 1.2, 0.0]),
    marketplace=st.booleans(), endings=st.sampled_from([(0, 5, 9), (9,), ()]),
    rails=st.builds(Guardrails, shares, shares, shares, st.integers(0, 30), st.booleans(), st.booleans()),
)  # fmt: skip
near = st.builds(
    PriceQuestion, product_id=st.just(1), now=st.integers(180, 300), base=st.integers(180, 300), cost=st.integers(0, 260),
    prices_90d=st.lists(st.integers(200, 280), max_size=3).map(tuple), observed_low=st.integers(150, 240),
    observed_high=st.integers(230, 320), lowest_30d=st.integers(150, 240),
    days_since_change=st.one_of(st.none(), st.integers(0, 60)), units_per_day=st.floats(0, 50), elasticity=estimates,
    season=st.floats(0.3, 3), weather=st.floats(0.5, 2), cover_days=st.one_of(st.none(), st.floats(0, 100)),
    kept=st.sampled_from([1.0, 1 / 1.2]), endings=st.sampled_from([(0, 5, 9), (9,), ()]),
    rails=st.builds(
        Guardrails, st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.05, 0.1]), st.sampled_from([0.1, 0.2]),
        st.integers(0, 30), st.booleans(), st.booleans(),
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(questions, near))
def test_no_question_leads_out_of_a_guardrail_or_to_no_number(question):
    assert list(judge.faults(question, suggest(question))) == []


def test_the_control_the_judge_sees_each_fault():
    answer = suggested(TEA)

    def said(price=answer.price.suggested, **change):
        bad = replace(answer, price=replace(answer.price, suggested=price))
        return set(judge.faults(replace(TEA, **change), bad))

    assert said() == set()
    assert "below cost and margin, or cost unknown" in said(cost=200) & said(cost=None)
    assert "more than a step" in said(price=200)
    assert "more than the change of 90 days" in said(prices_90d=(300,))
    assert "outside the observed range" in said(observed_low=239)
    assert "in the cool-down" in said(days_since_change=3)
    assert "in a stock-out, promotion, anomaly or beside a moving substitute" in said(promoted=True)
    assert "a rise that may not be, or is not said" in said(price=250)
    assert "more than a small labelled step without an estimate" in said(elasticity=None)


def test_the_bench_of_prices_reaches_its_bars(capsys):
    assert judge.main(["--draws", "1500"]) == 0
    assert '"wrong": {}' in capsys.readouterr().out.splitlines()[-1]


def test_prices_pairs_and_seasons_need_no_numpy_so_that_pages_may_ask_them():
    names = ("estimates", "pricing", "season", "pairs")
    said = "; ".join(f"import webapp.recommendations.rules.{name}" for name in names)
    program = f"import sys; {said}; print('numpy' in sys.modules)"
    root = Path(__file__).resolve().parents[2]

    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"
