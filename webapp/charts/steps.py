"""Steps over time: what holds until it changes, a price or a level, drawn flat with its changes upright."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import axes, parts
from webapp.charts.axes import EndLabel
from webapp.charts.parts import Label, Labels, Row, empty_tag, join, tag
from webapp.charts.ticks import Tick


@dataclass(frozen=True, slots=True)
class Step:
    """A value from its begin to that of the next step. label: its time in full. more: further cells of its table row."""

    at: float
    value: float
    label: str
    more: Sequence[str] = ()


def step_chart(
    key: str, steps: Sequence[Step], until: float, ticks: Sequence[Tick], *, heads: Sequence[str], label: Label, summary: str,
    name: str = "", axis: Labels = (), brief: Label | None = None, whole: bool = True,
    rest: str = "Touch or point at the chart; arrow keys work too", note: str | None = None,
) -> Markup:  # fmt: skip
    """Return the steps from the first one's begin to `until`, on a scale that holds zero, the last named at its end.

    steps: in order of time, at least one, none after `until`. heads: of the table behind, the time and the value first.
    """
    first = steps[0].at
    extent = (until - first) or 1
    scale = axes.value_scale([step.value for step in steps], 4, whole=whole)

    def place(at: float) -> float:
        return parts.WIDTH * (at - first) / extent

    ends = [*(step.at for step in steps[1:]), until]
    corners = [
        corner
        for step, end in zip(steps, ends, strict=True)
        for corner in ((place(step.at), scale.y(step.value)), (place(end), scale.y(step.value)))
    ]
    plot = tag(
        "svg",
        join(
            [
                axes.grid(scale),
                parts.stretched(empty_tag("path", id=f"{key}-steps", class_="l-now", d=parts.path(corners))),
                axes.names_below([(place(tick.at) / 10, tick.text) for tick in ticks], centred=False),
                parts.probe(),
            ]
        ),
        class_="plot", id=f"{key}-plot", tabindex="0", role="img", aria_label=summary,
    )  # fmt: skip
    last = steps[-1].value
    named = axes.end_labels([EndLabel(scale.y(last), (brief or label)(last), name, "t-n")])
    rows = [
        Row(place((step.at + end) / 2) / 10, [step.label, label(step.value), *step.more])
        for step, end in zip(steps, ends, strict=True)
    ]
    plots = axes.axis_column(scale, label, axis) + plot + named
    return parts.figure(key, "lines-chart", plots, parts.table(heads, rows, summary), rest=rest, note=note)
