"""Explore over HTTP: questions to the metrics layer for people and programs, saved views, and what each figure means."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from webapp import clock
from webapp.analytics import actions, dao, shapes, shapes_about, shapes_asked, shapes_explore, shapes_form, shapes_page
from webapp.analytics import shapes_views as saved
from webapp.analytics.routes import keep, moment, query_key
from webapp.analytics.shapes_page import Explored
from webapp.db import reading, store, writer
from webapp.errors import Invalid, NotFound, Problem
from webapp.live import islands
from webapp.metrics import ask as metrics
from webapp.metrics import dao as values
from webapp.metrics.definitions import DIMENSIONS
from webapp.web import answers, forms, jsonio, respond
from webapp.web import body as bodies
from webapp.web.answers import Finished
from webapp.web.openapi import COMPARE, FILTERS, LIST, PERIODS, READ, Query, api

blueprint = Blueprint("explore", __name__)
FACES = tuple(face for face in LIST if face != "html")
QUERY = [
    Query("metric", "A figure; the first one sorts", many=True),
    Query("by", "A dimension, up to three", many=True),
    Query("grain", "", {"type": "string", "enum": ["hour", "day", "week", "month", "quarter", "year"]}),
    Query("sort", "time, -time (the newest first), or a metric (descending)"),
    Query("limit", "", {"type": "integer", "minimum": 1, "maximum": shapes_asked.MOST_ROWS, "default": 100}),
]


@blueprint.get("/explore")
@api(
    "GET", "/explore", summary="Ask the metrics layer", response=shapes_explore.ExploreOut, tag="figures",
    query=[*QUERY, *FILTERS, *PERIODS, *COMPARE], faces=LIST, errors=[422],
)  # fmt: skip
def explore() -> Response:
    """Metrics by dimensions at a grain; rows and rest sum to the totals where a metric is additive."""
    face, state = respond.wanted(*LIST), moment()
    now_ms = state[1]
    if face == "json":
        return respond.respond(lambda: keep(("explore", query_key()), state, lambda: _finished_answer(now_ms)))
    if face == "html":
        return _page_or_problems(now_ms)
    columns, data = _explored(None, now_ms)
    rows = shapes_explore.explore_rows(data, columns)
    return respond.respond(
        csv=(columns, rows), xlsx=(columns, rows, shapes_explore.about_sheet(data)), filename="explore.csv"
    )  # fmt: skip


def _finished_answer(now_ms: int) -> Finished:
    return Finished(jsonio.to_bytes(_explored(shapes_asked.ROWS, now_ms)[1]), answers.JSON)


def _explored(limit: int | None, now_ms: int) -> tuple[list[str], dict[str, Any]]:
    args = request.args

    def find(tx: Any) -> tuple[list[str], dict[str, Any]]:
        asked = shapes_asked.question(tx, args, now_ms, limit)
        answer = metrics.answer(tx, asked, now_ms)
        said = shapes.frame(now_ms, reading.seq(tx), tx.currency, asked.period, asked.compare)
        return shapes_explore.explore_columns(answer), shapes_explore.explored(said, answer, _names(tx, answer))

    return reading.heavy(find)


def _names(tx: Any, answer: metrics.Answer) -> dict[str, dict[Any, Any]]:
    """How the values of the asked dimensions are shown."""
    found: dict[str, dict[Any, Any]] = {}
    for place, name in enumerate(answer.question.by):
        if name == "product":
            found[name] = dict(values.find_products(tx, {row.keys[place] for row in answer.rows}))
        elif name not in ("region", "weekday", "hour"):
            found[name] = dict(values.find_value_names(tx, DIMENSIONS[name]))
    return found


# ---- The page ----


def _page_or_problems(now_ms: int) -> Response:
    try:
        context = _page(request.args, now_ms)
    except Invalid as refusal:
        context = {**_page_without_answer(request.args, now_ms), "errors": refusal.errors}
        return respond.respond(page=("analytics/explore.html", context), status=422)
    return respond.respond(page=("analytics/explore.html", context))


def _page(args: Any, now_ms: int) -> dict[str, Any]:
    """What the page needs: its answer at one position of the ledger, the form, the views."""
    said = store.shop().formatter

    def find(tx: Any) -> dict[str, Any]:
        asked = shapes_page.explored(tx, args, now_ms, said)
        html = islands.render(asked.address("/analytics/answer"), tx, now_ms)
        return {"answer": html, **_form(tx, asked.pairs, asked), "file": asked.address("/explore", without=["limit"])}

    return reading.heavy(find)


def _form(tx: Any, pairs: shapes_page.Pairs, asked: Explored | None) -> dict[str, Any]:
    offered = shapes_form.choices(tx, store.shop().formatter)
    kept = shapes_form.more_filters(asked.question.filters, offered) if asked else []
    query = asked.address("").lstrip("?") if asked else ""
    views = [saved.view_json(row) for row in dao.find_views(tx)]
    return {
        "choices": offered, "asked": shapes_form.typed(pairs), "kept": kept, "kept_names": {name for name, _ in kept},
        "views": [{**view, "current": bool(query) and view["query"] == query} for view in views],
        "view_query": query,
    }  # fmt: skip


def _page_without_answer(args: Any, now_ms: int) -> dict[str, Any]:
    pairs = [pair for pair in shapes_page.pairs_of(args) if pair[0] in shapes_page.NAMES]
    with reading.reading() as tx:
        return {"answer": None, **_form(tx, tuple(pairs), None)}


# ---- Saved views ----


@blueprint.get("/explore/views")
@api("GET", "/explore/views", summary="List saved views", response=saved.ViewsOut, faces=FACES, tag="figures")
def index_views() -> Response:
    """Every saved view by its name."""
    with reading.reading() as tx:
        items = [saved.view_json(row) for row in dao.find_views(tx)]
    return respond.respond({"items": items}, csv=saved.table(items), filename="views.csv")


@blueprint.post("/explore/views")
@api(
    "POST", "/explore/views", summary="Save a view", request=saved.NewView, form=True, response=saved.ViewOut, status=201,
    errors=[409, 422], tag="figures",
)  # fmt: skip
def create_view() -> Response:
    """The question stands under its name on the page of Explore."""
    now_ms = clock.now_ms()
    sent = {"query": ""}
    forms.on_failure("analytics/explore.html", lambda: _again(sent["query"], now_ms))
    body = bodies.read()
    sent["query"] = str(body.data.get("query") or "") if isinstance(body.data, dict) else ""
    item = body.model(saved.NewView, currency=store.shop().currency, now_ms=now_ms)
    _check(item.query, now_ms)
    key = body.key(item)
    done = writer.do(actions.save_views, item, key)
    return respond.made(done, location=f"/explore/views/{done['id']}", see=done["address"], key=key)


def _again(query: str, now_ms: int) -> dict[str, Any]:
    args = MultiDict(shapes_page.pairs_of(query[: saved.MOST_QUERY]))
    try:
        return _page(args, now_ms)
    except Problem:
        return _page_without_answer(args, now_ms)


def _check(query: str, now_ms: int) -> None:
    """Raise Invalid where the question could not be asked."""
    with reading.reading() as tx:
        shapes_page.explored(tx, MultiDict(shapes_page.pairs_of(query)), now_ms, store.shop().formatter)


@blueprint.get("/explore/views/<int:view_id>")
@api(
    "GET", "/explore/views/<int:view_id>", summary="One saved view", response=saved.ViewOut, errors=[404], tag="figures"
)
def show_view(view_id: int) -> Response:
    """The view; its `address` asks the question."""
    with reading.reading() as tx:
        found = [row for row in dao.find_views(tx) if row["id"] == view_id]
    if not found:
        raise NotFound(f"There is no view {view_id}.")
    return respond.respond(saved.view_json(found[0]))


@blueprint.delete("/explore/views/<int:view_id>")
@api("DELETE", "/explore/views/<int:view_id>", summary="Delete a saved view", status=204, errors=[404], tag="figures")
def delete_view(view_id: int) -> Response:
    """The view is gone; the figures stay."""
    back = request.form.get("back", "") if forms.is_form() else ""
    writer.do(actions.delete_views, view_id)
    return respond.nothing(see="/explore" + (f"?{back}" if back.isprintable() and back else ""))


# ---- About this figure ----


@blueprint.get("/explore/metrics")
@api(
    "GET", "/explore/metrics", summary="Every metric and dimension", response=shapes_explore.DictionaryOut, faces=LIST,
    tag="figures",
)  # fmt: skip
def dictionary() -> Response:
    """The dictionary of figures: one definition each."""
    return respond.respond(
        shapes_explore.dictionary,
        page=lambda: ("analytics/metrics.html", {"entries": shapes_about.entries()}),
        csv=shapes_explore.dictionary_table,
        filename="figures.csv",
    )


@blueprint.get("/explore/metrics/<name>")
@api(
    "GET", "/explore/metrics/<name>", summary="What a figure means, and its value under filters, in a period",
    response=shapes_about.AboutOut, query=[*FILTERS, *PERIODS, *COMPARE], faces=READ, errors=[404, 422], tag="figures",
)  # fmt: skip
def about(name: str) -> Response:
    """Definition, formula, version; what it is made of here; the orders behind it."""
    args, now_ms, page = request.args, clock.now_ms(), respond.wanted("json", "html") == "html"
    if name not in shapes_about.KNOWN:
        raise NotFound(f"There is no figure {name!r}; /explore/metrics lists them.")
    said = store.shop().formatter
    found = reading.heavy(lambda tx: shapes_about.about(tx, name, args, now_ms, said, page, reading.seq(tx)))
    return respond.respond(
        lambda: shapes_about.about_json(found, now_ms), page=lambda: ("analytics/metric.html", {"about": found})
    )  # fmt: skip
