"""Single figures: what was taken so far, the last minute, the tiles; and what the page says around them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webapp.analytics import dao, shapes_drill, shapes_pages, shapes_view
from webapp.analytics.rules import changes, labels, words
from webapp.analytics.rules.changes import Change
from webapp.analytics.shapes_view import View, last_finished
from webapp.charts import sparkline
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics import buckets, periods
from webapp.metrics import filters as filtering
from webapp.metrics.answers import Row
from webapp.metrics.ask import ask
from webapp.metrics.labels import spoken
from webapp.shop import dao as shop
from webapp.text import Formatter

TOPICS = ("orders", "shop")
# What the form of comparison and place hands on as it is.
KEPT = ("period", "from", "to", "screen", *(name for name in filtering.NAMES if name not in ("channel", "location")))
SPARK_DAYS = 14
# name, title, how it is written, the kind of its change, whether more is good
TILES = (
    ("orders", "Orders", "number", "ratio", 1),
    ("average_order_value", "Average order", "money", "ratio", 1),
    ("units", "Units sold", "number", "ratio", 1),
    ("units_per_order", "Units per order", "tenths", "ratio", 1),
    ("gross_margin_ratio", "Gross margin", "percent", "points", 1),
    ("returns", "Returns", "money", "ratio", -1),
)


def page_context(tx: Any, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Return what templates/analytics/index.html needs: words, choices, the addresses of its islands.

    args: the parameters of the address. Raises Invalid with the parameter for wrong ones.
    """
    said = store.shop().formatter
    view = shapes_view.view(tx, args, now_ms, said)
    addresses = {
        name: view.address(f"/analytics/{name}") for name in ("figures", "tiles", "curve", "sources", "sellers")
    }
    addresses |= {name: view.address(f"/analytics/{name}", timed=False) for name in ("minute", "feed", "heat", "days")}
    locations, channels = shop.find_locations(tx), shop.find_channels(tx)
    return {
        "title": words.title(view.span, said),
        "period": view.period.name,
        "compare": view.mode,
        "segments": words.SEGMENTS,
        "compares": words.choices(view.span, said),
        "locations": [(row["code"], row["name"]) for row in locations] if len(locations) > 1 else [],
        "channels": [(row["code"], row["name"]) for row in channels] if len(channels) > 1 else [],
        "location": _chosen(locations, view.filters.location),
        "channel": _chosen(channels, view.filters.channel),
        "kept": [(name, value) for name, value in _pairs(args) if name in KEPT],
        "narrowed": spoken(tx, view.filters, said),
        "addresses": addresses,
        "recent": view.span.days == 1,
        "sold_before": dao.find_first_day(tx) is not None,
    }


def _chosen(rows: list[Any], ids: tuple[int, ...]) -> str:
    return next((row["code"] for row in rows if row["id"] in ids), "")


def _pairs(args: Mapping[str, Any]) -> list[tuple[str, str]]:
    if hasattr(args, "getlist"):
        return [(name, str(value)) for name in args for value in args.getlist(name) if value]
    return [(name, str(value)) for name, value in args.items() if value]


@island("/analytics/figures", topics=TOPICS, pace=0.25, clock=True, template="analytics/_figures.html")
def figures(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what was taken in the period, beside the same point of the earlier one."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said)
    totals = ask(
        tx, ["net_sales", "orders"], period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms
    ).totals
    change = compared(totals, "net_sales")
    return {
        "title": "Taken so far" if view.span.open else "Taken",
        "dates": words.dates(view.span, said),
        "net": totals.values["net_sales"],
        "change": change,
        "then": totals.compare["net_sales"] if totals.compare else None,
        "against": view.against + view.so_far if view.against else "",
        "facts": _facts(tx, view, now_ms, said),
        "about": view.about,
    }


def compared(totals: Row, name: str) -> Change:
    """Compare one figure of a row with its earlier one."""
    if totals.compare is None:
        return changes.NOTHING
    orders_then = totals.compare.get("orders")
    few = int(orders_then) if orders_then is not None else None
    return changes.change(totals.values[name], totals.compare[name], few)


def _facts(tx: Any, view: View, now_ms: int, said: Formatter) -> list[tuple[str, str, str]]:
    """The whole of the earlier day, and the best bucket of the period; each with the query under which it is explained."""
    whole = labels.whole(said)
    facts = []
    if view.day_then is not None and view.span.open:
        then = periods.days(view.day_then, view.day_then + 1, now_ms, tx.zone)
        total = metrics.headline(tx, view.filters, then).value("net_sales")
        if total:
            about = view.of_days(view.day_then, view.day_then)
            facts.append((f"{view.against[:1].upper()}{view.against[1:]}, the whole day", whole(_number(total)), about))
    grain = words.grain(view.span.days)
    rows = ask(
        tx,
        ["net_sales"],
        period=view.period,
        grain=grain,
        filters=view.filters,
        sort="net_sales",
        limit=1,
        now_ms=now_ms,
    ).rows
    if rows and (_number(rows[0].values["net_sales"]) or 0) > 0 and grain in ("hour", "day"):
        time = rows[0].time or 0
        name = f"Busiest hour, {said.time(time)}" if grain == "hour" else f"Best day, {said.date(time)}"
        span = shapes_drill.span_query(time if grain == "hour" else tx.zone.bounds(time)[0],
                                       buckets.end_of(grain, time, tx.zone), tx.zone)  # fmt: skip
        about = shapes_pages.address("", [*span, *view.filters.query()])
        facts.append((name, whole(_number(rows[0].values["net_sales"])), about))
    elif grain == "hour" and view.span.open:
        facts.append(("Busiest hour", "—", view.about))  # nothing moves on the page when the first sale comes
    return facts


def _number(value: int | Decimal | None) -> int | None:
    return None if value is None else int(value)


@island("/analytics/minute", topics=TOPICS, pace=0.25, clock=True, template="analytics/_minute.html")
def minute(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the revenue and the orders of the last sixty seconds, beside the sixty before; it moves by itself."""
    view = shapes_view.view(tx, params, now_ms, store.shop().formatter)
    about = view.address("", timed=False)
    return {"minute": metrics.last_minute(tx, view.filters, now_ms), "about": about}


@island("/analytics/tiles", topics=TOPICS, pace=0.5, clock=True, template="analytics/_tiles.html")
def tiles(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give orders, average order, units, margin and returns, each with its change and its last fourteen days."""
    said = store.shop().formatter
    view = shapes_view.view(tx, params, now_ms, said)
    names = [name for name, *_ in TILES]
    totals = ask(
        tx, [*names, "cost_coverage"], period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms
    ).totals
    last = last_finished(view, now_ms, tx.zone)
    span = periods.days(last - SPARK_DAYS + 1, last + 1, now_ms, tx.zone)
    rows = ask(tx, names, period=span, grain="day", filters=view.filters, now_ms=now_ms).rows
    key = element_id(view.address("/analytics/tiles"))
    return {"tiles": [_tile(entry, totals, rows, key) for entry in TILES], "against": view.against, "about": view.about}


def _shown(value: int | Decimal | None, kind: str) -> int | Decimal | None:
    return value.quantize(Decimal("0.1")) if kind == "tenths" and isinstance(value, Decimal) else value


def _tile(entry: tuple[str, str, str, str, int], totals: Row, rows: list[Row], key: str) -> dict[str, Any]:
    name, title, kind, change_kind, good = entry
    found = compared(totals, name)
    if change_kind == "points" and not found.few:
        change: int | Decimal | None = found.amount
    else:
        change = found.ratio
    coverage = totals.values["cost_coverage"]
    partly = name == "gross_margin_ratio" and coverage is not None and coverage < Decimal("0.995")
    values = [None if row.values[name] is None else float(row.values[name] or 0) for row in rows]
    return {
        "key": name,
        "title": title,
        "value": _shown(totals.values[name], kind),
        "kind": kind,
        "change": change,
        "change_kind": change_kind,
        "good": good,
        "few": found.few,
        "coverage": coverage if partly else None,
        "spark": sparkline(f"{key}-{name}", values, f"{title}, {SPARK_DAYS} whole days"),
    }
