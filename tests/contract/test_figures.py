"""`GET /analytics` against sections 2 and 4 of the contract, with figures counted by hand or by a recount of its own."""

import csv
import io
import re
from decimal import Decimal

import pytest

from tests.contract import sales
from tests.contract.conftest import NOW, Api, exact, pairs
from tests.contract.sales import chosen, ratio, recount

D = Decimal
# Every named period at NOW, its bounds, and what `previous` compares it with, written down by hand.
PERIODS = {
    "today": ("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-20T10:15:00Z"),
    "yesterday": ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"),
    "7d": ("2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-08T00:00:00Z", "2026-11-14T10:15:00Z"),
    "28d": ("2026-10-25T00:00:00+01:00", "2026-11-22T00:00:00Z", "2026-09-27T00:00:00+01:00",
            "2026-10-24T10:15:00+01:00"),
    "90d": ("2026-08-24T00:00:00+01:00", "2026-11-22T00:00:00Z", "2026-05-26T00:00:00+01:00",
            "2026-08-23T10:15:00+01:00"),
    "wtd": ("2026-11-16T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-09T00:00:00Z", "2026-11-14T10:15:00Z"),
    "mtd": ("2026-11-01T00:00:00Z", "2026-11-22T00:00:00Z", "2026-10-01T00:00:00+01:00", "2026-10-21T10:15:00+01:00"),
    "qtd": ("2026-10-01T00:00:00+01:00", "2026-11-22T00:00:00Z", "2026-07-01T00:00:00+01:00",
            "2026-08-21T10:15:00+01:00"),
    "ytd": ("2026-01-01T00:00:00Z", "2026-11-22T00:00:00Z", "2025-01-01T00:00:00Z", "2025-11-21T10:15:00Z"),
    "12m": ("2025-12-01T00:00:00Z", "2026-11-22T00:00:00Z", "2024-12-01T00:00:00Z", "2025-11-21T10:15:00Z"),
}  # fmt: skip
FILTERS = {
    "channel": ["online", "store", "marketplace"],
    "location": ["pier", "quay", "abroad"],
    "region": ["GB-BNH", "GB-LND", "GB", "FR"],
    "category": ["Drinks", "Drinks/Cold", "Drinks/Hot", "Home"],
    "brand": ["Pine", "Harbour"],
    "vendor": ["North", "South"],
    "product": ["TEA", "MUG", "COLA", "BAG"],
    "price_tier": ["budget", "premium"],
    "weekday": [6, 5, 7],
    "hour": [10, 0, 1],
}


@pytest.fixture
def full(client, at):
    """The shop of sales.py at NOW."""
    at(NOW)
    known = Api(client)
    sales.fill(known)
    return known


@pytest.fixture
def bare(client, at):
    """A new shop at NOW with TEA at 2.40."""
    at(NOW)
    known = Api(client)
    assert known.post("/products", {"sku": "TEA", "name": "Iced tea", "price": "2.40"}).status_code == 201
    return known


def figures(api, query="", **headers):
    return exact(api.get("/analytics" + query, **headers))


def utc(text):
    return sales.moment(text).astimezone(sales.moment("2026-01-01T00:00:00Z").tzinfo).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def assert_counts(answer, facts):
    told = recount(facts)
    assert answer["total_revenue"] == told["net_sales"]
    for name in ("orders", "units", "average_order_value"):
        assert answer[name] == told[name], name
    net = {}
    units = {}
    for fact in facts:
        sku = fact.values["product"]
        net[sku] = net.get(sku, 0) + (-fact.amount if fact.back else fact.amount)
        units[sku] = units.get(sku, 0) + (0 if fact.back else fact.quantity)
    order = {sku: place for place, sku in enumerate(("TEA", "MUG", "COLA", "BAG"))}
    best = sorted(net, key=lambda sku: (-net[sku], order[sku]))
    assert [(one["sku"], one["revenue"], one["units"], one["share"]) for one in answer["top_products"]] == [
        (sku, net[sku], units[sku], ratio(net[sku], told["net_sales"])) for sku in best
    ]


# ---- The answer as it stands ----


def test_all_time_is_told_member_by_member(full):
    answer = figures(full)

    assert answer["as_of"] == NOW
    assert answer["currency"] == "GBP"
    assert answer["period"] == {"name": "all", "from": None, "to": None, "open": True}
    assert answer["compare"] is None
    assert (answer["total_revenue"], answer["orders"], answer["units"]) == (D("326.62"), 24, 90)
    assert answer["average_order_value"] == D("14.65")  # 351.62 before returns over 24
    assert [(one["sku"], one["name"], one["revenue"], one["units"], one["share"]) for one in answer["top_products"]] == [
        ("MUG", "Mug", D("194.99"), 18, D("0.5970")), ("TEA", "Iced tea", D("60.00"), 25, D("0.1837")),
        ("BAG", "Bag", D("36.63"), 11, D("0.1121")), ("COLA", "Cola", D("35.00"), 36, D("0.1072")),
    ]  # fmt: skip
    assert set(answer["top_products"][0]) >= {"product_id", "sku", "name", "revenue", "units", "share", "change_ratio"}
    assert answer["top_products"][0]["change_ratio"] is None
    assert answer["last_minute"] == {
        "revenue": D("2.40"), "previous_revenue": D("20.00"), "change": D("-17.60"), "change_ratio": D("-0.88"),
        "orders": 1, "previous_orders": 1,
    }  # fmt: skip


def test_seq_is_that_of_the_last_change(full):
    order = full.order("TEA")

    assert figures(full)["seq"] == order["seq"]


def test_a_shop_without_orders_says_null_and_not_nought_where_nothing_is_known(bare):
    answer = figures(bare)

    assert (answer["orders"], answer["units"], answer["average_order_value"], answer["top_products"]) == (
        0,
        0,
        None,
        [],
    )
    assert str(answer["total_revenue"]) == "0.00"
    assert answer["last_minute"] == {
        "revenue": D("0.00"), "previous_revenue": D("0.00"), "change": D("0.00"), "change_ratio": None, "orders": 0,
        "previous_orders": 0,
    }  # fmt: skip


def test_money_is_written_with_exactly_two_decimals(bare):
    bare.order("TEA", 5)

    text = bare.get("/analytics").get_data(as_text=True)

    assert re.search(r'"total_revenue":\s*12\.00[,}]', text)
    assert re.search(r'"average_order_value":\s*12\.00[,}]', text)
    assert re.search(r'"revenue":\s*12\.00[,}]', text) and re.search(r'"change":\s*12\.00[,}]', text)


def test_the_first_address_is_the_same_figures_to_a_program(full):
    assert exact(full.get("/")) == figures(full)


def test_csv_holds_the_totals_and_the_best_sellers(full):
    answer = full.get("/analytics?format=csv")

    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert (rows[0]["revenue"], rows[0]["orders"], rows[0]["units"]) == ("326.62", "24", "90")
    assert [row["sku"] for row in rows[1:]] == [one["sku"] for one in figures(full)["top_products"]]
    assert answer.get_data().count(b"\r\n") == 6 and not answer.get_data().startswith(b"\xef\xbb\xbf")


def test_a_browser_gets_today_and_a_program_all_time(full):
    page = full.get("/analytics", Accept="text/html").get_data(as_text=True)

    assert "<html" in page and figures(full)["period"]["name"] == "all"
    assert exact(full.get("/analytics?format=json", Accept="text/html"))["period"]["name"] == "all"
    assert full.get("/analytics?format=csv", Accept="text/html").get_data(as_text=True).count("326.62") == 1


# ---- Periods ----


def test_every_named_period_has_its_bounds_its_comparison_and_its_figures(full):
    for name, (start, end, then_start, then_end) in PERIODS.items():
        answer = figures(full, f"?period={name}")

        open_ = name != "yesterday"
        assert answer["period"] == {"name": name, "from": utc(start), "to": utc(end), "open": open_}, name
        assert {key: answer["compare"][key] for key in ("name", "from", "to")} == {
            "name": "previous", "from": utc(then_start), "to": utc(then_end)
        }, name  # fmt: skip
        assert_counts(answer, chosen((start, end)))
        assert_changes(answer, chosen((start, end)), chosen((then_start, then_end)), name)


def assert_changes(answer, now, then, name=""):
    for one in answer["top_products"]:
        taken, before = (
            sum((-f.amount if f.back else f.amount for f in some if f.values["product"] == one["sku"]), D(0))
            for some in (now, then)
        )
        assert one["change_ratio"] == ratio(taken - before, before), (name, one["sku"])


def test_all_as_a_name_is_all_time_and_compares_with_nothing(full):
    for mode in ("previous", "weekday", "last_year", "none"):
        answer = figures(full, f"?period=all&compare={mode}")
        assert answer["period"]["name"] == "all" and answer["compare"] is None


@pytest.mark.parametrize(
    ("query", "mode", "start", "end"),
    [
        ("period=today", "weekday", "2026-11-14T00:00:00Z", "2026-11-14T10:15:00Z"),
        ("period=today", "last_year", "2025-11-22T00:00:00Z", "2025-11-22T10:15:00Z"),
        ("period=yesterday", "weekday", "2026-11-13T00:00:00Z", "2026-11-14T00:00:00Z"),
        ("period=7d", "weekday", "2026-11-08T00:00:00Z", "2026-11-14T10:15:00Z"),
        ("period=28d", "weekday", "2026-09-27T00:00:00+01:00", "2026-10-24T10:15:00+01:00"),
        ("period=90d", "weekday", "2026-05-25T00:00:00+01:00", "2026-08-22T10:15:00+01:00"),
        ("period=mtd", "weekday", "2026-10-11T00:00:00+01:00", "2026-10-31T10:15:00Z"),
        ("period=wtd", "weekday", "2026-11-09T00:00:00Z", "2026-11-14T10:15:00Z"),
        ("period=mtd", "last_year", "2025-11-02T00:00:00Z", "2025-11-22T10:15:00Z"),
        ("period=12m", "last_year", "2024-12-02T00:00:00Z", "2025-11-22T10:15:00Z"),
        ("from=2026-11-10&to=2026-11-12", "previous", "2026-11-07T00:00:00Z", "2026-11-10T00:00:00Z"),
        ("from=2026-11-10&to=2026-11-12", "weekday", "2026-11-03T00:00:00Z", "2026-11-06T00:00:00Z"),
        ("from=2026-11-10&to=2026-11-12", "last_year", "2025-11-11T00:00:00Z", "2025-11-14T00:00:00Z"),
        ("from=2026-11-01&to=2026-11-10", "weekday", "2026-10-18T00:00:00+01:00", "2026-10-28T00:00:00Z"),
        ("from=2026-11-20", "previous", "2026-11-18T00:00:00Z", "2026-11-19T10:15:00Z"),
        ("from=2026-11-01&to=2026-11-30", "previous", "2026-10-02T00:00:00+01:00", "2026-10-22T10:15:00+01:00"),
    ],
)
def test_each_comparison_lies_where_the_contract_says(full, query, mode, start, end):
    answer = figures(full, f"?{query}&compare={mode}")

    assert answer["compare"] == {"name": mode, "from": utc(start), "to": utc(end)}
    period = (answer["period"]["from"], answer["period"]["to"])
    assert_changes(answer, chosen(period), chosen((start, end)), mode)


def test_none_compares_with_nothing(full):
    answer = figures(full, "?period=today&compare=none")

    assert answer["compare"] is None
    assert {one["change_ratio"] for one in answer["top_products"]} == {None}


@pytest.mark.parametrize(
    ("query", "start", "end", "open_"),
    [
        ("from=2026-11-20&to=2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", False),
        ("from=2026-10-25&to=2026-10-25", "2026-10-25T00:00:00+01:00", "2026-10-26T00:00:00Z", False),
        ("from=2026-07-01&to=2026-07-01", "2026-07-01T00:00:00+01:00", "2026-07-02T00:00:00+01:00", False),
        ("from=2026-11-14&to=2026-11-21", "2026-11-14T00:00:00Z", "2026-11-22T00:00:00Z", True),
        ("from=2026-11-16", "2026-11-16T00:00:00Z", None, True),
        ("to=2026-11-20", None, "2026-11-21T00:00:00Z", False),
        ("to=2026-11-21", None, "2026-11-22T00:00:00Z", True),
        ("from=2026-11-14T10:15:00Z&to=2026-11-20T09:30:00Z", "2026-11-14T10:15:00Z", "2026-11-20T09:30:00Z", False),
        ("from=2026-11-14T10:14:59.999Z&to=2026-11-14T10:15:00Z", "2026-11-14T10:14:59.999Z", "2026-11-14T10:15:00Z",
         False),
        ("from=2026-11-20T10:30:00%2B01:00&to=2026-11-20", "2026-11-20T09:30:00Z", "2026-11-21T00:00:00Z", False),
        ("from=2026-11-20T23:59:59.999Z", "2026-11-20T23:59:59.999Z", None, True),
        ("from=2026-11-21T10:13:30.000Z&to=2026-11-21T10:14:30.001Z", "2026-11-21T10:13:30Z",
         "2026-11-21T10:14:30.001Z", False),
    ],
)  # fmt: skip
def test_dates_are_whole_business_days_and_times_are_half_open(full, query, start, end, open_):
    answer = figures(full, "?" + query)

    said = answer["period"]
    assert said["name"] is None and said["open"] is open_
    assert [None if text is None else sales.moment(text) for text in (said["from"], said["to"])] == [
        None if text is None else sales.moment(text) for text in (start, end)
    ]
    assert_counts(answer, chosen((start, end)))


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("period=today&from=2026-11-20", "period"),
        ("period=today&to=2026-11-20", "period"),
        ("from=2026-11-21&to=2026-11-20", "from"),
        ("from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-21T10:00:00", "from"),
        ("period=8d", "period"),
        ("period=today&compare=sometimes", "compare"),
        ("form=2026-01-01", "form"),
        ("top=0", "top"),
        ("top=101", "top"),
        ("top=ten", "top"),
        ("channel=shop", "channel"),
        ("location=moon", "location"),
        ("region=US", "region"),
        ("category=Drinks/Warm", "category"),
        ("brand=None", "brand"),
        ("vendor=West", "vendor"),
        ("product=tea", "product"),
        ("product=99", "product"),
        ("price_tier=free", "price_tier"),
        ("weekday=0", "weekday"),
        ("weekday=8", "weekday"),
        ("hour=24", "hour"),
        ("hour=-1", "hour"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name_for_json_and_csv(full, query, parameter):
    for face in ("json", "csv"):
        found = pairs(full.get(f"/analytics?{query}&format={face}"))
        assert [name for name, _ in found] == [parameter]
        if parameter in FILTERS:
            assert found[0][1] == "unknown"


def test_all_that_is_wrong_with_a_query_is_told_at_once(full):
    said = pairs(full.get("/analytics?channel=shop&brand=None&compare=x&top=0&period=never"))

    assert [name for name, _ in said] == ["brand", "channel", "compare", "period", "top"]


def test_a_page_ignores_a_name_that_it_does_not_know(full):
    assert full.get("/analytics?utm_source=mail", Accept="text/html").status_code == 200


# ---- Filters ----


def test_every_filter_alone_and_with_another_value_counts_what_the_lines_kept(full):
    for name, values in FILTERS.items():
        for some in [[value] for value in values] + [values[:2]]:
            query = "&".join(f"{name}={value}" for value in some)
            for period in ((None, None), ("2026-10-25T00:00:00+01:00", "2026-11-22T00:00:00Z")):
                span = "" if period[0] is None else "&period=28d&compare=none"
                answer = figures(full, f"?{query}{span}")
                assert_counts(answer, chosen(period, **{name: some}))


def test_names_are_joined_by_and(full):
    for filters in (
        {"channel": ["online"], "product": ["TEA"]},
        {"region": ["GB"], "category": ["Drinks"]},
        {"brand": ["Pine"], "price_tier": ["budget"], "vendor": ["South"]},
        {"weekday": [6], "hour": [10, 11], "channel": ["store"]},
        {"category": ["Drinks"], "hour": [0, 9], "channel": ["store", "online", "marketplace"]},
        {"location": ["pier"], "weekday": [7], "hour": [1]},
    ):
        query = "&".join(f"{name}={value}" for name, values in filters.items() for value in values)
        assert_counts(figures(full, "?" + query), chosen(**filters))
        within = ("2026-11-14T10:15:00Z", "2026-11-21T10:00:00.001Z")
        assert_counts(figures(full, f"?{query}&from={within[0]}&to={within[1]}"), chosen(within, **filters))


def test_digits_alone_are_an_id_and_sku_may_be_said(full):
    tea = exact(full.get("/products/TEA"))["id"]

    assert figures(full, f"?product={tea}") == figures(full, "?product=TEA") == figures(full, "?product=sku:TEA")
    assert figures(full, "?channel=1")["orders"] == len({fact.order for fact in chosen(channel=["online"])})


def test_filters_match_what_the_line_kept_and_not_the_catalogue_of_today(full):
    before = figures(full, "?category=Drinks/Cold")
    assert (
        full.send("PATCH", "/products/TEA", {"category": "Home", "brand": "Harbour", "name": "Tea"}).status_code == 200
    )

    after = figures(full, "?category=Drinks/Cold")

    assert [after[name] for name in ("total_revenue", "orders", "units")] == [
        before[name] for name in ("total_revenue", "orders", "units")
    ]
    assert_counts(figures(full, "?brand=Harbour"), chosen(brand=["Harbour"]))
    full.order("TEA")
    assert figures(full, "?category=Drinks/Cold")["orders"] == before["orders"]


def test_a_price_that_was_raised_changes_no_figure_of_before(full):
    before = figures(full)
    assert full.send("PATCH", "/products/TEA", {"price": "99.00"}).status_code == 200

    assert {**figures(full), "seq": 0} == {**before, "seq": 0}


# ---- The figures themselves ----


def test_a_product_that_was_sold_with_nothing_is_listed_by_revenue_then_id(client, at):
    at(NOW)
    api = Api(client)
    for sku in ("A", "B", "C", "D"):
        assert api.post("/products", {"sku": sku, "name": sku, "price": "1.00"}).status_code == 201
    for sku, count in (("D", 2), ("C", 1), ("B", 2), ("A", 1)):
        api.order(sku, count)

    answer = figures(api)

    assert [one["sku"] for one in answer["top_products"]] == ["B", "D", "A", "C"]
    assert [one["share"] for one in answer["top_products"]] == [D("0.3333"), D("0.3333"), D("0.1667"), D("0.1667")]
    assert [one["sku"] for one in figures(api, "?top=3")["top_products"]] == ["B", "D", "A"]


def test_ten_are_told_unless_more_or_fewer_are_wanted(client, at):
    at(NOW)
    api = Api(client)
    for number in range(12):
        assert api.post("/products", {"sku": f"P{number}", "name": "P", "price": "1.00"}).status_code == 201
        api.order(f"P{number}", number + 1)

    assert len(figures(api)["top_products"]) == 10
    assert len(figures(api, "?top=1")["top_products"]) == 1
    assert len(figures(api, "?top=100")["top_products"]) == 12


def test_the_average_order_is_rounded_half_away_from_zero(bare):
    bare.order("TEA", price="0.01")
    bare.order("TEA", price="0.02")

    assert figures(bare)["average_order_value"] == D("0.02")


def test_ratios_are_rounded_half_even_to_four_decimals(bare, at):
    at("2026-11-20T10:00:00Z")
    bare.order("TEA", price="200.00")
    at(NOW)
    bare.order("TEA", price="210.01")  # 0.05005 -> 0.0500 (half even)

    assert figures(bare, "?period=today")["top_products"][0]["change_ratio"] == D("0.0500")


def test_a_return_lowers_revenue_on_its_own_day_and_neither_orders_nor_units_nor_the_average(full):
    day = figures(full, "?from=2026-11-14&to=2026-11-14")

    assert (day["total_revenue"], day["orders"], day["units"]) == (D("61.50"), 3, 14)
    assert day["average_order_value"] == D("24.67")  # 74.00 / 3
    today = figures(full, "?period=today")
    assert (today["total_revenue"], today["orders"]) == (D("30.53"), 4)  # 43.03 - 12.50
    assert today["average_order_value"] == D("10.76")


def test_a_day_may_bring_less_than_nothing_and_the_share_follows(bare, at):
    at("2026-11-20T10:00:00Z")
    order = bare.order("TEA", 2)
    at(NOW)
    back = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 2}]}
    assert bare.post(f"/orders/{order['id']}/returns", back).status_code == 201

    today = figures(bare, "?period=today")

    assert (today["total_revenue"], today["orders"], today["average_order_value"]) == (D("-4.80"), 0, None)
    assert [(one["revenue"], one["units"], one["share"]) for one in today["top_products"]] == [(D("-4.80"), 0, D(1))]
    ever = figures(bare)
    assert (str(ever["total_revenue"]), ever["top_products"][0]["share"]) == ("0.00", None)


def test_a_back_dated_order_changes_the_totals_and_its_own_day_and_never_the_last_minute(bare):
    bare.order("TEA", date="2026-11-18T10:14:59Z")

    assert figures(bare)["orders"] == 1
    assert figures(bare, "?from=2026-11-18&to=2026-11-18")["orders"] == 1
    assert figures(bare, "?period=today")["orders"] == 0
    assert figures(bare)["last_minute"]["orders"] == 0


# ---- Days of 23 and 25 hours, and periods compared at the same clock time ----


def test_the_day_of_25_hours_is_whole(full):
    day = figures(full, "?from=2026-10-25&to=2026-10-25")

    assert (day["total_revenue"], day["orders"]) == (D("19.20"), 4)
    assert figures(full, "?from=2026-10-25&to=2026-10-25&hour=1")["total_revenue"] == D("12.00")
    assert figures(full, "?weekday=7")["total_revenue"] == D("81.70")


@pytest.mark.parametrize(
    ("now", "query", "start", "end"),
    [
        # The clock leapt from 01:00 to 02:00 on 29 March 2026: 01:30 does not exist then.
        ("2026-03-30T00:30:00Z", "period=today", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        ("2026-03-30T09:00:00Z", "period=today", "2026-03-29T00:00:00Z", "2026-03-29T09:00:00Z"),
        ("2026-03-29T09:00:00Z", "period=today", "2026-03-28T00:00:00Z", "2026-03-28T10:00:00Z"),
        ("2026-03-29T00:30:00Z", "period=today", "2026-03-28T00:00:00Z", "2026-03-28T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "period=today", "2026-10-23T23:00:00Z", "2026-10-24T00:30:00Z"),
        ("2026-10-25T01:30:00Z", "period=today", "2026-10-23T23:00:00Z", "2026-10-24T00:30:00Z"),
        ("2026-10-26T01:30:00Z", "period=today", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-03-31T10:00:00Z", "period=mtd", "2026-02-01T00:00:00Z", "2026-02-28T11:00:00Z"),
        ("2024-03-30T10:00:00Z", "period=mtd", "2024-02-01T00:00:00Z", "2024-02-29T10:00:00Z"),
        ("2026-03-28T10:00:00Z", "period=mtd", "2026-02-01T00:00:00Z", "2026-02-28T10:00:00Z"),
        ("2024-02-29T10:00:00Z", "period=ytd", "2023-01-01T00:00:00Z", "2023-02-28T10:00:00Z"),
        ("2026-05-31T10:00:00Z", "period=qtd", "2026-01-01T00:00:00Z", "2026-02-28T11:00:00Z"),
        ("2026-11-23T10:00:00Z", "period=wtd", "2026-11-16T00:00:00Z", "2026-11-16T10:00:00Z"),
        ("2026-11-21T10:15:00.250Z", "period=today", "2026-11-20T00:00:00Z", "2026-11-20T10:15:00.250Z"),
        ("2026-03-30T00:30:00Z", "period=today&compare=weekday", "2026-03-22T23:00:00Z", "2026-03-23T01:30:00Z"),
    ],
)
def test_an_open_period_is_compared_up_to_the_same_clock_time(bare, at, now, query, start, end):
    at(now)

    compare = figures(bare, "?" + query)["compare"]

    if "weekday" in query:
        start, end = "2026-03-23T00:00:00Z", "2026-03-23T01:30:00Z"
    assert (sales.moment(compare["from"]), sales.moment(compare["to"])) == (sales.moment(start), sales.moment(end))


# ---- The last minute ----


def minute(api, query=""):
    told = figures(api, query)["last_minute"]
    return told["orders"], told["revenue"], told["previous_orders"], told["previous_revenue"]


def test_the_window_is_open_at_its_begin_and_closed_at_its_end_to_the_millisecond(bare, at):
    bare.order("TEA", date="2026-11-21T10:15:00.500Z")

    for now, told in (
        ("10:15:00.499", (0, 0)), ("10:15:00.500", (1, 0)), ("10:15:01.499", (1, 0)), ("10:16:00.499", (1, 0)),
        ("10:16:00.500", (0, 1)), ("10:16:30.000", (0, 1)), ("10:17:00.499", (0, 1)), ("10:17:00.500", (0, 0)),
    ):  # fmt: skip
        at(f"2026-11-21T{now}Z")
        # A different `top` each time: a finished answer may be a second old.
        orders, _, before, _ = minute(bare, f"?top={int(now[-3:-1]) + 1}&weekday=6")
        assert (orders, before) == told, now
        orders, revenue, before, revenue_before = minute(bare, f"?top={int(now[-3:-1]) + 1}")
        assert (orders, before) == told, now
        assert (revenue, revenue_before) == (told[0] * D("2.40"), told[1] * D("2.40")), now


def test_the_last_minute_is_exact_under_every_filter_of_dimensions(full):
    for name, values in FILTERS.items():
        for value in values:
            now = chosen(("2026-11-21T10:14:00.001Z", "2026-11-21T10:15:00.001Z"), **{name: [value]})
            then = chosen(("2026-11-21T10:13:00.001Z", "2026-11-21T10:14:00.001Z"), **{name: [value]})
            sold, before = recount([f for f in now if not f.back]), recount([f for f in then if not f.back])
            assert minute(full, f"?{name}={value}") == (
                sold["orders"], sold["gross_sales"], before["orders"], before["gross_sales"]
            ), (name, value)  # fmt: skip


def test_the_last_minute_does_not_follow_the_period(full):
    assert minute(full, "?period=yesterday") == minute(full) == (1, D("2.40"), 1, D("20.00"))
    assert minute(full, "?from=2026-01-01&to=2026-01-02") == minute(full)


def test_returns_do_not_lower_the_last_minute(bare):
    order = bare.order("TEA", 3)
    back = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 3}]}
    assert bare.post(f"/orders/{order['id']}/returns", back).status_code == 201

    answer = figures(bare)

    assert str(answer["total_revenue"]) == "0.00"
    assert (answer["last_minute"]["revenue"], answer["last_minute"]["orders"]) == (D("7.20"), 1)


def test_an_order_dated_ahead_is_in_the_totals_at_once_and_in_the_last_minute_when_its_moment_comes(bare, at):
    bare.order("TEA", date="2026-11-21T10:19:59.999Z")

    assert (figures(bare)["orders"], minute(bare)[0]) == (1, 0)
    at("2026-11-21T10:19:59.998Z")
    assert minute(bare)[0] == 0
    at("2026-11-21T10:20:00.000Z")
    assert minute(bare)[0] == 1
    at("2026-11-21T10:20:59.998Z")
    assert minute(bare)[0] == 1
    at("2026-11-21T10:21:00.000Z")
    assert minute(bare) == (0, 0, 1, D("2.40"))


def test_even_trade_reads_no_change_at_every_second_and_falls_to_nothing_without_orders(bare, at):
    for second in range(0, 180, 5):
        at(f"2026-11-21T10:{20 + second // 60}:{second % 60:02d}.250Z")
        bare.order("TEA")

    for second in range(0, 60):
        at(f"2026-11-21T10:22:{second:02d}.500Z" if second < 56 else "2026-11-21T10:22:55.500Z")
        told = figures(bare)["last_minute"]
        assert (told["change"], told["change_ratio"], told["orders"]) == (D("0.00"), D(0), 12), second
    at("2026-11-21T10:23:55.249Z")
    assert minute(bare) == (1, D("2.40"), 11 + 1, D("28.80"))
    at("2026-11-21T10:23:56.000Z")
    assert minute(bare)[0] == 0
    assert figures(bare)["last_minute"]["change_ratio"] == D(-1)
    at("2026-11-21T10:25:00Z")
    assert figures(bare)["last_minute"]["change_ratio"] is None
