"""The one way to a figure: pages, JSON, reports and alerts all ask here. Amounts are in minor units.

ask(tx, metrics, ...)            -> Answer: rows, rest and totals of any question (`answers.py`)
headline(tx, filters, period)    -> Headline: the sums of one period
top_products(tx, filters, ...)   -> list[TopProduct]
units_sold(tx, from_day)         -> {product id: units since that day}
orders_of(tx, filters, period)   -> {product id: orders that hold it}
last_minute(tx, filters, now)    -> LastMinute: (now - 60 s, now] and the minute before
running(tx, filters, day, ...)   -> list[Point]: a day's cumulative net sales
sparklines(tx, ids, ...)         -> {product id: net sales of each day}
heat_map(tx, filters, ...)       -> {(weekday, hour): average net sales of eight weeks}

Every `tx` is a transaction with its shop's `zone`. Questions over products that must count distinct orders, or hours,
read the lines of their period: run them through `reading.heavy`. `reads_lines` says so beforehand.
"""

from collections.abc import Sequence
from typing import Any

from webapp.errors import FieldError, Invalid, invalid_parameter
from webapp.metrics.answers import Answer, Question, Row, answer
from webapp.metrics.curves import Point, heat_map, running, sparklines
from webapp.metrics.definitions import DIMENSIONS, GRAINS, METRICS
from webapp.metrics.filters import ALL, Filters
from webapp.metrics.headlines import Headline, TopProduct, headline, orders_of, top_products, units_sold
from webapp.metrics.minute import LastMinute, last_minute
from webapp.metrics.periods import Period

__all__ = [
    "ALL", "Answer", "Headline", "LastMinute", "Point", "Question", "Row", "TopProduct",
    "answer", "ask", "headline", "heat_map", "last_minute", "orders_of", "question", "running", "sparklines",
    "top_products", "units_sold",
]  # fmt: skip
MOST_BY = 3


def ask(
    tx: Any, metrics: Sequence[str], *, period: Period, now_ms: int, by: Sequence[str] = (), grain: str | None = None,
    filters: Filters = ALL, compare: Period | None = None, sort: str | None = None, limit: int | None = 100,
) -> Answer:  # fmt: skip
    """The answer to a question, exact at `now_ms`.

    metrics, by: names of METRICS and DIMENSIONS. grain: hour, day, week, month, quarter, year; every bucket of the
    period up to the present has a row. compare: from `periods.compare`. sort: `time`, `-time` (the newest first) or one
    of the metrics, descending; by default time where there is a grain, else the first metric. limit: rows at most, None
    for all.
    Raises Invalid: unknown names, more than three dimensions, over 100,000 rows.
    """
    asked = question(
        metrics, period=period, by=by, grain=grain, filters=filters, compare=compare, sort=sort, limit=limit
    )
    return answer(tx, asked, now_ms)


def question(
    metrics: Sequence[str], *, period: Period, by: Sequence[str] = (), grain: str | None = None,
    filters: Filters = ALL, compare: Period | None = None, sort: str | None = None, limit: int | None = 100,
) -> Question:  # fmt: skip
    """A question of known names. Raises Invalid with each name that is unknown and its parameter."""
    errors = [_unknown("metric", name) for name in metrics if name not in METRICS]
    errors += [_unknown("by", name) for name in by if name not in DIMENSIONS]
    if grain is not None and grain not in GRAINS:
        errors.append(_unknown("grain", grain))
    if sort is not None and sort.removeprefix("-") not in ("time", *metrics):
        errors.append(_unknown("sort", sort))
    if errors:
        raise Invalid("", *errors) if len(errors) == 1 else Invalid("Some names are unknown.", *errors)
    if len(by) > MOST_BY:
        raise invalid_parameter("by", "too_long", f"At most {MOST_BY} dimensions at once.")
    told = tuple(METRICS[name] for name in dict.fromkeys(metrics))
    sort = sort if sort == "-time" else sort and sort.removeprefix("-")
    return Question(told, period, tuple(dict.fromkeys(by)), grain, filters, compare, sort, limit)


def _unknown(parameter: str, name: str) -> FieldError:
    return FieldError(None, "unknown", f"There is no {parameter} {name!r}.", parameter=parameter)
