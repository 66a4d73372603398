"""What an accepted suggestion did is measured against comparable products, in words that say no more than the interval."""

import json
import math
import re
from dataclasses import asdict

import pytest

from tests.making import draft as order
from tests.making import make_location, make_product, query, value
from tests.recommendations.making import accept, draft, end, keep
from tests.recommendations.test_learning import Working
from webapp import clock, schedule
from webapp.db import reading, store, writer
from webapp.jobs import worker
from webapp.orders import actions as orders
from webapp.recommendations import actions, dao
from webapp.recommendations.jobs import effects
from webapp.recommendations.rules import afterwards, house
from webapp.recommendations.rules.days import WeatherDay, known_weather
from webapp.recommendations.rules.estimates import made
from webapp.recommendations.rules.uplift import Measured
from webapp.weather import actions as weather

DAY = 86_400_000
FIRST = "2026-06-01T08:00:00Z"
ACCEPTED = 140  # days after FIRST
assert schedule  # what comes at its times comes in these tests


@pytest.fixture
def shop_of_ten(at):
    """Ten teas that sell alike for twenty weeks; the first is promoted then."""
    start = at(FIRST)
    for number in range(10):
        make_product(f"T{number}", "2.00", category="Drinks")
    return start


def sell_days(first_ms, days, lifted=1.0, step_from=0, **more):
    zone = store.shop().zone
    batch = []
    for ahead, step in enumerate(range(step_from, step_from + days)):
        noon = zone.bounds(zone.day_of(first_ms) + ahead)[0] + 12 * 3_600_000
        for number in range(10):
            usual = 14 + (step * 7 + number * 3) % 5 + (4 if (step + number) % 7 == 0 else 0)
            units = round(usual * lifted) if number == 0 else usual
            batch.append(order(f"T{number}", units, placed_ms=noon, **more))
    assert all(isinstance(one, dict) for one in writer.do_many(orders.place_orders, batch))


def go_to(at, days_later):
    return at(clock.format_time(clock.parse_time(FIRST) + days_later * DAY))


def measured():
    return query("select words, low, high, significant, weeks, final from measured")


def promoted(at, start, lifted, days, lasting=60):
    """The shop as it stands `days` days after a promotion of the first tea was accepted, by itself `lasting` days long."""
    go_to(at, ACCEPTED)
    sell_days(start, ACCEPTED)
    keep(draft("promote", 1, days=lasting))
    accept(1)
    go_to(at, ACCEPTED + days)
    sell_days(start + ACCEPTED * DAY, days, lifted)
    worker.run_pending()


def test_a_promotion_that_sold_more_is_told_as_a_range_of_units(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 22)

    [(words, low, high, significant, weeks, final)] = measured()
    assert words.endswith("more sold than expected.")
    assert 0.3 < low < 0.6 < high + 0.05
    assert (significant, weeks, final) == (1, 3, 0)


def test_a_promotion_without_an_effect_is_not_called_one(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.0, 22)

    [(words, low, high, significant, _, _)] = measured()
    assert low < 0 < high
    assert significant == 0
    assert words.startswith("Cannot tell yet: ")
    assert "can hardly be seen in" in words


def test_a_suggestion_of_seven_days_that_was_accepted_in_the_first_is_measured_when_it_has_ended(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 7, lasting=house.USUAL_DAYS)

    [(words, low, _, significant, weeks, final)] = measured()
    assert words.endswith("more sold than expected.")
    assert low > 0.3
    assert (significant, weeks, final) == (1, 0, 1)


@pytest.mark.parametrize("days", [house.HEAT_DAYS, house.RAIN_DAYS])
def test_a_promotion_for_the_weather_of_two_or_three_whole_days_is_measured_by_days(shop_of_ten, at, days):
    promoted(at, shop_of_ten, 2.2, days, lasting=days)

    [(words, low, _, significant, weeks, final)] = measured()
    assert words.endswith("more sold than expected.")
    assert low > 0.4
    assert (significant, weeks, final) == (1, 0, 1)


def test_three_days_without_an_effect_say_what_they_could_have_shown(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.0, house.RAIN_DAYS, lasting=house.RAIN_DAYS)

    [(words, low, high, significant, _, final)] = measured()
    assert re.fullmatch(r"Cannot tell yet: .* a change of less than \d+% can hardly be seen in 3 days\.", words)
    assert low < 0 < high
    assert (significant, final) == (0, 1)


def test_nothing_is_said_before_two_whole_days_are_over(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 2)

    assert measured() == []


def test_what_was_ended_within_two_days_is_told_to_be_too_short(shop_of_ten, at):
    go_to(at, ACCEPTED)
    sell_days(shop_of_ten, ACCEPTED)
    keep(draft("promote", 1, days=60))
    accept(1)
    go_to(at, ACCEPTED + 2)
    end(1)
    go_to(at, ACCEPTED + 12)
    worker.run_pending()

    said = "Too short to measure: it ran for less than two whole days. Two weeks show the most."
    assert [(row[0], row[5]) for row in measured()] == [(said, 1)]


def test_what_a_person_ends_is_told_at_once_and_not_in_the_night(shop_of_ten, at):
    go_to(at, ACCEPTED)
    sell_days(shop_of_ten, ACCEPTED)
    worker.run_pending()
    keep(draft("promote", 1, days=60))
    accept(1)

    end(1)
    worker.run_pending()

    assert [(row[0].split(":")[0], row[5]) for row in measured()] == [("Too short to measure", 1)]


def test_what_ended_by_itself_is_measured_within_the_minute(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 3, lasting=15)
    [(_, _, _, _, _, running)] = measured()
    at("2026-11-03T00:01:00Z")  # just after its last day, long before the daily job
    sell_days(shop_of_ten + (ACCEPTED + 3) * DAY, 12, 1.6, step_from=ACCEPTED + 3)

    worker.run_pending()

    [(words, _, _, _, _, final)] = measured()
    assert (running, final) == (0, 1)
    assert words.endswith("more sold than expected.")


# ---- The weather of these days ----

PER_DEGREE = 0.08


@pytest.fixture
def hot_days(at):
    """A pier where ice alone follows the heat; 20 weeks of even trade, then three hot days in which ice is promoted.

    Nothing but the heat sells more of it. Returns the day on which the promotion is accepted.
    """
    start = at(FIRST)
    pier = make_location("pier")
    make_product("T0", "2.00", name="Ice", category="Cold")
    for number in range(1, 10):
        make_product(f"T{number}", "2.00", category="Food")
    first = store.shop().zone.day_of(start)
    accepted = first + ACCEPTED
    go_to(at, ACCEPTED + 4)
    heat = {day: 24.0 if accepted < day < accepted + 4 else 15.0 for day in range(first - 500, accepted + 4)}
    writer.do(weather.give_days, [(pier, day, mean, None, None, 0.0, None) for day, mean in heat.items()])
    above = known_weather([WeatherDay(pier, day, mean, 0.0) for day, mean in heat.items()])
    go_to(at, ACCEPTED)
    sell_days(start, ACCEPTED, location="pier")
    keep(draft("promote", 1, days=house.RAIN_DAYS))
    accept(1)
    go_to(at, ACCEPTED + 4)
    for step in range(4):
        lifted = math.exp(PER_DEGREE * above[pier, accepted + step][0])
        sell_days(start + (ACCEPTED + step) * DAY, 1, lifted, location="pier", step_from=ACCEPTED + step)
    return accepted


def learn(**effects):
    """It is known how the category of the ice follows the weather."""
    told = {name: asdict(made(value, 0.005, 400)) for name, value in {"wet": 0.0, **effects}.items()}
    category = value("select category_id from product where sku = 'T0'")
    known = json.dumps({"categories": {category: told}, "products": {}})
    writer.do(actions.keep_learned, ("sensitivity", 20_000, known))


def test_the_heat_of_the_days_is_not_told_as_an_effect_of_the_promotion(hot_days, at):
    learn(per_degree=PER_DEGREE)

    effects.measure(Working())

    [(words, low, high, significant, _, _)] = measured()
    assert low < 0 < high
    assert significant == 0
    assert words.startswith("Cannot tell yet: ")


def test_where_nobody_knows_that_the_product_follows_the_heat_it_would_be(hot_days, at):
    effects.measure(Working())

    assert measured()[0][0].endswith("more sold than expected.")


def test_after_its_end_it_is_measured_once_more_and_then_no_longer(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 22)
    end(1)
    go_to(at, ACCEPTED + 23)
    worker.run_pending()
    first = measured()
    go_to(at, ACCEPTED + 30)
    worker.run_pending()

    assert first[0][5] == 1
    assert measured() == first


def test_no_product_that_was_changed_itself_is_a_comparison(shop_of_ten, at):
    go_to(at, ACCEPTED)
    sell_days(shop_of_ten, ACCEPTED)
    today = store.shop().zone.day_of(clock.now_ms())

    with reading.reading() as tx:
        on = effects.footing(tx, 1, today, today, {2, 3})

    assert len(on.others) == 7
    assert len(on.target) == len(on.others[0]) == today - on.first
    assert on.target[0] is None


def test_the_record_holds_expected_beside_measured(shop_of_ten, at):
    promoted(at, shop_of_ten, 1.6, 22)

    with reading.reading() as tx:
        [row] = dao.find_with_results(tx)

    assert (row["by"], row["kind"], row["product_name"], row["words"]) == ("rules", "promote", "T0", measured()[0][0])


# ---- Words ----


def found(more_low, more_high, figures=None, **more):
    told = {
        "middle": 0.2, "low": 0.1, "high": 0.3, "low_95": 0.0, "high_95": 0.4, "significant": True, "smallest": 0.4,
        "expected_units": 100.0, "more_low": more_low, "more_high": more_high, "days": 14, "placebos": 30, **(figures or {}), **more,
    }  # fmt: skip
    return Measured(**told)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (14, 32, "14 to 32 more sold than expected."),
        (7, 7, "7 more sold than expected."),
        (-9, -5, "5 to 9 fewer sold than expected."),
        (
            -4, 20, "Cannot tell yet: between 4 fewer and 20 more than expected; a change of less than 40% can hardly be seen "
            "in two weeks.",
        ),
        (
            0, 20, "Cannot tell yet: up to 20 more than expected; a change of less than 40% can hardly be seen in two weeks."
        ),
    ],
)  # fmt: skip
def test_wanted_25_the_words_say_no_more_than_the_interval(low, high, words):
    assert afterwards.told(found(low, high))["words"] == words


def test_what_cannot_be_measured_is_said_with_its_reason():
    nothing = dict.fromkeys(("middle", "low", "high", "low_95", "high_95", "expected_units", "smallest"))

    told = afterwards.told(found(None, None, nothing, reason="few_others"))

    assert told["words"] == "Cannot tell: too few products can be compared with it."
    assert told["low"] is None
    assert told["significant"] == 0
