"""Courses over time: the running curve of a day with its hours, the columns of longer periods, the week's map."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp import charts, clock
from webapp.analytics import dao, shapes_view
from webapp.analytics.rules import buckets, labels, words
from webapp.analytics.rules import hours as by_hour
from webapp.analytics.rules.hours import Hour
from webapp.analytics.shapes_view import View
from webapp.charts import Column, Course, HeatRow, Names
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics import periods
from webapp.metrics.answers import Row
from webapp.metrics.ask import Point, ask
from webapp.text import Formatter

TOPICS = ("orders", "shop")
STEP_MS = 300_000
FINE_MS = 14 * clock.HOUR  # above this every second step is drawn, for 12 KB a chart
DAYS = 28
WEEKS = 8


@island("/analytics/curve", topics=TOPICS, pace=1.0, clock=True, template="analytics/_curve.html")
def curve(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw how the period grew: a day as a running sum over its hours, longer ones as columns."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said)
    key = element_id(view.address("/analytics/curve")) + "-c"
    if view.day is not None:
        title = "Running total" + (f" against {view.against}" if view.against else "")
        return {"title": title, "chart": _running(tx, view, view.day, now_ms, said, key), "about": view.about}
    grain = words.grain(view.span.days)
    title = f"Each {grain}" + (f" against {view.against}" if view.against else "")
    return {"title": title, "chart": _columns(tx, view, grain, now_ms, said, key), "about": view.about}


# ---- One day ----


def _running(tx: Any, view: View, day: int, now_ms: int, said: Formatter, key: str) -> Any:
    begin, end = tx.zone.bounds(day)
    day_open = begin <= now_ms < end
    # To the end of the day: what is dated a few minutes ahead is in the total already, and the dot must say the same.
    now = metrics.running(tx, view.filters, day, step_ms=STEP_MS)
    then = [] if view.day_then is None else metrics.running(tx, view.filters, view.day_then, step_ms=STEP_MS)
    earlier = [] if view.day_then is None else tx.zone.hours(view.day_then)
    hours = by_hour.busy(
        by_hour.beside(
            tx.zone.hours(day), end, by_hour.between(now, tx.zone.hours(day)), earlier,
            by_hour.between(then, earlier), now_ms,
        )
    )  # fmt: skip
    if not any(hour.value or hour.then for hour in hours):
        return ""
    total = now[-1].value
    whole = labels.whole(said)
    return charts.running_chart(
        key,
        [_hour(hour, said, first=i == 0) for i, hour in enumerate(hours)],
        now_at=now_ms if day_open else None,
        label=labels.full(said),
        axis=labels.axis(said),
        brief=whole,
        names=Names("Hour", words.title(view.span, said), view.against or None),
        now_text=f"{whole(total)} at {said.time(now_ms)}" if day_open else "",
        course=_course(hours, now, then, day, now_ms, tx.zone),
        summary=_sentence(view, said, total, then[-1].value if then else None, now_ms if day_open else None),
    )


def _hour(hour: Hour, said: Formatter, *, first: bool) -> Column:
    clock_time = said.time(hour.at)
    again = " (winter)" if hour.again else ""
    return Column(
        f"h{hour.at // clock.HOUR}", hour.at, hour.until, clock_time + again, hour.value, hour.then,
        clock_time if first else clock_time[:2], hour.open,
    )  # fmt: skip


def _course(
    hours: Sequence[Hour], now: Sequence[Point], then: Sequence[Point], day: int, now_ms: int, zone: Any
) -> Course:
    """The curves within the hours that are drawn, the earlier one at the clock times of this day."""
    begin, end = hours[0].at, hours[-1].until
    if end - begin > FINE_MS:
        now, then = [*now[:-1:2], *now[-1:]], then[::2]
    present = [(point.at_ms, point.value) for point in now if begin <= point.at_ms <= min(end, now_ms)]
    if now_ms < end:
        present.append((max(now_ms, begin), now[-1].value))
    moved = [(zone.bounds(day)[1] if point.clock_s >= 86_400 else zone.at(day, point.clock_s), point) for point in then]
    return Course(present, [(at, point.value) for at, point in moved if begin <= at <= end])


def _sentence(view: View, said: Formatter, total: int, then: int | None, now_ms: int | None) -> str:
    when = f" at {said.time(now_ms)}" if now_ms is not None else ""
    text = f"{words.title(view.span, said)}: {said.money(total)} taken{when}"
    return text + (f"; {view.against} took {said.money(then)} in all." if then is not None else ".")


# ---- Longer periods ----


def _columns(tx: Any, view: View, grain: str, now_ms: int, said: Formatter, key: str) -> Any:
    rows = ask(
        tx, ["net_sales"], period=view.period, compare=view.compare, grain=grain, filters=view.filters,
        limit=None, now_ms=now_ms,
    ).rows  # fmt: skip
    if not rows:
        return ""
    columns = [_bucket(row, grain, said, i, len(rows)) for i, row in enumerate(rows)]
    if not any(column.value or column.then for column in columns):
        return ""
    best = max(columns, key=lambda column: column.value or 0)
    return charts.day_columns(
        key, columns, label=labels.full(said), axis=labels.axis(said),
        names=Names(words.BUCKETS[grain], words.title(view.span, said), view.against or None),
        summary=f"{words.title(view.span, said)} by {grain}: most on {best.label}, {said.money(int(best.value or 0))}.",
        rest=f"Touch or point at {'an' if grain == 'hour' else 'a'} {grain}; arrow keys work too",
    )  # fmt: skip


def _bucket(row: Row, grain: str, said: Formatter, index: int, count: int) -> Column:
    time = row.time or 0
    value, then = row.values["net_sales"], row.compare["net_sales"] if row.compare else None
    return Column(
        f"{grain}{time}", index, index + 1, buckets.name(time, grain, said), _int(value), _int(then),
        buckets.tick(time, grain, said, index, count), row.open,
    )  # fmt: skip


def _int(value: Any) -> int | None:
    return None if value is None else int(value)


@island("/analytics/days", topics=TOPICS, pace=1.0, clock=True, template="analytics/_days.html")
def days(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw the last 28 business days, today apart, each beside the day four weeks before."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said)
    today = tx.zone.day_of(now_ms)
    rows = _daily(tx, view, today - DAYS + 1, now_ms)
    then = _daily(tx, view, today - 2 * DAYS + 1, now_ms)
    columns = [
        Column(
            f"d{row.time}", i, i + 1, said.date(row.time), _int(row.values["net_sales"]),
            _int(before.values["net_sales"]), buckets.tick(row.time or 0, "day", said, i, DAYS), row.open,
        )
        for i, (row, before) in enumerate(zip(rows, then, strict=True))
    ]  # fmt: skip
    finished = [column for column in columns if not column.open]
    best = max(finished, key=lambda column: column.value or 0)
    chart = charts.day_columns(
        element_id(view.address("/analytics/days", timed=False)) + "-c", columns,
        label=labels.full(said), axis=labels.axis(said), names=Names("Day", "Taken", "4 weeks before"),
        summary=f"The last {DAYS} days: most on {best.label}, {said.money(int(best.value or 0))}.",
    )  # fmt: skip
    shown = view.of_days(today - DAYS + 1, today)
    return {"chart": chart, "any": any(column.value or column.then for column in columns), "about": shown}


def _daily(tx: Any, view: View, first: int, now_ms: int) -> list[Row]:
    span = periods.days(first, first + DAYS, now_ms, tx.zone)
    return ask(tx, ["net_sales"], period=span, grain="day", filters=view.filters, now_ms=now_ms).rows


def read_ahead(tx: Any, params: Mapping[str, Any], now_ms: int) -> None:
    """Read the hours of some products, which are in no rollup, so that the page finds them remembered."""
    _cells(tx, shapes_view.view(tx, params, now_ms, store.shop().formatter), now_ms)


def _cells(tx: Any, view: View, now_ms: int) -> tuple[int, dict[tuple[int, int], int]]:
    """How many weeks are looked at, and what each hour of a weekday took on average of them."""
    first = dao.find_first_day(tx)
    whole = WEEKS if first is None else (tx.zone.day_of(now_ms) - first) // 7
    weeks = max(1, min(WEEKS, whole))  # a shop of ten days has one whole week to take the average of
    return weeks, metrics.heat_map(tx, view.filters, now_ms, weeks)


@island("/analytics/heat", topics=TOPICS, pace=60.0, clock=True, threaded=True, template="analytics/_heat.html")
def heat(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw what an hour of each weekday took on average of the last eight whole weeks at most, the present hour outlined."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said)
    weeks, cells = _cells(tx, view, now_ms)
    shown = by_hour.stretch(cells)
    hour = tx.zone.hour_of(now_ms)[1]
    weekday = clock.weekday(tx.zone.day_of(now_ms))
    monday = clock.week_start(tx.zone.day_of(now_ms))
    rows = [
        HeatRow(
            said.weekday(monday + i), said.pattern(tx.zone.noon(monday + i), "EEEE"),
            [cells.get((i + 1, number), 0) for number in shown],
        )
        for i in range(7)
    ]  # fmt: skip
    best = max(cells, key=lambda cell: cells[cell], default=(1, 0))
    top = f"{rows[best[0] - 1].name} from {best[1]:02d}:00"
    chart = charts.heat_map(
        element_id(view.address("/analytics/heat", timed=False)) + "-c", rows, [str(number) for number in shown],
        label=labels.short(said), unit="an hour", corner="Day",
        here=(weekday - 1, hour - shown.start) if hour in shown else None,
        summary=f"Busiest: {top}, {said.money(cells.get(best, 0))} on average.",
        rest="Touch or point at an hour; arrow keys work too",
    )  # fmt: skip
    today = tx.zone.day_of(now_ms)
    about = view.of_days(today - 7 * weeks, today - 1)
    return {"chart": chart, "any": any(cells.values()), "weeks": weeks, "about": about}
