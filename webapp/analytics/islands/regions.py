"""Where sales went: a map of tiles, the regions that stand out, each with its figures and its course; live."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp import charts
from webapp import regions as places
from webapp.analytics import shapes_drill, shapes_pages, shapes_regions, shapes_view
from webapp.analytics.islands.over_time import time_axis
from webapp.analytics.rules import changes, figures, labels, words
from webapp.analytics.shapes_regions import TOLD, RegionRow
from webapp.analytics.shapes_view import View
from webapp.charts import Line, Panel, Tile, parts, tiles
from webapp.charts.multiples import MOST_PANELS
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics import labels as names
from webapp.metrics.answers import Question, Row
from webapp.metrics.ask import ask
from webapp.metrics.definitions import METRICS
from webapp.text import Formatter

PATH, PERIOD = "/analytics/regions", "28d"
TOPICS = ("orders", "shop")
MOST_ROWS = 60
ISLANDS = ("map", "list", "trend")


def page_context(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    """Return what templates/analytics/regions.html needs. Raises Invalid with the parameter for wrong ones."""
    said = store.shop().formatter
    view = shapes_view.view(tx, shapes_pages.settled(args), now_ms, said, PERIOD)
    return {
        "addresses": {name: view.address(f"{PATH}/{name}") for name in ISLANDS},
        **shapes_pages.around(tx, view, PATH, said),
    }


def gather(tx: Any, view: View, now_ms: int) -> tuple[Question, Row, list[RegionRow]]:
    """Return the question, the totals of the period and its regions, the one that brought most first."""
    question = metrics.question(
        TOLD, period=view.period, by=["region"], filters=view.filters, compare=view.compare, limit=None
    )
    answer, said = metrics.answer(tx, question, now_ms), store.shop().formatter
    known = names.titles(tx, "region", [row.keys[0] for row in answer.rows], said)
    shares = changes.parts([_net(row) for row in answer.rows])
    rows = [
        RegionRow(row.keys[0], known[row.keys[0]], row, share) for row, share in zip(answer.rows, shares, strict=True)
    ]
    return question, answer.totals, rows


def _net(row: Row) -> int:
    return int(row.values["net_sales"] or 0)


def told(tx: Any, view: View, now_ms: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program is told; `said` is the frame of the answer."""
    return shapes_regions.regions_json(said, *gather(tx, view, now_ms)[1:])


# ---- The map ----


@island(f"{PATH}/map", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_regions_map.html")
def region_map(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give a map of tiles for each country with several regions and one of all others; and what stands out."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    _, totals, found = gather(tx, view, now_ms)
    key = element_id(view.address(f"{PATH}/map"))
    located = [one for one in found if one.code]
    maps = [
        {
            "title": title,
            "drawing": tiles.tile_map(f"{key}-{name or 'all'}", *_tiles(view, rows, found, said), label=title),
        }
        for name, title, rows in _groups(located[: tiles.MOST_TILES], said)
    ]
    return {
        "maps": maps,
        "legend": tiles.legend("least", "most"),
        "left_out": max(0, len(located) - tiles.MOST_TILES),
        "nowhere": sum(_net(one.row) for one in found if not one.code),
        "grew": [_performer(view, one, said) for one in shapes_regions.grew_most(found)],
        "average": [_performer(view, one, said) for one in shapes_regions.highest_average(found, totals)],
        "whole_average": said.money(_average(totals)),
        "against": view.against + view.so_far if view.against else "",
        "about": view.about,
        "dates": words.dates(view.span, said),
    }


def _groups(rows: Sequence[RegionRow], said: Formatter) -> list[tuple[str, str, list[RegionRow]]]:
    """The regions of a country that has several as a map of their own, the largest first; then all others."""
    by_country: dict[str, list[RegionRow]] = {}
    for one in rows:
        by_country.setdefault(one.country if one.code != one.country else "", []).append(one)
    own = {code for code, some in by_country.items() if code and len(some) > 1}
    groups = [(code, said.region(code), some) for code, some in by_country.items() if code in own]
    others = [one for one in rows if one.country not in own or one.code == one.country]
    if others:
        groups.append(("", "Elsewhere" if groups else "Countries and regions", others))
    return [(code, title, sorted(some, key=lambda one: one.code)) for code, title, some in groups]


def _tiles(
    view: View, rows: Sequence[RegionRow], every: Sequence[RegionRow], said: Formatter
) -> tuple[list[Tile], list[int]]:  # fmt: skip
    """The tiles of a map with their steps among all the regions, whichever map they stand on."""
    located, short = [one for one in every if one.code], labels.short(said)
    steps = dict(zip([one.code for one in located], tiles.fifths([_net(one.row) for one in located]), strict=True))
    drawn = [
        Tile(one.code, one.name, _net(one.row), short(_net(one.row)), _alone(view, one.code), _at(one.code))
        for one in rows
    ]
    return drawn, [steps[one.code] for one in rows]


def _alone(view: View, code: str) -> str:
    """Today with this very region alone."""
    return shapes_pages.alone(view, "/", "region", code)


def _at(code: str) -> tiles.Place | None:
    place = places.place(code)
    return None if place is None else (place[1], -place[0])


def _performer(view: View, one: RegionRow, said: Formatter) -> dict[str, Any]:
    change = one.row.change["net_sales"] if one.row.change else None
    return {
        "key": one.code, "name": one.name, "href": _alone(view, one.code), "net": _net(one.row),
        "ratio": one.change_ratio, "change": change, "average": said.money(_average(one.row)),
        "orders": one.row.values["orders"],
    }  # fmt: skip


def _average(row: Row) -> int | None:
    value = row.values["average_order_value"]
    return None if value is None else int(value)


# ---- The list and the courses ----


@island(f"{PATH}/list", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_regions_list.html")
def region_list(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what each region brought, with a mark where it stood in the earlier time."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    question, whole, found = gather(tx, view, now_ms)
    key = element_id(view.address(f"{PATH}/list"))
    then = [int(one.row.compare["net_sales"] or 0) if one.row.compare else None for one in found]
    fractions = changes.shares([_net(one.row) for one in found], then)
    rows = [
        {
            "key": one.code or "none", "name": one.name, "href": shapes_drill.orders_of(question, one.row, tx.zone),
            "alone": _alone(view, one.code), "bar": charts.bar(f"{key}-r{place}", *fraction), "cells": _cells(one, said),
        }
        for place, (one, fraction) in enumerate(zip(found[:MOST_ROWS], fractions, strict=False))
    ]  # fmt: skip
    return {
        "rows": rows, "totals": _cells(RegionRow("", "", whole, None), said), "about": view.about,
        "others": len(found) - len(rows),
        "below": any(_net(one.row) < 0 for one in found), "against": view.against + view.so_far if view.against else "",
        "all_orders": shapes_drill.orders_in(question, tx.zone), "dates": words.dates(view.span, said),
    }  # fmt: skip


def _cells(one: RegionRow, said: Formatter) -> dict[str, Any]:
    """What a row says, each figure written, with the change of its net sales where that is compared."""
    found: dict[str, Any] = {name: figures.write(METRICS[name].unit, one.row.values[name], said) for name in TOLD}
    few = one.orders_then is not None and one.orders_then < changes.FEW_ORDERS
    return {**found, "share": figures.write("ratio", one.share, said), "change": one.change_ratio, "few": few}


@island(f"{PATH}/trend", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_regions_trend.html")
def region_trend(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw the course of the largest regions beside their earlier one, on one scale."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    grain, key = words.grain(view.span.days), element_id(view.address(f"{PATH}/trend"))
    _, _, found = gather(tx, view, now_ms)
    rows = ask(
        tx, ["net_sales"], by=["region"], grain=grain, period=view.period, compare=view.compare, filters=view.filters,
        limit=None, now_ms=now_ms,
    ).rows  # fmt: skip
    times = sorted({row.time or 0 for row in rows})
    courses = {(row.keys[0], row.time): row for row in rows}
    largest = found[:MOST_PANELS]
    drawing = _drawing(key, view, largest, times, courses, grain, said) if len(times) > 1 else ""
    return {
        "drawing": drawing, "grain": grain, "about": view.about, "against": view.against,
        "left_out": len(found) > MOST_PANELS,
    }  # fmt: skip


def _drawing(
    key: str, view: View, largest: Sequence[RegionRow], times: Sequence[int], courses: Mapping[Any, Row], grain: str,
    said: Formatter,
) -> Any:  # fmt: skip
    axis, summary = time_axis(times, grain, said), f"Net sales, each {grain}."
    courses_of = [[courses.get((one.code, time)) for time in times] for one in largest]
    panels = [_panel(view, one, course, said) for one, course in zip(largest, courses_of, strict=True)]
    plots = charts.multiples(key, panels, axis, label=figures.brief("money", said), summary=summary)
    rows = [
        parts.Row(100 * place / (len(times) - 1), [axis.labels[place], *(_written(course[place], said) for course in courses_of)])
        for place in range(len(times))
    ]  # fmt: skip
    behind = parts.table([axis.name, *(one.name for one in largest)], rows, summary)
    return parts.figure(f"{key}-c", "lines-chart", plots, behind, rest="Touch or point at a chart; arrow keys work too")


def _written(row: Row | None, said: Formatter) -> str:
    return figures.write("money", row.values["net_sales"] if row else 0, said)


def _panel(view: View, one: RegionRow, course: list[Row | None], said: Formatter) -> Panel:
    now = [figures.plotted("money", row.values["net_sales"]) if row else None for row in course]
    then = [figures.plotted("money", row.compare["net_sales"]) if row and row.compare else None for row in course]
    unfinished = bool(course and course[-1] and course[-1].open)
    lines = [Line(one.name, now, open=unfinished)]
    if any(value is not None for value in then):
        lines.append(Line("before", then, "then", open=unfinished))
    return Panel(one.name, figures.write("money", one.row.values["net_sales"], said), _alone(view, one.code), lines)
