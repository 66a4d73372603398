"""One search across everything: a page, its results while somebody types, and the same for programs."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from webapp import clock
from webapp.db import reading, store
from webapp.metrics import labels
from webapp.search import dao, rules, shapes
from webapp.search.rules import Entry, Words
from webapp.web import respond
from webapp.web.openapi import LIST, Query, api

blueprint = Blueprint("search", __name__)
DAYS = 90  # regions to which nothing was sent for longer are not found
_NAMED = (
    ("channel", "channel"),
    ("location", "location"),
    ("category", "category"),
    ("brand", "brand"),
    ("vendor", "vendor"),
)


@blueprint.get("/search")
@api(
    "GET", "/search", summary="Search across everything", response=shapes.SearchOut, faces=LIST, tag="search",
    query=[Query("q", "Words, a number, the beginning of an external id or code")],
)  # fmt: skip
def index() -> Response:
    """Products, orders, customers' pseudonyms, imports, places, figures, pages and settings; at most eight of each."""
    sought = rules.words(request.args.get("q", ""))
    with reading.reading() as tx:
        items = _found(tx, sought, clock.now_ms()) if sought else []
    page = {"q": sought.text, "groups": shapes.groups(items), "count": len(items)}
    return respond.respond(
        {"q": sought.text, "items": items, "next": None}, page=("search/index.html", page),
        partial=("search/_found.html", page), csv=lambda: (shapes.COLUMNS, shapes.rows(items)), filename="search.csv",
    )  # fmt: skip


def _found(tx: Any, sought: Words, now_ms: int) -> list[dict[str, Any]]:
    said = store.shop().formatter
    entries = [*_values(tx), *_regions(tx, now_ms), *shapes.known_by_name()]
    items = [
        *map(shapes.product, dao.find_products(tx, sought)),
        *(shapes.order(row, said) for row in dao.find_orders(tx, sought)),
        *map(shapes.customer, dao.find_customers(tx, sought)),
        *map(shapes.file, dao.find_imports(tx, sought)),
    ]
    for kind in shapes.KINDS:
        items += map(shapes.named, rules.best((one for one in entries if one.kind == kind), sought))
    return items


def _values(tx: Any) -> list[Entry]:
    """Channels, places, categories, brands and vendors; each leads to its figures of today."""
    return [
        Entry(kind, title, "its figures", f"/?{name}={value}")
        for kind, name in _NAMED
        for value, title in labels.choices(tx, name)
    ]


def _regions(tx: Any, now_ms: int) -> list[Entry]:
    said = store.shop().formatter
    return [
        Entry("region", said.region(code), code, f"/analytics/regions?region={quote(code)}", code)
        for code in dao.find_regions(tx, tx.zone.day_of(now_ms) - DAYS)
    ]
