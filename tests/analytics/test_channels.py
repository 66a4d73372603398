"""The channels: what each brought adds up to the whole, beside the earlier time, in every face."""

from decimal import Decimal

import pytest

from tests.analytics.asking import NOW, at_ms, links, page, refused, sheet, told, words
from tests.making import make_product, sell, take_back
from webapp import clock
from webapp.db import reading
from webapp.live import islands

D = Decimal


@pytest.fixture
def trading(client, at):
    """A client of a shop with sales in three channels, now and four weeks before."""
    at(NOW)
    make_product("TEA", "2.40")
    for number in range(12):
        sell("TEA", 2, channel="store", placed_ms=at_ms(f"2026-11-20T10:{number:02d}"))
        sell("TEA", 1, channel="store", placed_ms=at_ms(f"2026-10-20T10:{number:02d}"))
    sell("TEA", 5, channel="online", placed_ms=at_ms("2026-11-19T11:00"))
    back = sell("TEA", 1, channel="marketplace", placed_ms=at_ms("2026-11-18T11:00"))
    take_back(back, 1, returned_ms=at_ms("2026-11-19T12:00"))
    return client


def test_channels_add_up_to_the_totals_and_their_shares_to_one(trading):
    said = told(trading, "/analytics/channels?period=28d")

    for name in ("net_sales", "orders", "units", "returns"):
        assert sum(one[name] for one in said["channels"]) == said["totals"][name]
    assert [(one["code"], one["net_sales"], one["share"]) for one in said["channels"]] == [
        ("store", D("57.60"), D("0.8276")), ("online", D("12.00"), D("0.1724")), ("marketplace", 0, 0),
    ]  # fmt: skip
    assert said["channels"][2]["return_rate"] == 1 and said["totals"]["orders"] == 14


def test_a_channel_below_zero_leaves_no_shares_and_the_page_says_why(trading):
    early = sell("TEA", 4, channel="marketplace", placed_ms=at_ms("2026-10-01T11:00"))
    take_back(early, 4, returned_ms=at_ms("2026-11-20T12:00"))
    said = told(trading, "/analytics/channels?period=28d")["channels"]

    assert [(one["code"], one["net_sales"], one["share"]) for one in said] == [
        ("store", D("57.60"), None), ("online", D("12.00"), None), ("marketplace", D("-9.60"), None),
    ]  # fmt: skip
    assert "There are no shares here: where more came back than was sold" in words(page(trading, "/analytics/channels"))
    assert "There are no shares" not in words(page(trading, "/analytics/channels?channel=store"))


def test_each_channel_stands_beside_its_earlier_time(trading):
    store = told(trading, "/analytics/channels?period=28d")["channels"][0]

    assert store["previous"]["net_sales"] == D("28.80") and store["previous"]["orders"] == 12
    assert store["change_ratio"] == 1
    assert told(trading, "/analytics/channels?period=28d&compare=none")["compare"] is None


def test_csv_says_what_json_says(trading):
    said, rows = told(trading, "/analytics/channels?period=28d"), sheet(trading, "/analytics/channels?period=28d")

    assert [(row["kind"], row["channel"]) for row in rows] == [
        ("total", ""),
        *(("channel", one["code"]) for one in said["channels"]),
    ]
    assert [D(row["net_sales"]) for row in rows[1:]] == [one["net_sales"] for one in said["channels"]]
    assert rows[1]["previous_orders"] == "12" and rows[0]["net_sales"] == "69.60"
    assert trading.get("/analytics/channels?format=xlsx").data.startswith(b"PK")


def test_filters_narrow_them(trading):
    said = told(trading, "/analytics/channels?channel=online&channel=marketplace")

    assert [one["code"] for one in said["channels"]] == ["online", "marketplace"]
    assert refused(trading, "/analytics/channels?channel=moon&period=never&compare=x") == [
        ("channel", "unknown"), ("compare", "unknown"), ("period", "unknown"),
    ]  # fmt: skip


def test_the_page_shows_figures_that_open_exactly_their_orders(trading):
    markup = page(trading, "/analytics/channels")
    rows = [link for link in links(markup, "/orders?") if "channel=" in link]

    assert "Store" in words(markup) and "£57.60" in words(markup)
    counts = [len(told(trading, f"{link}&limit=500")["items"]) for link in rows]
    assert counts == [12, 1, 1]


def test_every_figure_of_the_page_tells_what_it_means(trading):
    markup = page(trading, "/analytics/channels")

    explained = {link.split("?")[0].rsplit("/", 1)[1] for link in links(markup, "/explore/metrics/")}
    assert explained == {"net_sales", "orders", "average_order_value", "units", "returns", "return_rate"}
    assert all("period=28d" in link for link in links(markup, "/explore/metrics/") if "?" in link)


def test_the_page_needs_no_script_and_keeps_its_question_in_the_address(trading):
    markup = page(trading, "/analytics/channels?period=7d&channel=store&brand=none")

    assert 'action="/analytics/channels" method="get"' in markup
    assert 'name="brand" value="none"' in markup
    assert "Brand: No brand" in words(markup)
    dated = page(trading, "/analytics/channels?period=7d&from=2026-11-20&to=2026-11-20")
    assert "Friday 20 November" in words(dated) and "against the Friday before" in words(dated)


def test_a_sale_changes_the_islands_of_the_page(trading):
    def shown():
        with reading.reading() as tx:
            return str(islands.render("/analytics/channels/list?compare=previous&period=28d", tx, clock.now_ms()))

    before = shown()
    sell("TEA", 100, channel="online")

    assert "£12.00" in before and "£252.00" in shown()
    assert islands.known.by_path["/analytics/channels/list"].topics >= {"orders", "shop"}


def test_an_empty_shop_has_something_to_say(client, at):
    at(NOW)

    text = words(page(client, "/analytics/channels"))

    assert "Nothing was sold in this time" in text and "None" not in text
    assert told(client, "/analytics/channels")["channels"] == []
