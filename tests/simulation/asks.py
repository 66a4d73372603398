"""What a client asks of the shop: one request, which may be sent again, written each time a little differently."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any


@dataclass(frozen=True)
class Ask:
    """A request. verb: the model's name of it; content: the body, its money as Decimals; key: its Idempotency-Key."""

    verb: str
    method: str
    path: str
    content: Any = None
    key: str | None = None

    def with_content(self, content: Any) -> "Ask":
        """The same request, the same key, with other content."""
        return replace(self, content=content)

    @property
    def meaning(self) -> tuple[str, str, Any]:
        """What tells it from another request; 2.4 and 2.40 are the same."""
        return self.method, self.path, self.content

    @property
    def dated(self) -> bool:
        """Whether it names a time: where the clock is put back, that may lie in the future when it is sent again."""
        drafts = self.content if isinstance(self.content, list) else [self.content]
        return any(isinstance(one, dict) and ("placed_at" in one or "returned_at" in one) for one in drafts)

    def headers(self) -> dict[str, str]:
        """The headers that it is sent with."""
        kind = "application/x-ndjson" if self.verb == "batch" else "application/json"
        sent = {"Accept": "application/json", "Content-Type": kind}
        return sent if self.key is None else {**sent, "Idempotency-Key": self.key}

    def body(self, dice: Random) -> bytes:
        """Its body: spaces, the order of members and the zeros behind the point are as it happens."""
        if self.content is None:
            return b""
        if self.verb == "batch":
            return b"".join(text(item, dice).encode() + b"\n" for item in self.content)
        return text(self.content, dice).encode()


def text(value: Any, dice: Random) -> str:
    """JSON of a value."""
    if isinstance(value, dict):
        names = list(value)
        dice.shuffle(names)
        return (
            "{"
            + dice.choice((",", ", ")).join(f"{json.dumps(name)}: {text(value[name], dice)}" for name in names)
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(text(one, dice) for one in value) + "]"
    if isinstance(value, Decimal):
        said = format(value, "f")
        return said.rstrip("0").rstrip(".") if "." in said and dice.random() < 0.5 else said
    return json.dumps(value)


def read(body: bytes) -> Any:
    """The JSON of an answer, its numbers exact."""
    return json.loads(body, parse_float=Decimal) if body else None


def differs(expected: Any, found: Any, at: str = "") -> str:
    """Where `found` does not hold what is expected, in words; nothing where it does. It may have more members."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            if name not in found:
                return f"{at}/{name} is missing"
            if said := differs(value, found[name], f"{at}/{name}"):
                return said
        return ""
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{at} has {len(found)} entries, not {len(expected)}"
        said = (
            differs(one, other, f"{at}/{index}") for index, (one, other) in enumerate(zip(expected, found, strict=True))
        )
        return next((one for one in said if one), "")
    same = expected == found and isinstance(expected, bool) == isinstance(found, bool)
    return "" if same else f"{at} is {found!r}, not {expected!r}"
