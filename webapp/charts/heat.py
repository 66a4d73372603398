"""The heat map: a table whose cells are coloured in five steps, so that every cell can be read, too."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import parts
from webapp.charts.parts import Label, join, tag
from webapp.charts.ticks import nice_ticks

STEPS = 5


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of the map: its name in short and in full ("Sat", "Saturday"), and a value or None for each column."""

    short: str
    name: str
    values: Sequence[float | None]


def heat_map(
    key: str, rows: Sequence[HeatRow], heads: Sequence[str], *, label: Label, summary: str, unit: str = "",
    corner: str = "", here: tuple[int, int] | None = None, axis: Label | None = None, rest: str = "",
) -> Markup:  # fmt: skip
    """Return a table of rows by columns in five classes from zero to a round top, the present cell outlined.

    here: row and column of the present. unit: what follows the top in the key ("an hour"). What is below zero is in
    the lowest class and says so in its text; None is no data and has no class. Nodes: rows x columns and a few.
    """
    top = _top([value for row in rows for value in row.values if value is not None])
    head = tag("tr", tag("th", tag("span", corner, class_="vh")) + join(tag("th", text, scope="col") for text in heads))
    body = join(_row(row, i, top, label, here) for i, row in enumerate(rows))
    table = tag(
        "table",
        tag("caption", summary, class_="vh") + tag("thead", head) + tag("tbody", body),
        class_="heat" + (" dense" if len(heads) > 15 else ""), id=f"{key}-map", tabindex="0",
    )  # fmt: skip
    return tag(
        "figure",
        parts.reader(key, rest) + table + _key(top, axis or label, unit),
        class_="chart heat-chart", id=key, data_heat=True,
    )  # fmt: skip


def step_of(value: float, top: float) -> int:
    """Return the class of a value, 0 to 4, on equal steps from zero to top."""
    if top <= 0:
        return 0
    return max(0, min(STEPS - 1, int(STEPS * value / top)))


def _top(values: Sequence[float]) -> float:
    highest = max(values, default=0.0)
    if highest <= 0:
        return 0.0
    return next((tick for tick in nice_ticks(0, highest * 1.25, 6, whole=True) if tick >= highest), highest)


def _row(row: HeatRow, index: int, top: float, label: Label, here: tuple[int, int] | None) -> Markup:
    cells = [tag("th", row.short, scope="row", abbr=row.name)]
    for column, value in enumerate(row.values):
        classes = [] if value is None else [f"q{step_of(value, top)}"]
        present = here == (index, column)
        classes += ["here"] if present else []
        cells.append(
            tag("td", label(value), class_=" ".join(classes) or None, aria_current="time" if present else None)
        )
    return tag("tr", join(cells))


def _key(top: float, label: Label, unit: str) -> Markup:
    swatches = join(tag("i", class_=f"q{step}") for step in range(STEPS))
    return tag(
        "p",
        join(
            [tag("span", label(0)), tag("span", swatches, class_="steps"), tag("span", f"{label(top)} {unit}".strip())]
        ),
        class_="key",
    )
