"""A span of time is read from as few rows of rollups as are exact."""

from webapp import clock
from webapp.clock import Zone
from webapp.metrics import spans
from webapp.metrics.spans import Span

ZONE = Zone("Europe/London")
MARCH = clock.parse_date("2026-03-01")
TODAY = clock.parse_date("2026-04-10")
FROM_MS, TO_MS = ZONE.bounds(MARCH)[0], ZONE.bounds(TODAY)[1]


def test_a_month_that_goes_on_is_read_by_day():
    found = spans.by_month(FROM_MS, TO_MS, ZONE)

    month = clock.month_of(MARCH)
    assert found == [Span("month", month, month + 1), Span("day", clock.first_day(month + 1), TODAY + 1)]


def test_a_month_behind_whose_end_nothing_is_known_is_whole():
    found = spans.by_month(FROM_MS, TO_MS, ZONE, newest=TODAY)

    assert found == [Span("month", clock.month_of(MARCH), spans.AFTER)]


def test_the_control_a_later_day_that_is_known_cuts_the_month():
    found = spans.by_month(FROM_MS, TO_MS, ZONE, newest=TODAY + 1)

    assert found == spans.by_month(FROM_MS, TO_MS, ZONE)
