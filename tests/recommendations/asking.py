"""What a model on loopback says, a refresh that asks it, and what came of that."""

import json

from tests.making import query
from webapp import schedule
from webapp.db import reading, writer
from webapp.jobs import worker
from webapp.recommendations import actions, dao, jobs

assert schedule  # what comes at its times comes in these tests


def honest(asked):
    """An answer that stands on the facts that were sent."""
    told = json.loads(asked.user)
    fact = next(one for one in told["facts"] if one["about"] == "mover_up" and one["kind"] == "level")
    return {
        "summary": "",
        "suggestions": [{
            "kind": "promote", "product_id": 1, "products": [], "title": "Put {p1} in front", "facts": [fact["id"]],
            "why": f"{{p1}} sold {{{fact['id']}}} in the last week.", "confidence": "medium",
        }],
    }  # fmt: skip


def invented(asked):
    """An answer with a product that does not exist."""
    wrong = honest(asked)
    wrong["suggestions"][0]["product_id"] = 4711
    return wrong


def run():
    """The refresh that is asked for has run."""
    writer.do(actions.request_refresh, None)
    worker.run_pending()


def newest():
    with reading.reading() as tx:
        return dao.find_latest_advice(tx)


def answered(**more):
    found = jobs.answer(**more)
    return found.advice["by"], found.fresh, found.reason


def calls():
    return [row[0] for row in query("select outcome from model_call order by id")]
