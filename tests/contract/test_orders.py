"""Section 3 of the contract: placing orders, alone and in batches, and reading them."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.contract.conftest import NDJSON, NOW, exact, pairs, problem
from tests.making import differences, make_location, value


def test_the_short_form_is_answered_as_the_contract_shows_it(api):
    before = value("select value from counter where name = 'seq'")
    answer = api.post(
        "/orders", '{"product_id": "TEA", "quantity": 2, "price": 2.40, "date": "2026-11-21T10:10:00Z"}'
    )  # fmt: skip

    assert answer.status_code == 201 and answer.headers["Location"] == "/orders/1"
    assert exact(answer, 201) == {
        "id": 1, "seq": before + 1, "status": "placed", "placed_at": "2026-11-21T10:10:00.000Z", "entered_at": NOW,
        "business_day": "2026-11-21", "currency": "GBP", "channel": "online", "location": None, "region": None,
        "external_id": None, "customer": None, "payment": None, "note": None,
        "lines": [{"id": 1, "product_id": 1, "sku": "TEA", "name": "Iced tea 330 ml", "quantity": 2,
                   "price": Decimal("2.40"), "discount": Decimal("0.00"), "lot": None, "total": Decimal("4.80"),
                   "returned": 0}],
        "total": Decimal("4.80"), "returned": Decimal("0.00"), "returns": [],
    }  # fmt: skip
    assert exact(api.get("/orders/1")) == exact(answer, 201)
    assert exact(api.get("/orders"))["items"] == [exact(answer, 201)]


def test_the_long_form_takes_every_member(api):
    make_location("pier", region="GB-BNH")
    placed = exact(api.post("/orders", {
        "lines": [{"product_id": 1, "quantity": 2, "price": 2.40, "discount": 0.50, "lot": "L2611"},
                  {"product_id": "MUG", "quantity": 1}],
        "channel": "marketplace", "location": "pier", "region": "GB-LND",
        "customer": {"email": "a@example.org", "name": "Ana", "phone": "+44 1"}, "external_id": "AMZ-114-77",
        "payment": "card", "placed_at": "2026-11-20T10:15:00Z", "note": "gift",
    }), 409)  # fmt: skip

    assert placed["code"] == "out_of_stock"  # the mugs lie at the default location
    make = {"sku": "POT", "name": "Pot", "price": 20}
    api.post("/products", make)
    placed = exact(api.post("/orders", {
        "lines": [{"product_id": 1, "quantity": 2, "price": 2.40, "discount": 0.50, "lot": "L2611"},
                  {"product_id": "POT", "quantity": 1}],
        "channel": "marketplace", "location": "pier", "region": "GB-LND",
        "customer": {"email": "a@example.org", "name": "Ana", "phone": "+44 1"}, "external_id": "AMZ-114-77",
        "payment": "card", "placed_at": "2026-11-21T09:15:00Z", "note": "gift",
    }), 201)  # fmt: skip
    assert placed["customer"] == {"id": 1} and placed["region"] == "GB-LND" and placed["payment"] == "card"
    assert placed["lines"][0]["lot"] == "L2611" and placed["lines"][0]["total"] == Decimal("4.30")
    assert placed["total"] == Decimal("24.30") and placed["external_id"] == "AMZ-114-77" and placed["note"] == "gift"


def test_every_member_of_both_forms_may_stand_in_the_short_one(api):
    placed = api.order(
        discount="0.40", lot="L1", channel="store", location="main", region="GB", payment="cash", note="n",
        external_id="E1", customer={"email": "a@example.org"}, placed_at="2026-11-21T10:00:00Z",
    )  # fmt: skip
    long = exact(api.post("/orders", {"lines": [{"product_id": 1, "quantity": 1}], "date": "2026-11-20"}), 201)

    assert (placed["total"], placed["location"], placed["customer"]) == (Decimal("2.00"), "main", {"id": 1})
    assert placed["placed_at"] == "2026-11-21T10:00:00.000Z" and placed["lines"][0]["lot"] == "L1"
    assert long["placed_at"] == "2026-11-20T12:00:00.000Z"


def test_both_forms_at_once_and_both_times_at_once_are_refused(api):
    line = {"product_id": 1, "quantity": 1}

    assert pairs(api.post("/orders", {"lines": [line], **line})) == [
        ("/product_id", "unknown_field"), ("/quantity", "unknown_field"),
    ]  # fmt: skip
    both = {**line, "date": "2026-11-20", "placed_at": "2026-11-20T10:00:00Z", "channel": "moon"}
    assert pairs(api.post("/orders", both)) == [("/channel", "unknown"), ("/placed_at", "duplicate")]


def test_personal_data_is_never_shown(api):
    placed = api.post(
        "/orders", {"product_id": 1, "quantity": 1, "customer": {"email": "a@example.org", "name": "Ana"}}
    )
    again = api.order(customer={"email": "a@example.org"})

    assert "example.org" not in placed.text and "Ana" not in placed.text
    assert again["customer"] == exact(placed, 201)["customer"]
    assert "example.org" not in api.get("/orders").text + api.get("/orders?format=csv").text


# ---- Times ----


def test_a_time_left_out_is_now(api):
    assert api.order()["placed_at"] == NOW


def test_a_bare_date_is_now_or_noon_or_refused(api):
    assert api.order(date="2026-11-21")["placed_at"] == NOW
    assert api.order(date="2026-11-20")["placed_at"] == "2026-11-20T12:00:00.000Z"
    assert api.order(placed_at="2026-07-01")["placed_at"] == "2026-07-01T11:00:00.000Z"
    assert pairs(api.post("/orders", {"product_id": 1, "quantity": 1, "date": "2026-11-22"})) == [
        ("/date", "in_the_future"),
    ]  # fmt: skip


def test_a_bare_date_is_read_in_the_zone_of_the_shop(api, at):
    at("2026-06-30T23:30:00Z")  # the first of July in London

    assert api.order(date="2026-07-01")["placed_at"] == "2026-06-30T23:30:00.000Z"
    assert api.order(date="2026-06-30")["placed_at"] == "2026-06-30T11:00:00.000Z"


def test_five_minutes_ahead_counts_at_once_and_in_the_minute_when_it_comes(api, at):
    api.order(date="2026-11-21T10:20:00Z", price="5.00")

    said = exact(api.get("/analytics"))
    assert said["total_revenue"] == Decimal("5.00") and said["last_minute"]["revenue"] == 0
    at("2026-11-21T10:20:30Z")
    assert exact(api.get("/analytics"))["last_minute"]["revenue"] == Decimal("5.00")


def test_a_price_left_out_is_the_products_at_that_moment(api, at):
    at("2026-11-21T11:00:00Z")
    api.send("PATCH", "/products/TEA", {"price": 3})
    at("2026-11-21T11:00:20Z")

    assert api.order()["total"] == Decimal("3.00")
    assert api.order(date="2026-11-21T10:59:59.999Z")["total"] == Decimal("2.40")
    assert api.order(date="2026-11-21T11:00:00Z")["total"] == Decimal("3.00")
    assert api.order(date="2020-01-01")["total"] == Decimal("2.40")
    assert api.order(date="2026-11-21T11:05:00Z")["total"] == Decimal("3.00")
    batch = exact(api.post("/orders/batch", [{"product_id": 1, "quantity": 1, "date": d} for d in
                                             ("2026-11-21T10:59:00Z", "2026-11-21T11:00:10Z")]))  # fmt: skip
    totals = [exact(api.get(f"/orders/{one['id']}"))["total"] for one in batch["results"]]
    assert totals == [Decimal("2.40"), Decimal("3.00")]


# ---- Sums ----


def test_the_total_of_a_line_is_never_under_zero(api):
    assert api.order(discount="2.40")["total"] == 0
    assert pairs(api.post("/orders", {"product_id": 1, "quantity": 1, "discount": "2.41"})) == [
        ("/discount", "too_large")
    ]
    long = {"lines": [{"product_id": 1, "quantity": 1}, {"product_id": 1, "quantity": 1, "discount": 3}]}
    assert pairs(api.post("/orders", long)) == [("/lines/1/discount", "too_large")]


@pytest.mark.parametrize("payment", ["cash", "card", "other", None])
def test_how_it_was_paid(api, payment):
    assert api.order(payment=payment)["payment"] == payment


def test_the_region_is_the_locations_if_left_out(api):
    make_location("pier", region="GB-BNH")

    assert api.order(location="pier")["region"] == "GB-BNH"
    assert api.order(location="pier", region="GB-LND")["region"] == "GB-LND"
    assert api.order(location="main")["region"] is None


def test_status_follows_what_came_back(api):
    api.order(quantity=2)
    back = {"lines": [{"line_id": 1, "quantity": 1}]}

    assert exact(api.post("/orders/1/returns", back), 201)["status"] == "partly_returned"
    assert exact(api.post("/orders/1/returns", back), 201)["status"] == "returned"


# ---- Stock ----


def test_no_location_takes_from_the_default_one_and_counts_under_none(api):
    placed = api.order("MUG", 3)

    assert placed["location"] is None
    assert exact(api.get("/products/MUG"))["stock"] == 4
    assert exact(api.get("/products/MUG/stock"))["items"][0]["location"] == "main"


def test_the_demand_of_all_lines_together_is_what_stock_must_hold(api):
    line = {"product_id": "MUG", "quantity": 4}
    said = problem(api.post("/orders", {"lines": [line, {"product_id": 1, "quantity": 1}, line]}), 409)

    assert said["code"] == "out_of_stock" and said["type"] == "/errors/out_of_stock"
    assert [error["pointer"] for error in said["errors"]] == ["/lines/0/quantity", "/lines/2/quantity"]
    assert exact(api.get("/orders"))["items"] == [] and exact(api.get("/products/MUG"))["stock"] == 7
    short = problem(api.post("/orders", {"product_id": "MUG", "quantity": 8}), 409)
    assert short["errors"][0]["pointer"] == "/quantity"
    assert api.order("MUG", 7) and exact(api.get("/products/MUG"))["stock"] == 0


def test_what_may_be_oversold_is(api):
    api.send("PATCH", "/products/MUG", {"oversell": True})

    api.order("MUG", 8)
    assert exact(api.get("/products/MUG"))["stock"] == -1
    assert api.order("TEA", 1000)["status"] == "placed"  # never counted


# ---- Idempotency ----


def test_the_same_content_gives_the_same_answer(api):
    first = api.post("/orders", '{"product_id": "TEA", "quantity": 2, "price": 2.4}', key="k")
    api.post("/orders/1/returns", {"lines": [{"line_id": 1, "quantity": 1}]})
    second = api.post("/orders", '{ "price":"2.40",\n "quantity":2,"product_id":"TEA"}', key="k")

    assert "Idempotent-Replayed" not in first.headers and second.headers["Idempotent-Replayed"] == "true"
    assert second.status_code == first.status_code == 201 and second.data == first.data
    assert second.headers["Location"] == first.headers["Location"]
    assert len(exact(api.get("/orders"))["items"]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/products", {"sku": "N", "name": "New", "price": 1, "stock": 2, "cost": "0.5"}),
     ("/products/batch", [{"sku": "N", "name": "New", "price": 1}, {"sku": "TEA", "name": "x", "price": 1}]),
     ("/products/MUG/stock", {"change": 5}), ("/channels", {"code": "fair", "name": "Fair", "kind": "store"}),
     ("/locations", {"code": "pier", "name": "Pier", "latitude": 50.8}), ("/categories", {"name": "A/B"}),
     ("/brands", {"name": "B"}), ("/vendors", {"name": "V"}),
     ("/orders", {"product_id": 1, "quantity": 1}),
     ("/orders/batch", [{"product_id": 1, "quantity": 1}, {"product_id": 99, "quantity": 1}]),
     ("/orders/batch?atomic=1", [{"product_id": 1, "quantity": 1}]),
     ("/orders/1/returns", {"lines": [{"line_id": 1, "quantity": 1}]}),
     ("/returns", {"lines": [{"product_id": 1, "quantity": 1, "price": 1}]})],
)  # fmt: skip
def test_every_post_takes_a_key(api, path, body):
    api.order(quantity=5)
    first, second = api.post(path, body, key="K-1"), api.post(path, body, key="K-1")

    assert first.status_code in (200, 201), first.text
    assert second.status_code == first.status_code and second.data == first.data
    assert second.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert second.headers.get("Location") == first.headers.get("Location")
    other = api.post("/brands", {"name": "Another"}, key="K-1")
    assert problem(other, 422)["code"] == "key_reused"
    assert not differences()


def test_other_content_or_another_path_is_key_reused(api):
    body = {"product_id": 1, "quantity": 1}
    api.post("/orders", body, key="k")

    assert problem(api.post("/orders", {**body, "quantity": 2}, key="k"), 422)["code"] == "key_reused"
    assert problem(api.post("/orders/batch", [body], key="k"), 422)["code"] == "key_reused"
    assert problem(api.post("/orders", {**body, "note": ""}, key="k"), 422)["code"] == "key_reused"
    assert len(exact(api.get("/orders"))["items"]) == 1


def test_what_was_refused_may_be_sent_again(api):
    sent = {"product_id": "MUG", "quantity": 8}
    problem(api.post("/orders", sent, key="k"), 409)
    problem(api.post("/orders", {"product_id": "NOPE", "quantity": 8}, key="k"), 422)
    api.post("/products/MUG/stock", {"change": 1})

    assert api.post("/orders", sent, key="k").status_code == 201
    assert api.post("/orders", sent, key="k").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("key", "good"), [("k", True), ("!~" * 127 + "x", True), ("x" * 256, False), ("a b", False),
                                           ("é", False), ("", False), ("\x7f", False)])  # fmt: skip
def test_a_key_has_1_to_255_visible_ascii_characters(api, key, good):
    answer = api.post("/orders", {"product_id": 1, "quantity": 1}, key=key)

    assert answer.status_code == (201 if good else 422)
    assert good or pairs(answer)[0][0] == "Idempotency-Key"


def test_a_key_is_kept_seven_days(api, at):
    first = api.post("/orders", {"product_id": 1, "quantity": 1}, key="k")
    at("2026-11-28T10:14:59Z")

    assert api.post("/orders", {"product_id": 1, "quantity": 1}, key="k").data == first.data


def test_an_external_id_is_unique_for_ever_in_its_channel(api):
    first = api.order(external_id="A", channel="store")
    answer = api.post("/orders", {"product_id": 1, "quantity": 1, "external_id": "A", "channel": "store"})

    said = problem(answer, 409)
    assert said["code"] == "duplicate" and said["id"] == first["id"]
    assert answer.headers["Location"] == f"/orders/{first['id']}"
    assert api.order(external_id="A", channel="marketplace")["id"] == first["id"] + 1
    assert api.order(external_id="a", channel="store")["id"] == first["id"] + 2


def test_an_external_id_is_looked_at_after_the_key(api):
    sent = {"product_id": 1, "quantity": 1, "external_id": "A"}

    first, second = api.post("/orders", sent, key="k"), api.post("/orders", sent, key="k")
    assert first.data == second.data and second.status_code == 201
    problem(api.post("/orders", sent, key="other"), 409)


# ---- Batches ----


def test_a_batch_answers_one_entry_for_each_in_order(api):
    items = [{"product_id": 1, "quantity": 1}, {"product_id": "NOPE", "quantity": 0},
             {"product_id": "MUG", "quantity": 5}, {"product_id": "MUG", "quantity": 5},
             {"product_id": 1, "quantity": 1, "external_id": "A"},
             {"product_id": 1, "quantity": 1, "external_id": "A"}]  # fmt: skip
    said = exact(api.post("/orders/batch", items))

    assert (said["accepted"], said["rejected"]) == (3, 3)
    assert [entry["index"] for entry in said["results"]] == [0, 1, 2, 3, 4, 5]
    assert [entry["status"] for entry in said["results"]] == [201, 422, 201, 409, 201, 409]
    assert said["results"][0]["id"] == 1 and said["results"][2]["id"] == 2 and said["results"][4]["id"] == 3
    seqs = [entry["seq"] for entry in said["results"] if entry["status"] == 201]
    assert seqs == [seqs[0], seqs[0] + 1, seqs[0] + 2]
    wrong = said["results"][1]
    assert sorted((e["pointer"], e["code"]) for e in wrong["errors"]) == [
        ("/product_id", "unknown"), ("/quantity", "too_small"),
    ]  # fmt: skip
    assert wrong["code"] and said["results"][3]["code"] == "out_of_stock"
    assert said["results"][5]["code"] == "duplicate" and said["results"][5]["id"] == 3
    assert not differences()


def test_lines_that_are_blank_are_skipped_and_broken_ones_are_entries(api):
    order = json.dumps({"product_id": 1, "quantity": 1})
    body = f'\n{order}\r\n\n   \n{{broken\n[1]\n{order}\n"x"\n{{"a": NaN}}\n\xff\n{order}'.encode("latin-1")

    said = exact(api.post("/orders/batch", body, Content_Type=NDJSON))
    assert [entry["status"] for entry in said["results"]] == [201, 400, 422, 201, 422, 400, 400, 201]
    assert [entry["index"] for entry in said["results"]] == list(range(8))
    assert (said["accepted"], said["rejected"]) == (3, 5)
    assert said["results"][1]["code"] and "errors" in said["results"][1]


def test_a_batch_may_be_empty_and_has_at_most_ten_thousand(api):
    assert exact(api.post("/orders/batch", [])) == {"accepted": 0, "rejected": 0, "results": []}
    assert exact(api.post("/orders/batch", "\n\n", Content_Type=NDJSON))["results"] == []
    order = '{"product_id": 1, "quantity": 1}\n'
    assert exact(api.post("/orders/batch", order * 10_000, Content_Type=NDJSON))["accepted"] == 10_000
    problem(api.post("/orders/batch", order * 10_001, Content_Type=NDJSON), 413)
    problem(api.post("/orders/batch", "[" + ",".join([order] * 10_001) + "]"), 413)
    assert not differences()


@pytest.mark.parametrize(
    ("body", "status"), [("{}", 422), ("1", 422), ("[", 400), ('[{"a": 1, "a": 2}]', 400), ("", 400)]
)
def test_a_batch_that_is_no_list(api, body, status):
    problem(api.post("/orders/batch", body), status)


def test_a_batch_of_another_kind_is_415(api):
    problem(api.post("/orders/batch", "product_id=1", Content_Type="application/x-www-form-urlencoded"), 415)
    problem(api.post("/orders/batch", "x", Content_Type="text/csv"), 415)


def test_one_key_stands_for_the_whole_batch(api):
    items = [{"product_id": 1, "quantity": 1, "price": 2.4}, {"product_id": 9, "quantity": 1}]
    first = api.post("/orders/batch", items, key="k")
    again = api.post(
        "/orders/batch", '[{"quantity": 1, "price": 2.40, "product_id": 1},{"product_id":9,"quantity":1}]', key="k"
    )

    assert again.data == first.data and again.headers["Idempotent-Replayed"] == "true"
    assert problem(api.post("/orders/batch", items[:1], key="k"), 422)["code"] == "key_reused"


def test_atomic_is_all_or_nothing(api):
    good, mugs = {"product_id": 1, "quantity": 1}, {"product_id": "MUG", "quantity": 5}
    before = value("select value from counter where name = 'seq'")

    said = problem(
        api.post("/orders/batch?atomic=1", [good, {"product_id": 1, "quantity": 0}, mugs, mugs], key="k"), 422
    )
    assert {error["pointer"] for error in said["errors"]} == {"/1/quantity", "/3/quantity"}
    said = problem(api.post("/orders/batch?atomic=1", [good, mugs, mugs], key="k"), 409)
    assert said["code"] == "out_of_stock" and [e["pointer"] for e in said["errors"]] == ["/2/quantity"]
    broken = api.post("/orders/batch?atomic=1", "{}\n{", key="k", Content_Type=NDJSON)
    problem(broken, 422)
    assert exact(api.get("/orders"))["items"] == [] and value("select value from counter where name = 'seq'") == before
    done = exact(api.post("/orders/batch?atomic=1", [good, mugs], key="k"))
    assert done["accepted"] == 2 and [entry["id"] for entry in done["results"]] == [1, 2]
    assert pairs(api.post("/orders/batch?atomic=yes", [good])) == [("atomic", "unknown")]
    assert not differences()


# ---- Reading ----


def test_orders_are_listed_newest_first_and_sorted_as_asked(api):
    for product, day in ((1, "20"), (2, "19"), (3, "21"), (1, "20")):
        api.order(product, date=f"2026-11-{day}T08:00:00Z")

    def ids(query=""):
        return [item["id"] for item in exact(api.get(f"/orders{query}"))["items"]]

    assert ids() == ids("?sort=-placed_at") == [3, 4, 1, 2]
    assert ids("?sort=placed_at") == [2, 1, 4, 3]
    assert ids("?sort=-total") == [2, 3, 4, 1] and ids("?sort=total") == [1, 4, 3, 2]
    assert pairs(api.get("/orders?sort=name")) == [("sort", "unknown")]


def test_orders_are_found_by_what_they_hold(api):
    first = api.order(1, external_id="AMZ-1", note="for Ana")["id"]
    second = api.order(2, quantity=2)["id"]
    third = api.order(3)["id"]
    api.post(f"/orders/{third}/returns", {"lines": [{"line_id": 3, "quantity": 1}]})

    def ids(query):
        return [item["id"] for item in exact(api.get(f"/orders?{query}"))["items"]]

    assert ids("q=AMZ-1") == ids("q=Ana") == ids("q=TEA") == ids("q=iced") == [first]
    assert ids(f"q={second}") == [second] and ids("q=Mug") == [second] and ids("q=22423") == [third]
    assert ids("q=nothing") == [] and ids("q=%25") == []
    assert ids("min_total=10") == [third, second] and ids("max_total=10.00") == [third, first]
    assert ids("min_total=10.01&max_total=25") == [second]
    assert ids("status=returned") == [third] and ids("status=placed") == [second, first]
    assert ids("status=partly_returned") == []
    assert pairs(api.get("/orders?status=lost&min_total=x"))[0][1] in ("unknown", "not_a_number")
    assert pairs(api.get("/orders?min_total=1.234")) == [("min_total", "too_precise")]


def test_all_bad_parameters_are_named_at_once(api):
    wrong = pairs(api.get("/orders?status=lost&min_total=x&max_total=1.234&sort=y&channel=moon&period=z&limit=0"))

    assert [name for name, _ in wrong] == ["channel", "limit", "max_total", "min_total", "period", "sort", "status"]


def test_orders_of_a_period(api):
    for date in ("2026-11-21", "2026-11-20", "2026-11-14", "2025-11-21"):
        api.order(date=date)

    def count(query):
        return len(exact(api.get(f"/orders?{query}"))["items"])

    assert count("period=today") == 1 and count("period=yesterday") == 1 and count("period=7d") == 2
    assert count("period=all") == 4 and count("from=2026-11-20&to=2026-11-20") == 1 and count("from=2026-11-14") == 3
    assert count("to=2026-11-14") == 2 and count("from=2026-11-20T12:00:00Z&to=2026-11-21T10:15:00Z") == 1
    for query in (
        "period=today&from=2026-11-20",
        "from=2026-11-21&to=2026-11-20",
        "period=x",
        "from=x",
        "from=2026-02-30",
    ):
        problem(api.get(f"/orders?{query}"), 422)


# ---- Two workers ----


@pytest.fixture(scope="module")
def two(server):
    """The real server over HTTP, with a product in it."""
    with server.client() as client:
        assert client.post("/products", json={"sku": "TEA", "name": "Tea", "price": 2.4}).status_code == 201
        yield client


def test_the_same_key_at_the_same_instant_in_two_workers_is_one_order(two, server):
    def send(_):
        with server.client(headers={"Idempotency-Key": "race"}) as client:
            return client.post("/orders", json={"product_id": "TEA", "quantity": 1})

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(24)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


def test_what_201_acknowledged_is_in_every_later_answer_of_every_worker(two, server):
    start = two.get("/analytics").json()["orders"]
    for number in range(1, 16):
        two.post("/orders", json={"product_id": "TEA", "quantity": 1})
        with server.client() as other:
            assert other.get("/analytics").json()["orders"] == start + number
