"""Section 3 of the contract: goods that come back, of a known sale and of an unknown one."""

from decimal import Decimal

import pytest

from tests.contract.conftest import NOW, exact, pairs, problem
from tests.making import differences, value


def back(*lines, **more):
    return {"lines": [{"line_id": line, "quantity": quantity} for line, quantity in lines], **more}


def test_a_return_answers_the_order_as_the_contract_shows_it(api):
    api.order(quantity=3)
    seq = value("select value from counter where name = 'seq'")
    answer = api.post("/orders/1/returns", {
        "lines": [{"line_id": 1, "quantity": 1, "restock": False}], "reason": "torn", "returned_at": "2026-11-21T10:15:00Z",
    })  # fmt: skip

    said = exact(answer, 201)
    assert answer.headers["Location"].startswith("/orders/1")
    [entry] = said.pop("returns")
    entry.pop("note", None)
    assert entry == {
        "id": 1, "seq": seq + 1, "at": NOW, "business_day": "2026-11-21", "reason": "torn", "total": Decimal("2.40"),
        "lines": [{"line_id": 1, "quantity": 1, "amount": Decimal("2.40"), "restock": False}],
    }  # fmt: skip
    assert said["status"] == "partly_returned" and said["returned"] == Decimal("2.40") and said["id"] == 1
    assert said["lines"][0]["returned"] == 1 and said["total"] == Decimal("7.20")
    assert exact(api.get("/orders/1"))["returns"][0]["id"] == 1


def test_restock_is_true_if_left_out(api):
    api.order("MUG", 3)

    api.post("/orders/1/returns", back((1, 1)))
    assert exact(api.get("/products/MUG"))["stock"] == 5
    api.post("/orders/1/returns", {"lines": [{"line_id": 1, "quantity": 1, "restock": False}]})
    assert exact(api.get("/products/MUG"))["stock"] == 5
    assert [line["restock"] for entry in exact(api.get("/orders/1"))["returns"] for line in entry["lines"]] == [
        True,
        False,
    ]
    assert not differences()


def test_nothing_comes_back_before_it_was_sold(api):
    api.order()

    early = api.post("/orders/1/returns", back((1, 1), returned_at="2026-11-21T10:14:59.999Z"))
    assert pairs(early) == [("/returned_at", "too_small")]
    ahead = api.post("/orders/1/returns", back((1, 1), returned_at="2026-11-21T10:20:00.001Z"))
    assert pairs(ahead) == [("/returned_at", "in_the_future")]
    assert api.post("/orders/1/returns", back((1, 1), returned_at="2026-11-21T10:20:00Z")).status_code == 201


def test_more_than_is_left_is_refused(api):
    api.order(quantity=3)
    api.post("/orders/1/returns", back((1, 2)))

    said = problem(api.post("/orders/1/returns", back((1, 2))), 409)
    assert said["code"] == "exceeds_remaining" and said["errors"][0]["pointer"] == "/lines/0/quantity"
    twice = problem(api.post("/orders/1/returns", back((1, 1), (1, 1))), 409)
    assert twice["code"] == "exceeds_remaining" and [e["pointer"] for e in twice["errors"]] == ["/lines/1/quantity"]
    assert exact(api.get("/orders/1"))["lines"][0]["returned"] == 2


@pytest.mark.parametrize(
    ("price", "discount", "quantity", "parts", "amounts"),
    [("1.00", "0", 3, [1, 1, 1], ["1.00", "1.00", "1.00"]), ("10.00", "0.01", 3, [1, 1, 1], ["10.00", "10.00", "9.99"]),
     ("0.01", "0.02", 3, [1, 1, 1], ["0.00", "0.00", "0.01"]), ("0.05", "0.05", 3, [1, 2], ["0.03", "0.07"]),
     ("0.03", "0.04", 2, [1, 1], ["0.01", "0.01"]), ("5", "0", 4, [4], ["20.00"])],
)  # fmt: skip
def test_the_last_return_takes_the_rest(api, price, discount, quantity, parts, amounts):
    placed = api.order(quantity=quantity, price=price, discount=discount)

    for part in parts:
        said = exact(api.post("/orders/1/returns", back((1, part))), 201)

    assert [entry["total"] for entry in said["returns"]] == [Decimal(amount) for amount in amounts]
    assert said["returned"] == placed["total"] and said["status"] == "returned"


def test_all_bad_fields_of_a_return_are_named_at_once(api):
    api.order()
    sent = {
        "lines": [{"line_id": 9, "quantity": 0}, {"quantity": 1, "restock": "yes"}, {"line_id": "1", "quantity": 1}],
        "reason": 4, "returned_at": "then", "why": 1,
    }  # fmt: skip

    assert pairs(api.post("/orders/1/returns", sent)) == [
        ("/lines/0/line_id", "unknown"), ("/lines/0/quantity", "too_small"), ("/lines/1/line_id", "missing"),
        ("/lines/1/restock", "unknown"), ("/lines/2/line_id", "not_a_number"), ("/reason", "not_text"),
        ("/returned_at", "not_a_time"), ("/why", "unknown_field"),
    ]  # fmt: skip
    assert pairs(api.post("/orders/1/returns", {"lines": []})) == [("/lines", "too_small")]
    assert pairs(api.post("/orders/1/returns", {})) == [("/lines", "missing")]


def test_a_line_of_another_order_is_unknown(api):
    api.order(), api.order()

    assert pairs(api.post("/orders/1/returns", back((2, 1)))) == [("/lines/0/line_id", "unknown")]


def test_a_return_counts_on_its_own_day(api, at):
    api.order(price="9.00", date="2026-11-20")
    at("2026-11-21T11:00:00Z")
    api.post("/orders/1/returns", back((1, 1)))

    assert exact(api.get("/analytics?period=yesterday"))["total_revenue"] == Decimal("9.00")
    assert exact(api.get("/analytics?period=today"))["total_revenue"] == Decimal("-9.00")
    assert exact(api.get("/analytics"))["total_revenue"] == 0


def test_the_same_key_returns_once(api):
    api.order(quantity=2)
    first = api.post("/orders/1/returns", back((1, 1)), key="k")
    api.post("/orders/1/returns", back((1, 1)))
    again = api.post("/orders/1/returns", back((1, 1)), key="k")

    assert again.data == first.data and again.headers["Idempotent-Replayed"] == "true"


# ---- Without a known sale ----


def test_a_return_whose_sale_is_not_known_is_booked(api):
    sent = {
        "channel": "store", "location": "main", "external_id": "R-1", "reason": "old", "region": "GB",
        "lines": [{"product_id": "MUG", "quantity": 2, "price": 5.25}, {"product_id": 1, "quantity": 1, "restock": False}],
        "returned_at": "2026-11-20T10:00:00Z", "customer": {"email": "a@example.org"},
    }  # fmt: skip
    answer = api.post("/returns", sent)

    said = exact(answer, 201)
    assert answer.headers["Location"] == "/returns/1" and exact(api.get("/returns/1")) == said
    assert said["id"] == 1 and said["order_id"] is None and said["business_day"] == "2026-11-20"
    assert said["total"] == Decimal("12.90") and [line["amount"] for line in said["lines"]] == [
        Decimal("10.50"), Decimal("2.40"),
    ]  # fmt: skip
    assert [line["line_id"] for line in said["lines"]] == [None, None]
    assert [line["restock"] for line in said["lines"]] == [True, False]
    assert (said["channel"], said["location"], said["region"], said["external_id"]) == ("store", "main", "GB", "R-1")
    assert said["currency"] == "GBP" and said["reason"] == "old" and said["at"] == "2026-11-20T10:00:00.000Z"
    assert "example.org" not in answer.text and said["customer"] == {"id": 1}
    assert exact(api.get("/products/MUG"))["stock"] == 9
    assert exact(api.get("/analytics"))["total_revenue"] == Decimal("-12.90")
    assert not differences()


def test_an_external_id_of_a_return_is_unique_as_well(api):
    sent = {"channel": "store", "external_id": "R-1", "lines": [{"product_id": 1, "quantity": 1, "price": 1}]}
    api.post("/returns", sent)

    answer = api.post("/returns", sent)
    assert problem(answer, 409)["id"] == 1 and answer.headers["Location"] == "/returns/1"


def test_all_bad_fields_of_a_booked_return_are_named_at_once(api):
    sent = {"channel": "moon", "location": "sea", "lines": [{"product_id": "NOPE", "quantity": 0, "price": -1}], "x": 1}

    assert pairs(api.post("/returns", sent)) == [
        ("/channel", "unknown"), ("/lines/0/price", "too_small"), ("/lines/0/product_id", "unknown"),
        ("/lines/0/quantity", "too_small"), ("/location", "unknown"), ("/x", "unknown_field"),
    ]  # fmt: skip
    ahead = {"lines": [{"product_id": 1, "quantity": 1}], "returned_at": "2026-11-21T10:20:01Z"}
    assert pairs(api.post("/returns", ahead)) == [("/returned_at", "in_the_future")]


def test_returns_lists_both(api):
    api.order()
    api.post("/orders/1/returns", back((1, 1), reason="correction"))
    api.post(
        "/returns", {"lines": [{"product_id": 1, "quantity": 1, "price": 1}], "returned_at": "2026-11-20T10:00:00Z"}
    )

    items = exact(api.get("/returns"))["items"]
    assert [(item["id"], item["order_id"]) for item in items] == [(1, 1), (2, None)]
    assert items[0]["reason"] == "correction"
    assert [item["id"] for item in exact(api.get("/returns?period=yesterday"))["items"]] == [2]
    assert pairs(api.get("/returns?period=x&limit=0")) == [("limit", "too_small"), ("period", "unknown")]
    problem(api.get("/returns/3"), 404)


def test_the_ledger_is_only_added_to(api):
    api.order()

    for method in ("PUT", "PATCH", "DELETE"):
        problem(api.send(method, "/orders/1", {}), 405)
        problem(api.send(method, "/orders", {}), 405)
