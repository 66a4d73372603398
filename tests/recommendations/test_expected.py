"""What is expected of advice that moves no price stands on the shop's own days, and is said only where they carry it."""

import json

import pytest

from tests.making import value
from tests.recommendations.asking import run
from tests.recommendations.making import accept, brief, draft, fact, keep, line
from tests.recommendations.shops import say_weather
from webapp.db import writer
from webapp.recommendations import actions
from webapp.recommendations.jobs import refresh
from webapp.recommendations.rules import expected, grounding, house
from webapp.recommendations.rules.brief import Effect
from webapp.recommendations.rules.estimates import Z80, Z99, made, none
from webapp.recommendations.rules.expected import Stay
from webapp.weather import dao as weather
from webapp.weather.rules import Normal

COLD_DRINKS = made(0.04, 0.004, 700, z=Z99)
EXPECTED = Effect("net_sales", 120, 340, "the weather")


def test_what_the_weather_does_is_told_at_both_ends_of_the_interval():
    found = expected.of_weather(COLD_DRINKS, [Stay("Quayside", 20.0, (5.0, 5.0))], 240)

    low, high = (20 * 240 * (2.718281828 ** ((0.04 + side * Z80 * 0.004) * 5) - 1) for side in (-1, 1))
    assert (found.metric, found.unit) == ("net_sales", "per day")
    assert (found.low, found.high) == (int(low), int(high) + 1)
    assert "Quayside +5.0 °C" in found.basis
    assert "+4.0% sold" in found.basis
    assert "what promoting adds is not known" in found.basis


def test_a_cold_day_brings_more_of_what_sells_less_with_each_degree():
    found = expected.of_weather(made(-0.03, 0.003, 700), [Stay("Quayside", 20.0, (-4.0,))], 340)

    assert 0 < found.low < 20 * 340 * 0.1275 < found.high


def test_each_place_counts_by_what_goes_there():
    one = expected.of_weather(COLD_DRINKS, [Stay("Quayside", 20.0, (5.0,))], 240)
    two = expected.of_weather(COLD_DRINKS, [Stay("Quayside", 20.0, (5.0,)), Stay("Station", 20.0, (5.0,))], 240)
    none_there = expected.of_weather(COLD_DRINKS, [Stay("Quayside", 20.0, (5.0,)), Stay("Station", 0.0, (5.0,))], 240)

    assert two.low == pytest.approx(2 * one.low, abs=1)
    assert (none_there.low, none_there.high) == (one.low, one.high)
    assert "Station" not in none_there.basis


def test_heat_beyond_what_was_learned_counts_as_ten_degrees():
    far, ten = (expected.of_weather(COLD_DRINKS, [Stay("Quayside", 20.0, (one,))], 240) for one in (25.0, 10.0))

    assert (far.low, far.high) == (ten.low, ten.high)


@pytest.mark.parametrize(
    ("estimate", "stays"),
    [
        (none("few_days", 30), [Stay("Quayside", 20.0, (5.0,))]),
        (made(0.04, 0.04, 700), [Stay("Quayside", 20.0, (5.0,))]),
        (COLD_DRINKS, [Stay("Quayside", 20.0, (-5.0,))]),
        (COLD_DRINKS, [Stay("Quayside", 20.0, ())]),
        (COLD_DRINKS, []),
    ],
    ids=["no estimate", "may be nothing", "sells less", "degrees unknown", "no place"],
)
def test_where_it_is_not_surely_more_nothing_is_expected(estimate, stays):
    assert expected.of_weather(estimate, stays, 240) is None


def test_a_gap_costs_what_a_day_sells_give_or_take_chance():
    found = expected.of_gap(280, 240)

    assert (found.metric, found.low < 10 * 240 < found.high) == ("net_sales", True)
    assert found.high - found.low < 10 * 240 / 4
    assert expected.of_gap(1, 240) is None


# ---- In advice ----

HOT = fact(1, "weather", text="It is hot.", unit="C", query=None, product_ids=())
RISING, LEFT = fact(2, "mover_up", 1), fact(3, "cover", 1, unit="days", text="Iced tea will last 2 days.")
TEA = line(1, "Iced tea", served="cold")


def test_what_the_heat_puts_forward_says_what_the_heat_brings():
    hot, _ = house.advise(brief(HOT, RISING, lines=(TEA,), expected={1: EXPECTED}))
    rising, _ = house.advise(brief(RISING, lines=(TEA,), expected={1: EXPECTED}))

    assert [one.effect for one in hot] == [EXPECTED]
    assert [one.effect for one in rising] == [None]


def test_what_is_ordered_says_what_its_gap_would_cost():
    sold = fact(4, "cover", 1, text="Iced tea sold 412 in the last 28 days.")

    [known], _ = house.advise(brief(LEFT, sold, lines=(TEA,)))
    [unknown], _ = house.advise(brief(LEFT, lines=(TEA,)))

    assert (known.kind, known.effect) == ("restock", expected.of_gap(412, 240))
    assert unknown.effect is None


def test_the_products_own_sensitivity_stands_before_that_of_its_category():
    of_all = fact(
        2, "sensitivity", text="All of it sells more.", label="change of Drinks/Cold a degree", product_ids=()
    )
    own = fact(3, "sensitivity", 1, text="Iced tea sells more.", label="change of Iced tea a degree")
    sold = fact(4, "sold", 1, text="Iced tea sold 40.")

    [draft], _ = house.advise(brief(HOT, of_all, own, sold, lines=(TEA,)))

    assert "f3" in draft.facts
    assert "f2" not in draft.facts


def test_advice_of_a_model_has_the_same_expectation_where_it_rests_on_the_weather():
    asked = brief(HOT, RISING, lines=(TEA,), expected={1: EXPECTED})

    def told(facts):
        item = {
            "kind": "promote", "product_id": 1, "products": [], "title": "Put {p1} in front", "facts": facts,
            "why": "{p1} sold {f2} in the last week.", "confidence": "medium",
        }  # fmt: skip
        [draft] = grounding.check({"summary": "", "suggestions": [item]}, asked).drafts
        return draft.effect

    assert told(["f1", "f2"]) == EXPECTED
    assert told(["f2"]) is None


# ---- In a shop ----


def learn(per_degree):
    """Cold drinks follow the temperature so."""
    shown = {"value": per_degree, "low": per_degree - 0.01, "high": per_degree + 0.01, "n": 700, "error": 0.004}
    nothing = {"value": None, "low": None, "high": None, "n": 700, "reason": "no_weather"}
    category = value("select category_id from product where sku = 'TEA'")
    day = value("select max(sales_day.day) from sales_day") + 1
    for name in ("sensitivity", "elasticity", "months"):
        known = {"categories": {category: {"per_degree": shown, "wet": nothing}}, "products": {}}
        writer.do(actions.keep_learned, (name, day, json.dumps(known if name == "sensitivity" else {})))


def usual(tx, items):
    """So many degrees are usual at the pier on any day."""
    for mean_c in items:
        weather.keep_normals(tx, 2, dict.fromkeys(range(1, 367), Normal(mean_c, 3.0, 4.0, 60)))
    return [None] * len(items)


def test_a_hot_day_tells_what_its_heat_brings_at_the_places_that_are_hot(now):
    writer.do(usual, 20.0)
    say_weather(36.0, now)
    learn(0.04)

    found = refresh._gather().brief

    [effect] = [found.expected[1]]
    assert list(found.expected) == [1]  # water is not sold at the pier
    assert "Pier" in effect.basis
    assert 0 < effect.low < effect.high


def test_the_answer_and_the_page_say_of_what_an_effect_is(now, client):
    writer.do(usual, 20.0)
    say_weather(36.0, now)
    learn(0.04)
    run()

    told = client.get("/recommendations", headers={"Accept": "application/json"}).get_json()
    page = client.get("/recommendations", headers={"Accept": "text/html"}).get_data(as_text=True)

    heat = next(one for one in told["suggestions"] if one["kind"] == "promote" and one["product"]["sku"] == "TEA")
    gap = next(one for one in told["suggestions"] if one["kind"] == "restock")
    assert heat["effect"]["metric"] == gap["effect"]["metric"] == "net_sales"
    assert heat["effect"]["low"] > 0 < gap["effect"]["low"]
    assert "Expected of the weather: " in page
    assert "Against an empty shelf: " in page


def test_the_record_holds_no_weather_against_what_was_measured_without_it(now, client):
    keep(draft("promote", effect=EXPECTED))
    accept(1)

    [entry] = client.get("/recommendations/record", headers={"Accept": "application/json"}).get_json()["items"]

    assert entry["kind"] == "promote"
    assert entry["expected"] is None


def test_without_knowing_what_is_usual_of_the_season_nothing_is_expected_of_the_heat(now):
    say_weather(36.0, now)
    learn(0.04)

    found = refresh._gather().brief

    assert any(one.kind == "promote" and one.product_id == 1 for one in house.advise(found)[0])
    assert found.expected == {}
