"""Figures over HTTP: Today and `/analytics`."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request

from webapp import clock
from webapp.analytics import islands as today
from webapp.analytics import shapes, shapes_asked
from webapp.db import reading, store
from webapp.live import islands
from webapp.metrics import ask as metrics
from webapp.metrics.filters import PRODUCT_NAMES
from webapp.web import answers, jsonio, respond
from webapp.web.answers import Finished
from webapp.web.negotiate import is_partial
from webapp.web.openapi import COMPARE, FILTERS, LIST, PERIODS, Query, api

blueprint = Blueprint("analytics", __name__)
MOST_KEPT = 500
_TOP = Query(
    "top", "How many best sellers", {"type": "integer", "minimum": 1, "maximum": shapes_asked.MOST_TOP, "default": 10}
)
_PLACES = [*FILTERS, *PERIODS]


class _Kept:
    """Finished answers of one state: of one version of the database, within one second."""

    def __init__(self) -> None:
        self.state: tuple[str, int, int] = ("", 0, 0)
        self.finished: dict[Any, Finished] = {}

    def get(self, key: Any, moment: tuple[int, int], make: Callable[[], Finished]) -> Finished:
        """The answer under the key, made when this state has not made it yet; never older than a second."""
        version, now_ms = moment
        state = (store.shop().epoch, version, now_ms // 1000)
        if state != self.state:
            self.state, self.finished = state, {}
        found = self.finished.get(key)
        if found is None:
            found = make()
            if state == self.state and len(self.finished) < MOST_KEPT:
                self.finished[key] = found
        return found


_kept = _Kept()
keep = _kept.get


def moment() -> tuple[int, int]:
    """The version of the database, and a present that lies after every sale in it.

    The other way about, a sale that is committed in between would be in the totals and not yet in the last minute.
    """
    return reading.data_version(), clock.now_ms()


@blueprint.get("/")
@api(
    "GET",
    "/",
    summary="Today",
    response=shapes.AnalyticsOut,
    query=[*_PLACES, *COMPARE, _TOP],
    faces=LIST,
    tag="figures",
)
def home() -> Response:
    """The same as /analytics."""
    return index()


@blueprint.get("/analytics")
@api(
    "GET", "/analytics", summary="Figures of a period, best sellers and the last minute", tag="figures",
    response=shapes.AnalyticsOut, query=[*_PLACES, *COMPARE, _TOP], faces=LIST, errors=[422],
)  # fmt: skip
def index() -> Response:
    """JSON and CSV tell all time without a period; the page shows today. Exact at `as_of`."""
    at = moment()
    now_ms = at[1]
    return respond.respond(
        lambda: _kept.get(("json", query_key()), at, lambda: _finished_figures(now_ms)),
        page=lambda: _kept.get(
            ("page", request.full_path, request.environ.get("HTTP_COOKIE"), is_partial()), at, lambda: _page(now_ms)
        ),
        csv=lambda: (shapes.ANALYTICS_COLUMNS, shapes.analytics_rows(_figures(now_ms))),
        filename="analytics.csv",
    )


def query_key() -> tuple[tuple[str, str], ...]:
    """The query of this request, in one order."""
    return tuple(sorted(request.args.items(multi=True))) if request.environ["QUERY_STRING"] else ()


def _page(now_ms: int) -> Finished:
    if any(request.args.get(name) for name in PRODUCT_NAMES):  # whose hours are read from lines, aside
        reading.in_thread(today.courses.read_ahead, request.args, now_ms)
    with reading.reading() as tx, islands.page(tx, now_ms):
        context = today.page_context(tx, request.args, now_ms)
        return Finished(render_template("analytics/index.html", **context).encode(), answers.HTML)


def _finished_figures(now_ms: int) -> Finished:
    return Finished(jsonio.to_bytes(_figures(now_ms)), answers.JSON)


def _figures(now_ms: int) -> dict[str, Any]:
    args = request.args

    def find(tx: Any) -> dict[str, Any]:
        return told(tx, shapes_asked.figures(tx, args, now_ms), now_ms)

    if any(args.get(name) for name in PRODUCT_NAMES):  # which may have to count orders from their lines
        return reading.heavy(find)
    with reading.reading() as tx:
        return find(tx)


def told(tx: Any, asked: shapes_asked.Asked, now_ms: int) -> dict[str, Any]:
    """What `GET /analytics` says at this position of the ledger."""
    period, compare, filters = asked.period, asked.compare, asked.filters
    said = shapes.frame(now_ms, reading.seq(tx), tx.currency, period, compare)
    now = metrics.headline(tx, filters, period)
    then = metrics.headline(tx, filters, compare) if compare else None
    best = metrics.top_products(tx, filters, period, compare, asked.top, total=int(now.value("net_sales") or 0))
    return shapes.analytics(said, now, then, best, metrics.last_minute(tx, filters, now_ms))


def state(tx: Any, now_ms: int) -> str:
    """The live topic `analytics`: the whole shop, all time, as a JSON text."""
    return jsonio.dumps(told(tx, shapes_asked.figures(tx, {}, now_ms), now_ms))
