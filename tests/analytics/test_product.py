"""A product's figures: course, prices, shelf, what came back and why, what is bought with it; on its page and as data."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.asking import NOW, at_ms, links, page, refused, sheet, told, words
from tests.making import make_location, make_product, sell, take_back
from webapp import clock
from webapp.analytics import dao
from webapp.analytics.rules import pairs, shelf
from webapp.analytics.rules.shelf import Moved
from webapp.db import reading, writer
from webapp.live import islands
from webapp.metrics import closed
from webapp.orders import actions as orders
from webapp.orders.shapes import LineDraft, OrderDraft

D = Decimal
HOUR = 3_600_000
TEA = "/analytics/product?product=TEA&period=28d"


@pytest.fixture
def trading(client, at):
    """A client of a shop whose tea was sold before and now, stocked, made dearer, and came back once."""
    at("2026-10-01T08:00:00Z")
    make_product("TEA", "2.40", name="Iced tea", cost="1.00", stock=100)
    make_product("SOAP", "6.00", name="Soap")
    at("2026-10-10T10:00:00Z")
    sell("TEA", 4)
    at("2026-11-10T08:00:00Z")
    client.patch("/products/TEA", json={"price": "2.60"})
    at(NOW)
    sold = sell("TEA", 3, channel="store", placed_ms=at_ms("2026-11-20T10:00"))
    sell("TEA", 1, placed_ms=at_ms("2026-11-21T10:00"))
    take_back(sold, 2, returned_ms=at_ms("2026-11-20T12:00"), reason="torn")
    client.post("/products/TEA/stock", json={"change": 50, "reason": "delivery"})
    return client


# ---- As data ----


def test_the_course_adds_up_to_the_totals(trading):
    said = told(trading, TEA)

    for name in ("net_sales", "units"):
        assert sum(row[name] for row in said["course"]) == said["totals"][name]
    assert (said["grain"], len(said["course"]), said["course"][-1]["open"]) == ("day", 28, True)
    assert (said["totals"]["net_sales"], said["totals"]["units"]) == (D("5.20"), 4)
    assert said["totals"]["previous"]["units"] == 4
    assert told(trading, TEA + "&compare=last_year")["compare"]["name"] == "last_year"


def test_prices_of_the_period_are_told_with_their_validity(trading):
    every = told(trading, "/analytics/product?product=TEA")["prices"]
    late = told(trading, "/analytics/product?product=TEA&from=2026-11-15&to=2026-11-20")["prices"]

    assert [one["price"] for one in every] == [D("2.40"), D("2.60")]
    assert every[0]["to"] == every[1]["from"] == "2026-11-10T08:00:00.000Z" and every[1]["to"] is None
    assert [one["price"] for one in late] == [D("2.60")]


def test_the_shelf_ends_at_its_level_and_each_day_follows_from_the_one_before(trading):
    stock = told(trading, "/analytics/product?product=TEA")["stock"]
    level = 0
    for day in stock["course"]:
        level += day["received"] - day["sold"] + day["other"]
        assert day["level"] == level

    assert level == stock["level"] == 100 - 4 - 3 + 2 - 1 + 50
    assert stock["cut"] is False and sum(day["received"] for day in stock["course"]) in (50, 150)


def test_a_place_has_its_own_level(trading):
    make_location("pier")
    trading.post("/products/TEA/stock", json={"count": 7, "location": "pier", "reason": "count"})

    assert told(trading, TEA + "&location=pier")["stock"]["level"] == 7
    assert told(trading, TEA)["stock"]["level"] == 151


def test_reasons_of_returns_are_counted_within_period_and_place(trading):
    assert told(trading, TEA)["reasons"] == [{"reason": "torn", "units": 2, "amount": D("5.20")}]
    assert told(trading, TEA + "&channel=online")["reasons"] == []
    assert told(trading, "/analytics/product?product=TEA&period=today")["reasons"] == []
    assert told(trading, TEA)["totals"]["return_rate"] == D("0.5000")


def test_csv_has_every_part_by_its_kind(trading):
    rows = sheet(trading, TEA)

    assert {row["kind"] for row in rows} == {"total", "course", "price", "stock", "reason"}
    assert [row["units_returned"] for row in rows if row["kind"] == "reason"] == ["2"]
    assert {row["sku"] for row in rows} == {"TEA"}


def test_one_product_must_be_named(trading):
    assert refused(trading, "/analytics/product") == [("product", "required")]
    assert refused(trading, "/analytics/product?product=TEA&product=SOAP") == [("product", "required")]
    assert refused(trading, "/analytics/product?product=NONE&period=x") == [
        ("period", "unknown"),
        ("product", "unknown"),
    ]
    assert refused(trading, "/analytics/product?product=TEA&brand=x") == [("brand", "unknown_field")]


def test_a_browser_is_led_to_the_products_page_with_the_same_question(trading):
    answer = trading.get("/analytics/product?product=TEA&period=90d&compare=none", headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/products/1?compare=none&period=90d"


# ---- What is bought with it ----


@pytest.fixture
def baskets(client, at):
    """A client of a shop in which tea goes with soap in six orders of ten, and with salt in four."""
    at(NOW)
    for sku in ("TEA", "SOAP", "SALT", "WAX"):
        make_product(sku, "1.00")
    for number in range(30):
        with_it = ["SOAP"] if number < 6 else ["SALT"] if number < 10 else []
        first = "TEA" if number < 10 else "WAX"
        basket = OrderDraft(
            [LineDraft(sku, 1, None, 0) for sku in (first, *with_it)], placed_ms=at_ms("2026-11-20T10:00") + number
        )
        writer.do(orders.place_orders, basket)
    return client


def test_what_is_bought_together_is_told_with_its_lift(baskets):
    found = told(baskets, TEA)["bought_with"]

    assert [(pair["sku"], pair["orders"], pair["share"], pair["lift"]) for pair in found["pairs"]] == [
        ("SOAP", 6, D("0.6000"), D("3.00"))
    ]
    assert (found["orders"], found["least"], found["since"]) == (10, 5, None)


def test_pairs_keep_to_the_period_and_the_place(baskets):
    assert told(baskets, "/analytics/product?product=TEA&period=today")["bought_with"]["orders"] == 0
    assert told(baskets, TEA + "&channel=store")["bought_with"]["pairs"] == []


def test_a_product_twice_in_an_order_counts_once(baskets):
    twice = OrderDraft(
        [LineDraft(sku, 1, None, 0) for sku in ("TEA", "TEA", "SOAP", "SOAP")], placed_ms=at_ms("2026-11-20T11:00")
    )
    writer.do(orders.place_orders, twice)

    pair = told(baskets, TEA)["bought_with"]["pairs"][0]
    assert (pair["orders"], pair["share"]) == (7, D("0.6364"))


def test_many_orders_are_looked_into_up_to_a_bound(baskets, monkeypatch):
    from webapp.analytics.islands import product_more

    monkeypatch.setattr(product_more, "MOST_HELD", 8)
    found = told(baskets, TEA)["bought_with"]

    assert found["orders"] == 8 and found["since"].startswith("2026-11-20T10:00")


def test_the_newest_orders_are_the_ones_that_are_looked_into(baskets):
    with reading.reading() as tx:
        places = {"channel": (), "location": ()}
        newest = dao.find_beside(tx, 1, (None, None), places, 100, 4, 9)
        every = dao.find_beside(tx, 1, (None, None), places, 100, 100, 9)

    assert [(row["product_id"], row["orders"]) for row in newest] == [(3, 4)]
    assert [(row["product_id"], row["orders"]) for row in every] == [(2, 6), (3, 4)]


def test_sales_of_the_open_day_are_added_to_what_is_bought_with_it(baskets, monkeypatch):
    from webapp.analytics.islands import product_more

    def sell(times):
        for _ in range(times):
            writer.do(orders.place_orders, OrderDraft([LineDraft(sku, 1, None, 0) for sku in ("TEA", "SALT", "SALT")]))

    def bought():
        found = told(baskets, TEA)["bought_with"]
        return found["orders"], {pair["sku"]: pair["orders"] for pair in found["pairs"]}

    seen = [bought()]
    for _ in range(2):
        sell(2)
        seen.append(bought())
    assert seen == [(10, {"SOAP": 6}), (12, {"SOAP": 6, "SALT": 6}), (14, {"SOAP": 6, "SALT": 8})]

    closed.memory.clear()
    assert bought() == seen[-1]
    monkeypatch.setattr(product_more, "MOST_HELD", 5)
    assert bought()[0] == 4 + 5  # four of today, and of the days before as many as are looked into
    sell(1)
    assert bought()[0] == 5  # those of today are enough, and are looked into anew


def test_chance_is_no_pair():
    assert pairs.pairs({2: 50}, 100, {2: 500}, 1000) == []
    assert [pair.lift for pair in pairs.pairs({2: 50}, 100, {2: 100}, 1000)] == [D("5.00")]
    assert pairs.pairs({2: 4}, 100, {2: 4}, 1000) == []  # under five orders a lift is noise
    assert pairs.least(1000) == 10 and pairs.least(10) == 5


# ---- Its page ----


def test_the_page_shows_everything_without_a_script(trading):
    text = words(page(trading, "/products/TEA"))

    for said in ("Net sales, each day", "Price over time", "1 change, between £2.40 and £2.60", "Stock over time",
                 "What came back", "torn", "Bought with it", "2 orders hold it in this time"):  # fmt: skip
        assert said in text, said
    assert "None" not in text.replace("None of it", "").replace("None left", "")


def test_every_figure_of_the_page_tells_what_it_means(trading):
    explained = links(page(trading, "/products/TEA?period=90d"), "/explore/metrics/")

    names = {link.split("?")[0].rsplit("/", 1)[1] for link in explained}
    assert names >= {
        "net_sales",
        "units",
        "orders",
        "average_unit_price",
        "gross_margin_ratio",
        "return_rate",
        "units_returned",
    }
    assert all("product=1" in link and "period=90d" in link for link in explained)


def test_the_page_keeps_its_question_in_the_address(trading):
    markup = page(trading, "/products/TEA?period=12m&compare=last_year&metric=units")

    assert "Units sold, each month" in words(markup)
    assert "?period=12m&compare=last_year&metric=net_sales" in links(markup, "?")
    assert (
        'data-island="/analytics/product/curve?compare=last_year&amp;metric=units&amp;period=12m&amp;product=1"'
        in markup
    )
    assert "There is no period" in words(page(trading, "/products/TEA?period=never", 422))


def test_a_sale_and_a_delivery_change_the_page_live(trading):
    def shown(name):
        with reading.reading() as tx:
            return words(str(islands.render(f"/analytics/product/{name}?product=1", tx, clock.now_ms())))

    before = shown("figures"), shown("stock")
    sell("TEA", 5)

    assert "Units sold 4" in before[0] and "Units sold 9" in shown("figures")
    assert "144 in stock" in before[1] and "139 in stock" in shown("stock")
    assert islands.known.by_path["/analytics/product/stock"].topics >= {"orders", "stock"}


def test_a_product_that_nobody_bought_or_counted_has_something_to_say(trading):
    text = words(page(trading, "/products/SOAP"))

    assert "None of it was sold in this time" in text and "Nobody counts it" in text
    assert "None of it came back" in text and "0 orders hold it" in text
    assert "No change since" in text


# ---- The shelf's arithmetic ----


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(-9, 9), st.sampled_from(["sale", "delivery", "count"])), max_size=40),
    st.integers(0, 60), st.integers(1, 30),
)  # fmt: skip
def test_each_level_is_the_sum_of_the_moves_up_to_its_end(moves, begin, width):
    now = sum(change for _, change, _ in moves)
    edges = [(begin + i * width) * HOUR for i in range(3)]

    found = shelf.course(now, [Moved(at * HOUR, change, reason) for at, change, reason in moves], edges)

    for stand, end in zip(found, edges[1:], strict=True):
        assert stand.level == sum(change for at, change, _ in moves if at * HOUR < end)
        within = [(change, reason) for at, change, reason in moves if stand.at_ms <= at * HOUR < end]
        assert stand.received - stand.sold + stand.other == sum(change for change, _ in within)
        assert stand.received == sum(change for change, reason in within if reason == "delivery")
