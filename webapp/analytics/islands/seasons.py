"""Months over years: a line a year, the months as a map with the index of each, and the sums behind them; live."""

from collections.abc import Mapping
from typing import Any

from webapp import charts, clock
from webapp.analytics import dao, shapes, shapes_drill, shapes_pages, shapes_seasons, shapes_view
from webapp.analytics.rules import figures, seasons, words
from webapp.analytics.rules.seasons import YEAR, Month
from webapp.analytics.shapes_seasons import OFFERED, Seasons
from webapp.analytics.shapes_view import View
from webapp.charts import Axis, HeatRow, Line, Tick
from webapp.charts.lines import MOST_LINES
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics.ask import ask
from webapp.metrics.definitions import METRICS, Metric
from webapp.text import NONE, Formatter

PATH, PERIOD = "/analytics/seasons", "all"
TOPICS = ("orders", "shop")
ROLES = ("now", "then", "k2", "k3")


def page_context(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    """Return what templates/analytics/seasons.html needs. Raises Invalid with the parameter for wrong ones."""
    said, asked = store.shop().formatter, shapes_pages.settled(args)
    metric = shapes_pages.metric_of(asked, OFFERED)
    view = shapes_view.view(tx, asked, now_ms, said, PERIOD)
    own = shapes_pages.own(metric, OFFERED)
    links = [(name, METRICS[name].title, view.address(PATH, ("metric", name)), name == metric.name) for name in OFFERED]
    return {
        "addresses": {name: view.address(f"{PATH}/{name}", *own) for name in ("years", "months")},
        "metrics": links,
        **shapes_pages.around(tx, view, PATH, said, own, compares=False),
    }


def gather(tx: Any, view: View, metric: Metric, now_ms: int) -> Seasons:
    """Return the months of the period, each with whether all of it is in there, over, and after the first sale."""
    found = ask(
        tx, [metric.name], grain="month", period=view.period, filters=view.filters, limit=None, now_ms=now_ms
    )  # fmt: skip
    begun, period = dao.find_first_day(tx), view.period
    months = []
    for row in found.rows:
        first = row.time or 0
        begin, end = tx.zone.bounds(first)[0], tx.zone.bounds(clock.first_day(clock.month_of(first) + 1))[0]
        inside = (period.from_ms is None or period.from_ms <= begin) and (period.to_ms is None or end <= period.to_ms)
        whole = inside and end <= now_ms and begun is not None and begun <= first
        months.append(Month(clock.month_of(first), int(row.values[metric.name] or 0), whole))
    opened = clock.month_of(found.rows[-1].time or 0) if found.rows and found.rows[-1].open else None
    return Seasons(metric, months, opened, int(found.totals.values[metric.name] or 0))


def told(tx: Any, args: Any, now_ms: int, seq: int) -> dict[str, Any]:
    """Return what a program is told."""
    metric, view = shapes_pages.measured(tx, args, now_ms, store.shop().formatter, OFFERED)
    found = gather(tx, view, metric, now_ms)
    return shapes_seasons.seasons_json(shapes.frame(now_ms, seq, tx.currency, view.period), found)


def _found(tx: Any, params: Mapping[str, Any], now_ms: int) -> tuple[Formatter, View, Seasons]:
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    return said, view, gather(tx, view, shapes_pages.metric_of(params, OFFERED), now_ms)


def _names(said: Formatter) -> list[tuple[str, str]]:
    """The months of the calendar, short and in full."""
    days = [clock.first_day(2024 * YEAR + number) for number in range(YEAR)]
    return [(said.pattern(said.zone.noon(day), "LLL"), said.pattern(said.zone.noon(day), "LLLL")) for day in days]


# ---- A line a year ----


@island(f"{PATH}/years", topics=TOPICS, pace=5.0, clock=True, threaded=True, template="analytics/_seasons_years.html")
def years(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw a line a year over the months, the latest four years; the month that goes on is dashed."""
    said, view, found = _found(tx, params, now_ms)
    unit, names = found.metric.unit, _names(said)
    context = {"metric": found.metric, "about": view.about, "dates": words.dates(view.span, said), "chart": ""}
    if not any(one.value for one in found.months):
        return context
    shown = found.years[:MOST_LINES]
    lines = [_line(found, year, role) for year, role in zip(shown, ROLES, strict=False)]
    best = max(found.months, key=lambda one: one.value)
    label = figures.label(unit, said)
    chart = charts.line_chart(
        element_id(view.address(f"{PATH}/years", *shapes_pages.own(found.metric, OFFERED))) + "-c", lines[::-1],
        Axis(range(YEAR), [name for _, name in names], [Tick(i, short) for i, (short, _) in enumerate(names)], "Month"),
        label=label, axis_label=figures.axis(unit, said), brief=figures.brief(unit, said),
        summary=f"{found.metric.title} by month: most in {said.month(clock.first_day(best.month))}, {label(best.value)}.",
        note=None if len(found.years) <= MOST_LINES else f"These are the latest {MOST_LINES} of {len(found.years)} years.",
    )  # fmt: skip
    return {**context, "chart": chart}


def _line(found: Seasons, year: int, role: str) -> Line:
    known = found.by_month
    months = [known.get(year * YEAR + number) for number in range(YEAR)]
    values = [figures.plotted(found.metric.unit, one.value) if one else None for one in months]
    opened = found.open_month is not None and found.open_month // YEAR == year
    come = found.open_month % YEAR + 1 if opened and found.open_month is not None else None
    return Line(str(year), values, role, opened, come)


# ---- Months as a map, and the sums ----


@island(f"{PATH}/months", topics=TOPICS, pace=5.0, clock=True, threaded=True, template="analytics/_seasons_months.html")
def months(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw years by months, and give the sums behind them with the change on the year before and the index."""
    said, view, found = _found(tx, params, now_ms)
    known, names, unit = found.by_month, _names(said), found.metric.unit
    context = {"metric": found.metric, "about": view.about, "any": any(one.value for one in found.months)}
    if not context["any"]:
        return context
    rows = [
        HeatRow(
            str(year), str(year),
            [figures.plotted(unit, known[month].value) if month in known else None
             for month in range(year * YEAR, year * YEAR + YEAR)],
        )
        for year in found.years
    ]  # fmt: skip
    here = None if found.open_month is None else (found.years.index(found.open_month // YEAR), found.open_month % YEAR)
    best = max(found.months, key=lambda one: one.value)
    summary = f"Best month: {said.month(clock.first_day(best.month))}, {figures.write(unit, best.value, said)}."
    chart = charts.heat_map(
        element_id(view.address(f"{PATH}/months", *shapes_pages.own(found.metric, OFFERED))) + "-c", rows,
        [short[:3] for short, _ in names], label=_short(unit, said), unit="a month", corner="Year", here=here, summary=summary,
        rest="Touch or point at a month; arrow keys work too",
    )  # fmt: skip
    return {**context, "chart": chart, "summary": summary, **_table(tx, view, found, said)}


def _short(unit: str, said: Formatter) -> Any:
    if unit == "money":
        return lambda value: NONE if value is None else said.money_short(int(value))
    return lambda value: NONE if value is None else said.number_short(int(value))


def _table(tx: Any, view: View, found: Seasons, said: Formatter) -> dict[str, Any]:
    """A row a month of the calendar: each year with its orders and its change, and the index."""
    known, index, unit = found.by_month, found.index, found.metric.unit

    def cell(month: int) -> dict[str, Any]:
        one = known.get(month)
        if one is None:
            return {"text": NONE, "href": "", "open": False, "change": None}
        begin, end = tx.zone.bounds(clock.first_day(month))[0], tx.zone.bounds(clock.first_day(month + 1))[0]
        begin, end = max(begin, view.period.from_ms or begin), min(end, view.period.to_ms or end)
        href = shapes_drill.listed([*shapes_drill.span_query(begin, end, tx.zone), *view.filters.query()])
        return {
            "text": figures.write(unit, one.value, said), "href": href, "open": month == found.open_month,
            "change": found.change(month), "part": not one.whole and month != found.open_month,
        }  # fmt: skip

    shown = found.years
    totals = {year: sum(one.value for one in found.months if one.month // YEAR == year) for year in shown}
    return {
        "years": shown,
        "rows": [(name, index.get(number + 1), [cell(year * YEAR + number) for year in shown])
                 for number, (_, name) in enumerate(_names(said))],
        "totals": [figures.write(unit, totals[year], said) for year in shown],
        "indexed": len(seasons.years(found.months)),
    }  # fmt: skip
