"""Advice is kept, given again under the same number, and forgotten; what a person said of it stands."""

import json

import pytest

from tests.making import make_product, query, value
from tests.recommendations.making import (
    accept,
    brief,
    cost_once,
    dismiss,
    draft,
    fact,
    keep,
    reprice,
    shown,
    suggestion,
)
from webapp.db import reading, writer
from webapp.jobs import queue
from webapp.live import outbox
from webapp.recommendations import actions, dao
from webapp.recommendations.actions import Call
from webapp.recommendations.rules import stored


@pytest.fixture
def now(at):
    """Ten in the morning, with tea, soup and cake."""
    ms = at("2026-11-21T10:00:00Z")
    for sku, category in (("TEA", "Drinks"), ("SOUP", "Food"), ("CAKE", "Food")):
        make_product(sku, "2.40", category=category, cost="0.80")
    cost_once()
    return ms


def events(topic="advice"):
    with reading.reading() as tx:
        found = [event for event in outbox.read_after(tx, 0, 500) if event.topic == topic]
    return [(event.event, one) for event in found for one in event.ids()]


def test_advice_is_kept_with_the_brief_on_which_it_stands(now):
    told = brief(fact(1), fact(2, about="margin", unit="GBP"))

    keep(draft(), brief=told, summary="Tea sells.")

    with reading.reading() as tx:
        row = dao.find_latest_advice(tx)
    assert stored.read_brief(row["brief"]) == told
    assert (row["by"], row["reason"], row["summary"]) == ("rules", "no_key", "Tea sells.")


def test_what_was_refused_is_kept_with_its_reason_and_cut(now):
    keep(draft(), by="model", suggested=3, refused=(("unknown product", "x" * 900),))

    checked = json.loads(value("select checked from advice"))
    assert checked["suggested"] == 3
    assert checked["shown"] == 1
    assert [len(one["text"]) for one in checked["refused"]] == [200]


def test_a_refresh_keeps_the_number_of_the_same_kind_product_and_price(now):
    keep(draft("promote", 1, title="Old words"), reprice(220, 2))

    keep(reprice(220, 2), draft("promote", 1, title="New words"))

    assert shown(now) == [(1, "promote", "open"), (2, "reprice", "open")]
    assert suggestion(1, now)["title"] == "New words"


def test_another_price_is_another_suggestion_and_the_old_one_is_expired(now):
    keep(reprice(220))

    keep(reprice(230))

    assert shown(now, *dao.STATES) == [(1, "reprice", "expired"), (2, "reprice", "open")]
    assert ("expired", 1) in events()


def test_what_is_replaced_can_still_be_dismissed_and_no_longer_be_accepted(now):
    keep(draft("promote", 1))
    keep(draft("promote", 2))

    assert accept(1).status == 409
    assert "id" in dismiss(1, "We have none")
    assert suggestion(1, now)["state"] == "dismissed"


def test_what_was_dismissed_does_not_come_back_before_its_time_is_over(now, at):
    keep(draft("promote", 1))
    dismiss(1)

    again = keep(draft("promote", 1))
    later = at("2026-11-29T10:00:00Z")
    keep(draft("promote", 1))

    assert again["shown"] == 0
    assert shown(later) == [(2, "promote", "open")]


def test_beside_an_accepted_price_no_other_is_suggested_for_the_product(now):
    keep(reprice(220, days=60))
    accept(1)

    assert keep(reprice(210), draft("markdown", 1, reprice(200).price), draft("promote", 2))["shown"] == 1
    assert shown(now) == [(1, "reprice", "accepted"), (2, "promote", "open")]


def test_a_suggestion_expires_at_the_end_of_its_last_business_day(now, at):
    keep(draft(days=2))
    expires = suggestion(1, now)["expires_ms"]

    assert expires == at("2026-11-23T00:00:00Z")
    assert suggestion(1, expires - 1)["state"] == "open"
    assert suggestion(1, expires)["state"] == "expired"


def test_time_is_written_down_once(now, at):
    keep(draft(days=1), draft("watch", 2, days=5))
    later = at("2026-11-22T12:00:00Z")

    changed = [writer.do(actions.expire, None)["changed"] for _ in range(2)]

    assert changed == [1, 0]
    assert events()[-1] == ("expired", 1)
    assert shown(later) == [(2, "watch", "open")]


def test_advice_stands_until_its_last_suggestion_is_over(now):
    keep(draft(days=2), draft("watch", 2, days=7))

    assert value("select expires_ms from advice") == suggestion(2, now)["expires_ms"]


def test_a_refresh_is_joined_and_not_begun_twice(now):
    jobs = [writer.do(actions.request_refresh, None)["job"] for _ in range(3)]

    assert len(set(jobs)) == 1
    assert value("select count(*) from job where kind = 'advice'") == 1
    with reading.reading() as tx:
        assert queue.waiting(tx, "advice") == jobs[0]


def test_tokens_count_for_the_business_day_on_which_they_were_spent(now, at):
    writer.do_many(
        actions.keep_calls, [Call("openai", "m", "answered", "", 900, 100), Call("openai", "m", "failed", "", 50, 0)]
    )
    at("2026-11-22T00:10:00Z")
    writer.do(actions.keep_calls, Call("openai", "m", "answered", "", 7, 0))

    days = [row[0] for row in query("select day from model_call order by id")]
    with reading.reading() as tx:
        assert [dao.count_tokens(tx, day) for day in sorted(set(days))] == [1050, 7]


def test_a_bundle_is_the_same_only_with_the_same_products(now):
    keep(draft("bundle", 1, products=(1, 2)))

    keep(draft("bundle", 1, products=(1, 3)))

    assert shown(now, *dao.STATES) == [(1, "bundle", "expired"), (2, "bundle", "open")]


def test_a_changed_list_price_makes_a_suggested_one_expire(now):
    from tests.making import checked
    from webapp.products import actions as products
    from webapp.products.shapes import ChangedProduct

    keep(reprice(220), draft("promote", 1))
    writer.do(products.change_products, products.Change(1, checked(ChangedProduct, {"price": "2.50"})))

    assert shown(now) == [(2, "promote", "open")]
    assert accept(1).status == 409
