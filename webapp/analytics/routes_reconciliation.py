"""The proof that the figures agree: every breakdown beside the headline, returns by both days, entries after the close."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from webapp import clock
from webapp.analytics import dao, shapes, shapes_asked, shapes_page, shapes_view
from webapp.analytics import shapes_reconciliation as shaping
from webapp.analytics.rules import words
from webapp.analytics.shapes_reconciliation import Late
from webapp.db import reading, store
from webapp.metrics import ask as metrics
from webapp.metrics import periods, returned
from webapp.metrics.closed import remembered, state_of_days
from webapp.metrics.definitions import DIMENSIONS
from webapp.metrics.periods import Period
from webapp.web import respond
from webapp.web.openapi import FILTERS, LIST, PERIODS, api

blueprint = Blueprint("reconciliation", __name__)
FAR = 1 << 62
MOST_LATE = 31


@blueprint.get("/analytics/reconciliation")
@api(
    "GET", "/analytics/reconciliation", summary="Every breakdown beside the headline of a period", tag="figures",
    response=shaping.ReconciliationOut, query=[*FILTERS, *PERIODS], faces=LIST, errors=[422],
)  # fmt: skip
def reconciliation() -> Response:
    """Rows by each dimension are summed and laid beside the headline; what is not additive is left out."""
    args, now_ms = request.args, clock.now_ms()
    page = respond.wanted(*LIST) == "html"
    if page:
        args = MultiDict(shapes_page.pairs_of(args))
        shapes_page.settle(args)
    data, found, asked = reading.heavy(lambda tx: _reconciled(tx, args, now_ms))
    return respond.respond(
        data,
        page=lambda: ("analytics/reconciliation.html", {**data, **_around(found, asked, args)}),
        csv=lambda: (shaping.COLUMNS, shaping.rows(data)),
        filename="reconciliation.csv",
    )


def _reconciled(tx: Any, args: Any, now_ms: int) -> tuple[dict[str, Any], list[Late], shapes_asked.Asked]:
    asked = shapes_asked.figures(tx, args, now_ms)
    answers = {}
    for name in DIMENSIONS:
        question = metrics.question(
            shaping.RECONCILED, period=asked.period, by=[name], filters=asked.filters, limit=None
        )  # fmt: skip
        answers[name] = metrics.answer(tx, question, now_ms)
    said = shapes.frame(now_ms, reading.seq(tx), tx.currency, asked.period)
    data = shaping.reconciliation(said, answers)
    found = _late(tx, asked.period, now_ms)
    return {**data, "returns": _returns(tx, asked, now_ms), "late": shaping.late(found, tx.currency)}, found, asked


def _returns(tx: Any, asked: shapes_asked.Asked, now_ms: int) -> dict[str, Any]:
    daily = metrics.ask(
        tx, ["returns"], period=asked.period, grain="day", filters=asked.filters, limit=None, now_ms=now_ms
    )
    own = {row.time or 0: int(row.values["returns"] or 0) for row in daily.rows}
    of_sale = returned.by_day_of_sale(tx, asked.filters, asked.period)
    return shaping.returns(own, of_sale, returned.of_no_known_sale(tx, asked.filters, asked.period), tx.currency)


def _late(tx: Any, period: Period, now_ms: int) -> list[Late]:
    """The closed days of the period with later entries, the latest first; of the whole shop."""
    first, last = dao.find_first_day(tx), dao.find_last_day(tx)
    if first is None or last is None:
        return []
    first = first if period.from_ms is None else max(first, tx.zone.day_of(period.from_ms))
    last = last if period.to_ms is None else min(last, tx.zone.day_of(period.to_ms - 1))
    closes = [(day, end) for day in range(first, last + 1) if (end := tx.zone.bounds(day)[1]) <= now_ms]
    if not closes:
        return []
    span = (-FAR if period.from_ms is None else period.from_ms, FAR if period.to_ms is None else period.to_ms)
    entered = {
        kind: {row["day"]: row for row in _entered_late(tx, kind, closes, span)} for kind in ("orders", "returns")
    }
    days = sorted({*entered["orders"], *entered["returns"]}, reverse=True)[:MOST_LATE]
    return [_late_day(tx, day, entered["orders"].get(day), entered["returns"].get(day), now_ms) for day in days]


def _entered_late(tx: Any, kind: str, closes: list[tuple[int, int]], span: tuple[int, int]) -> list[Any]:
    """The days with later entries, which are looked for once more when something has been entered into one of them."""
    first, last = closes[0], closes[-1]
    state = state_of_days(tx, first[0], last[0] + 1)
    return remembered(
        tx, ("late", kind, first, last, span), state, lambda: dao.find_late(tx, kind, closes, span, MOST_LATE)
    )


def _late_day(tx: Any, day: int, orders: Any, returns: Any, now_ms: int) -> Late:
    whole = periods.days(day, day + 1, now_ms, tx.zone)
    now = metrics.headline(tx, metrics.ALL, whole).value("net_sales")
    rows = [row for row in (orders, returns) if row is not None]
    return Late(
        day, orders["entries"] if orders else 0, orders["minor"] if orders else 0, returns["entries"] if returns else 0,
        returns["minor"] if returns else 0, max(row["last_ms"] for row in rows), int(now or 0),
        orders["first_id"] if orders else None, returns["first_id"] if returns else None,
    )  # fmt: skip


def _around(found: list[Late], asked: shapes_asked.Asked, args: Any) -> dict[str, Any]:
    """What the page says around it."""
    shop = store.shop()
    span = shapes_view.span_of(asked.period, shop.zone)
    return {
        "metrics": shaping.reconciled(),
        "title": words.title(span, shop.formatter),
        "dates": words.dates(span, shop.formatter),
        "late_days": [
            {
                "late": one, "href": shaping.late_address(one, shop.zone),
                "what": shaping.late_words(one, shop.formatter, shop.zone),
            }
            for one in found
        ],
        "periods": list(words.TITLES.items()),
        "args": args,
        "most_late": MOST_LATE,
    }  # fmt: skip
