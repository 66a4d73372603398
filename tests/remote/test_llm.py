"""Models are asked in their own protocol, and whatever they answer becomes data of the asked shape or one plain reason."""

import json
import logging

import pytest

from tests.servers import llm_bodies as bodies
from tests.servers.llm import KEY, LlmServer, as_json
from webapp import config
from webapp.recommendations.rules.prompts import SCHEMA, VERSION
from webapp.remote import llm
from webapp.remote.client import Service

GOOD = {"summary": "A calm day.", "suggestions": []}
SPEECHES = ["openai", "gemini", "compatible"]


def settings_of(server, **more):
    return config.load({**server.settings, **more}, dotenv=None)


def ask(server, service=None, **more):
    """One question, with a policy that pauses without waiting."""
    policy = service or Service("The model", deadline_s=5, most_bytes=100_000, pause=lambda _: None)
    return llm.ask(settings_of(server, **more), "Be brief.", '{"facts":[]}', SCHEMA, most_tokens=300, service=policy)


def failure(server, **more):
    with pytest.raises(llm.ModelFailure) as caught:
        ask(server, **more)
    return caught.value


@pytest.fixture(params=SPEECHES)
def server(request):
    with LlmServer(request.param, GOOD) as opened:
        yield opened


# ---- Well ----


def test_a_model_answers_with_data_of_the_asked_shape(server):
    reply = ask(server)

    assert reply.data == GOOD
    assert (reply.provider, reply.model) == (server.speech, "model-that-answered")
    assert (reply.tokens_in, reply.tokens_out) == (bodies.TOKENS_IN, bodies.TOKENS_SAID)


def test_the_question_carries_instructions_brief_schema_and_limit(server):
    ask(server)
    asked = server.asked[0]

    assert (asked.system, asked.user) == ("Be brief.", '{"facts":[]}')
    assert '"additionalProperties": false' in json.dumps(asked.body)
    assert "300" in json.dumps(asked.body)
    assert "temperature" not in json.dumps(asked.body)


def test_openai_is_asked_for_strict_output_by_its_present_names():
    with LlmServer("openai", GOOD) as server:
        ask(server)

        assert server.asked[0].body["model"] == "gpt-5.4-mini"
        assert server.asked[0].body["max_completion_tokens"] == 300
        assert server.asked[0].body["response_format"]["json_schema"]["strict"] is True


def test_gemini_is_asked_with_its_key_in_a_header_and_never_in_the_address():
    with LlmServer("gemini", GOOD) as server:
        ask(server, TAKINGS_LLM_MODEL="models/gemini 9")

        assert server.asked[0].path == "/v1beta/models/gemini%209:generateContent"
        assert server.asked[0].headers["x-goog-api-key"] == KEY
        assert server.asked[0].body["generationConfig"]["responseJsonSchema"] == SCHEMA


def test_a_compatible_server_needs_no_key_and_knows_the_older_limit():
    with LlmServer("compatible", GOOD) as server:
        settings = config.load({"TAKINGS_LLM": "compatible", "TAKINGS_LLM_URL": server.url + "/"}, dotenv=None)
        reply = llm.ask(settings, "s", "u", SCHEMA, most_tokens=300)

        assert reply.data == GOOD
        assert "authorization" not in server.asked[0].headers
        assert server.asked[0].body["max_tokens"] == 300


@pytest.mark.parametrize("words", ["```json\n%s\n```", "<think>so {many} thoughts</think>\n%s", "  %s\n"])
def test_a_small_model_may_wrap_its_json(words):
    with LlmServer("compatible", words % json.dumps(GOOD)) as server:
        assert ask(server).data == GOOD


def test_members_that_nobody_asked_for_are_left_out(server):
    one: dict = {
        "kind": "watch",
        "product_id": None,
        "products": [],
        "title": "t",
        "why": "w",
        "facts": [],
        "confidence": "low",
    }
    server.steps = [{**GOOD, "price": 0.01, "suggestions": [{**one, "run": "rm -rf /"}]}]

    assert ask(server).data == {**GOOD, "suggestions": [one]}


def test_gemini_thoughts_are_no_part_of_the_answer():
    parts = [
        {"text": "hm, {", "thought": True},
        {"text": '{"summary": "A calm day.", '},
        {"text": '"suggestions": []}'},
    ]
    with LlmServer("gemini") as server:
        server.steps = [server.says("", candidates=[{"content": {"parts": parts}, "finishReason": "STOP"}])]

        assert ask(server).data == GOOD


# ---- Badly ----


BAD = [
    ("openai", as_json(bodies.OPENAI_BAD_KEY, 401), "failed", "does not take the key"),
    ("openai", as_json(bodies.OPENAI_NO_MODEL, 404), "failed", "does not know the model gpt-5.4-mini"),
    ("openai", as_json(bodies.OPENAI_BAD_SCHEMA, 400), "failed", "answered with an error"),
    ("openai", as_json(bodies.OPENAI_NO_QUOTA, 429), "quota", "quota is used up"),
    ("openai", as_json(bodies.OPENAI_BROKEN, 500), "failed", "status 500"),
    ("openai", as_json(bodies.OPENAI_TOO_FAST, 429), "failed", "rate_limit_exceeded"),
    ("openai", as_json(bodies.OPENAI_REFUSED), "refused", "would not answer"),
    ("openai", as_json(bodies.OPENAI_FILTERED), "refused", "blocked"),
    ("openai", as_json(bodies.OPENAI_CUT), "failed", "cut off"),
    ("openai", as_json(bodies.OPENAI_OTHER), "failed", "not the asked shape"),
    ("gemini", as_json(bodies.GEMINI_BAD_KEY, 400), "failed", "does not take the key"),
    ("gemini", as_json(bodies.GEMINI_FORBIDDEN, 403), "failed", "does not take the key"),
    ("gemini", as_json(bodies.GEMINI_NO_MODEL, 404), "failed", "does not know the model"),
    ("gemini", as_json(bodies.gemini_no_quota(), 429), "quota", "quota is used up"),
    ("gemini", as_json(bodies.GEMINI_BROKEN, 500), "failed", "INTERNAL"),
    ("gemini", as_json(bodies.GEMINI_BUSY, 503), "failed", "UNAVAILABLE"),
    ("gemini", as_json(bodies.GEMINI_BUSY_IN_A_LIST, 503), "failed", "UNAVAILABLE"),
    ("gemini", as_json(bodies.GEMINI_BUSY_IN_A_LIST), "failed", "no whole answer"),
    ("gemini", as_json(bodies.GEMINI_PROMPT_BLOCKED), "refused", "blocked"),
    ("gemini", as_json(bodies.GEMINI_ANSWER_BLOCKED), "refused", "blocked"),
    ("gemini", as_json(bodies.GEMINI_CUT), "failed", "cut off"),
    ("gemini", as_json(bodies.GEMINI_CUT_WHILE_THINKING), "failed", "cut off"),
    ("gemini", as_json(bodies.GEMINI_OTHER), "failed", "not the asked shape"),
    ("compatible", as_json(bodies.VLLM_BAD_KEY, 401), "failed", "does not take the key"),
    ("compatible", as_json(bodies.VLLM_NO_MODEL, 404), "failed", "does not know the model"),
    ("compatible", as_json(bodies.VLLM_TOO_LONG, 400), "failed", "longer than the model reads"),
    ("compatible", as_json(bodies.OLLAMA_NO_MODEL, 404), "failed", "does not know the model"),
    ("compatible", as_json(bodies.OLLAMA_NO_MODEL_NATIVE, 404), "failed", "does not know the model"),
    ("compatible", as_json(bodies.OLLAMA_OTHER), "failed", "not the asked shape"),
    ("compatible", as_json(bodies.VLLM_OTHER), "failed", "not the asked shape"),
    ("compatible", as_json({"error": "payment required"}, 402), "quota", "quota is used up"),
]


@pytest.mark.parametrize(("speech", "answer", "reason", "words"), BAD)
def test_each_bad_answer_has_its_reason_in_plain_words(speech, answer, reason, words):
    with LlmServer(speech, answer) as server:
        problem = failure(server)

    assert problem.reason == reason
    assert words in problem.detail


@pytest.mark.parametrize(
    "words",
    [
        "Certainly! Here is my advice.", "", '{"summary": "x", "suggestions": [', '{"summary": NaN, "suggestions": []}',
        '{"summary": "a", "summary": "b", "suggestions": []}', "[" * 50_000, "null", "[]", '{"suggestions": []}',
        '{"summary": 1, "suggestions": []}', '{"summary": "x", "suggestions": [{"kind": "sell"}]}', "1e999", '"x"',
    ],
)  # fmt: skip
def test_what_is_no_json_of_the_asked_shape_has_failed(server, words):
    server.steps = [words]

    assert failure(server).reason == "failed"
    assert len(server.asked) == 1


def test_what_was_spent_on_a_useless_answer_is_told(server):
    server.steps = ["no JSON"]

    assert failure(server).tokens == bodies.TOKENS_IN + bodies.TOKENS_SAID


@pytest.mark.parametrize(
    "body",
    [[], {}, None, 7, {"choices": []}, {"choices": [7]}, {"candidates": [None]}, {"choices": {"0": {}}}, {"error": 3}],
)
def test_an_envelope_of_another_shape_has_failed(server, body):
    server.steps = [as_json(body)]

    assert failure(server).reason == "failed"


@pytest.mark.parametrize("tokens", [-5, "many", 1e30, True, None, 10**12])
def test_a_count_of_tokens_that_is_none_is_nothing(tokens):
    with LlmServer("openai") as server:
        server.steps = [server.says(GOOD, usage={"prompt_tokens": tokens, "completion_tokens": tokens})]
        reply = ask(server)

    assert (reply.tokens_in, reply.tokens_out) == (0, 0)


# ---- Again, or not ----


def test_what_may_pass_is_asked_again(server):
    server.steps = [as_json(bodies.OPENAI_BROKEN, 500), "reset", GOOD]

    assert ask(server).data == GOOD
    assert len(server.asked) == 3


def test_an_exhausted_quota_is_never_asked_again():
    for speech, body in (("openai", bodies.OPENAI_NO_QUOTA), ("gemini", bodies.gemini_no_quota())):
        with LlmServer(speech, as_json(body, 429, x_should_retry="true")) as server:
            assert failure(server).reason == "quota"
            assert len(server.asked) == 1


def test_a_limit_of_the_minute_is_asked_again_after_the_pause_that_the_service_names():
    pauses: list[float] = []
    with LlmServer(
        "openai", as_json(bodies.OPENAI_TOO_FAST, 429, retry_after="9", retry_after_ms="1800"), GOOD
    ) as server:
        policy = Service("The model", deadline_s=5, most_bytes=100_000, pause=pauses.append)
        assert ask(server, policy).data == GOOD

    assert pauses == [1.8]


def test_gemini_says_in_its_body_how_long_to_wait():
    soon = as_json(bodies.gemini_no_quota("2.5s"), 429)
    daily = as_json(bodies.gemini_no_quota("2.5s", per="Day"), 429)
    pauses: list[float] = []
    policy = Service("The model", deadline_s=5, most_bytes=100_000, pause=pauses.append)
    with LlmServer("gemini", soon, GOOD) as server:
        assert ask(server, policy).data == GOOD
    with LlmServer("gemini", daily, GOOD) as server:
        assert failure(server).reason == "quota"

    assert pauses == [2.5]


def test_a_service_that_says_not_to_retry_is_obeyed():
    with LlmServer("openai", as_json(bodies.OPENAI_BROKEN, 500, x_should_retry="false"), GOOD) as server:
        assert failure(server).reason == "failed"
        assert len(server.asked) == 1


def test_a_wrong_key_is_not_tried_again(server):
    if server.speech == "compatible":
        server.steps = [as_json(bodies.VLLM_BAD_KEY, 401)]
    failure(server, TAKINGS_LLM_KEY="another-key")

    assert len(server.asked) == 1


# ---- Settings ----


def test_without_a_key_no_model_is_configured_and_nothing_is_asked(server):
    settings = config.load({"TAKINGS_LLM": "openai", "TAKINGS_LLM_URL": server.url}, dotenv=None)

    assert not llm.is_configured(settings)
    assert not llm.is_open(settings)
    with pytest.raises(llm.ModelFailure, match="No model is configured"):
        llm.ask(settings, "s", "u", SCHEMA, most_tokens=10)
    assert not server.asked


def test_a_prompt_is_a_file_with_the_plain_question_in_it():
    text = llm.read_prompt("recommendations", VERSION)

    assert "Given this sales data, which products should we promote for higher revenue?" in text
    for name in ("promotions-999", "../promotions-1", "promotions-1.txt"):
        with pytest.raises(FileNotFoundError):
            llm.read_prompt("recommendations", name)


# ---- The key ----


def test_the_key_is_in_no_log_no_reply_and_no_failure(server, caplog):
    caplog.set_level(logging.DEBUG)
    echo = [
        {"summary": f"Your key is {KEY}.", "suggestions": []}, f"no JSON {KEY}",
        as_json({"error": {"message": KEY, "code": KEY, "type": KEY, "status": KEY, "details": [{"reason": KEY}]}}, 400),
        as_json({"error": KEY}, 401), as_json({"error": {"code": KEY}}, 404),
    ]  # fmt: skip
    said = []
    for step in echo:
        server.steps = [step if not isinstance(step, dict) else server.says(step, model=KEY, modelVersion=KEY)]
        try:
            said.append(repr(ask(server)))
        except llm.ModelFailure as problem:
            said.append(repr((problem, problem.detail, problem.__context__ and problem.__suppress_context__)))

    assert len(said) == len(echo)
    assert KEY not in "".join(said) + caplog.text
    assert KEY in str(server.asked[0].headers)


@pytest.mark.parametrize("key", ["päss-key-000", "clé secrète"])
def test_a_key_with_impossible_characters_is_refused_without_being_shown(server, key):
    problem = failure(server, TAKINGS_LLM_KEY=key)

    assert problem.reason == "failed"
    assert key not in problem.detail
    assert not server.asked
