"""Goods leave and come back: one move each, a level is always the sum of its moves."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.making import make_location, make_product
from webapp.db import reading, writer
from webapp.errors import Conflict
from webapp.stock import actions, dao
from webapp.stock.actions import Back, Take
from webapp.stock.shapes import Entry


def levels(*product_ids):
    with reading.reading() as tx:
        return dao.find_levels(tx, product_ids)


def differences():
    with reading.reading() as tx:
        return [tuple(row) for row in dao.find_differences(tx)]


def taking(strict=()):
    def take(tx, takes):
        actions.take(tx, takes, strict)
        return [None] * len(takes)

    return take


def giving(tx, backs):
    actions.give_back(tx, backs)
    return [None] * len(backs)


def test_goods_of_many_orders_leave_in_one_write_a_place(shop):
    tea, pie = make_product("TEA", stock=10), make_product("PIE", stock=5)

    writer.do_many(taking(), [Take(1, tea, 1, 2, 0, 9), Take(1, pie, 1, 1, 0, 9), Take(2, tea, 1, 3, 0, 10)])

    assert levels(tea, pie) == {(tea, 1): 5, (pie, 1): 4}
    with reading.reading() as tx:
        moves = [
            (row["order_id"], row["change"], row["quantity_after"], row["reason"]) for row in dao.find_moves(tx, tea)
        ]
    assert moves == [(2, -3, 5, "sale"), (1, -2, 8, "sale"), (None, 10, 10, "count")]
    assert differences() == []


def test_what_may_not_be_oversold_never_falls_below_zero(shop):
    tea = make_product("TEA", stock=1)

    results = writer.do_many(taking(strict={tea}), [Take(1, tea, 1, 2, 0, 9)])

    assert isinstance(results[0], Conflict) and results[0].code == "out_of_stock"
    assert levels(tea) == {(tea, 1): 1}


def test_what_may_be_oversold_falls_below_zero(shop):
    tea = make_product("TEA", stock=1, oversell=True)

    writer.do_many(taking(), [Take(1, tea, 1, 2, 0, 9)])

    assert levels(tea) == {(tea, 1): -1}


def test_goods_come_back_to_the_shelf_they_are_given_to(shop):
    tea, pier = make_product("TEA", stock=1), make_location("pier")

    writer.do_many(giving, [Back(1, 7, tea, pier, 2, 0, 9), Back(1, 7, tea, 1, 1, 0, 9)])

    assert levels(tea) == {(tea, 1): 2, (tea, pier): 2}
    assert differences() == []


def test_nothing_is_written_for_nothing(shop):
    make_product("TEA", stock=1)

    writer.do(lambda tx, items: [actions.take(tx, []), actions.give_back(tx, [])][:1], None)

    assert differences() == []


def test_a_level_that_is_not_the_sum_of_its_moves_is_named(shop):
    tea = make_product("TEA", stock=1)
    writer.do(lambda tx, items: [tx.execute("update stock_level set quantity = 7") and None], None)

    assert differences() == [(tea, 1, 7, 1)]


OPERATION = st.tuples(st.sampled_from(["take", "back", "change", "count"]), st.integers(0, 1), st.integers(1, 9))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(OPERATION, min_size=1, max_size=4), max_size=5))
def test_after_any_history_levels_are_the_sum_of_their_moves(shop, batches):
    products = [make_product(f"P{reading.position()}-{number}", stock=5, oversell=True) for number in range(2)]
    expected = dict.fromkeys(products, 5)

    for batch in batches:
        for verb, number, quantity in batch:
            product = products[number]
            if verb == "take":
                writer.do_many(taking(), [Take(1, product, 1, quantity, 0, 1)])
                expected[product] -= quantity
            elif verb == "back":
                writer.do_many(giving, [Back(1, None, product, 1, quantity, 0, 1)])
                expected[product] += quantity
            else:
                writer.do_many(actions.enter, [Entry(product, 1, **{verb: quantity}, oversell=True)])
                expected[product] = quantity if verb == "count" else expected[product] + quantity

    assert levels(*products) == {(product, 1): quantity for product, quantity in expected.items()}
    assert differences() == []


def test_an_entry_without_a_reason_gets_the_likely_one(shop):
    tea = make_product("TEA", stock=5)
    entries = [
        Entry(tea, 1, change=1),
        Entry(tea, 1, change=-1),
        Entry(tea, 1, count=3),
        Entry(tea, 1, change=1, reason="count"),
    ]

    results = writer.do_many(actions.enter, entries)

    assert [one.reason for one in results] == ["delivery", "waste", "count", "count"]
    assert [one.seq for one in results] == [2, 3, 4, 5]


@pytest.mark.parametrize("quantity", [6, 7])
def test_no_more_can_be_thrown_away_than_is_there(shop, quantity):
    tea = make_product("TEA", stock=5)

    result = writer.do_many(actions.enter, [Entry(tea, 1, change=-quantity)])[0]

    assert result.code == "out_of_stock"
    assert reading.position() == 1
