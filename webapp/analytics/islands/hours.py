"""When you sell: hours of the week as a map, by the clock and by weekday; of whole days alone."""

from collections.abc import Mapping
from typing import Any

from webapp import charts, clock
from webapp.analytics import dao, shapes, shapes_drill, shapes_hours, shapes_pages, shapes_view
from webapp.analytics.rules import figures, hours, labels, weekly, words
from webapp.analytics.shapes_hours import OFFERED, Hours
from webapp.analytics.shapes_view import View
from webapp.charts import Column, HeatRow, Names
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import periods
from webapp.metrics.ask import ask
from webapp.metrics.definitions import METRICS, Metric
from webapp.metrics.labels import MONDAY
from webapp.text import Formatter

PATH, PERIOD = "/analytics/hours", "90d"
TOPICS = ("orders", "shop")
CROWDED = 16  # hours, above which every second one is named


def page_context(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    """Return what templates/analytics/hours.html needs. Raises Invalid with the parameter for wrong ones."""
    said, asked = store.shop().formatter, shapes_pages.settled(args)
    metric = shapes_pages.metric_of(asked, OFFERED)
    view = shapes_view.view(tx, asked, now_ms, said, PERIOD)
    own = shapes_pages.own(metric, OFFERED)
    links = [(name, METRICS[name].title, view.address(PATH, ("metric", name)), name == metric.name) for name in OFFERED]
    return {
        "addresses": {name: view.address(f"{PATH}/{name}", *own) for name in ("map", "clock", "week")},
        "metrics": links,
        **shapes_pages.around(tx, view, PATH, said, own),
    }


def gather(tx: Any, view: View, metric: Metric, now_ms: int) -> Hours:
    """Return what each hour of each weekday brought on the whole days of the period, and on those of the comparison."""
    span = _days(tx, view, now_ms)
    if span is None:
        return Hours(metric, None, None, 0, -1, {}, {})
    period = periods.days(span[0], span[1] + 1, now_ms, tx.zone)
    compare = periods.compare(period, view.mode, now_ms, tx.zone) if view.compare else None
    rows = ask(
        tx, [metric.name], by=["weekday", "hour"], period=period, compare=compare, filters=view.filters, limit=None,
        now_ms=now_ms,
    ).rows  # fmt: skip
    now = {row.keys: int(row.values[metric.name] or 0) for row in rows}
    then = {row.keys: int(row.compare[metric.name] or 0) for row in rows if row.compare}
    return Hours(metric, period, compare, *span, now, then)


def _days(tx: Any, view: View, now_ms: int) -> tuple[int, int] | None:
    """The whole days of the period that are over, from the first with a sale on."""
    begun = dao.find_first_day(tx)
    if begun is None:
        return None
    period, first, last = view.period, begun, tx.zone.day_of(now_ms)
    if period.from_ms is not None:
        day = tx.zone.day_of(period.from_ms)
        first = max(first, day if tx.zone.bounds(day)[0] == period.from_ms else day + 1)
    if period.to_ms is not None:
        last = min(last, tx.zone.day_of(period.to_ms) - 1)
    return weekly.whole_days(first, last, tx.zone.day_of(now_ms))


def told(tx: Any, args: Any, now_ms: int, seq: int) -> dict[str, Any]:
    """Return what a program is told."""
    metric, view = shapes_pages.measured(tx, args, now_ms, store.shop().formatter, OFFERED)
    found = gather(tx, view, metric, now_ms)
    if found.period is None:
        said = shapes.frame(now_ms, seq, tx.currency, periods.named("today", now_ms, tx.zone))
        return shapes_hours.hours({**said, "period": shapes_hours.no_day(now_ms)}, found)
    return shapes_hours.hours(shapes.frame(now_ms, seq, tx.currency, found.period, found.compare), found)


# ---- The map ----


@island(f"{PATH}/map", topics=TOPICS, pace=5.0, clock=True, threaded=True, template="analytics/_hours_map.html")
def week_map(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw what an hour of each weekday brought on average, from the first hour with sales to the last."""
    said, view, found = _found(tx, params, now_ms)
    context = {**_around(view, found, said), "any": any(found.now.values())}
    if not context["any"]:
        return context
    shown, days, unit = weekly.busy(found.now), found.days, found.metric.unit
    names = _weekdays(said)
    cells = {key: weekly.average(value, days[key[0]], unit) for key, value in found.now.items()}
    rows = [
        HeatRow(short, name, [_plotted(unit, cells.get((day, hour), 0 if days[day] else None)) for hour in shown])
        for day, (short, name) in enumerate(names, 1)
    ]
    at, hour = tx.zone.day_of(now_ms), tx.zone.hour_of(now_ms)[1]
    best = max(cells, key=lambda cell: cells[cell] or 0)
    most = _label(unit, said)(_plotted(unit, cells[best]))
    chart = charts.heat_map(
        element_id(view.address(f"{PATH}/map", *shapes_pages.own(found.metric, OFFERED))) + "-c", rows,
        [str(number) for number in shown], label=_label(unit, said, short=True),
        unit="an hour", corner="Day", here=(clock.weekday(at) - 1, hour - shown.start) if hour in shown else None,
        summary=f"Busiest: {names[best[0] - 1][1]} from {best[1]:02d}:00, {most} on average.",
        rest="Touch or point at an hour; arrow keys work too",
    )  # fmt: skip
    return {**context, "chart": chart, "busiest": (f"{names[best[0] - 1][1]} {best[1]:02d}:00", most),
            "cropped": shown != hours.stretch(found.now), **_table(tx, view, found, hours.stretch(found.now), said)}  # fmt: skip


def _found(tx: Any, params: Mapping[str, Any], now_ms: int) -> tuple[Formatter, View, Hours]:
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said, PERIOD)
    return said, view, gather(tx, view, shapes_pages.metric_of(params, OFFERED), now_ms)


def _around(view: View, found: Hours, said: Formatter) -> dict[str, Any]:
    if found.period is None:
        return {"dates": "", "metric": found.metric, "about": view.about, "days": 0, "against": ""}
    span = words.Span(None, found.first, found.last, False)
    then = found.compare.from_day if found.compare else None
    return {
        "dates": words.dates(span, said), "metric": found.metric, "about": view.of_days(found.first, found.last),
        "days": found.last - found.first + 1,
        "against": words.against(span, view.mode, then, said) if any(found.days_then.values()) else "",
    }  # fmt: skip


def _weekdays(said: Formatter) -> list[tuple[str, str]]:
    return [(said.weekday(MONDAY + i), said.pattern(said.zone.noon(MONDAY + i), "EEEE")) for i in range(7)]


def _label(unit: str, said: Formatter, *, short: bool = False) -> figures.Label:
    """What writes an average: amounts to the penny or in short, counts to a tenth."""
    return (
        labels.short(said) if short and unit == "money" else figures.label("number" if unit == "count" else unit, said)
    )


def _plotted(unit: str, value: Any) -> float | None:
    return figures.plotted(unit, value)


def _table(tx: Any, view: View, found: Hours, shown: range, said: Formatter) -> dict[str, Any]:
    """The sums behind the map, which add up, each with its orders."""
    unit, filters = found.metric.unit, view.filters
    assert found.period is not None
    span = shapes_drill.span_query(found.period.from_ms, found.period.to_ms, tx.zone)
    clocked, week = weekly.by_hour(found.now, shown), weekly.by_weekday(found.now)

    def cell(value: int, *narrowed: tuple[str, Any]) -> tuple[str, str]:
        by, keys = [name for name, _ in narrowed], [key for _, key in narrowed]
        href = shapes_drill.listed([*span, *shapes_drill.narrowed(filters, by, keys)]) if value else ""
        return figures.write(unit, value, said), href

    return {
        "heads": [short for short, _ in _weekdays(said)],
        "rows": [
            (f"{hour:02d}:00", [cell(found.now.get((day, hour), 0), ("weekday", day), ("hour", hour)) for day in week]
             + [cell(clocked[hour], ("hour", hour))])
            for hour in shown
        ],
        "foot": [cell(value, ("weekday", day)) for day, value in week.items()] + [cell(sum(week.values()))],
    }  # fmt: skip


# ---- By the clock, by weekday ----


@island(f"{PATH}/clock", topics=TOPICS, pace=5.0, clock=True, threaded=True, template="analytics/_hours_bars.html")
def by_clock(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw what an hour of the clock brought on an average day, the earlier time as a mark."""
    said, view, found = _found(tx, params, now_ms)
    shown = weekly.busy(found.now) if any(found.now.values()) else weekly.busy(found.then)
    now, then = weekly.by_hour(found.now, shown), weekly.by_hour(found.then, shown)
    count, earlier = sum(found.days.values()), sum(found.days_then.values())
    columns = [
        Column(
            f"h{hour}", hour, hour + 1, f"{hour:02d}:00", _mean(found, now[hour], count),
            _mean(found, then[hour], earlier), f"{hour:02d}" if len(shown) <= CROWDED or hour % 2 == 0 else "",
        )
        for hour in shown
    ]  # fmt: skip
    return _bars("clock", view, found, columns, said, "Hour", "By the hour", "an average day")


@island(f"{PATH}/week", topics=TOPICS, pace=5.0, clock=True, threaded=True, template="analytics/_hours_bars.html")
def by_week(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw what a weekday brought on average, the earlier time as a mark."""
    said, view, found = _found(tx, params, now_ms)
    now, then = weekly.by_weekday(found.now), weekly.by_weekday(found.then)
    days, earlier = found.days, found.days_then
    columns = [
        Column(
            f"d{day}",
            day,
            day + 1,
            name,
            _mean(found, now[day], days[day]),
            _mean(found, then[day], earlier[day]),
            short,
        )
        for day, (short, name) in enumerate(_weekdays(said), 1)
    ]
    return _bars("week", view, found, columns, said, "Day", "By the day of the week", "an average such day")


def _mean(found: Hours, total: int, days: int) -> float | None:
    return _plotted(found.metric.unit, weekly.average(total, days, found.metric.unit))


def _bars(
    name: str, view: View, found: Hours, columns: list[Column], said: Formatter, bucket: str, title: str, note: str
) -> dict[str, Any]:  # fmt: skip
    context = {**_around(view, found, said), "title": title, "note": note, "chart": ""}
    if not any(column.value or column.then for column in columns):
        return context
    unit, key = found.metric.unit, element_id(view.address(f"{PATH}/{name}", *shapes_pages.own(found.metric, OFFERED)))
    label = _label(unit, said)
    best = max(columns, key=lambda column: column.value or 0)
    chart = charts.day_columns(
        key + "-c", columns, label=label, axis=figures.axis(unit, said),
        names=Names(bucket, f"{found.metric.title} on average", context["against"] or None),
        summary=f"{title}: most at {best.label}, {label(best.value)} on average.",
        rest=f"Touch or point at {'an hour' if bucket == 'Hour' else 'a day'}; arrow keys work too",
    )  # fmt: skip
    return {**context, "chart": chart}
