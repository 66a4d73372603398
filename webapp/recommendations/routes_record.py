"""What came of advice over HTTP: expected against measured, rules against model; and what one advice was made from."""

import json
from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store
from webapp.errors import NotFound
from webapp.recommendations import dao, shapes_record, shapes_words
from webapp.recommendations.islands import read
from webapp.recommendations.rules import stored
from webapp.web import respond
from webapp.web.openapi import LIST, READ, api

SPEND_DAYS = 30
blueprint = Blueprint("record", __name__)


@blueprint.get("/recommendations/record")
@api(
    "GET", "/recommendations/record", summary="Expected against measured", response=shapes_record.RecordOut, faces=LIST,
    tag="recommendations",
)  # fmt: skip
def index() -> Response:
    """Every suggestion that was accepted, with what was expected of it and what came; how often who was right; what a model cost."""
    with reading.reading() as tx:
        rows = dao.find_with_results(tx)
        sales = dao.find_accepted_sales(tx, [row["id"] for row in rows]) if rows else {}
        decisions = dao.count_decisions(tx)
        tomorrow = tx.zone.day_of(clock.now_ms()) + 1
        spend = dao.find_spend(tx, tomorrow - SPEND_DAYS, tomorrow)
        answer = shapes_record.record_json(rows, sales, decisions, spend, tx.currency)
    said = store.shop().formatter
    return respond.respond(
        answer,
        page=lambda: ("recommendations/record.html", shapes_record.record_page(rows, sales, decisions, spend, said)),
        csv=lambda: (shapes_record.RECORD_COLUMNS, shapes_record.record_rows(answer)),
        filename="recommendations.csv",
    )


@blueprint.get("/recommendations/advice/<int:advice_id>")
@api(
    "GET", "/recommendations/advice/<int:advice_id>", summary="What advice was made from",
    response=shapes_record.MadeOut, faces=READ, errors=[404], tag="recommendations",
)  # fmt: skip
def show_advice(advice_id: int) -> Response:
    """What a model was sent, word for word, its answer as it came, the brief, the prompt's version, tokens, cost and time."""
    with reading.reading() as tx:
        row = dao.find_advice(tx, advice_id)
        if row is None:
            raise NotFound(f"There is no advice {advice_id}.")
        brief, asked = read.brief(row), dao.find_asked(tx, advice_id)
    answer = shapes_record.made_json(row, stored.brief_json(brief), asked)
    return respond.respond(answer, page=lambda: ("recommendations/advice.html", _page(row, brief, answer)))


def _page(row: Any, brief: Any, answer: dict[str, Any]) -> dict[str, Any]:
    came = "" if answer["answer"] is None else _text(answer["answer"])
    asked = [
        {"system": one["system"], "user": one["user"], "schema": _text(one["answer_schema"])} for one in answer["asked"]
    ]
    cost = shapes_words.cost(row["cost_micros"], store.shop().formatter)
    return {"advice": row, "brief": brief, "cost": cost, "asked": asked, "kept": _text(answer["brief"]), "came": came}


def _text(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)
