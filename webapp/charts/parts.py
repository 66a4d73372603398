"""What every chart is made of: elements, coordinates, the buckets they show, the figure and table around the plot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Label = Callable[[float | None], str]
Labels = Sequence[Label]

WIDTH, HEIGHT = 1000.0, 100.0


@dataclass(frozen=True, slots=True)
class Column:
    """One bucket of a chart: where it lies, what it is called, its value and that of the earlier period.

    key: stable within the chart. at, until: position on the axis, in any unit (milliseconds, days).
    label: its name in full, for table and read-out. tick: what stands under it, "" for nothing.
    value: None is "no data" (or not yet), never zero. open: not finished yet.
    """

    key: str
    at: float
    until: float
    label: str
    value: float | None
    then: float | None = None
    tick: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What the words around a chart are: the buckets ("Hour"), the present and the earlier series, both optional."""

    bucket: str
    now: str
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table behind a chart: its place on the plot in percent of the width, and its cells."""

    x: float
    cells: Sequence[str]


def number(value: float) -> str:
    """Write a coordinate with at most one decimal, never "-0" and never a needless ".0"."""
    text = f"{value:.1f}"
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text in ("-0", "") else text


def percent(value: float) -> str:
    """Write a length as a percentage."""
    return number(value) + "%"


def tag(name: str, content: object = "", /, **attributes: object) -> Markup:
    """Return one element. `class_` is `class`, `_` in a name is `-`; None and False leave it out, True is bare."""
    return Markup(f"<{name}{_attributes(attributes)}>{escape(content)}</{name}>")


def empty_tag(name: str, /, **attributes: object) -> Markup:
    """Return one element without content, closed as XML wants it."""
    return Markup(f"<{name}{_attributes(attributes)}/>")


def _attributes(attributes: Mapping[str, object]) -> str:
    written = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        if isinstance(value, float):
            value = number(value)
        written.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return "".join(written)


def join(parts: Iterable[Markup | None]) -> Markup:
    """Put elements one after the other; None is left out."""
    return Markup("").join(part for part in parts if part is not None)


def stretched(content: Markup) -> Markup:
    """Wrap shapes in a nested svg of 1000 by 100 units that fills its parent at any size."""
    return Markup('<svg viewBox="0 0 1000 100" preserveAspectRatio="none" width="100%" height="100%">{}</svg>').format(
        content
    )


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """Return the commands of a line through the points; None is a gap that splits it."""
    written, begun = [], False
    for point in points:
        if point is None:
            begun = False
            continue
        written.append(f"{'L' if begun else 'M'}{number(point[0])} {number(point[1])}")
        begun = True
    return "".join(written)


def probe() -> Markup:
    """Return the hidden line that chart.js moves to the bucket being read."""
    return empty_tag("line", class_="probe", y1="0", y2="100%", hidden=True)


def table(heads: Sequence[str], rows: Iterable[Row], caption: str) -> Markup:
    """Return the table behind a chart; each row says where it lies on the plot, so that the read-out finds it."""
    head = join(tag("th", text, scope="col", class_="num" if i else None) for i, text in enumerate(heads))
    body = join(_table_row(row) for row in rows)
    return Markup('<table><caption class="vh">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        caption, head, body
    )


def _table_row(row: Row) -> Markup:
    first, *rest = row.cells
    cells = tag("th", first, scope="row") + join(tag("td", cell, class_="num") for cell in rest)
    return tag("tr", cells, data_x=number(row.x))


def reader(key: str, rest: str) -> Markup:
    """Return the line above a chart in which chart.js writes what is pointed at; at rest it says how."""
    return tag("output", rest, class_="read", id=f"{key}-read", data_rest=rest)


def figure(key: str, kind: str, plots: Markup, behind: Markup, *, rest: str, note: str | None = None) -> Markup:
    """Return the whole of a chart: the read-out line, the plots, what must be said below, the table behind.

    key: the id; parts of it have ids that begin with it. kind: a class. rest: what the read-out says at rest.
    """
    return tag(
        "figure",
        join(
            [
                reader(key, rest),
                plots,
                tag("p", note, class_="note") if note else None,
                tag(
                    "details",
                    Markup("<summary>Show as a table</summary>") + behind,
                    class_="table-alt",
                    id=f"{key}-table",
                ),
            ]
        ),
        class_=f"chart {kind}",
        id=key,
        data_chart=True,
    )
