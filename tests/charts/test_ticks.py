"""Round numbers on value axes, calendar steps on time axes."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp import clock
from webapp.charts import nice_ticks, time_ticks

LONDON = clock.Zone("Europe/London")


def label(at: int, step: str, first: bool) -> str:
    return f"{step}{'!' if first else ''}"


@pytest.mark.parametrize(
    ("lo", "hi", "target", "ticks"),
    [
        (0, 793_900, 5, [0, 200_000, 400_000, 600_000, 800_000]),
        (0, 3, 5, [0, 1, 2, 3]),
        (0, 1, 5, [0, 1]),
        (-500_000, -200_000, 4, [-500_000, -400_000, -300_000, -200_000]),
    ],
)
def test_counted_values_get_whole_round_ticks(lo, hi, target, ticks):
    assert nice_ticks(lo, hi, target, whole=True) == ticks


def test_a_fraction_gets_fractions():
    assert nice_ticks(0, 1, 5) == [0, 0.25, 0.5, 0.75, 1]


def test_a_range_without_extent_has_its_one_value():
    assert nice_ticks(7, 7) == [7]


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_an_end_that_is_not_finite_is_refused(wrong):
    with pytest.raises(ValueError, match="finite"):
        nice_ticks(0, wrong)


@settings(deadline=None)
@given(
    st.integers(-(10**13), 10**13), st.integers(1, 10**13), st.integers(2, 8),
)  # fmt: skip
def test_ticks_are_even_few_and_near_the_range(lo, span, target):
    hi = lo + span

    ticks = nice_ticks(lo, hi, target, whole=True)

    assert all(isinstance(tick, int) for tick in ticks)
    assert 2 <= len(ticks) <= 3 * target + 1
    steps = {after - before for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert ticks[0] >= lo - span and ticks[-1] <= hi + span


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)])
def test_hours_stand_at_their_instants_on_days_of_every_length(date, hours):
    begin, end = LONDON.bounds(clock.parse_date(date))

    ticks = time_ticks(begin, end - 1, LONDON, label, target=25)

    assert [tick.at for tick in ticks] == [begin + 3_600_000 * i for i in range(hours)]
    assert ticks[0].text == "hour!" and ticks[1].text == "hour"


@pytest.mark.parametrize(
    ("days", "step"), [(1, "3h"), (7, "day"), (50, "week"), (200, "month"), (700, "quarter"), (2500, "year")]
)
def test_the_step_grows_with_the_span(days, step):
    end = LONDON.bounds(clock.parse_date("2026-11-21"))[1]
    begin = LONDON.bounds(clock.parse_date("2026-11-21") + 1 - days)[0]

    ticks = time_ticks(begin, end, LONDON, label)

    assert {tick.text.rstrip("!") for tick in ticks} == {step}
    assert 3 <= len(ticks) <= 12


def test_weeks_begin_on_mondays_and_quarters_on_their_first_day():
    end = LONDON.bounds(clock.parse_date("2026-11-21"))[1]

    weeks = time_ticks(end - 50 * 86_400_000, end, LONDON, label)
    quarters = time_ticks(end - 700 * 86_400_000, end, LONDON, label)

    assert {clock.weekday(LONDON.day_of(tick.at)) for tick in weeks} == {1}
    assert {clock.day_to_date(LONDON.day_of(tick.at)).day for tick in quarters} == {1}
    assert {clock.day_to_date(LONDON.day_of(tick.at)).month for tick in quarters} <= {1, 4, 7, 10}


def test_a_span_that_ends_before_it_begins_has_no_ticks():
    assert time_ticks(1000, 1000, LONDON, label) == []
