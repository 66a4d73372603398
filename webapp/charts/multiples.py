"""Small multiples: one small line for each of several things, all on one scale, so that they can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import axes, parts
from webapp.charts.lines import Axis, Line, line_path, place
from webapp.charts.parts import Label, join, tag

MOST_PANELS = 8


@dataclass(frozen=True, slots=True)
class Panel:
    """One thing: its name, its figure of the whole time as people read it, where both lead, and its lines.

    lines: the present one first; an earlier one with the role `then` is drawn behind it.
    """

    name: str
    figure: str
    href: str
    lines: Sequence[Line]


def multiples(
    key: str, panels: Sequence[Panel], axis: Axis, *, label: Label, summary: str, whole: bool = True
) -> Markup:
    """Return the panels in a grid, each with its own axis of time below and the one top of the scale above.

    Up to eight; more raise ValueError. The figures stand in the table that the page writes behind them.
    """
    if len(panels) > MOST_PANELS:
        raise ValueError(f"at most {MOST_PANELS} panels can be told apart")
    values = [value for panel in panels for line in panel.lines for value in line.values]
    scale = axes.value_scale(values, 2, whole=whole, headroom=0.3)
    drawn = (_panel(f"{key}-p{i}", panel, axis, scale, label, summary) for i, panel in enumerate(panels))
    return tag("div", join(drawn), class_="panels")


def _panel(key: str, panel: Panel, axis: Axis, scale: axes.Scale, label: Label, summary: str) -> Markup:
    lines = [line_path(f"{key}-{i}", line, axis, scale) for i, line in reversed(list(enumerate(panel.lines)))]
    ends = [axis.ticks[0], axis.ticks[-1]] if len(axis.ticks) > 1 else axis.ticks
    plot = tag(
        "svg",
        join(
            [
                axes.grid(scale),
                parts.stretched(join(lines)),
                axes.tick_labels(scale, label),
                axes.names_below([(place(axis, tick.at) / 10, tick.full or tick.text) for tick in ends], centred=False),
                parts.probe(),
            ]
        ),
        class_="plot", id=f"{key}-plot", tabindex="0", role="img", aria_label=f"{panel.name}: {summary}",
    )  # fmt: skip
    name = tag("a", panel.name, href=panel.href, class_="cut") if panel.href else tag("span", panel.name, class_="cut")
    head = tag("p", name + tag("span", panel.figure, class_="fig"), class_="panel-head")
    return tag("div", head + plot, class_="panel", id=key)
