"""Bars over time: hours of a day, days of a month; the finished, the open one apart, the earlier period as a mark."""

from collections.abc import Sequence

from markupsafe import Markup

from webapp.charts import axes, parts
from webapp.charts.axes import Scale
from webapp.charts.parts import Column, Label, Labels, Names, Row, empty_tag, join, number, tag

_SINGLE_SHAPES = 60


def hour_bars(
    key: str, columns: Sequence[Column], *, label: Label, names: Names, summary: str, axis: Labels = (),
    rest: str = "Touch or point at an hour; arrow keys work too", note: str | None = None,
) -> Markup:  # fmt: skip
    """Return the bars of the hours of a day: solid when finished, pale while open, the earlier day as a grey mark.

    columns: in order, one an hour, by instant, so that a day of 23 or 25 hours has as many. summary: one sentence
    with the finding. Values that are None (hours to come) leave only the mark.
    """
    return _chart(key, "hours-chart", columns, label, names, summary, axis, rest, note, edges=True)


def day_columns(
    key: str, columns: Sequence[Column], *, label: Label, names: Names, summary: str, axis: Labels = (),
    rest: str = "Touch or point at a day; arrow keys work too", note: str | None = None,
) -> Markup:  # fmt: skip
    """Return one bar a day (or week, or month); an open one is drawn apart, below zero hangs from the zero line."""
    return _chart(key, "days-chart", columns, label, names, summary, axis, rest, note, edges=False)


def _chart(
    key: str, kind: str, columns: Sequence[Column], label: Label, names: Names, summary: str, axis: Labels,
    rest: str, note: str | None, *, edges: bool,
) -> Markup:  # fmt: skip
    if not columns:
        return Markup("")
    scale = axes.value_scale([v for column in columns for v in (column.value, column.then)], 4)
    plot = tag(
        "svg",
        join(
            [
                axes.grid(scale),
                parts.stretched(shapes(key, columns, scale)),
                under(columns, edges=edges),
                parts.probe(),
            ]
        ),
        class_="plot",
        id=f"{key}-plot",
        tabindex="0",
        role="img",
        aria_label=summary,
    )
    heads, rows = behind(columns, label, names)
    plots = axes.axis_column(scale, label, axis) + plot
    return parts.figure(key, kind, plots, parts.table(heads, rows, summary), rest=rest, note=note)


def place(columns: Sequence[Column], at: float) -> float:
    """Return where a position of the columns' axis lies, 0 to 1000."""
    first, last = columns[0].at, columns[-1].until
    return parts.WIDTH * (at - first) / ((last - first) or 1)


def middle(columns: Sequence[Column], column: Column) -> float:
    """Return the middle of a column, 0 to 1000."""
    return place(columns, (column.at + column.until) / 2)


def shapes(key: str, columns: Sequence[Column], scale: Scale) -> Markup:
    """Return the bars and the marks of the earlier period, in units of 1000 by 100.

    Each bar is an element with its own id, so that it grows when a new value is morphed in; above sixty they are
    one path each for finished and open ones. A bar is never thinner than a hair when its value is not zero.
    """
    boxes = [(column, *_box(columns, column, scale)) for column in columns if column.value is not None]
    if len(columns) > _SINGLE_SHAPES:
        bars = [_joined(f"{key}-bars", "bar-now", [box for column, *box in boxes if not column.open])]
        bars.append(_joined(f"{key}-open", "bar-open", [box for column, *box in boxes if column.open]))
    else:
        bars = [
            empty_tag(
                "rect",
                id=f"{key}-{column.key}",
                class_="bar-open" if column.open else "bar-now",
                x=x,
                y=y,
                width=width,
                height=height,
            )
            for column, x, y, width, height in boxes
        ]
    marks = "".join(_mark(columns, column, scale) for column in columns)
    if marks:
        bars.append(empty_tag("path", id=f"{key}-then", class_="mark-then", d=marks))
    return join(bars)


def _sides(columns: Sequence[Column], column: Column) -> tuple[float, float]:
    left, right = place(columns, column.at), place(columns, column.until)
    gap = min(3.0, (right - left) * 0.12)
    return left + gap, right - gap


def _box(columns: Sequence[Column], column: Column, scale: Scale) -> tuple[float, float, float, float]:
    left, right = _sides(columns, column)
    value = column.value or 0.0
    top, bottom = sorted((scale.y(value), scale.y(0)))
    if value and bottom - top < 0.8:
        top, bottom = (bottom - 0.8, bottom) if value > 0 else (top, top + 0.8)
    return left, top, right - left, bottom - top


def _joined(id_: str, class_: str, boxes: Sequence[Sequence[float]]) -> Markup:
    d = "".join(f"M{number(x)} {number(y)}h{number(w)}v{number(h)}h{number(-w)}z" for x, y, w, h in boxes)
    return empty_tag("path", id=id_, class_=class_, d=d) if d else Markup("")


def _mark(columns: Sequence[Column], column: Column, scale: Scale) -> str:
    if not column.then:
        return ""
    left, right = _sides(columns, column)
    return f"M{number(left)} {number(scale.y(column.then))}h{number(right - left)}"


def under(columns: Sequence[Column], *, edges: bool) -> Markup:
    """Return the names under the columns: at their left edges (hours) or in their middles (days)."""
    names = [
        ((place(columns, column.at) if edges else middle(columns, column)) / 10, column.tick)
        for column in columns
        if column.tick
    ]
    return axes.names_below(names, centred=not edges)


def behind(columns: Sequence[Column], label: Label, names: Names) -> tuple[list[str], list[Row]]:
    """Return heads and rows of the table: the bucket, its value, the earlier one where the chart compares."""
    heads = [names.bucket, names.now] + ([names.then] if names.then else [])
    rows = []
    for column in columns:
        cells = [column.label + (" (so far)" if column.open else ""), label(column.value)]
        if names.then:
            cells.append(label(column.then))
        rows.append(Row(middle(columns, column) / 10, cells))
    return heads, rows
