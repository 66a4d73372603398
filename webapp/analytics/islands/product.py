"""The figures of one product: totals and its curve; what its other islands share."""

from collections.abc import Mapping
from typing import Any

from webapp import charts
from webapp.analytics import shapes_pages, shapes_product, shapes_view
from webapp.analytics.islands.channels import tiles
from webapp.analytics.islands.over_time import time_axis
from webapp.analytics.rules import buckets, figures, words
from webapp.analytics.shapes_product import COURSE, TOLD
from webapp.analytics.shapes_view import View
from webapp.charts import Line
from webapp.db import store
from webapp.errors import invalid_parameter
from webapp.live.islands import element_id, island
from webapp.metrics.answers import Answer
from webapp.metrics.ask import ask
from webapp.metrics.definitions import METRICS
from webapp.text import Formatter

PATH, PERIOD = "/analytics/product", "28d"
TOPICS = ("orders", "products", "shop")
TILES = ("net_sales", "units", "orders", "average_unit_price", "gross_margin_ratio", "return_rate")


def view_of(tx: Any, params: Any, now_ms: int, said: Formatter) -> View:
    """Return the period of one product; other filters than its places are left alone.

    Raises Invalid with the parameter for wrong ones, and where no product or several are named.
    """
    return one_product(shapes_view.view(tx, shapes_pages.settled(params, shapes_product.NAMES), now_ms, said, PERIOD))


def one_product(view: View) -> View:
    """Return the view. Raises Invalid (required) where it is not of one product."""
    if len(view.filters.product) != 1:
        raise invalid_parameter("product", "required", "Name one product by its id or SKU.")
    return view


def places(view: View) -> dict[str, tuple[int, ...]]:
    """Return the ids of the channels and locations that are asked for; none is all of them."""
    return {"channel": view.filters.channel, "location": view.filters.location}


@island(f"{PATH}/figures", topics=TOPICS, pace=0.5, clock=True, threaded=True, template="analytics/_totals.html")
def totals(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what the product brought, sold and earned, beside the earlier time."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    found = ask(
        tx, TILES, period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms
    ).totals  # fmt: skip
    return {"tiles": tiles(TILES, found, view, said), "against": view.against + view.so_far if view.against else ""}


def course(tx: Any, view: View, now_ms: int) -> Answer:
    """Return what the product brought and sold in each bucket of the period."""
    return ask(
        tx, COURSE, grain=words.grain(view.span.days), period=view.period, compare=view.compare, filters=view.filters,
        limit=None, now_ms=now_ms,
    )  # fmt: skip


def whole(tx: Any, view: View, now_ms: int) -> Answer:
    """Return the sums of the period."""
    return ask(tx, TOLD, period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms)


@island(f"{PATH}/curve", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_product_curve.html")
def curve(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw units or net sales over time, the earlier time behind."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    metric = shapes_pages.metric_of(params, COURSE)
    rows, grain = course(tx, view, now_ms).rows, words.grain(view.span.days)
    now = [figures.plotted(metric.unit, row.values[metric.name]) for row in rows]
    then = [figures.plotted(metric.unit, row.compare[metric.name] if row.compare else None) for row in rows]
    context = {
        "title": f"{METRICS[metric.name].title}, each {grain}", "metric": metric.name, "grain": grain, "about": view.about,
        "against": view.against, "chart": "", "few": len(rows) < 2,
    }  # fmt: skip
    if len(rows) < 2 or not any((*now, *then)):
        return context
    lines = [Line(words.title(view.span, said), now, open=rows[-1].open)]
    if any(value is not None for value in then):
        lines.insert(0, Line("before", then, "then", open=rows[-1].open))
    best = max(rows, key=lambda row: row.values[metric.name] or 0)
    summary = (
        f"{metric.title}: most on {buckets.name(best.time or 0, grain, said)}, "
        f"{figures.write(metric.unit, best.values[metric.name], said)}."
    )
    chart = charts.line_chart(
        element_id(view.address(f"{PATH}/curve", *shapes_pages.own(metric, COURSE))) + "-c", lines,
        time_axis([row.time or 0 for row in rows], grain, said), label=figures.label(metric.unit, said),
        axis_label=figures.axis(metric.unit, said), brief=figures.brief(metric.unit, said), summary=summary,
    )  # fmt: skip
    return {**context, "chart": chart}
