"""The pieces around the cards: the day in a sentence and who says so, and what was refused and why."""

import json
from collections.abc import Mapping
from typing import Any

from webapp.db import store
from webapp.live.islands import island
from webapp.recommendations import dao, shapes, shapes_words
from webapp.recommendations.islands import read, spending


@island("/recommendations/day", topics=("advice", "jobs", "weather"), pace=0.5, template="recommendations/_day.html")
def day(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the day in one sentence, the season, who advises and why not the model; and whether it is being asked."""
    advice = dao.find_latest_advice(tx)
    if advice is None:
        return {"advice": None, "asking": dao.find_refresh(tx), "sold": dao.has_sold(tx)}
    asking, reason = dao.find_refresh(tx), _trouble(advice, dao.find_last_call(tx))
    if reason is None and not spending.tokens_left(tx, store.settings(), now_ms):
        reason = "budget"
    empty = reason == "refused" and advice["answer"] is not None and not shapes.checked_json(advice)["refused"]
    waiting = asking is not None and advice["by"] == "rules" and reason != "no_key"
    return {
        "advice": advice, "brief": read.brief(advice), "asking": asking, "sold": dao.has_sold(tx),
        "summary": read.holds(tx, advice, now_ms).summary or advice["summary"],
        "who": shapes_words.source(advice["by"], advice["provider"], advice["model"]),
        "why": shapes_words.ASKING if waiting
        else shapes_words.EMPTY if empty else shapes_words.REASONS.get(reason or "", ""),
    }  # fmt: skip


def _trouble(advice: Any, last: Any) -> str | None:
    """Why there is no newer advice of the model: its last answer was none, or the advice's own reason."""
    if last is not None and last["outcome"] != "answered" and last["at_ms"] >= advice["made_ms"]:
        return str(last["outcome"])
    return None if advice["reason"] is None else str(advice["reason"])


@island("/recommendations/checked", topics=("advice",), pace=1.0, template="recommendations/_checked.html")
def checked(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give what the newest advice rests on as a whole, and what was refused and why."""
    advice = dao.find_latest_advice(tx)
    if advice is None:
        return {"advice": None, "checked": None, "facts": (), "sold": False}
    return {
        "advice": advice,
        "checked": {"left_out": 0, **json.loads(advice["checked"]), **shapes.checked_json(advice)},
        "facts": read.brief(advice).facts,
        "answer": json.loads(advice["answer"] or "null"),
        "sold": dao.has_sold(tx),
    }
