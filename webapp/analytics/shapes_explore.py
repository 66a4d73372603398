"""Answers of the metrics layer as the contract shows them: `/explore`, its dictionary, and the reconciliation."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from webapp import clock
from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.answers import Answer, Row, Value
from webapp.metrics.definitions import DIMENSIONS, METRICS, Metric, describe
from webapp.web.fields import Instant, Output


class MetricOut(Output):
    """A figure of the dictionary."""

    name: str
    title: str
    unit: str
    definition: str
    formula: str
    version: int
    additive: list[str]
    good: int


class DimensionOut(Output):
    """Something sales are told apart by."""

    name: str
    title: str


class DictionaryOut(Output):
    """Every metric and every dimension."""

    metrics: list[MetricOut]
    dimensions: list[DimensionOut]


class ExploreOut(Output):
    """The answer of the metrics layer: rows + rest = totals where a metric is additive over the dimensions."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    metrics: list[MetricOut]
    rows: list[dict[str, Any]]
    rest: dict[str, Any]
    totals: dict[str, Any]
    counted_from: str


class ReconciliationOut(Output):
    """Each breakdown of a period beside its headline."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    headline: dict[str, Any]
    breakdowns: list[dict[str, Any]]
    balanced: bool


# ---- /explore ----


def dictionary() -> dict[str, Any]:
    """Every metric and dimension."""
    return {
        "metrics": [describe(metric) for metric in METRICS.values()],
        "dimensions": [{"name": one.name, "title": one.title} for one in DIMENSIONS.values()],
    }


def explored(said: Mapping[str, Any], answer: Answer, names: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    """The whole of `GET /explore`. names: how each dimension's values are shown; (SKU, name) of products."""
    currency, metrics = said["currency"], answer.question.metrics
    return {
        **said,
        "metrics": [describe(metric) for metric in metrics],
        "rows": [
            {**place(row, answer, names), **figures(row, metrics, currency)} for row in answer.rows
        ],
        "rest": figures(answer.rest, metrics, currency),
        "totals": figures(answer.totals, metrics, currency),
        "counted_from": "lines" if answer.question.reads_lines else "rollups",
    }  # fmt: skip


def place(row: Row, answer: Answer, names: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    """Where a row stands: its bucket and the values of its dimensions."""
    said: dict[str, Any] = {}
    if answer.question.grain is not None and row.time is not None:
        hourly = answer.question.grain == "hour"
        said = {"time": clock.format_time(row.time) if hourly else clock.format_day(row.time), "open": row.open}
    for name, value in zip(answer.question.by, row.keys, strict=True):
        if name == "product":
            said["product"] = value
            said["sku"], said["name"] = names["product"][value]
        elif name in names:
            said[name] = names[name].get(value)
        else:
            said[name] = None if value == "" else value
    return said


def figures(row: Row, metrics: Sequence[Metric], currency: str) -> dict[str, Any]:
    """A row's values, those of the comparison, and the change."""

    def told(values: Mapping[str, Value]) -> dict[str, Value]:
        return {metric.name: shown(metric, values[metric.name], currency) for metric in metrics}

    return {
        **told(row.values),
        "compare": None if row.compare is None else told(row.compare),
        "change": None if row.change is None else told(row.change),
        "change_ratio": row.change_ratio,
    }


def explore_columns(answer: Answer) -> list[str]:
    """The columns of its CSV."""
    question = answer.question
    columns = ["time", "open"] if question.grain else []
    for name in question.by:
        columns += [name, "sku", "name"] if name == "product" else [name]
    metrics = [metric.name for metric in question.metrics]
    columns += metrics
    if question.compare:
        columns += [f"{kind}_{name}" for kind in ("compare", "change", "change_ratio") for name in metrics]
    return columns


def explore_rows(data: Mapping[str, Any], columns: Sequence[str]) -> Iterator[list[Any]]:
    """Its rows as CSV has them."""
    for row in data["rows"]:
        flat = dict(row)
        for kind in ("compare", "change", "change_ratio"):
            for name, value in (flat.pop(kind) or {}).items():
                flat[f"{kind}_{name}"] = value
        yield [flat.get(column) for column in columns]


# ---- /analytics/reconciliation ----

RECONCILED = ("net_sales", "gross_sales", "returns", "units", "units_returned", "cost", "gross_margin", "orders")


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


RECONCILIATION_COLUMNS = ("dimension", "rows", "metric", "headline", "sum", "difference")


def reconciled() -> list[dict[str, str]]:
    """The metrics that are reconciled: name, title, unit."""
    return [{"name": name, "title": METRICS[name].title, "unit": METRICS[name].unit} for name in RECONCILED]


def reconciliation_rows(data: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
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
