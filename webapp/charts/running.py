"""The running curve of a day: how the sum grew, the earlier day behind it, the hours below on the same axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from webapp.charts import axes, parts
from webapp.charts import columns as bars
from webapp.charts.axes import EndLabel, Scale
from webapp.charts.parts import Column, Label, Labels, Names, Row, empty_tag, join, percent, tag

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Course:
    """How the sums grew in finer steps than the columns: (position, sum) from the first column's edge on.

    now ends at the present; then goes to the end of the last column and is empty where nothing is compared.
    """

    now: Points
    then: Points = ()


@dataclass(frozen=True, slots=True)
class _Curve:
    """Sums at the edges of the buckets: what is finished, from there to the present, and the earlier day."""

    closed: Points
    open: Points
    then: Points


def running_chart(
    key: str, columns: Sequence[Column], *, now_at: float | None, label: Label, names: Names, summary: str,
    now_text: str = "", axis: Labels = (), brief: Label | None = None, course: Course | None = None,
    hours: bool = True, rest: str = "Touch or point at an hour; arrow keys work too", note: str | None = None,
) -> Markup:  # fmt: skip
    """Return the running total of the columns with a dot at now_at, and the earlier day's as a grey line to its end.

    columns: buckets in order, placed by instant (23 and 25 hours are right by that); those to come have the value
    None. now_at: the present on the same axis, None for a day that is over. The bucket that is still open is drawn
    dashed, unless `course` tells how its sum grew. now_text stands at the dot; brief writes the sums at the ends.
    hours: the bars of the buckets stand below on the same axis.
    """
    if not columns:
        return Markup("")
    curve = _follow(course, now_at) if course and course.now else _sum_up(columns, now_at, bool(names.then))
    scale = axes.value_scale([y for line in (curve.closed, curve.open, curve.then) for _, y in line], 5, headroom=0.1)
    plot = tag(
        "svg",
        join(
            [
                axes.grid(scale),
                parts.stretched(_lines(key, columns, curve, scale)),
                axes.tick_labels(scale, label, axis),
                _present(key, columns, curve, scale, now_text) if now_at is not None else None,
                None if hours else bars.under(columns, edges=True),
                parts.probe(),
            ]
        ),
        class_="plot", id=f"{key}-plot", tabindex="0", role="img", aria_label=summary,
    )  # fmt: skip
    plots = plot + _ends(curve, scale, brief or label, names, over=now_at is None)
    if hours:
        plots += _hours(key, columns, names)
    heads, rows = _behind(columns, curve, label, names)
    return parts.figure(key, "running-chart", plots, parts.table(heads, rows, summary), rest=rest, note=note)


def _sum_up(columns: Sequence[Column], now_at: float | None, compared: bool) -> _Curve:
    """Sum the buckets. Each line has as many points whatever the time, so that its path can move to its new shape."""
    edges = [columns[0].at, *(column.until for column in columns)]
    sums = list(accumulate((column.value or 0 for column in columns), initial=0))
    finished = sum(1 for column in columns if column.value is not None and not column.open)
    closed = [(edges[min(i, finished)], sums[min(i, finished)]) for i in range(len(edges))]
    present = (edges[-1] if now_at is None else min(max(now_at, edges[finished]), edges[-1]), sums[-1])
    earlier = accumulate((column.then or 0 for column in columns), initial=0)
    return _Curve(closed, [closed[-1], present], list(zip(edges, earlier, strict=True)) if compared else [])


def _follow(course: Course, now_at: float | None) -> _Curve:
    """Take the course as it is, its present repeated for the steps to come, so that its path can move, too."""
    last = course.now[-1]
    waiting = max(0, len(course.then) - len(course.now))
    present = last if now_at is None else (max(now_at, last[0]), last[1])
    return _Curve([*course.now, *[last] * waiting], [last, present], course.then)


def _lines(key: str, columns: Sequence[Column], curve: _Curve, scale: Scale) -> Markup:
    def d(points: Points) -> str:
        return parts.path((bars.place(columns, x), scale.y(y)) for x, y in points)

    return join(
        [
            empty_tag("path", id=f"{key}-then-line", class_="l-then", d=d(curve.then)) if curve.then else None,
            empty_tag("path", id=f"{key}-now-line", class_="l-now", d=d(curve.closed)),
            empty_tag("path", id=f"{key}-open-line", class_="l-now l-open", d=d(curve.open)),
        ]
    )


def _present(key: str, columns: Sequence[Column], curve: _Curve, scale: Scale, text: str) -> Markup:
    """Return the line down from the present, its dot and its words, which keep inside the plot."""
    at, total = curve.open[-1]
    x, y = bars.place(columns, at) / 10, scale.y(total)
    left = x > 36
    above = y > 8  # where the curves, which climb, seldom are
    return join(
        [
            empty_tag(
                "line", id=f"{key}-now-mark", class_="nowline", x1=percent(x), x2=percent(x), y1=percent(y), y2="100%"
            ),
            empty_tag("circle", id=f"{key}-dot", class_="dot", cx=percent(x), cy=percent(y), r="5"),
            tag(
                "text", text, class_="t-now", x=percent(x), y=percent(y),
                dx="-.7em" if left else ".7em", dy="-.7em" if above else "1.6em", text_anchor="end" if left else None,
            )
            if text else None,
        ]
    )  # fmt: skip


def _ends(curve: _Curve, scale: Scale, label: Label, names: Names, *, over: bool) -> Markup:
    labels = []
    if over:
        total = curve.open[-1][1]
        labels.append(EndLabel(scale.y(total), label(total), names.now, "t-n"))
    if curve.then and names.then:
        total = curve.then[-1][1]
        labels.append(EndLabel(scale.y(total), label(total), names.then, "t-d"))
    return axes.end_labels(labels)


def _hours(key: str, columns: Sequence[Column], names: Names) -> Markup:
    scale = axes.value_scale([v for column in columns for v in (column.value, column.then)], 2, headroom=0.04)
    zero = percent(scale.y(0))
    plot = tag(
        "svg",
        join(
            [
                parts.stretched(bars.shapes(key, columns, scale)),
                empty_tag("line", class_="grid zero", x1="0", x2="100%", y1=zero, y2=zero),
                bars.under(columns, edges=True),
                parts.probe(),
            ]
        ),
        class_="hours", id=f"{key}-hours", aria_hidden="true",
    )  # fmt: skip
    words = [f"each {names.bucket.lower()};"] + (["grey line is", names.then] if names.then else [])
    return plot + tag("p", Markup("<br>").join(words) if names.then else words[0].rstrip(";"), class_="aside")


def _behind(columns: Sequence[Column], curve: _Curve, label: Label, names: Names) -> tuple[list[str], list[Row]]:
    heads, rows = bars.behind(columns, label, names)
    total: float = 0
    filled = []
    for column, row in zip(columns, rows, strict=True):
        total += column.value or 0
        filled.append(Row(row.x, [*row.cells, label(None if column.value is None else total)]))
    return [*heads, "Running total"], filled
