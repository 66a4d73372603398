"""Months over years as answers show them, with the index of each month of the calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.analytics.rules import seasons
from webapp.analytics.rules.seasons import YEAR, Month
from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.definitions import Metric
from webapp.web.fields import Instant, Output, Ratio

OFFERED = ("net_sales", "orders", "units")


class MonthOut(Output):
    """A month of a year. whole: all of it lies in the period and is over; change_ratio: against the same month before."""

    month: str
    value: Any
    whole: bool
    open: bool
    change_ratio: Ratio | None


class YearOut(Output):
    """A year with its months up to the present."""

    year: int
    total: Any
    months: list[MonthOut]


class IndexOut(Output):
    """How many times the average a month of the calendar sells a day."""

    month: int
    index: Ratio | None


class SeasonsOut(Output):
    """Months over years, and the index of each month of the calendar over so many whole years."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    metric: str
    unit: str
    total: Any
    years: list[YearOut]
    index: list[IndexOut]
    index_years: int


@dataclass(frozen=True)
class Seasons:
    """Months in order. open_month: the one that goes on, None where the period is over."""

    metric: Metric
    months: Sequence[Month]
    open_month: int | None
    total: int

    @property
    def by_month(self) -> dict[int, Month]:
        """The months by year * 12 + month - 1."""
        return {one.month: one for one in self.months}

    @property
    def years(self) -> list[int]:
        """The years that it has months of, the latest first."""
        return sorted({one.month // YEAR for one in self.months}, reverse=True)

    @property
    def index(self) -> dict[int, Decimal]:
        """How many times the average each month of the calendar sells a day."""
        return seasons.index(self.months)

    def change(self, month: int) -> Decimal | None:
        """How much more a whole month brought than that of the year before; None where that cannot be said."""
        then = seasons.before(self.by_month, month)
        return money.ratio(self.by_month[month].value - then.value, then.value) if then and then.value > 0 else None


def seasons_json(said: Mapping[str, Any], found: Seasons) -> dict[str, Any]:
    """The whole of `GET /analytics/seasons`; `said` is its frame."""
    currency, metric, index = said["currency"], found.metric, found.index
    return {
        **said, "metric": metric.name, "unit": metric.unit, "total": shown(metric, found.total, currency),
        "years": [_year(found, year, currency) for year in found.years],
        "index": [{"month": month, "index": index.get(month)} for month in range(1, YEAR + 1)],
        "index_years": len(seasons.years(found.months)),
    }  # fmt: skip


def _year(found: Seasons, year: int, currency: str) -> dict[str, Any]:
    months = [one for one in found.months if one.month // YEAR == year]
    return {
        "year": year,
        "total": shown(found.metric, sum(one.value for one in months), currency),
        "months": [
            {
                "month": name(one.month), "value": shown(found.metric, one.value, currency), "whole": one.whole,
                "open": one.month == found.open_month, "change_ratio": found.change(one.month),
            }
            for one in months
        ],
    }  # fmt: skip


def name(month: int) -> str:
    """A month as answers name it: "2026-11"."""
    return f"{month // YEAR:04d}-{month % YEAR + 1:02d}"


COLUMNS = ("month", "metric", "currency", "value", "whole", "open", "change_ratio", "index")


def rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Its months as rows of CSV, the latest year first."""
    index = {one["month"]: one["index"] for one in data["index"]}
    for year in data["years"]:
        for one in year["months"]:
            told = [one["value"], one["whole"], one["open"], one["change_ratio"], index[int(one["month"][5:])]]
            yield [one["month"], data["metric"], data["currency"], *told]
