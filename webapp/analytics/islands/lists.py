"""Lists: where sales came from, what sold best, what was sold just now."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from webapp import charts, clock
from webapp.analytics import dao, shapes_view
from webapp.analytics.rules import changes, places, words
from webapp.analytics.rules.places import Took
from webapp.analytics.shapes_view import View
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import ask as metrics
from webapp.metrics import filters as filtering
from webapp.metrics.ask import ask
from webapp.metrics.filters import Filters
from webapp.orders import dao as orders
from webapp.shop import dao as shop

SELLERS = 7
FEED = 8
SPARK_DAYS = 14
FAR = 1 << 62
RECENT_MS = 28 * clock.DAY


@island("/analytics/sources", topics=("orders", "shop"), pace=0.5, clock=True, template="analytics/_sources.html")
def sources(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what each place and channel took, with a mark where it stood in the earlier period."""
    view = shapes_view.view(tx, params, now_ms, store.shop().formatter)
    answer = ask(
        tx, ["net_sales", "orders"], by=["channel", "location"], period=view.period, compare=view.compare,
        filters=view.filters, limit=None, now_ms=now_ms,
    )  # fmt: skip
    took = [
        Took(
            row.keys[0], row.keys[1] or 0, int(row.values["net_sales"] or 0),
            int(row.compare["net_sales"] or 0) if row.compare else None,
            int(row.compare["orders"] or 0) if row.compare else 0,
        )
        for row in answer.rows
    ]  # fmt: skip
    found = places.sources(
        took, {row["id"]: row for row in shop.find_channels(tx)}, {row["id"]: row for row in shop.find_locations(tx)}
    )
    key = element_id(view.address("/analytics/sources"))
    fractions = changes.shares([one.value for one in found], [one.then for one in found])
    rows = [
        {
            "source": one,
            "href": _alone(view, one.filter) if one.filter else "",
            "change": changes.change(one.value, one.then, one.orders_then),
            "bar": charts.bar(f"{key}-{one.key}", *fraction),
        }
        for one, fraction in zip(found, fractions, strict=True)
    ]
    return {"rows": rows, "against": view.against + view.so_far if view.against else "", "about": view.about}


def _alone(view: View, narrowed: tuple[str, int]) -> str:
    """The page with this source alone, its period and other filters as they are."""
    kept = [pair for pair in (*view.asked, *view.filters.query()) if pair[0] != narrowed[0]]
    return "/?" + urlencode([*kept, narrowed])


@island(
    "/analytics/sellers", topics=("orders", "products", "stock", "shop"), pace=0.5, clock=False,
    template="analytics/_sellers.html",
)  # fmt: skip
def sellers(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the products that brought most, with their last fourteen days and what is left of them."""
    view = shapes_view.view(tx, params, now_ms, store.shop().formatter)
    best = metrics.top_products(tx, view.filters, view.period, top=SELLERS)
    ids = [product.product_id for product in best]
    last = shapes_view.last_finished(view, now_ms, tx.zone)
    lines = metrics.sparklines(tx, ids, last, SPARK_DAYS, view.filters) if ids else {}
    shelf = dao.find_shelf(tx, ids) if ids else {}
    key = element_id(view.address("/analytics/sellers"))
    rows = [
        {
            "product": product,
            "spark": charts.sparkline(
                f"{key}-{product.product_id}", lines[product.product_id],
                f"{product.name}, {SPARK_DAYS} whole days",
            ),
            "stock": _stock(shelf[product.product_id]),
        }
        for product in best
    ]  # fmt: skip
    return {"rows": rows, "days": SPARK_DAYS, "about": view.about}


def _stock(row: Any) -> dict[str, Any]:
    """How much is left, and whether that is scarce; None where nobody counts it."""
    if not row["tracked"]:
        return {"quantity": None, "state": ""}
    point = row["reorder_point"]
    low = point is not None and row["quantity"] <= point
    return {"quantity": row["quantity"], "state": "out" if row["quantity"] <= 0 else "low" if low else ""}


@island("/analytics/feed", topics=("orders", "shop"), pace=0.25, template="analytics/_feed.html")
def feed(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the newest orders under the filters, the latest first; with filters those of the last four weeks."""
    view = shapes_view.view(tx, params, now_ms, store.shop().formatter)
    page = orders.find_page(tx, "-placed_at", FEED, (now_ms, FAR), _condition(view.filters, now_ms))
    ids = [row["id"] for row in page]
    found, lines = (orders.find_orders(tx, ids), orders.find_lines(tx, ids)) if ids else ({}, {})
    channels, locations = shop.channels(tx), shop.locations(tx)
    rows = []
    for row in (found[order_id] for order_id in ids):
        channel, location = channels[row["channel_id"]], locations.get(row["location_id"])
        rows.append(
            {
                "order": row,
                "place": location["name"] if location and channel["kind"] == "store" else channel["name"],
                "things": words.things([(line["name"], line["quantity"]) for line in lines[row["id"]]]),
            }
        )
    return {"rows": rows, "today": tx.zone.day_of(now_ms)}


def _condition(filters: Filters, now_ms: int) -> dict[str, Any]:
    """The filters as the list of orders takes them; filters that match little must not read all of history."""
    condition: dict[str, Any] = dict.fromkeys(("status", "min_total", "max_total", "q", "q_id", "q_like"))
    condition |= {
        "from_ms": now_ms - RECENT_MS if filters else -FAR,
        "to_ms": FAR,
        "any_line": not filters.of_products,
        "categories": list(filters.categories),
        "any_category": not filters.categories,
    }
    for name in filtering.NAMES:
        if name != "category":
            values = list(getattr(filters, name))
            condition |= {f"{name}s": values, f"any_{name}": not values}
    return condition
