"""What came back of a product and why, and what is bought with it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from webapp import charts
from webapp.analytics import dao, shapes, shapes_drill, shapes_pages, shapes_product
from webapp.analytics.islands.channels import tiles
from webapp.analytics.islands.product import PATH, TOPICS, course, one_product, places, view_of, whole
from webapp.analytics.islands.product_past import prices, stand
from webapp.analytics.rules import changes, pairs, words
from webapp.analytics.shapes_product import Figures, Together
from webapp.analytics.shapes_view import View
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.metrics import dao as values
from webapp.metrics.ask import ask, headline, orders_of
from webapp.metrics.closed import kept_up, remembered, state_of_days
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period
from webapp.metrics.spans import BEFORE

RETURNED = ("return_rate", "units_returned", "returns")
MOST_RETURNED, REASONS = 20_000, 8  # newest returned lines that are looked at; reasons that are named
MOST_HELD, BESIDE = 2_000, 40  # orders looked into, products beside
WALKED, WALKED_TODAY = 20_000, 2_000  # newest lines walked for whole days, and for the one that is open
MOST_PRODUCTS = 5_000


# ---- Returns ----


def reasons(tx: Any, view: View) -> list[Mapping[str, Any]]:
    """Return why it came back in the period, the reason of most pieces first."""
    product_id, span, where = view.filters.product[0], (view.period.from_ms, view.period.to_ms), places(view)
    first = BEFORE if span[0] is None else tx.zone.day_of(span[0])

    def find() -> list[Any]:
        return [tuple(row) for row in dao.find_return_reasons(tx, product_id, span, where, MOST_RETURNED, REASONS)]

    asked = ("reasons", product_id, span, tuple(where.values()))
    found = remembered(tx, asked, values.state_of_returns(tx, first), find)
    return [{"reason": reason, "units": units, "minor": minor} for reason, units, minor in found]


@island(
    f"{PATH}/returns", topics=TOPICS, pace=1.0, clock=True, threaded=True, template="analytics/_product_returns.html"
)
def returns(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the share that came back beside the earlier time, and the reasons."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    found = ask(
        tx, RETURNED, period=view.period, compare=view.compare, filters=view.filters, now_ms=now_ms
    ).totals  # fmt: skip
    rows, key = reasons(tx, view), element_id(view.address(f"{PATH}/returns"))
    fractions = changes.shares([row["units"] for row in rows], [None for _ in rows])
    listed = [
        {"reason": row["reason"] or "No reason given", "units": row["units"], "minor": row["minor"],
         "bar": charts.bar(f"{key}-{i}", fraction[0])}
        for i, (row, fraction) in enumerate(zip(rows, fractions, strict=True))
    ]  # fmt: skip
    span = shapes_drill.span_query(view.period.from_ms, view.period.to_ms, tx.zone)
    return {
        "tiles": tiles(RETURNED, found, view, said), "rows": listed, "about": view.about,
        "against": view.against + view.so_far if view.against else "",
        "href": shapes_drill.listed([*span, *view.filters.query()]).replace("/orders", "/returns", 1),
        "any": bool(found.values["units_returned"]),
    }  # fmt: skip


# ---- What is bought with it ----


def together(tx: Any, view: View, now_ms: int) -> Together:
    """Return what stands in the same orders more often than by chance, out of the newest orders of the period."""
    held, since, beside = 0, None, Counter[int]()
    for orders, first_ms, rows in _held(tx, view, now_ms):
        held += orders
        beside.update(dict(rows))
        if orders == MOST_HELD:  # older ones are left out
            since = first_ms
            break
    least = pairs.least(held)
    both = dict(sorted((one for one in beside.items() if one[1] >= least), key=lambda one: (-one[1], one[0]))[:BESIDE])
    if not both:
        return Together(held, least, since, [], {})
    orders, each = _alone(tx, view, since, sorted(both))
    found = pairs.pairs(both, held, each, orders)
    return Together(held, least, since, found, values.find_products(tx, [pair.product_id for pair in found]))


def _held(tx: Any, view: View, now_ms: int) -> Iterator[tuple[int, int | None, list[tuple[int, int]]]]:
    """The open day, then the whole days of the period: orders that hold the product, the first's moment, what is beside.

    Of the whole days it is remembered until something is entered into them; to the open day's is added what has been
    entered since.
    """
    period, product_id, where = view.period, view.filters.product[0], places(view)
    today = tx.zone.day_of(now_ms)
    midnight = tx.zone.bounds(today)[0]

    def find(from_ms: int | None, to_ms: int | None, walked: int, after_order: int = 0) -> list[Any]:
        span = (from_ms, to_ms)
        counted = dao.count_held(tx, product_id, span, where, walked, MOST_HELD, after_order)
        rows = dao.find_beside(tx, product_id, span, where, walked, MOST_HELD, MOST_PRODUCTS, after_order)
        return [(counted["orders"], counted["first_ms"], [tuple(row) for row in rows])]

    begins_before = period.from_ms is None or period.from_ms < midnight
    if period.to_ms is None or period.to_ms > midnight:
        from_ms = midnight if begins_before else period.from_ms
        yield from kept_up(
            tx, ("held", product_id, from_ms, period.to_ms, tuple(where.values()), MOST_HELD),
            lambda: find(from_ms, period.to_ms, WALKED_TODAY),
            lambda held, since: _more_held(held, find(from_ms, period.to_ms, WALKED_TODAY, since["after_order"])),
        )  # fmt: skip
    if begins_before:
        end = midnight if period.to_ms is None else min(midnight, period.to_ms)
        first = BEFORE if period.from_ms is None else tx.zone.day_of(period.from_ms)
        asked = ("held", product_id, period.from_ms, end, tuple(where.values()), MOST_HELD)
        yield from remembered(
            tx, asked, state_of_days(tx, first, today), lambda: find(period.from_ms, end, WALKED)
        )  # fmt: skip


def _more_held(held: list[Any], added: list[Any]) -> list[Any] | None:
    """What is known of the orders of a day with what was entered since; None where they are too many to be added up."""
    (orders, first_ms, rows), (more, since_ms, beside) = *held, *added
    if not more:
        return held
    if orders + more >= MOST_HELD:
        return None
    found = Counter(dict(rows))
    found.update(dict(beside))
    return [(orders + more, since_ms if first_ms is None else min(first_ms, since_ms), list(found.items()))]


def _alone(tx: Any, view: View, since: int | None, products: list[int]) -> tuple[int, dict[int, int]]:
    """How many orders there were in the same days, and how many of them hold each of these products."""
    period = view.period
    if since is not None:
        period = Period(None, tx.zone.bounds(tx.zone.day_of(since))[0], period.to_ms, period.open)
    everywhere = Filters(channel=view.filters.channel, location=view.filters.location)
    whole = headline(tx, everywhere, period).value("orders")
    return int(whole or 0), orders_of(tx, replace(everywhere, product=tuple(products)), period)


@island(f"{PATH}/pairs", topics=TOPICS, pace=10.0, clock=True, threaded=True, template="analytics/_product_pairs.html")
def bought_with(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what is bought with it, each with its share of the orders and how far that is from chance."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    found = together(tx, view, now_ms)
    since = None if found.since_ms is None else tx.zone.day_of(found.since_ms)
    return {"found": found, "since": since, "dates": words.dates(view.span, said)}


# ---- All of it, for programs ----


def told(tx: Any, args: Any, now_ms: int, seq: int) -> dict[str, Any]:
    """Return what a program is told of a product. Raises Invalid with every parameter at fault."""
    view = one_product(shapes_pages.told(tx, args, now_ms, store.shop().formatter, shapes_product.NAMES))
    product_id = view.filters.product[0]
    sku, name = values.find_products(tx, [product_id])[product_id]
    found = Figures(
        (product_id, sku, name), whole(tx, view, now_ms).totals, course(tx, view, now_ms), prices(tx, view, now_ms),
        stand(tx, view, now_ms), reasons(tx, view), together(tx, view, now_ms),
    )  # fmt: skip
    return shapes_product.figures(shapes.frame(now_ms, seq, tx.currency, view.period, view.compare), found)
