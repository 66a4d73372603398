"""Pages of figures with a question of their own: channels, when you sell, seasons. One address each, several faces."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.analytics import shapes, shapes_channels, shapes_hours, shapes_pages, shapes_seasons
from webapp.analytics.islands import channels as each_channel
from webapp.analytics.islands import hours as of_week
from webapp.analytics.islands import seasons as of_year
from webapp.db import reading, store
from webapp.live import islands
from webapp.web import respond
from webapp.web.openapi import COMPARE, FILTERS, PERIODS, SHEET, Query, api

blueprint = Blueprint("figures", __name__)
_METRIC = Query("metric", "The figure", {"type": "string", "enum": list(shapes_hours.OFFERED), "default": "net_sales"})


def page(template: str, find: Callable[[Any, Any, int], dict[str, Any]], args: Any) -> respond.Page:
    """A page with its islands at one position of the ledger, read in the thread pool.

    find(tx, args, now_ms): its context, with the addresses of its islands as `addresses`. Raises what that raises.
    """
    now_ms = clock.now_ms()

    def read(tx: Any) -> dict[str, Any]:
        context = find(tx, args, now_ms)
        addresses = context["addresses"].items()
        return {**context, "pieces": {name: islands.render(address, tx, now_ms) for name, address in addresses}}

    return template, reading.heavy(read)


def _answer(
    name: str, find: Callable[[Any, Any, int], dict[str, Any]], tell: Callable[[Any, Any, int], dict[str, Any]], table: Any
) -> Response:  # fmt: skip
    """The face that is asked for. tell(tx, args, now_ms): what JSON says. table: the module with COLUMNS and rows."""
    args = request.args
    if respond.wanted(*SHEET) == "html":
        return respond.respond(page=lambda: page(f"analytics/{name}.html", find, args))
    now_ms = clock.now_ms()
    data = reading.heavy(lambda tx: tell(tx, args, now_ms))
    return respond.respond(
        data, csv=lambda: sheet(table, data), xlsx=lambda: sheet(table, data), filename=f"{name}.csv"
    )


def sheet(table: Any, data: dict[str, Any]) -> respond.Table:
    """Columns and rows of an answer, by the module that shapes it."""
    return table.COLUMNS, table.rows(data)


@blueprint.get("/analytics/channels")
@api(
    "GET", "/analytics/channels", summary="What each channel brought", tag="figures",
    response=shapes_channels.ChannelsOut, query=[*FILTERS, *PERIODS, *COMPARE], faces=SHEET, errors=[422],
)  # fmt: skip
def channels() -> Response:
    """Net sales, share, orders, average order and returns of each channel, beside the earlier time."""
    return _answer("channels", each_channel.page_context, _channels, shapes_channels)


def _channels(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    view = shapes_pages.told(tx, args, now_ms, store.shop().formatter)
    said = shapes.frame(now_ms, reading.seq(tx), tx.currency, view.period, view.compare)
    return each_channel.told(tx, view, now_ms, said)


@blueprint.get("/analytics/hours")
@api(
    "GET", "/analytics/hours", summary="What each hour of the week brought", tag="figures",
    response=shapes_hours.HoursOut, query=[_METRIC, *FILTERS, *PERIODS, *COMPARE], faces=SHEET, errors=[422],
)  # fmt: skip
def hours() -> Response:
    """Sums and averages of the whole days of the period; `period` says which these are."""
    return _answer(
        "hours",
        of_week.page_context,
        lambda tx, args, now_ms: of_week.told(tx, args, now_ms, reading.seq(tx)),
        shapes_hours,
    )


@blueprint.get("/analytics/seasons")
@api(
    "GET", "/analytics/seasons", summary="Months over years, and the index of each month", tag="figures",
    response=shapes_seasons.SeasonsOut, query=[_METRIC, *FILTERS, *PERIODS, *COMPARE], faces=SHEET, errors=[422],
)  # fmt: skip
def seasons() -> Response:
    """Each whole month is compared with the same month of the year before, whatever `compare` says."""
    return _answer(
        "seasons", of_year.page_context, lambda tx, args, now_ms: of_year.told(tx, args, now_ms, reading.seq(tx)),
        shapes_seasons,
    )  # fmt: skip
