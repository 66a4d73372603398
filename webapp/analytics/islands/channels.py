"""Each channel with what it brought, its share, its change and its course; live."""

from collections.abc import Mapping
from typing import Any

from webapp import charts
from webapp.analytics import shapes_channels, shapes_drill, shapes_pages, shapes_view
from webapp.analytics.islands.over_time import time_axis
from webapp.analytics.rules import changes, figures, words
from webapp.analytics.shapes_channels import TOLD, ChannelRow
from webapp.analytics.shapes_view import View
from webapp.charts import Line, Panel, parts
from webapp.charts.lines import place
from webapp.charts.multiples import MOST_PANELS
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics.answers import Row
from webapp.metrics.ask import ask
from webapp.metrics.definitions import METRICS
from webapp.shop import dao as shop
from webapp.text import Formatter

PATH, PERIOD = "/analytics/channels", "28d"
TOPICS = ("orders", "shop")
TILES = ("net_sales", "orders", "average_order_value", "return_rate")


def page_context(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    """Return what templates/analytics/channels.html needs. Raises Invalid with the parameter for wrong ones."""
    said = store.shop().formatter
    view = shapes_view.view(tx, shapes_pages.settled(args), now_ms, said, PERIOD)
    addresses = {name: view.address(f"{PATH}/{name}") for name in ("figures", "list", "trend")}
    return {"addresses": addresses, **shapes_pages.around(tx, view, PATH, said)}


def gather(tx: Any, view: View, now_ms: int) -> tuple[Row, list[ChannelRow]]:
    """Return the totals of the period and its channels, the one that brought most first."""
    answer = ask(
        tx, TOLD, by=["channel"], period=view.period, compare=view.compare, filters=view.filters, limit=None,
        now_ms=now_ms,
    )  # fmt: skip
    known, shares = shop.channels(tx), changes.parts([int(row.values["net_sales"] or 0) for row in answer.rows])
    rows = [ChannelRow(known[row.keys[0]], row, share) for row, share in zip(answer.rows, shares, strict=True)]
    return answer.totals, rows


def told(tx: Any, view: View, now_ms: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program is told; `said` is the frame of the answer."""
    return shapes_channels.channels(said, *gather(tx, view, now_ms))


@island(f"{PATH}/figures", topics=TOPICS, pace=0.5, clock=True, threaded=True, template="analytics/_totals.html")
def totals(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the figures of all channels together, beside those of the earlier time."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    found = ask(
        tx, TILES, period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms
    ).totals  # fmt: skip
    return {"tiles": tiles(TILES, found, view, said), "against": view.against + view.so_far if view.against else ""}


def tiles(names: Any, found: Row, view: View, said: Formatter) -> list[dict[str, Any]]:
    """Return one tile a metric: its figure, its earlier one and the change."""
    shown = []
    for metric in (METRICS[name] for name in names):
        now, then = found.values[metric.name], found.compare[metric.name] if found.compare else None
        change, kind = figures.change(metric.unit, now, then)
        shown.append({
            "name": metric.name, "title": metric.title, "good": metric.good, "change": change, "kind": kind,
            "value": figures.write(metric.unit, now, said), "about": view.about,
            "then": figures.write(metric.unit, then, said) if found.compare else "",
        })  # fmt: skip
    return shown


@island(f"{PATH}/list", topics=TOPICS, pace=0.5, clock=True, threaded=True, template="analytics/_channels_list.html")
def channels(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what each channel brought, with a mark where it stood in the earlier time."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    whole, found = gather(tx, view, now_ms)
    question = metrics.question(TOLD, period=view.period, by=["channel"], filters=view.filters, compare=view.compare)
    key = element_id(view.address(f"{PATH}/list"))
    now = [int(one.row.values["net_sales"] or 0) for one in found]
    then = [int(one.row.compare["net_sales"] or 0) if one.row.compare else None for one in found]
    rows = [
        {
            "channel": one.channel, "cells": _cells(one.row, one.share, one.orders_then, said),
            "bar": charts.bar(f"{key}-c{one.channel['id']}", *fraction),
            "href": shapes_drill.orders_of(question, one.row, tx.zone),
            "alone": shapes_pages.alone(view, "/", "channel", one.channel["id"]),
        }
        for one, fraction in zip(found, changes.shares(now, then), strict=True)
    ]  # fmt: skip
    return {
        "rows": rows, "totals": {**_cells(whole, None, None, said), "share": ""}, "below": min(now, default=0) < 0,
        "about": view.about,
        "against": view.against + view.so_far if view.against else "",
        "all_orders": shapes_drill.orders_in(question, tx.zone), "dates": words.dates(view.span, said),
    }  # fmt: skip


def _cells(row: Row, share: Any, orders_then: int | None, said: Formatter) -> dict[str, Any]:
    """What a row says, each figure written, with its change where it is compared."""
    found: dict[str, Any] = {"share": figures.write("ratio", share, said)}
    for name in TOLD:
        then = row.compare[name] if row.compare else None
        change, kind = figures.change(METRICS[name].unit, row.values[name], then)
        found[name] = {
            "text": figures.write(METRICS[name].unit, row.values[name], said),
            "change": change,
            "kind": kind,
        }
    return {**found, "few": orders_then is not None and orders_then < changes.FEW_ORDERS}


@island(f"{PATH}/trend", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_channels_trend.html")
def trend(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw the course of each channel beside its earlier one, on one scale."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    grain, key = words.grain(view.span.days), element_id(view.address(f"{PATH}/trend"))
    _, found = gather(tx, view, now_ms)
    rows = ask(
        tx, ["net_sales"], by=["channel"], grain=grain, period=view.period, compare=view.compare, filters=view.filters,
        limit=None, now_ms=now_ms,
    ).rows  # fmt: skip
    times = sorted({row.time or 0 for row in rows})
    courses = {(row.keys[0], row.time): row for row in rows}
    panels = [
        _panel(view, one, [courses.get((one.channel["id"], time)) for time in times], said)
        for one in found[:MOST_PANELS]
    ]
    drawing = _drawing(key, panels, times, grain, view, said) if len(times) > 1 else ""
    return {"drawing": drawing, "grain": grain, "about": view.about}


def _drawing(key: str, panels: list[Panel], times: list[int], grain: str, view: View, said: Formatter) -> Any:
    """The panels with the table behind them, from which they are read out."""
    axis, label = time_axis(times, grain, said), figures.label("money", said)
    summary = f"Net sales of each channel, each {grain}."
    rows = [
        parts.Row(place(axis, i) / 10, [axis.labels[i], *(label(panel.lines[0].values[i]) for panel in panels)])
        for i in range(len(times))
    ]
    note = f"Net sales each {grain}, on one scale." + (f" Grey is {view.against}." if view.against else "")
    plots = charts.multiples(key, panels, axis, label=figures.brief("money", said), summary=summary)
    behind = parts.table([axis.name, *(panel.name for panel in panels)], rows, summary)
    rest = "Touch or point at a chart; arrow keys work too"
    return parts.figure(f"{key}-c", "lines-chart", plots, behind, rest=rest, note=note)


def _panel(view: View, one: ChannelRow, course: list[Row | None], said: Formatter) -> Panel:
    def values(of: str) -> list[float | None]:
        told = [getattr(row, of) if row else None for row in course]
        return [figures.plotted("money", each["net_sales"]) if each else None for each in told]

    now, then = values("values"), values("compare")
    unfinished = bool(course and course[-1] and course[-1].open)
    lines = [Line(one.channel["name"], now, open=unfinished)]
    if any(value is not None for value in then):
        lines.append(Line("before", then, "then", open=unfinished))
    href = shapes_pages.alone(view, PATH, "channel", one.channel["id"])
    return Panel(one.channel["name"], figures.write("money", one.row.values["net_sales"], said), href, lines)
