"""Section 1 of the contract: money, time, identity, errors, limits."""

import json
from decimal import Decimal

import pytest

from tests.contract.conftest import FORM, NDJSON, exact, pairs, problem
from tests.making import make_location

LONG = {"lines": [{"product_id": "TEA", "quantity": 1}]}


def order(**more):
    return {"product_id": "TEA", "quantity": 1, **more}


# ---- Money ----


@pytest.mark.parametrize("written", ["12.50", "12.5", "12.500", '"12.50"', "1.25e1", '"12.5"', "125E-1", '"1.25e1"'])
def test_what_counts_of_an_amount_is_its_value(api, written):
    answer = api.post("/orders", '{"product_id": "TEA", "quantity": 1, "price": ' + written + "}")

    assert exact(answer, 201)["lines"][0]["price"] == Decimal("12.50")
    assert '"price":12.50,' in answer.text and '"total":12.50' in answer.text


def test_money_is_written_with_exactly_the_decimals_of_the_currency(api):
    answer = api.post("/orders", order(price=12))

    assert '"price":12.00,"discount":0.00' in answer.text and '"returned":0.00' in answer.text
    assert json.loads(answer.text)["currency"] == "GBP"


@pytest.mark.parametrize(
    ("price", "code"),
    [("12.505", "too_precise"), ("-0.01", "too_small"), ("10000000", "too_large"), ("9999999.995", "too_precise"),
     ('"twelve"', "not_a_number"), ("true", "not_a_number"), ("[]", "not_a_number"), ("1e400", "too_large"),
     ('"NaN"', "not_a_number"), ("1e-400", "too_precise"), ('""', "not_a_number")],
)  # fmt: skip
def test_an_amount_out_of_bounds_is_refused(api, price, code):
    answer = api.post("/orders", '{"product_id": "TEA", "quantity": 1, "price": ' + price + "}")

    assert pairs(answer) == [("/price", code)]


@pytest.mark.parametrize("price", ["0", "9999999.99"])
def test_both_ends_of_a_price_are_taken(api, price):
    assert api.order(price=price)["total"] == Decimal(price)


@pytest.mark.parametrize(
    ("quantity", "code"),
    [(0, "too_small"), (-1, "too_small"), (1_000_001, "too_large"), (2.5, "not_whole"), ("2", "not_a_number"),
     (True, "not_a_number"), (None, "missing"), (10**30, "too_large")],
)  # fmt: skip
def test_a_quantity_is_a_whole_number_from_one_to_a_million(api, quantity, code):
    assert pairs(api.post("/orders", {"product_id": "TEA", "quantity": quantity})) == [("/quantity", code)]


def test_the_largest_order_is_taken_and_exact(api):
    answer = api.post("/orders", order(quantity=1_000_000, price="9999999.99"))

    assert exact(answer, 201)["total"] == Decimal("9999999990000.00")


def test_an_order_has_one_to_a_thousand_lines(api):
    line = {"product_id": "TEA", "quantity": 1}

    assert len(exact(api.post("/orders", {"lines": [line] * 1000}), 201)["lines"]) == 1000
    assert pairs(api.post("/orders", {"lines": [line] * 1001})) == [("/lines", "too_large")]
    assert pairs(api.post("/orders", {"lines": []})) == [("/lines", "too_small")]


def test_a_divided_amount_is_rounded_half_away_from_zero(api):
    placed = api.order(quantity=2, price="0.01", discount="0.01")  # a total of 0.01 for two

    back = exact(api.post(f"/orders/{placed['id']}/returns", _back(placed, 1)), 201)

    assert back["returns"][0]["total"] == Decimal("0.01")
    rest = exact(api.post(f"/orders/{placed['id']}/returns", _back(placed, 1)), 201)
    assert rest["returns"][1]["total"] == Decimal("0.00") and rest["returned"] == Decimal("0.01")


def _back(placed, quantity):
    return {"lines": [{"line_id": placed["lines"][0]["id"], "quantity": quantity}]}


# ---- Time ----


@pytest.mark.parametrize(
    ("sent", "said"),
    [("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"), ("2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.000Z"),
     ("2026-11-21T10:00:00.1239Z", "2026-11-21T10:00:00.123Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
     ("2026-11-21T10:20:00Z", "2026-11-21T10:20:00.000Z"), ("2026-11-21t10:00:00z", "2026-11-21T10:00:00.000Z")],
)  # fmt: skip
def test_a_time_has_an_offset_and_is_answered_in_utc(api, sent, said):
    assert api.order(date=sent)["placed_at"] == said
    assert api.order(placed_at=sent)["placed_at"] == said


@pytest.mark.parametrize(
    "sent",
    ["2026-11-21T10:00:00", "yesterday", "2026-13-01T10:00:00Z", "2026-02-30", "2026-11-21T10:00:60Z", 17, "", [],
     "2026-11-21T25:00:00Z", "2026-11-21 10", "21.11.2026"],
)  # fmt: skip
def test_what_is_no_time_is_refused(api, sent):
    assert pairs(api.post("/orders", order(date=sent))) == [("/date", "not_a_time")]


def test_a_time_lies_from_1970_to_five_minutes_ahead(api):
    assert pairs(api.post("/orders", order(date="2026-11-21T10:20:00.001Z"))) == [("/date", "in_the_future")]
    assert pairs(api.post("/orders", order(placed_at="2026-11-21T10:20:00.001Z"))) == [("/placed_at", "in_the_future")]
    assert api.post("/orders", order(date="1969-12-31T23:59:59Z")).status_code == 422
    assert api.post("/orders", order(date="1969-12-31")).status_code == 422


def test_a_business_day_is_a_date_in_the_zone_of_the_shop(api):
    assert api.order(date="2026-07-01T22:59:59.999Z")["business_day"] == "2026-07-01"
    assert api.order(date="2026-07-01T23:00:00Z")["business_day"] == "2026-07-02"


# ---- Identity ----


def test_a_number_is_an_id_and_a_text_is_a_sku(api):
    assert api.order(1)["lines"][0]["sku"] == "TEA"
    assert api.order("22423")["lines"][0]["product_id"] == 3
    assert pairs(api.post("/orders", {"product_id": 22423, "quantity": 1})) == [("/product_id", "unknown")]
    assert pairs(api.post("/orders", {"product_id": "1", "quantity": 1})) == [("/product_id", "unknown")]


def test_skus_are_case_sensitive(api):
    assert pairs(api.post("/orders", {"product_id": "tea", "quantity": 1})) == [("/product_id", "unknown")]
    assert exact(api.post("/products", {"sku": "tea", "name": "Other", "price": 1}), 201)["id"] == 4


def test_in_a_path_digits_alone_are_an_id(api):
    assert exact(api.get("/products/3"))["sku"] == "22423"
    assert exact(api.get("/products/TEA"))["id"] == 1
    assert exact(api.get("/products/sku:22423"))["id"] == 3
    assert exact(api.get("/products/sku:TEA"))["id"] == 1
    problem(api.get("/products/22423"), 404)
    problem(api.get("/products/99999999999999999999999"), 404)


def test_in_a_filter_digits_alone_are_an_id(api):
    tea, cake = api.order(1), api.order(3)

    assert _ids(api.get("/orders?product=1")) == [tea["id"]]
    assert _ids(api.get("/orders?product=sku:22423")) == [cake["id"]]
    assert _ids(api.get("/orders?product=TEA&product=3")) == [cake["id"], tea["id"]]
    assert pairs(api.get("/orders?product=22423")) == [("product", "unknown")]


def _ids(answer):
    return [item["id"] for item in exact(answer)["items"]]


def test_in_a_form_field_digits_alone_are_an_id(api):
    placed = [
        api.form("/orders", {"product_id": said, "quantity": "2"}).headers["Location"]
        for said in ("3", "sku:22423", "TEA")
    ]

    shown = [exact(api.get(path))["lines"][0]["product_id"] for path in placed]
    assert shown == [3, 3, 1]
    assert api.form("/orders", {"product_id": "22423", "quantity": "1"}).status_code == 422


def test_channels_and_locations_are_named_by_code_or_id(api):
    place = make_location("pier", region="GB-BNH")
    placed = api.order(channel="store", location="pier")

    assert (placed["channel"], placed["location"], placed["region"]) == ("store", "pier", "GB-BNH")
    again = api.order(channel=2, location=place)
    assert (again["channel"], again["location"]) == ("store", "pier")
    wrong = pairs(api.post("/orders", order(channel="2", location="nowhere")))
    assert wrong == [("/channel", "unknown"), ("/location", "unknown")]


# ---- Errors ----


def test_all_bad_fields_are_named_at_once(api):
    sent = {
        "lines": [{"product_id": "NOPE", "quantity": 0, "price": "x"}, {"quantity": 1.5, "discount": -1, "colour": 1}],
        "channel": "moon", "location": "sea", "payment": "shells", "placed_at": "soon", "note": 3, "sum": 4,
        "customer": {"email": 1, "shoe": 2},
    }  # fmt: skip

    assert pairs(api.post("/orders", sent)) == [
        ("/channel", "unknown"), ("/customer/email", "not_text"), ("/customer/shoe", "unknown_field"),
        ("/lines/0/price", "not_a_number"), ("/lines/0/product_id", "unknown"), ("/lines/0/quantity", "too_small"),
        ("/lines/1/colour", "unknown_field"), ("/lines/1/discount", "too_small"), ("/lines/1/product_id", "missing"),
        ("/lines/1/quantity", "not_whole"), ("/location", "unknown"), ("/note", "not_text"), ("/payment", "unknown"),
        ("/placed_at", "not_a_time"), ("/sum", "unknown_field"),
    ]  # fmt: skip


def test_a_short_form_is_pointed_at_as_it_was_sent(api):
    wrong = pairs(api.post("/orders", {"product_id": "NOPE", "price": "1.234", "channel": "moon"}))

    assert wrong == [
        ("/channel", "unknown"), ("/price", "too_precise"), ("/product_id", "unknown"), ("/quantity", "missing"),
    ]  # fmt: skip


def test_one_bad_field_gives_the_problem_its_code(api):
    said = problem(api.post("/orders", order(price="1.234")), 422)

    assert said["code"] == "too_precise" and said["instance"] == "/orders"


def test_several_bad_fields_of_one_kind_give_the_problem_their_code(api):
    assert problem(api.post("/products", {}), 422)["code"] == "missing"


def test_a_query_parameter_is_named_as_one(api):
    said = problem(api.get("/orders?limit=0&channel=moon"), 422)

    assert all("parameter" in error for error in said["errors"])


def test_pointers_escape_what_json_pointers_escape(api):
    assert pairs(api.post("/orders", order(**{"a/b~c": 1}))) == [("/a~1b~0c", "unknown_field")]


def test_an_archived_product_is_refused_by_that_name(api):
    assert api.send("DELETE", "/products/TEA").status_code == 204

    said = pairs(api.post("/orders", {"product_id": "TEA", "quantity": 1}))
    assert said == [("/product_id", "archived")]
    both = pairs(api.post("/orders", {"product_id": "TEA", "quantity": 0}))
    assert both == [("/product_id", "archived"), ("/quantity", "too_small")]


# ---- Limits ----


def test_texts_have_their_longest(api):
    assert api.order(note="n" * 2000, external_id="e" * 100, customer={"name": "c" * 200})["note"] == "n" * 2000
    wrong = api.post("/orders", order(note="n" * 2001, external_id="e" * 101, customer={"name": "c" * 201}))
    assert pairs(wrong) == [("/customer/name", "too_long"), ("/external_id", "too_long"), ("/note", "too_long")]
    named = {"sku": "s" * 101, "name": "n" * 201, "price": 1}
    assert pairs(api.post("/products", named)) == [("/name", "too_long"), ("/sku", "too_long")]
    assert api.post("/products", {"sku": "s" * 100, "name": "n" * 200, "price": 1}).status_code == 201
    assert pairs(api.post("/orders", {"product_id": "s" * 101, "quantity": 1})) == [("/product_id", "too_long")]
    code = {"code": "c" * 101, "name": "n", "kind": "store"}
    assert pairs(api.post("/channels", code)) == [("/code", "too_long")]


def padded(size, **more):
    body = json.dumps(order(**more))
    return body[:-1] + " " * (size - len(body)) + "}"


def test_a_body_has_at_most_one_mebibyte(api):
    assert api.post("/orders", padded(1 << 20)).status_code == 201
    problem(api.post("/orders", padded((1 << 20) + 1)), 413)


def test_a_batch_has_at_most_sixteen_mebibytes(api):
    item = json.dumps(order())

    assert exact(api.post("/orders/batch", item + " " * ((16 << 20) - len(item)), Content_Type=NDJSON))["accepted"] == 1
    problem(api.post("/orders/batch", item + " " * ((16 << 20) - len(item) + 1), Content_Type=NDJSON), 413)


@pytest.mark.parametrize(
    "body",
    ["", "{", "{'a': 1}", '{"price": NaN}', '{"price": Infinity}', '{"price": -Infinity}', '{"a": 1, "a": 2}',
     b'{"note": "\xff"}', '{"quantity": ' + "9" * 4001 + "}", "[" * 101 + "]" * 101, '{"a": 01}', '{"a": 1} x',
     '{"note": "a\nb"}', b"\xef\xbb\xbf{}"],
)  # fmt: skip
def test_what_is_no_json_text_is_400(api, body):
    problem(api.post("/orders", body), 400)


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null", "true", "[" * 100 + "]" * 100])
def test_json_of_another_shape_is_422(api, body):
    problem(api.post("/orders", body), 422)


def test_refused_values_are_422(api):
    assert pairs(api.post("/orders", '{"product_id": "\\ud800", "quantity": 1}')) == [("/product_id", "not_text")]
    assert pairs(api.post("/orders", order(note="a\0b"))) == [("/note", "not_text")]
    assert pairs(api.post("/orders", '{"product_id": "TEA", "quantity": 1, "\\udfff": 1}'))[0][1] == "unknown_field"
    huge = '{"product_id": "TEA", "quantity": ' + "9" * 4000 + "}"
    assert pairs(api.post("/orders", huge)) == [("/quantity", "too_large")]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", NDJSON, "application/json; charset=latin-1"])
def test_another_kind_of_content_is_415(api, kind):
    problem(api.post("/orders", order(), Content_Type=kind), 415)


def test_json_sent_as_a_form_is_not_taken_for_one(api):
    problem(api.post("/orders", order(), Content_Type=FORM, Accept="application/json"), 415)


def test_unknown_addresses_and_things_are_404(api):
    for path in ("/nothing", "/orders/99", "/orders/x", "/products/NOPE", "/returns/9", "/orders/9999999999999999999"):
        problem(api.get(path), 404)
    problem(api.post("/orders/99/returns", {"lines": [{"line_id": 1, "quantity": 1}]}), 404)
    problem(api.post("/products/NOPE/stock", {"change": 1}), 404)


def test_another_method_is_405_with_what_is_allowed(api):
    answer = api.send("DELETE", "/orders/1")

    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "POST" in api.send("PUT", "/orders").headers["Allow"]


def test_ratios_and_no_data_are_null_never_nan(api):
    said = exact(api.get("/analytics"))

    assert said["last_minute"]["change_ratio"] is None and said["average_order_value"] is None
    assert said["total_revenue"] == 0 and "NaN" not in api.get("/analytics").text
