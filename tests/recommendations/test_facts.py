"""Facts say what was computed, in the shop's own way of writing figures, and never more."""

from decimal import Decimal

import pytest

from webapp.clock import Zone
from webapp.recommendations.rules import facts, facts_around
from webapp.recommendations.rules.estimates import made, none
from webapp.recommendations.rules.facts import Book, Sold
from webapp.recommendations.rules.facts_around import Place, Shelf
from webapp.recommendations.rules.pairs import Pair
from webapp.recommendations.rules.season import Seasons
from webapp.recommendations.rules.words import Span, Words, explore, tenth
from webapp.text import Formatter

WEEK, BEFORE = Span("the last 7 days", 20_771, 20_777), Span("the 7 days before", 20_764, 20_770)


@pytest.fixture
def book():
    return Book(Words(Formatter("en_GB", "GBP", Zone("Europe/London"))))


def texts(book, about=None):
    return [fact.text for fact in book.facts if about in (None, fact.about)]


def test_a_mover_says_what_it_sold_and_by_how_much_that_changed(book):
    facts.add_movers(book, [Sold(17, "Iced tea 330 ml", 412, 298)], WEEK, BEFORE)

    first, second = book.facts
    assert first.text == "Iced tea 330 ml sold 412 in the last 7 days, 38.3% more than the 7 days before."
    assert (first.value, first.unit, first.shown, first.direction) == (412, "units", "412", 1)
    assert first.query == "/explore?metric=units&product=17&from=2026-11-14&to=2026-11-20"
    assert (second.value, second.unit, second.shown, second.query) == (Decimal("38.3"), "%", "38.3%", None)
    assert [fact.id for fact in book.facts] == ["f1", "f2"]


def test_what_falls_is_told_as_falling(book):
    facts.add_movers(book, [Sold(17, "Tea", 200, 400)], WEEK, BEFORE)

    assert book.facts[0].about == "mover_down"
    assert [fact.direction for fact in book.facts] == [-1, -1]
    assert book.facts[1].text == "50.0% fewer of Tea were sold in the last 7 days than in the 7 days before."
    assert book.facts[1].value == -50


def test_a_change_that_chance_makes_is_no_mover(book):
    facts.add_movers(book, [Sold(1, "A", 12, 8), Sold(2, "B", 110, 100), Sold(3, "C", 9, 3)], WEEK, BEFORE)

    assert not book.facts


def test_a_product_that_is_new_has_no_percentage(book):
    facts.add_movers(book, [Sold(1, "Yuzu", 60, 0)], WEEK, BEFORE)

    assert texts(book) == ["Yuzu sold 60 in the last 7 days, after none in the 7 days before."]


def test_the_clearest_movers_come_first_and_five_at_most(book):
    sold = [Sold(number, f"P{number}", 100 + 20 * number, 100) for number in range(1, 12)]

    up, down = facts.movers(sold)

    assert [one.id for one in up] == [11, 10, 9, 8, 7]
    assert not down


def test_the_shop_as_a_whole_is_told_with_its_change(book):
    facts.add_total(book, WEEK, BEFORE, 1_482_740, 1_395_250)
    facts.add_total(book, WEEK, BEFORE, 100, 0)
    facts.add_total(book, WEEK, BEFORE, 100, 100)

    assert texts(book) == [
        "The shop took £14,827.40 in the last 7 days, 6.3% more than the 7 days before.",
        "The shop took £1.00 in the last 7 days.",
        "The shop took £1.00 in the last 7 days, as much as the 7 days before.",
    ]
    assert book.facts[0].value == Decimal("14827.40")
    assert book.facts[0].unit == "GBP"


def test_a_share_that_shifts_is_told_in_points(book):
    categories = [Sold(1, "Drinks", net=6_000, net_before=4_000), Sold(2, "Food", net=4_000, net_before=6_000)]

    facts.add_shares(book, categories, WEEK, BEFORE)

    shift = book.facts[0]
    assert shift.text.startswith("Drinks made 60.0% of net sales in the last 7 days, 20.0 points more than")
    assert (shift.value, shift.unit, shift.shown) == (20, "points", "20.0 points")
    assert book.facts[1].query == "/explore?metric=net_sales&category=%3D1&from=2026-11-14&to=2026-11-20"
    assert book.facts[2].direction == -1


def test_where_a_category_is_below_zero_no_share_is_told(book):
    categories = [Sold(1, "Drinks", net=6_000, net_before=4_000), Sold(2, "Food", net=-1_000, net_before=6_000)]

    facts.add_shares(book, categories, WEEK, BEFORE)

    assert book.facts == []


def test_a_pair_names_each_product_once(book):
    names = {1: "Flat white", 2: "Croissant", 3: "Tea"}
    pairs = [Pair(1, 2, 212, 110.0, 1.93, 1.6), Pair(2, 3, 90, 60.0, 1.5, 1.2), Pair(3, 9, 80, 60.0, 1.3, 1.1)]

    facts.add_pairs(book, pairs, names, 9_000, WEEK)

    assert texts(book) == [
        "Flat white and Croissant were bought together in 212 of 9,000 orders of more than one product in the last 7 days, "
        "1.9 times as often as chance would have it."
    ]
    assert book.facts[0].unit == "orders"
    assert book.facts[0].product_ids == (1, 2)


def test_a_margin_below_its_cost_is_told_as_a_loss(book):
    sold = [Sold(1, "Tea", margin=5_000, costed=8_000), Sold(2, "Cake", margin=-300, costed=1_000)]

    for one in sold:
        facts.add_margin(book, one, WEEK)

    assert texts(book) == [
        "Tea earned £50.00 above its cost in the last 7 days.",
        "Of what Tea sold for, 62.5% was margin in the last 7 days.",
        "Cake lost £3.00 against its cost in the last 7 days.",
        "Against what Cake sold for, 30.0% was lost in the last 7 days.",
    ]
    assert [fact.direction for fact in book.facts[::2]] == [1, -1]


def test_without_a_cost_nothing_is_said_of_a_margin(book):
    facts.add_margins(book, [Sold(1, "Tea", net=100)], WEEK)

    assert not book.facts


# ---- Stock, season, weather, what was learned ----


def test_what_is_short_says_how_many_days_it_lasts(book):
    shelves = [Shelf(1, "Tea", 20, 140, 5.0, 240, 400), Shelf(2, "Soup", 0, 28, 1.0, 300, 400)]

    facts_around.add_stock(book, shelves, WEEK)

    assert texts(book, "cover")[::2] == [
        "Tea will last 4 days at the pace of the last 7 days.", "Soup is out of stock.",
    ]  # fmt: skip
    assert (book.facts[0].value, book.facts[0].unit, book.facts[0].shown) == (4, "days", "4 days")


def test_what_lies_long_is_slow_but_a_new_product_is_not(book):
    shelves = [
        Shelf(1, "Old", 500, 28, 1.0, 240, 400), Shelf(2, "New", 500, 28, 1.0, 240, 20), Shelf(3, "Dead", 9, 0, 0.0, 240, 400),
    ]  # fmt: skip

    facts_around.add_stock(book, shelves, WEEK)

    assert texts(book, "slow") == [
        "Old sold 28 in the last 7 days.", "500 of Old lie in stock.", "Dead sold 0 in the last 7 days.",
        "9 of Dead lie in stock.",
    ]  # fmt: skip


def test_the_season_is_told_for_the_month_and_the_weekday(book):
    facts_around.add_season(book, Seasons({11: 0.94}, {5: 1.31}, 1, 500), 11, 5)

    assert texts(book) == [
        "November usually takes 6.0% less than a usual month (from last year's sales alone).",
        "Saturdays usually take 31.0% more than a usual day (from last year's sales alone).",
    ]
    assert [fact.direction for fact in book.facts] == [-1, 1]


def test_without_a_history_there_is_no_season(book):
    facts_around.add_season(book, Seasons({}, {}, 0, 12), 11, 5)

    assert not book.facts


def test_the_weather_is_told_with_its_class_and_only_hot_and_cold_move(book):
    ahead = (("Sunday 22 November", 2.1, "cold", True), ("Monday 23 November", 9.0, "mild", False))
    places = [Place(1, "Quayside", 31.24, "hot", ahead), Place(2, "Station", 12.0, "mild")]

    said = facts_around.add_weather(book, places)

    assert said[0] == "It is 31.2 °C at Quayside now: hot for that place and season."
    assert [(fact.about, fact.direction) for fact in book.facts] == [
        ("weather", 1),
        ("weather", -1),
        ("rain", 1),
        ("weather", 0),
    ]
    assert book.facts[1].text == "Sunday 22 November will be cold at Quayside: 2.1 °C on average."
    assert book.facts[2].text == "1 day of the next three at Quayside will be wet."


def test_unknown_weather_is_said_and_is_no_fact(book):
    said = facts_around.add_weather(book, [Place(1, "Quayside", None, None, (), "14:05")])

    assert said == ("Quayside: weather unknown since 14:05, using the season.",)
    assert not book.facts


def test_a_sensitivity_whose_interval_holds_zero_is_not_told(book):
    facts_around.add_sensitivity(book, "Drinks/Cold", made(0.04, 0.01, 600), category=3)
    facts_around.add_sensitivity(book, "Drinks/Hot", made(0.01, 0.02, 600), category=4)
    facts_around.add_sensitivity(book, "Food", none("few_days", 9), category=5)

    assert texts(book) == [
        "All of Drinks/Cold sells 4.0% more for each degree above the season's normal (between 2.7% and 5.3%; learned from this "
        "shop's own days)."
    ]


def test_an_elasticity_is_told_as_an_association(book):
    facts_around.add_elasticity(book, 7, "Cold brew", made(-2.4, 0.3, 90, 4))

    assert book.facts[0].text == (
        "Where Cold brew was one percent dearer, 2.4% fewer were sold (between 2.0% and 2.8%): an association, no proof."
    )
    assert (book.facts[0].value, book.facts[0].direction) == (Decimal("-2.4"), -1)


def test_a_figure_below_zero_is_never_minus_zero():
    assert str(tenth(-0.04)) == "0.0"
    assert explore("units", WEEK, product=3) == "/explore?metric=units&product=3&from=2026-11-14&to=2026-11-20"
