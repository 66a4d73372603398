"""`verify` sees what is wrong and names it; `rebuild` puts right what can be."""

import pytest

from tests import making
from tests.making import spoil
from webapp import clock, verify
from webapp.db import store, writer
from webapp.products import actions_prices
from webapp.products.actions_prices import Planned
from webapp.weather import actions as weather

HOUR = 3_600_000


@pytest.fixture
def sold(shop):
    """A shop with a sale and a return."""
    making.make_product(stock=10, category="Drinks/Cold", brand="Pine")
    order_id = making.sell("TEA", 3)
    making.take_back(order_id, 1)


def test_a_sound_shop_has_no_differences(sold):
    assert making.differences() == []


@pytest.mark.parametrize(
    "statement, named",
    [
        ("update sales_day set gross_minor = gross_minor + 1", "rollups"),
        ("update sales_hour set orders = orders + 1", "rollups"),
        ("update product_day set units = units - 1", "rollups"),
        ("update product_month set units = units - 1", "rollups"),
        ("delete from order_day", "rollups"),
        ("update sales_second set gross_minor = 0", "rollups"),
        ("update stock_level set quantity = 11", "stock"),
        ("update orders set total_minor = 1", "orders equal"),
        ("update returns set total_minor = 1", "returns equal"),
        ("update return_line set quantity = 9", "came back"),
        ("delete from outbox where seq = 2", "sequence"),
        ("update counter set value = value + 1 where name = 'seq'", "sequence"),
        ("update counter set value = 7 where name = 'orders'", "orders: 1 rows"),
        ("update order_line set product_id = 99", "foreign keys"),
        ("update price set to_ms = 1", "price"),
        ("update stock_level set quantity = -1", "below zero"),
    ],
)
def test_what_is_wrong_is_named(sold, statement, named):
    spoil(statement)

    assert any(named in line for line in making.differences())


@pytest.fixture
def planned(sold):
    """The shop with a price that runs and one that is planned behind it."""
    now = clock.now_ms()
    plans = [Planned(1, 200, now, now + HOUR, "a promotion"), Planned(1, 210, now + HOUR, now + 2 * HOUR, "another")]
    assert all(isinstance(one, dict) for one in writer.do_many(actions_prices.plan_prices, plans))
    assert making.differences() == []


@pytest.mark.parametrize(
    "statement, named",
    [
        ("update price_plan set price_minor = 190 where id = 1", "price plan 1: runs at 190, product 1 is at 200"),
        ("update price_plan set from_ms = from_ms - 1 where id = 2", "price plans 1 and 2 of product 1 overlap"),
    ],
)
def test_planned_prices_that_contradict_themselves_are_named(planned, statement, named):
    spoil(statement)

    assert [line.split(": ", 1)[1] for line in making.differences()] == [named]


@pytest.fixture
def known(sold, at):
    """The shop with a month of weather at the pier."""
    at("2026-11-21T10:00:00Z")
    pier, today = making.make_location("pier"), store.shop().zone.day_of(clock.now_ms())
    days = [(pier, today - back, 8.0 + back % 5, 5.0, 13.0, 0.0, None) for back in range(1, 31)]
    writer.do(weather.give_days, days)
    assert making.differences() == []


@pytest.mark.parametrize(
    "statement, number",
    [
        ("update weather_normal set mean_c = mean_c + 1 where day_of_year = 310", 310),
        ("update weather_normal set days = 1 where day_of_year = 310", 310),
        ("update weather_normal set swing_c = null where day_of_year = 310", 310),
        ("delete from weather_normal where day_of_year = 310", 310),
        ("insert into weather_normal select location_id, 180, mean_c, spread_c, swing_c, days from weather_normal "
         "where day_of_year = 310", 180),
    ],
)  # fmt: skip
def test_usual_weather_that_is_not_its_days_is_named_stops_nothing_and_is_made_anew(known, statement, number):
    spoil(statement)

    [line] = making.differences()
    assert f"day {number} of the year" in line
    assert verify.check_fully() == {"stopped": None, "found": []}
    verify.rebuild()
    assert making.differences() == []


def test_rebuild_makes_spoiled_rollups_equal_the_ledger_again(sold):
    spoil("update sales_day set gross_minor = 0", "delete from product_day", "delete from order_day")

    verify.rebuild()

    assert making.differences() == []
