"""Series that pages draw: a day's running sum, a product's days, the hours of the week."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from webapp import money
from webapp.metrics import closed, sums
from webapp.metrics.compose import fetch
from webapp.metrics.filters import ALL, Filters
from webapp.metrics.spans import Span


class Point(NamedTuple):
    """What had been taken by an instant, net, in minor units; clock_s: the wall clock's seconds since midnight."""

    at_ms: int
    clock_s: int
    value: int


def running(tx: Any, filters: Filters, day: int, *, to_ms: int | None = None, step_ms: int = 300_000) -> list[Point]:
    """The cumulative net sales of a business day, from 0 at its begin, a point at the end of each step.

    to_ms: where to stop (the present, say), the end of the day by default; the last point stands there, and sales
    dated after it are left out. A day of 23 or 25 hours has so many; points are told by instant.
    """
    begin, end = tx.zone.bounds(day)
    stop = end if to_ms is None else max(begin, min(to_ms, end))
    source = "lines" if filters.of_products else "totals"
    steps = _steps(tx, source, filters, Span("moments", begin, stop), step_ms)
    points, total = [Point(begin, 0, 0)], 0
    for step in range(-(-(stop - begin) // step_ms)):
        total += steps.get(step, 0)
        at = min(begin + (step + 1) * step_ms, stop)
        points.append(Point(at, 86_400 if at == end else tx.zone.local_seconds(at), total))
    return points


def _steps(tx: Any, source: str, filters: Filters, span: Span, step_ms: int) -> dict[int, int]:
    """What each step of the span took, by its number."""
    found: dict[int, int] = {}
    for part, rows in closed.read(tx, source, "net", ["step"], filters, span, step_ms=step_ms):
        before, rest = divmod(part.first - span.first, step_ms)
        if rest:  # an hour that does not begin with a step
            return dict(fetch(tx, source, "net", ["step"], filters, **closed.bounds(span), step_ms=step_ms))
        for step, net in rows:
            found[before + step] = net
    return found


def sparklines(
    tx: Any, product_ids: Sequence[int], last_day: int, days: int = 14, filters: Filters = ALL
) -> dict[int, list[int]]:
    """The net sales in minor units of each product on each of so many days, `last_day` the last; one query."""
    first = last_day - days + 1
    found = {product_id: [0] * days for product_id in product_ids}
    asked = replace(filters, product=tuple(sorted(product_ids)))
    if asked.hour:
        source, span = "lines", Span("moments", tx.zone.bounds(first)[0], tx.zone.bounds(last_day)[1])
    else:
        source, span = "product_day", Span("day", first, last_day + 1)
    for _, rows in closed.read(tx, source, "net", ["product", "day"], asked, span):
        for product_id, day, net in rows:
            if product_id in found:
                found[product_id][day - first] += net
    return found


def heat_map(tx: Any, filters: Filters, now_ms: int, weeks: int = 8) -> dict[tuple[int, int], int]:
    """The average net sales in minor units of each (weekday, hour), over whole weeks up to yesterday."""
    today = tx.zone.day_of(now_ms)
    begin, end = tx.zone.bounds(today - 7 * weeks)[0], tx.zone.bounds(today)[0]
    found = sums.collect(tx, begin, end, ("weekday", "hour"), filters, orders=False)
    return {
        (weekday, hour): money.divide(measures[1] - measures[2], weeks) if measures else 0
        for weekday in range(1, 8)
        for hour in range(24)
        for measures in [found.get((weekday, hour))]
    }
