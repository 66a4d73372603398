"""Goods that nobody sells do not reach the page in plain words either, and honest words do."""

import dataclasses

import pytest

from bench.grounding import PLAIN_MOST, judge_plain
from bench.grounding_brief import brief
from bench.grounding_plain import said
from webapp.recommendations.rules import grounding
from webapp.recommendations.rules.brief import CatalogueLine
from webapp.recommendations.rules.grounding import check

STOOD = brief()


def with_products(*names):
    """The brief of a shop that sells these, too."""
    lines = tuple(
        CatalogueLine(200 + number, f"N{number}", name, "Food", 300, 100) for number, name in enumerate(names)
    )
    return dataclasses.replace(STOOD, products=(*STOOD.products, *lines))


def told(why, stood=STOOD):
    """(reasons of refusal, the words that are shown)."""
    checked = check(said(why), stood)
    return [one.reason for one in checked.refused], [draft.why for draft in checked.drafts]


def test_no_goods_in_lower_case_that_nobody_sells_are_shown_and_honest_words_are():
    found = judge_plain()

    assert found["shown"] == 0
    assert max(found["refused"], found["reworded"]) <= PLAIN_MOST * found["honest"]


def test_without_the_check_nearly_all_of_them_would_be_shown(monkeypatch):
    monkeypatch.setattr(grounding, "check_strangers", lambda parts, known: None)
    monkeypatch.setattr(grounding, "check_claims", lambda parts, known, cited: None)

    found = judge_plain()

    assert found["shown"] > 0.8 * found["invented"]
    assert found["reworded"] == 0


@pytest.mark.parametrize(
    ("why", "name"),
    [
        ("Put the aloe mist by the till.", "Aloe mist 100 ml"), ("Pair it with the carrot cake.", "Carrot cake"),
        ("Promote cold brew this weekend.", "Oat cold brew 500 ml"), ("The chocolate tea sells well.", "Chocolate tea"),
        ("Our winter blend goes with it.", "Winter blend 250 g"), ("Restock the teapot.", "Teapot"),
        ("Set the merino scarf beside it.", "Merino scarf"), ("Offer croissants beside it.", "Butter croissant"),
    ],
)  # fmt: skip
def test_what_the_shop_sells_may_be_named_in_plain_words(why, name):
    assert told(why)[1] != [why]
    assert told(why, with_products(name)) == ([], [why])


@pytest.mark.parametrize("why", ["The aloe mist would suit the weather.", "Keep the velvet mousse in sight."])
def test_where_a_word_may_be_a_name_the_choice_stands_in_the_words_of_its_facts(why):
    refused, [shown] = told(why)

    assert not refused
    assert shown.startswith(STOOD.facts[0].text)
    assert "mousse" not in shown and "aloe" not in shown


def test_goods_that_are_surely_none_of_the_shop_are_refused_with_the_reason():
    assert told("Pair it with the carrot cake.") == (["unknown name"], [])
    assert told("The hot tea sold {f1}.") == (["unknown name"], [])


def test_a_summary_with_an_unknown_word_is_replaced():
    checked = check({"summary": "The kombucha belongs in front.", "suggestions": []}, STOOD)

    assert (checked.summary, checked.summary_refused) == ("", "an unknown word: kombucha")
