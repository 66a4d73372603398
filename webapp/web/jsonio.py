"""JSON in and out: exact decimals, strict input, no binary float in either direction."""

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii
from typing import Any

import msgspec

from webapp.errors import Malformed

MAX_DEPTH = 100
MAX_DIGITS = 4000
sys.set_int_max_str_digits(MAX_DIGITS)
_FAR = "999999999"


# ---- In ----


class _Refused(ValueError):
    """What the parser's hooks refuse."""


def loads(body: bytes) -> Any:
    """The value of a JSON text: objects as dicts, whole numbers as int, other numbers as exact Decimals.

    Raises Malformed: not UTF-8, no JSON (NaN and Infinity, too), a key twice in one object, an integer of more than
    4,000 digits, nesting over 100.
    """
    try:
        value = _decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8 (at byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"This is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    except _Refused as error:
        raise Malformed(str(error)) from None
    except ValueError:
        raise Malformed(f"An integer has more than {MAX_DIGITS:,} digits.") from None
    except RecursionError:
        raise Malformed(_TOO_DEEP) from None
    # Brackets that could nest too deep are rare, and counting them costs nothing.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    return value


_TOO_DEEP = f"The JSON is nested more than {MAX_DEPTH} deep."


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise Malformed(_TOO_DEEP)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"The key {encode_basestring_ascii(twice[:100])} stands twice in one object.")
    return found


def _constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON.")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # The exponent has more digits than a Decimal takes: such a number is as far out as one can say.
        mantissa, exponent = re.split("[eE]", text)
        return Decimal(f"{mantissa}e{'-' if exponent.startswith('-') else ''}{_FAR}")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)


def lines(body: bytes) -> Iterator[tuple[int, Any]]:
    """The values of a text with one JSON value a line, with their indexes from 0; blank lines are skipped.

    A line that is no JSON yields the Malformed that says why, and the others stand.
    """
    index = 0
    for line in body.split(b"\n"):
        text = line.strip(b" \t\r")
        if not text:
            continue
        try:
            value = loads(text)
        except Malformed as problem:
            value = problem
        yield index, value
        index += 1


# ---- Out ----


class _Raw(str):
    """A text that is JSON already: it is written as it stands."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    """What JSON does not know by itself as something that it knows."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        return _Raw(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    if hasattr(value, "keys"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _ascii(value: str) -> str:
    return value if value.__class__ is _Raw else encode_basestring_ascii(value)


def _canonical_number(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return _plain(value)
    # By digits: normalize() would round what has more than 28 of them.
    sign, digits, exponent = value.as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    kept = written.rstrip("0")
    power = int(exponent) + len(written) - len(kept)
    if not kept:
        return _Raw("0")
    return _Raw(f"{'-' if sign else ''}{kept}" + ("0" * power if 0 <= power < MAX_DIGITS else f"e{power}"))


class _Encoder:
    """The C encoder of the standard library asks `string` for every text, which lets a Decimal pass as its digits."""

    def __init__(self, other: Any = _plain, in_order: bool = False) -> None:
        make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
        self._parts = make(None, other, _ascii, None, ":", ",", in_order, False, False)

    def text(self, value: Any) -> str:
        return "".join(self._parts(value, 0))


_pure, _in_order = _Encoder(), _Encoder(_canonical_number, in_order=True)
_fast = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain).encode
_NO_NUMBERS = (b"NaN", b"Infinity")


def to_bytes(value: Any) -> bytes:
    """The JSON text in UTF-8 of dicts, lists, texts, ints, booleans, None and Decimals (exactly their digits).

    A lone surrogate, which UTF-8 cannot say, is written as its escape. Raises TypeError for anything else, ValueError for
    a Decimal that is not finite; such a float is null.
    """
    try:
        text = _fast(value)
    except UnicodeEncodeError:
        return _pure.text(value).encode()
    if any(name in text for name in _NO_NUMBERS):  # within a text, or one of those numbers
        _pure.text(value)
    return text


def dumps(value: Any) -> str:
    """What `to_bytes` says, as a text."""
    return to_bytes(value).decode()


def canonical(value: Any) -> bytes:
    """The same bytes for JSON values that are equal, whatever the order of members and the decimals of numbers."""
    return _in_order.text(value).encode()


def to_lines(values: Any) -> Iterator[bytes]:
    """One JSON text a line, for a streamed answer."""
    for value in values:
        yield to_bytes(value) + b"\n"
