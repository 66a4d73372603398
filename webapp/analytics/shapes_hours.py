"""Hours of the week as answers show them: what each hour of each weekday brought, in all and on average."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.analytics.rules import weekly
from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.definitions import Metric
from webapp.metrics.periods import Period
from webapp.web.fields import Instant, Output

OFFERED = ("net_sales", "orders", "units")


class HourCellOut(Output):
    """An hour of a weekday (1 Monday to 7): what it brought in all, and on an average such day."""

    weekday: int
    hour: int
    days: int
    value: Any
    average: Any
    previous: Any


class HoursOut(Output):
    """What each hour of each weekday brought on the whole days of a period. Hours without sales on any day are left out."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    metric: str
    unit: str
    days: int
    total: Any
    cells: list[HourCellOut]


@dataclass(frozen=True)
class Hours:
    """The cells of a week by (weekday, hour), now and then. first, last: the days they are of; period None: no whole day."""

    metric: Metric
    period: Period | None
    compare: Period | None
    first: int
    last: int
    now: Mapping[tuple[int, int], int]
    then: Mapping[tuple[int, int], int]

    @property
    def days(self) -> dict[int, int]:
        """How often each weekday occurs in it."""
        return weekly.weekdays(self.first, self.last) if self.period else dict.fromkeys(range(1, 8), 0)

    @property
    def days_then(self) -> dict[int, int]:
        """The same of the comparison; no day where that is not made of whole days."""
        earlier = self.compare
        if earlier is None or earlier.from_day is None or earlier.to_day is None or earlier.from_day >= earlier.to_day:
            return dict.fromkeys(range(1, 8), 0)
        return weekly.weekdays(earlier.from_day, earlier.to_day - 1)


def hours(said: Mapping[str, Any], found: Hours) -> dict[str, Any]:
    """The whole of `GET /analytics/hours`; `said` is its frame."""
    currency, metric, days = said["currency"], found.metric, found.days
    compared = any(found.days_then.values())
    return {
        **said,
        "metric": metric.name,
        "unit": metric.unit,
        "days": sum(days.values()),
        "total": shown(metric, sum(found.now.values()), currency),
        "cells": [
            {
                "weekday": weekday, "hour": hour, "days": days[weekday],
                "value": shown(metric, value, currency),
                "average": shown(metric, weekly.average(value, days[weekday], metric.unit), currency),
                "previous": shown(metric, found.then.get((weekday, hour), 0), currency) if compared else None,
            }
            for (weekday, hour), value in sorted(found.now.items())
        ],
    }  # fmt: skip


COLUMNS = ("weekday", "hour", "from", "to", "currency", "metric", "days", "value", "average", "previous")


def rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Its cells as rows of CSV."""
    span = [data["period"]["from"], data["period"]["to"], data["currency"], data["metric"]]
    for cell in data["cells"]:
        told = [cell[name] for name in ("days", "value", "average", "previous")]
        yield [cell["weekday"], cell["hour"], *span, *told]


def no_day(now_ms: int) -> dict[str, Any]:
    """The period of an answer in which no day is over."""
    at = clock.format_time(now_ms)
    return {"name": None, "from": at, "to": at, "open": True}
