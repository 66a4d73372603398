"""Addresses of the orders behind a figure, or its returns: the same filters, the instants of its bucket. They add up to it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from webapp import clock
from webapp.clock import Zone
from webapp.metrics import buckets
from webapp.metrics import filters as filtering
from webapp.metrics.answers import Question, Row
from webapp.metrics.definitions import Metric
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period

ORDERS, RETURNS = "/orders", "/returns"
Bounds = tuple[int | None, int | None]
_OF_RETURNS = {"returns", "units_returned"}


def orders_of(question: Question, row: Row, zone: Zone) -> str:
    """The list of exactly the orders that a row of the answer rests on (and of the returns of its time)."""
    bounds = _clipped(question.period, *bucket_bounds(question, row, zone))
    return _address(question, row, bounds, zone)


def behind(metrics: Iterable[Metric], href: str) -> str:
    """The list that figures rest on, of an address of orders: of returns under the same query, where they alone make them."""
    of_returns = all(metric.measures <= _OF_RETURNS for metric in metrics)
    return RETURNS + href.removeprefix(ORDERS) if of_returns and href.startswith(ORDERS) else href


def orders_then(question: Question, row: Row, zone: Zone) -> str:
    """The list of the orders of the earlier time that a row is compared with; "" where that is no span of its own."""
    earlier, shift = question.compare, question.compare.shift if question.compare else None
    if earlier is None or shift is None or row.then is None:
        return ""
    if question.grain is None or row.time is None:
        return _address(question, row, (earlier.from_ms, earlier.to_ms), zone)
    if question.grain == "hour":
        bounds = _hour_then(row.time, shift, zone)
    elif shift.unit == "months" and question.grain not in ("month", "quarter", "year"):
        bounds = _day_then(row.time, shift, zone) if question.grain == "day" else None
    else:
        last = zone.day_of(buckets.end_of(question.grain, row.time, zone) - 1)
        bounds = zone.bounds(shift.back(row.time))[0], zone.bounds(shift.back(last))[1]
    return _address(question, row, _clipped(earlier, *bounds), zone) if bounds else ""


def all_then(question: Question, totals: Row, zone: Zone) -> str:
    """The list of all the orders of the earlier time; "" where there is none."""
    return orders_then(replace(question, by=(), grain=None), totals, zone)


def _day_then(day: int, shift: Any, zone: Zone) -> tuple[int, int] | None:
    back: int = shift.back(day)
    return zone.bounds(back) if shift.forward(back) == (day, True) else None


def _hour_then(at: int, shift: Any, zone: Zone) -> tuple[int, int] | None:
    """The same hour of the earlier day, where both days have their twenty-four."""
    day, hour = zone.day_of(at), zone.hour_of(at)[1]
    back: int = shift.back(day)
    if len(zone.hours(day)) != 24 or len(zone.hours(back)) != 24 or shift.forward(back) != (day, True):
        return None
    begun = zone.hours(back)[hour][0]
    return begun, buckets.end_of("hour", begun, zone)


def bucket_bounds(question: Question, row: Row, zone: Zone) -> Bounds:
    """The instants between which a row's bucket lies, or those of the period where there is no grain."""
    if question.grain is None or row.time is None:
        return question.period.from_ms, question.period.to_ms
    start = row.time if question.grain == "hour" else zone.bounds(row.time)[0]
    return start, buckets.end_of(question.grain, row.time, zone)


def _clipped(period: Period, start: int | None, end: int | None) -> Bounds:
    froms = [ms for ms in (period.from_ms, start) if ms is not None]
    tos = [ms for ms in (period.to_ms, end) if ms is not None]
    return max(froms, default=None), min(tos, default=None)


def _address(question: Question, row: Row, bounds: Bounds, zone: Zone) -> str:
    pairs = [*span_query(*bounds, zone), *narrowed(question.filters, question.by, row.keys)]
    return behind(question.metrics, listed(pairs))


def orders_in(question: Question, zone: Zone) -> str:
    """The list of all the orders that a question is about."""
    pairs = [*span_query(question.period.from_ms, question.period.to_ms, zone), *question.filters.query()]
    return behind(question.metrics, listed(pairs))


def listed(pairs: list[tuple[str, str]]) -> str:
    """The list of orders under a query."""
    return f"{ORDERS}?{urlencode(pairs)}"


def narrowed(filters: Filters, by: Any, keys: Any) -> list[tuple[str, str]]:
    """The filters with those of a row in the place of their own: its values are within them."""
    kept = [pair for pair in filters.query() if pair[0] not in by]
    return [*kept, *((name, filtering.only(name, key)) for name, key in zip(by, keys, strict=True))]


def span_query(from_ms: int | None, to_ms: int | None, zone: Zone) -> list[tuple[str, str]]:
    """`from` and `to` of a span: dates where it begins or ends at midnight, else instants; all time by its name."""
    pairs = [("period", "all")] if from_ms is None and to_ms is None else []
    if from_ms is not None:
        day = zone.day_of(from_ms)
        pairs.append(("from", clock.format_day(day) if zone.bounds(day)[0] == from_ms else clock.format_time(from_ms)))
    if to_ms is not None:
        day = zone.day_of(to_ms)
        whole = zone.bounds(day)[0] == to_ms
        pairs.append(("to", clock.format_day(day - 1) if whole else clock.format_time(to_ms)))
    return pairs
