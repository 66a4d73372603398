"""How a product is served is guessed from its name and category, and from nothing else."""

import pytest

from tests.making import make_product, query
from webapp.db import writer
from webapp.errors import Invalid, NotFound
from webapp.recommendations import actions_settings
from webapp.recommendations.actions_settings import Guardrail, Trait
from webapp.recommendations.rules import rails, traits


@pytest.mark.parametrize(
    ("name", "category", "served"),
    [
        ("Iced tea 330 ml", None, "cold"),
        ("Oat cold brew 500 ml", "Drinks/Cold", "cold"),
        ("Flat white", "Drinks/Hot", "hot"),
        ("House special", "Drinks/Hot", "hot"),
        ("Breakfast tea", None, "hot"),
        ("Hot chocolate", "Food", "hot"),
        ("Vanilla ice cream", "Food", "cold"),
        ("Golf umbrella", "Gifts", "rain"),
        ("Tea towel", "Kitchen", ""),
        ("Coffee mug", None, ""),
        ("HOT WATER BOTTLE KEEP CALM", None, ""),
        ("Cold cream", "Skincare", ""),
        ("Steak", "Food", ""),
        ("Teak bench", "Garden", ""),
        ("", None, ""),
    ],
)
def test_the_guess_of_a_product(name, category, served):
    assert traits.guess(name, category) == served


def test_cold_suits_a_hot_day_hot_a_cold_day_and_nothing_a_mild_one():
    assert traits.suits("cold", "hot", False)
    assert traits.suits("hot", "cold", False)
    assert traits.suits("rain", None, True)
    assert not any(traits.suits(served, "mild", False) for served in traits.SERVED)
    assert not any(traits.suits(served, None, False) for served in traits.SERVED)
    assert not traits.suits("", "hot", True)


def test_guesses_are_kept_and_what_a_person_says_stands(shop):
    make_product("TEA", name="Iced tea")
    make_product("SOUP", name="Tomato soup")
    make_product("PEN", name="Pen")
    first = writer.do(actions_settings.guess_traits, None)
    writer.do(actions_settings.set_traits, Trait("SOUP", served="cold"))

    again = writer.do(actions_settings.guess_traits, None)

    assert (first["guessed"], again["guessed"]) == (2, 0)
    assert query("select product_id, served, guessed from trait order by 1") == [(1, "cold", 1), (2, "cold", 0)]


def test_the_list_that_never_rises_leaves_the_guess_alone(shop):
    make_product("TEA", name="Iced tea")

    writer.do(actions_settings.set_traits, Trait(1, never_rises=True))

    assert query("select served, guessed, never_rises from trait") == [("cold", 1, 1)]


def test_wrong_traits_are_refused(shop):
    make_product("TEA")

    results = writer.do_many(
        actions_settings.set_traits, [Trait("TEA", served="lukewarm"), Trait("NONE", served="hot")]
    )

    assert [type(one) for one in results] == [Invalid, NotFound]


def test_the_nearest_category_says_what_a_price_may_do(shop):
    make_product("TEA", category="Drinks/Cold")
    writer.do_many(
        actions_settings.set_guardrails, [Guardrail(0, 3_000, 500, 1_500, 28), Guardrail(1, 1_000, 200, 400, 7)]
    )
    kept = {row[0]: {"most_step_bp": row[1]} for row in query("select category_id, most_step_bp from guardrail")}

    assert rails.holding(kept, (2, 1))["most_step_bp"] == 200
    assert rails.holding(kept, (9,))["most_step_bp"] == 500
    assert rails.holding({}, (2, 1)) == rails.USUAL
    assert rails.guardrails(rails.USUAL).most_step == 0.10
    assert rails.guardrails(rails.USUAL, never_rises=True).never_rises


@pytest.mark.parametrize(("more", "code"), [({"most_step_bp": -1}, "too_small"), ({"most_90d_bp": 9_001}, "too_large")])
def test_guardrails_have_bounds_of_their_own(shop, more, code):
    told = {"least_margin_bp": 0, "most_step_bp": 100, "most_90d_bp": 200, "cool_down_days": 7, **more}

    result = writer.do_many(actions_settings.set_guardrails, [Guardrail(0, **told)])[0]

    assert (result.status, result.errors[0].code) == (422, code)


def test_a_category_goes_by_those_above_it_again(shop):
    make_product("TEA", category="Drinks")
    writer.do(actions_settings.set_guardrails, Guardrail(1, 1_000, 200, 400, 7))

    writer.do(actions_settings.drop_guardrails, 1)

    assert not query("select 1 from guardrail")
    unknown = writer.do_many(actions_settings.set_guardrails, [Guardrail(9, 0, 0, 0, 0)])[0]
    assert isinstance(unknown, NotFound)
