"""What a list of orders was asked for: filters, period, status, totals, a search and an order, all in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from webapp import money
from webapp.clock import Zone
from webapp.db import store
from webapp.errors import FieldError, Invalid, all_of, refusals
from webapp.metrics import filters, labels, periods
from webapp.orders.rules import SOUGHT
from webapp.shop import dao as shop
from webapp.text import like
from webapp.web import paging, validate

FAR = 1 << 62
SORTS = ("-placed_at", "placed_at", "-total", "total")
RETURN_SORTS = ("-returned_at", "returned_at")
STATUSES = ("placed", "partly_returned", "returned")
_VALUES = {"placed_at": "placed_ms", "returned_at": "returned_ms", "total": "total_minor"}
_LISTS = (
    ("channel", "channel", "channels"), ("location", "location", "locations"), ("region", "region", "regions"),
    ("weekday", "weekday", "weekdays"), ("hour", "hour", "hours"), ("product", "product", "products"),
    ("category", "categories", "categories"), ("brand", "brand", "brands"), ("vendor", "vendor", "vendors"),
    ("price_tier", "price_tier", "price_tiers"),
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A list as asked for: `condition` are the parameters of the queries, `filters` what was resolved.

    is_figure: filters and period say all of it, as with a figure.
    """

    sort: str
    condition: dict[str, Any]
    filters: filters.Filters
    period: periods.Period
    is_figure: bool

    @property
    def value(self) -> str:
        """The column that the list is sorted by."""
        return _VALUES[self.sort.lstrip("-")]

    def after(self, place: list[Any] | None) -> tuple[int, int] | None:
        """The place that a cursor named."""
        return (int(place[0]), int(place[1])) if place else None


def ask(tx: Any, now_ms: int, zone: Zone, sorts: Sequence[str] = SORTS) -> tuple[paging.Asked, Wanted]:
    """The page and the list that this request asks for. Raises Invalid with every parameter at fault."""
    with validate.naming(lambda: refusals(lambda: parse(tx, request.args, now_ms, zone, sorts))):
        asked = paging.ask()
    return asked, parse(tx, asked.args, now_ms, zone, sorts)


def _span(period: periods.Period) -> tuple[int, int]:
    return period.from_ms if period.from_ms is not None else -FAR, period.to_ms if period.to_ms is not None else FAR


def parse(tx: Any, args: Mapping[str, Any], now_ms: int, zone: Zone, sorts: Sequence[str] = SORTS) -> Wanted:
    """The list that the query asks for.

    sorts: the orders in which this list can stand, the one that is not asked for first.
    Raises Invalid with every parameter at fault.
    """
    q = (args.get("q") or "").strip()[:SOUGHT] or None
    found, period, status, sort, least, most = all_of(
        lambda: filters.resolve(tx, args),
        lambda: periods.parse(args, now_ms, zone),
        lambda: _choice(args, "status", STATUSES),
        lambda: _choice(args, "sort", sorts) or sorts[0],
        lambda: _total(args, "min_total"),
        lambda: _total(args, "max_total"),
    )
    from_ms, to_ms = _span(period)
    condition: dict[str, Any] = {
        "from_ms": from_ms, "to_ms": to_ms,
        "status": status, "min_total": least, "max_total": most, "q": q,
        "q_id": int(q) if q and q.isascii() and q.isdigit() and len(q) < 19 else -1,
        "q_like": None if q is None else like(q), "q_word": None if q is None else like(max(q.split(), key=len)),
        **filtered(found),
    }  # fmt: skip
    is_figure = not (status or q or least is not None or most is not None)
    return Wanted(sort, condition, found, period, is_figure)


def filtered(found: filters.Filters) -> dict[str, Any]:
    """The filters as the queries of lists take them."""
    condition: dict[str, Any] = {"any_line": not found.of_products}
    for name, attribute, listed in _LISTS:
        values = getattr(found, attribute)
        condition[listed] = list(values)
        condition[f"any_{name}"] = not values
    return condition


def _choice(args: Mapping[str, Any], name: str, known: Sequence[str]) -> str | None:
    value = args.get(name) or None
    if value is not None and value not in known:
        detail = f"This must be one of {', '.join(known)}."
        raise Invalid("", FieldError(None, "unknown", detail, parameter=name))
    return value


def _total(args: Mapping[str, Any], name: str) -> int | None:
    text = args.get(name) or None
    if text is None:
        return None
    try:
        return money.to_minor(text, store.shop().currency, what="total", most=FAR)
    except money.MoneyError as error:
        raise Invalid("", FieldError(None, error.code, error.detail, parameter=name)) from None


def page(tx: Any, wanted: Wanted, args: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the list shows around it."""
    return {
        "wanted": wanted,
        "filters": wanted.filters,
        "sort": wanted.sort,
        "args": args,
        "period": wanted.period,
        "choices": choices(tx),
        "spoken": labels.spoken(tx, wanted.filters, store.shop().formatter),
    }


def choices(tx: Any) -> dict[str, list[tuple[str, str]]]:
    """Code and name of each channel and location, to choose from."""
    return {
        "channels": [(row["code"], row["name"]) for row in shop.find_channels(tx)],
        "locations": [(row["code"], row["name"]) for row in shop.find_locations(tx)],
    }
