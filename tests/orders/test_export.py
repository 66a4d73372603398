"""Lists of orders as files: under every filter they hold what counts there, returns included, and give the same figures again."""

import csv
import io
import json
from decimal import Decimal

import pytest

from tests import making
from tests.imports import making as files
from webapp import clock, config
from webapp.db import reading, store, writer

NOW = "2026-11-21T12:00:00Z"


def rows(answer):
    """The rows of a file by column."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode(), newline="")))


def figures(client, query):
    """Net sales, returns, orders and units under a query."""
    metrics = "metric=net_sales&metric=returns&metric=orders&metric=units&metric=units_returned"
    answer = client.get(f"/explore?{metrics}&{query}")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal)["totals"]


def sold(text, *what, **more):
    """An order at a time, of one line."""
    return making.sell(*what, placed_ms=clock.parse_time(text), **more)


@pytest.fixture
def trading(client, at):
    """A shop with returns of this week for sales of this week, of months ago, and of nobody knows when."""
    at(NOW)
    making.make_location("pier", region="GB-BNH")
    making.make_location("quay", region="GB-BST")
    making.make_product("TEA", "2.40", category="Drinks/Cold", brand="Pine", vendor="North", cost="1.10")
    making.make_product("MUG", "12.50", category="Home", brand="Harbour", price_tier="core")
    old = sold("2026-07-01T09:00:00Z", "TEA", 5, location="pier", channel="store", external_id="OLD")
    this = sold("2026-11-19T09:00:00Z", "MUG", 2, location="quay", channel="store")
    sold("2026-11-20T10:00:00Z", "TEA", 3, location="pier", channel="store", note="for the fair")
    sold("2026-11-20T16:00:00Z", "MUG", 1, channel="online", region="FR")
    making.take_back(old, 2, reason="damaged", returned_ms=clock.parse_time("2026-11-20T11:00:00Z"))
    making.take_back(this, 1, reason="unwanted", returned_ms=clock.parse_time("2026-11-21T09:00:00Z"))
    booked = {"channel": "online", "external_id": "R-1", "returned_at": "2026-11-20T12:00:00Z",
              "lines": [{"product_id": "TEA", "quantity": 1, "price": 2.00}]}  # fmt: skip
    assert client.post("/returns", json=booked).status_code == 201
    return client


FILTERS = (
    "period=7d", "channel=store", "location=pier", "region=GB", "region=GB-BST&period=7d", "category=Drinks&period=7d",
    "brand=Harbour", "vendor=North&period=mtd", "price_tier=core", "product=TEA&period=28d", "weekday=5", "hour=9",
    "channel=store&brand=Pine&period=7d", "channel=online",
)  # fmt: skip


@pytest.mark.parametrize("query", FILTERS)
def test_a_filtered_list_holds_the_returns_that_count_under_its_filters(trading, query):
    told, wanted = rows(trading.get(f"/orders?{query}&format=csv")), figures(trading, query)

    back = [row for row in told if row["kind"] == "return"]
    assert len({row["order_id"] for row in told if row["kind"] == "sale"}) == wanted["orders"]
    if not any(name in query for name in ("product=", "category=", "brand=", "vendor=", "price_tier=")):
        assert sum(Decimal(row["total"]) for row in back) == wanted["returns"]
        assert sum(int(row["quantity"]) for row in back) == wanted["units_returned"]
    assert bool(back) == bool(wanted["returns"])


@pytest.mark.parametrize(
    "query", ["", "period=7d", "channel=store", "brand=Pine&period=28d", "region=GB&category=Drinks"]
)
def test_a_filtered_export_in_an_empty_shop_gives_the_figures_of_its_filters(trading, tmp_path, query):
    exported, wanted = trading.get(f"/orders?{query}&format=csv").data, figures(trading, query)
    writer.close()
    reading.close()
    store.open(config.load({"TAKINGS_DATABASE": str(tmp_path / "other.db")}, dotenv=None))

    counts = files.load(tmp_path, exported)

    assert counts["rejected"] == 0 and counts["imported"] == counts["rows"] > 0
    assert figures(trading, query) == wanted
    assert making.differences() == []


def test_a_list_that_no_figure_knows_holds_its_orders_with_all_that_came_back_of_them(trading):
    told = rows(trading.get("/orders?status=partly_returned&format=csv"))

    assert [(row["kind"], row["sku"], row["quantity"]) for row in told] == [
        ("sale", "MUG", "2"), ("sale", "TEA", "5"), ("return", "MUG", "1"), ("return", "TEA", "2"),
    ]  # fmt: skip


def test_a_search_without_returns_brings_none(trading):
    told = rows(trading.get("/orders?q=fair&format=csv"))

    assert [row["kind"] for row in told] == ["sale"]


def test_a_list_of_many_pages_is_exported_whole_and_once(client, at, monkeypatch):
    from webapp.orders import routes_export

    at(NOW)
    making.make_product("TEA", "2.40")
    ids = [making.sell("TEA", 1) for _ in range(7)]
    for order_id in ids[:5]:
        making.take_back(order_id, 1)
    monkeypatch.setattr(routes_export, "SLICE", 3)

    figured, searched = (
        rows(client.get("/orders?channel=online&format=csv")),
        rows(client.get("/orders?q=tea&format=csv")),
    )

    for told in (figured, searched):
        assert sorted(int(row["order_id"]) for row in told if row["kind"] == "sale") == ids
        assert sorted(int(row["order_id"]) for row in told if row["kind"] == "return") == ids[:5]


def test_the_list_of_returns_is_saved_as_rows_of_the_export(trading):
    told = rows(trading.get("/returns?channel=store&format=csv"))

    assert [(row["kind"], row["reason"], row["total"]) for row in told] == [
        ("return", "unwanted", "12.50"), ("return", "damaged", "4.80"),
    ]  # fmt: skip


def test_the_page_of_orders_links_both_files_under_its_filters(trading):
    page = trading.get("/orders?channel=store&sort=-total", headers={"Accept": "text/html"}).text

    assert (
        'href="/orders?channel=store&amp;format=csv"' in page and 'href="/orders?channel=store&amp;format=xlsx"' in page
    )
