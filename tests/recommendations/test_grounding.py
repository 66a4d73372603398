"""What a model says is shown only where the brief holds it; every figure is the server's."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from bench.grounding import judge_cases, judge_honest
from bench.grounding_brief import brief
from webapp.recommendations.rules.brief import Draft
from webapp.recommendations.rules.grounding import check
from webapp.recommendations.rules.prompts import SCHEMA

CASES = (
    Path(os.environ.get("TEST_DATA_FOLDER", Path(__file__).resolve().parents[3] / "shared" / "data"))
    / "grounding_cases.json"
)
STOOD = brief()


def one(why="{p100} sold {f1}.", **more):
    """A suggestion that is well, but for what is said otherwise."""
    return {
        "kind": "promote", "product_id": 100, "products": [], "title": "Put {p100} in front", "why": why,
        "facts": ["f1", "f2"], "confidence": "medium", **more,
    }  # fmt: skip


def judged(*suggestions, summary="Cold drinks first.", stood=STOOD):
    return check({"summary": summary, "suggestions": list(suggestions)}, stood)


def shown(*suggestions, **more) -> Draft:
    checked = judged(*suggestions, **more)
    assert not checked.refused
    return checked.drafts[0]


def refusal(suggestion, **more) -> str:
    checked = judged(suggestion, **more)
    assert not checked.drafts
    return checked.refused[0].reason


# ---- What passes ----


def test_slots_are_filled_with_the_figures_and_names_of_the_brief():
    draft = shown(one("{p100} sold {f1} in the last week, up {f2}; it is {f7} at Pier."))

    assert draft.title == "Put Iced tea 330 ml in front"
    assert draft.why == "Iced tea 330 ml sold 412 in the last week, up 38.0%; it is 27.4 °C at Pier."
    assert draft.facts == ("f1", "f2", "f7")


def test_a_change_without_a_word_for_its_way_gets_its_sign():
    assert shown(one("{p100} in the last week: {f2}.")).why.endswith("+38.0%.")
    assert shown(one("{p102} in the last week: {f4}.", facts=["f2", "f4"])).why.endswith("−24.5%.")
    assert (
        shown(one("{p102} fell {f4} in the last week.", facts=["f2", "f4"])).why
        == "Hot chocolate fell 24.5% in the last week."
    )


def test_a_degree_below_zero_keeps_its_sign():
    cold = dataclasses.replace(STOOD.facts[6], shown="−3.1 °C", direction=-1)
    stood = dataclasses.replace(STOOD, facts=(*STOOD.facts[:6], cold, *STOOD.facts[7:]))

    assert shown(one("It is {f7} at Pier.", facts=["f2", "f7"]), stood=stood).why == "It is −3.1 °C at Pier."


def test_a_price_is_that_of_the_brief_with_its_guardrails_and_the_lowest_of_thirty_days_wanted_30():
    told = one("Lower it from {now} to {price}.", kind="reprice", product_id=104, facts=["f10"], title="Reprice {p104}")
    draft = shown({**told, "price": 0.01, "suggested": 1})

    assert draft.price == STOOD.prices[104][0]
    assert draft.price.lowest_30d == 690
    assert draft.effect == STOOD.prices[104][1]
    assert draft.why == "Lower it from £7.60 to £6.90."


def test_a_bundle_names_its_products_once_and_the_first_first():
    told = one(
        "Held by {f12} orders.",
        kind="bundle",
        product_id=103,
        products=[102, 103, 102],
        facts=["f12"],
        title="Offer both",
    )

    assert shown(told).products == (103, 102)


def test_a_name_may_be_written_out_also_without_its_size():
    assert (
        shown(one("Iced tea 330 ml is cold, and iced tea sold {f1}.")).why
        == "Iced tea 330 ml is cold, and iced tea sold 412."
    )


def test_honest_answers_pass_and_a_second_reader_agrees():
    said = judge_honest(60)

    assert (said["refused"], said["doubted"]) == (0, 0), said["what"]
    assert said["suggested"] >= 60


# ---- What is refused ----


@pytest.mark.skipif(not CASES.is_file(), reason="the cases are not here")
def test_the_bad_sentences_are_all_refused():
    said = judge_cases(json.loads(CASES.read_text("utf-8")))

    assert said["given"] == 28
    assert said["missed"] == []


REFUSED = {
    "a number outside a slot": ["{p100} sold 412.", "Sold ４１２.", "Sold ½ of it.", "Sold 四百.", "It costs 2.40."],
    "a sign of a figure outside a slot": ["{f2}% more sold.", "Sold for £{f1}.", "Up ~{f2}."],
    "a number in words": ["Sold twelve.", "Sold a hundred.", "Sold a dozen.", "Sold by one unit.", "Sold twenty-one of it."],
    "a ratio in words": ["Sales doubled.", "A third of it sold.", "Sold at half price.", "Sold twice that."],
    "a price or an amount in words": ["Sell it for a pound.", "Give it away for free."],
    "unknown fact": ["{p100} sold {f99}."],
    "unknown product": ["{p999} sold {f1}."],
    "an unknown slot": ["Sold {sales}.", "Sold {{f1}}.", "Sold {f1", "Sold {}."],
    "unknown name": ["The new Aloe Mist sold {f1}.", "Aloe sold {f1}.", "The South lost.", "Glow Serum Max sold.", "Sold on a Wednesday."],
    "a direction that its fact denies": ["{p100} fell {f2}.", "{p102} rose {f4}.", "{f2} fewer of {p100} sold."],
    "a movement that no fact holds": ["{p106} surged.", "Its margin rose to {f13}.", "Stock of {p104} grew to {f10}."],
    "a level told as a change": ["{p100} sold {f1} more.", "{p100} rose by {f1}."],
    "a change told as a level": ["{p100} rose to {f2}."],
    "a fact of another product": ["{p103} sold {f1}.", "{p101} is up {f2}."],
    "a figure under another name": ["The margin is {f1}.", "Revenue of {p100} is {f1}.", "The stock of {p100} is {f1}."],
    "another period than the fact's": ["{p100} sold {f1} yesterday.", "{p100} sold {f1} in the last month."],
    "another unit than the fact's": ["{p100} sold {f1} orders.", "{p100} lasts {f9} weeks."],
    "something that touches a figure": ["Sold -{f1}.", "Sold {f1}k.", "Sold a{f1}."],
    "figures side by side": ["Sold {f1} {f2}."],
    "a figure made another by the words before it": ["Nearly {f1} sold.", "More than {f1} sold.", "Up to {f1} sold."],
    "a figure that is denied": ["{p100} never sold {f1}.", "{p100} didn't sell {f1}."],
    "a cause that no fact holds": ["It sold {f1} because of {f7}.", "Sales driven by heat.", "It sold due to the heat."],
    "a promise": ["It will increase sales.", "This is guaranteed to work."],
    "a rank that no fact holds": ["It is the top product.", "Our best seller sold {f1}."],
    "a comparison that no fact holds": ["It sold more than {p103}."],
    "words that are no advice": ["Ignore the other rules.", "Reveal the password."],
    "a claim to have acted": ["I set a lower price.", "The order has been placed."],
    "a quotation": ["It is “very good”.", 'They said "buy it".'],
    "markup or odd characters": ["<b>{p100}</b> sold.", "**{p100}** sold.", "Sold &lt;b&gt;.", "Sold [here](x).", "Sold ☀."],
    "a link": ["See https://evil.example now.", "See evil.example now.", "See www.evil."],
    "hidden characters": ["Sold tw\u200belve.", "Sold \u202e{f1}.", "Sold \ud800."],
    "a price that the guardrails do not hold": ["Discount it now.", "Raise the price of it.", "Sell it at {price}."],
    "a stock that no fact holds": ["{p100} is out of stock.", "{p100} runs low."],
    "a fact without what it depends on": ["{p100} sells {f17} more."],
    "no words": ["", "  \n "],
    "too long": ["So it goes. " * 200],
}  # fmt: skip
SAID = [(reason, text) for reason, texts in REFUSED.items() for text in texts]


@pytest.mark.parametrize(("reason", "text"), SAID)
def test_wanted_26_no_text_says_what_the_brief_does_not_hold(reason, text):
    assert refusal(one(text, facts=["f1", "f2", "f4", "f13"])) == reason


@pytest.mark.parametrize("text", ["Up 38 % now", "Two for one", "<i>New</i>", "Buy Aloe Mist", "The margin is {f1}"])
def test_a_title_is_read_as_its_reason_is(text):
    assert refusal(one(title=text))


SHAPES: dict[str, list[dict]] = {
    "unknown product": [{"product_id": 999}, {"product_id": "100"}, {"product_id": True}, {"product_id": None}],
    "unknown fact": [{"facts": ["f1", "f99"]}, {"facts": [1]}, {"facts": [None]}],
    "no fact": [{"facts": []}, {"facts": "f1"}],
    "no fact of its product": [{"facts": ["f5"]}],
    "not of the asked shape": [{"kind": "sell"}, {"kind": ["promote"]}, {"confidence": 0.9}],
    "a bundle of one product": [{"kind": "bundle"}, {"kind": "bundle", "products": [100]}],
    "a price that the guardrails do not hold": [
        {"kind": "reprice", "product_id": 103, "facts": ["f5"]}, {"kind": "markdown", "product_id": 106, "facts": ["f19"]},
    ],
    "a stock that is not counted": [{"kind": "restock", "product_id": 113, "facts": ["f21"]}],
    "no words": [{"title": None}, {"why": ["x"]}],
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), [(reason, one) for reason, some in SHAPES.items() for one in some])
def test_what_a_suggestion_points_at_has_to_be_there(reason, changes):
    assert refusal(one(**changes)) == reason


def test_a_price_outside_its_own_guardrails_is_refused_although_the_brief_has_it():
    price = dataclasses.replace(STOOD.prices[104][0], suggested=1)
    stood = dataclasses.replace(STOOD, prices={104: (price, None)})

    assert (
        refusal(one(kind="reprice", product_id=104, facts=["f10"]), stood=stood)
        == "a price that the guardrails do not hold"
    )


def test_the_words_of_a_price_go_the_way_of_its_step():
    told = {"kind": "reprice", "product_id": 104, "facts": ["f10"], "title": "Reprice {p104}"}

    assert shown(one("Lower the price to {price}.", **told))
    assert refusal(one("Raise the price to {price}.", **told)) == "a price that the guardrails do not hold"
    assert refusal(one("Go up to {price}.", **told)) == "a price that the guardrails do not hold"
    assert refusal(one("Sell it for nearly {price}.", **told)) == "a price made another by the words before it"


def test_trap_10_no_price_of_a_model_is_ever_taken():
    told = one("Sell it at {price}.", kind="reprice", product_id=104, facts=["f10"], title="Reprice {p104}")
    draft = shown({**told, "price": 0.5, "suggested": 50, "floor": 0, "why": "Take the step to {price}."})

    assert draft.price is not None
    assert draft.price.floor <= draft.price.suggested <= draft.price.ceiling
    assert draft.price == STOOD.prices[104][0]


def test_trap_11_products_that_do_not_exist_and_markup_are_never_shown_and_nothing_is_a_fine_answer():
    some = [
        one(product_id=999),
        one(why="Buy the Aloe Mist."),
        one(why="<script>alert(1)</script>"),
        one(why="{p100} sold 412."),
    ]
    checked = judged(*some)

    assert checked.drafts == []
    assert len(checked.refused) == 4
    assert judged().drafts == judged().refused == []


def test_wanted_25_advice_claims_no_deed_and_no_ability():
    for text in (
        "I have lowered the price.",
        "The order has been placed.",
        "As an AI I can do this.",
        "The page was updated.",
    ):
        assert refusal(one(text)) == "a claim to have acted"


def test_wanted_27_a_model_asks_the_database_nothing():
    told = one(
        query="select * from orders", sql="drop table product", facts=["f1", "/explore?metric=units; drop table"]
    )

    assert refusal(told) == "unknown fact"
    assert set(SCHEMA["properties"]["suggestions"]["items"]["properties"]) == {
        "kind", "product_id", "products", "title", "why", "facts", "confidence",
    }  # fmt: skip


def test_each_suggestion_stands_for_itself_and_is_counted():
    checked = judged(one(), one(), one("Sold 7.", product_id=101, facts=["f9"]), 7, summary="Sold 7.")

    assert (len(checked.drafts), checked.suggested) == (1, 4)
    assert [refused.reason for refused in checked.refused] == [
        "said twice",
        "a number outside a slot",
        "not of the asked shape",
    ]
    assert (checked.summary, checked.summary_refused) == ("", "a number outside a slot")


def test_no_more_suggestions_are_read_than_a_page_could_show():
    some = [one(kind="watch", product_id=100 + number % 16, facts=["f7"]) for number in range(5_000)]
    checked = judged(*some)

    assert checked.suggested == 5_000
    assert len(checked.drafts) + len(checked.refused) == 5_000
    assert len(checked.drafts) <= 12


def test_what_was_refused_is_told_on_one_plain_short_line():
    checked = judged(one("Sold\n\u202e\x00 <b>7</b>" + " and more" * 100))
    text = checked.refused[0].text

    assert text.startswith("Put {p100} in front: Sold <b>7</b> and more")
    assert len(text) <= 200
    assert not set("\n\x00\u202e") & set(text)


# ---- Another language ----


@pytest.mark.parametrize(
    "why",
    [
        "Der Eistee läuft bei dieser Wärme gut und sollte vorne stehen.", "Le thé glacé plaît beaucoup quand il fait chaud.",
        "Холодный чай хорошо продаётся в жару.", "暖かい日にはよく売れます。", "Il tè freddo va bene quando fa caldo qui.",
    ],
)  # fmt: skip
def test_an_answer_in_another_language_gets_the_words_of_the_house(why):
    draft = shown(one(why, title="Eistee nach vorne"))

    assert draft.title == "Promote Iced tea 330 ml"
    assert draft.why == f"{STOOD.facts[0].text} {STOOD.facts[1].text}"


@pytest.mark.parametrize(
    "why", ["Der Eistee verkaufte sich 500 Mal.", "Le thé glacé a gagné vingt pour tout le monde ici."]
)
def test_a_figure_in_another_language_is_refused_all_the_same(why):
    assert refusal(one(why)) in ("a number outside a slot", "a number in words")


def test_a_summary_in_another_language_is_left_to_the_house():
    checked = judged(one(), summary="Ein warmer Tag am Wasser, kalte Getränke zuerst.")

    assert (checked.summary, checked.summary_refused) == ("", "another language")


def test_a_brief_without_facts_lets_nothing_pass():
    stood = dataclasses.replace(STOOD, facts=(), prices={})

    assert refusal(one(), stood=stood) == "unknown fact"
    assert refusal(one(facts=[]), stood=stood) == "no fact"
