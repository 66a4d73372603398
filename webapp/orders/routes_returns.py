"""Returns over HTTP: with and without a known sale, the same addresses for people and programs."""

from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import NotFound
from webapp.metrics import ask as metrics
from webapp.orders import actions, dao
from webapp.orders import routes_export as exporting
from webapp.orders import routes_list as listing
from webapp.orders import routes_named as naming
from webapp.orders.islands import Known
from webapp.orders.routes_list import Wanted
from webapp.orders.shapes import incoming, outgoing
from webapp.web import body as bodies
from webapp.web import respond, validate
from webapp.web.openapi import FILTERS, LIST, PAGING, PERIODS, READ, api
from webapp.web.respond import made

blueprint = Blueprint("returns", __name__)


@blueprint.post("/returns")
@api(
    "POST", "/returns", summary="Take goods back whose sale is not known", request=incoming.BookedReturnIn,
    response=outgoing.BookedReturnOut, status=201, errors=[409, 422, 503], tag="orders",
)  # fmt: skip
def create() -> Response:
    """The return, on its own day and without an order."""
    shop, now_ms = store.shop(), clock.now_ms()
    body = bodies.read()
    with validate.naming(lambda: naming.unknown(body.data, body.form is not None, selling=False)):
        model = body.model(incoming.BookedReturnIn, currency=shop.currency, now_ms=now_ms, zone=shop.zone)
    key = body.key(model)
    done = writer.do(actions.book_returns, incoming.booked_draft(model), key)
    with reading.reading() as tx:
        return made(_one(tx, done["id"]), location=f"/returns/{done['id']}", key=key)


def _one(tx: Any, return_id: int) -> dict[str, Any]:
    found = _shown(tx, [return_id])
    if not found:
        raise NotFound(f"There is no return {return_id}.")
    return found[0]


def _shown(tx: Any, ids: list[int]) -> list[dict[str, Any]]:
    """These returns as JSON shows them; one that is not there is left out."""
    entries, lines = (dao.find_returns(tx, ids), dao.find_return_lines(tx, ids)) if ids else ({}, {})
    return [outgoing.return_json(entries[one], lines[one], tx.currency) for one in ids if one in entries]


@blueprint.get("/returns")
@api(
    "GET", "/returns", summary="List returns", response=outgoing.ReturnsOut, query=[*FILTERS, *PERIODS, *PAGING, "sort"],
    faces=LIST, errors=[422], tag="orders",
)  # fmt: skip
def index() -> Response:
    """Returns with and without a known sale under the filters, newest first if not sorted else; as rows of the export, all of them."""
    face = respond.wanted(*LIST)
    with reading.reading() as tx:
        asked, wanted = listing.ask(tx, clock.now_ms(), store.shop().zone, listing.RETURN_SORTS)
    if face in respond.SHEETS:
        return respond.respond(
            csv=(outgoing.EXPORT_COLUMNS, exporting.returns(wanted, wanted.sort)), filename="returns.csv"
        )

    def find(tx: Any) -> tuple[list[Any], list[Any], dict[str, Any]]:
        rows = dao.find_return_page(tx, wanted.sort, asked.limit + 1, wanted.after(asked.after), wanted.condition)
        ids = [row["id"] for row in rows[: asked.limit]]
        around = {} if face != "html" else {**listing.page(tx, wanted, asked.args), **_sums(tx, wanted, ids)}
        return rows, _shown(tx, ids), around

    # Where products are meant, their sum may have to be counted from lines.
    rows, items, context = (reading.heavy if face == "html" and wanted.filters.of_products else reading.here)(find)
    following = asked.cut(rows, lambda row: [row[wanted.value], row["id"]])[1]
    answer = {"items": items, "next": following}
    return respond.respond(
        answer, page=lambda: ("orders/returns.html", {**context, **answer}), csv=((), ()), next=following
    )  # fmt: skip


def _sums(tx: Any, wanted: Wanted, ids: list[int]) -> dict[str, Any]:
    """What the whole list adds up to, and what of each shown return counts where products are meant; in minor units."""
    found = metrics.headline(tx, wanted.filters, wanted.period)
    parts = dao.sum_matching_returns(tx, ids, wanted.condition) if wanted.filters.of_products and ids else {}
    return {"added": {name: found.value(name) for name in ("returns", "units_returned")}, "parts": parts}


@blueprint.get("/returns/<int:return_id>")
@api(
    "GET", "/returns/<int:return_id>", summary="One return", response=outgoing.BookedReturnOut, faces=READ, errors=[404],
    tag="orders",
)  # fmt: skip
def show(return_id: int) -> Response:
    """The return; of a known sale, its order has more."""
    with reading.reading() as tx:
        one = _one(tx, return_id)
        return respond.respond(one, page=lambda: ("orders/return.html", _around(tx, one)))


def _around(tx: Any, one: dict[str, Any]) -> dict[str, Any]:
    order_id = one["order_id"]
    order = Known(tx, [order_id]).order(order_id) if order_id is not None else None
    return {"entry": one, "order": order, "choices": listing.choices(tx)}
