"""Figures as the contract shows them at `/analytics`: period, headline, best sellers, the last minute."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from webapp import clock, money
from webapp.metrics.answers import Value
from webapp.metrics.ask import Headline, LastMinute, TopProduct
from webapp.metrics.definitions import METRICS, Metric
from webapp.metrics.periods import Period
from webapp.web.fields import Instant, MoneyOut, Output, Ratio


class PeriodOut(Output, json_schema_serialization_defaults_required=False):
    """A span of time, half-open; null is without end."""

    name: str | None
    from_: Instant | None = Field(alias="from", serialization_alias="from")
    to: Instant | None
    open: bool | None = None


class TopProductOut(Output):
    """A product by what it brought."""

    product_id: int
    sku: str
    name: str
    revenue: MoneyOut
    units: int
    share: Ratio | None
    change_ratio: Ratio | None


class LastMinuteOut(Output):
    """The last sixty seconds and the sixty before."""

    revenue: MoneyOut
    previous_revenue: MoneyOut
    change: MoneyOut
    change_ratio: Ratio | None
    orders: int
    previous_orders: int


class AnalyticsOut(Output):
    """The figures of a period, its best sellers, and the last minute."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    total_revenue: MoneyOut
    orders: int
    units: int
    average_order_value: MoneyOut | None
    previous: dict[str, Any] | None
    top_products: list[TopProductOut]
    last_minute: LastMinuteOut


# ---- /analytics ----

HEADLINE = {
    "total_revenue": "net_sales", "orders": "orders", "units": "units", "average_order_value": "average_order_value"
}  # fmt: skip


def shown(metric: Metric, value: Value, currency: str) -> Value:
    """A figure as JSON has it: money with its decimals."""
    if metric.unit == "money" and isinstance(value, int):
        return money.from_minor(value, currency)
    return value


def frame(now_ms: int, seq: int, currency: str, period: Period, compare: Period | None = None) -> dict[str, Any]:
    """What every answer with figures says about itself."""
    return {
        "as_of": clock.format_time(now_ms),
        "seq": seq,
        "currency": currency,
        "period": period.as_json(),
        "compare": compare.as_json() if compare else None,
    }


def analytics(
    said: Mapping[str, Any], now: Headline, then: Headline | None, best: Sequence[TopProduct], minute: LastMinute
) -> dict[str, Any]:
    """The whole of `GET /analytics`; `said` is its frame."""
    currency = said["currency"]
    return {
        **said,
        **headline(now, currency),
        "previous": headline(then, currency) if then else None,
        "top_products": [top_product(product, currency) for product in best],
        "last_minute": last_minute(minute, currency),
    }


def headline(told: Headline, currency: str) -> dict[str, Value]:
    """Revenue, orders, units and the average order."""
    return {name: shown(METRICS[metric], told.value(metric), currency) for name, metric in HEADLINE.items()}


def top_product(product: TopProduct, currency: str) -> dict[str, Any]:
    """One line of the best sellers."""
    return {
        "product_id": product.product_id,
        "sku": product.sku,
        "name": product.name,
        "revenue": money.from_minor(product.revenue, currency),
        "units": product.units,
        "share": product.share,
        "change_ratio": product.change_ratio,
    }


def last_minute(minute: LastMinute, currency: str) -> dict[str, Any]:
    """The last minute beside the one before."""
    return {
        "revenue": money.from_minor(minute.revenue, currency),
        "previous_revenue": money.from_minor(minute.previous_revenue, currency),
        "change": money.from_minor(minute.change, currency),
        "change_ratio": minute.change_ratio,
        "orders": minute.orders,
        "previous_orders": minute.previous_orders,
    }


ANALYTICS_COLUMNS = (
    "kind", "from", "to", "currency", "product_id", "sku", "name", "revenue", "units", "share", "orders",
    "average_order_value",
)  # fmt: skip


def analytics_rows(data: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The total, then the best sellers, as rows of CSV."""
    span = (data["period"]["from"], data["period"]["to"], data["currency"])
    total = (data["total_revenue"], data["units"], None, data["orders"], data["average_order_value"])
    yield ("total", *span, None, None, None, *total)
    for product in data["top_products"]:
        named = (product["product_id"], product["sku"], product["name"])
        yield ("product", *span, *named, product["revenue"], product["units"], product["share"], None, None)
