"""When you sell: whole days alone, averages by how often a weekday occurs, each cell with its orders."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.asking import NOW, at_ms, links, page, refused, sheet, told, words
from tests.making import make_product, sell
from webapp import clock
from webapp.analytics.rules import weekly

D = Decimal


@pytest.fixture
def trading(client, at):
    """A client of a shop that sold on two Fridays at ten, one Thursday at noon, and today."""
    at(NOW)
    make_product("TEA", "2.40", category="Drinks")
    make_product("SOAP", "6.00", category="Skincare")
    sell("TEA", 1, placed_ms=at_ms("2026-11-13T10:05"))
    sell("TEA", 2, placed_ms=at_ms("2026-11-20T10:55"))
    sell("SOAP", 1, placed_ms=at_ms("2026-11-19T12:00"))
    sell("SOAP", 9, placed_ms=at_ms("2026-11-21T09:00"))
    return client


def test_an_unfinished_day_is_left_out(trading):
    said = told(trading, "/analytics/hours?period=28d")

    assert said["total"] == D("13.20") == sum(cell["value"] for cell in said["cells"])
    assert said["period"]["to"] == "2026-11-21T00:00:00.000Z" and said["days"] == 8
    assert {(cell["weekday"], cell["hour"]) for cell in said["cells"]} == {(4, 12), (5, 10)}


def test_an_average_is_over_the_days_of_that_weekday(trading):
    cells = {cell["weekday"]: cell for cell in told(trading, "/analytics/hours?from=2026-11-13&to=2026-11-20")["cells"]}

    assert (cells[5]["days"], cells[5]["value"], cells[5]["average"]) == (2, D("7.20"), D("3.60"))
    assert (cells[4]["days"], cells[4]["average"]) == (1, D("6.00"))


def test_orders_and_units_are_counted_too(trading):
    for metric, value in (("orders", 2), ("units", 3)):
        said = told(trading, f"/analytics/hours?metric={metric}&weekday=5")
        assert [(cell["value"], said["unit"]) for cell in said["cells"]] == [(value, "count")]
    assert refused(trading, "/analytics/hours?metric=net_salts&hour=24") == [("hour", "unknown"), ("metric", "unknown")]


def test_a_filter_by_product_reads_the_same_hours(trading):
    said = told(trading, "/analytics/hours?category=Drinks")

    assert [(cell["hour"], cell["value"]) for cell in said["cells"]] == [(10, D("7.20"))]


def test_the_earlier_time_is_of_whole_days_as_well(trading):
    said = told(trading, "/analytics/hours?from=2026-11-20&to=2026-11-20&compare=weekday")

    assert said["compare"]["from"] == "2026-11-13T00:00:00.000Z"
    assert [(cell["value"], cell["previous"]) for cell in said["cells"]] == [(D("4.80"), D("2.40"))]


def test_csv_says_what_json_says(trading):
    rows = sheet(trading, "/analytics/hours?period=28d")

    assert [(row["weekday"], row["hour"], row["value"]) for row in rows] == [("4", "12", "6.00"), ("5", "10", "7.20")]


def test_each_cell_of_the_table_opens_its_orders(trading):
    markup = page(trading, "/analytics/hours?period=28d")
    cells = [link for link in links(markup, "/orders?") if "weekday=5" in link and "hour=10" in link]

    assert "Busiest is Thursday 12:00: £6.00 in that hour" in words(markup)
    assert len(cells) == 1
    orders = told(trading, cells[0])["items"]
    assert sum(order["total"] for order in orders) == D("7.20")


def test_a_day_that_is_not_over_has_no_map_yet(trading):
    assert "No whole day has sales yet" in words(page(trading, "/analytics/hours?period=today"))
    assert told(trading, "/analytics/hours?period=today")["cells"] == []


def test_an_empty_shop_has_something_to_say(client, at):
    at(NOW)

    text = words(page(client, "/analytics/hours"))

    assert "No whole day has sales yet" in text and "None" not in text


def test_a_day_of_25_hours_adds_its_hour_to_the_same_cell(client, at):
    at(NOW)
    make_product("TEA", "2.40")
    for text in ("2026-10-25T00:30", "2026-10-25T01:30"):  # 01:30 twice on the clocks of London
        sell("TEA", 1, placed_ms=at_ms(text))

    cells = told(client, "/analytics/hours?from=2026-10-25&to=2026-10-25&metric=orders")["cells"]

    assert [(cell["weekday"], cell["hour"], cell["value"]) for cell in cells] == [(7, 1, 2)]


# ---- The arithmetic ----


@given(st.integers(20_000, 22_000), st.integers(0, 400))
def test_weekdays_are_counted_as_the_calendar_has_them(first, more):
    days = range(first, first + more + 1)

    found = weekly.weekdays(first, days[-1])

    assert found == {number: sum(clock.weekday(day) == number for day in days) for number in range(1, 8)}


@given(st.dictionaries(st.tuples(st.integers(1, 7), st.integers(0, 23)), st.integers(-50, 100_000)))
def test_what_is_cropped_is_a_fiftieth_at_most(cells):
    shown = weekly.busy(cells)
    sums = {hour: max(0, value) for hour, value in weekly.by_hour(cells, range(24)).items()}

    assert len(shown) > 0 and 0 <= shown[0] <= shown[-1] <= 23
    assert 50 * sum(value for hour, value in sums.items() if hour not in shown) <= sum(sums.values())


def test_night_hours_without_a_sale_are_cropped():
    assert weekly.busy({(1, 9): 100, (2, 17): 50}) == range(9, 18)
    assert weekly.busy({(1, 3): 1, (1, 9): 100, (2, 17): 50}) == range(9, 18)
    assert weekly.busy({(1, 3): 10, (1, 9): 100, (2, 17): 50}) == range(3, 18)
    assert weekly.busy({}) == range(9, 18)


def test_a_period_without_a_whole_day_is_none():
    assert weekly.whole_days(10, 12, 12) == (10, 11)
    assert weekly.whole_days(12, 12, 12) is None
    assert weekly.average(7, 0, "money") is None and weekly.average(7, 2, "count") == D("3.5")
