"""A person decides: a price begins and ends at its times, a rise is said twice, and one click takes it back."""

import pytest

from tests.making import differences, make_product, query, sell, value
from tests.recommendations.making import accept, cost_once, dismiss, draft, end, keep, reprice, shown, suggestion
from webapp import schedule
from webapp.db import reading
from webapp.jobs import worker
from webapp.live import outbox
from webapp.products import dao as products

assert schedule  # its jobs are registered by being imported
HOUR = 3_600_000


@pytest.fixture
def now(at):
    """Ten in the morning, with two drinks that a buyer can take for one another, and soup."""
    ms = at("2026-11-21T10:00:00Z")
    for sku, category in (("TEA", "Drinks"), ("COFFEE", "Drinks"), ("SOUP", "Food")):
        make_product(sku, "2.40", category=category, cost="0.80")
    cost_once()
    return ms


def shown_price(product=1):
    with reading.reading() as tx:
        return products.find_product(tx, product)["price_minor"]


def test_an_accepted_price_takes_effect_at_once_and_new_sales_have_it(now):
    keep(reprice(220))
    sell("TEA")

    accept(1)
    sell("TEA")

    assert [row[0] for row in query("select price_minor from order_line order by id")] == [240, 220]
    assert shown_price() == 220
    assert not differences()


def test_the_history_of_prices_says_who_and_why(now):
    keep(reprice(220, title="Lower the price of Tea"))

    accept(1)

    reason = value("select reason from price where to_ms is null and product_id = 1")
    assert reason == "the shop accepted suggestion 1: Lower the price of Tea"
    row = suggestion(1, now)
    assert (row["decided_by"], row["decided_ms"], row["price_minor"]) == ("the shop", now, 220)


def test_by_default_it_holds_from_now_until_the_suggestion_expires(now):
    keep(reprice(220, days=3))

    accept(1)

    row = suggestion(1, now)
    assert (row["starts_ms"], row["ends_ms"]) == (now, row["expires_ms"])


def test_a_price_begins_and_ends_by_the_job_at_its_set_times(now, at):
    keep(reprice(220))
    accept(1, starts_ms=now + HOUR, ends_ms=now + 2 * HOUR)
    prices = [shown_price()]

    for moment in ("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z"):
        at(moment)
        worker.run_pending()
        prices.append(shown_price())

    assert prices == [240, 220, 240]
    assert suggestion(1, now + 2 * HOUR)["state"] == "ended"
    assert value("select state from suggestion") == "ended"
    assert not differences()


def test_a_rise_needs_a_second_confirmation_and_writes_nothing_without(now):
    keep(reprice(250))

    refusal = accept(1)

    assert (refusal.status, refusal.code) == (409, "confirm")
    assert suggestion(1, now)["state"] == "open"
    assert shown_price() == 240
    assert "id" in accept(1, confirm=True)
    assert shown_price() == 250


def test_a_price_that_is_changed_into_a_rise_needs_it_too(now):
    keep(reprice(220))

    assert accept(1, price_minor=255).code == "confirm"


def test_accepting_twice_changes_nothing_the_second_time(now):
    keep(reprice(220))
    first = accept(1)

    second = accept(1, price_minor=210)

    assert second == first
    assert shown_price() == 220
    assert value("select count(*) from price_plan") == 1


def test_after_its_expiry_it_cannot_be_accepted(now, at):
    keep(reprice(220, days=1))
    at("2026-11-22T00:00:00Z")

    assert accept(1).status == 409
    assert shown_price() == 240


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"price_minor": 199}, "/price", "too_small"),
        ({"price_minor": 261, "confirm": True}, "/price", "too_large"),
        ({"starts_ms": -6 * 60_000}, "/starts_at", "too_small"),
        ({"starts_ms": 400 * 24 * HOUR}, "/starts_at", "too_large"),
        ({"ends_ms": 0}, "/ends_at", "too_small"),
        ({"starts_ms": 2 * HOUR, "ends_ms": HOUR}, "/ends_at", "too_small"),
        ({"ends_ms": 500 * 24 * HOUR}, "/ends_at", "too_large"),
    ],
)
def test_wrong_values_are_refused_with_their_field(now, more, pointer, code):
    keep(reprice(220))
    given = {name: amount + now if name.endswith("_ms") else amount for name, amount in more.items()}

    refusal = accept(1, **given)

    assert refusal.status == 422
    assert [(error.pointer, error.code) for error in refusal.errors] == [(pointer, code)]
    assert suggestion(1, now)["state"] == "open"


def test_all_wrong_values_are_named_at_once(now):
    keep(reprice(220))

    refusal = accept(1, price_minor=1, ends_ms=now - 1)

    assert [error.pointer for error in refusal.errors] == ["/ends_at", "/price"]


def test_a_suggestion_without_a_price_takes_none(now):
    keep(draft("promote", 1))

    assert accept(1, price_minor=200).errors[0].pointer == "/price"
    assert "id" in accept(1)
    assert value("select count(*) from price_plan") == 0


def test_a_begin_a_moment_ago_is_now(now):
    keep(reprice(220))

    accept(1, starts_ms=now - 1000)

    assert suggestion(1, now)["starts_ms"] == now


def test_ending_takes_the_price_back_at_once(now, at):
    keep(reprice(220))
    accept(1)
    later = at("2026-11-21T10:30:00Z")

    end(1)
    sell("TEA")

    assert shown_price() == 240
    assert value("select price_minor from order_line order by id desc limit 1") == 240
    row = suggestion(1, later)
    assert (row["state"], row["ended_ms"]) == ("ended", later)


def test_ending_twice_changes_nothing_and_what_is_open_cannot_be_ended(now):
    keep(reprice(220), draft("promote", 3))
    accept(1)

    first = end(1)

    assert end(1) == first
    assert end(2).status == 409
    assert accept(1).status == 409
    assert dismiss(1).status == 409


def test_two_prices_of_products_that_stand_in_for_each_other_do_not_move_at_once(now):
    keep(reprice(220, 1), reprice(220, 2), reprice(220, 3))
    accept(1)

    assert accept(2).status == 409
    assert "id" in accept(3)
    end(1)
    assert "id" in accept(2)


def test_an_accepted_suggestion_cannot_be_dismissed_and_a_dismissed_one_stays_so(now):
    keep(draft("promote", 1), draft("watch", 3))
    accept(1)

    assert dismiss(1).status == 409
    first = dismiss(2, "We know")
    assert dismiss(2, "again") == first
    assert suggestion(2, now)["reason"] == "We know"
    assert accept(2).status == 409


def test_what_is_unknown_is_not_found(now):
    assert [accept(9).status, dismiss(9).status, end(9).status] == [404, 404, 404]


def test_a_reason_that_is_too_long_is_refused(now):
    keep(draft())

    refusal = dismiss(1, "x" * 2_001)

    assert refusal.errors[0].code == "too_long"
    assert shown(now) == [(1, "promote", "open")]


def test_pages_and_tills_are_told_by_the_outbox(now):
    keep(reprice(220))
    accept(1)

    with reading.reading() as tx:
        told = [(event.topic, event.event, event.first_id) for event in outbox.read_after(tx, 0, 100)][-6:]

    assert ("products", "changed", 1) in told
    assert ("advice", "accepted", 1) in told


def test_trap_10_no_price_moves_without_a_person_whatever_is_suggested(now, at):
    keep(reprice(220, 1), reprice(259, 3), draft("markdown", 2, reprice(200).price))
    for moment in ("2026-11-21T12:00:00Z", "2026-11-23T12:00:00Z", "2026-12-06T12:00:00Z"):
        at(moment)
        worker.run_pending()

    assert [shown_price(product) for product in (1, 2, 3)] == [240, 240, 240]
    assert value("select count(*) from price_plan") == 0
