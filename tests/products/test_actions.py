"""The verbs of the catalogue on batches: what is refused writes nothing, what is changed rewrites no history."""

import pytest

from tests.making import checked, make_location, make_product
from webapp.db import reading, writer
from webapp.errors import Conflict, Invalid, NotFound, PreconditionFailed
from webapp.live import outbox
from webapp.products import actions, dao
from webapp.products.actions import Change, Entered
from webapp.products.shapes import ChangedProduct, NewProduct, StockEntry
from webapp.stock import dao as stock


def new(sku, **more):
    return checked(NewProduct, {"sku": sku, "name": sku, "price": "1.00", **more})


def change(product, if_seq=None, **to):
    return writer.do_many(actions.change_products, [Change(product, checked(ChangedProduct, to), if_seq)])[0]


def enter(product, **entry):
    return writer.do_many(actions.enter_stock, [Entered(product, checked(StockEntry, entry))])[0]


def asked(query, *arguments):
    with reading.reading() as tx:
        return query(tx, *arguments)


def rows(statement):
    with reading.reading() as tx:
        return [tuple(row) for row in tx.execute(statement)]


def events():
    with reading.reading() as tx:
        return [(event.topic, event.event, event.first_id, len(event.ids())) for event in outbox.read_after(tx, 0, 100)]


# ---- Making ----


def test_a_taken_sku_is_refused_and_burns_no_number(shop):
    make_product("A")

    results = writer.do_many(actions.create_products, [new("B"), new("A"), new("B"), new("a")])

    assert [getattr(one, "code", None) or one["id"] for one in results] == [2, "duplicate", "duplicate", 3]
    assert [one.extra["id"] for one in results[1:3]] == [1, 2]
    assert [one["seq"] for one in results if isinstance(one, dict)] == [2, 3]
    assert events() == [("products", "created", 1, 1), ("products", "created", 2, 2)]


def test_an_undone_batch_leaves_no_trace(shop):
    writer.do_many(actions.create_products, [new("A", category="X/Y", brand="B", stock=3), new("A")], atomic=True)

    assert not rows("select 1 from product union all select 1 from category union all select 1 from brand")
    assert not rows("select 1 from stock_move union all select 1 from outbox")
    assert make_product("B", category="Z", stock=1) == 1
    assert rows("select id, path from category") == [(1, "Z")]
    assert reading.position() == 1


def test_categories_brands_vendors_and_tiers_are_made_when_new_and_found_when_not(shop):
    writer.do_many(
        actions.create_products,
        [
            new("A", category="Drinks/Cold", brand="Bo", vendor="Vi", price_tier="core"),
            new("B", category="Drinks", brand="Bo", vendor="Vi", price_tier="core"),
            new("C", category="Drinks / Cold", brand="bo"),
        ],
    )

    assert rows("select id, parent_id, name, path from category order by id") == [
        (1, None, "Drinks", "Drinks"), (2, 1, "Cold", "Drinks/Cold"),
    ]  # fmt: skip
    assert rows("select name from brand order by id") == [("Bo",), ("bo",)]
    assert rows("select sku, category_id, brand_id, vendor_id, price_tier_id from product order by id") == [
        ("A", 2, 1, 1, 1), ("B", 1, 1, 1, 1), ("C", 2, 2, None, None),
    ]  # fmt: skip


def test_opening_stock_lies_at_the_default_location_and_is_a_move_of_the_products_seq(shop):
    make_location("pier")
    product = make_product("A", stock=12)

    assert rows("select product_id, location_id, quantity from stock_level") == [(product, 1, 12)]
    assert rows("select change, quantity_after, reason, seq from stock_move") == [(12, 12, "count", 2)]
    assert not rows("select 1 from product where tracked = 0")


def test_a_batch_answers_with_numbers_alone(shop):
    assert writer.do_many(actions.add_products, [new("A"), new("B")]) == [{"id": 1, "seq": 1}, {"id": 2, "seq": 2}]


# ---- Changing ----


def test_a_changed_price_keeps_its_history(shop):
    product = make_product("A", "2.40")

    change("A", price="3.00")
    change("A", price="2.80")

    (first, second, third) = rows("select price_minor, from_ms, to_ms from price order by id")
    assert [first[0], second[0], third[0]] == [240, 300, 280]
    assert first[2] == second[1] and second[2] == third[1] and third[2] is None
    assert rows("select price_minor from product") == [(280,)]
    assert asked(dao.price_at, product, first[1] - 10_000) == 240
    assert asked(dao.price_at, product, third[1]) == 280
    assert asked(dao.price_at, 99, third[1]) is None


def test_a_price_makes_no_version_and_a_name_does(shop):
    make_product("A", category="Drinks")

    change("A", price="3.00", cost="1.00", gtin="4006381333931", reorder_point=3)
    assert rows("select count(*) from product_version") == [(1,)]
    change("A", name="New name")
    change("A", category="Snacks")

    versions = "select v.name, c.path from product_version v join category c on c.id = v.category_id order by v.id"
    assert rows(versions) == [
        ("A", "Drinks"), ("New name", "Drinks"), ("New name", "Snacks"),
    ]  # fmt: skip
    assert rows("select version_id from product") == [(3,)]


def test_what_is_so_already_takes_no_number(shop):
    make_product("A", "2.40", brand="Bo", tags=["x"])

    shown = change("A", price="2.40", brand="Bo", name="A", tags=["x"], oversell=False)

    assert shown["seq"] == 1 and reading.position() == 1
    assert rows("select count(*) from product_version") == [(1,)]


def test_null_takes_away_and_what_is_left_out_stays(shop):
    make_product("A", category="Drinks", brand="Bo", cost="1.00", tags=["x", "y"], reorder_point=2)

    shown = change("A", category=None, cost=None, tags=["y"])

    assert (shown["category"], shown["cost"], shown["brand"], shown["tags"], shown["reorder_point"]) == (
        None, None, "Bo", ["y"], 2,
    )  # fmt: skip


def test_a_change_that_came_second_is_refused(shop):
    make_product("A")

    assert change("A", if_seq=1, name="First")["name"] == "First"
    assert isinstance(change("A", if_seq=1, name="Second"), PreconditionFailed)
    assert isinstance(change("nothing", name="x"), NotFound)


def test_an_archived_product_is_archived_once_and_can_come_back(shop):
    make_product("A")

    results = writer.do_many(actions.archive_products, ["A", 1, 99])

    assert [one["seq"] for one in results[:2]] == [2, 2]
    assert isinstance(results[2], NotFound)
    assert change(1, archived=False)["archived"] is False


def test_overselling_cannot_end_while_more_is_sold_than_was_there(shop):
    make_product("A", stock=1, oversell=True)
    enter("A", change=-3)

    refused = change("A", oversell=False)
    enter("A", count=0)

    assert isinstance(refused, Conflict) and refused.errors[0].pointer == "/oversell"
    assert change("A", oversell=False)["oversell"] is False


# ---- Stock ----


def test_the_first_entry_begins_to_count(shop):
    make_product("A")
    make_location("pier")

    move = enter("A", count=40, location="pier", note="shelf")

    assert (move["change"], move["quantity_after"], move["reason"], move["location"]) == (40, 40, "count", "pier")
    assert rows("select tracked from product") == [(1,)]
    assert events()[-1] == ("stock", "moved", move["id"], 1)


def test_earlier_entries_count_for_later_ones(shop):
    make_product("A", stock=5)
    entries = [{"change": 3}, {"count": 4}, {"change": -5}, {"change": -4, "reason": "transfer"}]

    results = writer.do_many(actions.enter_stock, [Entered("A", checked(StockEntry, one)) for one in entries])

    assert [getattr(one, "code", None) or one["quantity_after"] for one in results] == [8, 4, "out_of_stock", 0]
    assert [one["reason"] for one in results if isinstance(one, dict)] == ["delivery", "count", "transfer"]
    assert asked(stock.find_differences) == []


def test_an_entry_names_what_it_does_not_know(shop):
    make_product("A")

    assert isinstance(enter("B", change=1), NotFound)
    refused = enter("A", change=1, location="nowhere")
    assert isinstance(refused, Invalid) and (refused.errors[0].pointer, refused.code) == ("/location", "unknown")
    assert rows("select tracked from product") == [(0,)]


@pytest.mark.parametrize("entry", [{}, {"change": 1, "count": 1}, {"change": 0}, {"count": -1}, {"change": 1.5}])
def test_an_entry_says_either_a_change_or_a_count(shop, entry):
    with pytest.raises(Invalid):
        checked(StockEntry, entry)


# ---- For a sale ----


def test_what_a_sale_has_to_know_is_found_by_id_and_by_sku(shop):
    make_product("A", "2.40", category="Drinks", cost="1.00", stock=3)
    make_product("B")

    by_id, by_sku = asked(dao.find_for_sale, [1, 99], ["B", "nothing"])

    assert set(by_id) == {1, 2} and set(by_sku) == {"A", "B"}
    assert by_id[1]["price_minor"] == 240 and by_id[1]["cost_minor"] == 100 and by_id[1]["tracked"] == 1
    assert by_sku["B"]["id"] == 2 and by_sku["B"]["version_id"] == 2
