"""A person decides over HTTP: one suggestion is looked at, accepted, left, or taken back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import NotFound, invalid_parameter
from webapp.live.islands import element_id
from webapp.recommendations import actions_decide as actions
from webapp.recommendations import dao, shapes, shapes_asked
from webapp.recommendations.actions_decide import Accept, Dismiss
from webapp.recommendations.islands import read
from webapp.web import body as bodies
from webapp.web import forms, respond
from webapp.web.openapi import READ, Query, api

blueprint = Blueprint("decisions", __name__)
AT = "/recommendations/<int:suggestion_id>"
_BACK = {"": "/recommendations", "today": "/#" + element_id("/recommendations/cards?few=1")}


@blueprint.get(AT)
@api(
    "GET", AT, summary="One suggestion", response=shapes.SuggestionOut, faces=READ, errors=[404], tag="recommendations"
)
def show(suggestion_id: int) -> Response:
    """The suggestion as it stands; its page asks for the decision."""
    return respond.respond(
        lambda: _shown(suggestion_id), page=lambda: ("recommendations/show.html", _page(suggestion_id))
    )


def _find(tx: Any, suggestion_id: int) -> Any:
    row = dao.find_suggestion(tx, suggestion_id, clock.now_ms())
    if row is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    return row


def _shown(suggestion_id: int, seq: int | None = None) -> dict[str, Any]:
    with reading.reading(at_least=seq) as tx:
        row = _find(tx, suggestion_id)
        facts = [fact.id for fact in read.facts(tx, [row])[row["id"]]]
        return shapes.suggestion_json(row, read.names(tx, [row]), tx.currency, facts)


def _page(suggestion_id: int) -> dict[str, Any]:
    with reading.reading() as tx:
        row = _find(tx, suggestion_id)
        record = next((one for one in dao.find_with_results(tx) if one["id"] == row["id"]), None)
        return {
            "card": read.cards(tx, [row], "shown")[0], "record": record,
            "came": None if record is None else shapes.measured_json(record), "until": read.local(tx, row["expires_ms"]),
            "sales": dao.find_accepted_sales(tx, [row["id"]]).get(row["id"]) if row["starts_ms"] is not None else None,
        }  # fmt: skip


def _decide(
    suggestion_id: int, model: type[BaseModel], verb: Any, asked: Callable[[Any], Any], see: str = "/recommendations"
) -> Response:
    """What was sent is checked, the verb is done with what `asked` makes of it, and the suggestion shown as it stands then."""
    forms.on_failure("recommendations/show.html", lambda: _page(suggestion_id))
    body, shop = bodies.read(optional=True), store.shop()
    item = body.model(model, currency=shop.currency, now_ms=clock.now_ms(), zone=shop.zone)
    key = body.key(item, status=200)
    done = writer.do(verb, asked(item), key)
    return respond.made(_shown(suggestion_id, done["seq"]), status=200, see=see, key=key)


@blueprint.post(f"{AT}/accept")
@api(
    "POST", f"{AT}/accept", summary="Follow a suggestion", request=shapes_asked.AcceptIn, form=True, bare=True,
    query=[Query("back", "The page that a form leads to; left out, that of advice", {"type": "string", "enum": ["today"]})],
    response=shapes.SuggestionOut, errors=[404, 409, 422, 503], tag="recommendations",
)  # fmt: skip
def accept(suggestion_id: int) -> Response:
    """A price takes effect and ends at its times; a rise without `confirm` is 409; accepted already is 200 again."""
    see = _BACK.get(request.args.get("back", ""))
    if see is None:
        raise invalid_parameter("back", "unknown", "A form leads back to today, or to the page of advice.")
    return _decide(
        suggestion_id, shapes_asked.AcceptIn, actions.accept_suggestions,
        lambda item: Accept(suggestion_id, item.price, item.starts_at, item.ends_at, item.confirm), see,
    )  # fmt: skip


@blueprint.post(f"{AT}/dismiss")
@api(
    "POST", f"{AT}/dismiss", summary="Leave a suggestion", request=shapes_asked.DismissIn, form=True, bare=True,
    response=shapes.SuggestionOut, errors=[404, 409, 422, 503], tag="recommendations",
)  # fmt: skip
def dismiss(suggestion_id: int) -> Response:
    """The suggestion is not wanted, for a reason in words; also one whose time is over."""
    return _decide(
        suggestion_id, shapes_asked.DismissIn, actions.dismiss_suggestions,
        lambda item: Dismiss(suggestion_id, item.reason),
    )  # fmt: skip


@blueprint.post(f"{AT}/end")
@api(
    "POST", f"{AT}/end", summary="Take an accepted price back", form=True,
    response=shapes.SuggestionOut, errors=[404, 409, 422, 503], tag="recommendations",
)  # fmt: skip
def end(suggestion_id: int) -> Response:
    """The price before it holds again from now on."""
    see = f"/recommendations/{suggestion_id}"
    return _decide(suggestion_id, shapes_asked.EndIn, actions.end_suggestions, lambda item: suggestion_id, see)
