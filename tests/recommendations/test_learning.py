"""What the shop's history teaches is kept once a day, from whole days and weeks, and empty shelves teach nothing."""

import json

from tests.making import checked, make_product, query
from tests.recommendations.shops import NOW, fill
from webapp.clock import Zone, parse_time
from webapp.db import reading, writer
from webapp.products import actions as products
from webapp.products.shapes import ChangedProduct
from webapp.recommendations import actions
from webapp.recommendations.jobs import learning
from webapp.recommendations.rules import elasticity


class Working:
    """A job's context of which nothing is asked but to breathe."""

    def breathe(self):
        """It goes on."""


def test_a_new_shop_has_learned_nothing_and_says_so(shop):
    make_product("TEA")
    with reading.reading() as tx:
        before = learning.read(tx)

    learning.learn(Working())

    with reading.reading() as tx:
        after = learning.read(tx)
    assert before.day is None
    assert after.day is not None
    assert (after.elasticity, after.products, after.months) == ({}, {}, {})


def test_without_weather_or_moving_prices_nothing_is_claimed(at):
    at(NOW)
    fill()

    learning.learn(Working())

    kept = {name: json.loads(result) for name, result in query("select name, result from learned")}
    assert kept["sensitivity"] == {"categories": {}, "products": {}}
    assert kept["elasticity"] == {}


def test_a_day_on_which_a_place_sold_nothing_is_a_closed_day():
    rows = [{"location_id": 1, "day": day} for day in (10, 11, 13)] + [{"location_id": 2, "day": 12}]

    assert learning.closed_days(rows) == {(1, 12)}


def test_a_long_gap_of_what_sells_daily_is_an_empty_shelf():
    days = [day for day in range(60) if day not in (20, 21, 22, 40)]
    rows = [{"product_id": 1, "location_id": 1, "day": day, "units": 4} for day in days]
    slow = [{"product_id": 2, "location_id": 1, "day": day, "units": 1} for day in days]

    found = learning.empty_days(rows + slow, frozenset())

    assert found == [(1, 1, 20), (1, 1, 21), (1, 1, 22)]
    assert learning.empty_days(rows, frozenset({(1, 21)})) == []


def test_a_week_in_which_the_price_moved_or_the_shelf_was_empty_is_not_used():
    monday = 20_776 - 20_776 % 7 + 4  # 1970-01-05 was a Monday, day 4
    rows = [{"product_id": 1, "day": monday + day, "units": 3} for day in range(28) if day not in range(8, 12)]
    history = {1: [(0, 240), (monday + 16, 220)]}

    weeks = learning._weeks(rows, history, elasticity.Week)

    assert [(week.units, round(week.price), week.usable) for week in weeks] == [
        (21, 240, True), (9, 240, True), (21, 226, False), (21, 220, True),
    ]  # fmt: skip


def test_the_price_of_a_day_is_the_one_that_held_at_its_end():
    history = [(10, 240), (12, 220), (15, 260)]

    assert [learning.price_on(history, day) for day in (9, 10, 11, 12, 14, 15)] == [240, 240, 240, 220, 220, 260]


def test_what_was_learned_is_read_back_as_estimates(shop):
    learned = {
        "sensitivity": {"categories": {"3": {"per_degree": _estimate(0.04), "wet": _estimate(-0.1)}}, "products": {}},
        "elasticity": {"7": _estimate(-2.4)}, "months": {"3": {"11": 1.2}},
    }  # fmt: skip
    for name, result in learned.items():
        writer.do(actions.keep_learned, (name, 20_700, json.dumps(result)))

    with reading.reading() as tx:
        found = learning.read(tx)

    assert found.day == 20_700
    assert found.categories[3]["per_degree"].value == 0.04
    assert found.elasticity[7].value == -2.4
    assert found.months == {3: {11: 1.2}}


def _estimate(value):
    return {
        "value": value,
        "low": value - 0.01,
        "high": value + 0.01,
        "n": 90,
        "prices": 4,
        "error": 0.01,
        "reason": None,
    }


def test_a_price_that_is_changed_is_part_of_the_history(at):
    start = parse_time(NOW)
    at(NOW)
    make_product("TEA", "2.40")
    at("2026-11-22T10:00:00Z")
    writer.do(products.change_products, products.Change("TEA", checked(ChangedProduct, {"price": "2.20"})))

    from webapp.recommendations import dao

    with reading.reading() as tx:
        rows = dao.find_prices(tx, [1], 0)

    assert [(row["price_minor"], Zone("Europe/London").day_of(row["from_ms"])) for row in rows] == [
        (240, start // 86_400_000), (220, start // 86_400_000 + 1),
    ]  # fmt: skip
