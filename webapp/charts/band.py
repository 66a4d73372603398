"""A value between two bounds: the range that is allowed as a band, with marks of what is and what is meant on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import parts
from webapp.charts.parts import Label, empty_tag, percent, tag

_EDGE = 1.5  # percent of the width that stay free at each end, so that a mark there is not cut
_START, _END = 24.0, 76.0  # a name nearer to an end than this is written away from it
_ROWS = {"next": "1em", "now": "4.6em", "then": ""}


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the band. kind: `now` (what holds), `next` (what is meant) or `then` (what was; drawn without words)."""

    kind: str
    name: str
    value: float


def band(key: str, low: float, high: float, marks: Sequence[Mark], *, label: Label, summary: str) -> Markup:
    """Return the band from low to high with its marks, their names and figures, and both bounds below it.

    A mark may lie outside of the band: the drawing reaches to it. label writes a value; summary says it all in one
    sentence for who does not see it. The names of `next` stand above the band, those of `now` below, so none overlap.
    """
    values = [low, high, *(mark.value for mark in marks)]
    least, most = min(values), max(values)

    def place(value: float) -> float:
        if most == least:
            return 50.0
        return _EDGE + (100 - 2 * _EDGE) * (value - least) / (most - least)

    left, right = place(low), place(high)
    drawn = [
        empty_tag("line", class_="scale", x1="0", x2="100%", y1="2.3em", y2="2.3em"),
        empty_tag("rect", class_="allowed", id=f"{key}-allowed", x=percent(left), y="1.7em",
                  width=percent(max(right - left, 0.5)), height="1.2em"),
        *(_drawn(key, mark, place(mark.value)) for mark in marks),
        *(_named(mark, place(mark.value), label) for mark in marks if _ROWS[mark.kind]),
        tag("text", f"floor {label(low)}", class_="bound", x="0", y="6.2em", text_anchor="start"),
        tag("text", f"ceiling {label(high)}", class_="bound", x="100%", y="6.2em", text_anchor="end"),
    ]  # fmt: skip
    return tag("svg", parts.join(drawn), class_="band", id=key, role="img", aria_label=summary)


def _drawn(key: str, mark: Mark, x: float) -> Markup:
    at = percent(x)
    if mark.kind == "next":
        return empty_tag("circle", class_="next", id=f"{key}-next", cx=at, cy="2.3em", r="0.5em")
    return empty_tag("line", class_=mark.kind, id=f"{key}-{mark.kind}", x1=at, x2=at, y1="1.4em", y2="3.2em")


def _named(mark: Mark, x: float, label: Label) -> Markup:
    anchor, at = ("start", x - _EDGE) if x < _START else ("end", x + _EDGE) if x > _END else ("middle", x)
    return tag(
        "text", f"{mark.name} {label(mark.value)}", class_=mark.kind, x=percent(at), y=_ROWS[mark.kind],
        text_anchor=anchor,
    )  # fmt: skip
