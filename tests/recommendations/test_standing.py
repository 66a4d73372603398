"""Which advice answers: the table of the contract, line by line."""

from dataclasses import replace

import pytest

from webapp.recommendations.rules.standing import AGAIN_MS, Called, Kept, stand

HOUR = 3_600_000
NOW, AGE = 100 * HOUR, 6 * HOUR


def model(made=NOW - HOUR, expires=NOW + 50 * HOUR, grounds="g"):
    return Kept("model", None, made, expires, grounds, True)


def rules(reason, made=NOW - HOUR, expires=NOW + 50 * HOUR, answered=False, grounds="g"):
    return Kept("rules", reason, made, expires, grounds, answered)


def standing(newest, last=None, **more):
    told = {"model": True, "spent": False, "now_ms": NOW, "age_ms": AGE, "grounds": "g", **more}
    found = stand(newest, last, **told)
    return found.which, found.fresh, found.reason, found.wanted


def test_without_a_model_the_house_rules_answer_at_once():
    assert standing(None, model=False) == ("rules", True, "no_key", False)
    assert standing(rules("no_key"), model=False) == ("newest", True, "no_key", False)


def test_without_a_model_what_one_said_earlier_no_longer_answers():
    assert standing(model(), model=False) == ("rules", True, "no_key", False)


def test_without_a_model_old_advice_is_made_anew_behind_the_answer():
    assert standing(rules("no_key", made=NOW - AGE), model=False) == ("newest", True, "no_key", True)
    assert standing(rules("no_key", grounds="yesterday"), model=False) == ("newest", False, "no_key", True)
    assert standing(replace(rules("no_key"), moved=True), model=False) == ("newest", False, "no_key", True)
    assert standing(rules("no_key", expires=NOW), model=False) == ("rules", True, "no_key", False)


def test_the_first_request_with_a_model_asks_it_and_waits_once():
    first = stand(None, None, model=True, spent=False, now_ms=NOW, age_ms=AGE, grounds="g")
    later = stand(
        rules("failed"), Called(NOW - 1, "failed"), model=True, spent=False, now_ms=NOW, age_ms=AGE, grounds="g"
    )

    assert (first.which, first.wanted, first.first) == ("rules", True, True)
    assert not later.first


def test_a_key_that_came_later_asks_the_model_while_the_rules_stand():
    assert standing(rules("no_key")) == ("newest", False, None, True)


def test_before_the_model_has_been_asked_nothing_has_failed():
    assert standing(None) == ("rules", False, None, True)
    assert standing(rules(None)) == ("newest", False, None, True)
    assert standing(model(made=NOW - AGE, expires=NOW), Called(NOW - AGE, "answered")) == ("rules", False, None, True)


def test_a_program_waits_until_a_wait_has_failed_once():
    told = {"model": True, "spent": False, "now_ms": NOW, "age_ms": AGE, "grounds": "g"}

    assert stand(rules(None), None, **told).first
    assert stand(rules("no_key"), None, **told).first
    assert not stand(rules("failed"), None, **told).first
    assert not stand(rules(None), Called(NOW - HOUR, "answered"), **told).first


def test_advice_newer_than_its_age_is_fresh():
    assert standing(model(), Called(NOW - HOUR - 1, "answered")) == ("newest", True, None, False)


@pytest.mark.parametrize("newest", [model(made=NOW - AGE), model(grounds="another day")])
def test_stale_advice_answers_and_a_refresh_is_queued(newest):
    assert standing(newest, Called(NOW - 9 * HOUR, "answered")) == ("newest", False, None, True)


@pytest.mark.parametrize("outcome", ["failed", "refused", "quota"])
def test_where_no_well_formed_answer_came_the_older_advice_stands_until_it_expires(outcome):
    last = Called(NOW - HOUR // 2, outcome)

    assert standing(model(made=NOW - AGE), last)[:3] == ("newest", False, outcome)
    assert standing(model(), last)[:3] == ("newest", False, outcome)
    assert standing(model(expires=NOW), last)[:3] == ("rules", False, outcome)
    assert standing(None, last)[:3] == ("rules", False, outcome)
    assert standing(rules(outcome), last)[:3] == ("newest", False, outcome)


def test_after_a_failure_the_model_is_left_alone_for_a_while():
    assert not standing(model(), Called(NOW - AGAIN_MS + 1, "failed"))[3]
    assert standing(model(), Called(NOW - AGAIN_MS, "failed"))[3]


def test_an_answer_of_which_nothing_passed_is_the_rules_and_fresh():
    assert standing(rules("refused", answered=True), Called(NOW - HOUR, "answered")) == (
        "newest",
        True,
        "refused",
        False,
    )


def test_a_spent_budget_leaves_the_older_advice_until_it_expires():
    assert standing(model(made=NOW - AGE), spent=True) == ("newest", False, "budget", False)
    assert standing(model(expires=NOW, made=NOW - AGE), spent=True) == ("rules", False, "budget", False)
    assert standing(None, spent=True) == ("rules", False, "budget", False)
    assert standing(model(), spent=True) == ("newest", True, None, False)
    assert standing(rules("budget"), spent=True) == ("newest", False, "budget", False)


def test_what_costs_something_else_by_now_makes_advice_stale():
    assert standing(replace(model(), moved=True)) == ("newest", False, None, True)
    assert standing(replace(rules("failed"), moved=True), Called(NOW, "failed"))[0] == "rules"
