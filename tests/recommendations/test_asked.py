"""What a model was asked can be read word for word, what came of it adds up, and a budget that is spent is said."""

import json
from html import unescape

import pytest

from tests.recommendations.asking import answered, calls, honest, invented, newest, run
from tests.recommendations.making import accept
from tests.recommendations.pages import page
from tests.servers.llm import KEY
from webapp.db import reading
from webapp.recommendations import islands, jobs

EMPTY = {"summary": "", "suggestions": []}


def counts():
    kept = json.loads(newest()["checked"])
    return kept["suggested"], kept["shown"], kept["left_out"], len(kept["refused"])


def day(now):
    with reading.reading() as tx:
        return islands.page.day(tx, {}, now)


# ---- What was sent ----


def test_what_was_sent_is_kept_and_shown_word_for_word(client, model):
    server = model(invented, honest)
    run()
    address = f"/recommendations/advice/{newest()['id']}"

    told = client.get(address).get_json()
    shown = unescape(page(client, address))

    assert [(one["system"], one["user"]) for one in told["asked"]] == [(one.system, one.user) for one in server.asked]
    assert len(server.asked) == 2
    assert all(one.user in shown and one.system in shown for one in server.asked)
    assert KEY not in shown and all('"cost"' not in one.user for one in server.asked)


def test_what_was_sent_can_be_read_also_where_nothing_passed(client, model):
    server = model(invented, invented)
    run()

    assert newest()["by"] == "rules"
    assert "What was sent to the model</a>" in page(client, "/recommendations")
    assert server.asked[1].user in unescape(page(client, f"/recommendations/advice/{newest()['id']}"))


def test_where_nobody_was_asked_nothing_was_sent(client, now):
    run()

    assert client.get(f"/recommendations/advice/{newest()['id']}").get_json()["asked"] == []
    assert "All figures of this advice</a>" in page(client, "/recommendations")


# ---- Counts ----


def test_what_was_decided_already_is_counted_as_left_out(now):
    run()
    made, shown, left_out, refused = counts()
    assert (made, left_out, refused) == (shown, 0, 0)

    accept(1)
    run()

    assert counts() == (made, shown - 1, 1, 0)


@pytest.mark.parametrize("steps", [(invented, honest), (invented, invented)])
def test_what_was_made_is_what_was_shown_left_out_and_refused(model, steps):
    model(*steps)
    run()

    made, shown, left_out, refused = counts()

    assert refused and made == shown + left_out + refused


def test_an_answer_that_suggests_nothing_is_asked_once_and_said_to_be_that(model, now):
    model(EMPTY, honest)
    run()

    assert calls() == ["answered"]
    assert answered() == ("rules", True, "refused")
    assert day(now)["why"] == "The model suggested nothing, so the house rules advise from the figures."


# ---- The budget ----


def test_asking_again_with_a_spent_budget_says_so(model, now, at):
    model(honest, TAKINGS_LLM_BUDGET="100")
    run()
    at("2026-11-21T10:01:00Z")
    assert answered() == ("model", True, None)

    run()

    assert calls() == ["answered"]
    assert answered() == ("model", False, "budget")
    assert "are spent" in day(now)["why"]
    assert jobs.answer().suggestions
