"""Questions and answers: buckets, comparisons row by row, limits, sorting, filters, and what is refused."""

from decimal import Decimal

import pytest

from tests.metrics.shops import NOW, Fact, Line, Shop
from webapp import clock
from webapp.errors import Invalid
from webapp.metrics import filters, periods
from webapp.metrics.ask import ask, headline, heat_map, last_minute, question, running, sparklines, top_products
from webapp.metrics.filters import ALL
from webapp.metrics.periods import compare, named

LONDON = clock.Zone("Europe/London")


@pytest.fixture
def shop():
    shop = Shop(LONDON)
    shop.product(1, category=3, brand=1)
    shop.product(2, category=2, brand=2)
    shop.product(3, category=4)
    return shop


def asked(shop, *metrics, now=NOW, mode="none", period="all", **more):
    """The answer for a period by name or by bounds."""
    span = periods.parse({"period": period} if isinstance(period, str) else period, now, LONDON)
    then = compare(span, mode, now, LONDON)
    return ask(shop.tx, metrics or ["net_sales"], period=span, compare=then, now_ms=now, **more)


def by_name(answer, metric="net_sales"):
    """Rows as {time or keys: value}."""
    return {row.time if answer.question.grain else row.keys: row.values[metric] for row in answer.rows}


def day(text):
    """The number of a date."""
    return clock.parse_date(text)


# ---- Buckets ----


def test_buckets_without_sales_are_rows_up_to_the_open_one(shop):
    shop.sell("2026-11-19T10:00:00Z", 500)

    answer = asked(shop, "net_sales", "average_order_value", period={"from": "2026-11-18"}, grain="day")

    assert by_name(answer) == {day(f"2026-11-{n}"): 500 if n == 19 else 0 for n in (18, 19, 20, 21)}
    assert [row.open for row in answer.rows] == [False, False, False, True]
    assert answer.rows[0].values["average_order_value"] is None


def test_wanted_22_the_open_bucket_says_so_and_no_bucket_lies_ahead(shop):
    shop.sell(NOW, 100)

    hours = asked(shop, period="today", grain="hour").rows
    months = asked(shop, period="ytd", grain="month").rows

    assert [row.open for row in hours] == [False] * 14 + [True]
    assert [row.open for row in months] == [False] * 10 + [True]


def test_a_sale_dated_ahead_has_its_bucket_at_once(shop):
    now = clock.parse_time("2026-11-21T14:58:00Z")
    shop.sell("2026-11-21T15:01:00Z", 100)

    rows = asked(shop, period="today", grain="hour", now=now).rows

    assert [LONDON.hour_of(row.time)[1] for row in rows] == list(range(16))
    assert rows[-1].values["net_sales"] == 100 and rows[-1].open


def test_wanted_4_a_day_of_25_hours_has_25_rows_and_the_repeated_hour_two(shop):
    shop.sell("2026-10-25T00:30:00Z", 100)  # 01:30 in summer time
    shop.sell("2026-10-25T01:30:00Z", 200)  # 01:30 in winter time

    answer = asked(shop, period={"from": "2026-10-25", "to": "2026-10-25"}, grain="hour")
    by_hour = asked(shop, period={"from": "2026-10-25", "to": "2026-10-25"}, by=["hour"])

    assert len(answer.rows) == 25
    assert [row.values["net_sales"] for row in answer.rows[:4]] == [0, 100, 200, 0]
    assert by_name(by_hour) == {(1,): 300}


def test_wanted_3_a_sale_on_new_years_eve_stays_in_its_year_ahead_of_and_behind_utc():
    for zone, moment, year in (
        ("Pacific/Auckland", "2025-12-31T12:00:00Z", "2026-01-01"),
        ("America/New_York", "2026-01-01T03:00:00Z", "2025-01-01"),
        ("Europe/London", "2025-12-31T23:59:59.999Z", "2025-01-01"),
    ):
        shop = Shop(clock.Zone(zone))
        shop.product(1)
        shop.sell(moment, 100)

        answer = ask(shop.tx, ["net_sales"], period=named("all", NOW, shop.zone), grain="year", now_ms=NOW)

        assert [clock.format_day(row.time) for row in answer.rows if row.values["net_sales"]] == [year]


@pytest.mark.parametrize(
    ("grain", "first"),
    [
        ("day", "2026-08-12"),
        ("week", "2026-08-10"),
        ("month", "2026-08-01"),
        ("quarter", "2026-07-01"),
        ("year", "2026-01-01"),
    ],
)
def test_a_bucket_is_named_by_its_first_business_day(shop, grain, first):
    shop.sell("2026-08-12T10:00:00Z", 100)

    answer = asked(shop, period={"from": "2026-08-12", "to": "2026-08-12"}, grain=grain)

    assert by_name(answer) == {day(first): 100}


# ---- Comparisons ----


def test_each_day_is_compared_with_the_day_that_it_corresponds_to(shop):
    shop.sell("2026-11-13T10:00:00Z", 100)
    shop.sell("2026-11-14T14:00:00Z", 200)
    shop.sell("2026-11-14T15:00:00Z", 5000)  # after the clock time at which the open day stands
    shop.sell("2026-11-20T10:00:00Z", 300)
    shop.sell("2026-11-21T10:00:00Z", 400)

    answer = asked(shop, period="7d", mode="weekday", grain="day")

    found = {
        clock.format_day(row.time)[-2:]: (row.values["net_sales"], row.compare["net_sales"]) for row in answer.rows
    }
    assert found["20"] == (300, 100)
    assert found["21"] == (400, 200)
    assert answer.totals.compare["net_sales"] == 300
    assert answer.rows[-1].change == {"net_sales": 200}
    assert answer.rows[-1].change_ratio == {"net_sales": Decimal("1.0000")}


def test_wanted_22_a_month_to_date_is_not_compared_with_the_whole_month_before(shop):
    for date in range(1, 32):
        shop.sell(f"2026-10-{date:02d}T12:00:00Z", 100)
        if date < 22:
            shop.sell(f"2026-11-{date:02d}T12:00:00Z", 100)

    answer = asked(shop, period="mtd", mode="previous", grain="month")

    assert (answer.totals.values["net_sales"], answer.totals.compare["net_sales"]) == (2100, 2100)
    assert [(row.values["net_sales"], row.compare["net_sales"]) for row in answer.rows] == [(2100, 2100)]


def test_a_day_that_the_earlier_month_lacks_is_compared_with_nothing_and_orphans_are_in_the_rest(shop):
    now = clock.parse_time("2026-03-31T20:00:00Z")
    shop.sell("2025-11-29T10:00:00Z", 100)
    shop.sell("2025-11-30T10:00:00Z", 100)
    shop.sell("2025-12-31T10:00:00Z", 100)

    answer = asked(shop, period="qtd", mode="previous", grain="day", now=now)

    compared = {clock.format_day(row.time): row.compare for row in answer.rows}
    assert compared["2026-03-31"] == {"net_sales": 100}
    assert answer.totals.compare["net_sales"] == 300
    assert sum(then["net_sales"] for then in compared.values() if then) == 100
    assert answer.rest.compare["net_sales"] == 200


def test_hours_are_compared_by_the_clock_over_a_change_of_it(shop):
    now = clock.parse_time("2026-03-29T12:00:00Z")
    shop.sell("2026-03-28T01:30:00Z", 100)  # an hour that the day after leaps over
    shop.sell("2026-03-28T10:30:00Z", 200)
    shop.sell("2026-03-29T09:30:00Z", 50)  # 10:30 in summer time

    answer = asked(shop, period="today", mode="previous", grain="hour", now=now)

    compared = {
        LONDON.hour_of(row.time)[1]: (row.values["net_sales"], row.compare and row.compare["net_sales"])
        for row in answer.rows
    }
    assert 1 not in compared
    assert compared[2] == (0, 100)
    assert compared[10] == (50, 200)
    assert answer.totals.compare["net_sales"] == 300


def test_a_value_that_only_the_earlier_period_had_is_a_row_of_its_own(shop):
    shop.sell("2026-11-14T10:00:00Z", 700, version=1)
    shop.sell("2026-11-21T10:00:00Z", 300, version=2)

    answer = asked(shop, period="today", mode="weekday", by=["product"])

    assert [(row.keys, row.values["net_sales"], row.compare["net_sales"]) for row in answer.rows] == [
        ((2,), 300, 0),
        ((1,), 0, 700),
    ]
    assert [row.change_ratio["net_sales"] for row in answer.rows] == [None, Decimal("-1.0000")]


# ---- Rows, rest, totals ----


def test_what_the_limit_cuts_is_the_rest_and_orders_do_not_add_up_over_products(shop):
    shop.enter(Fact(True, NOW, [Line(1, 1, 500), Line(2, 1, 300), Line(3, 1, 200)]))

    answer = asked(shop, "net_sales", "orders", "average_order_value", "units", by=["product"], limit=1)

    assert [row.keys for row in answer.rows] == [(1,)]
    assert answer.rest.values == {"net_sales": 500, "orders": None, "average_order_value": None, "units": 2}
    assert answer.totals.values == {"net_sales": 1000, "orders": 1, "average_order_value": 1000, "units": 3}


def test_rows_are_sorted_by_the_first_metric_then_by_how_the_dimensions_are_shown(shop):
    for channel in (3, 2, 1):
        shop.sell(NOW, 100, channel=channel)

    answer = asked(shop, by=["channel"])

    assert [row.keys for row in answer.rows] == [(3,), (1,), (2,)]  # marketplace, online, store


def test_sorting_by_time_or_by_a_metric_can_be_chosen(shop):
    shop.sell("2026-11-20T10:00:00Z", 100)
    shop.sell("2026-11-19T10:00:00Z", 300)

    by_metric = asked(shop, period={"from": "2026-11-19", "to": "2026-11-20"}, grain="day", sort="-net_sales")
    by_time = asked(shop, period={"from": "2026-11-19", "to": "2026-11-20"}, grain="day")

    assert list(by_name(by_metric).values()) == [300, 100]
    assert list(by_name(by_time).values()) == [300, 100]
    assert [row.time for row in by_time.rows] == [day("2026-11-19"), day("2026-11-20")]


def test_a_row_of_a_category_holds_its_own_lines_and_a_filter_those_below_it_too(shop):
    shop.sell(NOW, 500, version=1)  # Drinks/Cold/Iced
    shop.sell(NOW, 300, version=2)  # Drinks/Cold
    shop.sell(NOW, 200, version=3)  # Food

    rows = by_name(asked(shop, by=["category"]))
    cold = asked(shop, "net_sales", "orders", filters=filters.of(shop.tx, category="Drinks"))

    assert rows == {(3,): 500, (2,): 300, (4,): 200}
    assert cold.totals.values == {"net_sales": 800, "orders": 2}


def test_an_average_is_rounded_half_away_from_zero_once(shop):
    shop.sell(NOW, 100)
    shop.sell(NOW, 101)

    assert asked(shop, "average_order_value").totals.values["average_order_value"] == 101


def test_too_many_rows_are_refused_with_advice_when_all_are_wanted(shop):
    shop.sell("1990-01-01T10:00:00Z", 100)

    with pytest.raises(Invalid) as refusal:
        asked(shop, grain="hour", limit=None)

    assert refusal.value.errors[0].parameter == "grain"


@pytest.mark.parametrize("sort, first", [(None, 100), ("-time", 0), ("net_sales", 700)])
def test_of_many_rows_the_limit_shows_the_right_ones_and_the_rest_adds_up(shop, sort, first):
    shop.sell("1990-01-01T10:00:00Z", 100)
    shop.sell("2005-01-01T10:00:00Z", 700)

    answer = asked(shop, grain="hour", sort=sort, limit=5)

    values = [row.values["net_sales"] for row in answer.rows]
    assert (len(values), values[0]) == (5, first)
    assert sum(values) + answer.rest.values["net_sales"] == answer.totals.values["net_sales"] == 800


@pytest.mark.parametrize(
    ("more", "parameter"),
    [({"by": ["colour"]}, "by"), ({"grain": "minute"}, "grain"), ({"sort": "orders"}, "sort"),
     ({"by": ["brand", "vendor", "channel", "region"]}, "by")],
)  # fmt: skip
def test_what_nobody_knows_is_refused_by_its_parameter(more, parameter):
    with pytest.raises(Invalid) as refusal:
        question(["net_sales"], period=named("all", NOW, LONDON), **more)

    assert refusal.value.errors[0].parameter == parameter


def test_an_unknown_metric_is_refused():
    with pytest.raises(Invalid):
        question(["profit"], period=named("all", NOW, LONDON))


@pytest.mark.parametrize(
    ("by", "more", "lines"),
    [
        ((), {}, False), (("product",), {}, False), (("hour",), {}, False), ((), {"category": "Drinks"}, False),
        ((), {"brand": ["1", "2"]}, True), ((), {"brand": "1", "vendor": "1"}, True),
        (("product",), {"hour": "3"}, True),
        (("brand",), {"brand": ["1", "2"]}, True), (("channel",), {"product": ["1", "2"]}, True),
    ],
)  # fmt: skip
def test_only_distinct_orders_of_several_products_and_hours_by_product_read_lines(shop, by, more, lines):
    told = question(["orders"], period=named("all", NOW, LONDON), by=by, filters=filters.of(shop.tx, **more))

    assert told.reads_lines is lines


# ---- Filters ----


def test_values_of_a_name_are_joined_by_or_and_names_by_and(shop):
    for channel in (1, 2, 3):
        for location in (1, 2):
            shop.sell(NOW, 1, channel=channel, location=location, region="GB-BNH" if location == 2 else None)

    def total(**more):
        return asked(shop, filters=filters.of(shop.tx, **more)).totals.values["net_sales"]

    assert total(channel=["online", "store"]) == 4
    assert total(channel=["online", "store"], location="pier") == 2
    assert total(region="GB") == 3
    assert total(region="none") == 3
    assert total(weekday="6", hour="14") == 6
    assert total(weekday="7") == 0


def test_digits_are_an_id_and_anything_else_a_code_a_sku_a_path_or_a_name(shop):
    def found(**more):
        return filters.of(shop.tx, **more)

    assert found(product="SKU-1").product == found(product="1").product == found(product="sku:SKU-1").product == (1,)
    assert found(category="Drinks/Cold").category == found(category="Cold").category == (2,)
    assert found(category=["Drinks", "Cold"]).category == (1,)
    assert found(category="Drinks").categories == (1, 2, 3)
    assert found(brand="brand one").brand == (1,)
    assert found(channel="") == ALL


@pytest.mark.parametrize(
    ("name", "text"),
    [("channel", "shop"), ("channel", "9"), ("product", "sku-1"), ("product", "99999999999999999999"), ("region", "ZZ"),
     ("category", "Cold/Drinks"), ("weekday", "0"), ("weekday", "8"), ("hour", "24"), ("hour", "-1"), ("brand", "0"),
     ("hour", "1.5"), ("price_tier", "none such")],
)  # fmt: skip
def test_an_unknown_value_is_refused_by_its_name(shop, name, text):
    with pytest.raises(Invalid) as refusal:
        filters.of(shop.tx, **{name: text})

    assert [(error.parameter, error.code) for error in refusal.value.errors] == [(name, "unknown")]


def test_a_query_made_of_filters_asks_for_the_same_again(shop):
    told = filters.of(shop.tx, category="Drinks", location="none", weekday=["7", "1"], product="SKU-2")

    assert told.query() == [
        ("location", "none"),
        ("category", "1"),
        ("product", "2"),
        ("weekday", "1"),
        ("weekday", "7"),
    ]
    again = {}
    for name, value in told.query():
        again.setdefault(name, []).append(value)
    assert filters.resolve(shop.tx, again) == told


# ---- Headline, best sellers, curves ----


def test_the_headline_is_net_of_returns_and_the_average_is_not(shop):
    shop.sell(NOW, 1000)
    shop.sell(NOW, 500)
    shop.take_back(NOW, 300)

    told = headline(shop.tx, ALL, named("today", NOW, LONDON))

    assert (told.value("net_sales"), told.value("orders"), told.value("average_order_value")) == (1200, 2, 750)


def test_best_sellers_are_ordered_by_revenue_then_by_id_with_their_share_and_change(shop):
    shop.sell("2026-11-14T10:00:00Z", 200, version=1)
    shop.sell("2026-11-21T10:00:00Z", 300, version=1, units=3)
    shop.sell("2026-11-21T10:00:00Z", 300, version=2)
    shop.sell("2026-11-21T10:00:00Z", 400, version=3)
    span = named("today", NOW, LONDON)

    best = top_products(shop.tx, ALL, span, compare(span, "weekday", NOW, LONDON), 3)

    assert [(one.product_id, one.revenue, one.units) for one in best] == [(3, 400, 1), (1, 300, 3), (2, 300, 1)]
    assert [one.share for one in best] == [Decimal("0.4000"), Decimal("0.3000"), Decimal("0.3000")]
    assert [one.change_ratio for one in best] == [None, Decimal("0.5000"), None]
    assert (best[1].sku, best[1].name) == ("SKU-1", "Product 1")


def test_the_running_sum_ends_at_the_present_with_what_was_taken(shop):
    shop.sell("2026-11-21T09:02:00Z", 500)
    shop.sell("2026-11-21T10:00:00Z", 300)
    shop.take_back("2026-11-21T11:00:00Z", 100)
    shop.sell("2026-11-21T14:37:20.250Z", 7)

    points = running(shop.tx, ALL, LONDON.day_of(NOW), to_ms=NOW)

    assert points[0] == (LONDON.bounds(LONDON.day_of(NOW))[0], 0, 0)
    assert points[-1] == (NOW, 14 * 3600 + 37 * 60 + 20, 700)
    assert [point.value for point in points if point.clock_s == 9 * 3600 + 300] == [500]


def test_the_running_sum_of_a_day_of_23_hours_stands_at_its_end(shop):
    shop.sell("2026-03-29T22:59:59.999Z", 100)

    points = running(shop.tx, filters.of(shop.tx, product="1"), day("2026-03-29"))

    assert len(points) == 23 * 12 + 1
    assert points[-1] == (clock.parse_time("2026-03-29T23:00:00Z"), 86_400, 100)


def test_sparklines_hold_each_day_of_each_product(shop):
    shop.sell("2026-11-20T10:00:00Z", 500, version=1)
    shop.take_back("2026-11-21T10:00:00Z", 100, version=1)

    assert sparklines(shop.tx, [1, 2], LONDON.day_of(NOW), 3) == {1: [0, 500, -100], 2: [0, 0, 0]}


def test_the_heat_map_averages_whole_weeks_up_to_yesterday(shop):
    shop.sell("2026-11-14T10:30:00Z", 800)
    shop.sell("2026-11-07T10:30:00Z", 800)
    shop.sell(NOW, 9999)

    found = heat_map(shop.tx, ALL, NOW)

    assert len(found) == 7 * 24
    assert {cell: value for cell, value in found.items() if value} == {(6, 10): 200}


def test_an_empty_shop_has_figures_of_nothing(shop):
    assert headline(shop.tx, ALL, named("all", NOW, LONDON)).value("net_sales") == 0
    assert headline(shop.tx, ALL, named("all", NOW, LONDON)).value("average_order_value") is None
    assert asked(shop, grain="day").rows == []
    assert last_minute(shop.tx, ALL, NOW).change_ratio is None
    assert top_products(shop.tx, ALL, named("all", NOW, LONDON)) == []


def test_wanted_2_a_return_of_an_unknown_sale_lowers_its_own_day_alone(shop):
    shop.sell("2026-11-20T10:00:00Z", 500)
    shop.take_back("2026-11-21T10:00:00Z", 300, version=2)

    answer = asked(shop, "net_sales", "gross_sales", "orders", period={"from": "2026-11-20"}, grain="day")

    assert [tuple(row.values.values()) for row in answer.rows] == [(500, 500, 1), (-300, 0, 0)]
