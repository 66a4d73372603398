"""Chat completions as OpenAI speaks them, and as Ollama, vLLM and others speak them after it.

Source: openai/openai-openapi (CreateChatCompletionResponse, Error), the retry rules of openai-python, Ollama's
docs/api/openai-compatibility.mdx.
"""

import re
from typing import Any

from webapp.remote.client import Failure, is_retryable
from webapp.remote.llm.parts import Said, at, code_of, count_at, error_of, text_at

OUT_OF_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded"}
ENDS = {"length": "was cut off", "content_filter": "was blocked by a filter", "tool_calls": "asked for a tool"}


def address(base: str, _model: str) -> str:
    """Where to ask, below the prefix that ends with /v1."""
    return f"{base}/chat/completions"


def headers(key: str | None) -> dict[str, str]:
    """What says who asks; a server of one's own may want no key."""
    return {"authorization": f"Bearer {key}"} if key else {}


def question(
    model: str, system: str, user: str, schema: dict[str, Any], most_tokens: int, compatible: bool
) -> dict[str, Any]:
    """The body of the question. Other servers know the older name of the limit, and thinking there is not counted apart."""
    limit = "max_tokens" if compatible else "max_completion_tokens"
    return {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        limit: most_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "advice", "strict": True, "schema": schema},
        },
    }


def said(data: Any, compatible: bool) -> Said:
    """What the model said, or why it did not: only `stop` without a refusal is an answer."""
    usage = (count_at(data, "usage", "prompt_tokens"), count_at(data, "usage", "completion_tokens"))
    model = text_at(data, "model")
    message = at(data, "choices", 0, "message")
    ended = text_at(data, "choices", 0, "finish_reason")
    if at(message, "refusal"):
        return Said(None, model, *usage, ended="would not answer", reason="refused")
    if ended != "stop":
        reason = "refused" if ended == "content_filter" else "failed"
        return Said(None, model, *usage, ended=ENDS.get(ended or "", "gave no whole answer"), reason=reason)
    text = text_at(message, "content")
    return Said(_bare(text) if text and compatible else text, model, *usage)


def _bare(text: str) -> str:
    # Small models think aloud, or put their JSON into a fence, where their server lets them.
    text = re.sub(r"\A\s*<think>.*?</think>", "", text, count=1, flags=re.DOTALL).strip()
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*)\n\s*```", text, flags=re.DOTALL)
    return fenced.group(1) if fenced else text


def retry(failure: Failure) -> bool:
    """Whether to ask again: never on an exhausted quota, else as the service says, else as the status says."""
    if is_out_of_quota(failure):
        return False
    said_so = failure.headers.get("x-should-retry", "").lower()
    if failure.kind == "status" and said_so in ("true", "false"):
        return said_so == "true"
    return is_retryable(failure)


def is_out_of_quota(failure: Failure) -> bool:
    """Whether there is nothing left to ask with, as opposed to too many questions a minute."""
    error = error_of(failure)
    told = {text_at(error, "code"), text_at(error, "type")}
    return failure.status == 402 or bool(told & OUT_OF_QUOTA)


def is_bad_key(failure: Failure) -> bool:
    """Whether the key was not taken."""
    return failure.status in (401, 403)


def code(failure: Failure) -> str | None:
    """The service's own word for what went wrong."""
    error = error_of(failure)
    return code_of(at(error, "code"), at(error, "type"))
