"""Sales over HTTP, and what comes back of one: the same addresses for people and programs."""

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import Invalid, NotFound, Problem
from webapp.orders import actions, dao
from webapp.orders import routes_export as exporting
from webapp.orders import routes_list as listing
from webapp.orders import routes_named as naming
from webapp.orders import routes_sums as summing
from webapp.orders.actions_ready import Ready
from webapp.orders.islands import Known
from webapp.orders.shapes import Draft, incoming, outgoing, plain
from webapp.web import batches, forms, jsonio, respond, validate
from webapp.web import body as bodies
from webapp.web.openapi import FILTERS, LIST, PAGING, PERIODS, READ, Query, api
from webapp.web.respond import made

blueprint = Blueprint("orders", __name__)
BATCH = {
    "application/x-ndjson": {"type": "string"},
    "application/json": {
        "type": "array", "items": {"description": "An order; one that is wrong is refused alone"},
        "examples": [[{"product_id": "TEA-ICED-330", "quantity": 1}]],
    },
}  # fmt: skip
PLAIN = jsonio.Plain(plain.PlainOrder)
QUERY: list[Query | str] = [*FILTERS, *PERIODS, *PAGING, "status", "min_total", "max_total", "q", "sort"]


@blueprint.post("/orders")
@api(
    "POST", "/orders", summary="Place an order", request=incoming.AnyOrderIn, form=True, response=outgoing.OrderOut,
    status=201, errors=[409, 422, 503], tag="orders",
)  # fmt: skip
def create() -> Response:
    """The order is on disk when this answers 201."""
    shop, now_ms = store.shop(), clock.now_ms()
    forms.on_failure("orders/new.html", _form_page)
    body = bodies.read()
    with validate.naming(lambda: naming.unknown(body.data, body.form is not None)):
        model = body.model(incoming.order_model(body.data), currency=shop.currency, now_ms=now_ms, zone=shop.zone)
    key = body.key(model)
    done = writer.do(actions.place_orders, incoming.order_draft(model, now_ms, shop.zone), key)
    return made(_just_placed(done), location=f"/orders/{done['id']}", key=key)


def _form_page() -> dict[str, Any]:
    with reading.reading() as tx:
        return {"choices": listing.choices(tx)}


@blueprint.get("/orders/new")
def new() -> Response:
    """The form for a sale that was written down elsewhere."""
    return respond.respond(page=lambda: ("orders/new.html", _form_page()))


def _just_placed(done: dict[str, int]) -> dict[str, Any]:
    """The order as a read would show it; what was just written is not read again, an answer that was kept is."""
    if not isinstance(done, actions.Placed):
        return _shown(done["id"], done["seq"])
    order, lines = done.rows()
    return outgoing.order_json(order, lines, (), {}, store.shop().currency)


def _shown(order_id: int, seq: int | None = None) -> dict[str, Any]:
    with reading.reading(at_least=seq) as tx:
        known = Known(tx, [order_id])
        if order_id not in known.orders:
            raise NotFound(f"There is no order {order_id}.")
        return known.order(order_id, seq)


@blueprint.post("/orders/batch")
@api(
    "POST",
    "/orders/batch",
    summary="Place many orders",
    request=BATCH,
    query=["atomic"],
    errors=[409, 413, 422, 503],
    tag="orders",
)
def create_batch() -> Response:
    """One entry for each order, in order; with `atomic=1` all of them or none."""
    shop, now_ms = store.shop(), clock.now_ms()
    fitting = plain.Fitting(shop.currency, now_ms, shop.zone)
    return batches.run(actions.place_orders, _drafting(now_ms), _prepare, batches.Quick(PLAIN, fitting.fit))


def _prepare(drafts: list[Draft]) -> writer.Action | None:
    """What is looked up and reckoned for a batch before its turn to write; others are answered in between."""
    if store.on_server() or not Ready.pays(drafts):
        return None
    try:
        with reading.reading() as tx:
            ready = Ready(tx, drafts, clock.now_ms())
    except (sqlite3.Error, OSError, Problem):  # whoever writes will say what is wrong with the database
        return None
    for some in bodies.by_turns(drafts):
        ready.resolve(some)
    return ready.place if ready.lay_out() else None


def _drafting(now_ms: int) -> Callable[[Any], Draft]:
    """What makes a draft of each item of a batch; they have one present."""
    shop = store.shop()

    def draft(item: Any) -> Draft:
        kind = incoming.order_model(item)
        try:
            model = validate.validate(kind, item, currency=shop.currency, now_ms=now_ms, zone=shop.zone)
        except Invalid as problem:
            raise validate.with_more(problem, naming.unknown(item)) from None
        return incoming.order_draft(model, now_ms, shop.zone)

    return draft


@blueprint.get("/orders")
@api(
    "GET",
    "/orders",
    summary="List orders",
    response=outgoing.OrdersOut,
    query=QUERY,
    faces=LIST,
    errors=[422],
    tag="orders",
)
def index() -> Response:
    """Orders under the filters, newest first, a page at a time; CSV and XLSX are the whole list with its returns."""
    face = respond.wanted(*LIST)
    with reading.reading() as tx:
        asked, wanted = listing.ask(tx, clock.now_ms(), store.shop().zone)
    if face in respond.SHEETS:
        return respond.respond(csv=(outgoing.EXPORT_COLUMNS, exporting.rows(wanted)), filename="orders.csv")

    def find(tx: Any) -> tuple[list[Any], list[Any], dict[str, Any]]:
        rows = dao.find_page(tx, wanted.sort, asked.limit + 1, wanted.after(asked.after), wanted.condition)
        ids = [row["id"] for row in rows[: asked.limit]]
        known = Known(tx, ids)
        around = {} if face != "html" else {**listing.page(tx, wanted, asked.args), **summing.sums(tx, wanted, ids)}
        return rows, [known.order(order_id) for order_id in ids], around

    # Where products are meant, their sums may have to be counted from lines.
    rows, items, context = (reading.heavy if wanted.filters.of_products else reading.here)(find)
    following = asked.cut(rows, lambda row: [row[wanted.value], row["id"]])[1]
    answer = {"items": items, "next": following}
    return respond.respond(
        answer, page=lambda: ("orders/index.html", {**context, **answer}), csv=((), ()), next=following
    )  # fmt: skip


@blueprint.get("/orders/<int:order_id>")
@api(
    "GET",
    "/orders/<int:order_id>",
    summary="One order",
    response=outgoing.OrderOut,
    faces=READ,
    errors=[404],
    tag="orders",
)
def show(order_id: int) -> Response:
    """The order with its returns; the page shows the rows of the file that it was made from, too."""
    if respond.wanted("json", "html") == "html":
        return respond.respond(b"", page=("orders/show.html", _page(order_id)))
    return respond.respond(_shown(order_id), page=("orders/show.html", {}))


def _page(order_id: int) -> dict[str, Any]:
    order = _shown(order_id)
    with reading.reading() as tx:
        sources = dao.find_source_rows(tx, order_id)
        choices = listing.choices(tx)
    return {"order": order, "source_rows": sources, "currency": order["currency"], "choices": choices}


@blueprint.get("/orders/<int:order_id>/receipt")
def receipt(order_id: int) -> Response:
    """The printable receipt."""
    order = _shown(order_id)
    with reading.reading() as tx:
        choices = listing.choices(tx)
    return respond.respond(page=("orders/receipt.html", {"order": order, "choices": choices}))


@blueprint.post("/orders/<int:order_id>/returns")
@api(
    "POST", "/orders/<int:order_id>/returns", summary="Take goods of an order back", request=incoming.ReturnIn,
    form=True, response=outgoing.OrderOut, status=201, errors=[404, 409, 422, 503], tag="orders",
)  # fmt: skip
def create_return(order_id: int) -> Response:
    """The order with its new return, which counts on its own day."""
    shop, now_ms = store.shop(), clock.now_ms()
    forms.on_failure("orders/show.html", lambda: _page(order_id))
    body = bodies.read()
    if body.form is not None:
        body.form.keep_rows("lines", lambda line: line.get("quantity", "0") != "0")
    with validate.naming(lambda: naming.unknown_lines(body.data, order_id, body.form is not None)):
        model = body.model(incoming.ReturnIn, currency=shop.currency, now_ms=now_ms, zone=shop.zone)
    key = body.key(model)
    done = writer.do(actions.return_goods, incoming.return_draft(order_id, model), key)
    return made(_shown(order_id, done["seq"]), location=f"/orders/{order_id}", key=key)
