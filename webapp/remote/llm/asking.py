"""Ask a model one question and get JSON of the asked shape, or a ModelFailure that says why not, without any key in it."""

from functools import lru_cache
from typing import Any, NamedTuple

from webapp.config import Settings
from webapp.remote.client import Answer, Failure, Service
from webapp.remote.llm import gemini, openai
from webapp.remote.llm.parts import NAME, ModelFailure, Reply, Said, error_of, read_json, text_at, without
from webapp.remote.llm.schema import mismatch, trimmed

# A call with all its tries ends after this; an answer of advice has some 10 KB.
DEADLINE_S, MOST_BYTES = 20.0, 1_000_000
# A question whose answer never came whole was read all the same; some four characters are a token.
BILLED, CHARACTERS_A_TOKEN = frozenset({"deadline", "too_large", "not_json"}), 4
TITLES = {"openai": "OpenAI", "gemini": "Gemini", "compatible": "The model's server"}
# Small, quick models with structured output that their makers list as current (November 2026); Gemini 2.5 ended in October.
MODELS = {"openai": "gpt-5.4-mini", "gemini": "gemini-3.5-flash-lite", "compatible": "default"}
BASES = {
    "openai": "https://api.openai.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "compatible": "http://127.0.0.1:11434/v1",
}


class _Asked(NamedTuple):
    provider: str
    model: str
    key: str | None
    base: str


def is_configured(settings: Settings) -> bool:
    """Whether there is a model to ask: a provider is chosen and, but for a server of one's own, has a key."""
    return settings.llm in MODELS and bool(settings.llm_key or settings.llm == "compatible")


def model_of(settings: Settings) -> str:
    """The name of the model that is asked."""
    return settings.llm_model or MODELS[settings.llm]


def is_open(settings: Settings) -> bool:
    """Whether the model is left alone for a moment in this process, because it failed too often in a row."""
    return is_configured(settings) and _service(settings.llm, _base(settings)).is_open()


def ask(
    settings: Settings, system: str, user: str, schema: dict[str, Any], *, most_tokens: int,
    service: Service | None = None,
) -> Reply:  # fmt: skip
    """The model's answer, of the shape of `schema`; what it holds besides is left out.

    most_tokens: of the answer, thinking included. service: another policy than the usual one, for a test.
    Raises ModelFailure: `failed`, `refused` or `quota`.
    """
    if not is_configured(settings):
        raise ModelFailure("failed", "No model is configured.")
    asked = _Asked(settings.llm, model_of(settings), settings.llm_key, _base(settings))
    if not (asked.key or "x").isascii() or not (asked.key or "x").isprintable():
        raise ModelFailure("failed", "The key of the model holds characters that no key has.")
    answer = _put(service or _service(asked.provider, asked.base), asked, system, user, schema, most_tokens)
    compatible = asked.provider == "compatible"
    said = gemini.said(answer.data) if asked.provider == "gemini" else openai.said(answer.data, compatible)
    data = _data(said, asked, schema)
    model = without(asked.key, said.model)
    if not model or not NAME.fullmatch(model):
        model = asked.model
    return Reply(data, asked.provider, model, said.tokens_in, said.tokens_out, answer.took_ms)


def _base(settings: Settings) -> str:
    return str(settings.llm_url or BASES[settings.llm]).rstrip("/")


@lru_cache(maxsize=8)
def _service(provider: str, _base: str) -> Service:
    # One breaker for each server: a new address begins with a clean slate.
    return Service(TITLES[provider], deadline_s=DEADLINE_S, most_bytes=MOST_BYTES)


def _put(
    service: Service, asked: _Asked, system: str, user: str, schema: dict[str, Any], most_tokens: int
) -> Answer:  # fmt: skip
    if asked.provider == "gemini":
        body = gemini.question(system, user, schema, most_tokens)
        url, headers, retry = gemini.address(asked.base, asked.model), gemini.headers(asked.key), gemini.retry
    else:
        body = openai.question(asked.model, system, user, schema, most_tokens, asked.provider == "compatible")
        url, headers, retry = openai.address(asked.base, asked.model), openai.headers(asked.key), openai.retry
    try:
        return service.ask("POST", url, headers=headers, json=body, retry=retry)
    except Failure as failure:
        problem = _explained(failure, asked)
        if failure.kind in BILLED:
            problem.tokens_in = (len(system) + len(user)) // CHARACTERS_A_TOKEN
        raise problem from None


def _explained(failure: Failure, asked: _Asked) -> ModelFailure:
    """The failure in our own words: those of the service may quote a key."""
    speech, title = gemini if asked.provider == "gemini" else openai, TITLES[asked.provider]
    if failure.kind != "status":
        return ModelFailure("failed", without(asked.key, failure.detail))
    code = without(asked.key, speech.code(failure))
    status = f"status {failure.status}" + (f", {code}" if code else "")
    if speech.is_out_of_quota(failure):
        return ModelFailure("quota", f"{title} says that the quota is used up ({status}).")
    if speech.is_bad_key(failure):
        return ModelFailure("failed", f"{title} does not take the key ({status}).")
    if failure.status == 404:
        return ModelFailure("failed", without(asked.key, f"{title} does not know the model {asked.model} ({status})."))
    if "context length" in (text_at(error_of(failure), "message") or ""):
        return ModelFailure("failed", f"The brief is longer than the model reads ({status}).")
    return ModelFailure("failed", f"{title} answered with an error ({status}).")


def _data(said: Said, asked: _Asked, schema: dict[str, Any]) -> Any:
    def fail(detail: str, reason: str = "failed") -> ModelFailure:
        return ModelFailure(reason, detail, said.tokens_in, said.tokens_out)

    if said.ended is not None:
        raise fail(
            f"The model's answer {said.ended}." if "was" in said.ended else f"The model {said.ended}.", said.reason
        )
    if said.text is None:
        raise fail("The model's answer was empty.")
    try:
        data = read_json(said.text)
    except ValueError:
        raise fail("The model's answer was no JSON.") from None
    wrong = mismatch(data, schema)
    if wrong:
        raise fail(f"The model's answer has not the asked shape: {wrong}."[:200])
    return without(asked.key, trimmed(data, schema))
