"""What a product cost and how it stood on the shelf, over time."""

from collections.abc import Mapping
from typing import Any

from webapp import charts, clock
from webapp.analytics import dao
from webapp.analytics.islands.product import PATH, view_of
from webapp.analytics.rules import buckets, figures, shelf, words
from webapp.analytics.rules.shelf import Moved
from webapp.analytics.shapes_product import Shelf
from webapp.analytics.shapes_view import View
from webapp.charts import Step, Tick
from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.products import dao as products
from webapp.text import Formatter

MOST_PRICES, READS = 500, (1_000, 10_000)  # prices; moves that are read at first, and at most
QUARTER = 15 * clock.MINUTE
DAILY, WEEKLY = 62, 400  # days that are drawn one by one, by the week; longer times by the month


def _ticks(begin: int, end: int, zone: Any, said: Formatter) -> list[Tick]:
    def write(at: int, step: str, first: bool) -> str:
        day = zone.day_of(at)
        if step in ("day", "week"):
            return said.day_month(day)
        if step in ("month", "quarter"):
            return said.pattern(at, "MMM y" if first or clock.day_to_date(day).month == 1 else "MMM")
        return str(clock.day_to_date(day).year) if step == "year" else said.time(at)

    return charts.time_ticks(begin, end, zone, write, 6)


# ---- Prices ----


def prices(tx: Any, view: View, now_ms: int) -> list[Mapping[str, Any]]:
    """Return the prices that held in the period, the oldest first."""
    begin, end = view.period.from_ms, min(now_ms, view.period.to_ms or now_ms)
    rows = products.find_price_history(tx, view.filters.product[0], limit=MOST_PRICES)
    return [
        row
        for row in reversed(rows)
        if row["from_ms"] <= end and (begin is None or row["to_ms"] is None or row["to_ms"] > begin)
    ]


@island(f"{PATH}/prices", topics=("products", "shop"), pace=1.0, clock=True, template="analytics/_product_prices.html")
def price_steps(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw the list prices of the period as steps."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    rows, end = prices(tx, view, now_ms), min(now_ms, view.period.to_ms or now_ms)
    context: dict[str, Any] = {"rows": len(rows), "chart": "", "dates": words.dates(view.span, said)}
    if not rows or rows[0]["from_ms"] >= end:
        return context
    begin = max(view.period.from_ms or rows[0]["from_ms"], rows[0]["from_ms"])
    steps = [
        Step(
            max(begin, row["from_ms"]), row["price_minor"], said.datetime(row["from_ms"]),
            (said.datetime(row["to_ms"]) if row["to_ms"] is not None else "now",),
        )
        for row in rows
    ]  # fmt: skip
    low, high = min(row["price_minor"] for row in rows), max(row["price_minor"] for row in rows)
    label = figures.label("money", said)
    chart = charts.step_chart(
        element_id(view.address(f"{PATH}/prices")) + "-c", steps, end, _ticks(begin, end, tx.zone, said),
        heads=("From", "Price", "Until"), label=label, axis=figures.axis("money", said), name="price",
        summary=f"Price: {label(rows[-1]['price_minor'])}, between {label(low)} and {label(high)} in this time.",
    )  # fmt: skip
    changed = len(rows) - 1
    return {**context, "chart": chart, "changed": changed, "low": low, "high": high, "since": rows[-1]["from_ms"]}


# ---- Stock ----


def stand(tx: Any, view: View, now_ms: int) -> Shelf:
    """Return how the product stood at the end of each bucket of the period."""
    level = dao.find_stock_level(tx, view.filters.product[0], view.filters.location)
    end = tx.zone.bounds(tx.zone.day_of(min(now_ms, (view.period.to_ms or now_ms + 1) - 1)))[1]
    moves, cut = _moves(tx, view)
    if level is None or not moves:
        return Shelf(level, [], end, "day", False)
    first = min(one.at_ms for one in moves) if cut is None else cut
    begin = tx.zone.day_of(max(first, view.period.from_ms if view.period.from_ms is not None else first))
    last = tx.zone.day_of(end - 1)
    if begin > last:
        return Shelf(level, [], end, "day", cut is not None)
    grain = "day" if last - begin < DAILY else "week" if last - begin < WEEKLY else "month"
    return Shelf(level, shelf.course(level, moves, _edges(begin, last, grain, tx.zone)), end, grain, cut is not None)


def _moves(tx: Any, view: View) -> tuple[list[Moved], int | None]:
    """The newest moves, back to the period's begin, and from when on they are all, where they were too many to reach it.

    Moves are read in the order in which they were entered: what is not read was entered, and happened, before the first.
    """
    begin, rows = view.period.from_ms, []
    since: int | None = None
    for most in READS:
        rows = dao.find_stock_course(tx, view.filters.product[0], view.filters.location, most)
        entered = min((row["entered_ms"] for row in rows), default=0)
        whole = sum(row["moves"] for row in rows) < most or (begin is not None and entered < begin)
        since = None if whole else entered
        if whole:
            break
    return [Moved(row["quarter"] * QUARTER, row["change"], row["reason"]) for row in rows], since


def _edges(first: int, last: int, grain: str, zone: Any) -> list[int]:
    """The instants at which the buckets from one day to another begin, and the end of the last one."""
    days = [
        day
        for day in range(first, last + 1)
        if day == first or grain == "day" or (clock.weekday(day) == 1 if grain == "week" else _month_begins(day))
    ]
    return [*(zone.bounds(day)[0] for day in days), zone.bounds(last)[1]]


def _month_begins(day: int) -> bool:
    return clock.first_day(clock.month_of(day)) == day


@island(f"{PATH}/stock", topics=("orders", "stock", "shop"), pace=1.0, clock=True, threaded=True,
        template="analytics/_product_stock.html")  # fmt: skip
def stock(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Draw the level of the shelf over time, with what came in and went out in the table behind."""
    said = store.shop().formatter
    view = view_of(tx, params, now_ms, said)
    found = stand(tx, view, now_ms)
    context: dict[str, Any] = {"shelf": found, "chart": "", "dates": words.dates(view.span, said)}
    if not found.stands:
        return context
    zone, until = tx.zone, min(found.until_ms, max(now_ms, found.stands[-1].at_ms + 1))
    steps = [
        Step(
            one.at_ms, one.level, buckets.row(zone.day_of(one.at_ms), found.grain, said),
            [said.number(value) for value in (one.received, one.sold, one.other)],
        )
        for one in found.stands
    ]  # fmt: skip
    label = figures.label("count", said)
    empty = sum(1 for one in found.stands if one.level <= 0)
    chart = charts.step_chart(
        element_id(view.address(f"{PATH}/stock")) + "-c", steps, until, _ticks(found.stands[0].at_ms, until, zone, said),
        heads=(words.BUCKETS[found.grain], "At its end", "Came in", "Sold, less returns", "Else"), label=label,
        name="in stock", summary=f"Stock: {label(found.stands[-1].level)} at the end of this time.",
    )  # fmt: skip
    sums = {name: sum(getattr(one, name) for one in found.stands) for name in ("received", "sold", "other")}
    return {**context, "chart": chart, "sums": sums, "empty": empty, "count": len(found.stands)}
