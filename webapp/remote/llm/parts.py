"""What an answer of a model is made of, and how its parts are read without trusting one of them."""

import json
import re
from dataclasses import dataclass
from typing import Any

from webapp.remote.client import Failure

# A text of a model longer than this is not read at all.
MOST_CHARACTERS = 400_000
MOST_TOKENS_TOLD = 10**9
NAME = re.compile(r"[\w./:@ -]{1,100}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came whole and has the asked shape. model: the one that answered; tokens_out: with those of thinking."""

    data: Any
    provider: str
    model: str
    tokens_in: int
    tokens_out: int
    took_ms: int


class ModelFailure(Exception):
    """There is no usable answer.

    reason: `failed` (network, status, deadline, cut off, no JSON, not the schema), `refused` (the model or its filter would
    not answer) or `quota` (nothing left to ask with). detail is plain and holds no key. tokens are what it has cost.
    """

    def __init__(self, reason: str, detail: str, tokens_in: int = 0, tokens_out: int = 0) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out

    @property
    def tokens(self) -> int:
        """What the failed call has cost, as far as it was told."""
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider's envelope held. text: the model's words, None where it gave none; ended: why it ended, if not well."""

    text: str | None
    model: str | None
    tokens_in: int
    tokens_out: int
    ended: str | None = None
    reason: str = "failed"


def at(data: Any, *path: str | int) -> Any:
    """The member of nested objects and lists, None where there is no such thing."""
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and len(data) > step else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def text_at(data: Any, *path: str | int) -> str | None:
    """The member as text, None where it is something else."""
    found = at(data, *path)
    return found if isinstance(found, str) else None


def count_at(data: Any, *path: str | int) -> int:
    """The member as a count of tokens; 0 where it is none, or beyond belief."""
    found = at(data, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < MOST_TOKENS_TOLD else 0


def error_of(failure: Failure) -> Any:
    """The error object of a failed answer: `{"error": {...}}`, a list of one of these, or `{"error": "text"}`."""
    body = failure.body
    if isinstance(body, list):
        body = at(body, 0)
    error = at(body, "error")
    return {"message": error} if isinstance(error, str) else error


def code_of(*candidates: Any) -> str | None:
    """The first that looks like a code rather than prose, which might quote a key."""
    for candidate in candidates:
        if isinstance(candidate, str) and CODE.fullmatch(candidate):
            return candidate
    return None


def read_json(text: str) -> Any:
    """The one JSON value of a text. Raises ValueError: no JSON, a name twice, NaN, too deep, too long."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError("too long")
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("too deep") from None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("beyond every number")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def without(secret: str | None, data: Any) -> Any:
    """The same data with the key taken out of every text: a server knows it and may send it back.

    Texts of under six characters are no keys and stay.
    """
    if not secret or len(secret) < 6:
        return data
    if isinstance(data, str):
        return data.replace(secret, "[key]")
    if isinstance(data, list):
        return [without(secret, one) for one in data]
    if isinstance(data, dict):
        return {name.replace(secret, "[key]"): without(secret, one) for name, one in data.items()}
    return data
