"""Figures over HTTP: to the letter of the contract, exact at `as_of`, and the same whichever way they are asked for."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import making
from webapp import clock
from webapp.analytics import routes
from webapp.db import reading
from webapp.orders.shapes import LineDraft, OrderDraft

NOON = "2026-11-21T12:00:00Z"


def get(client, address, **headers):
    """The JSON of an address, numbers exact."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal)


def refused(client, address):
    """(parameter, code) of everything that an address is refused for."""
    answer = client.get(address)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    return [(error["parameter"], error["code"]) for error in answer.json["errors"]]


def ms(text):
    """An instant."""
    return clock.parse_time(text)


@pytest.fixture
def stocked(client, at):
    """A client of a shop with tea and cake, at noon."""
    at(NOON)
    making.make_product("TEA", "2.40", category="Drinks/Cold", brand="Pine", cost=Decimal("1.00"))
    making.make_product("CAKE", "3.10", category="Food", price_tier="core")
    return client


# ---- /analytics ----


def test_it_is_what_the_contract_shows(stocked):
    making.sell("TEA", 2, placed_ms=ms("2026-11-21T11:59:30Z"))
    making.sell("CAKE", 1, placed_ms=ms("2026-11-21T11:58:30Z"))

    assert get(stocked, "/analytics") == {
        "as_of": "2026-11-21T12:00:00.000Z", "seq": 4, "currency": "GBP",
        "period": {"name": "all", "from": None, "to": None, "open": True}, "compare": None,
        "total_revenue": Decimal("7.90"), "orders": 2, "units": 3, "average_order_value": Decimal("3.95"),
        "previous": None,
        "top_products": [
            {"product_id": 1, "sku": "TEA", "name": "Tea", "revenue": Decimal("4.80"), "units": 2,
             "share": Decimal("0.6076"), "change_ratio": None},
            {"product_id": 2, "sku": "CAKE", "name": "Cake", "revenue": Decimal("3.10"), "units": 1,
             "share": Decimal("0.3924"), "change_ratio": None},
        ],
        "last_minute": {
            "revenue": Decimal("4.80"), "previous_revenue": Decimal("3.10"), "change": Decimal("1.70"),
            "change_ratio": Decimal("0.5484"), "orders": 1, "previous_orders": 1,
        },
    }  # fmt: skip


def test_trap_5_money_has_exactly_its_decimals_and_no_change_is_zero(stocked):
    making.sell("TEA", 1, price_minor=1000, placed_ms=ms("2026-11-21T11:59:30Z"))
    making.sell("TEA", 1, price_minor=1000, placed_ms=ms("2026-11-21T11:58:30Z"))

    text = stocked.get("/analytics").text

    assert '"total_revenue":20.00,' in text
    assert '"change":0.00,"change_ratio":0.0000' in text


def test_an_empty_shop_says_null_for_what_it_cannot_know(client, at):
    at(NOON)

    told = get(client, "/analytics?period=today")

    assert (told["total_revenue"], told["orders"], told["average_order_value"]) == (Decimal("0.00"), 0, None)
    assert (told["top_products"], told["last_minute"]["change_ratio"]) == ([], None)


def test_periods_and_comparisons_are_named_by_their_instants(stocked):
    told = get(stocked, "/analytics?period=today&compare=weekday")

    assert told["period"] == {
        "name": "today", "from": "2026-11-21T00:00:00.000Z", "to": "2026-11-22T00:00:00.000Z", "open": True
    }  # fmt: skip
    assert told["compare"] == {"name": "weekday", "from": "2026-11-14T00:00:00.000Z", "to": "2026-11-14T12:00:00.000Z"}
    assert get(stocked, "/analytics?period=today")["compare"]["name"] == "previous"
    assert get(stocked, "/analytics?period=today&compare=none")["compare"] is None


def test_wanted_22_today_is_compared_with_yesterday_up_to_this_time(stocked):
    making.sell("TEA", 1, placed_ms=ms("2026-11-20T11:00:00Z"))
    making.sell("TEA", 9, placed_ms=ms("2026-11-20T13:00:00Z"))
    making.sell("TEA", 2, placed_ms=ms("2026-11-21T11:00:00Z"))

    told = get(stocked, "/analytics?period=today")

    assert told["previous"]["total_revenue"] == Decimal("2.40")
    assert told["top_products"][0]["change_ratio"] == Decimal("1.0000")


def test_what_is_acknowledged_is_in_the_next_answer_though_the_clock_stands_still(stocked):
    for count in range(1, 5):
        making.sell("TEA", 1)

        assert get(stocked, "/analytics")["orders"] == count


def test_the_last_minute_moves_without_an_order(stocked, at):
    making.sell("TEA", 1, placed_ms=ms("2026-11-21T11:59:30Z"))
    first = get(stocked, "/analytics")["last_minute"]

    at("2026-11-21T12:00:29.999Z")
    second = get(stocked, "/analytics")["last_minute"]
    at("2026-11-21T12:00:30.999Z")
    third = get(stocked, "/analytics")["last_minute"]

    assert (first["orders"], second["orders"]) == (1, 1)
    assert (third["orders"], third["previous_orders"]) == (0, 1)


def test_filters_and_top_narrow_it(stocked):
    making.sell("TEA", 2, channel="store")
    making.sell("CAKE", 1, channel="online")

    assert get(stocked, "/analytics?channel=store")["total_revenue"] == Decimal("4.80")
    assert get(stocked, "/analytics?category=Drinks")["orders"] == 1
    assert get(stocked, "/analytics?product=CAKE&product=1")["orders"] == 2
    assert [one["sku"] for one in get(stocked, "/analytics?top=1")["top_products"]] == ["TEA"]
    assert get(stocked, "/analytics?category=Drinks")["last_minute"]["orders"] == 1


def test_every_wrong_parameter_is_named_at_once(stocked):
    assert refused(stocked, "/analytics?channel=nowhere&period=later&top=0&weekday=8&compare=x") == [
        ("period", "unknown"), ("compare", "unknown"), ("channel", "unknown"), ("weekday", "unknown"),
        ("top", "too_small"),
    ]  # fmt: skip
    assert refused(stocked, "/analytics?form=2026-01-01") == [("form", "unknown_field")]
    assert refused(stocked, "/analytics?from=2026-02-01&to=2026-01-01") == [("from", "conflict")]
    assert refused(stocked, "/analytics?top=ten") == [("top", "not_a_number")]
    assert refused(stocked, "/analytics?top=101") == [("top", "too_large")]


def test_an_answer_that_has_not_changed_is_not_sent_again(stocked):
    first = stocked.get("/analytics")

    again = stocked.get("/analytics", headers={"If-None-Match": first.headers["ETag"]})
    making.sell("TEA", 1)
    after = stocked.get("/analytics", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data, after.status_code) == (304, b"", 200)


def test_csv_tells_the_total_and_the_best_sellers(stocked):
    making.sell("TEA", 2)

    lines = stocked.get("/analytics?format=csv").text.split("\r\n")

    assert lines[0].startswith("kind,from,to,currency,product_id,sku,name,revenue,units")
    assert lines[1:3] == ["total,,,GBP,,,,4.80,2,,1,4.80", "product,,,GBP,1,TEA,Tea,4.80,2,1.0000,,"]


def test_the_page_of_both_addresses_is_today(stocked):
    making.sell("TEA", 2)

    for address in ("/", "/analytics", "/?unheard=of"):
        page = stocked.get(address, headers={"Accept": "text/html"})

        assert page.status_code == 200
        assert "4.80" in page.text or "£4" in page.text


def test_a_page_is_made_anew_when_something_is_sold(stocked):
    before = stocked.get("/", headers={"Accept": "text/html"})
    again = stocked.get("/", headers={"Accept": "text/html"})
    making.sell("TEA", 7)
    after = stocked.get("/", headers={"Accept": "text/html"})

    assert before.data == again.data != after.data


def test_the_live_state_is_the_json_of_all_time(stocked):
    making.sell("TEA", 2)

    with reading.reading() as tx:
        text = routes.state(tx, clock.now_ms())

    assert text == stocked.get("/analytics").text


# ---- /explore ----


def test_rows_are_flat_and_say_what_they_compare_with(stocked):
    making.sell("TEA", 1, placed_ms=ms("2026-11-20T10:00:00Z"), channel="online")
    making.sell("TEA", 2, placed_ms=ms("2026-11-21T10:00:00Z"), channel="online")

    told = get(stocked, "/explore?period=today&grain=day&by=product&by=channel&metric=net_sales&metric=orders")

    assert told["rows"] == [
        {
            "time": "2026-11-21", "open": True, "product": 1, "sku": "TEA", "name": "Tea", "channel": "online",
            "net_sales": Decimal("4.80"), "orders": 1, "compare": {"net_sales": Decimal("2.40"), "orders": 1},
            "change": {"net_sales": Decimal("2.40"), "orders": 0},
            "change_ratio": {"net_sales": Decimal("1.0000"), "orders": Decimal("0.0000")},
        }
    ]  # fmt: skip
    assert told["totals"]["net_sales"] == Decimal("4.80")
    assert told["rest"]["net_sales"] == Decimal("0.00")
    assert [metric["name"] for metric in told["metrics"]] == ["net_sales", "orders"]
    assert told["counted_from"] == "rollups"


def test_dimensions_are_shown_by_code_path_or_name_and_none_is_null(stocked):
    making.sell("TEA", 1)

    told = get(stocked, "/explore?by=category,location,region")["rows"][0]
    more = get(stocked, "/explore?by=brand&by=vendor&by=price_tier")["rows"][0]

    assert (told["category"], told["location"], told["region"]) == ("Drinks/Cold", None, None)
    assert (more["brand"], more["vendor"], more["price_tier"]) == ("Pine", None, None)


def test_hours_are_named_by_their_instant(stocked):
    making.sell("TEA", 1, placed_ms=ms("2026-07-01T10:30:00Z"))

    told = get(stocked, "/explore?from=2026-07-01&to=2026-07-01&grain=hour&limit=500")

    assert len(told["rows"]) == 24
    assert told["rows"][0]["time"] == "2026-06-30T23:00:00.000Z"
    assert [row["time"] for row in told["rows"] if row["net_sales"]] == ["2026-07-01T10:00:00.000Z"]


def test_what_reads_lines_says_so(stocked):
    assert get(stocked, "/explore?by=hour&by=product")["counted_from"] == "lines"


@pytest.mark.parametrize(
    ("query", "refusals"),
    [
        ("metric=profit", [("metric", "unknown")]),
        ("by=colour&grain=minute", [("by", "unknown"), ("grain", "unknown")]),
        ("by=product&by=brand&by=vendor&by=channel", [("by", "too_long")]),
        ("limit=0", [("limit", "too_small")]),
        ("limit=x&period=y&sort=z", [("period", "unknown"), ("limit", "not_a_number"), ("sort", "unknown")]),
        ("top=3", [("top", "unknown_field")]),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_parameter(stocked, query, refusals):
    assert refused(stocked, f"/explore?{query}") == refusals


def test_its_csv_is_the_whole_list(stocked):
    for number in range(150):
        making.sell("TEA", 1, placed_ms=ms("2026-11-20T10:00:00Z") - number * 86_400_000)

    lines = stocked.get("/explore?grain=day&format=csv").text.strip().split("\r\n")

    assert lines[0] == "time,open,net_sales"
    assert len(lines) == 1 + 151
    assert len(get(stocked, "/explore?grain=day")["rows"]) == 100


def test_the_dictionary_names_every_metric_and_dimension(stocked):
    told = get(stocked, "/explore/metrics")

    assert {"name", "title", "unit", "definition", "formula", "version", "additive"} <= set(told["metrics"][0])
    assert {"name": "price_tier", "title": "Price tier"} in told["dimensions"]


# ---- They agree ----


def test_wanted_1_the_reconciliation_lays_every_breakdown_beside_the_headline(stocked):
    first = making.sell("TEA", 3)
    making.place(OrderDraft([LineDraft("TEA", 1), LineDraft("CAKE", 2)]))
    making.take_back(first, 1)

    told = get(stocked, "/analytics/reconciliation")
    page = stocked.get("/analytics/reconciliation", headers={"Accept": "text/html"})

    assert told["balanced"]
    assert told["headline"]["net_sales"] == get(stocked, "/analytics")["total_revenue"]
    assert len(told["breakdowns"]) == 10
    for breakdown in told["breakdowns"]:
        assert breakdown["sums"]["net_sales"] == told["headline"]["net_sales"]
        assert breakdown["differences"]["units"] == 0
    assert page.status_code == 200 and "Balanced" in page.text


def test_wanted_5_drilling_into_a_bar_gives_exactly_the_bar(stocked):
    for day in (18, 19, 20):
        making.sell("TEA", day - 17, placed_ms=ms(f"2026-11-{day}T23:59:59Z"))

    for row in get(stocked, "/explore?from=2026-11-18&to=2026-11-20&grain=day&metric=net_sales&metric=orders")["rows"]:
        drilled = get(stocked, f"/analytics?from={row['time']}&to={row['time']}")

        assert (drilled["total_revenue"], drilled["orders"]) == (row["net_sales"], row["orders"])


sales = st.lists(
    st.tuples(st.sampled_from(["TEA", "CAKE"]), st.integers(1, 5), st.integers(0, 60 * 86_400), st.integers(0, 5)),
    min_size=1, max_size=8,
)  # fmt: skip


@given(sales)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_wanted_1_products_orders_and_revenue_agree_after_any_returns(stocked, entered):
    for sku, count, ago, back in entered:
        order_id = making.sell(sku, count, placed_ms=ms(NOON) - ago * 1000)
        if 0 < back <= count:
            making.take_back(order_id, back)

    for period in ("all", "today", "28d", "mtd"):
        revenue = get(stocked, f"/analytics?period={period}&top=100")
        products = get(stocked, f"/explore?period={period}&by=product&limit=500")
        days = get(stocked, f"/explore?period={period}&grain=day&limit=500")

        assert sum(one["revenue"] for one in revenue["top_products"]) == revenue["total_revenue"]
        assert sum(row["net_sales"] for row in products["rows"]) == revenue["total_revenue"]
        assert sum(row["net_sales"] for row in days["rows"]) == revenue["total_revenue"]
        assert get(stocked, f"/analytics/reconciliation?period={period}")["balanced"]
    assert making.differences() == []


def test_wanted_15_and_trap_4_a_changed_catalogue_changes_no_past_figure(stocked):
    making.sell("TEA", 2, placed_ms=ms("2026-11-20T10:00:00Z"))
    addresses = ["/analytics", "/explore?by=category", "/explore?by=brand&grain=day", "/explore?metric=gross_margin"]
    before = [{**get(stocked, address), "seq": 0} for address in addresses]

    changed = stocked.patch("/products/TEA", json={"price": 9.99, "category": "Food", "brand": "Other", "cost": 5})

    assert changed.status_code == 200
    assert [{**get(stocked, address), "seq": 0} for address in addresses] == before
