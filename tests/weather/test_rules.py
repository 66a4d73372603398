"""What is usual at a place, and the five classes: no temperature is in none of them, and none in two."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.clock import date_to_day
from webapp.remote.weather import openmeteo, openweather
from webapp.remote.weather.found import CONDITIONS
from webapp.weather import rules, shapes_fields

DEGREES = st.floats(-90, 60)
NORMALS = st.one_of(st.none(), st.floats(-60, 45))
SPREADS = st.floats(0, 25)


def classes_of(degrees, limits):
    """Every class whose range holds the degrees."""
    edges = [-math.inf, *limits, math.inf]
    return [name for name, low, high in zip(rules.CLASSES, edges, edges[1:], strict=False) if low <= degrees < high]


@given(degrees=DEGREES, normal=NORMALS, spread=SPREADS)
def test_every_temperature_is_in_exactly_one_class(degrees, normal, spread):
    limits = rules.limits(normal, spread)

    assert classes_of(degrees, limits) == [rules.feels(degrees, normal, spread)]


@given(normal=NORMALS, spread=SPREADS, colder=DEGREES, warmer=DEGREES)
def test_what_is_warmer_is_never_of_a_colder_class(normal, spread, colder, warmer):
    colder, warmer = sorted((colder, warmer))

    ranks = [rules.CLASSES.index(rules.feels(degrees, normal, spread)) for degrees in (colder, warmer)]

    assert ranks == sorted(ranks)


@given(normal=NORMALS, spread=SPREADS)
def test_the_absolute_limits_hold_whatever_is_usual(normal, spread):
    assert rules.feels(-30, normal, spread) == "cold"
    assert rules.feels(40, normal, spread) == "hot"
    assert rules.feels(19.9, normal, spread) != "hot"
    assert rules.feels(15.0, normal, spread) != "cold"


@pytest.mark.parametrize("degrees", [math.nan, math.inf, -math.inf])
def test_what_is_no_temperature_has_no_class(degrees):
    with pytest.raises(ValueError, match="not known"):
        rules.feels(degrees, 10, 3)


def test_the_same_degrees_are_warm_in_winter_and_cool_in_summer():
    assert rules.feels(13, 6, 3) == "warm"
    assert rules.feels(13, 17, 3) == "cold"
    assert rules.feels(13) == "mild"


# ---- Trap 9: what other programs do ----


def test_trap_9_no_mild_day_falls_between_the_classes_and_not_all_below_thirty_is_cold():
    found = {degrees: rules.feels(degrees, 17.0, 3.2) for degrees in range(-20, 45)}

    assert set(found.values()) == set(rules.CLASSES)
    assert found[17] == "mild"
    assert (found[25], found[20], found[29]) == ("hot", "warm", "hot")


def test_trap_9_a_clear_winter_night_is_not_warm_and_a_clear_sky_is_no_heat():
    night = rules.usual_at(rules.Normal(8.0, 3.0, 3.5, 62), 3)

    assert night == pytest.approx(4.5)
    assert rules.feels(4.0, night, 3.0) == "mild"
    assert rules.feels(-6.0, night, 3.0) == "cold"


def test_trap_9_every_word_is_one_that_a_service_sends_and_every_code_of_a_service_has_a_word():
    openweather_ids = [
        200, 201, 202, 210, 211, 212, 221, 230, 231, 232, 300, 301, 302, 310, 311, 312, 313, 314, 321, 500, 501, 502,
        503, 504, 511, 520, 521, 522, 531, 600, 601, 602, 611, 612, 613, 615, 616, 620, 621, 622, 701, 711, 721, 731,
        741, 751, 761, 762, 771, 781, 800, 801, 802, 803, 804,
    ]  # fmt: skip
    wmo = [0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99]

    of_one = {openweather.condition(number) for number in openweather_ids}
    of_other = {openmeteo.condition(number) for number in wmo}

    assert of_one == of_other == set(CONDITIONS) == set(shapes_fields.CONDITIONS)
    assert openweather.condition(999) is openweather.condition("clear") is openmeteo.condition(None) is None


# ---- Normals ----


def year(first=2025, years=1, mean=10.0, swing=6.0):
    start = date_to_day(date(first, 1, 1))
    return [
        (day, mean - swing * math.cos(2 * math.pi * (day % 365.25 - 20) / 365.25))
        for day in range(start, start + 365 * years)
    ]


def test_a_normal_is_the_mean_of_the_31_days_around_a_date():
    days = year()

    found = rules.climate(days)

    around = [degrees for day, degrees in days if abs(rules.day_of_year(day) - 180) <= 15]
    assert found[180].mean_c == pytest.approx(sum(around) / 31)
    assert found[180].days == 31
    spread = math.sqrt(sum((value - found[180].mean_c) ** 2 for value in around) / 31)
    assert found[180].spread_c == pytest.approx(max(spread, rules.LEAST_SPREAD_C))


def test_the_year_is_a_ring():
    found = rules.climate(year())

    around = [day for day, _ in year() if rules.day_of_year(day) <= 16 or rules.day_of_year(day) >= 352]
    assert len(around) == 30  # 2025 has no 366th day
    assert found[1].days == 30


def test_two_years_count_twice_and_a_short_history_has_no_normal():
    start = date_to_day(date(2026, 6, 1))
    assert rules.climate(year(2024, 2))[180].days == 62
    assert rules.climate([(start + number, 15.0) for number in range(19)]) == {}

    found = rules.climate([(start + number, 15.0) for number in range(20)])

    assert found[rules.day_of_year(start + 10)].days == 20
    assert found[rules.day_of_year(start + 10)].spread_c == rules.LEAST_SPREAD_C


def test_lows_and_highs_say_how_far_a_day_swings():
    start = date_to_day(date(2026, 6, 1))
    days = [(start + number, 15.0, 10.0, 20.0) for number in range(25)] + [(start + 25, 15.0, None, 30.0)]

    normal = rules.climate(days)[rules.day_of_year(start + 12)]

    assert normal.swing_c == 5.0
    assert (rules.usual_at(normal, 15), rules.usual_at(normal, 3)) == (20.0, 10.0)
    assert rules.usual_at(rules.Normal(15.0, 3.0, None, 31), 15) == 15.0 + rules.SWING_C


# ---- A day that the shop saw itself ----


def reading(hour, degrees, rain=0.0, condition="clear"):
    return {"observed_ms": int(hour * 3_600_000), "temperature_c": degrees, "rain_mm": rain, "condition": condition}


def test_a_day_is_folded_from_readings_each_eighth_of_it_alike():
    often = [reading(0.5 + number / 100, 2.0) for number in range(50)]
    rest = [reading(hour, 10.0, 1.0, "rain") for hour in (4, 7, 10, 13, 16, 19, 22)]

    folded = rules.fold([*often, *rest], 0, 24 * 3_600_000)

    assert folded.mean_c == pytest.approx((2 + 7 * 10) / 8)
    assert (folded.low_c, folded.high_c, folded.condition) == (2.0, 10.0, "clear")
    assert folded.rain_mm == 21.0


def test_a_day_with_a_hole_is_no_day():
    readings = [reading(hour, 10.0) for hour in (1, 4, 7, 10, 13, 16, 22)]

    assert rules.fold(readings, 0, 24 * 3_600_000) is None
    assert rules.fold([*readings, reading(19, 9.0, None)], 0, 24 * 3_600_000).rain_mm is None
