"""What pages of figures ask in common: their own period, a metric of a few, and the choices that their form offers."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.datastructures import MultiDict

from webapp.analytics import shapes_asked, shapes_drill, shapes_page, shapes_view
from webapp.analytics.rules import words
from webapp.analytics.shapes_view import View
from webapp.errors import all_of, invalid_parameter
from webapp.metrics import filters as filtering
from webapp.metrics import labels
from webapp.metrics.definitions import DIMENSIONS, METRICS, Metric
from webapp.text import Formatter

PICKED = ("channel", "location")
NAMES = ("metric", "period", "from", "to", "compare", *filtering.NAMES)


def settled(args: Any, names: Sequence[str] = NAMES) -> MultiDict[str, str]:
    """What of a page's query is known: dates win over the name of a period, as a form sends both."""
    asked = MultiDict((name, value) for name, value in shapes_page.pairs_of(args) if name in names and value)
    if asked.get("from") or asked.get("to"):
        asked.poplist("period")
    return asked


def told(tx: Any, args: Any, now_ms: int, said: Formatter, names: Sequence[str] = NAMES) -> View:
    """What a program asks: all time without a period, the time before without a comparison.

    Raises Invalid with every parameter at fault.
    """
    asked = MultiDict((name, value) for name, value in shapes_page.pairs_of(args) if name in names and value)
    shapes_asked.figures(tx, asked, now_ms)
    asked.setdefault("compare", "previous")
    return shapes_view.view(tx, asked, now_ms, said, "all")


def metric_of(args: Mapping[str, Any], offered: Sequence[str]) -> Metric:
    """The metric that is asked for, the first of those offered by default. Raises Invalid (unknown)."""
    name = args.get("metric") or offered[0]
    if name not in offered:
        listed = ", ".join(offered)
        raise invalid_parameter("metric", "unknown", f"There is no metric {name!r} here; there are {listed}.")
    return METRICS[name]


def measured(
    tx: Any, args: Any, now_ms: int, said: Formatter, offered: Sequence[str]
) -> tuple[Metric, View]:  # fmt: skip
    """The metric and the view that a program asks for. Raises Invalid with every parameter at fault."""
    metric, view = all_of(lambda: metric_of(args, offered), lambda: told(tx, args, now_ms, said))
    return metric, view


def own(metric: Metric, offered: Sequence[str]) -> list[tuple[str, str]]:
    """What of the metric must stand in an address: nothing for the one that is shown without being asked for."""
    return [] if metric.name == offered[0] else [("metric", metric.name)]


def around(
    tx: Any, view: View, path: str, said: Formatter, more: Sequence[tuple[str, str]] = (), *, compares: bool = True
) -> dict[str, Any]:  # fmt: skip
    """What the head of a page shows: the period, what it is compared with, its places, the filters that are on.

    more: names and values of the page's own that its links hand on.
    """
    dates = {name: value for name, value in view.asked if name in ("from", "to")}
    chosen = {name: _single(view, name) for name in PICKED}
    offered = {name: labels.choices(tx, name) for name in PICKED}
    return {
        "path": path,
        "title": words.title(view.span, said),
        "dates": words.dates(view.span, said),
        "form": {
            "periods": list(words.TITLES.items()), "period": "" if dates else view.period.name, "dates": dates,
            "compares": words.choices(view.span, said) if compares else [], "compare": view.mode,
            "picks": [(name, DIMENSIONS[name].title, offered[name], chosen[name])
                      for name in PICKED if len(offered[name]) > 1],
            "kept": [*more, *(pair for pair in view.filters.query() if not chosen.get(pair[0]))],
        },
        "on": [
            (spoken, _without(view, path, (name, value), more))
            for name, value, spoken in labels.spoken(tx, view.filters, said)
        ],
        "clear": _address(view, path, more, ()),
        "file": _address(view, path, more),
    }  # fmt: skip


def alone(view: View, path: str, name: str, key: Any, more: Sequence[tuple[str, str]] = ()) -> str:
    """The page with one value of a dimension alone, its period and other filters as they are."""
    return _address(view, path, more, shapes_drill.narrowed(view.filters, [name], [key]))


def _single(view: View, name: str) -> str:
    values = getattr(view.filters, name)
    return str(values[0]) if len(values) == 1 and values[0] else ""


def _without(view: View, path: str, gone: tuple[str, str], more: Sequence[tuple[str, str]]) -> str:
    return _address(view, path, more, [pair for pair in view.filters.query() if pair != gone])


def _address(
    view: View, path: str, more: Sequence[tuple[str, str]], filters: Sequence[tuple[str, str]] | None = None
) -> str:  # fmt: skip
    kept = view.filters.query() if filters is None else filters
    return address(path, [*view.asked, *kept, *more])


def address(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A path with a query in one form, its names sorted."""
    return path + ("?" + urlencode(sorted(pairs), quote_via=quote) if pairs else "")
