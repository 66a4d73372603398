"""Refreshing advice: what a model says and does not say, what it costs, and who answers instead. A real server on loopback."""

import json

import pytest

from tests.making import make_product, query, value
from tests.recommendations.asking import answered, honest, invented, newest, run
from tests.recommendations.making import accept, dismiss, suggestion
from tests.recommendations.shops import say_weather
from tests.recommendations.test_learning import Working
from tests.servers import llm_bodies as bodies
from tests.servers.llm import as_json
from webapp import clock, schedule
from webapp.db import writer
from webapp.jobs import worker
from webapp.recommendations import actions, jobs
from webapp.recommendations.jobs import refresh

assert schedule  # what comes at its times comes in these tests


# ---- Without a model ----


def test_without_a_model_the_house_rules_answer_at_once(now):
    found = jobs.answer()

    assert (found.advice["by"], found.fresh, found.reason) == ("rules", True, "no_key")
    assert (found.advice["provider"], found.advice["model"]) == (None, None)
    assert {row["kind"] for row in found.suggestions} >= {"restock", "promote", "bundle"}
    assert value("select count(*) from model_call") == 0


def test_the_same_advice_answers_again_and_nothing_is_written(now):
    first = jobs.answer()

    second = jobs.answer()

    assert second.advice["id"] == first.advice["id"]
    assert [row["id"] for row in second.suggestions] == [row["id"] for row in first.suggestions]


def test_each_fact_of_a_suggestion_is_among_the_facts(now):
    found = jobs.answer()

    known = {fact.id for fact in found.facts}
    assert found.suggestions
    for facts in found.facts_of:
        assert facts
        assert set(facts) <= known


def test_a_change_of_the_weather_makes_advice_stale_and_new_advice_comes(now):
    jobs.answer()
    say_weather(-4.0, now)

    stale = jobs.answer()
    refresh.refresh(Working())

    assert stale.job is not None
    assert "cold" in jobs.answer().advice["summary"]


def test_a_start_of_the_server_asks_nothing_by_itself(model):
    server = model(honest)

    worker.run_pending()

    assert not server.asked
    assert (newest()["by"], newest()["reason"]) == ("rules", None)


# ---- With a model ----


def test_advice_of_a_model_is_kept_with_all_that_it_stands_on(model):
    server = model(honest)

    run()

    row = newest()
    assert (row["by"], row["provider"], row["model"], row["reason"]) == ("model", "openai", "model-that-answered", None)
    assert row["prompt"].startswith("promotions-")
    assert (row["tokens_in"], row["tokens_out"]) == (bodies.TOKENS_IN, bodies.TOKENS_SAID)
    assert json.loads(row["answer"])["suggestions"][0]["product_id"] == 1
    assert answered() == ("model", True, None)
    assert len(server.asked) == 1
    assert suggestion(1, 0)["why"].startswith("Iced tea sold 70")


def test_the_first_request_of_a_program_waits_for_the_model_once(model, monkeypatch):
    from webapp.recommendations.jobs import answering

    model(honest)
    waited = []
    monkeypatch.setattr(answering, "_wait", lambda job, seconds: waited.append(seconds) or worker.run_pending())

    first, second = answered(program=True), answered(program=True)

    assert first == second == ("model", True, None)
    assert waited == [answering.FIRST_WAIT_S]


def test_a_program_waits_for_the_refresh_that_somebody_else_began(model, monkeypatch):
    from webapp.recommendations.jobs import answering

    model(honest)
    writer.do(actions.request_refresh, None)
    monkeypatch.setattr(answering, "_wait", lambda job, seconds: worker.run_pending())

    assert answered(program=True) == ("model", True, None)


def test_a_program_does_not_wait_again_while_the_first_refresh_hangs(model, monkeypatch):
    from webapp.recommendations.jobs import answering

    model(honest)
    waited = []
    monkeypatch.setattr(answering, "_wait", lambda job, seconds: waited.append(seconds))

    found = [answered(program=True) for _ in range(3)]

    assert found == [("rules", False, "failed")] * 3
    assert len(waited) == 1


def test_a_program_waits_although_a_page_was_there_before_it(model, monkeypatch):
    from webapp.recommendations.jobs import answering

    model(honest)
    jobs.answer()
    monkeypatch.setattr(answering, "_wait", lambda job, seconds: worker.run_pending())

    assert answered(program=True) == ("model", True, None)


def test_the_reason_that_the_worker_found_stands_though_a_request_waited_for_it(model, monkeypatch):
    from webapp.recommendations.jobs import answering

    model(as_json(bodies.OPENAI_NO_QUOTA, 429))
    monkeypatch.setattr(answering, "_wait", lambda job, seconds: worker.run_pending())

    assert answered(program=True) == ("rules", False, "quota")
    assert query("select reason from advice") == [("quota",)]


def test_the_reason_that_the_worker_keeps_while_a_page_computes_is_not_written_over(model, monkeypatch):
    model(as_json(bodies.OPENAI_NO_QUOTA, 429))
    computed = refresh.rules_advice

    def late(*arguments):
        found = computed(*arguments)
        worker.run_pending()
        return found

    monkeypatch.setattr(refresh, "rules_advice", late)

    assert answered() == ("rules", False, "quota")
    assert query("select reason from advice") == [("quota",)]


def test_the_models_advice_that_came_while_a_page_computed_stands(model, monkeypatch):
    model(honest)
    computed = refresh.rules_advice

    def late(*arguments):
        found = computed(*arguments)
        worker.run_pending()
        return found

    monkeypatch.setattr(refresh, "rules_advice", late)

    assert answered() == ("model", True, None)


def test_a_page_does_not_wait_and_shows_the_rules_meanwhile(model):
    server = model(honest)

    found = jobs.answer()

    assert (found.advice["by"], found.fresh, found.reason) == ("rules", False, None)
    assert found.job is not None
    assert not server.asked


def test_stale_advice_answers_at_once_and_is_made_anew(model, at):
    server = model(honest)
    run()
    at("2026-11-21T16:00:00Z")

    stale = answered()
    worker.run_pending()

    assert stale == ("model", False, None)
    assert len(server.asked) == 2
    assert answered() == ("model", True, None)


def test_nothing_is_written_while_the_model_is_asked(model, now):
    """What is placed while it thinks is committed before it answers: no transaction is open meanwhile."""
    seen = []

    def slow(asked):
        seen.append(writer.do(actions.request_refresh, None))
        return honest(asked)

    model(slow)

    run()

    assert seen == [{"job": value("select id from job where kind = 'advice'")}]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (as_json(bodies.OPENAI_NO_QUOTA, 429), "quota"),
        ("reset", "failed"),
        ("not json at all", "failed"),
        ({"summary": 3}, "failed"),
    ],
)
def test_where_no_well_formed_answer_came_the_older_advice_stands_until_it_expires(model, at, step, reason):
    model(honest, step)
    run()
    expires = newest()["expires_ms"]
    run()

    assert answered() == ("model", False, reason)
    at(clock.format_time(expires))
    found = jobs.answer()
    assert (found.advice["by"], found.fresh, found.reason) == ("rules", False, reason)


def test_where_none_passes_the_model_is_asked_once_more_with_what_was_wrong(model):
    server = model(invented, honest)

    run()

    assert len(server.asked) == 2
    assert json.loads(server.asked[1].user)["refused"][0]["reason"]
    row = newest()
    checked = json.loads(row["checked"])
    assert (row["by"], row["tokens_in"]) == ("model", 2 * bodies.TOKENS_IN)
    assert (checked["suggested"], checked["shown"], len(checked["refused"])) == (2, 1, 1)


def test_where_none_passes_twice_the_rules_replace_the_older_advice_at_once(model):
    server = model(honest, invented, invented)
    run()
    run()

    assert len(server.asked) == 3
    assert answered() == ("rules", True, "refused")
    assert json.loads(newest()["checked"])["refused"]


def test_a_spent_budget_asks_nobody(model, at):
    server = model(honest, TAKINGS_LLM_BUDGET="200")
    run()
    at("2026-11-21T17:00:00Z")

    run()

    assert len(server.asked) == 1
    assert answered() == ("model", False, "budget")


def test_a_budget_is_spent_for_a_business_day(model, at):
    server = model(honest, {"summary": "", "suggestions": []}, TAKINGS_LLM_BUDGET="200")
    run()
    at("2026-11-22T09:00:00Z")

    run()

    assert len(server.asked) == 2
    assert answered() == ("rules", True, "refused")


def test_a_retry_is_not_made_with_a_spent_budget(model):
    server = model(invented, honest, TAKINGS_LLM_BUDGET="200")

    run()

    assert len(server.asked) == 1
    assert answered()[0::2] == ("rules", "refused")


def test_a_refresh_of_the_model_keeps_the_number_of_the_same_suggestion(model):
    model(honest)
    run()
    first = jobs.answer().suggestions[0]["id"]

    run()

    assert [row["id"] for row in jobs.answer().suggestions] == [first]


def test_accepted_advice_keeps_its_facts_when_newer_advice_comes(model, now):
    model(honest, {"summary": "", "suggestions": []})
    run()
    accept(1)
    run()

    found = jobs.answer()
    [row] = [row for row in found.suggestions if row["id"] == 1]

    assert row["state"] == "accepted"
    [number] = found.facts_of[found.suggestions.index(row)]
    assert next(fact for fact in found.facts if fact.id == number).text.startswith(
        "As of 21 Nov 2026, 10:00: Iced tea sold 70"
    )
    assert len({fact.id for fact in found.facts}) == len(found.facts)


def test_no_key_is_kept_anywhere_in_the_database(model, tmp_path):
    from tests.servers.llm import KEY

    model(as_json(bodies.OPENAI_BAD_KEY, 401), honest)
    run()
    run()
    writer.close()

    assert not any(KEY.encode() in file.read_bytes() for file in tmp_path.glob("shop.db*") if file.stat().st_size)


# ---- Wanted and traps ----


def test_wanted_26_what_the_model_invents_is_refused_and_said_and_the_plain_figures_stand(model):
    model(invented)

    run()

    found = jobs.answer()
    refused = json.loads(found.advice["checked"])["refused"]
    assert found.advice["by"] == "rules"
    assert all(row["product_id"] in range(1, 8) for row in found.suggestions)
    assert all(one["reason"] for one in refused)


def test_wanted_27_a_model_is_sent_figures_and_no_way_to_ask_the_database(model):
    server = model(honest)

    run()

    sent = json.loads(server.asked[0].user)
    assert set(sent) <= {
        "question", "language", "shop", "currency", "today", "season", "weather", "limits", "facts", "catalogue", "prices"
    }  # fmt: skip
    assert not any(word in server.asked[0].user.lower() for word in ("select ", "order_line", "customer"))


def test_dismissing_is_heard_by_the_model_too(model):
    model(honest)
    run()
    dismiss(1, "We have none left")

    run()

    assert jobs.answer().suggestions == []


def test_a_shop_without_anything_gets_an_answer_too(shop):
    make_product("TEA")

    found = jobs.answer()

    assert (found.advice["by"], found.suggestions) == ("rules", [])


def test_refreshing_learns_first_and_only_once_a_day(now):
    run()
    first = query("select name, day, at_ms from learned order by name")
    run()

    assert [row[0] for row in first] == ["elasticity", "months", "sensitivity"]
    assert query("select name, day, at_ms from learned order by name") == first


def test_the_rules_advice_tells_the_least_effect_that_can_be_seen(now):
    refresh.advise_by_rules("no_key")

    least = [row[0] for row in query("select smallest from suggestion where product_id = 1")]

    assert least
    assert all(one is None or one > 0 for one in least)
