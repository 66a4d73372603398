"""What the metrics layer says of the last weeks, read for the brief: products and categories beside the weeks before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.metrics import ask
from webapp.metrics.periods import Period, Shift
from webapp.recommendations.rules.facts import Sold
from webapp.recommendations.rules.words import Span

_WEEK, _MONTH = 7, 28


@dataclass(frozen=True, slots=True)
class Spans:
    """The whole business days that facts speak of; today is not whole and stays out."""

    week: Span
    week_before: Span
    month: Span
    month_before: Span

    @staticmethod
    def until(today: int) -> "Spans":
        """The last 7 and 28 days before today, and as many before those."""
        return Spans(
            Span("the last 7 days", today - _WEEK, today - 1),
            Span("the 7 days before", today - 2 * _WEEK, today - _WEEK - 1),
            Span("the last 28 days", today - _MONTH, today - 1),
            Span("the 28 days before", today - 2 * _MONTH, today - _MONTH - 1),
        )


@dataclass(slots=True)
class Sales:
    """Products over a week and over four, categories over four, and the shop's net sales of both, in minor units."""

    week: dict[int, Sold] = field(default_factory=dict)
    month: dict[int, Sold] = field(default_factory=dict)
    categories: list[Sold] = field(default_factory=list)
    net: int = 0
    net_before: int = 0


def read(tx: Any, spans: Spans, names: Mapping[int, str], categories: Mapping[int, str], now_ms: int) -> Sales:
    """The sales of the spans; products and categories that the catalogue no longer has are left out."""
    found = Sales()
    for span, before, by_id in (
        (spans.week, spans.week_before, found.week), (spans.month, spans.month_before, found.month)
    ):  # fmt: skip
        answer = _asked(tx, "product", span, before, now_ms)
        for row in answer.rows:
            if row.keys[0] in names:
                by_id[row.keys[0]] = _sold(row, names[row.keys[0]])
        if span is spans.week:
            found.net = _figure(answer.totals.values, "net_sales")
            found.net_before = _figure(answer.totals.compare or {}, "net_sales")
    rows = _asked(tx, "category", spans.month, spans.month_before, now_ms).rows
    found.categories = [_sold(row, categories[row.keys[0]]) for row in rows if row.keys[0] in categories]
    return found


def _asked(tx: Any, by: str, span: Span, before: Span, now_ms: int) -> Any:
    metrics = ("net_sales", "units", "gross_margin", "cost")
    compare = period(tx, before, Shift("days", span.days))
    return ask.ask(tx, metrics, period=period(tx, span), now_ms=now_ms, by=[by], compare=compare, limit=None)


def period(tx: Any, span: Span, shift: Shift | None = None) -> Period:
    """The span as the metrics layer knows it."""
    from_ms, to_ms = tx.zone.bounds(span.from_day)[0], tx.zone.bounds(span.to_day)[1]
    return Period(None, from_ms, to_ms, False, span.from_day, span.to_day + 1, shift)


def _sold(row: Any, name: str) -> Sold:
    now, then = row.values, row.compare or {}
    margin, cost = _figure(now, "gross_margin"), _figure(now, "cost")
    costed = margin + cost
    return Sold(
        row.keys[0], name, _figure(now, "units"), _figure(then, "units"), _figure(now, "net_sales"),
        _figure(then, "net_sales"), margin if costed else None, costed,
    )  # fmt: skip


def _figure(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    return 0 if value is None else int(value)
