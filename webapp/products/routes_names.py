"""Categories, brands and vendors over HTTP."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store, writer
from webapp.products import actions, dao, rules, shapes
from webapp.web import body as bodies
from webapp.web import forms, respond
from webapp.web.fields import Input
from webapp.web.openapi import LIST, PAGING, api
from webapp.web.paging import ask

blueprint = Blueprint("names", __name__)


@blueprint.get("/categories")
@api("GET", "/categories", summary="List categories by path", response=shapes.Categories, faces=LIST, query=PAGING)
def index_categories() -> Response:
    """Every category with its path; the page adds one, too."""
    return _list("category")


@blueprint.get("/brands")
@api("GET", "/brands", summary="List brands by name", response=shapes.Names, faces=LIST, query=PAGING)
def index_brands() -> Response:
    """Every brand; the page adds one, too."""
    return _list("brand")


@blueprint.get("/vendors")
@api("GET", "/vendors", summary="List vendors by name", response=shapes.Names, faces=LIST, query=PAGING)
def index_vendors() -> Response:
    """Every vendor; the page adds one, too."""
    return _list("vendor")


def _list(kind: str) -> Response:
    asked = ask()
    order, columns = ("path", ("id", "parent_id", "name", "path")) if kind == "category" else ("name", ("id", "name"))
    with reading.reading() as tx:
        rows = dao.find_names(tx, kind)
    after = asked.after[0] if asked.after else ""
    shown, following = asked.cut(
        [row for row in rows if row[order] > after][: asked.limit + 1], lambda row: [row[order]]
    )
    answer = {"items": [shapes.name_json(row) for row in shown], "next": following}
    return respond.respond(
        answer,
        page=lambda: ("products/names.html", _page(kind, answer)),
        csv=lambda: (columns, ([row[name] for name in columns] for row in rows)),
        filename=f"{rules.plural(kind)}.csv",
        next=following,
    )


@blueprint.post("/categories")
@api("POST", "/categories", summary="Add a category", request=shapes.NewCategory, response=shapes.Category, status=201,
     form=True, errors=[409, 422])  # fmt: skip
def create_category() -> Response:
    """The category and those above it exist."""
    return _create("category", actions.create_categories, shapes.NewCategory)


@blueprint.post("/brands")
@api("POST", "/brands", summary="Add a brand", request=shapes.NewName, response=shapes.Named, status=201, form=True,
     errors=[409, 422])  # fmt: skip
def create_brand() -> Response:
    """The brand exists."""
    return _create("brand", actions.create_brands, shapes.NewName)


@blueprint.post("/vendors")
@api("POST", "/vendors", summary="Add a vendor", request=shapes.NewName, response=shapes.Named, status=201, form=True,
     errors=[409, 422])  # fmt: skip
def create_vendor() -> Response:
    """The vendor exists."""
    return _create("vendor", actions.create_vendors, shapes.NewName)


def _create(kind: str, action: Callable[[Any, list[Any]], list[Any]], shape: type[Input]) -> Response:
    forms.on_failure("products/names.html", lambda: _all(kind))
    body = bodies.read()
    item = body.model(shape, currency=store.shop().currency, now_ms=clock.now_ms())
    key = body.key(item)
    return respond.made(writer.do(action, item, key), location=f"/{rules.plural(kind)}", key=key)


def _all(kind: str) -> dict[str, Any]:
    with reading.reading() as tx:
        return _page(kind, {"items": [shapes.name_json(row) for row in dao.find_names(tx, kind)], "next": None})


def _page(kind: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "kinds": rules.plural(kind), **answer}
