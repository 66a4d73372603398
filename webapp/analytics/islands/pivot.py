"""Things told apart over time: a small line for each of the largest, and a table of buckets by things."""

from dataclasses import replace
from typing import Any

from webapp import charts
from webapp.analytics import shapes_drill
from webapp.analytics.islands.over_time import time_axis
from webapp.analytics.rules import buckets, figures, words
from webapp.analytics.shapes_page import Explored
from webapp.charts import Line, Panel
from webapp.metrics import ask as metrics
from webapp.metrics import labels
from webapp.metrics.answers import Question, Row
from webapp.metrics.definitions import MEASURES
from webapp.metrics.filters import Filters
from webapp.text import Formatter

MOST = 6
_ZERO = (0,) * len(MEASURES)


def pivot(tx: Any, asked: Explored, now_ms: int, said: Formatter, key: str) -> dict[str, Any]:
    """Give the panels and the table: the six largest, what the others sum to, and each bucket's total."""
    question = replace(asked.question, metrics=asked.question.metrics[:1])
    metric = question.metrics[0]
    ranked = metrics.answer(tx, replace(question, grain=None, sort=metric.name, limit=MOST), now_ms)
    rows = metrics.answer(tx, replace(question, by=(), sort="-time"), now_ms)
    rows.rows.reverse()
    told = replace(
        question, filters=within(question.filters, question.by, [row.keys for row in ranked.rows]), limit=None
    )
    cells = {(row.time, row.keys): row for row in metrics.answer(tx, told, now_ms).rows}
    titles = [labels.titles(tx, name, {row.keys[i] for row in ranked.rows}, said) for i, name in enumerate(question.by)]
    names = [", ".join(known[one] for known, one in zip(titles, row.keys, strict=True)) for row in ranked.rows]
    times = [row.time or 0 for row in rows.rows]
    return {
        "panels": _panels(key, tx, question, ranked.rows, names, times, cells, said) if len(times) > 1 else "",
        "heads": _heads(question, asked, names),
        "rows": [_row(tx, question, row, ranked.rows, cells, said, i, len(times)) for i, row in enumerate(rows.rows)],
        "totals": _totals(tx, question, ranked.rows, rows.totals, said),
        "rest": None,
        "width": 1,
        "barred": False,
        "of_more": len(asked.question.metrics) > 1,
        "cut": any(rows.rest.measures),
    }


def within(filters: Filters, by: Any, keys: list[tuple[Any, ...]]) -> Filters:
    """The filters narrowed to these rows' own values, so that only what is shown is read."""
    found = filters
    for place, name in enumerate(by):
        values = tuple(sorted({key[place] for key in keys}))
        if name == "category":
            exact = tuple(-one if one else 0 for one in values)
            found = replace(found, category=exact, categories=values)
        elif name == "region":
            found = replace(found, region=tuple(f"={one}" if one else "" for one in values))
        else:
            found = replace(found, **{name: values})
    return found


def _value(row: Row | None, name: str) -> Any:
    return row.values[name] if row is not None else None


def _panels(
    key: str, tx: Any, question: Question, ranked: list[Row], names: list[str], times: list[int], cells: dict[Any, Row],
    said: Formatter,
) -> Any:  # fmt: skip
    metric, grain = question.metrics[0], question.grain or "day"
    panels = []
    for row, name in zip(ranked, names, strict=True):
        course = [cells.get((time, row.keys)) for time in times]
        lines = [Line(
            name, [figures.plotted(metric.unit, _value(cell, metric.name)) for cell in course],
            open=bool(course and course[-1] and course[-1].open),
        )]  # fmt: skip
        then = [cell.compare[metric.name] if cell and cell.compare else None for cell in course]
        if any(then):
            lines.append(Line("before", [figures.plotted(metric.unit, one) for one in then], "then", lines[0].open))
        href = shapes_drill.orders_of(replace(question, grain=None), row, tx.zone)
        panels.append(Panel(name, figures.write(metric.unit, row.values[metric.name], said), href, lines))
    return charts.multiples(
        key, panels, time_axis(times, grain, said), label=figures.brief(metric.unit, said),
        summary=f"{metric.title}, each {grain}.", whole=metric.unit in ("money", "count"),
    )  # fmt: skip


def _heads(question: Question, asked: Explored, names: list[str]) -> list[dict[str, Any]]:
    heads: list[dict[str, Any]] = [{"title": words.BUCKETS[question.grain or "day"]}]
    heads += [{"title": name, "num": True} for name in names]
    heads += [{"title": "Others", "num": True}] if len(names) == MOST else []
    return [*heads, {"title": "All", "num": True}]


def _row(
    tx: Any, question: Question, row: Row, ranked: list[Row], cells: dict[Any, Row], said: Formatter, index: int, count: int
) -> dict[str, Any]:  # fmt: skip
    metric, shown = question.metrics[0], []
    for thing in ranked:
        cell = cells.get((row.time, thing.keys))
        href = "" if cell is None else shapes_drill.orders_of(question, cell, tx.zone)
        value = metric.value(_ZERO) if cell is None else cell.values[metric.name]
        shown.append({"text": figures.write(metric.unit, value, said), "href": href})
    parts = [_value(cells.get((row.time, thing.keys)), metric.name) for thing in ranked]
    if len(ranked) == MOST:
        shown.append({"text": figures.write(metric.unit, _others(question, row, parts), said), "href": ""})
    whole = shapes_drill.orders_of(replace(question, by=()), row, tx.zone)
    shown.append({"text": figures.write(metric.unit, row.values[metric.name], said), "href": whole})
    name = buckets.row(row.time or 0, question.grain or "day", said) + (" so far" if row.open else "")
    return {
        "key": f"x-{row.time}", "x": round(100 * index / max(1, count - 1), 1), "open": row.open,
        "names": [(name, "")], "bar": "", "href": whole, "cells": shown,
    }  # fmt: skip


def _totals(tx: Any, question: Question, ranked: list[Row], totals: Row, said: Formatter) -> list[dict[str, Any]]:
    metric, cells = question.metrics[0], []
    for row in ranked:
        href = shapes_drill.orders_of(replace(question, grain=None), row, tx.zone)
        cells.append({"text": figures.write(metric.unit, row.values[metric.name], said), "href": href})
    others = _others(question, totals, [row.values[metric.name] for row in ranked])
    if len(ranked) == MOST:
        cells.append({"text": figures.write(metric.unit, others, said), "href": ""})
    whole = shapes_drill.orders_in(question, tx.zone)
    return [*cells, {"text": figures.write(metric.unit, totals.values[metric.name], said), "href": whole}]


def _others(question: Question, whole: Row, parts: list[Any]) -> Any:
    """What is left of a bucket; None where the metric does not add up over what is told apart."""
    metric = question.metrics[0]
    if not metric.additive_over(question.by):
        return None
    return (whole.values[metric.name] or 0) - sum(part or 0 for part in parts)
