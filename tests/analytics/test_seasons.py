"""Months over years: whole months are compared, the open one stands apart, the index is by the day."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.asking import NOW, at_ms, links, page, refused, sheet, told, words
from tests.making import make_product, sell
from webapp.analytics.rules import seasons
from webapp.analytics.rules.seasons import Month

D = Decimal
JANUARY = 2025 * 12


@pytest.fixture
def trading(client, at):
    """A client of a shop that has sold a tea a month since the first of October 2024, ten of them in December."""
    at(NOW)
    make_product("TEA", "2.00")
    for month in range(2024 * 12 + 9, 2026 * 12 + 11):
        text = f"{month // 12}-{month % 12 + 1:02d}"
        sell("TEA", 10 if month % 12 == 11 else 1, placed_ms=at_ms(f"{text}-01T10:00"))
    return client


def by_month(said):
    return {one["month"]: one for year in said["years"] for one in year["months"]}


def test_months_stand_under_their_years_and_add_up(trading):
    said = told(trading, "/analytics/seasons")

    assert [year["year"] for year in said["years"]] == [2026, 2025, 2024]
    assert sum(year["total"] for year in said["years"]) == said["total"] == D("88.00")
    assert all(sum(one["value"] for one in year["months"]) == year["total"] for year in said["years"])


def test_whole_months_are_compared_with_those_of_the_year_before(trading):
    sell("TEA", 1, placed_ms=at_ms("2026-10-02T10:00"))
    months = by_month(told(trading, "/analytics/seasons"))

    assert months["2026-10"]["change_ratio"] == 1 and months["2026-09"]["change_ratio"] == 0
    assert months["2024-12"]["change_ratio"] is None


def test_the_month_that_goes_on_is_open_and_compared_with_nothing(trading):
    november = by_month(told(trading, "/analytics/seasons"))["2026-11"]

    assert (november["open"], november["whole"], november["change_ratio"]) == (True, False, None)


def test_a_month_that_the_period_cuts_is_not_whole(trading):
    months = by_month(told(trading, "/analytics/seasons?from=2025-10-01&to=2026-10-15"))

    assert not months["2026-10"]["whole"] and not months["2026-10"]["open"]
    assert months["2025-10"]["whole"] and months["2026-10"]["change_ratio"] is None


def test_december_sells_most_by_its_index(trading):
    said = told(trading, "/analytics/seasons")
    index = {one["month"]: one["index"] for one in said["index"]}

    assert said["index_years"] == 2
    assert index[12] > 5 and index[2] > index[1]  # as much in fewer days
    assert told(trading, "/analytics/seasons?period=90d")["index_years"] == 0


def test_csv_and_page_say_the_same(trading):
    rows = sheet(trading, "/analytics/seasons?metric=units")
    text = words(page(trading, "/analytics/seasons?metric=units"))

    assert [row["value"] for row in rows if row["month"] == "2025-12"] == ["10"]
    assert "so far" in text and "index of 2 whole years" in text
    assert refused(trading, "/analytics/seasons?metric=x") == [("metric", "unknown")]


def test_a_month_opens_its_orders(trading):
    markup = page(trading, "/analytics/seasons")
    december = [link for link in links(markup, "/orders?") if "from=2025-12-01" in link and "to=2025-12-31" in link]

    assert [order["total"] for order in told(trading, december[0])["items"]] == [D("20.00")]


def test_the_line_of_this_year_ends_with_the_open_month(trading):
    markup = page(trading, "/analytics/seasons")

    assert markup.count('class="l-now l-open"') == 1
    assert ">2026</text>" in markup and ">2024</text>" in markup


def test_an_empty_shop_has_something_to_say(client, at):
    at(NOW)

    assert "Nothing was sold in this time" in words(page(client, "/analytics/seasons"))
    assert told(client, "/analytics/seasons")["years"] == []


# ---- The index ----


@given(st.lists(st.integers(0, 10_000), min_size=12, max_size=60))
def test_the_index_averages_to_one_by_the_day(values):
    months = [Month(JANUARY + i, value, True) for i, value in enumerate(values)]

    index, years = seasons.index(months), seasons.years(months)

    assert len(years) == len(values) // 12 and all(len(year) == 12 for year in years)
    if len(values) == 12 and sum(values):
        weighed = sum(index[one.month % 12 + 1] * one.days for one in months) / sum(one.days for one in months)
        assert abs(weighed - 1) < D("0.01")


def test_growth_from_year_to_year_leaves_the_index_as_it_is():
    shape = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]
    once = [Month(JANUARY + i, 1000 * value, True) for i, value in enumerate(shape)]
    grown = [*once, *(Month(JANUARY + 12 + i, 5000 * value, True) for i, value in enumerate(shape))]

    assert seasons.index(grown) == seasons.index(once)


def test_less_than_twelve_whole_months_in_a_row_have_no_index():
    months = [Month(JANUARY + i, 100, i != 5) for i in range(14)]

    assert seasons.index(months) == {} and seasons.years([]) == []
    assert seasons.before({one.month: one for one in months}, JANUARY + 12) is months[0]
    assert seasons.before({one.month: one for one in months}, JANUARY + 17) is None
