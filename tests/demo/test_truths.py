"""webapp/demo/truths.py: what docs/demo-shop.md says can be found again in the sales."""

import math
from collections import Counter, defaultdict
from statistics import fmean

import pytest

from webapp.demo import plan, truths
from webapp.demo.climate import anomaly, rain, weather
from webapp.recommendations.rules import pairs

STORES = [place for place in plan.PLACES if place.location is not None]


def slope(pairs):
    """Ordinary least squares of y on x."""
    mean_x, mean_y = fmean(x for x, _ in pairs), fmean(y for _, y in pairs)
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / sum((x - mean_x) ** 2 for x, _ in pairs)


def number_of(sku):
    return next(number for number, product in enumerate(plan.products()) if product.sku == sku)


def expected(drafts, place, day, numbers, weather=True):
    lines = truths.expected_lines(place, day, drafts.first_day, weather=weather)
    return sum(lines[number] for number in numbers) * truths.UNITS_PER_LINE


def test_there_are_about_120000_orders_of_about_60_products(drafts):
    assert 115_000 < len(drafts.sales) < 131_000
    assert len(plan.products()) == 62
    assert 0.02 < len(drafts.returns) / len(drafts.sales) < 0.03
    assert [place.region for place in STORES] == ["GB-BST", "GB-EDH", "GB-YOR"]


def test_sales_come_as_expected_at_every_place(drafts):
    everything = [number for kind in ("hot", "cold", "snack", "skin", "sun") for number in drafts.numbers(kind)]
    for place in plan.PLACES:
        sold = sum(drafts.units[day, place.code, number] for day in drafts.whole_days() for number in everything)
        wanted = sum(expected(drafts, place, day, everything) for day in drafts.whole_days())

        assert sold == pytest.approx(wanted, rel=0.02), place.code


@pytest.mark.parametrize("kind", ["hot", "cold", "skin"])
def test_the_season_has_its_amplitude_and_its_peak(drafts, kind):
    amplitude, peak = truths.SEASON[kind]
    numbers, points = drafts.numbers(kind), []
    for start in range(drafts.first_day, drafts.first_day + 728, 7):
        week = range(start, start + 7)
        middle = truths.day_of_year(start + 3)
        if kind == "skin" and abs(middle - truths.GIFT_PEAK) < 40:
            continue
        sold = sum(drafts.units[day, place.code, number] for day in week for place in STORES for number in numbers)
        flat = sum(expected(drafts, place, day, numbers) / truths.season(kind, day) for day in week for place in STORES)
        points.append((math.cos(2 * math.pi * (middle - peak) / 365.25), math.log(sold / flat)))

    assert slope(points) == pytest.approx(amplitude, abs=0.04)


def test_each_weekday_has_its_share(drafts):
    for place in STORES:
        sold, flat = Counter(), Counter()
        numbers = [number for kind in ("hot", "cold", "snack", "skin") for number in drafts.numbers(kind)]
        for day in drafts.whole_days():
            if truths.open_on(place, day):
                weekday = (day + 3) % 7
                sold[weekday] += sum(drafts.units[day, place.code, number] for number in numbers)
                flat[weekday] += expected(drafts, place, day, numbers) / place.weekdays[weekday]
        for weekday in range(7):
            assert sold[weekday] / flat[weekday] == pytest.approx(place.weekdays[weekday], rel=0.05)


def test_each_place_has_its_hours(drafts):
    for place in plan.PLACES:
        hours = Counter(sale.hour for sale in drafts.sales if sale.place is place)
        total = sum(hours.values())
        for hour, weight in enumerate(place.hours):
            assert hours[hour] / total == pytest.approx(weight / sum(place.hours), abs=0.012), (place.code, hour)


@pytest.mark.parametrize("kind", ["hot", "cold"])
def test_a_degree_above_normal_moves_drinks_by_its_share(drafts, kind):
    numbers, points = drafts.numbers(kind), []
    for place in STORES:
        for day in drafts.whole_days():
            sold = sum(drafts.units[day, place.code, number] for number in numbers)
            flat = expected(drafts, place, day, numbers, weather=False)
            if sold and flat:
                wet = place.code in truths.WET_PLACES and rain(place.code, day) >= truths.WET_MM
                points.append((anomaly(place.code, day), math.log(sold / flat / (truths.WET_FACTOR if wet else 1))))

    assert slope(points) == pytest.approx(truths.PER_DEGREE[kind], abs=0.008)


def test_a_wet_day_takes_its_share_of_the_stores_without_a_roof(drafts):
    for place in STORES:
        sold, flat = Counter(), Counter()
        numbers = [number for kind in ("hot", "cold", "snack", "skin") for number in drafts.numbers(kind)]
        factor = truths.WET_FACTOR if place.code in truths.WET_PLACES else 1
        for day in drafts.whole_days():
            wet = rain(place.code, day) >= truths.WET_MM
            sold[wet] += sum(drafts.units[day, place.code, number] for number in numbers)
            flat[wet] += expected(drafts, place, day, numbers) / (factor if wet else 1)
        ratio = (sold[True] / flat[True]) / (sold[False] / flat[False])

        assert ratio == pytest.approx(factor, abs=0.03)


def test_the_weather_is_the_same_in_every_shop_and_looks_like_weather():
    days = range(20_000, 20_730)

    assert weather("quayside", 20_100) == weather("quayside", 20_100)
    assert abs(fmean(anomaly("quayside", day) for day in days)) < 1.0
    assert 0.08 < sum(rain("quayside", day) >= truths.WET_MM for day in days) / 730 < 0.25
    assert {weather("station", day).condition for day in days} <= {"clear", "clouds", "rain", "snow"}
    near = [(anomaly("quayside", day), anomaly("quayside", day + 1)) for day in days]
    assert 0.5 < slope(near) < 0.95


def test_the_price_change_has_the_known_elasticity(drafts):
    for change, noise in zip(truths.PRICE_CHANGES, (0.45, 0.45), strict=True):
        number = number_of(change.sku)
        points = []
        for start in range(drafts.first_day, drafts.first_day + 728, 7):
            week = range(start, start + 7)
            prices = {truths.price_minor(change.sku, day - drafts.first_day) for day in week}
            if len(prices) > 1:
                continue
            sold = sum(drafts.units[day, place.code, number] for day in week for place in plan.PLACES)
            flat = sum(
                expected(drafts, place, day, [number]) / truths.price_factor(change.sku, day - drafts.first_day)
                for day in week for place in plan.PLACES
            )  # fmt: skip
            points.append((math.log(prices.pop()), math.log(sold / flat)))

        assert slope(points) == pytest.approx(change.elasticity, abs=noise), change.sku


def test_lines_are_sold_at_the_price_of_their_day(drafts):
    for change in truths.PRICE_CHANGES:
        number = number_of(change.sku)
        seen = defaultdict(set)
        for sale in drafts.sales:
            seen[truths.price_minor(change.sku, sale.day - drafts.first_day)] |= {
                line.price for line in sale.lines if line.product == number
            }

        assert seen == {price: {price} for price in {step[1] for step in change.steps}}


def test_the_outage_empties_the_shelves_and_its_sales_are_lost(drafts):
    numbers = [n for n, product in enumerate(plan.products()) if product.vendor == truths.OUTAGE.vendor]
    end = drafts.first_day + truths.OUTAGE.to_offset
    places = [place.code for place in plan.PLACES]

    def sold(days):
        return sum(drafts.units[day, place, number] for day in days for place in places for number in numbers)

    assert sold(range(end - 7, end)) < 10  # what customers brought back
    assert sold(range(end - 90, end - 60)) > 500
    assert sold(range(end + 8, end + 38)) > 500
    lost = [each for each in drafts.history.stockroom.lost if each.product in numbers]
    assert sum(each.units for each in lost) > 800
    others = sum(each.units for each in drafts.history.stockroom.lost) - sum(each.units for each in lost)
    assert others < 80


def test_the_launched_product_sells_from_its_day_on_and_grows_to_its_pace(drafts):
    number, launch = number_of(truths.LAUNCH.sku), drafts.first_day + truths.LAUNCH.offset

    def ratio(days):
        sold = sum(drafts.units[day, place.code, number] for day in days for place in plan.PLACES)
        whole = sum(
            expected(drafts, place, day, [number]) / truths.launched(truths.LAUNCH.sku, day - drafts.first_day)
            for day in days for place in plan.PLACES
        )  # fmt: skip
        return sold / whole

    assert not any(drafts.units[day, p.code, number] for day in range(drafts.first_day, launch) for p in plan.PLACES)
    assert ratio(range(launch, launch + 5)) < 0.4
    assert ratio(range(launch + 60, launch + 120)) == pytest.approx(1, abs=0.12)


def test_two_products_are_bought_together_and_no_other_two(drafts):
    last = drafts.first_day + plan.DAYS
    baskets = defaultdict(list)
    for sale in drafts.sales:
        if last - 56 <= sale.day < last and len(sale.lines) > 1:
            baskets[sale.place.channel].append([line.product for line in sale.lines])

    [pair] = pairs.lift([pairs.count(one) for one in baskets.values()])

    assert {pair.first, pair.second} == {number_of(sku) for sku in truths.PAIR}
    assert pair.orders >= 2 * pairs.SUPPORT


def test_what_was_brought_far_too_much_still_lies_there(drafts):
    number = number_of(truths.SURPLUS.sku)
    lying = sum(levels[number] for levels in drafts.history.stockroom.levels.values())
    sold = sum(
        units for (day, _, each), units in drafts.units.items()
        if each == number and day >= drafts.first_day + plan.DAYS - 28
    )  # fmt: skip

    assert lying / (sold / 28) > 150


def test_one_batch_comes_back(drafts):
    sold, back = Counter(), Counter()
    for sale in drafts.sales:
        for line in sale.lines:
            if line.lot:
                sold[line.lot] += line.quantity
    for each in drafts.returns:
        lot = each.sale.lines[each.line].lot
        if lot:
            back[lot] += each.quantity
            assert (each.reason == truths.LOTS.reason) == (lot == truths.bad_lot())

    assert truths.bad_lot() == "KC-16"
    assert sold["KC-16"] > 60
    assert back["KC-16"] / sold["KC-16"] == pytest.approx(truths.LOTS.bad_rate, abs=0.12)
    others = (sum(back.values()) - back["KC-16"]) / (sum(sold.values()) - sold["KC-16"])
    assert others < 0.07


def test_brand_cohorts_come_back_at_their_own_rates(drafts):
    first, visits, began = {}, Counter(), {}
    for sale in drafts.sales:
        if sale.customer is not None:
            first.setdefault(sale.customer, plan.products()[sale.lines[0].product].brand)
            began.setdefault(sale.customer, sale.day)
            visits[sale.customer] += 1
    for brand in ("Kelpie", "Pine & Salt", "Tideline", "Saltmarsh"):
        settled = [
            one for one, own in first.items() if own == brand and began[one] < drafts.first_day + plan.DAYS - 150
        ]
        repeat = sum(visits[one] > 1 for one in settled) / len(settled)

        assert len(settled) > 500
        assert repeat == pytest.approx(truths.comes_back(brand), abs=0.035), brand


def test_nobody_buys_in_a_store_on_christmas_day(drafts):
    closed = {day for day in drafts.whole_days() if not truths.open_on(STORES[0], day)}

    assert len(closed) == 2
    assert not [sale for sale in drafts.sales if sale.day in closed and sale.place in STORES]
    assert [sale for sale in drafts.sales if sale.day in closed]
