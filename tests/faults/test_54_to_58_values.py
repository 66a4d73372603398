"""Faults 54 to 58: money, huge numbers, what is no number, texts and times from the edges of what can be sent."""

import json
import math
import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import making
from webapp.clock import Zone, parse_time

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def post(client, body):
    """An order as raw bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/orders", data=raw, content_type="application/json")


def with_value(name, raw):
    """An order whose member stands as raw JSON."""
    members = {"product_id": '"TEA"', "quantity": "1", name: raw}
    return ("{" + ",".join(f'"{key}":{value}' for key, value in members.items()) + "}").encode()


@pytest.fixture
def tea(client):
    """Something to sell."""
    return making.make_product(price="0.10")


# ---- 54: money is never a binary float ----


def test_fault_54_ten_thousand_times_ten_pence_is_a_thousand_pounds(client, tea, figures):
    for _ in range(10):
        making.place(*(making.draft() for _ in range(1000)))

    assert b'"total_revenue":1000.00' in client.get("/analytics").data
    figures(54, orders_of_ten_pence=10_000, total="1000.00")


def test_fault_54_the_control_binary_floats_do_not_add_up():
    assert sum([0.1] * 10_000) != 1000.0


@SLOW
@given(st.lists(st.tuples(st.decimals(0, 9_999, places=2), st.integers(1, 99)), min_size=1, max_size=5))
def test_fault_54_totals_are_those_of_exact_decimals(client, tea, lines):
    body = {"lines": [{"product_id": "TEA", "quantity": count, "price": str(price)} for price, count in lines]}

    answer = post(client, body)

    total = json.loads(answer.data, parse_float=Decimal, parse_int=Decimal)["total"]
    assert total == sum(price * count for price, count in lines)


@pytest.mark.parametrize("raw", ["12", "12.5", "12.500", '"12.50"', "1.25e1", "0.125e2"])
def test_fault_54_what_counts_is_the_value(client, tea, raw):
    answer = post(client, with_value("price", raw))

    assert answer.status_code == 201
    assert (b'"price":12.50' in answer.data) or (raw == "12" and b'"price":12.00' in answer.data)


# ---- 55 and 56: numbers that are none, or too many ----

HUGE = "1" + "0" * 4500


@pytest.mark.parametrize(
    "name, raw, status, code",
    [
        ("quantity", "9223372036854775808", 422, "too_large"),
        ("quantity", "1000001", 422, "too_large"),
        ("quantity", "0", 422, "too_small"),
        ("quantity", "-1", 422, "too_small"),
        ("quantity", "1.5", 422, "not_whole"),
        ("quantity", '"2"', 422, "not_a_number"),
        ("quantity", "true", 422, "not_a_number"),
        ("quantity", "1" + "0" * 3000, 422, "too_large"),
        ("quantity", HUGE, 400, "malformed"),
        ("price", "10000000", 422, "too_large"),
        ("price", "1e400", 422, "too_large"),
        ("price", "-0.01", 422, "too_small"),
        ("price", "0.001", 422, "too_precise"),
        ("price", '"abc"', 422, "not_a_number"),
        ("price", '"NaN"', 422, "not_a_number"),
        ("price", "NaN", 400, "malformed"),
        ("price", "Infinity", 400, "malformed"),
        ("product_id", "9223372036854775808", 422, "too_large"),
    ],
)
def test_fault_55_and_56_a_number_that_is_none_is_refused_by_name(client, tea, figures, name, raw, status, code):
    answer = post(client, with_value(name, raw))

    assert (answer.status_code, answer.json["code"]) == (status, code)
    if status == 422:
        assert answer.json["errors"][0]["pointer"] == f"/{name}"
    assert making.value("select count(*) from orders") == 0
    figures(56 if "N" in raw or "Inf" in raw or "-" in raw else 55, refused=1, written=0)


def test_fault_55_the_largest_order_does_not_overflow(client, tea):
    line = {"product_id": "TEA", "quantity": 1_000_000, "price": "9999999.99"}

    answer = post(client, {"lines": [line] * 1000})

    assert answer.status_code == 201
    assert b'"total":9999999990000000.00' in answer.data
    assert b'"total_revenue":9999999990000000.00' in client.get("/analytics").data
    assert making.differences() == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"product_id":"TEA","quantity":1,"quantity":2}', b"{", b"", b"\xff\xfe{}", b"[" * 101 + b"]" * 101,
        b"[" * 100_000, b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
)  # fmt: skip
def test_fault_56_what_is_no_json_is_400(client, tea, body):
    answer = post(client, body)

    assert answer.status_code == 400
    assert b"Traceback" not in answer.data


def test_fault_56_the_control_a_plain_reader_of_json_takes_what_is_no_number():
    said = json.loads('{"price": NaN, "discount": 1e400}')

    assert math.isnan(said["price"]) and math.isinf(said["discount"])


# ---- 57: texts ----

TEXTS = ["\0", "\ud800", "e\u0301", "\u202eevil", "\U0001f600" * 2_500, "a" * 2_001, " ", "\u200b", "=1+1", "\r\n"]


@SLOW
@given(st.text(max_size=300))
@example("\ud800")
@example("\0")
@example("\U0001f600" * 2_500)
@example("\u202eevil")
def test_fault_57_any_text_is_kept_or_refused_and_never_fails(client, tea, text):
    answer = post(client, {"product_id": "TEA", "quantity": 1, "note": text})

    assert answer.status_code in (201, 422)
    if answer.status_code == 422:
        assert answer.json["errors"][0]["code"] in ("not_text", "too_long")
    else:
        assert client.get(f"/orders/{answer.json['id']}", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("name", ["external_id", "region", "channel", "note", "lot"])
@pytest.mark.parametrize("text", TEXTS)
def test_fault_57_texts_from_the_edges_never_fail(client, tea, figures, name, text):
    answer = post(client, {"product_id": "TEA", "quantity": 1, name: text})

    assert answer.status_code in (201, 422)
    assert b"Traceback" not in answer.data
    figures(57, texts_from_the_edges=1, failures=0)


def test_fault_57_the_control_half_a_character_that_nobody_looks_at_can_be_kept_nowhere(shop):
    with pytest.raises(UnicodeEncodeError):
        making.query("select ?", json.loads('"\\ud800"'))


# ---- 58: times ----


@pytest.mark.parametrize(
    "said, code",
    [
        ("2026-11-21T10:15:00", "not_a_time"),
        ("2026-02-30T10:15:00Z", "not_a_time"),
        ("2026-06-30T23:59:60Z", "not_a_time"),
        ("1969-12-31T23:59:59Z", "not_a_time"),
        ("0000-01-01T00:00:00Z", "not_a_time"),
        ("9999-12-31T23:59:59Z", "in_the_future"),
        ("2999-01-01", "in_the_future"),
        ("2026-11-21T25:00:00Z", "not_a_time"),
        ("now", "not_a_time"),
        ("", "not_a_time"),
    ],
)
def test_fault_58_a_time_that_is_none_is_refused_by_name(client, tea, said, code):
    answer = post(client, {"product_id": "TEA", "quantity": 1, "date": said})

    assert (answer.status_code, answer.json["errors"]) == (
        422, [{"pointer": "/date", "code": code, "detail": answer.json["errors"][0]["detail"]}]
    )  # fmt: skip


def test_fault_58_days_of_23_and_25_hours_hold_their_own_sales(at, client, figures):
    at("2026-11-21T12:00:00Z")
    making.make_product(price="1.00")
    short, long = parse_time("2026-03-29T00:00:00Z"), parse_time("2026-10-24T23:00:00Z")
    draws = random.Random(7)
    for begin, hours in ((short, 23), (long, 25)):
        for _ in range(40):
            making.sell(placed_ms=begin + draws.randrange(hours * 3_600_000))

    totals = [
        client.get(f"/analytics?from={day}&to={day}").json["orders"]
        for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26")
    ]

    assert totals == [0, 40, 0, 0, 40, 0]
    figures(58, sales_on_days_of_23_and_25_hours=80, on_another_day=0)


def test_fault_58_the_control_days_of_24_hours_would_lose_some():
    zone = Zone("Europe/London")
    begin, end = zone.bounds(zone.day_of(parse_time("2026-10-25T12:00:00Z")))

    assert end - begin == 25 * 3_600_000 != 24 * 3_600_000
