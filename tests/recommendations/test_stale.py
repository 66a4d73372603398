"""What was advised under other limits, costs or weather is not said to be fresh, and never beside what contradicts it."""

from tests.making import checked
from tests.recommendations.asking import answered, calls, honest, run
from tests.recommendations.making import accept
from tests.recommendations.shops import say_weather
from webapp.db import reading, store, writer
from webapp.products import actions as products
from webapp.products.actions import Change
from webapp.products.shapes import ChangedProduct
from webapp.recommendations import actions_settings, islands, jobs
from webapp.recommendations.actions_settings import Guardrail, Trait
from webapp.weather import actions as weather
from webapp.weather.actions import Kept, Source


def limit():
    writer.do(actions_settings.set_guardrails, Guardrail(0, 90_000, 200, 2_000, 14))


def change(sku, **more):
    writer.do(products.change_products, Change(sku, checked(ChangedProduct, more)))


def test_other_limits_make_advice_stale_until_it_is_made_anew(now):
    run()
    assert answered() == ("rules", True, "no_key")

    limit()
    assert answered() == ("rules", False, "no_key")
    run()
    assert answered() == ("rules", True, "no_key")
    writer.do(actions_settings.drop_guardrails, 0)
    assert answered() == ("rules", False, "no_key")


def test_a_price_that_never_rises_by_now_makes_advice_stale(now):
    run()

    writer.do(actions_settings.set_traits, Trait("TEA", never_rises=True))

    assert answered() == ("rules", False, "no_key")


def test_another_cost_makes_advice_stale_and_another_name_does_not(now):
    run()

    change("TEA", name="Iced black tea")
    assert answered() == ("rules", True, "no_key")
    change("TEA", cost="0.90")
    assert answered() == ("rules", False, "no_key")


def test_a_refresh_that_began_before_a_limit_was_set_is_followed_by_another(model):
    def meanwhile(asked):
        limit()
        return honest(asked)

    model(meanwhile, honest)

    run()

    assert calls() == ["answered", "answered"]
    assert answered() == ("model", True, None)


# ---- The weather ----

NOW_HOT = "31.0 °C at Pier now: hot for that place and season"


def lose_weather(now):
    """The service says nothing that can be used; what it foresaw stands."""
    writer.do(
        weather.keep_weather, Kept(None, Source("test", "A test", "Made up"), 2, store.shop().zone, now, trouble="NaN")
    )


def told(found):
    """Every sentence of an answer that speaks of the weather at the pier."""
    whole = [found.summary, *(fact.text for fact in found.facts), *(row["why"] for row in found.suggestions)]
    return [text for text in whole if "now: " in text or "unknown" in text]


def test_what_rests_on_weather_that_is_unknown_by_now_is_left_out(now):
    say_weather(31.0, now)
    run()
    before = jobs.answer()
    assert any(row["why"].startswith(f"It is {NOW_HOT}.") for row in before.suggestions)

    lose_weather(now)
    found = jobs.answer()

    assert not found.fresh
    assert found.weather[0].temperature_c is None
    assert not any(NOW_HOT in text for text in told(found))
    assert "Pier: weather unknown since 10:00, using the forecast; " in found.summary
    assert {one for numbers in found.facts_of for one in numbers} <= {fact.id for fact in found.facts}


def test_what_rests_on_a_class_that_is_another_by_now_is_left_out(now):
    say_weather(31.0, now)
    run()

    say_weather(15.0, now)
    found = jobs.answer()

    assert not found.fresh
    assert not any("hot" in text for text in told(found))
    assert "; it is 15.0 °C at Pier now: mild for that place and season." in found.summary


def test_weather_that_moves_within_its_class_changes_nothing(now):
    say_weather(31.0, now)
    run()
    before = jobs.answer()

    say_weather(30.4, now)

    found = jobs.answer()
    assert (found.fresh, found.summary, found.facts) == (True, before.summary, before.facts)


def test_the_page_leaves_it_out_too(now):
    say_weather(31.0, now)
    run()
    lose_weather(now)

    with reading.reading() as tx:
        day, cards = islands.page.day(tx, {}, now), islands.cards.cards(tx, {}, now)

    assert "unknown since 10:00" in day["summary"] and NOW_HOT not in day["summary"]
    assert cards["cards"] and not any(NOW_HOT in card["row"]["why"] for card in cards["cards"])


def test_facts_under_what_was_accepted_earlier_are_of_their_time(now, at):
    say_weather(31.0, now)
    run()
    first = next(row for row in jobs.answer().suggestions if row["why"].startswith(f"It is {NOW_HOT}."))
    accept(first["id"])

    say_weather(2.0, now)
    run()
    found = jobs.answer()

    assert [fact.text for fact in found.facts if "31.0 °C at Pier now" in fact.text] == [
        f"As of 21 Nov 2026, 10:00: It is {NOW_HOT}."
    ]


def test_while_the_present_is_unknown_the_forecast_speaks(now):
    say_weather(31.0, now)
    lose_weather(now)
    run()

    found = jobs.answer()
    [first] = [row for row in found.suggestions if row["kind"] == "promote" and row["product_id"] == 1]

    assert "will be hot at Pier: 31.0 °C on average." in first["why"]
    assert "using the forecast" in found.summary
