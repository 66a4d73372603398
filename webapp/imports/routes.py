"""Files over HTTP: given, looked at, started, stopped, gone on with; their rejected rows as a list and as a file."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import invalid_parameter
from webapp.imports import actions, dao, shapes, shapes_rejected
from webapp.imports.jobs import files, known, preview
from webapp.imports.rules.understood import understood
from webapp.imports.shapes import Mapping, MappingIn
from webapp.shop import dao as shop
from webapp.web import body as bodies
from webapp.web import forms, jsonio, respond, validate
from webapp.web.openapi import LIST, PAGING, READ, api
from webapp.web.paging import ask, every
from webapp.web.respond import made

blueprint = Blueprint("imports", __name__)
FIRST_ERRORS = 100
SLICE = 500
UPLOAD = {"multipart/form-data": {
    "type": "object", "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}, "mapping": {"type": "string", "description": "JSON"}},
}}  # fmt: skip


# ---- Lists and pages ----


@blueprint.get("/imports")
@api("GET", "/imports", summary="List imports", response=shapes.ImportsOut, query=PAGING, faces=LIST, errors=[422],
     tag="imports")  # fmt: skip
def index() -> Response:
    """Imports, newest first, a page at a time; CSV and XLSX have all of them."""
    asked = ask()
    with reading.reading() as tx:
        rows = dao.find_page(tx, int(asked.after[0]) if asked.after else None, asked.limit + 1)
        shown, following = asked.cut(rows, lambda row: [row["id"]])
        items = [shapes.import_json(row, []) for row in shown]
    answer = {"items": items, "next": following}
    return respond.respond(
        answer, page=("imports/index.html", answer), csv=lambda: (shapes.COLUMNS, _every_import()),
        filename="imports.csv", next=following,
    )  # fmt: skip


def _every_import() -> Iterator[list[Any]]:
    def find(before: int | None) -> tuple[list[Any], int | None]:
        with reading.reading() as tx:
            rows = dao.find_page(tx, before, SLICE)
        return rows, rows[-1]["id"] if len(rows) == SLICE else None

    return (shapes.cells(row) for row in every(find))


@blueprint.get("/imports/new")
def new() -> Response:
    """The page on which a file is dropped."""
    return respond.respond(page=("imports/new.html", {}))


@blueprint.get("/imports/<int:import_id>")
@api("GET", "/imports/<int:import_id>", summary="One import", response=shapes.ImportOut, faces=READ, errors=[404],
     tag="imports")  # fmt: skip
def show(import_id: int) -> Response:
    """How far the import is; the page shows it live."""
    answer = _shown(import_id)
    return respond.respond(answer, page=lambda: ("imports/show.html", _page(answer)))


def _shown(import_id: int) -> dict[str, Any]:
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
        answer = shapes.import_json(row, dao.find_errors(tx, import_id, FIRST_ERRORS))
    if row["state"] == "preview":
        found, mapping = answer["preview"], Mapping.from_text(row["mapping"])
        found["understood"] = understood(
            mapping, found["columns"], found["first_rows"], store.shop().currency, clock.now_ms()
        )
    return answer


def _page(answer: dict[str, Any]) -> dict[str, Any]:
    with reading.reading() as tx:
        channels = [(row["code"], row["name"]) for row in shop.find_channels(tx)]
    labels, columns = dict(shapes.FIELD_WORDS), answer["preview"]["mapping"]["columns"]
    return {
        "load": answer, "channels": channels, "fields": shapes.FIELD_WORDS,
        "meant": {column: (name, labels.get(name, name.replace("_", " "))) for name, column in columns.items()},
        "encodings": shapes.ENCODING_WORDS, "delimiters": shapes.DELIMITER_WORDS, "decimals": shapes.DECIMAL_WORDS,
        "orders_of_dates": shapes.DATE_WORDS,
    }  # fmt: skip


@blueprint.get("/imports/<int:import_id>/errors")
@api("GET", "/imports/<int:import_id>/errors", summary="Rows that were not imported", response=shapes.ErrorsOut,
     query=PAGING, faces=LIST, errors=[404, 422], tag="imports")  # fmt: skip
def index_errors(import_id: int) -> Response:
    """Rejected rows in the order of the file; CSV and XLSX are all of them with their own columns, to be mended and given again."""
    asked = ask()
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
        after = (int(asked.after[0]), str(asked.after[1])) if asked.after else (0, "")
        rows = dao.find_errors(tx, import_id, asked.limit + 1, after)
    shown, following = asked.cut(rows, lambda row: [row["row_number"], row["field"]])
    items = [shapes.error_json(row) for row in shown]
    return respond.respond(
        {"items": items, "next": following}, csv=lambda: (shapes_rejected.columns(row), _every_row(row)),
        filename=f"import-{import_id}-rejected.csv", next=following,
    )  # fmt: skip


def _every_row(of: Any) -> Iterator[list[str]]:
    """Each rejected row once, as a file of them has it."""
    for _, errors in groupby(_every_error(of["id"]), key=lambda error: error["row_number"]):
        yield shapes_rejected.cells(of, list(errors))


def _every_error(import_id: int) -> Iterator[Any]:
    def find(after: tuple[int, str] | None) -> tuple[list[Any], tuple[int, str] | None]:
        with reading.reading() as tx:
            rows = dao.find_errors(tx, import_id, SLICE, after or (0, ""))
        return rows, (rows[-1]["row_number"], rows[-1]["field"]) if len(rows) == SLICE else None

    return every(find)


# ---- A new file ----


@blueprint.post("/imports")
@api("POST", "/imports", summary="Give a file of sales", request=UPLOAD, response=shapes.ImportOut, status=202,
     query=["preview"], errors=[413, 415, 422, 503], tag="imports")  # fmt: skip
def create() -> Response:
    """The file is kept and recognised. It starts at once if it is known or was given a mapping, else it waits for one."""
    forms.on_failure("imports/new.html")
    wait = _flag("preview")
    upload, form = bodies.upload()
    given = _mapping(form.data.get("mapping"))
    path = reading.in_thread(lambda tx: files.save(upload))
    try:
        prepared = reading.in_thread(lambda tx: files.prepare(path, given, _channels(tx)))
        start = not wait and (prepared.found.known or given is not None)
        if start:
            shapes.check(prepared.mapping)
        new_import = _new_import(upload.filename or "file", prepared, start)
        key = bodies.key([prepared.sha256, new_import.mapping, int(wait)], status=202, form=form)
        done = writer.do(actions.create_imports, new_import, key)
    except BaseException:
        files.drop(path)
        raise
    if key is not None and key.replayed:
        files.drop(path)
    return made(_shown(done["id"]), location=f"/imports/{done['id']}", status=202, key=key)


def _flag(name: str) -> bool:
    said = request.args.get(name, "0")
    if said not in ("0", "1", ""):
        raise invalid_parameter(name, "unknown", f"{name} is 1 or 0.")
    return said == "1"


def _channels(tx: Any) -> set[str]:
    return {row["code"] for row in shop.find_channels(tx)}


def _mapping(sent: Any, at: str = "/mapping") -> MappingIn | None:
    """The mapping as JSON text of a multipart form, as the fields of a page's form, or as a JSON value."""
    form = isinstance(sent, dict)
    data = jsonio.loads(sent.encode()) if isinstance(sent, str) else sent
    if data is None:
        return None
    now_ms, current = clock.now_ms(), store.shop()
    checked = validate.validate(
        shapes.StartIn, {"mapping": data}, currency=current.currency, now_ms=now_ms, form=form
    )  # fmt: skip
    return checked.mapping


def _new_import(name: str, prepared: files.Prepared, start: bool) -> actions.NewImport:
    at_once = not start and prepared.size <= preview.COUNTED_AT_ONCE
    found = prepared.found
    text = shapes.preview_text(found.columns, found.rows, found.doubts, found.remembered)
    if at_once:
        text = reading.in_thread(lambda tx: preview.with_totals(text, prepared.path, prepared.mapping))
    return actions.NewImport(
        name[-200:], str(prepared.path), prepared.sha256, prepared.mapping.as_text(), text, start,
        count=prepared.ready and not at_once,
        remember=known.remember(found.columns, prepared.mapping, name[-200:]) if start else None,
    )  # fmt: skip


# ---- What is done with it ----


@blueprint.post("/imports/<int:import_id>/start")
@api("POST", "/imports/<int:import_id>/start", summary="Start an import that waits", request=shapes.StartIn, form=True,
     response=shapes.ImportOut, status=202, query=["preview"], errors=[404, 409, 422], tag="imports")  # fmt: skip
def start(import_id: int) -> Response:
    """The rows are entered by this mapping; with `preview=1` the file is only looked at again."""
    forms.on_failure("imports/show.html", lambda: _page(_shown(import_id)))
    again = _flag("preview")
    body = bodies.read(optional=True)
    given = body.model(shapes.StartIn, currency=store.shop().currency, now_ms=clock.now_ms()).mapping
    with reading.reading() as tx:
        row, channels = actions.find(tx, import_id), _channels(tx)
    key = bodies.key(given.model_dump(exclude_unset=True) if given else None, status=202, form=body.form)
    if row["state"] != "preview":  # its file may be gone: a conflict, or the first answer again
        mapping, text = Mapping.from_text(row["mapping"]), row["preview"]
    else:
        mapping, text = reading.in_thread(lambda tx: files.remap(row, given, channels))
    if again:
        at_once = row["state"] == "preview" and preview.is_small(Path(row["path"]))
        if at_once:
            text = reading.in_thread(lambda tx: preview.with_totals(text, Path(row["path"]), mapping))
        change = actions.NewMapping(import_id, mapping.as_text(), text, count=not (at_once or mapping.missing()))
        writer.do(actions.remap_imports, change, key)
    else:
        shapes.check(mapping)
        columns = json.loads(text or "{}").get("columns", [])
        said = known.remember(columns, mapping, row["file_name"])
        writer.do(actions.start_imports, actions.Start(import_id, mapping.as_text(), said), key)
    return made(_shown(import_id), location=f"/imports/{import_id}", status=202, key=key)


@blueprint.post("/imports/<int:import_id>/cancel")
@api("POST", "/imports/<int:import_id>/cancel", summary="Stop an import", response=shapes.ImportOut, status=202,
     errors=[404, 409], tag="imports")  # fmt: skip
def cancel(import_id: int) -> Response:
    """It stops at its next batch; what was entered stays."""
    return _done(actions.cancel_imports, import_id)


@blueprint.post("/imports/<int:import_id>/resume")
@api("POST", "/imports/<int:import_id>/resume", summary="Go on with an import", response=shapes.ImportOut, status=202,
     errors=[404, 409], tag="imports")  # fmt: skip
def resume(import_id: int) -> Response:
    """It goes on behind the last row that was entered."""
    return _done(actions.resume_imports, import_id)


def _done(verb: Any, import_id: int) -> Response:
    forms.on_failure("imports/show.html", lambda: _page(_shown(import_id)))
    body = bodies.read(optional=True)
    key = bodies.key({}, status=202, form=body.form)
    writer.do(verb, import_id, key)
    return made(_shown(import_id), location=f"/imports/{import_id}", status=202, key=key)
