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
PIECE_BYTES = 12_000  # of many lines that are read together
sys.set_int_max_str_digits(MAX_DIGITS)
_FAR = "999999999"
_SPACES = (b" :", b"\n:", b"\t:", b"\r:")


# ---- In ----


class _Refused(ValueError):
    """What the parser's hooks refuse."""


def loads(body: bytes) -> Any:
    """The value of a JSON text: objects as dicts, whole numbers as int, other numbers as exact Decimals.

    Raises Malformed: not UTF-8, no JSON (NaN and Infinity, too), a key twice in one object, an integer of more than
    4,000 digits, nesting over 100.
    """
    value = _quickly([body])
    return _strictly(body) if value is None else value[0]


def _quickly(texts: list[bytes]) -> list[Any] | None:
    """The values of these JSON texts by the parser that is quick; None where one of them has to be looked at strictly.

    It takes what the strict one takes but for a key twice, which it overlooks. Each member has a colon behind the quotation
    mark of its key, so that members that were lost are seen by counting.
    """
    sent = b"\n".join(texts)
    members = sent.count(b'":')
    if _has_spaced(sent, members):
        return None
    try:
        values = [_quick(text) for text in texts]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return values if _count_members(values) == members else None


def _has_spaced(text: bytes, members: int) -> bool:
    """Whether a colon may stand apart from the quotation mark of its key. members: how many stand right behind one."""
    return text.count(b":") != members and any(mark in text for mark in _SPACES)


def _count_members(values: list[Any]) -> int:
    """How many members the objects of these values have, however deep; -1 where something is nested over 100 deep."""
    count, level = 0, values
    for _ in range(MAX_DEPTH):
        below = []
        for outer in level:
            if type(outer) is dict:
                count += len(outer)
                outer = outer.values()
            elif type(outer) is not list:
                continue
            for inner in outer:
                if type(inner) is dict or type(inner) is list:
                    below.append(inner)
        if not below:
            return count
        level = below
    return -1


def _strictly(body: bytes) -> Any:
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


_quick = msgspec.json.Decoder(float_hook=_number).decode
_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)


class Plain:
    """Reads lines of JSON straight into structs of one type, where all that they say is what the type has members for."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._decode = msgspec.json.Decoder(kind, float_hook=_number).decode_lines

    def read(self, body: bytes) -> list[Any] | None:
        """A struct for each line; None where one of them has to be looked at as any JSON.

        Such are lines that end otherwise than by a newline alone, a member that the type has not, a value of another type,
        one that is said although it goes without saying, and a key twice.
        """
        body = body.rstrip(b"\n")
        ends = body.count(b"\n")
        # A value that goes on in the next line would end its own line otherwise.
        members = body.count(b'":')
        if body.count(b"}\n{") != ends or _has_spaced(body, members):
            return None
        try:
            found = self._decode(body)
            said = _fast(found)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return found if len(found) == ends + 1 and said.count(b'":') == members else None


def of_struct(value: msgspec.Struct) -> Any:
    """The JSON value that a struct was read from."""
    return msgspec.to_builtins(value, builtin_types=(Decimal,))


def lines(body: bytes, plain: Plain | None = None) -> Iterator[list[Any]]:
    """The values of a text with one JSON value a line, some at a time; blank lines are skipped.

    A line that is no JSON is the Malformed that says why, and the others stand. plain: reads those that it can.
    """
    for some in _pieces(body):
        found = plain.read(some) if plain is not None else None
        if found is None:
            texts = [text for line in some.split(b"\n") if (text := line.strip(b" \t\r"))]
            found = _quickly(texts) or [_loads_line(text) for text in texts]
        yield found


def _pieces(body: bytes) -> Iterator[bytes]:
    """The text, cut behind line ends."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + PIECE_BYTES) + 1 or len(body)
        yield body[start:end]
        start = end


def _loads_line(text: bytes) -> Any:
    try:
        return loads(text)
    except Malformed as problem:
        return problem


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
    """A whole number as an int, any other as an object of its digits, for which no text can be taken."""
    if isinstance(value, msgspec.Struct):
        return of_struct(value)
    if not isinstance(value, Decimal):
        return _plain(value)
    text, power = str(value), 0
    if "E" in text:
        # By digits: normalize() would round what has more than 28 of them.
        sign, digits, exponent = value.as_tuple()
        written = "".join(map(str, digits)).lstrip("0")
        kept = written.rstrip("0")
        power = int(exponent) + len(written) - len(kept) if kept else 0
        text = ("-" if sign else "") + (kept or "0")
    elif "." in text:
        text = text.rstrip("0").removesuffix(".")
    if "." not in text and 0 <= power <= MAX_DIGITS - len(text):
        return int(text + "0" * power)
    return {"": f"{text}e{power}"}


def _encoder(other: Any, text: Any, in_order: bool = False) -> Any:
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    return make(None, other, text, None, ":", ",", in_order, False, False)


# The C encoder of the standard library asks `text` for every text, which lets a Decimal pass as its digits.
_pure = _encoder(_plain, _ascii)
_in_order = _encoder(_canonical_number, encode_basestring_ascii, in_order=True)
_fast = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain).encode
_fast_in_order = msgspec.json.Encoder(order="sorted", decimal_format="number", enc_hook=_plain).encode
# Where the two encoders may differ: escapes, numbers that are not whole, or below nothing at all (or texts like them).
_OTHERWISE = (b"\\", b"\x7f", b".")


def to_bytes(value: Any) -> bytes:
    """The JSON text in UTF-8 of dicts, lists, texts, ints, booleans, None and Decimals (exactly their digits).

    A lone surrogate, which UTF-8 cannot say, is written as its escape. Raises TypeError for anything else, ValueError for
    a Decimal that is not finite; such a float is null.
    """
    try:
        text = _fast(value)
    except UnicodeEncodeError:
        return "".join(_pure(value, 0)).encode()
    if b"NaN" in text or b"Infinity" in text:  # within a text, or one of those numbers
        _pure(value, 0)
    return text


def dumps(value: Any) -> str:
    """What `to_bytes` says, as a text."""
    return to_bytes(value).decode()


def canonical(value: Any) -> bytes:
    """The same bytes for JSON values that are equal, whatever the order of members and the decimals of numbers."""
    try:
        text = _fast_in_order(value)
    except (UnicodeEncodeError, OverflowError, TypeError):
        pass
    else:
        if text.isascii() and not (
            any(mark in text for mark in _OTHERWISE)
            or (b"E" in text and (b"E+" in text or b"E-" in text))
            or (b"-" in text and b"-0" in text)
        ):
            return text
    return "".join(_in_order(value, 0)).encode()


def to_lines(values: Any) -> Iterator[bytes]:
    """One JSON text a line, for a streamed answer."""
    for value in values:
        yield to_bytes(value) + b"\n"
