"""The regions as people and programs see them: named, on a map, summing to the headline, beside the comparison."""

import json
import re
from decimal import Decimal

import pytest

from tests import making
from webapp import clock
from webapp.analytics.rules import growing
from webapp.db import reading
from webapp.live import islands

NOW = "2026-11-21T12:00:00Z"
HTML = {"Accept": "text/html"}


def ms(text):
    """An instant."""
    return clock.parse_time(text)


def exact(client, address):
    """The JSON of an address, numbers exact."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal)


@pytest.fixture
def spread(client, at):
    """A client of a shop that sells to two cities, a country, an unknown code, free words and nowhere, now and a month ago."""
    at(NOW)
    making.make_product("TEA", "2.00")
    orders = []
    for day, often in (("2026-11-19", 12), ("2026-10-22", 10)):
        for region, quantity in (
            ("GB-BST", 3),
            ("GB-LND", 1),
            ("FR", 2),
            ("GB-XYZ", 1),
            ("Channel Islands", 1),
            (None, 1),
        ):
            more = often if region == "GB-BST" else 10
            orders += [
                making.sell(
                    "TEA", quantity, region=region, placed_ms=ms(f"{day}T09:{minute:02d}:00Z"), channel="online"
                )
                for minute in range(more)
            ]
    making.take_back(orders[12], 1)  # of London, today
    return client


def test_regions_sum_to_the_totals_and_have_names(spread):
    told = exact(spread, "/analytics/regions?period=28d")

    assert [(one["region"], one["name"], one["country"]) for one in told["regions"]] == [
        ("GB-BST", "Bristol", "GB"), ("FR", "France", "FR"), (None, "No region", None),
        ("Channel Islands", "Channel Islands", None), ("GB-XYZ", "XYZ, United Kingdom", "GB"), ("GB-LND", "London", "GB"),
    ]  # fmt: skip
    for name in ("net_sales", "orders", "units", "returns"):
        assert sum(one[name] for one in told["regions"]) == told["totals"][name]
    assert sum(one["share"] for one in told["regions"]) == pytest.approx(1, abs=Decimal("0.001"))


def test_a_region_below_zero_leaves_no_shares_and_the_page_says_why(spread):
    shares = [one["share"] for one in exact(spread, "/analytics/regions?from=2026-11-21&to=2026-11-21")["regions"]]

    assert shares == [None]  # what was sold to London two days before came back
    assert "There are no shares here" in spread.get("/analytics/regions?period=today&format=html").text
    assert "There are no shares here" not in spread.get("/analytics/regions?period=28d&format=html").text


def test_each_region_is_compared_with_its_own_earlier_time(spread):
    told = exact(spread, "/analytics/regions?period=28d&compare=previous")
    bristol, london = (next(one for one in told["regions"] if one["region"] == code) for code in ("GB-BST", "GB-LND"))

    assert (bristol["net_sales"], bristol["previous"]["net_sales"]) == (Decimal("72.00"), Decimal("60.00"))
    assert bristol["change_ratio"] == Decimal("0.2")
    assert (london["net_sales"], london["change_ratio"]) == (Decimal("18.00"), Decimal("-0.1"))
    assert told["high_performers"] == {"grew_most": ["GB-BST"], "highest_average_order": ["GB-BST", "FR"]}


def test_the_figures_are_those_of_explore(spread):
    regions = exact(spread, "/analytics/regions?period=28d")["regions"]
    explored = exact(spread, "/explore?by=region&metric=net_sales&period=28d")["rows"]

    assert {one["region"]: one["net_sales"] for one in regions} == {row["region"]: row["net_sales"] for row in explored}


def test_filters_and_wrong_names_are_as_everywhere(spread):
    assert [one["region"] for one in exact(spread, "/analytics/regions?region=GB&period=28d")["regions"]] == [
        "GB-BST", "GB-XYZ", "GB-LND",
    ]  # fmt: skip
    assert spread.get("/analytics/regions?region=ZZ").status_code == 422
    assert spread.get("/analytics/regions?colour=red").status_code == 422


def test_the_map_has_a_tile_for_each_region_that_is_named_and_leads_to_it(spread):
    page = spread.get("/analytics/regions", headers=HTML)
    tiles = re.findall(r'<li class="(x\d y\d+ q\d)"[^>]*><a href="([^"]+)" title="([^"]+)"', page.text)

    assert page.status_code == 200
    assert {title.rpartition(",")[0] for *_, title in tiles} == {
        "Bristol", "London", "XYZ, United Kingdom", "France", "Channel Islands",
    }  # fmt: skip
    assert "<h3>United Kingdom</h3>" in page.text and "<h3>Elsewhere</h3>" in page.text
    assert all("region=%3D" in address and "period=28d" in address for _, address, _ in tiles)
    assert "£20.00 were sold without a region" in page.text
    top = next(place for place, _, title in tiles if title.startswith("Bristol"))
    assert top.endswith("q4")


def test_a_region_of_the_list_opens_exactly_its_orders(spread):
    page = spread.get("/analytics/regions?period=28d", headers=HTML).text
    row = re.search(r'data-key="r-GB-LND">.*?<td class="num fig"><a href="([^"]+)">([^<]+)</a>', page, re.DOTALL)
    assert row is not None
    answer = spread.get(row[1].replace("&amp;", "&"), headers=HTML)

    assert row[2] == "£18.00"
    assert answer.status_code == 200 and "Region: London alone" in answer.text and "£18.00" in answer.text


def test_the_islands_of_the_page_are_pushed_under_their_own_addresses(spread):
    page = spread.get("/analytics/regions?period=28d&channel=online", headers=HTML).text
    addresses = [one.replace("&amp;", "&") for one in re.findall(r'data-island="(/analytics/regions/[^"]+)"', page)]

    assert {one.partition("?")[0].rpartition("/")[2] for one in addresses} == {"map", "list", "trend"}
    before = spread.get(addresses[0]).text
    making.sell("TEA", 50, region="GB-LND", channel="online")
    for address in addresses:
        found = islands.known.find(address)
        assert found is not None and found.address == address and "orders" in found.island.topics
        with reading.reading() as tx:
            assert islands.render(address, tx, clock.now_ms())
    assert spread.get(addresses[0]).text != before


def test_the_course_of_each_region_has_a_table_behind_it(spread):
    page = spread.get("/analytics/regions/trend?period=28d&compare=previous").text

    assert page.count('class="panel"') == 6
    assert "Bristol" in page and "<table>" in page and page.count("<tr") == 29


def test_a_shop_without_sales_says_what_will_stand_here(client, at):
    at(NOW)

    page = client.get("/analytics/regions", headers=HTML).text

    assert "Nothing was sold in this time" in page and "None" not in page


def test_names_stand_where_codes_stood(spread):
    making.make_location("pier", name="The pier", region="GB-BNH")
    order = making.sell("TEA", 1, location="pier", channel="store")

    assert "Brighton and Hove" in spread.get(f"/orders/{order}", headers=HTML).text
    assert "Brighton and Hove" in spread.get("/orders", headers=HTML).text
    assert "Region: Bristol" in spread.get("/orders?region=GB-BST", headers=HTML).text
    assert "Region: Bristol" in spread.get("/?region=GB-BST", headers=HTML).text
    assert ">Bristol<" in spread.get("/explore?by=region&period=28d", headers=HTML).text
    assert exact(spread, f"/orders/{order}")["region"] == "GB-BNH"


def test_moves_of_stock_name_their_place(client, at):
    at(NOW)
    making.make_location("pier", name="The pier")
    making.make_product("MUG", "5.00")
    moved = client.post("/products/1/stock", json={"change": 5, "location": "pier", "reason": "delivery"})
    assert moved.status_code == 201

    page = client.get("/products/1/stock", headers=HTML).text

    assert '<td class="wide">The pier</td>' in page
    assert client.get("/products/1/stock").json["items"][0]["location"] == "pier"


# ---- Who stands out ----


def test_what_grew_most_rests_on_ten_orders_and_is_ordered_by_its_part():
    rows = [("a", Decimal("0.5"), 9), ("b", Decimal("0.1"), 10), ("c", Decimal("0.4"), 99), ("d", None, 50),
            ("e", Decimal("-0.2"), 50), ("f", Decimal("0.2"), None)]  # fmt: skip

    found = growing.grew_most(rows, lambda row: row[1], lambda row: row[2])

    assert [row[0] for row in found] == ["c", "b"]


def test_what_lies_above_the_whole_is_ordered_and_few_orders_stay_out():
    rows = [("a", 900, 9), ("b", 700, 10), ("c", 800, 20), ("d", 500, 50), ("e", 710, 12), ("f", 705, 12)]

    found = growing.above(rows, lambda row: row[1], lambda row: row[2], 600)

    assert [row[0] for row in found] == ["c", "e", "f"]
    assert growing.above(rows, lambda row: row[1], lambda row: row[2], None) == []
