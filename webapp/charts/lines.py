"""Lines over time for whatever was asked: up to four, labelled at their ends, gaps where there is no data."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import axes, parts
from webapp.charts.axes import EndLabel, Scale
from webapp.charts.parts import Label, Labels, Row, empty_tag, join, tag
from webapp.charts.ticks import Tick

MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its name, a value or None for each position, and its role: now, then, or k1 to k6 for categories.

    open: its last bucket is unfinished, so that the way to it is dashed. come: how many of its buckets have begun, None for
    all; those after them are to come.
    """

    name: str
    values: Sequence[float | None]
    role: str = "now"
    open: bool = False
    come: int | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """The time axis: where each bucket lies, what it is called in full, and the ticks below."""

    positions: Sequence[float]
    labels: Sequence[str]
    ticks: Sequence[Tick]
    name: str = "Day"


def line_chart(
    key: str, lines: Sequence[Line], axis: Axis, *, label: Label, summary: str, axis_label: Labels = (),
    brief: Label | None = None, zero: bool = True, whole: bool = True,
    rest: str = "Touch or point at the chart; arrow keys work too", note: str | None = None,
) -> Markup:  # fmt: skip
    """Return up to four lines over one time axis, each named at its end; None is a gap, never zero.

    zero: the scale holds zero; without it the chart says where its scale starts. More than four lines raise
    ValueError: name the largest and put the others together first.
    """
    plots, start = line_plots(
        key, lines, axis, label=label, summary=summary, axis_label=axis_label, brief=brief, zero=zero, whole=whole
    )
    note = " ".join(filter(None, [start, note])) or None
    behind = parts.table([axis.name, *(line.name for line in lines)], _rows(lines, axis, label), summary)
    return parts.figure(key, "lines-chart", plots, behind, rest=rest, note=note)


def line_plots(
    key: str, lines: Sequence[Line], axis: Axis, *, label: Label, summary: str, axis_label: Labels = (),
    brief: Label | None = None, zero: bool = True, whole: bool = True,
) -> tuple[Markup, str]:  # fmt: skip
    """Return the drawing alone, for a figure whose table the page writes itself, and what must be said of its scale."""
    if len(lines) > MOST_LINES:
        raise ValueError(f"a chart holds at most {MOST_LINES} lines")
    scale = axes.value_scale([v for line in lines for v in line.values], 5, zero=zero, whole=whole)
    plot = tag(
        "svg",
        join(
            [
                axes.grid(scale),
                parts.stretched(join(line_path(f"{key}-{i}", line, axis, scale) for i, line in enumerate(lines))),
                axes.names_below([(place(axis, tick.at) / 10, tick.text) for tick in axis.ticks], centred=False),
                parts.probe(),
            ]
        ),
        class_="plot", id=f"{key}-plot", tabindex="0", role="img", aria_label=summary,
    )  # fmt: skip
    start = f"The scale starts at {label(scale.lo)}, not at zero." if scale.lo > 0 else ""
    return axes.axis_column(scale, label, axis_label) + plot + _ends(lines, scale, brief or label), start


def place(axis: Axis, at: float) -> float:
    """Return where a position lies on the axis, 0 to 1000."""
    first, last = axis.positions[0], axis.positions[-1]
    return parts.WIDTH * (at - first) / ((last - first) or 1)


def line_path(key: str, line: Line, axis: Axis, scale: Scale) -> Markup:
    """Return one series in units of 1000 by 100, its last stretch apart while it is open."""
    points = [
        None if value is None else (place(axis, at), scale.y(value))
        for at, value in zip(axis.positions, line.values, strict=True)
    ][: line.come]
    role = f"l-{line.role}" if line.role in ("now", "then") else f"l-cat {line.role}"
    if not line.open or len(points) < 2:
        return empty_tag("path", id=key, class_=role, d=parts.path(points) + _lone(points))
    return empty_tag("path", id=key, class_=role, d=parts.path(points[:-1]) + _lone(points[:-1])) + empty_tag(
        "path", id=f"{key}-open", class_=f"{role} l-open", d=parts.path(points[-2:])
    )


def _lone(points: Sequence[tuple[float, float] | None]) -> str:
    """Return dots for points without a neighbour, which a line alone would not show."""
    padded = [None, *points, None]
    return "".join(
        f"M{parts.number(point[0])} {parts.number(point[1])}h.01"
        for before, point, after in zip(padded, padded[1:], padded[2:], strict=False)
        if point and not before and not after
    )


def _ends(lines: Sequence[Line], scale: Scale, label: Label) -> Markup:
    labels = []
    for line in lines:
        last = next((value for value in reversed(line.values) if value is not None), None)
        if last is not None:
            role = {"now": "t-n", "then": "t-d"}.get(line.role, f"t-k {line.role}")
            labels.append(EndLabel(scale.y(last), label(last), line.name, role))
    return axes.end_labels(labels)


def _rows(lines: Sequence[Line], axis: Axis, label: Label) -> list[Row]:
    return [
        Row(place(axis, at) / 10, [name, *(label(line.values[i]) for line in lines)])
        for i, (at, name) in enumerate(zip(axis.positions, axis.labels, strict=True))
    ]
