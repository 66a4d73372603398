"""Fault 55: orders of the largest size, until the sums of all time are full: none overflows, and others go on."""

import pytest

from tests import making
from webapp.metrics import rollups

LARGEST = {"lines": [{"product_id": "TEA", "quantity": 1_000_000, "price": "9999999.99"}] * 1000}
SMALL = {"product_id": "TEA", "quantity": 1, "price": "2.40"}
EACH = 999_999_999 * 1_000_000 * 1000


@pytest.fixture
def full(client):
    """A client of a shop that has sold nine of the largest orders, each line of which cost as much as it brought."""
    making.make_product("TEA", cost="9999999.99")
    for _ in range(9):
        assert client.post("/orders", json=LARGEST).status_code == 201
    return client


def test_fault_55_the_tenth_of_the_largest_orders_is_refused_by_its_field_and_the_others_go_on(full, figures):
    refused = full.post("/orders", json=LARGEST)
    batch = full.post("/orders/batch", json=[SMALL, LARGEST, SMALL]).json

    assert (refused.status_code, refused.json["code"]) == (422, "too_large")
    assert refused.json["errors"][0]["pointer"] == "/lines/0/quantity"
    assert [result["status"] for result in batch["results"]] == [201, 422, 201]
    assert full.post("/orders", json=SMALL).status_code == 201
    assert making.value("select sum(total_minor) from orders") == 9 * EACH + 3 * 240
    figures(55, overflows=0)
    assert making.differences() == []


def test_fault_55_several_of_one_batch_are_counted_together(client):
    making.make_product("TEA")

    batch = client.post(
        "/orders/batch?atomic=0", json=[{**SMALL, "quantity": 1_000_000, "price": "9999999.99"}] * 9_500
    )

    assert batch.json["accepted"] == 9_000
    assert making.differences() == []


@pytest.mark.parametrize(
    "address",
    [
        "/analytics", "/analytics?period=today", "/orders?sort=-total", "/orders?format=csv", "/analytics/reconciliation",
        "/explore?metric=net_sales&metric=cost&metric=gross_margin&by=product&grain=day",
        "/explore?metric=gross_margin_ratio&metric=average_order_value",
    ],
)  # fmt: skip
def test_fault_55_whatever_sums_them_is_exact_or_answers_at_all(full, address):
    assert full.get(address).status_code == 200


def test_the_control_a_build_that_does_not_look_for_room_fails_without_a_field(full, monkeypatch):
    monkeypatch.setattr(rollups, "room", lambda tx: rollups.MOST)
    monkeypatch.setattr(rollups.Buffer, "_check_room", lambda self, tx: None)

    assert full.post("/orders", json=LARGEST).status_code >= 500
