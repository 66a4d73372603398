"""What a search means by its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.search import rules
from webapp.search.rules import Entry


@pytest.mark.parametrize(
    "text, number",
    [("77", 77), ("#77", 77), ("No. 77", 77), ("order 77", 77), ("Order #77", 77), ("customer 5", 5), ("7.7", -1), ("", -1),
     ("-7", -1), ("9" * 19, -1), ("٧", -1)],
)  # fmt: skip
def test_a_number_is_one_with_or_without_its_sign(text, number):
    assert rules.words(text).number == number


@given(st.text())
def test_any_text_becomes_words_that_are_printable_and_short(text):
    found = rules.words(text)

    assert len(found.text) <= rules.MOST_LETTERS and found.text.isprintable()
    assert found.text <= found.end


def entries(*titles):
    """Entries of those titles."""
    return [Entry("page", title, "", "/") for title in titles]


def test_the_best_are_called_so_then_begin_so_then_hold_a_word_that_begins_so():
    listed = entries("A steam", "Iced tea", "Team", "Tea", "Coffee")

    assert [one.title for one in rules.best(listed, rules.words("tea"))] == ["Tea", "Team", "Iced tea", "A steam"]


def test_every_word_must_be_there_in_any_order_whatever_accents():
    listed = entries("Café Noir", "Café Blanc")

    assert [one.title for one in rules.best(listed, rules.words("noir CAFE"))] == ["Café Noir"]
    assert rules.best(listed, rules.words("cafe rouge")) == []
    assert rules.best(listed, rules.words("")) == []


def test_other_words_of_an_entry_find_it_too():
    assert rules.best([Entry("page", "Today", "", "/", "the dashboard")], rules.words("dash"))
