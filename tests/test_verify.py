"""`verify` sees what is wrong and names it; `rebuild` puts right what can be."""

import sqlite3

import pytest

from tests import making
from webapp import verify
from webapp.db import store


def spoil(*statements):
    """Change the database behind everybody's back."""
    connection = sqlite3.connect(store.path(), isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.fixture
def sold(shop):
    """A shop with a sale and a return."""
    making.make_product(stock=10, category="Drinks/Cold", brand="Pine")
    order_id = making.sell("TEA", 3)
    making.take_back(order_id, 1)


def test_a_sound_shop_has_no_differences(sold):
    assert making.differences() == []


@pytest.mark.parametrize(
    "statement, named",
    [
        ("update sales_day set gross_minor = gross_minor + 1", "rollups"),
        ("update sales_hour set orders = orders + 1", "rollups"),
        ("update product_day set units = units - 1", "rollups"),
        ("update product_month set units = units - 1", "rollups"),
        ("delete from order_day", "rollups"),
        ("update sales_second set gross_minor = 0", "rollups"),
        ("update stock_level set quantity = 11", "stock"),
        ("update orders set total_minor = 1", "orders equal"),
        ("update returns set total_minor = 1", "returns equal"),
        ("update return_line set quantity = 9", "came back"),
        ("delete from outbox where seq = 2", "sequence"),
        ("update counter set value = value + 1 where name = 'seq'", "sequence"),
        ("update counter set value = 7 where name = 'orders'", "orders: 1 rows"),
        ("update order_line set product_id = 99", "foreign keys"),
        ("update price set to_ms = 1", "price"),
        ("update stock_level set quantity = -1", "below zero"),
    ],
)
def test_what_is_wrong_is_named(sold, statement, named):
    spoil(statement)

    assert any(named in line for line in making.differences())


def test_rebuild_makes_spoiled_rollups_equal_the_ledger_again(sold):
    spoil("update sales_day set gross_minor = 0", "delete from product_day", "delete from order_day")

    verify.rebuild()

    assert making.differences() == []
