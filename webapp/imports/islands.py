"""Live pieces of imports: the list, one import's progress, its rejected rows, and the rows behind an order."""

from collections.abc import Mapping
from typing import Any

from webapp.errors import NotFound, invalid_parameter
from webapp.imports import dao, shapes
from webapp.live.islands import island

SHOWN = 50
FIRST_ERRORS = 100


@island("/imports/list", topics=["jobs"], pace=1.0, template="imports/_list.html")
def show_list(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The newest imports and how far they are."""
    return {"imports": [shapes.import_json(row, []) for row in dao.find_page(tx, None, SHOWN)]}


@island("/imports/<id>/progress", topics=["jobs"], pace=0.25, template="imports/_progress.html")
def show_progress(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """How far an import is, and what it has come to."""
    row = _import(tx, parameters)
    began, ended = row["started_ms"], row["ended_ms"] or now_ms
    seconds = (ended - began) / 1000 if began is not None else None
    left = None
    if row["state"] == "running" and row["total_rows"] and row["read_rows"] and seconds:
        left = round((row["total_rows"] - row["read_rows"]) * seconds / row["read_rows"])
    return {"load": shapes.import_json(row, []), "left_s": left}


@island("/imports/<id>/rejected", topics=["jobs"], pace=1.0, template="imports/_rejected.html")
def show_rejected(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The first rows that were not imported, with their reasons."""
    row = _import(tx, parameters)
    errors = dao.find_errors(tx, row["id"], FIRST_ERRORS)
    return {"load": shapes.import_json(row, errors)}


@island("/imports/source", topics=["jobs"], pace=60.0, template="imports/_source.html")
def show_source(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The rows of files from which an order (`order=17`) or a return (`return=3`) was made."""
    order_id, return_id = _number(parameters, "order"), _number(parameters, "return")
    if (order_id is None) == (return_id is None):
        raise invalid_parameter("order", "missing", "Name an order or a return.")
    return {"sources": [shapes.source_rows(row) for row in dao.find_sources(tx, order_id, return_id)]}


def _import(tx: Any, parameters: Mapping[str, str]) -> Any:
    import_id = _number(parameters, "id")
    row = dao.find_import(tx, import_id) if import_id is not None else None
    if row is None:
        raise NotFound(f"There is no import {parameters['id']}.")
    return row


def _number(parameters: Mapping[str, str], name: str) -> int | None:
    text = parameters.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
