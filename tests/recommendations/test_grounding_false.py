"""A right figure in a false sentence is not shown, and the same words are where they are so."""

import dataclasses

import pytest

from bench.grounding import judge_false
from bench.grounding_brief import wide
from bench.grounding_plain import said
from webapp.recommendations.rules.grounding import check

STOOD = wide()
TEA = {"product_id": 100, "facts": ["f1", "f2", "f13"]}
COLD_PIER = dataclasses.replace(
    STOOD.facts[6], text="It is 2.0 °C at Pier now: cold for that place and season.", shown="2.0 °C", direction=-1
)


def refusal(why, stood=STOOD, **about):
    """Why the reason is refused, or None."""
    found = check(said(why, **{**TEA, **about}), stood).refused
    return found[0].reason if found else None


def told(why, stood=STOOD, **about):
    """Whether the reason is shown in its own words."""
    drafts = check(said(why, **{**TEA, **about}), stood).drafts
    return bool(drafts) and drafts[0].why.startswith(why.split("{")[0]) and "7 days before" not in drafts[0].why


def test_no_false_sentence_of_the_families_is_shown_and_its_honest_twin_is():
    found = judge_false()

    assert found["given"] >= 400
    assert (found["shown"], found["refused"], found["reworded"]) == (0, 0, 0), found["what"]
    assert found["free_told"] >= 0.8 * found["free_honest"]


FALSE = {
    "another period than the fact's": [
        "It sold {f1} today.", "It sold {f1} a day.", "It sold {f1} this month.", "It sold {f1} on Saturday.",
        "It earned {f13} in the last week.",
        "It sold {f1} in the last week and earned {f13}.", "Today alone, it sold {f1}.", "It will be {f7} at Pier.", "It was {f7} at Pier.",
    ],
    "a fact of another place": ["It sold {f1} at Pier.", "It sold {f1} online.", "It is {f7} at Old Town now.", "It is {f7} in the shop."],
    "a figure under another name": ["It took {f13} in the last month.", "It earned {f1} in the last week.", "Its price is {f13}."],
    "a fact of another subject": [
        "It took {f14} in the last week.", "All drinks earned {f13}.", "It sells {f24} more for each degree.", "Each customer bought {f1}.",
    ],
    "a fact of another product": ["{p101} and {p100} sold {f1}.", "{p101} is fine. It sold {f1}."],
    "a movement that no fact holds": ["It is {f7} at Pier and rising.", "Sales of {p100} collapsed.", "Demand for {p100} plummeted."],
    "a weather that no fact holds": [
        "The heat lasts for weeks.", "Sun all day at Pier.", "Pier is hot and Old Town too.", "Saturday is the hottest day.",
        "It stays cold at Pier.",
        "It is freezing cold today.", "Snow is coming tomorrow.", "It is {f7} and cold.", "Tomorrow will be hot.", "It is hot at Old Town.",
        "It is winter.", "It rains now.",
    ],
    "a comparison that no fact holds": [
        "It leads the range.", "It is as popular as {p103}.", "Its sales are at a high.",
        "It outsold {p103}.", "It beats every other drink.", "It is the only drink that suits.",
    ],
    "an amount that no fact holds": [
        "It sold a score more.", "Nearly all customers want it.", "Many bought it.",
    ],
    "a figure told as what may be": ["It could sell {f1}.", "It may well reach {f2} more."],
    "a figure made another by the words before it": ["It sold all but {f1} in the last week.", "It is worth {f13}."],
    "a change told as a level": ["{f2} of visitors buy it.", "{f2} of sales are {p100}."],
    "a claim that no fact holds": ["Everybody likes it.", "All visitors want it.", "Nobody likes tea."],
    "words that are no advice": ["Ask customers for their card number.", "Note their names."],
    "a price that the guardrails do not hold": ["The price of {p100} should go up.", "Charge more for it.", "It is too dear."],
}  # fmt: skip


@pytest.mark.parametrize(("reason", "why"), [(reason, why) for reason, some in FALSE.items() for why in some])
def test_a_sentence_that_says_another_thing_than_its_fact_is_refused(reason, why):
    assert refusal(why) == reason


@pytest.mark.parametrize(
    "why",
    [
        "Customers complain about it.", "It is bad for health.", "The reviews are bad.", "It won an award.", "It is local.",
        "The supplier is late.", "The supplier can deliver more.", "A handful of visitors buy it.",
        "The fridge is full.", "It has a loyal following.", "It sells itself.",
        "It cools the body.", "Locals buy it daily.", "We have a new supplier.", "The promotion worked.", "It sold {f1} with a sign.",
        "It reached {f1}.",
        "It sold well yesterday.", "It sells well in summer and badly in winter.", "Sales were good.",
    ],
)  # fmt: skip
def test_what_nobody_can_check_leaves_the_choice_and_loses_its_words(why):
    assert refusal(why, facts=["f1"]) is None
    assert not told(why, facts=["f1"])


def test_weather_words_follow_the_facts_of_the_day():
    facts = tuple(COLD_PIER if fact.id == "f7" else fact for fact in STOOD.facts if fact.id != "f8")
    cold = dataclasses.replace(STOOD, facts=facts)

    assert told("It is cold at Pier today.", cold)
    assert refusal("It is hot at Pier today.", cold) == "a weather that no fact holds"
    assert told("It is hot at Pier today.")


@pytest.mark.parametrize(
    "why",
    ["Pier is hot now, and a cold drink is welcome.", "Keep {p100} cold and in sight.", "It stays cold on ice.", "It sells well.",
     "The fridge is the right place for it.", "Check that there is enough stock.", "Visitors may like it.", "{f2} more of it were sold."],
)  # fmt: skip
def test_what_judges_and_advises_keeps_its_words(why):
    assert told(why)


def test_an_order_of_two_products_is_told_of_both():
    pair = {"kind": "bundle", "product_id": 103, "products": [103, 102], "facts": ["f12"]}

    assert refusal("{p103} was in {f12} orders.", **pair) == "a fact of another product"
    assert told("{p103} and {p102} were in {f12} orders.", **pair)


def test_a_low_stock_is_told_where_a_fact_holds_it():
    lemonade = {"kind": "restock", "product_id": 101, "facts": ["f9"]}

    assert told("The stock is short, so order soon.", **lemonade)
    assert not told("The stock is safe, so wait.", **lemonade)
    assert not told("The stock is short, so order soon.")


def test_what_a_degree_brings_is_told_of_a_degree_and_its_way():
    assert refusal("It sells {f17} more on hot days.") == "a fact without what it depends on"
    assert refusal("It sells {f17} more for each degree below normal.") == "a direction that its fact denies"


@pytest.mark.parametrize("facts", [["f14"], ["f16"], ["f15"], ["f22"], ["f19"]])
def test_a_suggestion_for_a_product_needs_a_fact_about_it(facts):
    assert refusal("Put it in front.", facts=facts) == "no fact of its product"


@pytest.mark.parametrize("facts", [["f1"], ["f7"], ["f23"], ["f24"]])
def test_a_fact_of_its_category_or_of_weather_that_it_is_served_in_is_one_about_it(facts):
    assert refusal("Put it in front.", facts=facts) is None
