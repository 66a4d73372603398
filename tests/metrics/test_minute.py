"""The last minute slides, is exact to the order, and falls to nothing by itself: what eight programs got wrong."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.shops import NOW, Fact, Line, Shop
from webapp import clock
from webapp.metrics.filters import ALL, Filters
from webapp.metrics.minute import LastMinute, last_minute

LONDON = clock.Zone("Europe/London")
MINUTE = 60_000


@pytest.fixture
def shop():
    shop = Shop(LONDON)
    shop.product(1, category=3, brand=1)
    shop.product(2, category=4)
    return shop


def even_trade(shop, start, seconds, every=5_000, amount=250):
    """One sale each five seconds."""
    shop.enter(*(Fact(True, start + at, [Line(1, 1, amount)]) for at in range(0, seconds * 1000, every)))


def test_trap_1_even_trade_reads_no_change_at_every_second(shop):
    start = NOW - 400_000
    even_trade(shop, start, 400)

    for second in range(125, 395):
        told = last_minute(shop.tx, ALL, start + second * 1000)

        assert (told.change, told.change_ratio, told.orders, told.revenue) == (0, 0, 12, 3000)


def test_trap_1_even_trade_reads_no_change_at_any_millisecond_either(shop):
    start = NOW - 400_000
    even_trade(shop, start, 400)

    for moment in range(200_000, 206_000, 7):
        assert last_minute(shop.tx, ALL, start + moment).change == 0


def test_trap_1_it_falls_to_nothing_sixty_seconds_after_the_last_sale_without_any_event(shop):
    start = NOW - 400_000
    even_trade(shop, start, 200)
    last = start + 195_000

    for after in range(0, 121_000, 500):
        told = last_minute(shop.tx, ALL, last + after)
        assert told.orders == sum(
            1 for at in range(start, last + 1, 5000) if last + after - MINUTE < at <= last + after
        )

    assert last_minute(shop.tx, ALL, last + 59_999).revenue == 250
    assert last_minute(shop.tx, ALL, last + 60_000) == LastMinute(0, 3000, 0, 12)
    assert last_minute(shop.tx, ALL, last + 120_000) == LastMinute(0, 0, 0, 0)
    assert last_minute(shop.tx, ALL, last + 120_000).change_ratio is None


def test_trap_2_the_change_can_be_positive_and_the_minute_before_is_one_minute(shop):
    shop.sell(NOW - 61_000, 100)
    shop.sell(NOW - 119_000, 100)
    shop.sell(NOW - 121_000, 5000)
    shop.sell(NOW - 1_000, 900)

    told = last_minute(shop.tx, ALL, NOW)

    assert told == LastMinute(900, 200, 1, 2)
    assert (told.change, str(told.change_ratio)) == (700, "3.5000")


def test_trap_2_an_order_dated_ahead_counts_when_its_moment_comes_and_not_before(shop):
    shop.sell(NOW + 240_000, 500)

    assert last_minute(shop.tx, ALL, NOW).orders == 0
    assert last_minute(shop.tx, ALL, NOW + 239_999).orders == 0
    assert last_minute(shop.tx, ALL, NOW + 240_000).orders == 1
    assert last_minute(shop.tx, ALL, NOW + 299_999).orders == 1
    assert last_minute(shop.tx, ALL, NOW + 300_000).orders == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"])
def test_trap_3_the_window_is_of_instants_whatever_the_zone_of_the_shop(zone):
    shop = Shop(clock.Zone(zone))
    shop.product(1)
    shop.sell(NOW - 30_000, 100)
    shop.sell(NOW - 3_600_000, 800)
    shop.sell(NOW - 7_200_000, 800)

    assert last_minute(shop.tx, ALL, NOW) == LastMinute(100, 0, 1, 0)


def test_trap_4_a_raised_price_changes_no_past_sale(shop):
    shop.sell(NOW - 30_000, 240, units=2)

    shop.run("update product set price_minor = 99999")

    assert last_minute(shop.tx, ALL, NOW).revenue == 240


def test_trap_5_pennies_are_kept_and_no_change_is_zero(shop):
    shop.sell(NOW - 90_000, 1)
    shop.sell(NOW - 30_000, 1)

    assert last_minute(shop.tx, ALL, NOW) == LastMinute(1, 1, 1, 1)
    assert last_minute(shop.tx, ALL, NOW).change == 0


def test_a_late_entry_and_a_return_do_not_move_it(shop):
    shop.sell(NOW - 30_000, 500)
    before = last_minute(shop.tx, ALL, NOW)

    shop.sell(NOW - 86_400_000, 900)
    shop.take_back(NOW - 10_000, 500)

    assert last_minute(shop.tx, ALL, NOW) == before


amounts = st.integers(0, 1000)
sales = st.lists(
    st.tuples(st.integers(-130_000, 3_000), amounts, st.integers(1, 2), st.integers(1, 3), st.sampled_from([None, 2])),
    max_size=12,
)


@given(sales, st.integers(0, 2500), st.sampled_from([
    Filters(), Filters(channel=(1, 2)), Filters(location=(2,)), Filters(location=(0,)), Filters(product=(1,)),
    Filters(category=(4,), categories=(4,)), Filters(weekday=(6,)), Filters(hour=(14,)), Filters(hour=(3,)),
    Filters(product=(1, 2), channel=(3,)),
]))  # fmt: skip
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_exact_to_the_order_at_the_edge_of_a_millisecond_under_every_filter(entered, later, filters):
    shop = Shop(LONDON)
    shop.product(1, category=3)
    shop.product(2, category=4)
    for off, amount, product, channel, location in entered:
        shop.enter(Fact(True, NOW + off, [Line(product, 1, amount), Line(1, 1, 3)], channel, location))
    now = NOW + later

    told = last_minute(shop.tx, filters, now)

    for end, revenue, orders in (
        (now, told.revenue, told.orders),
        (now - MINUTE, told.previous_revenue, told.previous_orders),
    ):
        found = [
            sum(line.amount for line in lines)
            for fact in shop.facts
            if end - MINUTE < fact.at_ms <= end
            and (lines := [line for line in fact.lines if _matches(shop, fact, line, filters)])
        ]
        assert (revenue, orders) == (sum(found), len(found))


def _matches(shop, fact, line, filters):
    product = shop.versions[line.version].product
    return (
        (not filters.channel or fact.channel in filters.channel)
        and (not filters.location or (fact.location or 0) in filters.location)
        and (not filters.product or product in filters.product)
        and (not filters.category or (shop.versions[line.version].category in filters.categories))
        and (not filters.weekday or clock.weekday(fact.day) in filters.weekday)
        and (not filters.hour or fact.hour in filters.hour)
    )
