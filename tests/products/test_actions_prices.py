"""Prices that begin and end at set times: the history says when, and a sale has the right price even where nobody set it."""

import pytest

from tests.making import checked, differences, make_product, place, query, sell, value
from tests.making import draft as order_draft
from webapp.db import reading, writer
from webapp.errors import Conflict, NotFound
from webapp.products import actions, actions_prices, dao
from webapp.products.actions import Change
from webapp.products.actions_prices import Planned
from webapp.products.shapes import ChangedProduct

HOUR = 3_600_000


@pytest.fixture
def now(at):
    """Ten in the morning, when the tea was made at 2.40."""
    ms = at("2026-11-21T10:00:00Z")
    make_product("TEA", "2.40")
    return ms


def plan(price, from_ms, to_ms, product=1):
    return writer.do_many(actions_prices.plan_prices, [Planned(product, price, from_ms, to_ms, "a promotion")])[0]


def turn():
    return writer.do(actions_prices.turn_prices, None)["turned"]


def shown():
    with reading.reading() as tx:
        return dao.find_product(tx, 1)["price_minor"]


def sold_at():
    return value("select price_minor from order_line order by id desc limit 1")


def history():
    return query("select price_minor, from_ms, to_ms from price order by from_ms, id")


def test_a_price_that_begins_now_is_the_products_price_at_once(now):
    plan(200, now, now + HOUR)

    assert shown() == 200
    assert history() == [(240, now, now), (200, now, None)]
    assert not differences()


def test_a_price_begins_and_ends_at_its_own_times_although_the_job_comes_late(now, at):
    plan(200, now + HOUR, now + 2 * HOUR)
    at("2026-11-21T14:00:00Z")

    assert turn() == 2
    assert history() == [(240, now, now + HOUR), (200, now + HOUR, now + 2 * HOUR), (240, now + 2 * HOUR, None)]
    assert shown() == 240
    assert not differences()


def test_a_sale_has_the_price_that_is_due_although_nobody_has_set_it(now, at):
    plan(200, now + HOUR, now + 2 * HOUR)

    at("2026-11-21T11:30:00Z")
    sell("TEA")
    during = sold_at()
    at("2026-11-21T12:00:00Z")
    sell("TEA")

    assert (during, sold_at()) == (200, 240)


def test_a_late_entry_of_a_sale_has_the_price_of_its_own_moment(now, at):
    plan(200, now + HOUR, now + 2 * HOUR)
    at("2026-11-21T13:00:00Z")

    place(order_draft("TEA", placed_ms=now + HOUR + 1), order_draft("TEA", placed_ms=now + HOUR - 1))

    assert [row[0] for row in query("select price_minor from order_line order by id")] == [200, 240]


def test_a_sale_after_the_end_has_the_price_before_although_the_end_is_late(now, at):
    plan(200, now, now + HOUR)
    at("2026-11-21T11:00:00Z")

    sell("TEA")

    assert sold_at() == 240


def test_taking_a_price_back_brings_the_one_before(now, at):
    plan_id = plan(200, now, now + 5 * HOUR)["id"]
    at("2026-11-21T10:30:00Z")

    writer.do(actions_prices.end_plans, plan_id)

    assert shown() == 240
    assert history()[-1] == (240, now + HOUR // 2, None)
    assert not differences()


def test_a_price_that_has_not_begun_is_taken_back_without_a_trace_in_the_history(now):
    plan_id = plan(200, now + HOUR, now + 5 * HOUR)["id"]

    writer.do(actions_prices.end_plans, plan_id)

    assert history() == [(240, now, None)]
    assert value("select state from price_plan") == "cancelled"


def test_what_a_person_sets_meanwhile_stays_after_the_end(now, at):
    plan(200, now, now + HOUR)
    writer.do(actions.change_products, Change(1, checked(ChangedProduct, {"price": "2.10"})))
    at("2026-11-21T12:00:00Z")

    turn()
    sell("TEA")

    assert (shown(), sold_at()) == (210, 210)
    assert not differences()


def test_two_planned_prices_of_a_product_do_not_overlap(now):
    plan(200, now + HOUR, now + 3 * HOUR)

    assert isinstance(plan(190, now + 2 * HOUR, now + 4 * HOUR), Conflict)
    assert "id" in plan(190, now + 3 * HOUR, now + 4 * HOUR)


def test_of_two_prices_that_meet_the_later_one_holds_though_it_was_planned_first(now, at):
    plan(190, now + 2 * HOUR, now + 3 * HOUR)
    plan(200, now + HOUR, now + 2 * HOUR)
    at("2026-11-21T11:30:00Z")
    turn()
    at("2026-11-21T12:30:00Z")

    sell("TEA")
    assert sold_at() == 190  # nobody has set it yet
    turn()
    assert shown() == 190
    assert not differences()
    at("2026-11-21T13:30:00Z")
    turn()
    assert shown() == 240
    assert not differences()


def test_an_unknown_or_archived_product_gets_no_planned_price(now):
    writer.do(actions.archive_products, 1)

    assert plan(200, now, now + HOUR).code == "archived"
    assert isinstance(plan(200, now, now + HOUR, product=9), NotFound)


def test_an_archived_product_no_longer_begins_its_price(now, at):
    plan(200, now + HOUR, now + 2 * HOUR)
    writer.do(actions.archive_products, 1)
    at("2026-11-21T11:30:00Z")

    turn()

    assert value("select state from price_plan") == "cancelled"
    assert shown() == 240
