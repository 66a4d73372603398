"""The cards of suggestions: their order, what they say once, and the drawing of a price."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contract.conftest import exact
from tests.recommendations.making import brief, dismiss, draft, reprice
from tests.recommendations.pages import advise, page


def test_the_price_is_drawn_between_its_floor_and_its_ceiling(shop_at):
    advise(reprice(220))

    said = page(shop_at, "/recommendations")
    assert (
        "Now £2.40, suggested £2.20, between a floor of £2.00 and a ceiling of £2.60; lowest of 30 days £2.30" in said
    )


def test_the_smallest_effect_that_can_be_seen_is_told_before_anybody_accepts(shop_at):
    advise(reprice(220), smallest={(1, 7): 0.38})

    assert "; 6 whole days show a change of 38% or more" in page(shop_at, "/recommendations")
    assert "Its 6 whole days can show a change of 38% or more." in page(shop_at, "/recommendations/1")


def test_what_limits_every_suggestion_stands_once_below_them(shop_at):
    advise(reprice(220), reprice(220, 2), draft("watch", 3))
    assert page(shop_at, "/recommendations").count("cannot be told from chance") == 1

    dismiss(1)
    dismiss(2)
    assert "cannot be told from chance" not in page(shop_at, "/recommendations")


def test_what_the_drawing_of_a_price_shows_is_not_said_in_words_too(shop_at):
    step = (
        "£2.20 is the price that arithmetic gives for Tea, now £2.40; the guardrails allow £2.00 to £2.60, and the lowest "
        "price of 30 days was £2.30."
    )
    advise(reprice(220, why=f"{step} This is a small step."))

    said = page(shop_at, "/recommendations")
    assert '<p class="why">This is a small step.</p>' in said and "arithmetic gives for Tea" not in said
    assert "Lowest price of 30 days £2.30" in said
    assert "arithmetic gives for Tea" not in page(shop_at, "/recommendations/1")
    assert step in exact(shop_at.get("/recommendations/1"))["why"]


@pytest.mark.parametrize(("index", "said"), [(Decimal("0.96"), True), (Decimal("1.0004"), False), (None, False)])
def test_a_month_as_usual_is_no_news(shop_at, index, said):
    advise(draft(), brief=brief(season_index=index))

    assert ("of a usual month" in page(shop_at, "/recommendations")) is said


def test_what_is_surest_stands_first_then_what_brings_most(shop_at):
    unsure = [reprice(220, one, confidence="low", title=f"Lower {one}") for one in (1, 2)]
    more = replace(unsure[1], effect=replace(unsure[1].effect, high=9_000))
    advise(unsure[0], more, draft(product=3, confidence="high", title="Put Soup in front"))

    said = page(shop_at, "/recommendations")

    assert said.index("Put Soup in front") < said.index("Lower 2") < said.index("Lower 1")
