"""The catalogue over HTTP: the same addresses for people and programs."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import FieldError, NotFound
from webapp.products import actions, dao, routes_figures, routes_names, shapes
from webapp.products import routes_list as listing
from webapp.shop import dao as shop
from webapp.stock import dao as stock
from webapp.web import batches, forms, paging, respond, validate
from webapp.web import body as bodies
from webapp.web.fields import named
from webapp.web.openapi import LIST, PAGING, READ, api

blueprint = Blueprint("products", __name__)
blueprint.register_blueprint(routes_names.blueprint)
AT = "/products/<path:reference>"
NEWEST_MOVES = 20
SLICE = 500


# ---- Lists ----


@blueprint.get("/products")
@api("GET", "/products", summary="List products by name", response=shapes.Products, faces=LIST, query=listing.QUERY,
     errors=[422])  # fmt: skip
def index() -> Response:
    """Products under the filters, a page at a time, CSV and XLSX whole; archived ones are left out unless asked for."""
    face = respond.wanted(*LIST)
    with reading.reading() as tx:
        asked, wanted = listing.ask(tx)
        rows = dao.find_list(tx, wanted.matching, wanted.sort, _place(asked.after), asked.limit + 1)
        shown, following = asked.cut(rows, wanted.place)
        items = _shaped(tx, shown)
        context = _list_page(tx, wanted) if face == "html" else {}
    answer = {"items": items, "next": following}
    page = {**answer, **context, "args": asked.args, "sort": wanted.sort}
    return respond.respond(
        answer,
        page=("products/index.html", page),
        csv=lambda: (shapes.COLUMNS, _export(wanted)),
        filename="products.csv",
        next=following,
    )


def _place(after: list[Any] | None) -> tuple[Any, int] | None:
    return (after[0], int(after[1])) if after else None


def _shaped(tx: Any, rows: Any) -> list[dict[str, Any]]:
    tags = dao.find_tags(tx, [row["id"] for row in rows])
    return [shapes.product_json(row, tags.get(row["id"], ()), tx.currency) for row in rows]


def _list_page(tx: Any, wanted: listing.Wanted) -> dict[str, Any]:
    count = dao.count_matching(tx, wanted.matching)
    choices = {kind: shapes.names_of(dao.find_names(tx, kind)) for kind in ("category", "brand", "vendor")}
    return {"count": count, "choices": choices}


def _export(wanted: listing.Wanted) -> Iterator[list[Any]]:
    def find(place: list[Any] | None) -> tuple[list[Any], list[Any] | None]:
        return reading.heavy_here(_slice, wanted, _place(place))

    return (shapes.csv_row(item) for item in paging.every(find))


def _slice(tx: Any, wanted: listing.Wanted, place: Any) -> tuple[list[Any], list[Any] | None]:
    rows = dao.find_list(tx, wanted.matching, wanted.sort, place, SLICE)
    return _shaped(tx, rows), wanted.place(rows[-1]) if len(rows) == SLICE else None


# ---- New ones ----


@blueprint.get("/products/new")
def new() -> Response:
    """The form for a new product."""
    return respond.respond(page=lambda: ("products/new.html", _form_page()))


def _form_page() -> dict[str, Any]:
    with reading.reading() as tx:
        kinds = ("category", "brand", "vendor", "price_tier")
        return {"choices": {kind: shapes.names_of(dao.find_names(tx, kind)) for kind in kinds}}


@blueprint.post("/products")
@api("POST", "/products", summary="Add a product", request=shapes.NewProduct, response=shapes.Product, status=201,
     form=True, errors=[409, 422])  # fmt: skip
def create() -> Response:
    """The product is on disk when this answers 201."""
    forms.on_failure("products/new.html", _form_page)
    body = bodies.read()
    item = body.model(shapes.NewProduct, currency=store.shop().currency, now_ms=clock.now_ms())
    key = body.key(item)
    done = writer.do(actions.create_products, item, key)
    return respond.made(done, location=f"/products/{done['id']}", key=key)


@blueprint.post("/products/batch")
@api("POST", "/products/batch", summary="Add many products", request=shapes.PRODUCT_BATCH, response=shapes.Batch,
     query=["atomic"], errors=[400, 409, 413, 415, 422])  # fmt: skip
def create_batch() -> Response:
    """One entry for each product, in order; with `atomic=1` all of them or none."""
    return batches.run(actions.add_products, _checked)


def _checked(value: Any) -> shapes.NewProduct:
    return validate.validate(shapes.NewProduct, value, currency=store.shop().currency, now_ms=clock.now_ms())


# ---- One ----


@blueprint.get(AT)
@api("GET", AT, summary="One product, by id or SKU", response=shapes.Product, faces=READ, errors=[404])
def show(reference: str) -> Response:
    """The product as it is today; the page shows its stock, moves and prices, too."""
    product = _product(reference)
    return respond.respond(
        product, page=lambda: ("products/show.html", {**_show_page(product), **routes_figures.placed(product["id"])})
    )


def _product(reference: str) -> dict[str, Any]:
    with reading.reading() as tx:
        row = dao.find_product(tx, named(reference))
        if row is None:
            raise NotFound(f"There is no product {reference}.")
        return _shaped(tx, [row])[0]


def _show_page(product: dict[str, Any]) -> dict[str, Any]:
    with reading.reading() as tx:
        moves = stock.find_moves(tx, product["id"], limit=NEWEST_MOVES + 1)
        return {
            "product": product,
            "levels": stock.find_levels_of(tx, product["id"]),
            "moves": [shapes.move_json(row) for row in moves[:NEWEST_MOVES]],
            "more_moves": len(moves) > NEWEST_MOVES,
            "prices": [shapes.price_json(row, tx.currency) for row in dao.find_price_history(tx, product["id"])],
            "locations": [(row["code"], row["name"]) for row in shop.find_locations(tx)],
        }


@blueprint.get(f"{AT}/edit")
def edit(reference: str) -> Response:
    """The form that changes a product."""
    product = _product(reference)
    return respond.respond(page=lambda: ("products/edit.html", {**_form_page(), "product": product}))


@blueprint.patch(AT)
@api("PATCH", AT, summary="Change a product", request=shapes.ChangedProduct, response=shapes.Product, form=True,
     errors=[404, 412, 422])  # fmt: skip
def change(reference: str) -> Response:
    """The product is as asked for; what is left out stays. `If-Match` is honoured."""
    product = _product(reference)
    forms.on_failure("products/edit.html", lambda: {**_form_page(), "product": product})
    respond.require_match(product)
    body = bodies.read()
    seen = str(body.data.pop("seen", "")) if body.form is not None else ""
    to = body.model(shapes.ChangedProduct, currency=store.shop().currency, now_ms=clock.now_ms())
    if_seq = product["seq"] if "If-Match" in request.headers else int(seen) if seen.isdecimal() else None
    done = writer.do(actions.change_products, actions.Change(product["id"], to, if_seq))
    return respond.made(done, status=200, see=f"/products/{product['id']}")


@blueprint.delete(AT)
@api("DELETE", AT, summary="Archive a product", status=204, errors=[404])
def archive(reference: str) -> Response:
    """The product can no longer be ordered; past figures stay."""
    writer.do(actions.archive_products, named(reference))
    return respond.nothing(see="/products")


# ---- Prices and stock ----


@blueprint.get(f"{AT}/prices")
@api("GET", f"{AT}/prices", summary="The prices of a product, newest first", response=shapes.Prices, query=PAGING,
     faces=LIST, errors=[404])  # fmt: skip
def index_prices(reference: str) -> Response:
    """Every price with its validity; CSV and XLSX have all of them."""
    asked, product = paging.ask(), _product(reference)
    with reading.reading() as tx:
        rows = dao.find_price_history(tx, product["id"], _before(asked.after), asked.limit + 1)
        shown, following = asked.cut(rows, lambda row: [row["id"]])
        items = [shapes.price_json(row, tx.currency) for row in shown]
    return respond.respond(
        {"items": items, "next": following},
        page=lambda: ("products/prices.html", {"product": product, "prices": items, "next": following}),
        csv=lambda: (shapes.PRICE_COLUMNS, _every_price(product["id"])), filename=f"prices-{product['id']}.csv",
        next=following,
    )  # fmt: skip


def _every_price(product_id: int) -> Iterator[list[Any]]:
    def find(before: int | None) -> tuple[list[Any], int | None]:
        with reading.reading() as tx:
            rows = dao.find_price_history(tx, product_id, before, SLICE)
            return [shapes.price_json(row, tx.currency) for row in rows], _last_id(rows)

    return ([price[name] for name in shapes.PRICE_COLUMNS] for price in paging.every(find))


def _last_id(rows: list[Any]) -> int | None:
    return rows[-1]["id"] if len(rows) == SLICE else None


def _before(after: list[Any] | None) -> int | None:
    return int(after[0]) if after else None


@blueprint.get(f"{AT}/stock")
@api("GET", f"{AT}/stock", summary="The moves of a product's stock, newest first", response=shapes.Moves, query=PAGING,
     faces=LIST, errors=[404])  # fmt: skip
def index_stock(reference: str) -> Response:
    """Every change of the stock with its reason; CSV and XLSX have all of them."""
    asked, product = paging.ask(), _product(reference)
    with reading.reading() as tx:
        rows = stock.find_moves(tx, product["id"], _before(asked.after), asked.limit + 1)
        shown, following = asked.cut(rows, lambda row: [row["id"]])
        answer = {"items": [shapes.move_json(row) for row in shown], "next": following}
    return respond.respond(
        answer, page=lambda: ("products/stock.html", {**_show_page(product), **answer}),
        csv=lambda: (shapes.MOVE_COLUMNS, _every_move(product["id"])), filename=f"stock-{product['id']}.csv",
        next=following,
    )  # fmt: skip


def _every_move(product_id: int) -> Iterator[list[Any]]:
    def find(before: int | None) -> tuple[list[Any], int | None]:
        with reading.reading() as tx:
            rows = stock.find_moves(tx, product_id, before, SLICE)
        return [shapes.move_json(row) for row in rows], _last_id(rows)

    return ([move[name] for name in shapes.MOVE_COLUMNS] for move in paging.every(find))


@blueprint.post(f"{AT}/stock")
@api("POST", f"{AT}/stock", summary="Enter a delivery, a count, waste or a transfer", request=shapes.StockEntry,
     response=shapes.Move, status=201, form=True, errors=[404, 409, 422])  # fmt: skip
def create_stock(reference: str) -> Response:
    """The stock has moved; from now on it is counted."""
    product = _product(reference)
    forms.on_failure("products/stock.html", lambda: {**_show_page(product), "items": [], "next": None})
    body = bodies.read()
    with validate.naming(lambda: _unknown_place(body)):
        entry = body.model(shapes.StockEntry, currency=store.shop().currency, now_ms=clock.now_ms())
    key = body.key(entry)
    done = writer.do(actions.enter_stock, actions.Entered(product["id"], entry), key)
    return respond.made(done, location=f"/products/{product['id']}/stock", see=f"/products/{product['id']}", key=key)


def _unknown_place(body: bodies.Body) -> list[FieldError]:
    said = body.data.get("location") if isinstance(body.data, dict) else None
    place = named(said) if body.form is not None and isinstance(said, str) else said
    if type(place) not in (int, str) or not place:
        return []
    with reading.reading() as tx:
        known = place in shop.locations(tx)
    return [] if known else [FieldError("/location", "unknown", f"There is no location {place}.")]
