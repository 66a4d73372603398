"""The brief: computed facts of whole days, each of which the metrics layer confirms, and nothing personal among them."""

import json
from decimal import Decimal

import pytest

from tests.making import checked, make_product, sell
from tests.recommendations.shops import DAY, NOW, fill, say_weather
from webapp.db import writer
from webapp.products import actions as products
from webapp.products.shapes import ChangedProduct
from webapp.recommendations import actions_settings
from webapp.recommendations.actions_settings import Guardrail, Trait
from webapp.recommendations.jobs import refresh
from webapp.recommendations.rules import house, stored


@pytest.fixture
def now(at):
    at(NOW)
    return fill()


def brief():
    return refresh._gather().brief


def about(found, kind):
    return [fact for fact in found.facts if fact.about == kind]


def kinds(found):
    return {draft.kind for draft in house.advise(found)[0]}


def test_a_shop_without_sales_has_a_brief_without_facts(shop):
    make_product("TEA")

    found = brief()

    assert found.season_index is None
    assert [fact.about for fact in found.facts] == ["total"]
    assert house.advise(found)[0] == []


def test_movers_are_told_against_the_same_weekdays_before(now):
    found = brief()

    up, down = about(found, "mover_up"), about(found, "mover_down")
    assert up[0].text == "Iced tea sold 70 in the last 7 days, 66.7% more than the 7 days before."
    assert (up[1].value, up[1].unit, up[1].direction) == (Decimal("66.7"), "%", 1)
    assert down[0].text.startswith("Tomato soup sold 42 in the last 7 days, 40.0% less than")


def test_a_price_step_of_what_a_marketplace_sells_too_says_that_it_may_ask_for_the_same_price(now):
    [plain] = [fact for fact in about(brief(), "price") if "Lamp" in fact.text]
    parity = "A marketplace sells it too and may ask for the same price."
    assert parity not in plain.text

    sell("LAMP", channel="marketplace", placed_ms=now - 3 * DAY)

    [warned] = [fact for fact in about(brief(), "price") if "Lamp" in fact.text]
    assert warned.text.endswith(parity)


def test_today_is_not_whole_and_stays_out(now, at):
    before = about(brief(), "total")[0].value
    sell("LAMP")

    assert about(brief(), "total")[0].value == before


def test_each_query_of_a_fact_answers_its_value(now, client):
    say_weather(3.0, now)
    told = [fact for fact in brief().facts if fact.query]

    assert {fact.unit for fact in told} == {"units", "GBP"}
    for fact in told:
        answer = json.loads(client.get(fact.query, headers={"Accept": "application/json"}).data, parse_float=Decimal)
        assert fact.value in answer["totals"].values(), fact.text


def test_pairs_are_those_that_are_bought_together(now):
    pairs = about(brief(), "pair")

    assert [set(fact.product_ids) for fact in pairs] == [{1, 2}, {3, 4}]
    assert {fact.unit for fact in pairs} == {"orders"}


def test_what_runs_out_and_what_lies_long_is_told(now):
    found = brief()

    assert [fact.text for fact in about(found, "cover")][:1] == [
        "Umbrella will last 3 days at the pace of the last 28 days."
    ]
    assert [fact.text for fact in about(found, "slow")] == [
        "Lamp sold 0 in the last 28 days.", "60 of Lamp lie in stock.",
    ]  # fmt: skip


def test_a_product_without_a_cost_has_no_margin_and_no_price(now):
    found = brief()

    assert not [fact for fact in about(found, "margin") if 7 in fact.product_ids]
    assert 7 not in found.prices


def test_a_cold_day_is_told_and_brings_what_is_hot_forward(now):
    say_weather(-4.0, now)

    found = brief()
    drafts, said = house.advise(found)

    assert about(found, "weather")[0].direction == -1
    assert ("promote", 4) in {(draft.kind, draft.product_id) for draft in drafts}
    assert "cold" in said


def for_heat(found):
    """What the weather puts forward."""
    return [draft for draft in house.advise(found)[0] if draft.kind == "promote" and draft.days == house.HEAT_DAYS]


def test_a_hot_day_brings_what_is_cold_forward_but_nothing_that_a_person_calls_otherwise(now):
    say_weather(36.0, now)
    hot = {(draft.kind, draft.product_id) for draft in house.advise(brief())[0]}
    writer.do_many(actions_settings.set_traits, [Trait("TEA", served=""), Trait("PLAIN", served="cold")])

    said = for_heat(brief())

    assert ("promote", 1) in hot
    assert [draft.product_id for draft in said] == [7]


def test_unknown_weather_is_said_and_moves_nothing(now):
    say_weather(None, now)

    found = brief()

    assert "weather unknown" in found.weather[0]
    assert not about(found, "weather")
    assert not for_heat(found)


def test_all_kinds_but_a_price_come_from_this_shop(now):
    assert {"restock", "promote", "bundle", "watch"} <= kinds(brief())


def test_trap_10_every_price_of_a_brief_lies_within_the_guardrails_and_in_whole_pennies(now):
    found = brief()

    assert found.prices
    for product_id, (price, _) in found.prices.items():
        cost = found.product(product_id).cost
        assert price.floor <= price.suggested <= price.ceiling
        assert abs(price.suggested - price.now) <= price.now * 0.1
        assert price.suggested >= cost * 1.2
        assert isinstance(price.suggested, int)


def test_the_shops_own_guardrails_are_kept_to(now):
    writer.do(actions_settings.set_guardrails, Guardrail(0, 2_000, 0, 0, 14))

    assert not brief().prices


def test_the_lowest_price_of_thirty_days_is_the_lowest_list_or_sold_one(now):
    sell("LAMP", price_minor=2_600)
    lamp = brief().prices[6][0]

    assert lamp.lowest_30d == 2_600


def test_a_price_that_has_just_changed_is_left_alone(now):
    writer.do(products.change_products, products.Change("LAMP", checked(ChangedProduct, {"price": "29.00"})))

    gathered = refresh._gather()

    assert 6 not in gathered.brief.prices
    assert gathered.unpriced[6] == "cool_down"


def test_trap_11_the_brief_holds_computed_facts_and_no_row_and_no_person(now):
    sell(
        "TEA",
        customer={"email": "ana@example.org", "name": "Ana Petrovic"},
        note="leave at the door",
        placed_ms=now - DAY,
    )

    text = stored.brief_text(brief())

    assert len(text) < 60_000
    assert not any(word in text for word in ("ana@", "Petrovic", "door", "customer", "order_id"))


def test_the_brief_stays_small_however_many_products_there_are(now):
    for number in range(150):
        make_product(f"P{number}", "1.00", cost="0.40", stock=900)
        sell(f"P{number}", 30 + number, placed_ms=now - DAY)

    found = brief()

    assert len(found.products) <= 60
    assert len(found.facts) <= 80
    assert found.prices.keys() <= {line.id for line in found.products}


def test_a_name_is_told_as_it_is_and_archived_products_are_not_spoken_of(now):
    writer.do(products.change_products, products.Change("TEA", checked(ChangedProduct, {"name": "Tea {f3} <b>"})))
    writer.do(products.archive_products, "SOUP")

    found = brief()

    assert found.product(1).name == "Tea {f3} <b>"
    assert not any(2 in fact.product_ids for fact in found.facts)


def test_a_brief_is_read_back_as_it_was_kept(now):
    say_weather(3.0, now)
    found = brief()

    assert stored.read_brief(stored.brief_text(found)) == found
