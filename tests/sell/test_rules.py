"""webapp/sell/rules.py: the basket in the address, names with sizes, spellings of codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sell import rules
from webapp.sell.rules import Good, Line


def good(number=17, price=240, **more):
    given = {"stock": None, "strict": False, "category": "Drinks", **more}
    return Good(number, f"SKU-{number}", None, f"Product {number}", f"Product {number}", "", price, **given)


GOODS = {17: good(17), 18: good(18, 999)}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Iced tea 330 ml", ("Iced tea", "330 ml")),
        ("Lip balm, unscented 8 g", ("Lip balm, unscented", "8 g")),
        ("Dark chocolate, 72% 90 g", ("Dark chocolate, 72%", "90 g")),
        ("Flat white", ("Flat white", "")),
        ("WHITE HANGING HEART T-LIGHT HOLDER", ("WHITE HANGING HEART T-LIGHT HOLDER", "")),
        ("330 ml", ("330 ml", "")),
    ],
)
def test_a_size_at_the_end_of_a_name_stands_apart(name, parts):
    assert rules.split_name(name) == parts


def test_a_scanned_code_is_found_with_and_without_leading_zeros():
    assert "0036000291452" in rules.spellings("036000291452")
    assert "036000291452" in rules.spellings("0036000291452")
    assert rules.spellings("TEA-ICED") == []
    assert rules.spellings("12") == []


def test_a_basket_travels_in_the_address_and_back():
    lines = [Line(17, 2), Line(18, 1, 50)]

    assert rules.read_lines(str(line) for line in lines) == lines


@given(st.lists(st.text(max_size=30)))
def test_what_is_no_line_is_passed_over(texts):
    assert all(line.quantity >= 1 for line in rules.read_lines(texts))


def test_a_product_named_twice_is_one_line():
    assert rules.read_lines(["17:2", "17:3"]) == [Line(17, 5)]


def test_a_tap_adds_one_and_less_than_one_is_gone():
    once = rules.changed([], "add:17", "", GOODS)
    twice = rules.changed(once, "add:17", "", GOODS)

    assert (once, twice) == ([Line(17, 1)], [Line(17, 2)])
    assert rules.changed(twice, "less:17", "", GOODS) == [Line(17, 1)]
    assert rules.changed(once, "less:17", "", GOODS) == []
    assert rules.changed(twice, "drop:17", "", GOODS) == []
    assert rules.changed(twice, "clear", "", GOODS) == []


@pytest.mark.parametrize("verb", ["add:99", "add:", "add:x", "off:17", "nonsense", "add:²"])
def test_an_unknown_button_changes_nothing(verb):
    assert rules.changed([Line(18, 1)], verb, "10", GOODS) == [Line(18, 1)]


def test_a_percentage_is_rounded_half_away_from_zero_to_the_penny():
    lines = rules.changed([Line(18, 1)], "off:18", "15", GOODS)

    assert lines == [Line(18, 1, 150)]  # 15 % of 9.99 is 1.4985
    assert rules.total(rules.priced(lines, GOODS)) == 849


def test_a_discount_is_never_more_than_its_line():
    assert rules.total(rules.priced([Line(17, 1, 500)], GOODS)) == 0
    assert rules.changed([Line(17, 1)], "off:17", "101", GOODS) == [Line(17, 1)]


def test_a_tile_says_what_is_scarce_and_what_is_gone():
    assert good(stock=0, strict=True).scarce == "out"
    assert good(stock=-3, strict=False).scarce == "low"
    assert good(stock=9, strict=True).scarce == "low"
    assert good(stock=10, strict=True).scarce == ""
    assert good(stock=None).scarce == ""
