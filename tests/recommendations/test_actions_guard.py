"""What held when a price was suggested is asked again when somebody accepts it: nothing outside a limit is ever set."""

import pytest

from tests.making import checked, make_product, value
from tests.recommendations.making import accept, cost_once, draft, end, keep, reprice, suggestion
from tests.recommendations.pages import send
from webapp.db import writer
from webapp.products import actions as products
from webapp.products.actions import Change, Entered
from webapp.products.shapes import ChangedProduct, StockEntry
from webapp.recommendations import actions_settings
from webapp.recommendations.actions_settings import Guardrail, Trait

USUAL = {"least_margin_bp": 2_000, "most_step_bp": 1_000, "most_90d_bp": 2_000, "cool_down_days": 14}


@pytest.fixture
def now(at):
    """Ten in the morning, with tea and soup at 2.40 that cost 0.80, for which 2.20 is suggested."""
    ms = at("2026-11-21T10:00:00Z")
    for sku, category in (("TEA", "Drinks"), ("SOUP", "Food")):
        make_product(sku, "2.40", category=category, cost="0.80")
    cost_once()
    keep(reprice(220))
    return ms


def limit(category=0, **more):
    writer.do(actions_settings.set_guardrails, Guardrail(category, **{**USUAL, **more}))


def change(sku, **more):
    writer.do(products.change_products, Change(sku, checked(ChangedProduct, more)))


def untouched(now):
    assert suggestion(1, now)["state"] == "open"
    assert value("select price_minor from product where id = 1") == 240
    assert value("select count(*) from price_plan where state in ('planned', 'running')") == 0


def refused_at_the_price(now, code="too_small", **more):
    refusal = accept(1, **more)

    assert (refusal.status, [(one.pointer, one.code) for one in refusal.errors]) == (422, [("/price", code)])
    assert "changed since this was suggested" in refusal.detail
    untouched(now)


def test_a_price_below_what_it_costs_by_now_is_refused(now):
    change("TEA", cost="2.15")

    refused_at_the_price(now)
    refused_at_the_price(now, price_minor=230)


def test_a_price_outside_limits_that_were_set_meanwhile_is_refused(now):
    limit(most_step_bp=200)

    refused_at_the_price(now)
    assert "id" in accept(1, price_minor=236)


def test_a_least_margin_that_was_raised_meanwhile_is_kept(now):
    limit(least_margin_bp=18_000)

    refused_at_the_price(now)


def test_of_limits_those_of_its_own_category_hold(now):
    limit(1, most_step_bp=200)
    keep(reprice(220), reprice(220, 2))

    refused_at_the_price(now)
    assert "id" in accept(2)


def test_a_rise_is_refused_where_the_price_never_rises_by_now(now):
    keep(reprice(250))
    writer.do(actions_settings.set_traits, Trait("TEA", never_rises=True))

    refusal = accept(2, confirm=True)

    assert [(one.pointer, one.code) for one in refusal.errors] == [("/price", "too_large")]


def no_price_now(now, code, words):
    refusal = accept(1)

    assert (refusal.status, refusal.code, refusal.detail) == (409, code, f"The price of Tea stays for now: {words}.")
    untouched(now)


def test_what_is_out_of_stock_by_now_keeps_its_price(now):
    writer.do(products.enter_stock, Entered("TEA", StockEntry(count=0, reason="count")))

    no_price_now(now, "stocked_out", "it is out of stock")


def test_what_is_promoted_by_now_keeps_its_price(now):
    keep(reprice(220), draft("promote", 1))
    accept(2)

    no_price_now(now, "promoted", "it is under a promotion")


def test_what_is_offered_with_another_by_now_keeps_its_price(now):
    keep(reprice(220), draft("bundle", 2, products=(1, 2)))
    accept(2)

    no_price_now(now, "promoted", "it is under a promotion")


def test_a_price_that_moved_and_came_back_meanwhile_rests(now, at):
    keep(reprice(220), reprice(230))
    accept(2)
    at("2026-11-21T11:00:00Z")
    end(2)

    no_price_now(now, "cool_down", "its price changed a short time ago")


def test_a_cost_that_is_no_longer_known_leaves_no_price(now):
    change("TEA", cost=None)

    no_price_now(now, "cost_unknown", "what it costs is not known")


def test_where_limits_leave_no_room_no_price_is_set(now):
    change("TEA", cost="2.50")

    no_price_now(now, "no_room", "no price keeps all limits")


def test_a_promotion_without_a_price_asks_for_no_limits(now):
    writer.do(products.enter_stock, Entered("SOUP", StockEntry(count=0, reason="count")))
    keep(draft("promote", 2))

    assert "id" in accept(2)


def test_the_page_says_why_it_was_not_accepted(client, now):
    writer.do(products.enter_stock, Entered("TEA", StockEntry(count=0, reason="count")))
    said = send(client, "/recommendations/1/accept", price="2.20")

    assert said.status_code == 422
    assert "The price of Tea stays for now: it is out of stock." in said.get_data(as_text=True)


def test_a_program_is_told_why_by_a_code(client, now):
    writer.do(products.enter_stock, Entered("TEA", StockEntry(count=0, reason="count")))

    answer = client.post("/recommendations/1/accept", json={})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "stocked_out")
