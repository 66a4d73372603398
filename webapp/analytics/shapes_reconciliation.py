"""The reconciliation as answers show it: breakdowns, returns by both days, and what came after a day was closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp import clock, money
from webapp.analytics.shapes import PeriodOut, shown
from webapp.analytics.shapes_drill import listed, span_query
from webapp.clock import Zone
from webapp.metrics.answers import Answer, Value
from webapp.metrics.definitions import DIMENSIONS, METRICS
from webapp.text import Formatter
from webapp.web.fields import Instant, MoneyOut, Output

RECONCILED = ("net_sales", "gross_sales", "returns", "units", "units_returned", "cost", "gross_margin", "orders")
COLUMNS = ("dimension", "rows", "metric", "headline", "sum", "difference")


class ReturnsOut(Output):
    """Returns of a period by their own day, which counts everywhere, and by the day of their sale."""

    by_return_day: MoneyOut
    by_sale_day: MoneyOut
    sale_unknown: MoneyOut
    days: list[dict[str, Any]]


class LateOut(Output):
    """What was entered after a business day had closed. closed_with, now: its net sales at the close and now."""

    day: str
    orders: int
    returns: int
    last_entered_at: Instant
    closed_with: MoneyOut
    now: MoneyOut


class ReconciliationOut(Output):
    """Each breakdown of a period beside its headline."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    headline: dict[str, Any]
    breakdowns: list[dict[str, Any]]
    balanced: bool
    returns: ReturnsOut
    late: list[LateOut]


@dataclass(frozen=True)
class Late:
    """A closed day with later entries: how many orders and returns, what they came to, its net sales now."""

    day: int
    orders: int
    sold_minor: int
    returns: int
    returned_minor: int
    last_ms: int
    now_minor: int
    order_id: int | None
    return_id: int | None

    @property
    def closed_minor(self) -> int:
        """Its net sales as they stood when it closed."""
        return self.now_minor - self.sold_minor + self.returned_minor


def breakdown(dimension: str, answer: Answer, currency: str) -> dict[str, Any]:
    """What the rows by one dimension sum to, and how far that is from the headline; None where not additive."""
    sums: dict[str, Value] = {}
    differences: dict[str, Value] = {}
    for metric in answer.question.metrics:
        total = answer.totals.values[metric.name]
        found = sum((row.values[metric.name] or 0 for row in answer.rows), start=0)
        additive = metric.additive_over([dimension])
        sums[metric.name] = shown(metric, found, currency) if additive else None
        differences[metric.name] = shown(metric, found - (total or 0), currency) if additive else None
    named = {"dimension": dimension, "title": DIMENSIONS[dimension].title, "rows": len(answer.rows)}
    return {**named, "sums": sums, "differences": differences}


def reconciled() -> list[dict[str, str]]:
    """The metrics that are reconciled: name, title, unit."""
    return [{"name": name, "title": METRICS[name].title, "unit": METRICS[name].unit} for name in RECONCILED]


def rows(data: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """One row of CSV for each breakdown and each metric that adds up over it."""
    for each in data["breakdowns"]:
        for name, total in data["headline"].items():
            if each["sums"][name] is not None:
                yield each["dimension"], each["rows"], name, total, each["sums"][name], each["differences"][name]


def reconciliation(said: Mapping[str, Any], answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Every breakdown beside the headline; `answers` by dimension."""
    currency, whole = said["currency"], next(iter(answers.values()))
    breakdowns = [breakdown(dimension, answer, currency) for dimension, answer in answers.items()]
    off: list[Decimal | int] = [
        value for each in breakdowns for value in each["differences"].values() if value is not None and value != 0
    ]
    totals = {
        metric.name: shown(metric, whole.totals.values[metric.name], currency) for metric in whole.question.metrics
    }
    return {**said, "headline": totals, "breakdowns": breakdowns, "balanced": not off}


def returns(own: Mapping[int, int], of_sale: Mapping[int, int], unknown: int, currency: str) -> dict[str, Any]:
    """Returns by both days, amounts in minor units by day; days with neither are left out."""

    def amount(minor: int) -> Decimal:
        return money.from_minor(minor, currency)

    days = sorted(day for day in {*own, *of_sale} if own.get(day) or of_sale.get(day))
    return {
        "by_return_day": amount(sum(own.values())),
        "by_sale_day": amount(sum(of_sale.values())),
        "sale_unknown": amount(unknown),
        "days": [
            {"day": clock.format_day(day), "by_return_day": amount(own.get(day, 0)), "by_sale_day": amount(of_sale.get(day, 0))}
            for day in days
        ],
    }  # fmt: skip


def late(found: Sequence[Late], currency: str) -> list[dict[str, Any]]:
    """Closed days with later entries, the latest first."""
    return [
        {
            "day": clock.format_day(one.day), "orders": one.orders, "returns": one.returns,
            "last_entered_at": clock.format_time(one.last_ms),
            "closed_with": money.from_minor(one.closed_minor, currency), "now": money.from_minor(one.now_minor, currency),
        }
        for one in found
    ]  # fmt: skip


def late_words(one: Late, said: Formatter, zone: Zone) -> str:
    """What came and when: "+1 order entered after close, at 09:12 the next day"; of several the last."""
    counted = ((one.orders, "order", "orders"), (one.returns, "return", "returns"))
    came = " and ".join(f"+{said.plural(count, *words)}" for count, *words in counted if count)
    day, at = zone.day_of(one.last_ms), said.time(one.last_ms)
    when = f"at {at} the next day" if day == one.day + 1 else f"on {said.short_date(day)} at {at}"
    return f"{came} entered after close, {'the last ' if one.orders + one.returns > 1 else ''}{when}"


def late_address(one: Late, zone: Zone) -> str:
    """Where its entries are: the one order or return, or the orders of the day with its returns below."""
    if one.orders + one.returns == 1:
        return f"/orders/{one.order_id}" if one.orders else f"/returns/{one.return_id}"
    begin, end = zone.bounds(one.day)
    return listed(span_query(begin, end, zone))
