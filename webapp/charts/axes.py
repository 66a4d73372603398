"""Scales, ruled lines and the names on axes and line ends, none of which collide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts.parts import HEIGHT, Label, Labels, empty_tag, join, percent, tag
from webapp.charts.ticks import nice_ticks


@dataclass(frozen=True, slots=True)
class Scale:
    """A vertical scale from lo (bottom) to hi (top) with its round ticks; y is in percent from the top."""

    lo: float
    hi: float
    ticks: Sequence[float]

    def y(self, value: float) -> float:
        """Return the height of a value as percent from the top."""
        return HEIGHT * (self.hi - value) / (self.hi - self.lo)


def value_scale(
    values: Iterable[float | None], target: int, *, zero: bool = True, whole: bool = True, headroom: float = 0.06
) -> Scale:
    """Return a scale that holds the values, with about `target` ticks.

    zero: the scale holds zero (bars must; lines may do without). headroom: free share above the highest value.
    """
    known = [value for value in values if value is not None]
    lo, hi = min(known, default=0), max(known, default=0)
    if zero or lo == hi:
        lo, hi = min(0, lo), max(0, hi)
    if lo == hi:
        return Scale(0, 1, [0])
    ticks = nice_ticks(lo, hi, target, whole)
    if lo > 0 and ticks[0] > lo:
        ticks.insert(0, ticks[0] - (ticks[1] - ticks[0]))
    spare = (hi - lo) * headroom
    top = max(ticks[-1], hi + spare) if hi > 0 else max(ticks[-1], 0)
    bottom = min(ticks[0], lo - spare) if lo < 0 else ticks[0]
    return Scale(bottom, top, [tick for tick in ticks if bottom <= tick <= top])


def grid(scale: Scale) -> Markup:
    """Return the ruled lines of a scale; zero is the one strong line."""
    return join(
        empty_tag("line", class_="grid" if tick else "grid zero", x1="0", x2="100%", y1=percent(y), y2=percent(y))
        for tick, y in ((tick, scale.y(tick)) for tick in scale.ticks)
    )


def tick_labels(scale: Scale, label: Label, axis: Labels = (), *, above: bool = True) -> Markup:
    """Return the names of the ruled lines: above them at the left, or level with them in a column of their own.

    axis: shorter ways to write, tried in order: one that says "" for a tick (it cannot say it exactly) or writes two
    alike is passed over, so that all ticks are written in one way; label is the last.
    """
    texts: list[str] = []
    for write in (*axis, label):
        texts = [write(tick) for tick in scale.ticks]
        if all(texts) and len(set(texts)) == len(texts):
            break
    return join(
        tag("text", text, class_="tick", x="0", y=percent(scale.y(tick)), dy="-.4em" if above else ".35em")
        for tick, text in zip(scale.ticks, texts, strict=True)
        if tick or not above
    )


def axis_column(scale: Scale, label: Label, axis: Labels) -> Markup:
    """Return the tick labels as a column left of the plot, where shapes would cover them inside it."""
    return tag("svg", tick_labels(scale, label, axis, above=False), class_="axis", aria_hidden="true")


def names_below(names: Sequence[tuple[float, str]], *, centred: bool) -> Markup:
    """Return names under a plot at places in percent: every one, or every second, third, ... as there is room.

    Room is reckoned for a plot of 480 px; what would collide on one of 230 px is marked `minor`.
    centred: the first stands in the middle of its place, else it begins there; the last never sticks out.
    """
    wide, narrow = _stride(names, 480.0, centred), _stride(names, 230.0, centred)
    narrow = -(-narrow // wide) * wide
    texts = []
    for i, (x, text) in enumerate(names):
        if i % wide:
            continue
        anchor = None if (x < 3 and not centred) else "end" if x > 97 else "middle"
        class_ = "x minor" if i % narrow else "x"
        texts.append(tag("text", text, class_=class_, x=percent(x), y="100%", dy="1.4em", text_anchor=anchor))
    return join(texts)


def _stride(names: Sequence[tuple[float, str]], width: float, centred: bool) -> int:
    for stride in (1, 2, 3, 4, 6, 8, 12):
        kept = [(x / 100 * width, len(text) * 6.4) for x, text in names[::stride]]
        halves = [length / 2 for _, length in kept]
        if not centred and kept:
            halves[0] *= 2
        places = [x for x, _ in kept]
        if all(after - before >= left + right + 5 for before, after, left, right
               in zip(places, places[1:], halves, halves[1:], strict=False)):  # fmt: skip
            return stride
    return max(1, len(names))


def spread(wanted: Sequence[float], gap: float, lo: float = 0.0, hi: float = HEIGHT) -> list[float]:
    """Return places at least `gap` apart within lo and hi, as near to the wanted ones as their order allows.

    Places that do not fit are pressed together evenly. The answer is in the order of the question.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    if len(order) > 1:
        gap = min(gap, (hi - lo) / (len(order) - 1))
    placed = [0.0] * len(wanted)
    floor = lo
    for i in order:
        placed[i] = floor = max(floor, min(hi, wanted[i]))
        floor += gap
    ceiling = hi
    for i in reversed(order):
        placed[i] = ceiling = min(ceiling, placed[i])
        ceiling -= gap
    return placed


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What stands at the right end of a line: its height in percent, the figure, its name and its class."""

    y: float
    figure: str
    name: str
    class_: str = ""


def end_labels(labels: Sequence[EndLabel], gap: float = 15.0) -> Markup:
    """Return the column of labels beside a plot, pushed apart in order, with a leader where one had to move."""
    places = spread([label.y for label in labels], gap, 4.0, HEIGHT - 8.0)
    parts: list[Markup] = []
    for label, place in zip(labels, places, strict=True):
        y = percent(place)
        if abs(place - label.y) > 2.2:
            parts.append(empty_tag("line", class_="leader", x1=".25em", x2="1.1em", y1=percent(label.y), y2=y))
        parts.append(tag("text", label.figure, class_=f"t-b {label.class_}".strip(), x="1.4em", y=y, dy=".1em"))
        parts.append(tag("text", label.name, x="1.63em", y=y, dy="1.35em"))
    return tag("svg", join(parts), class_="ends", aria_hidden="true")
