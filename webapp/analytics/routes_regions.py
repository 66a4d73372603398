"""The regions over HTTP: a page with its map, and the same figures for programs."""

from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.analytics import shapes, shapes_pages, shapes_regions
from webapp.analytics.islands import regions as island
from webapp.analytics.routes_pages import page
from webapp.db import reading, store
from webapp.web import respond
from webapp.web.openapi import COMPARE, FILTERS, LIST, PERIODS, api

blueprint = Blueprint("regions", __name__)


@blueprint.get("/analytics/regions")
@api(
    "GET", "/analytics/regions", summary="What each region brought, and which stand out", tag="figures",
    response=shapes_regions.RegionsOut, query=[*FILTERS, *PERIODS, *COMPARE], faces=LIST, errors=[422],
)  # fmt: skip
def regions() -> Response:
    """Regions by net sales beside those of the comparison; they sum to the totals. The page shows 28 days."""
    args = request.args
    if respond.wanted(*LIST) == "html":
        return respond.respond(page=lambda: page("analytics/regions.html", island.page_context, args))
    now_ms = clock.now_ms()
    data = reading.heavy(lambda tx: _told(tx, args, now_ms))
    return respond.respond(
        data, csv=lambda: (shapes_regions.COLUMNS, shapes_regions.rows(data)), filename="regions.csv"
    )  # fmt: skip


def _told(tx: Any, args: Any, now_ms: int) -> dict[str, Any]:
    view = shapes_pages.told(tx, args, now_ms, store.shop().formatter)
    frame = shapes.frame(now_ms, reading.seq(tx), tx.currency, view.period, view.compare)
    return island.told(tx, view, now_ms, frame)
