"""Advice over HTTP: what is worth doing now, as a page and as JSON, and the refresh of it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, render_template, request

from webapp import clock
from webapp.db import reading, writer
from webapp.errors import Unavailable, invalid_parameter
from webapp.jobs import queue
from webapp.live import islands
from webapp.recommendations import (
    actions,
    dao,
    jobs,
    routes_decide,
    routes_record,
    routes_settings,
    shapes,
    shapes_asked,
)
from webapp.recommendations.islands import read
from webapp.weather import shapes as weather_shapes
from webapp.web import answers, respond
from webapp.web import body as bodies
from webapp.web.answers import Finished
from webapp.web.openapi import READ, Query, api

blueprint = Blueprint("recommendations", __name__)
for _part in (routes_record, routes_settings, routes_decide):
    blueprint.register_blueprint(_part.blueprint)
_STATE = Query("state", "Suggestions in these states; left out, open and accepted ones", shapes_asked.STATE_QUERY, True)


@blueprint.get("/recommendations")
@api(
    "GET", "/recommendations", summary="What is worth doing now", response=shapes.AdviceOut, faces=READ, query=[_STATE],
    errors=[422], tag="recommendations",
    about="With `Prefer: wait=N` (at most 30) a stale answer waits until its refresh has ended, well or badly. "
    "The first request with a model waits up to 20 seconds, once. While nothing can be written (a full disk) it goes on "
    "answering, with `fresh` false; `advice_id` and the `id` of a suggestion that could not be kept are then null.",
)  # fmt: skip
def index() -> Response:
    """The newest advice, at once where it is fresh; a page never waits for a model."""
    states = _states()
    if respond.wanted("json", "html") == "html":
        return respond.respond(b"", page=lambda: _list(states) if states else _page())
    wait = shapes_asked.wait_s(request.headers.get("Prefer"))
    found = jobs.answer(wait, program=True, states=states or dao.SHOWN)
    answer = respond.respond(lambda: _told(found), page=("recommendations/index.html", {}))
    if wait:
        answer.headers["Preference-Applied"] = f"wait={wait}"
    return answer


def _states() -> list[str]:
    asked = [one for one in request.args.getlist("state") if one]
    if any(one not in shapes.STATES for one in asked):
        raise invalid_parameter("state", "unknown", f"A state is one of {', '.join(shapes.STATES)}.")
    return asked


def _told(found: jobs.Answered) -> Mapping[str, Any]:
    """The answer as JSON."""
    now_ms = clock.now_ms()
    with reading.reading(at_least=found.seq) as tx:
        named = read.names(tx, found.suggestions)
        return {
            "as_of": clock.format_time(now_ms), "seq": found.seq, "fresh": found.fresh, "currency": tx.currency,
            "advice_id": found.advice["id"], "refreshing": found.job is not None,
            "source": shapes.source_json(found.advice, found.reason),
            "weather": weather_shapes.weather_out(found.weather), "season": shapes.season_json(found.brief),
            "facts": [shapes.fact_json(fact) for fact in found.facts],
            "suggestions": [
                shapes.suggestion_json(row, named, tx.currency, facts)
                for row, facts in zip(found.suggestions, found.facts_of, strict=True)
            ],
            "summary": found.summary, "checked": shapes.checked_json(found.advice),
        }  # fmt: skip


def _page() -> Finished:
    with suppress(Unavailable):  # nothing can be written now: what was kept is shown
        jobs.answer()
    now_ms = clock.now_ms()
    with reading.reading() as tx, islands.page(tx, now_ms):
        return Finished(render_template("recommendations/index.html").encode(), answers.HTML)


def _list(states: list[str]) -> respond.Page:
    now_ms = clock.now_ms()
    with reading.reading() as tx:
        cards = read.cards(tx, dao.find_suggestions(tx, now_ms, states), "listed")
    return "recommendations/list.html", {"cards": cards, "states": states}


@blueprint.post("/recommendations")
@api(
    "POST", "/recommendations", summary="Ask for new advice", form=True,
    response=shapes.RefreshOut, status=202, errors=[422, 503], tag="recommendations",
)  # fmt: skip
def create() -> Response:
    """A refresh is begun, or the one that waits or runs is joined; the page tells when it has come."""
    body = bodies.read(optional=True)
    item = body.model(shapes_asked.RefreshIn, currency="", now_ms=clock.now_ms())
    key = body.key(item, status=202)
    job_id = writer.do(actions.request_refresh, None, key)["job"]
    with reading.reading() as tx:
        state = queue.find(tx, job_id)["state"]
    answer = {"id": job_id, "state": state, "see": "/recommendations"}
    return respond.made(answer, location="/recommendations", status=202, key=key)
