"""The figures of a product over HTTP; people see them on the product's own page."""

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.analytics import shapes_pages, shapes_product
from webapp.analytics.islands import product as figures
from webapp.analytics.islands import product_more as more
from webapp.analytics.routes_pages import sheet
from webapp.db import reading, store
from webapp.web import respond
from webapp.web.openapi import COMPARE, FILTERS, PERIODS, SHEET, Query, api

blueprint = Blueprint("product_figures", __name__)
_PLACES = [one for one in FILTERS if one.name in ("channel", "location")]
_PRODUCT = Query("product", "Id or SKU of the one product")


@blueprint.get("/analytics/product")
@api(
    "GET", "/analytics/product", summary="All figures of one product", tag="figures",
    response=shapes_product.ProductFiguresOut, query=[_PRODUCT, *_PLACES, *PERIODS, *COMPARE], faces=SHEET, errors=[422],
)  # fmt: skip
def show() -> Response:
    """Totals and course, prices, stock, reasons of returns, what is bought with it; a browser is led to its page."""
    args, now_ms = request.args, clock.now_ms()
    if respond.wanted("json", "html", "csv", "xlsx") == "html":
        return redirect(_page(args, now_ms), 303)
    data = reading.heavy(lambda tx: more.told(tx, args, now_ms, reading.seq(tx)))
    return respond.respond(
        data, csv=lambda: sheet(shapes_product, data), xlsx=lambda: sheet(shapes_product, data), filename="product.csv"
    )


def _page(args: Any, now_ms: int) -> str:
    """The address of the product's page, under the same query."""
    with reading.reading() as tx:
        view = figures.view_of(tx, args, now_ms, store.shop().formatter)
    kept = shapes_pages.settled(args, [name for name in shapes_product.NAMES if name != "product"])
    return shapes_pages.address(f"/products/{view.filters.product[0]}", list(kept.items(multi=True)))
