"""Values as PostgreSQL's statements take them: lists and columns as one array each, texts without what it cannot hold."""

import json
from collections.abc import Sequence
from typing import Any

from webapp.db import dialect


class Literal(str):
    """Text whose type the statement knows."""

    __slots__ = ()


def bind(statement: dialect.Statement, parameters: Any) -> Sequence[Any] | None:
    """The values of a statement's places, in order; None where it has none."""
    if not statement.names:
        return None if isinstance(parameters, dict) else tuple(parameters) or None
    if not statement.lists:
        return [parameters[name] for name in statement.names]
    return [
        array(json.loads(parameters[name]), "") if name in statement.lists else parameters[name]
        for name in statement.names
    ]


def array(column: Sequence[Any], kind: str) -> Literal:
    """Values as one array. kind: their type, where that is known to be a number's."""
    if kind in ("bigint", "double precision"):
        text = repr([*column])
        if "e" in text or "<" in text:  # None, True, a name of a number: all else is written as PostgreSQL reads it
            text = " " + ",".join(["NULL" if one is None else repr(one + 0) for one in column]) + " "
        return Literal("{" + text[1:-1] + "}")
    return Literal("{" + ",".join(map(_element, column)) + "}")


def without_nul(value: Any) -> Any:
    """PostgreSQL's texts cannot hold U+0000: the sign for what cannot be shown stands for it."""
    return value.__class__(value.replace("\0", "\ufffd")) if isinstance(value, str) else value


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        value = without_nul(value)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bytes):
        return '"\\\\x' + value.hex() + '"'
    return str(int(value)) if isinstance(value, bool) else str(value)
