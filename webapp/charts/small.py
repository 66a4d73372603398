"""Charts of the size of a word: the sparkline, the share bar with its mark."""

from collections.abc import Sequence

from markupsafe import Markup

from webapp.charts import parts
from webapp.charts.parts import empty_tag, percent, tag

_WIDTH, _HEIGHT, _EDGE = 100.0, 28.0, 3.0


def sparkline(key: str, values: Sequence[float | None], label: str | None = None, *, open: bool = False) -> Markup:
    """Return the course of the values in one line, the last marked as now; None is a gap.

    label says what it shows ("Orders, last 14 Saturdays"); without one the drawing is decoration, for where the
    text beside it says the same. open: the last value is unfinished, so that only its dot is drawn, not a fall to it.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return tag("svg", class_="spark", id=key, aria_hidden="true")
    lo, hi = min(known), max(known)
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    points = [None if value is None else (_EDGE + i * step, _height(value, lo, hi)) for i, value in enumerate(values)]
    last = next(point for point in reversed(points) if point)
    dashed = [point for point in points if point][-2:] if open else []
    line = points[:-1] if open else points
    return tag(
        "svg",
        parts.join(
            [
                empty_tag("path", d=parts.path(line)),
                empty_tag("path", class_="open", d=parts.path(dashed)) if dashed else None,
                empty_tag("path", class_="end", d=f"M{parts.number(last[0])} {parts.number(last[1])}h.01"),
            ]
        ),
        class_="spark", id=key, viewBox="0 0 100 28", preserveAspectRatio="none",
        role="img" if label else None, aria_label=label, aria_hidden=None if label else "true",
    )  # fmt: skip


def _height(value: float, lo: float, hi: float) -> float:
    if hi == lo:
        return _HEIGHT / 2
    return _EDGE + (_HEIGHT - 2 * _EDGE) * (hi - value) / (hi - lo)


def bar(key: str, fraction: float | None, then: float | None = None) -> Markup:
    """Return a bar filled to a fraction of its width, with a mark where the earlier period stood.

    The fractions are of the longest of the list; the numbers stand in the text beside it, so it is decoration.
    What is below zero fills nothing; what is unknown (None) draws nothing.
    """
    drawn = [empty_tag("rect", class_="track", width="100%", height="100%")]
    if fraction is not None:
        width = percent(100 * min(1.0, max(0.0, fraction)))
        drawn.append(empty_tag("rect", class_="fill", id=f"{key}-fill", width=width, height="100%"))
    if then is not None:
        x = percent(100 * min(1.0, max(0.0, then)))
        drawn.append(empty_tag("line", class_="halo", x1=x, x2=x, y1="-3", y2="9"))
        drawn.append(empty_tag("line", class_="then", x1=x, x2=x, y1="-3", y2="9"))
    return tag("svg", parts.join(drawn), class_="bar", id=key, aria_hidden="true")
