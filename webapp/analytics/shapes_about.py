"""About a figure: what it means, what it is made of under filters in a period, and the orders behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from webapp import clock
from webapp.analytics import shapes, shapes_asked, shapes_drill, shapes_page, shapes_view
from webapp.analytics.rules import words
from webapp.analytics.shapes import PeriodOut
from webapp.analytics.shapes_explore import MetricOut
from webapp.metrics import ask as metrics
from webapp.metrics import labels
from webapp.metrics.answers import Question, Value
from webapp.metrics.definitions import DIMENSIONS, MEASURES, METRICS, OF_THE_MOMENT, Metric, describe
from webapp.metrics.minute import WINDOW_MS
from webapp.metrics.periods import Period
from webapp.text import Formatter
from webapp.web.fields import Instant, Output

KNOWN = {**METRICS, **OF_THE_MOMENT}
PAGE_DEFAULT = "28d"
# What the sums that figures are made of are called, and whether they are money.
PARTS = {
    "orders": ("Orders", "count"), "gross": ("Sales before returns", "money"), "returns": ("Returns", "money"),
    "units": ("Units sold", "count"), "units_returned": ("Units returned", "count"),
    "costed": ("Net sales of lines with a cost", "money"), "cost": ("Cost of goods", "money"),
}  # fmt: skip


class PartOut(Output):
    """A sum that a figure is made of. role: `plus`, `minus` or `over`."""

    name: str
    title: str
    role: str
    value: Any


class FilterOut(Output):
    """A filter that is on."""

    name: str
    value: str
    title: str


class AboutOut(Output):
    """A figure with all there is to say about it."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    metric: MetricOut
    value: Any
    previous: Any
    made_of: list[PartOut]
    filters: list[FilterOut]
    orders: str
    explore: str


@dataclass(frozen=True)
class About:
    """What is known of a figure here. made_of: (sign, title, unit, value) of each part, in the order of the formula."""

    metric: Metric
    frame: dict[str, Any]
    value: Value
    then: Value
    made_of: list[tuple[str, str, str, str, int]]
    filters: list[tuple[str, str, str]]
    orders: str
    explore: str
    when: str
    against: str
    query: str

    @property
    def additive(self) -> list[str]:
        """The dimensions over which its rows add up, as people call them."""
        return [DIMENSIONS[name].title.lower() for name in self.metric.additive]


def entries() -> list[Metric]:
    """Every figure of the dictionary, in its order."""
    return list(KNOWN.values())


def about(
    tx: Any, name: str, args: Mapping[str, Any], now_ms: int, said: Formatter, page: bool, seq: int
) -> About:  # fmt: skip
    """What is known of the figure `name` under the query's filters, in its period. Raises Invalid for a wrong query."""
    pairs = dict(shapes_page.figure_query(args))
    default = PAGE_DEFAULT if page else "all"
    asked = shapes_asked.figures(tx, args, now_ms, default)
    span = shapes_view.span_of(asked.period, tx.zone)
    compare, mode = asked.compare, pairs.get("compare", "previous")
    if page and not pairs.get("compare") and words.default_mode(span) != mode:
        mode = words.default_mode(span)
        compare = shapes_asked.figures(tx, {**pairs, "compare": mode}, now_ms, default).compare
    period = asked.period
    if name in OF_THE_MOMENT:
        period, compare = _minute(now_ms), _minute(now_ms - WINDOW_MS)
    metric = KNOWN[name]
    question = Question((metric,), period, filters=asked.filters, compare=compare)
    totals = metrics.answer(tx, question, now_ms).totals
    then = None if compare is None or compare.from_ms is None else tx.zone.day_of(compare.from_ms)
    kept = [(key, value) for key, value in shapes_page.figure_query(args) if value]
    moment = name in OF_THE_MOMENT
    return About(
        metric, shapes.frame(now_ms, seq, tx.currency, period, compare), totals.values[name],
        totals.compare[name] if totals.compare else None, _parts(metric, totals.measures),
        labels.spoken(tx, asked.filters, said), shapes_drill.orders_in(question, tx.zone),
        "/explore?" + urlencode([("metric", "gross_sales" if moment else name), *kept]),
        "The last sixty seconds" if moment else _when(words.title(span, said), words.dates(span, said)),
        "the minute before" if moment else words.against(span, mode, then, said), urlencode(kept),
    )  # fmt: skip


def _minute(now_ms: int) -> Period:
    """(now - 60 s, now] as half-open instants."""
    return Period(None, now_ms - WINDOW_MS + 1, now_ms + 1, False)


def _when(title: str, dates: str) -> str:
    return title if title.startswith(dates) else f"{title}, {dates}"


def _parts(metric: Metric, measures: Any) -> list[tuple[str, str, str, str, int]]:
    found = []
    for group, names in (("plus", metric.top), ("over", metric.bottom)):
        for name in names:
            bare = name.removeprefix("-")
            role = "minus" if name != bare and group == "plus" else group if name == bare else "over_minus"
            found.append((role, bare, *PARTS[bare], measures[MEASURES.index(bare)]))
    return found


def about_json(found: About, now_ms: int) -> dict[str, Any]:
    """A figure as JSON tells of it."""
    currency = found.frame["currency"]
    money = Metric("", "", "money", "", "", ())
    return {
        **found.frame,
        "as_of": clock.format_time(now_ms),
        "metric": describe(found.metric),
        "value": shapes.shown(found.metric, found.value, currency),
        "previous": shapes.shown(found.metric, found.then, currency),
        "made_of": [
            {"name": name, "title": title, "role": role, "value": shapes.shown(money, value, currency) if unit == "money" else value}
            for role, name, title, unit, value in found.made_of
        ],
        "filters": [{"name": name, "value": value, "title": title} for name, value, title in found.filters],
        "orders": found.orders,
        "explore": found.explore,
    }  # fmt: skip
