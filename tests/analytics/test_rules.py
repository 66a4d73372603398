"""Comparisons, hours side by side, places and words."""

from decimal import Decimal

import pytest

from webapp import clock
from webapp.analytics.rules import changes, hours, labels, places, words
from webapp.analytics.rules.places import Took
from webapp.analytics.rules.words import Span
from webapp.text import Formatter

LONDON = clock.Zone("Europe/London")
SAID = Formatter("en_GB", "GBP", LONDON)
SATURDAY = clock.parse_date("2026-11-21")
CHANNELS = {1: {"name": "Online", "kind": "online"}, 2: {"name": "Store", "kind": "store"}}
LOCATIONS = {7: {"name": "Quayside"}, 8: {"name": "Station"}}


def day_hours(date):
    return LONDON.hours(clock.parse_date(date))


def beside(date, sold, then_date=None, then=None, now="2030-01-01T00:00:00Z"):
    """Hours of a day beside those of an earlier one; sold: {clock hour or (hour, nth): amount}."""

    def by_instant(found, amounts):
        seen, out = {}, {}
        for at, number in found:
            nth = seen.get(number, 0)
            seen[number] = nth + 1
            out[at] = amounts.get((number, nth), amounts.get(number, 0) if nth == 0 else 0)
        return out

    earlier = day_hours(then_date) if then_date else []
    end = LONDON.bounds(clock.parse_date(date))[1]
    return hours.beside(
        day_hours(date), end, by_instant(day_hours(date), sold), earlier, by_instant(earlier, then or {}),
        clock.parse_time(now),
    )  # fmt: skip


# ---- Changes ----


def test_a_change_has_its_amount_and_its_ratio():
    assert changes.change(110, 100, 12) == changes.Change(10, Decimal("0.1000"))


def test_under_ten_orders_there_is_too_little_to_compare():
    assert changes.change(110, 100, 9) == changes.Change(10, None, True)
    assert changes.change(110, 100, 10).few is False


@pytest.mark.parametrize("then", [0, -50])
def test_a_base_that_is_not_above_zero_has_no_ratio(then):
    assert changes.change(110, then, 20).ratio is None


def test_what_is_unknown_is_not_compared():
    assert changes.change(None, 5) == changes.NOTHING and changes.change(5, None) == changes.NOTHING


def test_bars_of_one_list_are_parts_of_the_longest_now_or_then():
    assert changes.shares([50, 100], [200, None]) == [(0.25, 1.0), (0.5, None)]


def test_bars_of_a_list_below_zero_are_empty():
    assert changes.shares([-5, 0], [None, None]) == [(0.0, None), (0.0, None)]


def test_parts_are_of_their_sum():
    assert changes.parts([1, 0, 3]) == [Decimal("0.25"), 0, Decimal("0.75")]


@pytest.mark.parametrize("values", [[5, -1], [-5, -1], [0, 0], []])
def test_what_does_not_divide_a_whole_has_no_parts(values):
    assert changes.parts(values) == [None for _ in values]


# ---- Hours ----


@pytest.mark.parametrize(("date", "count"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)])
def test_a_day_has_the_hours_it_has(date, count):
    found = beside(date, {})

    assert len(found) == count
    assert found[-1].until - found[0].at == count * clock.HOUR


def test_what_the_missing_hour_took_falls_to_the_next_so_that_the_sum_stays():
    found = beside("2026-03-29", {}, "2026-03-22", {0: 5, 1: 7, 2: 11})

    assert [hour.then for hour in found[:2]] == [5, 18]
    assert sum(hour.then for hour in found) == 23


def test_the_second_one_o_clock_has_no_earlier_one_on_a_common_day():
    found = beside("2026-10-25", {(1, 1): 4}, "2026-10-18", {1: 9})

    assert [(hour.number, hour.again, hour.value, hour.then) for hour in found[1:3]] == [
        (1, False, 0, 9),
        (1, True, 4, None),
    ]


def test_both_one_o_clocks_of_a_long_day_count_against_the_one_of_a_common_day():
    found = beside("2026-11-01", {}, "2026-10-25", {(1, 0): 9, (1, 1): 4})

    assert found[1].then == 13


def test_hours_to_come_are_unknown_and_the_present_one_is_open():
    found = beside("2026-11-21", {9: 5}, now="2026-11-21T10:30:00Z")

    assert [found[i].value for i in (9, 10, 11)] == [5, 0, None]
    assert [hour.number for hour in found if hour.open] == [10]


def test_the_busy_stretch_loses_nothing_and_holds_the_present():
    found = beside("2026-11-21", {9: 5}, "2026-11-14", {19: 7}, now="2026-11-21T07:30:00Z")

    shown = hours.busy(found)

    assert (shown[0].number, shown[-1].number) == (7, 19)
    assert sum(hour.then or 0 for hour in shown) == 7


def test_a_stretch_has_eight_hours_at_least():
    assert len(hours.busy(beside("2026-11-21", {12: 5}))) >= 8
    assert len(hours.busy(beside("2026-11-21", {23: 5}))) == 8


def test_hours_are_the_differences_of_the_running_sum():
    first, second, third = (at for at, _ in day_hours("2026-11-21")[:3])
    course = [(first, 0, 0), (second, 3600, 10), (second + 1000, 3601, 15)]

    assert hours.between(course, [(first, 0), (second, 1), (third, 2)]) == {first: 10, second: 5}


# ---- Places ----


def test_stores_are_told_by_place_and_the_rest_by_channel():
    rows = [Took(2, 7, 500, 400, 12), Took(2, 8, 100, 50, 3), Took(1, 0, 300, None, 0), Took(1, 7, 30, 10, 1)]

    found = places.sources(rows, CHANNELS, LOCATIONS)

    assert [(one.name, one.value, one.then, one.filter) for one in found] == [
        ("Quayside", 500, 400, ("location", 7)),
        ("Online", 330, 10, ("channel", 1)),
        ("Station", 100, 50, ("location", 8)),
    ]


def test_what_does_not_fit_is_put_together_so_that_the_sum_stays():
    rows = [Took(2, 7, 10, 1, 1), Took(2, 8, 20, 2, 2), Took(1, 0, 30, 3, 3)]

    found = places.sources(rows, CHANNELS, LOCATIONS, most=2)

    assert [one.name for one in found] == ["Online", "Other"]
    assert sum(one.value for one in found) == 60 and found[1].then == 3


# ---- Words ----


@pytest.mark.parametrize(
    ("span", "mode", "then", "said"),
    [
        (Span("today", SATURDAY, SATURDAY, True), "weekday", SATURDAY - 7, "last Saturday"),
        (Span("today", SATURDAY, SATURDAY, True), "previous", SATURDAY - 1, "yesterday"),
        (Span("today", SATURDAY, SATURDAY, True), "last_year", SATURDAY - 364, "the same weekday last year"),
        (Span("yesterday", SATURDAY - 1, SATURDAY - 1, False), "weekday", SATURDAY - 8, "the Friday before"),
        (Span("28d", SATURDAY - 27, SATURDAY, True), "previous", SATURDAY - 55, "the 28 days before"),
        (Span("mtd", SATURDAY - 20, SATURDAY, True), "previous", SATURDAY - 51, "last month"),
        (Span("ytd", SATURDAY - 324, SATURDAY, True), "last_year", SATURDAY - 688, "a year earlier"),
        (Span("today", SATURDAY, SATURDAY, True), "none", None, ""),
        (Span("all", None, None, True), "previous", None, ""),
    ],
)
def test_a_comparison_is_called_what_people_call_it(span, mode, then, said):
    assert words.against(span, mode, then, SAID) == said


@pytest.mark.parametrize(
    ("days", "grain"),
    [(1, "hour"), (7, "day"), (31, "day"), (90, "week"), (365, "month"), (2000, "quarter"), (None, "month")],
)
def test_a_period_is_drawn_in_buckets_that_can_be_told_apart(days, grain):
    assert words.grain(days) == grain


def test_a_day_is_compared_with_its_weekday_and_all_else_with_what_was_before():
    assert words.default_mode(Span("today", SATURDAY, SATURDAY, True)) == "weekday"
    assert words.default_mode(Span("7d", SATURDAY - 6, SATURDAY, True)) == "previous"


def test_what_was_bought_is_one_line():
    goods = [("Oat cold brew", 2), ("Rye crackers", 1), ("Soap", 1), ("Tonic", 4)]

    assert words.things(goods) == "Oat cold brew × 2, Rye crackers, Soap and 1 more"


# ---- Labels ----


@pytest.mark.parametrize(
    ("minor", "short", "units"),
    [(250_000, "£2.5k", "£2,500"), (225_000, "", "£2,250"), (50_000, "£500", "£500"), (250, "", ""), (0, "£0", "£0")],
)
def test_a_tick_is_shortened_only_where_that_is_exact(minor, short, units):
    thousands, whole = labels.axis(SAID)

    assert (thousands(minor), whole(minor)) == (short, units)


def test_a_rounded_amount_is_rounded_half_away_from_zero():
    assert [labels.whole(SAID)(minor) for minor in (739_050, -150, 149)] == ["£7,391", "−£2", "£1"]
