"""Gemini's generateContent.

Source: googleapis/python-genai, types.py (FinishReason, BlockedReason, UsageMetadata) and errors.py. A wrong key is a 400,
not a 401; a blocked question is a 200 without candidates; how long to wait stands in the body ("34s").
"""

import re
from typing import Any
from urllib.parse import quote

from webapp.remote.client import Failure, is_retryable
from webapp.remote.llm.parts import Said, at, code_of, count_at, error_of, text_at

BLOCKED = {
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
}  # fmt: skip
BAD_KEY = {"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED"}


def address(base: str, model: str) -> str:
    """Where to ask, below the prefix that ends with /v1beta."""
    return f"{base}/models/{quote(model.removeprefix('models/'), safe='')}:generateContent"


def headers(key: str | None) -> dict[str, str]:
    """What says who asks; never in the address, which ends in logs."""
    return {"x-goog-api-key": key} if key else {}


def question(system: str, user: str, schema: dict[str, Any], most_tokens: int) -> dict[str, Any]:
    """The body of the question; newer models refuse a temperature."""
    return {
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": [{"role": "user", "parts": [{"text": user}]}],
        "generationConfig": {
            "maxOutputTokens": most_tokens,
            "responseMimeType": "application/json",
            "responseJsonSchema": schema,
        },
    }


def said(data: Any) -> Said:
    """What the model said, or why it did not: only STOP with parts is an answer."""
    data = at(data, 0) if isinstance(data, list) else data
    usage = at(data, "usageMetadata")
    tokens = (
        count_at(usage, "promptTokenCount"),
        count_at(usage, "candidatesTokenCount") + count_at(usage, "thoughtsTokenCount"),
    )
    model = text_at(data, "modelVersion")
    if at(data, "promptFeedback", "blockReason"):
        return Said(None, model, *tokens, ended="was blocked by a filter", reason="refused")
    ended = text_at(data, "candidates", 0, "finishReason")
    if ended in BLOCKED:
        return Said(None, model, *tokens, ended="was blocked by a filter", reason="refused")
    if ended != "STOP":
        how = "was cut off" if ended == "MAX_TOKENS" else "gave no whole answer"
        return Said(None, model, *tokens, ended=how)
    return Said(_text(at(data, "candidates", 0, "content", "parts")), model, *tokens)


def _text(parts: Any) -> str | None:
    texts = [
        part["text"]
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, dict) and isinstance(part.get("text"), str) and not part.get("thought")
    ]
    return "".join(texts) or None


def retry(failure: Failure) -> bool:
    """Whether to ask again, and when: a quota of a minute comes back, one of a day does not within a call."""
    if failure.kind == "status" and failure.status == 429:
        failure.retry_after_s = _delay_s(failure) or failure.retry_after_s
        return failure.retry_after_s is not None and "PerDay" not in _quotas(failure)
    return is_retryable(failure)


def _details(failure: Failure) -> list[Any]:
    details = at(error_of(failure), "details")
    return details if isinstance(details, list) else []


def _delay_s(failure: Failure) -> float | None:
    for detail in _details(failure):
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)s", text_at(detail, "retryDelay") or "")
        if found:
            return float(found.group(1))
    return None


def _quotas(failure: Failure) -> str:
    violations = [at(detail, "violations") for detail in _details(failure)]
    return " ".join(
        text_at(one, "quotaId") or "" for some in violations if isinstance(some, list) for one in some
    )  # fmt: skip


def is_out_of_quota(failure: Failure) -> bool:
    """Whether there is nothing left to ask with; Gemini says so of the minute and of the day."""
    return failure.status == 429


def is_bad_key(failure: Failure) -> bool:
    """Whether the key was not taken: a 400 with a reason of its own, or a 401 or 403."""
    reasons = {text_at(detail, "reason") for detail in _details(failure)}
    return failure.status in (401, 403) or bool(reasons & BAD_KEY)


def code(failure: Failure) -> str | None:
    """The service's own word for what went wrong."""
    error = error_of(failure)
    return code_of(*(text_at(detail, "reason") for detail in _details(failure)), at(error, "status"))
