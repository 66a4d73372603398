"""What the services of models say, well and badly, as JSON: OpenAI's chat completions, Gemini, Ollama and vLLM.

The shapes and the words that programs read are those that the services document (see webapp/remote/llm for the sources);
names, figures and prose are made up here.
"""

from typing import Any

Body = dict[str, Any]

TOKENS_IN, TOKENS_OUT, TOKENS_THOUGHT = 173, 38, 12
TOKENS_SAID = TOKENS_OUT + TOKENS_THOUGHT
MADE_S = 1_812_345_678
# What nobody asked for, whole and torn off.
OTHER_WORDS = '{"ideas": [{"article": "TEAPOT-7", "move": "to the window", "sure": 3}]}'
TORN_WORDS = OTHER_WORDS[:37]

# ---- OpenAI ----


def openai_chat(text: str | None, model: str = "gpt-of-the-harbour-3", ended: str = "stop", **said: Any) -> Body:
    """A chat completion; said: further members of the message."""
    details = {"accepted_prediction_tokens": 0, "audio_tokens": 0, "rejected_prediction_tokens": 0}
    return {
        "id": "chatcmpl-harbour-61", "object": "chat.completion", "created": MADE_S, "model": model,
        "choices": [{
            "index": 0, "logprobs": None, "finish_reason": ended,
            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": [], **said},
        }],
        "usage": {
            "prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_SAID, "total_tokens": TOKENS_IN + TOKENS_SAID,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 64},
            "completion_tokens_details": {**details, "reasoning_tokens": TOKENS_THOUGHT},
        },
        "service_tier": "default", "system_fingerprint": "fp_5ea9u11",
    }  # fmt: skip


def openai_error(message: str, kind: str, code: str | None = None, param: str | None = None) -> Body:
    """An error of OpenAI, and of Ollama's imitation."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


OPENAI_OTHER = openai_chat(OTHER_WORDS)
OPENAI_CUT = openai_chat(TORN_WORDS, ended="length")
OPENAI_REFUSED = openai_chat(None, refusal="Advice on teapots is nothing I give.")
OPENAI_FILTERED = openai_chat("", ended="content_filter")
OPENAI_BAD_KEY = openai_error("Nobody here knows the key sk-****9x.", "invalid_request_error", "invalid_api_key")
OPENAI_BAD_SCHEMA = openai_error(
    "The schema 'advice' lacks 'additionalProperties' at its top.", "invalid_request_error", param="response_format"
)
OPENAI_NO_MODEL = openai_error("There is no model of that name for you.", "invalid_request_error", "model_not_found")
OPENAI_NO_QUOTA = openai_error("The purse of this account is empty.", "insufficient_quota", "insufficient_quota")
OPENAI_TOO_FAST = openai_error("Too many tokens this minute: 5100 of 5000.", "tokens", "rate_limit_exceeded")
OPENAI_BROKEN = openai_error("Something tripped on our side.", "server_error")

# ---- Gemini ----

HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
TYPES = "type.googleapis.com/google.rpc"


def gemini_answer(*parts: Body, ended: str = "STOP", said: int = TOKENS_OUT, model: str = "gemini-of-the-pier") -> Body:
    """An answer with these parts; without any, its content has no parts at all. said: tokens beside those of thinking."""
    content = {"parts": list(parts), "role": "model"} if parts else {"role": "model"}
    return {
        "candidates": [{"content": content, "index": 0, "finishReason": ended}],
        **_gemini_end(model, said, TOKENS_THOUGHT),
    }


def _gemini_end(model: str, said: int = 0, thought: int = 0) -> Body:
    # What is nothing is left out.
    counts = {"candidatesTokenCount": said, "thoughtsTokenCount": thought}
    return {
        "usageMetadata": {
            "promptTokenCount": TOKENS_IN,
            **{name: count for name, count in counts.items() if count},
            "totalTokenCount": TOKENS_IN + said + thought,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": TOKENS_IN}],
        },
        "modelVersion": model,
        "responseId": "pier-0042",
    }


def _gemini_ratings(blocked: str) -> list[Body]:
    return [
        {"category": f"HARM_CATEGORY_{harm}", "probability": "HIGH", "blocked": True}
        if harm == blocked
        else {"category": f"HARM_CATEGORY_{harm}", "probability": "NEGLIGIBLE"}
        for harm in HARMS
    ]


def gemini_error(code: int, status: str, message: str, *details: Body) -> Body:
    """An error of Gemini; details: what programs read of it."""
    error = {"code": code, "message": message, "status": status}
    return {"error": {**error, "details": list(details)} if details else error}


def gemini_no_quota(again: str = "47s", per: str = "Minute") -> Body:
    """A quota that is used up; again: when to come back; per: `Minute` or `Day`."""
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": f"GenerateRequestsPer{per}PerProjectPerModel-FreeTier",
        "quotaDimensions": {"location": "global", "model": "gemini-of-the-pier"},
        "quotaValue": "6",
    }
    return gemini_error(
        429, "RESOURCE_EXHAUSTED", f"Six questions were free; the next is in {again}.",
        {"@type": f"{TYPES}.QuotaFailure", "violations": [violation]},
        {"@type": f"{TYPES}.Help", "links": [{"description": "On limits", "url": "https://limits.example/"}]},
        {"@type": f"{TYPES}.RetryInfo", "retryDelay": again},
    )  # fmt: skip


GEMINI_OTHER = gemini_answer({"text": OTHER_WORDS})
GEMINI_CUT = gemini_answer({"text": TORN_WORDS}, ended="MAX_TOKENS")
GEMINI_CUT_WHILE_THINKING = gemini_answer(ended="MAX_TOKENS", said=0)
GEMINI_PROMPT_BLOCKED = {
    "promptFeedback": {"blockReason": "SAFETY", "safetyRatings": _gemini_ratings("HATE_SPEECH")},
    **_gemini_end("gemini-of-the-pier"),
}
GEMINI_ANSWER_BLOCKED = {
    "candidates": [{"index": 0, "finishReason": "SAFETY", "safetyRatings": _gemini_ratings("DANGEROUS_CONTENT")}],
    **_gemini_end("gemini-of-the-pier"),
}
GEMINI_BAD_KEY = gemini_error(
    400, "INVALID_ARGUMENT", "This key opens nothing.",
    {
        "@type": f"{TYPES}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    },
)  # fmt: skip
GEMINI_FORBIDDEN = gemini_error(403, "PERMISSION_DENIED", "Say who you are before you ask.")
GEMINI_NO_MODEL = gemini_error(404, "NOT_FOUND", "No models/teapot stands on this shelf.")
GEMINI_BROKEN = gemini_error(500, "INTERNAL", "A cog is loose here.")
GEMINI_BUSY = gemini_error(503, "UNAVAILABLE", "All hands are busy.")
GEMINI_BUSY_IN_A_LIST = [GEMINI_BUSY]

# ---- Ollama and vLLM, which speak as OpenAI does ----


def _compatible_chat(model: str, choice: Body, usage: Body, message: Body, **more: Any) -> Body:
    said = {"role": "assistant", "content": OTHER_WORDS, **message}
    counts = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_SAID, "total_tokens": TOKENS_IN + TOKENS_SAID}
    return {
        "id": "chatcmpl-77", "object": "chat.completion", "created": MADE_S, "model": model,
        "choices": [{"index": 0, "message": said, "finish_reason": "stop", **choice}],
        "usage": {**counts, **usage}, **more,
    }  # fmt: skip


def vllm_error(code: int, kind: str, message: str, param: str | None = None) -> Body:
    """An error of vLLM, whose code is the status."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


OLLAMA_OTHER = _compatible_chat(
    "small-gull:4b", {}, {}, {"reasoning": "Teapots first, then."}, system_fingerprint="fp_ollama"
)
OLLAMA_NO_MODEL = openai_error("there is no 'teapot' here, pull it first", "not_found_error")
OLLAMA_NO_MODEL_NATIVE = {"error": "there is no 'teapot' here, pull it first"}
VLLM_OTHER = _compatible_chat(
    "harbour/small-gull-4b", {"logprobs": None, "stop_reason": None}, {"prompt_tokens_details": None},
    {
        "refusal": None, "annotations": [], "tool_calls": [], "reasoning_content": None, "function_call": None,
        "audio": None,
    },
    system_fingerprint=None, service_tier=None, prompt_logprobs=None, kv_transfer_params=None,
)  # fmt: skip
VLLM_BAD_KEY = {"error": "Who is there?"}
VLLM_NO_MODEL = vllm_error(404, "NotFoundError", "No `teapot` is served here.", "model")
VLLM_TOO_LONG = vllm_error(400, "BadRequestError", "The context length ends at 4096 tokens and these are 5120.")
