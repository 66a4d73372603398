"""What a model costs: the arithmetic, the limit of a day with a real server on loopback, and how it is shown."""

from decimal import Decimal

import pytest

from tests.contract.conftest import exact
from tests.making import query, value
from tests.recommendations.asking import answered, calls, honest, invented, newest, run
from tests.recommendations.making import draft
from tests.recommendations.pages import advise, page
from tests.servers import llm_bodies as bodies
from webapp import config
from webapp.config.checks import Price
from webapp.db import store, writer
from webapp.recommendations import actions, jobs, shapes_words
from webapp.recommendations.actions import Call
from webapp.recommendations.rules import costs, prompts
from webapp.recommendations.rules.costs import UNSEEN, Tokens, cost, most_written

PRICE = Price(Decimal("0.40"), Decimal("1.60"))
PRICED = {"TAKINGS_LLM_PRICE": "0.40/1.60"}
ONE = 149  # what an answer of the server on loopback costs: 173 tokens read, 50 written
LIMITED = {**PRICED, "TAKINGS_LLM_SPEND": "0.0105"}  # a little more than a first call is expected to cost


# ---- The arithmetic ----


@pytest.mark.parametrize(
    ("tokens", "micros"),
    [((1_000_000, 0), 400_000), ((0, 1_000_000), 1_600_000), ((173, 50), 149), ((0, 0), 0), ((1, 0), 0), ((2, 0), 1),
     ((10**9, 10**9), 2_000_000_000)],
)  # fmt: skip
def test_a_cost_is_a_whole_number_of_millionths(tokens, micros):
    found = cost(PRICE, Tokens(*tokens))

    assert found == micros and isinstance(found, int)


def test_a_cost_is_rounded_half_up_and_not_cut_off():
    assert cost(Price(Decimal("0.5"), Decimal(0)), Tokens(1, 0)) == 1
    assert cost(Price(Decimal("0.499999"), Decimal(0)), Tokens(1, 0)) == 0


def test_without_a_price_no_cost_is_known():
    assert cost(None, Tokens(173, 50)) is None


def test_what_is_expected_may_reach_the_limit_and_not_pass_it():
    expected = Tokens(1_000, 500)  # 1,200 millionths

    assert most_written(PRICE, 3_000, 1_800, expected, 4_000) == 500
    assert most_written(PRICE, 3_000, 1_801, expected, 4_000) == 0
    assert most_written(PRICE, 3_000, 9_000, expected, 4_000) == 0


@pytest.mark.parametrize("spent", [0, 1, 777, 5_000, 8_800])
def test_an_answer_of_the_most_tokens_stays_within_the_limit(spent):
    most = most_written(PRICE, 10_000, spent, Tokens(1_000, 500), 100_000)

    assert most and spent + cost(PRICE, Tokens(1_000, most)) <= 10_000
    assert spent + cost(PRICE, Tokens(1_000, most + 1)) >= 10_000


def test_the_tokens_of_the_day_bound_an_answer_that_money_would_allow():
    assert most_written(PRICE, 10**9, 0, UNSEEN, 200) == 200
    assert most_written(Price(Decimal(0), Decimal(0)), 0, 0, UNSEEN, 200) == 200


def test_a_model_that_never_answered_is_taken_to_write_all_that_it_may():
    assert UNSEEN.written == prompts.MOST_TOKENS


# ---- Kept ----


def kept():
    return [row[0] for row in query("select cost_micros from model_call order by id")]


def large(step, read, written):
    """A function that makes of a server the step at which it answers so, and says that it took so many tokens."""
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return lambda server: lambda asked: server.says(step(asked), usage=usage)


def nothing(_):
    """An answer without a suggestion."""
    return {"summary": "", "suggestions": []}


def ask_large(model, *steps, **more):
    server = model(**more)
    server.steps = [step(server) for step in steps]
    return server


def test_each_advice_and_each_call_keeps_its_cost(model):
    model(honest, **PRICED)

    run()

    assert newest()["cost_micros"] == ONE == costs.cost(PRICE, Tokens(bodies.TOKENS_IN, bodies.TOKENS_SAID))
    assert kept() == [ONE]


def test_advice_for_which_the_model_was_asked_twice_has_cost_both(model):
    model(invented, honest, **PRICED)

    run()

    assert newest()["cost_micros"] == 2 * ONE and kept() == [ONE, ONE]


def test_an_answer_in_vain_has_its_cost_too(model):
    model("not json at all", **PRICED)

    run()

    assert (calls(), kept()) == (["failed"], [ONE])
    assert newest()["cost_micros"] is None


def test_without_a_price_the_cost_stays_unknown(model):
    model(honest)

    run()

    assert newest()["cost_micros"] is None and kept() == [None]


# ---- The limit of a day ----


def test_where_the_next_call_would_pass_the_limit_nobody_is_asked(model, at):
    server = ask_large(model, large(honest, 9_000, 4_000), **LIMITED)
    run()
    at("2026-11-21T17:00:00Z")

    run()

    assert len(server.asked) == 1
    assert answered() == ("model", False, "budget")
    assert jobs.answer().spent


def test_money_is_spent_for_a_business_day(model, at):
    server = ask_large(model, large(honest, 9_000, 4_000), large(nothing, 9_000, 4_000), **LIMITED)
    run()
    at("2026-11-22T09:00:00Z")

    run()

    assert len(server.asked) == 2


def test_small_answers_leave_money_for_the_next(model):
    server = model(honest, **LIMITED)
    run()

    run()

    assert len(server.asked) == 2 and kept() == [ONE, ONE]


def test_a_limit_under_one_call_asks_nobody_and_queues_nothing(model):
    server = model(honest, **PRICED, TAKINGS_LLM_SPEND="0.01")

    run()

    assert not server.asked and not calls()
    assert answered() == ("rules", False, "budget")
    assert jobs.answer().job is None


def test_a_retry_is_not_made_with_spent_money(model):
    server = ask_large(model, large(invented, 9_000, 4_000), large(honest, 1, 1), **LIMITED)

    run()

    assert len(server.asked) == 1
    assert answered()[0::2] == ("rules", "refused")


def test_an_answer_may_write_what_the_rest_of_the_day_pays_for(model):
    limited = {**PRICED, "TAKINGS_LLM_SPEND": "0.0104"}
    server = ask_large(model, large(honest, 9_000, 1_000), **limited)
    run()

    run()

    assert [one.body["max_completion_tokens"] for one in server.asked] == [4_000, 1_000]


def test_what_was_asked_before_a_price_was_set_counts_at_the_price_that_stands(model):
    ask_large(model, large(honest, 9_000, 4_000))
    run()
    server = model(honest, **LIMITED)

    run()

    assert not server.asked and kept() == [None]


# ---- Shown ----


def test_what_was_sent_opens_with_its_tokens_and_cost(shop_at):
    advise(draft(), by="model", model="m", answer="{}", tokens_in=812, tokens_out=90, cost_micros=3_100)

    said = page(shop_at, "/recommendations/advice/1")

    assert "812 sent, 90 received" in said and "US$0.0031" in said and "not known" not in said
    assert exact(shop_at.get("/recommendations/advice/1"))["cost_usd"] == Decimal("0.003100")


def test_where_no_price_is_set_the_page_says_how_to_know_the_cost(shop_at):
    advise(draft(), by="model", model="m", answer="{}", tokens_in=812)

    assert "cost not known: set TAKINGS_LLM_PRICE" in page(shop_at, "/recommendations/advice/1")
    assert exact(shop_at.get("/recommendations/advice/1"))["cost_usd"] is None


def test_what_a_refused_model_cost_stands_with_the_advice_of_the_rules(shop_at):
    advise(draft(), reason="refused", tokens_in=812, cost_micros=1_250_000)
    advise(draft(), reason="no_key")

    assert "US$1.25" in page(shop_at, "/recommendations/advice/1")
    assert "Cost" not in page(shop_at, "/recommendations/advice/2")


def call(cost_micros, tokens=10):
    writer.do(actions.keep_calls, Call("openai", "m", "answered", "", tokens, 0, 5, cost_micros))


def test_the_record_says_what_the_last_thirty_days_cost(shop_at, at):
    for day, micros in (("2026-10-22", 9_000_000), ("2026-10-23", 1_000_000), ("2026-11-21", 250_000)):
        at(f"{day}T12:00:00Z")
        call(micros)
    call(None)
    call(None, tokens=0)

    said = page(shop_at, "/recommendations/record")

    assert "Spent in 30 days" in said and "US$1.25" in said and "2 calls, not known of 1 more" in said
    assert exact(shop_at.get("/recommendations/record"))["spent_30d_usd"] == Decimal("1.250000")


def test_where_no_cost_is_known_the_record_says_nothing_of_it(shop_at):
    call(None)

    assert "Spent in 30 days" not in page(shop_at, "/recommendations/record")
    assert exact(shop_at.get("/recommendations/record"))["spent_30d_usd"] is None
    assert value("select count(*) from model_call") == 1


@pytest.mark.parametrize(
    ("micros", "words"),
    [(None, None), (0, "US$0.00"), (1, "under US$0.0001"), (50, "US$0.0001"), (3_149, "US$0.0031"),
     (999_949, "US$0.9999"), (999_950, "US$1.00"), (1_234_567_890, "US$1,234.57")],
)  # fmt: skip
def test_a_cost_in_words_is_as_fine_as_it_is_small(shop_at, micros, words):
    assert shapes_words.cost(micros, store.shop().formatter) == words


def test_a_price_of_the_settings_is_a_price_of_the_rules():
    assert config.load(PRICED, dotenv=None).llm_price == PRICE
