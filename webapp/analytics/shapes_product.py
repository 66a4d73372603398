"""A product as answers show it: totals and course, prices, stock, returns with their reasons, what is bought with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from webapp import clock, money
from webapp.analytics.rules.pairs import Pair
from webapp.analytics.rules.shelf import Stand
from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.answers import Answer, Row
from webapp.metrics.definitions import METRICS
from webapp.web.fields import Instant, MoneyOut, Output, Ratio

NAMES = ("product", "metric", "channel", "location", "period", "from", "to", "compare")
TOLD = (
    "net_sales",
    "units",
    "orders",
    "average_unit_price",
    "gross_margin_ratio",
    "returns",
    "units_returned",
    "return_rate",
)
COURSE = ("net_sales", "units")


class PriceOut(Output):
    """A price with its validity within the period; `to` is null while it holds."""

    from_: Instant = Field(alias="from", serialization_alias="from")
    to: Instant | None
    price: MoneyOut
    reason: str | None


class StandOut(Output):
    """A bucket of the shelf: what came in, was sold (less returns) and moved otherwise, and the level at its end."""

    from_: Instant = Field(alias="from", serialization_alias="from")
    received: int
    sold: int
    other: int
    level: int


class StockOut(Output):
    """How a product stood on the shelf. cut: earlier moves of the period were too many to be read."""

    level: int | None
    cut: bool
    course: list[StandOut]


class ReasonOut(Output):
    """A reason for which pieces came back; null is none given."""

    reason: str | None
    units: int
    amount: MoneyOut


class PairOut(Output):
    """A product that stands in the same orders. share: of those that hold the first; lift: 1 is chance."""

    product_id: int
    sku: str
    name: str
    orders: int
    share: Ratio | None
    lift: Any


class BoughtWithOut(Output):
    """What is bought with a product, out of the `orders` that hold it; pairs in under `least` are left out.

    since: there are more orders in the period, and these are the newest, from then on.
    """

    orders: int
    least: int
    since: Instant | None
    pairs: list[PairOut]


class ProductFiguresOut(Output):
    """All figures of a product in a period."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    product_id: int
    sku: str
    name: str
    totals: dict[str, Any]
    grain: str
    course: list[dict[str, Any]]
    prices: list[PriceOut]
    stock: StockOut
    reasons: list[ReasonOut]
    bought_with: BoughtWithOut


@dataclass(frozen=True)
class Shelf:
    """How a product stood over time. level: now, None where nobody counts it; cut: earlier moves were not read."""

    level: int | None
    stands: Sequence[Stand]
    until_ms: int
    grain: str
    cut: bool


@dataclass(frozen=True)
class Together:
    """What is bought with a product. held: orders that hold it; since_ms: there are more, and these are the newest since."""

    held: int
    least: int
    since_ms: int | None
    pairs: Sequence[Pair]
    names: Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class Figures:
    """Everything about a product in a period. prices, reasons: rows of the database."""

    product: tuple[int, str, str]
    totals: Row
    course: Answer
    prices: Sequence[Mapping[str, Any]]
    shelf: Shelf
    reasons: Sequence[Mapping[str, Any]]
    together: Together


def figures(said: Mapping[str, Any], found: Figures) -> dict[str, Any]:
    """The whole of `GET /analytics/product`; `said` is its frame."""
    currency = said["currency"]
    product_id, sku, name = found.product
    return {
        **said, "product_id": product_id, "sku": sku, "name": name, "totals": _figures(found.totals, TOLD, currency),
        "grain": found.course.question.grain,
        "course": [{"time": _time(row, found.course), "open": row.open, **_figures(row, COURSE, currency)}
                   for row in found.course.rows],
        "prices": [_price(row, currency) for row in found.prices],
        "stock": {"level": found.shelf.level, "cut": found.shelf.cut, "course": [_stand(one) for one in found.shelf.stands]},
        "reasons": [{"reason": row["reason"] or None, "units": row["units"],
                     "amount": money.from_minor(row["minor"], currency)} for row in found.reasons],
        "bought_with": _together(found.together),
    }  # fmt: skip


def _figures(row: Row, names: Sequence[str], currency: str) -> dict[str, Any]:
    told = {name: shown(METRICS[name], row.values[name], currency) for name in names}
    before = row.compare and {name: shown(METRICS[name], row.compare[name], currency) for name in names}
    return {**told, "previous": before}


def _time(row: Row, course: Answer) -> str:
    time = row.time or 0
    return clock.format_time(time) if course.question.grain == "hour" else clock.format_day(time)


def _price(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "from": clock.format_time(row["from_ms"]),
        "to": None if row["to_ms"] is None else clock.format_time(row["to_ms"]),
        "price": money.from_minor(row["price_minor"], currency),
        "reason": row["reason"],
    }


def _stand(one: Stand) -> dict[str, Any]:
    told = {"received": one.received, "sold": one.sold, "other": one.other, "level": one.level}
    return {"from": clock.format_time(one.at_ms), **told}


def _together(found: Together) -> dict[str, Any]:
    return {
        "orders": found.held, "least": found.least,
        "since": None if found.since_ms is None else clock.format_time(found.since_ms),
        "pairs": [
            {"product_id": pair.product_id, "sku": found.names[pair.product_id][0], "name": found.names[pair.product_id][1],
             "orders": pair.together, "share": pair.share, "lift": pair.lift}
            for pair in found.pairs
        ],
    }  # fmt: skip


COLUMNS = (
    "kind", "from", "to", "product_id", "sku", "name", "currency", *TOLD, "price", "level", "received", "sold", "other",
    "reason", "share", "lift",
)  # fmt: skip


def rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Totals, course, prices, stock, reasons and pairs as rows of CSV, told apart by `kind`."""
    span = {"from": data["period"]["from"], "to": data["period"]["to"]}
    named = {name: data[name] for name in ("product_id", "sku", "name", "currency")}
    found: list[dict[str, Any]] = [{"kind": "total", **span, **data["totals"]}]
    found += [{"kind": "course", "from": row["time"], **row} for row in data["course"]]
    found += [{"kind": "price", **row} for row in data["prices"]]
    found += [{"kind": "stock", **row} for row in data["stock"]["course"]]
    found += [
        {"kind": "reason", **span, "reason": row["reason"], "units_returned": row["units"], "returns": row["amount"]}
        for row in data["reasons"]
    ]
    found += [{"kind": "with", **span, **row} for row in data["bought_with"]["pairs"]]
    for row in found:
        told = {**named, **row}
        yield [told.get(column) for column in COLUMNS]
