"""Prices at a moment, check digits, paths: arithmetic alone."""

import pytest

from webapp.products import rules


@pytest.mark.parametrize(("ms", "wanted"), [(0, 100), (10, 100), (19, 100), (20, 200), (99, 200)])
def test_the_price_is_that_of_its_moment_and_before_all_the_first(ms, wanted):
    assert rules.price_at([(10, 100), (20, 200)], ms) == wanted


def test_of_two_prices_at_one_instant_the_later_entry_holds():
    assert rules.price_at([(10, 100), (10, 150)], 10) == 150


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10614141000415"])
def test_the_check_digit_is_that_of_gs1(gtin):
    assert rules.check_digit(gtin[:-1]) == int(gtin[-1])


def test_a_category_stands_below_those_above_it():
    assert rules.with_ancestors(["A/B/C", "A/D", "E"]) == ["A", "E", "A/B", "A/D", "A/B/C"]
    assert rules.category_parts(" Drinks / Cold ") == ["Drinks", "Cold"]


def test_only_what_a_version_holds_makes_a_version():
    assert rules.needs_version(["price_minor", "name"])
    assert not rules.needs_version(["price_minor", "cost_minor", "gtin", "archived"])
