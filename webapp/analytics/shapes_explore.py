"""Answers of the metrics layer as the contract shows them: `/explore` and its dictionary."""

from collections.abc import Iterator, Mapping, Sequence
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
    valid_from: str
    earlier: list[dict[str, Any]]
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


# ---- /explore ----


def dictionary() -> dict[str, Any]:
    """Every metric and dimension."""
    return {
        "metrics": [describe(metric) for metric in METRICS.values()],
        "dimensions": [{"name": one.name, "title": one.title} for one in DIMENSIONS.values()],
    }


def dictionary_table() -> tuple[tuple[str, ...], list[list[Any]]]:
    """Every metric as the columns and rows of a file."""
    columns = ("name", "title", "unit", "definition", "formula", "version", "valid_from", "additive")
    told = [{**describe(metric), "additive": " ".join(metric.additive)} for metric in METRICS.values()]
    return columns, [[one[name] for name in columns] for one in told]


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


def about_sheet(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the second sheet of its XLSX says: when, of which period, and what each figure means."""
    period, compare = data["period"], data["compare"] or {}
    said = {"As of": data["as_of"], "Currency": data["currency"], "Period": period["name"], "From": period["from"],
            "To": period["to"], "Compared from": compare.get("from"), "Compared to": compare.get("to")}  # fmt: skip
    for metric in data["metrics"]:
        said[metric["title"]] = f"{metric['definition']} {metric['formula']}; version {metric['version']}"
    return said
