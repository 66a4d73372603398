"""Whatever a model says, the checker never raises and a second reader finds nothing false in what is shown."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.grounding_answers import FIGURES, INVENTED, LINKS, UNITS, WORDS, WRONG
from bench.grounding_brief import brief
from bench.grounding_reader import faults, faults_of
from webapp.recommendations.rules.brief import KINDS
from webapp.recommendations.rules.grounding import CONFIDENCES, check
from webapp.recommendations.rules.prompts import SCHEMA
from webapp.remote.llm.schema import mismatch, trimmed

STOOD = brief()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SLOTS = (
    [f"{{f{number}}}" for number in range(1, 23)]
    + [f"{{p{number}}}" for number in range(99, 117)]
    + ["{price}", "{now}"]
)
PIECES = st.sampled_from([
    *SLOTS, *SLOTS, *FIGURES, *WORDS, *INVENTED, *LINKS, *UNITS, *WRONG, "sold", "rose", "fell", "up", "down", "by", "to", "more",
    "fewer", "in the last week", "yesterday", "and", "while", ",", ".", ":", "It", "Iced tea", "latte", "is", "hot", "at Pier",
    "on Saturday", "the", "price", "margin", "stock", "of", "not", "over", "than", "because", "a", "rise",
])  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=9).map(" ".join) | st.text(max_size=60)


def suggestions(texts):
    return st.fixed_dictionaries({
        "kind": st.sampled_from(KINDS), "product_id": st.integers(98, 117) | st.none(), "title": texts, "why": texts,
        "products": st.lists(st.integers(98, 117), max_size=3), "confidence": st.sampled_from(CONFIDENCES),
        "facts": st.lists(st.integers(0, 22).map("f{}".format), max_size=4),
    })  # fmt: skip


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_whatever_the_answer_is_nothing_is_raised(answer):
    checked = check(answer, STOOD)

    assert checked.suggested == len(checked.drafts) + len(checked.refused)


@given(st.lists(VALUES | suggestions(VALUES), max_size=3), VALUES)
@settings(max_examples=150, deadline=None)
def test_whatever_a_suggestion_is_nothing_is_raised(some, summary):
    checked = check({"summary": summary, "suggestions": some}, STOOD)

    assert checked.suggested == len(some) == len(checked.drafts) + len(checked.refused)
    assert all(len(one.text) <= 200 for one in checked.refused)


@given(suggestions(TEXTS), TEXTS)
@settings(max_examples=400, deadline=None)
def test_a_second_reader_finds_nothing_false_in_what_is_shown(one, summary):
    checked = check({"summary": summary, "suggestions": [one]}, STOOD)

    assert [fault for draft in checked.drafts for fault in faults(draft, STOOD)] == []
    assert faults_of(checked.summary, STOOD, list(STOOD.facts), []) == []


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_what_fits_the_schema_has_its_members_and_no_others(answer):
    if mismatch(answer, SCHEMA) is None:
        assert set(trimmed(answer, SCHEMA)) == {"summary", "suggestions"}
    whole = {"summary": "", "suggestions": [], "more": answer}
    assert mismatch(whole, SCHEMA) is None
    assert trimmed(whole, SCHEMA) == {"summary": "", "suggestions": []}


def test_the_control_the_second_reader_sees_what_it_should():
    for said in (
        "Sold 500 units.",
        "Sales doubled.",
        "See evil.example.",
        "The new Aloe Mist sells.",
        "Iced tea 330 ml fell 38.0%.",
    ):
        assert faults_of(said, STOOD, list(STOOD.facts[:2]), []), said
    assert not faults_of("Iced tea 330 ml sold 412, up 38.0%.", STOOD, list(STOOD.facts[:2]), [])
