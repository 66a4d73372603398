"""The house rules make advice of all six kinds from facts alone, and none without a fact that carries it."""

from decimal import Decimal

import pytest

from tests.recommendations.making import brief, fact, line, price
from webapp.recommendations.rules import house, record
from webapp.recommendations.rules.brief import Effect
from webapp.recommendations.rules.grounding import CONFIDENCES

TEA, SOUP, CAKE = line(1, "Iced tea", served="cold"), line(2, "Soup", served="hot"), line(3, "Cake")
UMBRELLA = line(4, "Umbrella", served="rain")


def weather(direction, number=1, about="weather"):
    words = {1: "hot", -1: "cold", 0: "mild"}[direction]
    return fact(
        number, about, text=f"It is {words} at Quayside now.", unit="C" if about == "weather" else "days", value=Decimal(3),
        direction=direction, query=None, product_ids=(),
    )  # fmt: skip


def sold(number, product, about="sold", **more):
    return fact(number, about, product, text=f"P{product} sold 40.", value=Decimal(40), **more)


def advised(*facts, lines=(TEA, SOUP, CAKE, UMBRELLA), failing=frozenset(), **more):
    drafts, _ = house.advise(brief(*facts, lines=lines, **more), failing)
    return [(draft.kind, draft.product_id) for draft in drafts]


def test_a_hot_day_puts_forward_what_is_cold():
    assert advised(weather(1), sold(2, 1), sold(3, 2)) == [("promote", 1)]


def test_a_cold_day_puts_forward_what_is_hot():
    assert advised(weather(-1), sold(2, 1), sold(3, 2)) == [("promote", 2)]


def test_a_wet_day_puts_forward_what_keeps_dry():
    assert advised(weather(1, about="rain"), sold(2, 4), sold(3, 1)) == [("promote", 4)]


@pytest.mark.parametrize("facts", [[weather(0)], []])
def test_mild_or_unknown_weather_puts_nothing_forward(facts):
    assert advised(*facts, sold(2, 1), sold(3, 2)) == []


def test_weather_advice_holds_as_far_as_its_fact_looks_ahead_and_names_its_facts():
    learned = fact(
        3,
        "sensitivity",
        1,
        text="Iced tea sells 4.0% more for each degree.",
        unit="%",
        label="change of Iced tea a degree",
    )

    drafts, _ = house.advise(brief(weather(1), sold(2, 1), learned, lines=(TEA,)))

    assert drafts[0].days == 3
    assert drafts[0].facts == ("f1", "f3", "f2")
    assert drafts[0].confidence == "high"
    assert "4.0% more for each degree" in drafts[0].why


def test_what_is_short_is_ordered_and_not_put_forward():
    short = fact(3, "cover", 1, text="Iced tea will last 2 days.", unit="days", value=Decimal(2), direction=-1)

    assert advised(weather(1), sold(2, 1), short) == [("restock", 1)]


def test_all_six_kinds_come_from_facts():
    facts = [
        fact(1, "cover", 1, unit="days", text="Iced tea will last 2 days."), fact(2, "mover_up", 2),
        fact(3, "mover_down", 3, direction=-1), fact(4, "slow", 4, query="/explore?metric=units&product=4"),
        fact(5, "slow", 4, text="90 of Umbrella lie in stock."), fact(6, "price", 4, unit="GBP"),
        fact(7, "price", 5, unit="GBP"), fact(8, "pair", 6, unit="orders", product_ids=(6, 7)),
    ]  # fmt: skip
    lines = (TEA, SOUP, CAKE, UMBRELLA, line(5, "Juice"), line(6, "Pie"), line(7, "Cream"))
    prices = {4: (price(220), None), 5: (price(230), Effect("gross_profit", 10, 90, "elasticity"))}

    found = advised(*facts, lines=lines, prices=prices)

    assert found == [
        ("restock", 1), ("markdown", 4), ("reprice", 5), ("promote", 2), ("bundle", 6), ("watch", 3)
    ]  # fmt: skip


def test_a_markdown_without_a_price_that_the_guardrails_allow_is_none():
    facts = [fact(1, "slow", 4, query="/explore?metric=units&product=4"), fact(2, "slow", 4)]

    assert advised(*facts) == []
    assert advised(*facts, prices={4: (price(250), None)}) == []


def test_a_bundle_names_both_products():
    pair = fact(1, "pair", 1, unit="orders", product_ids=(1, 2))

    drafts, _ = house.advise(brief(pair, lines=(TEA, SOUP)))

    assert drafts[0].products == (1, 2)
    assert drafts[0].title == "Offer Iced tea and Soup together"


def test_no_product_is_in_two_suggestions_and_eight_are_the_most():
    facts = [fact(number, "mover_up", number) for number in range(1, 4)]
    facts += [fact(10 + number, "mover_down", number) for number in range(1, 9)]
    facts += [fact(20 + number, "cover", number, unit="days") for number in range(3, 9)]
    facts += [
        fact(40 + number, "pair", number, unit="orders", product_ids=(number, number + 1)) for number in range(9, 20)
    ]
    lines = tuple(line(number, f"P{number}") for number in range(1, 30))

    drafts, _ = house.advise(brief(*facts, lines=lines))

    products = [draft.product_id for draft in drafts]
    assert len(products) == len(set(products)) == 8
    assert {draft.confidence for draft in drafts} <= set(CONFIDENCES)


def test_advice_that_keeps_failing_is_offered_less():
    facts = [fact(1, "mover_up", 1), fact(2, "mover_up", 2), fact(3, "mover_up", 3)]

    doubted, _ = house.advise(brief(*facts, lines=(TEA, SOUP, CAKE)), frozenset({"promote"}))

    assert len(advised(*facts)) == 3
    assert [(draft.product_id, draft.confidence) for draft in doubted] == [(1, "low")]
    assert "has not held up" in doubted[0].why


def test_the_day_is_told_in_one_sentence_and_unknown_weather_is_said():
    total = fact(1, "total", 1, text="The shop took £100.00 in the last 7 days.")

    known = house.summary(brief(total, weather(1, 2), weather=("It is hot at Quayside now.",)))
    unknown = house.summary(brief(total, weather=("Quayside: weather unknown since 14:05, using the season.",)))
    none = house.summary(brief(fact(1, "pair")))

    assert known == "The shop took £100.00 in the last 7 days; it is hot at Quayside now."
    assert unknown.endswith("weather unknown since 14:05, using the season.")
    assert none == "The weather is unknown."


# ---- The record ----


def result(low=None, high=None, final=1, kind="promote", by="rules", **more):
    return {
        "low": low,
        "high": high,
        "final": final,
        "kind": kind,
        "by": by,
        "price_minor": None,
        "now_minor": None,
        "cost_minor": None,
        "effect_metric": None,
        **more,
    }


def test_advice_is_right_only_where_the_whole_interval_says_so():
    rows = [result(0.1, 0.3), result(-0.3, -0.1), result(-0.1, 0.3), result(None, None), result(0.1, 0.3, final=0)]

    assert [record.verdict(row) for row in rows] == ["right", "wrong", "unclear", "unclear", "open"]


def moved(low, high, now, then, metric, cost=None, kind="reprice"):
    """What became of a price that went from `then` to `now`."""
    return record.verdict(
        result(low, high, kind=kind, price_minor=now, now_minor=then, cost_minor=cost, effect_metric=metric)
    )


def test_a_raised_price_is_right_only_where_it_brought_more():
    lost, kept = (-0.3, -0.2), (-0.04, -0.01)

    assert [moved(*share, 264, 240, "net_sales") for share in (lost, kept, (-0.2, 0.1))] == [
        "wrong",
        "right",
        "unclear",
    ]
    assert moved(*lost, 264, 240, "gross_profit", cost=200) == "right"  # 44 for each of 70 instead of 40 for 100
    assert moved(*lost, 264, 240, "gross_profit", cost=100) == "wrong"


def test_a_lowered_price_is_right_only_where_the_profit_that_was_meant_grew():
    assert moved(0.05, 0.08, 216, 240, "units") == "right"
    assert moved(0.05, 0.08, 216, 240, "net_sales") == "wrong"
    assert moved(0.15, 0.3, 216, 240, "net_sales") == "right"
    assert moved(0.15, 0.3, 216, 240, "gross_profit", cost=120) == "unclear"
    assert moved(0.15, 0.3, 216, 240, "gross_profit", cost=200) == "wrong"
    assert moved(0.15, 0.3, 190, 240, "gross_profit", cost=200) == "wrong"  # each one sold loses


def test_where_a_cost_is_not_known_the_profit_cannot_be_told():
    assert moved(0.5, 0.8, 216, 240, "gross_profit") == "unclear"


def test_without_an_expectation_another_price_is_to_take_more_and_a_clearance_to_sell_more():
    assert moved(0.05, 0.08, 216, 240, None) == "wrong"
    assert moved(0.05, 0.08, 216, 240, None, kind="markdown") == "right"


def test_a_price_that_did_not_move_is_judged_by_units():
    assert moved(0.05, 0.08, 240, 240, "gross_profit") == "right"


def test_looking_at_a_product_is_neither_right_nor_wrong():
    assert record.verdict(result(-0.3, -0.1, kind="watch")) == "unclear"


def test_rules_and_model_are_scored_apart():
    rows = [result(0.1, 0.3), result(0.1, 0.3, by="model"), result(-0.3, -0.1, by="model")]

    scores = record.scores(rows, "by")

    assert (scores["rules",].right, scores["model",].right, scores["model",].wrong) == (1, 1, 1)
    assert scores["model",].measured == scores["model",].told == 2


def test_a_kind_fails_only_after_three_that_could_be_told():
    wrong = result(-0.3, -0.1)

    assert record.failing([wrong, wrong], "rules") == frozenset()
    assert record.failing([wrong, wrong, wrong, result(0.1, 0.2, kind="bundle")], "rules") == {"promote"}
    assert record.failing([wrong] * 3, "model") == frozenset()
    assert record.failing([wrong, wrong, wrong, result(0.1, 0.2), result(0.1, 0.2)], "rules") == frozenset()
