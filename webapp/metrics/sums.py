"""The seven measures of a span of time, grouped by keys, under filters: each from the cheapest source that is exact.

Orders are the one measure that does not add up over products: they are counted from `order_day` where one value of one
product dimension is asked for, and else, each once, from the lines of the span.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from webapp import clock
from webapp.metrics import closed, dao, spans
from webapp.metrics.closed import bounds
from webapp.metrics.compose import fetch
from webapp.metrics.definitions import PRODUCTS
from webapp.metrics.filters import Filters
from webapp.metrics.spans import Span

Sums = dict[tuple[Any, ...], list[int]]
Time = Literal["hour_ms", "day", "week", "month"]
Counting = Literal["none", "rows", "values", "lines"]
_ORDERS = 0
_LONG = 62  # days of all sales, behind which their state is less to read than they are


def collect(
    tx: Any, from_ms: int | None, to_ms: int | None, keys: Sequence[str], filters: Filters, *,
    time: Time | None = None, orders: bool = True,
) -> Sums:  # fmt: skip
    """The measures of [from_ms, to_ms) by (time, *keys); without `time` by keys alone.

    keys: dimensions. time: `hour_ms` (the instant at which a local hour began), `day`, `week` (its Monday), `month`.
    orders: False where nobody asks for them, because over products they can cost more than all the rest.
    """
    found: Sums = {}
    products = tells_products(keys, filters)
    counting = count_orders(keys, filters, time) if orders and products else "none"
    for span in _spans(tx, from_ms, to_ms, keys, filters, time):
        source = _source(span, products)
        for row in _rows(tx, source, "measures", [*_time(time, span), *keys], filters, span):
            sums = list(row[-7:])
            if products and counting != "rows":
                sums[_ORDERS] = 0
            _add(found, _key(row[:-7], time, span), sums)
    if products and counting != "none":
        _count_orders(tx, found, from_ms, to_ms, keys, filters, time, counting)
    return found


def of_products(tx: Any, from_ms: int | None, to_ms: int | None, filters: Filters) -> list[tuple[int, int, int]]:
    """(product id, net sales, units) of [from_ms, to_ms); a product may have several rows, to be added up."""
    return [
        row
        for span in _spans(tx, from_ms, to_ms, ("product",), filters, None)
        for row in _rows(tx, _source(span, True), "net_and_units", ["product"], filters, span)
    ]


def reads_lines(keys: Sequence[str], filters: Filters, time: Time | None = None, *, orders: bool = True) -> bool:
    """Whether the question reads every line of its span rather than rollups."""
    if not tells_products(keys, filters):
        return False
    return _by_the_hour(keys, filters, time) or (orders and count_orders(keys, filters, time) == "lines")


def tells_products(keys: Sequence[str], filters: Filters) -> bool:
    """Whether lines of one order are told apart."""
    return bool(filters.of_products) or any(key in PRODUCTS for key in keys)


def count_orders(keys: Sequence[str], filters: Filters, time: Time | None) -> Counting:
    """How orders are counted where products are told apart.

    rows: each row of product_day counts other orders (one product a group). values: order_day knows the answer.
    lines: neither does.
    """
    if _by_the_hour(keys, filters, time):
        return "lines"
    if "product" in keys or len(filters.product) == 1:
        return "rows"
    told = {key for key in keys if key in PRODUCTS}
    told.update(filters.of_products)
    if len(told) > 1 or (not any(key in told for key in keys) and len(getattr(filters, *told)) > 1):
        return "lines"
    return "values"


def _count_orders(
    tx: Any, found: Sums, from_ms: int | None, to_ms: int | None, keys: Sequence[str], filters: Filters,
    time: Time | None, counting: Counting,
) -> None:  # fmt: skip
    if counting == "lines":
        wanted = spans.moments(from_ms, to_ms)
    else:
        wanted = spans.by_day(from_ms, to_ms, tx.zone)
    for span in wanted:
        if span.source == "moments":
            rows = _rows(tx, "sold_lines", "distinct_orders", [*_time(time, span), *keys], filters, span)
        elif counting == "values":
            rows = _orders_by_value(tx, span, keys, filters, time)
        else:
            continue
        for row in rows:
            _add(found, _key(row[:-1], time, span), [row[-1], 0, 0, 0, 0, 0, 0])


def _orders_by_value(tx: Any, span: Span, keys: Sequence[str], filters: Filters, time: Time | None) -> list[tuple]:
    told = next((key for key in keys if key in PRODUCTS), None)
    name = told or filters.of_products[0]
    values = list(filters.categories if name == "category" and told else getattr(filters, name))
    # A row's category is its lines' own; a filter holds what lies below it as well, unless it means that very one.
    tree = name == "category" and not told and filters.category[0] >= 0
    dimension, values = "category_tree" if tree else name, [abs(value) for value in values]
    asked: dict[str, Any] = {"value": values} if values else {}
    columns = [*_time(time, span), *("value" if key == told else key for key in keys)]
    return _rows(tx, "order_day", "orders", columns, filters, span, dimension=dimension, **asked)


def _by_the_hour(keys: Sequence[str], filters: Filters, time: Time | None) -> bool:
    return time == "hour_ms" or "hour" in keys or bool(filters.hour)


def _spans(
    tx: Any, from_ms: int | None, to_ms: int | None, keys: Sequence[str], filters: Filters, time: Time | None
) -> list[Span]:
    products, hourly = tells_products(keys, filters), _by_the_hour(keys, filters, time)
    if products and hourly:
        return spans.moments(from_ms, to_ms)
    if hourly:
        return spans.by_hour(from_ms, to_ms, tx.zone)
    if products:
        months = time in (None, "month") and "weekday" not in keys and not filters.weekday
        if months:
            return spans.by_month(from_ms, to_ms, tx.zone, dao.newest_day(tx))
        return spans.by_day(from_ms, to_ms, tx.zone)
    return spans.by_day_and_hour(from_ms, to_ms, tx.zone)


def _source(span: Span, products: bool) -> str:
    if products:
        return {"month": "product_month", "day": "product_day", "moments": "lines"}[span.source]
    return {"day": "sales_day", "hour": "sales_hour", "moments": "moments"}[span.source]


def _rows(
    tx: Any, source: str, what: str, keys: Sequence[str], filters: Filters, span: Span, **more: Any
) -> list[tuple[Any, ...]]:
    """The rows of a span, of what is closed in it from memory where it would be more to read than its state."""
    if source == "moments" or (source == "sales_day" and span.last - span.first < _LONG):
        return fetch(tx, source, what, keys, filters, **bounds(span), **more)
    return [row for _, rows in closed.read(tx, source, what, keys, filters, span, **more) for row in rows]


def _time(time: Time | None, span: Span) -> list[str]:
    if time is None:
        return []
    # A day's month is a matter of the calendar, which SQL does not know: such rows come by day.
    return ["day" if time == "month" and span.source != "month" else time]


def _key(key: tuple[Any, ...], time: Time | None, span: Span) -> tuple[Any, ...]:
    return (clock.month_of(key[0]), *key[1:]) if time == "month" and span.source != "month" else key


def _add(found: Sums, key: tuple[Any, ...], sums: list[int]) -> None:
    held = found.get(key)
    if held is None:
        found[key] = sums
    else:
        for place, added in enumerate(sums):
            held[place] += added


def fold(sums: Sums, key: Callable[[tuple[Any, ...]], tuple[Any, ...] | None]) -> Sums:
    """The sums grouped anew by what `key` says of each key; None drops it."""
    found: Sums = {}
    for old, measures in sums.items():
        new = key(old)
        if new is not None:
            _add(found, new, list(measures))
    return found
