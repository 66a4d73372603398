"""The answer of Explore, live: its figures, the chart and the table behind it, each cell leading to its orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp import charts
from webapp.analytics import shapes_drill, shapes_page
from webapp.analytics.islands import pivot
from webapp.analytics.islands.over_time import time_axis
from webapp.analytics.rules import buckets, changes, figures, words
from webapp.analytics.shapes_page import Explored
from webapp.charts import Axis, Line
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics import labels
from webapp.metrics.answers import Answer, Row
from webapp.metrics.definitions import DIMENSIONS, Metric
from webapp.metrics.filters import only
from webapp.text import Formatter

MOST_PLOTS = 3
PATH = "/analytics/answer"


@dataclass(frozen=True)
class Frame:
    """What everything on the page needs to know."""

    tx: Any
    asked: Explored
    answer: Answer
    said: Formatter
    key: str


@island(PATH, topics=("orders", "products", "shop"), pace=1.0, threaded=True, template="analytics/_answer.html")
def answer(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the answer to a question as figures, a chart and a table that are the same numbers."""
    said = store.shop().formatter
    asked = shapes_page.explored(tx, params, now_ms, said)
    found = metrics.answer(tx, asked.question, now_ms)
    if asked.over_time:
        found.rows.reverse()
    frame = Frame(tx, asked, found, said, element_id(asked.address(PATH)))
    context = {
        "title": _title(frame),
        "dates": words.dates(asked.span, said),
        "tiles": [_tile(frame, metric) for metric in asked.question.metrics],
        "against": asked.against + asked.so_far,
        "any": any(found.totals.measures) or any(found.totals.then or ()),
        "from_lines": asked.question.reads_lines,
        "filters": [
            (title, asked.address("/explore", *_others(asked, name, value), without=[name]))
            for name, value, title in labels.spoken(tx, asked.question.filters, said)
        ],
    }
    if not context["any"]:
        return context
    if asked.question.grain and asked.question.by:
        return {**context, **pivot.pivot(tx, asked, now_ms, said, frame.key)}
    return {**context, **_table(frame), "plots": _plots(frame) if asked.over_time else []}


def _others(asked: Explored, name: str, value: str) -> list[tuple[str, str]]:
    return [pair for pair in asked.pairs if pair[0] == name and pair[1] != value]


def _title(frame: Frame) -> str:
    question, titles = frame.asked.question, [DIMENSIONS[name].title.lower() for name in frame.asked.question.by]
    what = ", ".join(metric.title if i == 0 else metric.title.lower() for i, metric in enumerate(question.metrics))
    by = " by " + " and ".join(titles) if titles else ""
    return what + by + (f", each {question.grain}" if question.grain else "")


def _tile(frame: Frame, metric: Metric) -> dict[str, Any]:
    totals = frame.answer.totals
    then = totals.compare[metric.name] if totals.compare else None
    change, kind = figures.change(metric.unit, totals.values[metric.name], then)
    return {
        "name": metric.name, "title": metric.title, "good": metric.good, "change": change, "kind": kind,
        "value": figures.write(metric.unit, totals.values[metric.name], frame.said),
        "then": figures.write(metric.unit, then, frame.said) if totals.compare else "",
        "about": frame.asked.address("", without=("metric", "by", "grain", "sort", "limit")),
        "href": shapes_drill.behind((metric,), shapes_drill.orders_in(frame.asked.question, frame.tx.zone)),
    }  # fmt: skip


# ---- The table ----


def _table(frame: Frame) -> dict[str, Any]:
    question, rows = frame.asked.question, frame.answer.rows
    names = [
        labels.titles(frame.tx, name, {row.keys[i] for row in rows}, frame.said) for i, name in enumerate(question.by)
    ]
    totals, zone = frame.answer.totals, frame.tx.zone
    bars = _bars(frame) if not frame.asked.over_time else [""] * len(rows)
    return {
        "heads": _heads(frame),
        "rows": [_row(frame, row, names, bar, i) for i, (row, bar) in enumerate(zip(rows, bars, strict=True))],
        "rest": _cells(frame, frame.answer.rest, "", "") if _cut(frame.answer) else None,
        "rest_name": "Earlier" if frame.asked.over_time else "All others",
        "totals": _cells(
            frame, totals, shapes_drill.orders_in(question, zone), shapes_drill.all_then(question, totals, zone)
        ),
        "width": len(question.by) + (1 if question.grain else 0),
        "barred": not frame.asked.over_time,
    }


def _cut(answer: Answer) -> bool:
    """Whether the rows leave anything out: orders that stand in several of them are no sign of it."""
    rest = answer.rest
    limited = len(answer.rows) == answer.question.limit and (any(rest.measures) or any(rest.then or ()))
    return limited or any(rest.values.values()) or any((rest.compare or {}).values())


def _heads(frame: Frame) -> list[dict[str, Any]]:
    asked, question = frame.asked, frame.asked.question
    sorted_by = question.sort or ("-time" if question.grain else question.metrics[0].name)
    heads: list[dict[str, Any]] = []
    if question.grain:
        heads.append(
            {"title": words.BUCKETS[question.grain], "href": asked.address("/explore", without=["sort"]),
             "now": "ascending" if asked.over_time else ""}
        )  # fmt: skip
    heads += [{"title": DIMENSIONS[name].title} for name in question.by]
    for i, metric in enumerate(question.metrics):
        here = sorted_by == metric.name
        href = asked.address("/explore", ("sort", metric.name), without=["sort"])
        heads.append({"title": metric.title, "num": True, "href": href, "now": "descending" if here else ""})
        if question.compare:
            heads += [{"title": "Before", "num": True, "wide": True}] if i == 0 else []
            heads.append({"title": "Change", "num": True, "wide": i > 0})
    return heads


def _row(frame: Frame, row: Row, names: Sequence[Mapping[Any, str]], bar: Any, index: int) -> dict[str, Any]:
    question, said = frame.asked.question, frame.said
    href = shapes_drill.orders_of(question, row, frame.tx.zone)
    cells = _cells(frame, row, href, shapes_drill.orders_then(question, row, frame.tx.zone))
    first = []
    if question.grain and row.time is not None:
        first.append((buckets.row(row.time, question.grain, said) + (" so far" if row.open else ""), ""))
    for name, key, known in zip(question.by, row.keys, names, strict=True):
        within = frame.asked.address("/explore", (name, only(name, key)), without=[name])
        first.append((known[key], within))
    key = "-".join(str(part) for part in (row.time, *row.keys) if part is not None)
    count = len(frame.answer.rows)
    return {
        "key": f"x-{key}", "x": round(100 * index / max(1, count - 1), 1), "open": row.open, "names": first,
        "bar": bar, "href": href, "cells": cells,
    }  # fmt: skip


def _cells(frame: Frame, row: Row, href: str, then_href: str) -> list[dict[str, Any]]:
    question = frame.asked.question
    cells: list[dict[str, Any]] = []
    for i, metric in enumerate(question.metrics):
        value = row.values[metric.name]
        here, earlier = (shapes_drill.behind((metric,), one) for one in (href, then_href))
        cells.append({"text": figures.write(metric.unit, value, frame.said), "href": here, "plot": i})
        if question.compare is None:
            continue
        then = row.compare[metric.name] if row.compare else None
        if i == 0:
            cells.append({"text": figures.write(metric.unit, then, frame.said), "href": earlier, "wide": True})
        change, kind = figures.change(metric.unit, value, then)
        cells.append({"change": change, "kind": kind, "good": metric.good, "wide": i > 0})
    return cells


def _bars(frame: Frame) -> list[Any]:
    """A bar a row by the metric that sorts them, with a mark where the earlier time stood."""
    question = frame.asked.question
    metric = next((one for one in question.metrics if one.name == question.sort), question.metrics[0])
    now = [figures.plotted(metric.unit, row.values[metric.name]) for row in frame.answer.rows]
    then = [
        figures.plotted(metric.unit, row.compare[metric.name] if row.compare else None) for row in frame.answer.rows
    ]
    parts = changes.shares([_int(one) for one in now], [_int(one) for one in then])
    return [charts.bar(f"{frame.key}-b{i}", *part) for i, part in enumerate(parts)]


def _int(value: float | None) -> int | None:
    return None if value is None else round(value * 100)


# ---- The chart ----


def _plots(frame: Frame) -> list[dict[str, Any]]:
    question, rows = frame.asked.question, frame.answer.rows
    if len(rows) < 2 or question.grain is None:
        return []
    axis = time_axis([row.time or 0 for row in rows], question.grain, frame.said)
    return [_plot(frame, metric, axis) for metric in question.metrics[:MOST_PLOTS]]


def _plot(frame: Frame, metric: Metric, axis: Axis) -> dict[str, Any]:
    rows, said, unit = frame.answer.rows, frame.said, metric.unit
    lines = [
        Line(
            words.title(frame.asked.span, said), [figures.plotted(unit, row.values[metric.name]) for row in rows],
            open=rows[-1].open,
        )
    ]  # fmt: skip
    then = [figures.plotted(unit, row.compare[metric.name] if row.compare else None) for row in rows]
    if any(value is not None for value in then):
        lines.insert(0, Line("before", then, "then", open=rows[-1].open))
    best = max(rows, key=lambda row: row.values[metric.name] or 0)
    summary = (
        f"{metric.title}: most on {buckets.name(best.time or 0, frame.asked.question.grain or 'day', said)}, "
        f"{figures.write(unit, best.values[metric.name], said)}."
    )
    drawing, note = charts.line_plots(
        f"{frame.key}-{metric.name}", lines, axis, label=figures.label(unit, said), summary=summary,
        axis_label=figures.axis(unit, said), brief=figures.brief(unit, said),
        whole=unit in ("money", "count"),
    )  # fmt: skip
    return {"title": metric.title, "drawing": drawing, "note": note}
