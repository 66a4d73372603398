"""Periods: half-open, by business days, right on days of 23 and 25 hours, compared at the same clock time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from webapp import clock
from webapp.errors import Invalid
from webapp.metrics import periods
from webapp.metrics.periods import compare, compare_mode, named, parse

LONDON = clock.Zone("Europe/London")
NOW = clock.parse_time("2026-11-21T14:37:20.250Z")  # a Saturday in winter
ZONES = [clock.Zone(name) for name in (
    "Europe/London", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Asia/Kathmandu", "Pacific/Kiritimati",
)]  # fmt: skip
moments = st.integers(clock.parse_time("2016-01-01T00:00:00Z"), clock.parse_time("2030-01-01T00:00:00Z"))
zones = st.sampled_from(ZONES)


def said(period):
    """The bounds as local date-times of London."""
    return [
        None if ms is None else LONDON.local(ms).isoformat(timespec="minutes") for ms in (period.from_ms, period.to_ms)
    ]


def dates(period):
    """The days of a period, the last one included."""
    return clock.format_day(period.from_day), clock.format_day(period.to_day - 1)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"), ("yesterday", "2026-11-20", "2026-11-20"),
        ("7d", "2026-11-15", "2026-11-21"), ("28d", "2026-10-25", "2026-11-21"), ("90d", "2026-08-24", "2026-11-21"),
        ("wtd", "2026-11-16", "2026-11-21"), ("mtd", "2026-11-01", "2026-11-21"), ("qtd", "2026-10-01", "2026-11-21"),
        ("ytd", "2026-01-01", "2026-11-21"), ("12m", "2025-12-01", "2026-11-21"),
    ],
)  # fmt: skip
def test_a_named_period_is_so_many_business_days_today_the_last(name, first, last):
    period = named(name, NOW, LONDON)

    assert dates(period) == (first, last)
    assert period.open is (name != "yesterday")


def test_all_is_without_bounds_and_compares_with_nothing():
    period = parse({}, NOW, LONDON)

    assert period.as_json() == {"name": "all", "from": None, "to": None, "open": True}
    assert [compare(period, mode, NOW, LONDON) for mode in periods.MODES] == [None] * 4


def test_dates_are_whole_business_days_both_included():
    period = parse({"from": "2026-06-01", "to": "2026-06-02"}, NOW, LONDON)

    assert said(period) == ["2026-06-01T00:00+01:00", "2026-06-03T00:00+01:00"]
    assert not period.open
    assert period.as_json()["from"] == "2026-05-31T23:00:00.000Z"


def test_date_times_are_instants_the_last_excluded():
    period = parse({"from": "2026-11-21T08:00:00+01:00", "to": "2026-11-21T20:00:00Z"}, NOW, LONDON)

    assert said(period) == ["2026-11-21T07:00+00:00", "2026-11-21T20:00+00:00"]
    assert period.open
    assert period.from_day is None


def test_an_offset_whose_plus_became_a_space_in_the_address_is_still_an_offset():
    period = parse({"from": "2026-11-21T08:00:00 01:00"}, NOW, LONDON)

    assert said(period) == ["2026-11-21T07:00+00:00", None]


def test_one_bound_alone_leaves_the_other_end_open():
    assert said(parse({"from": "2026-11-01"}, NOW, LONDON)) == ["2026-11-01T00:00+00:00", None]
    assert said(parse({"to": "2026-11-01"}, NOW, LONDON)) == [None, "2026-11-02T00:00+00:00"]
    assert parse({"from": "2026-11-01"}, NOW, LONDON).open
    assert not parse({"to": "2026-11-01"}, NOW, LONDON).open


@pytest.mark.parametrize(
    ("args", "parameter", "code"),
    [
        ({"period": "fortnight"}, "period", "unknown"),
        ({"period": "7d", "from": "2026-01-01"}, "period", "conflict"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from", "conflict"),
        ({"from": "2026-02-30"}, "from", "not_a_time"),
        ({"to": "soon"}, "to", "not_a_time"),
        ({"to": "2026-11-21T10:00:00"}, "to", "not_a_time"),
        ({"to": "2026-06-30T23:59:60Z"}, "to", "not_a_time"),
        ({"to": "9999-12-31"}, "to", "too_large"),
        (MultiDict([("period", "7d"), ("period", "28d")]), "period", "duplicate"),
        ({"compare": "tomorrow"}, "compare", "unknown"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_by_its_parameter_as_fault_58_asks(args, parameter, code):
    with pytest.raises(Invalid) as refusal:
        parse(args, NOW, LONDON)
        compare_mode(args)

    assert [(error.parameter, error.code) for error in refusal.value.errors] == [(parameter, code)]


@pytest.mark.parametrize(
    ("name", "mode", "first", "until"),
    [
        ("today", "previous", "2026-11-20T00:00+00:00", "2026-11-20T14:37+00:00"),
        ("today", "weekday", "2026-11-14T00:00+00:00", "2026-11-14T14:37+00:00"),
        ("today", "last_year", "2025-11-22T00:00+00:00", "2025-11-22T14:37+00:00"),
        ("yesterday", "previous", "2026-11-19T00:00+00:00", "2026-11-20T00:00+00:00"),
        ("yesterday", "weekday", "2026-11-13T00:00+00:00", "2026-11-14T00:00+00:00"),
        ("7d", "previous", "2026-11-08T00:00+00:00", "2026-11-14T14:37+00:00"),
        ("28d", "previous", "2026-09-27T00:00+01:00", "2026-10-24T14:37+01:00"),
        ("90d", "weekday", "2026-05-25T00:00+01:00", "2026-08-22T14:37+01:00"),
        ("wtd", "previous", "2026-11-09T00:00+00:00", "2026-11-14T14:37+00:00"),
        ("mtd", "previous", "2026-10-01T00:00+01:00", "2026-10-21T14:37+01:00"),
        ("mtd", "weekday", "2026-10-11T00:00+01:00", "2026-10-31T14:37+00:00"),
        ("qtd", "previous", "2026-07-01T00:00+01:00", "2026-08-21T14:37+01:00"),
        ("ytd", "previous", "2025-01-01T00:00+00:00", "2025-11-21T14:37+00:00"),
        ("12m", "previous", "2024-12-01T00:00+00:00", "2025-11-21T14:37+00:00"),
    ],
)  # fmt: skip
def test_wanted_23_an_open_period_is_compared_up_to_the_same_clock_time(name, mode, first, until):
    period = named(name, NOW, LONDON)

    earlier = compare(period, mode, NOW, LONDON)

    assert said(earlier) == [first, until]
    assert earlier.to_ms % 60_000 == NOW % 60_000 if period.open else True
    assert earlier.as_json()["name"] == mode and "open" not in earlier.as_json()


def test_a_day_that_the_earlier_month_lacks_is_its_last():
    now = clock.parse_time("2026-03-31T10:00:00Z")

    assert said(compare(named("mtd", now, LONDON), "previous", now, LONDON)) == [
        "2026-02-01T00:00+00:00", "2026-02-28T11:00+00:00",
    ]  # fmt: skip


def test_a_clock_time_that_the_earlier_day_leaps_over_is_the_next_instant():
    now = clock.parse_time("2026-03-30T00:30:15.500Z")  # 01:30:15.5 in summer time; the day before leaps 01:00 to 02:00

    earlier = compare(named("today", now, LONDON), "previous", now, LONDON)

    assert earlier.to_ms == clock.parse_time("2026-03-29T01:00:00Z")


def test_a_whole_month_is_compared_with_as_many_days_before_it():
    period = parse({"from": "2026-09-01", "to": "2026-09-30"}, NOW, LONDON)

    assert dates(compare(period, "previous", NOW, LONDON)) == ("2026-08-02", "2026-08-31")
    assert dates(compare(period, "weekday", NOW, LONDON)) == ("2026-07-28", "2026-08-26")
    assert dates(compare(period, "last_year", NOW, LONDON)) == ("2025-09-02", "2025-10-01")
    assert compare(period, "none", NOW, LONDON) is None


def test_a_month_that_is_not_over_is_compared_up_to_its_corresponding_day():
    period = parse({"from": "2026-11-01", "to": "2026-11-30"}, NOW, LONDON)

    assert said(compare(period, "previous", NOW, LONDON)) == ["2026-10-02T00:00+01:00", "2026-10-22T14:37+01:00"]


def test_an_open_end_reaches_to_the_present():
    period = parse({"from": "2026-11-18"}, NOW, LONDON)

    assert said(compare(period, "previous", NOW, LONDON)) == ["2026-11-14T00:00+00:00", "2026-11-17T14:37+00:00"]


def test_part_of_a_day_is_compared_with_the_same_hours_of_the_day_before():
    period = parse({"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T16:00:00Z"}, NOW, LONDON)

    assert said(compare(period, "previous", NOW, LONDON)) == ["2026-11-19T10:00+00:00", "2026-11-19T16:00+00:00"]
    assert said(compare(period, "weekday", NOW, LONDON)) == ["2026-11-13T10:00+00:00", "2026-11-13T16:00+00:00"]


def test_what_has_not_begun_or_never_began_is_compared_with_nothing():
    assert compare(parse({"from": "2027-01-01"}, NOW, LONDON), "previous", NOW, LONDON) is None
    assert compare(parse({"to": "2026-01-01"}, NOW, LONDON), "previous", NOW, LONDON) is None


def test_wanted_4_a_day_of_25_hours_is_compared_whole_with_one_of_24():
    now = clock.parse_time("2026-10-26T12:00:00Z")
    period = named("yesterday", now, LONDON)

    earlier = compare(period, "weekday", now, LONDON)

    assert period.to_ms - period.from_ms == 25 * 3_600_000
    assert earlier.to_ms - earlier.from_ms == 24 * 3_600_000


@given(moments, zones, st.sampled_from([name for name in periods.NAMES if name != "all"]))
@settings(max_examples=150, deadline=None)
def test_wanted_4_every_named_period_begins_and_ends_at_a_local_midnight(now, zone, name):
    period = named(name, now, zone)

    assert period.from_ms == zone.bounds(period.from_day)[0]
    assert period.to_ms == zone.bounds(period.to_day)[0]
    assert period.from_ms <= (now if name != "yesterday" else now - 1)
    assert (period.to_ms > now) is period.open


@given(moments, zones, st.sampled_from(periods.NAMES), st.sampled_from(periods.MODES))
@settings(max_examples=300, deadline=None)
def test_a_comparison_lies_before_its_period_and_ends_at_the_same_clock_time(now, zone, name, mode):
    period = named(name, now, zone)

    earlier = compare(period, mode, now, zone)

    if earlier is None:
        assert mode == "none" or name == "all"
        return
    assert (
        earlier.from_ms
        == zone.bounds(period.shift.back(period.from_day) if period.shift else earlier.shift.back(period.from_day))[0]
    )
    assert earlier.from_ms <= earlier.to_ms <= period.from_ms or mode == "last_year"
    assert earlier.to_ms < now
    if period.open and zone.bounds(zone.day_of(now))[0] != now:
        assert zone.local_seconds(earlier.to_ms) >= zone.local_seconds(now) or zone.day_of(earlier.to_ms) > zone.day_of(
            earlier.to_ms - 1
        )


@given(moments, moments, zones)
@settings(max_examples=150, deadline=None)
def test_dates_of_a_period_hold_every_instant_of_their_days(one, other, zone):
    first, last = sorted((zone.day_of(one), zone.day_of(other)))

    period = parse({"from": clock.format_day(first), "to": clock.format_day(last)}, NOW, zone)

    assert period.from_ms <= min(one, other) and max(one, other) < period.to_ms
    assert (period.from_day, period.to_day) == (first, last + 1)
