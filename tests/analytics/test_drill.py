"""Any bar, cell or point opens exactly its orders: their lines less the returns of the same time are the figure."""

import json
import random
import re
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import making
from webapp import clock
from webapp.metrics.definitions import DIMENSIONS, GRAINS
from webapp.orders.shapes import LineDraft, OrderDraft

NOW = "2026-11-21T14:37:20.250Z"
DAYS = ("2025-11-22", "2026-09-30", "2026-10-25", "2026-10-31", "2026-11-02", "2026-11-14", "2026-11-20", "2026-11-21")
COLUMNS = ("category", "brand", "vendor", "price_tier")


@pytest.fixture
def trading(client, at):
    """A year of sales and partial returns of products that stand in every dimension, or in none of it."""
    at(NOW)
    making.make_location("pier", region="GB-BNH")
    making.make_location("island", region="GB")
    making.make_product("TEA", "2.40", category="Drinks/Cold", brand="Pine", vendor="Kilgour", cost=Decimal("1.00"))
    making.make_product("COLA", "1.80", category="Drinks", brand="Pine", price_tier="value")
    making.make_product("CAKE", "3.10", category="Food", price_tier="core", vendor="Kilgour")
    making.make_product("CARD", "0.99")
    chance = random.Random(7)
    for day in DAYS:
        for _ in range(5):
            _sell(chance, f"{day}T{chance.randrange(6, 14):02d}:{chance.randrange(60):02d}:00Z")
    client.patch("/products/TEA", json={"category": "Food"})
    for _ in range(4):
        _sell(chance, "2026-11-21T13:30:00Z")
    return client


def _sell(chance, at):
    skus = chance.sample(["TEA", "COLA", "CAKE", "CARD"], chance.randrange(1, 4))
    lines = [LineDraft(sku, chance.randrange(1, 4), None, 0) for sku in skus]
    where = chance.choice([{}, {"location": "pier"}, {"location": "island"}, {"region": "GB-BNH"}])
    placed_ms = clock.parse_time(at)
    order = OrderDraft(lines, channel=chance.choice(["online", "store"]), placed_ms=placed_ms, **where)
    order_id = making.place(order)[0]["id"]
    if chance.random() < 0.4:
        back = min(placed_ms + chance.randrange(1, 9) * 86_400_000 // 4, clock.parse_time(NOW))
        making.take_back(order_id, *[chance.randrange(0, 2) for _ in lines[1:]], 1, returned_ms=back)


def items(client, address):
    """Everything that a list holds, page by page."""
    found = []
    while address:
        answer = client.get(address, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found += answer.json["items"]
        address = answer.json["next"]
    return found


def meant(asked, line):
    """Whether the filters of an address mean a line, by what it kept."""
    product, *kept = making.query(
        "select product_id, category_id, brand_id, vendor_id, price_tier_id from product_version where id = ?", line
    )[0]
    known = dict(zip(COLUMNS, kept, strict=True))
    for name, values in asked.items():
        if name == "product" and str(product) not in values:
            return False
        if name in COLUMNS and values != ["none" if known[name] is None else str(known[name])]:
            return False
    return True


def minor(text):
    """An amount as a page writes it, in pence."""
    sign = -1 if "−" in text or "-" in text else 1
    return sign * int(re.sub(r"[^0-9]", "", text))


def behind(client, address):
    """(net sales in pence, orders) of the list at an address and of the returns of the same time."""
    query = urlsplit(address).query
    asked = {name: [value.lstrip("=") for value in values] for name, values in parse_qs(query).items()}
    orders = items(client, f"/orders?{query}")
    sold = back = 0
    for order in orders:
        for version, total in making.query(
            "select version_id, total_minor from order_line where order_id = ?", order["id"]
        ):
            sold += total if meant(asked, version) else 0
    for one in items(client, f"/returns?{query}"):
        lines = making.query("select version_id, amount_minor from return_line where return_id = ?", one["id"])
        back += sum(amount for version, amount in lines if meant(asked, version))
    return sold - back, len(orders)


def given_back(client, address):
    """(amount in pence, pieces) of the returns in the list at an address, as far as its filters mean them."""
    assert address.startswith("/returns?"), address
    asked = {
        name: [value.lstrip("=") for value in values] for name, values in parse_qs(urlsplit(address).query).items()
    }
    amount = pieces = 0
    for one in items(client, address):
        lines = making.query(
            "select version_id, amount_minor, quantity from return_line where return_id = ?", one["id"]
        )
        amount += sum(back for version, back, _ in lines if meant(asked, version))
        pieces += sum(quantity for version, _, quantity in lines if meant(asked, version))
    return amount, pieces


def cells(client, address, part="tbody"):
    """The links of the table that an Explore page shows: rows of (address, text)."""
    page = client.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 200, page.text
    body = re.search(rf"<{part}>(.*?)</{part}>", page.text, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", body[1], re.DOTALL)
    link = re.compile(r'<td class="num fig[^"]*"><a href="([^"]*)"[^>]*>([^<]*)</a>')
    return [[(unescape(href), text) for href, text in link.findall(row)] for row in rows]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_orders_behind_each_row_sum_to_it_by(trading, dimension):
    found = cells(trading, f"/explore?metric=net_sales&metric=orders&by={dimension}&period=all&compare=none&limit=500")

    assert len(found) > 1
    for (href, net), (_, orders) in found:
        assert behind(trading, href) == (minor(net), int(orders)), (href, net, orders)


@pytest.mark.parametrize("grain", GRAINS)
def test_the_orders_behind_each_bucket_sum_to_it_each(trading, grain):
    found = cells(trading, f"/explore?metric=net_sales&metric=orders&grain={grain}&period=28d&compare=none&limit=500")

    sold = [row for row in found if row[1][1] != "0"]
    assert sold
    for (href, net), (_, orders) in [*sold, found[-1]]:
        assert behind(trading, href) == (minor(net), int(orders)), (href, net, orders)


def test_wanted_5_a_bar_under_filters_opens_exactly_the_bar(trading):
    address = "/explore?metric=net_sales&metric=orders&by=category&by=weekday&category=Drinks&channel=online&period=ytd"
    found = cells(trading, f"{address}&compare=none")

    assert found
    for (href, net), (_, orders) in found:
        assert "channel=1" in href
        assert behind(trading, href) == (minor(net), int(orders)), (href, net, orders)


def test_a_cell_of_things_over_time_opens_its_orders(trading):
    found = cells(trading, "/explore?by=channel&grain=month&period=12m&compare=none")

    checked = [one for row in found for one in row if one[1] != "£0.00"]
    assert len(checked) > 6
    for href, net in checked:
        assert behind(trading, href)[0] == minor(net), (href, net)


@pytest.mark.parametrize("query", ["grain=day&period=28d", "grain=month&period=ytd&compare=last_year", "by=brand&period=7d",
                                   "grain=week&period=28d", "grain=hour&period=today&compare=weekday"])  # fmt: skip
def test_the_earlier_figure_opens_the_orders_of_its_own_time(trading, query):
    found = cells(trading, f"/explore?{query}")

    earlier = [row[1] for row in found if len(row) == 2 and row[1][1] != "£0.00"]
    for href, net in earlier:
        assert behind(trading, href)[0] == minor(net), (href, net)
    assert earlier or "today" in query or "7d" in query


@pytest.mark.parametrize("query", ["by=brand&period=28d", "grain=day&period=mtd&channel=online", "by=hour&period=ytd&compare=last_year",
                                   "metric=returns&by=channel&by=region&period=qtd"])  # fmt: skip
def test_the_sum_of_all_rows_and_its_earlier_figure_open_their_orders(trading, query):
    (now, net), (then, earlier) = cells(trading, f"/explore?{query}", "tfoot")[-1]

    for href, text in ((now, net), (then, earlier)):
        found = given_back(trading, href)[0] if "returns" in query else behind(trading, href)[0]
        assert found == minor(text), (href, text)


def test_a_category_opens_its_own_orders_and_not_those_below_it(trading):
    rows = {
        item["category"]: item for item in trading.get("/explore?by=category&metric=orders&period=all").json["rows"]
    }
    category_id = making.value("select id from category where path = 'Drinks'")

    exactly = items(trading, f"/orders?category=%3D{category_id}")
    with_below = items(trading, f"/orders?category={category_id}")

    assert len(exactly) == rows["Drinks"]["orders"] < len(with_below)


def test_the_list_of_orders_says_what_it_adds_up_to(trading):
    page = trading.get("/orders?period=mtd&category=Drinks", headers={"Accept": "text/html"}).text
    told = json.loads(
        trading.get("/explore?metric=gross_sales&metric=returns&metric=net_sales&period=mtd&category=Drinks").data,
        parse_float=Decimal,
    )["totals"]

    for name in ("gross_sales", "returns", "net_sales"):
        assert f"£{told[name]:,.2f}" in page
    assert "of £" in page  # the whole of an order that has other lines, too


def test_returns_are_listed_under_the_filters_of_sales(trading):
    every = items(trading, "/returns")
    online = items(trading, "/returns?channel=online")

    assert {one["id"] for one in online} == {one["id"] for one in every if one["channel"] == "online"}
    assert 0 < len(online) < len(every)


# ---- Figures of returns ----


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_figure_of_returns_opens_the_returns_that_sum_to_it_by(trading, dimension):
    asked = f"/explore?metric=returns&metric=units_returned&by={dimension}&period=all&compare=none&limit=500"

    found = cells(trading, asked)

    assert len(found) > 1 and any(pieces != "0" for _, (_, pieces) in found)
    for (href, amount), (pieces_href, pieces) in found:
        assert given_back(trading, href) == (minor(amount), int(pieces)), (href, amount, pieces)
        assert pieces_href == href


@pytest.mark.parametrize("query", ["grain=day&period=28d", "grain=month&period=ytd&compare=last_year", "by=brand&period=28d",
                                   "grain=week&period=28d", "by=channel&grain=month&period=12m"])  # fmt: skip
def test_every_cell_of_returns_opens_those_of_its_own_time(trading, query):
    found = [one for row in cells(trading, f"/explore?metric=returns&{query}") for one in row if one[0]]

    assert any(amount != "£0.00" for _, amount in found)
    for href, amount in found:
        assert given_back(trading, href)[0] == minor(amount), (href, amount)


def test_beside_sales_only_the_figure_of_returns_opens_returns(trading):
    found = cells(
        trading, "/explore?metric=net_sales&metric=returns&metric=return_rate&by=channel&period=all&compare=none"
    )

    for sold, back, rate in found:
        assert sold[0].startswith("/orders?") and rate[0] == sold[0]
        assert given_back(trading, back[0])[0] == minor(back[1])


@pytest.mark.parametrize("query", ["period=mtd", "period=28d&vendor=Kilgour", "period=all&channel=online&brand=Pine"])
@pytest.mark.parametrize("name", ["returns", "units_returned"])
def test_the_page_about_returns_opens_them_and_their_list_says_the_same_sum(trading, name, query):
    said = json.loads(trading.get(f"/explore/metrics/{name}?{query}&format=json").data, parse_float=Decimal)

    amount, pieces = given_back(trading, said["orders"])

    assert said["value"] == (Decimal(amount) / 100 if name == "returns" else pieces)
    assert pieces > 0
    page = trading.get(said["orders"], headers={"Accept": "text/html"}).text
    assert f"−£{amount / 100:,.2f} <a" in page and f'<dd class="fig">{pieces}</dd>' in page
