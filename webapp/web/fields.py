"""The types of the members that come in and go out, with the contract's codes and their JSON schema.

What comes in is checked by these types alone; `validate.validate` runs them and gives the context: the shop's currency
and zone, the present, and whether a form sent the texts (then digits are numbers and ids, and a clock time without an
offset is the shop's).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from webapp import clock, money

AHEAD_MS = 5 * clock.MINUTE
_NO_ID = 2**63 - 1  # a number that is never given
NOTE, NAME, CODE = 2000, 200, 100
_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}", re.ASCII)
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?", re.ASCII)


class Input(BaseModel):
    """A body that comes in: unknown members are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=(), arbitrary_types_allowed=True)


class Output(BaseModel):
    """An answer as OpenAPI describes it; answers are made of plain dicts and not checked again."""

    model_config = ConfigDict(protected_namespaces=(), json_schema_serialization_defaults_required=True)


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A bare date where a moment is asked for: days since 1970-01-01."""

    day: int


def refuse(code: str, detail: str) -> PydanticCustomError:
    """The error that a validator of a feature raises: one of the contract's codes, and a sentence."""
    return PydanticCustomError(code, "{said}", {"said": detail})  # type: ignore[arg-type]


def _present(value: Any) -> Any:
    if value is None:
        raise refuse("missing", "This is needed.")
    return value


def _context(info: ValidationInfo, name: str) -> Any:
    return info.context.get(name) if info.context else None


def _type(kind: Any, check: Callable[[Any, ValidationInfo], Any], schema: dict[str, Any]) -> Any:
    return Annotated[kind, PlainValidator(check), WithJsonSchema(schema)]


# ---- Numbers ----


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _whole(value: Any, info: ValidationInfo, least: int, most: int, what: str) -> int:
    if value.__class__ is not int:
        value = _whole_text(_present(value), info, what)
    if value < least:
        raise refuse("too_small", f"The {what} must be at least {least:,}.")
    if value > most:
        raise refuse("too_large", f"The {what} must be at most {most:,}.")
    return int(value)


def _whole_text(value: Any, info: ValidationInfo, what: str) -> int:
    if isinstance(value, str) and _context(info, "form"):
        text = value.strip()
        if _WHOLE.fullmatch(text):
            return int(text)
        if re.fullmatch(r"[+-]?[0-9]+[.,][0-9]+", text):
            raise refuse("not_whole", f"The {what} must be a whole number.")
    if isinstance(value, Decimal):
        raise refuse("not_whole", f"The {what} must be a whole number.")
    raise refuse("not_a_number", f"The {what} must be a number.")


def Whole(least: int, most: int, what: str = "number") -> Any:
    """A whole number from least to most. 2.5 and 2.0 are not_whole, true and "2" not_a_number (a form may send "2")."""

    def check(value: Any, info: ValidationInfo) -> int:
        if value.__class__ is int and least <= value <= most:
            return value
        return _whole(value, info, least, most, what)

    return _type(int, check, {"type": "integer", "minimum": least, "maximum": most})


Quantity = Whole(1, 1_000_000, "quantity")
Id = Whole(1, 2**63 - 1, "id")


def Number(least: int, most: int, places: int, what: str = "number") -> Any:
    """A number from least to most with at most so many decimals, as an exact Decimal, such as a latitude."""

    def check(value: Any, info: ValidationInfo) -> Decimal:
        if (
            isinstance(value, str)
            and _context(info, "form")
            and re.fullmatch(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?", value)
        ):
            value = Decimal(value)
        if not _is_number(_present(value)):
            raise refuse("not_a_number", f"The {what} must be a number.")
        number = Decimal(value)
        if number < least:
            raise refuse("too_small", f"The {what} must be at least {least:,}.")
        if number > most:
            raise refuse("too_large", f"The {what} must be at most {most:,}.")
        if number and number != round(number, places):
            raise refuse("too_precise", f"The {what} has more than {places} decimals.")
        return number

    return _type(Decimal, check, {"type": "number", "minimum": least, "maximum": most})


def Amount(what: str = "price", least: int = 0, most: int = money.MAX_MINOR) -> Any:
    """Money as sent: a JSON number or numeric text; the result is an int of minor units of the context's currency."""

    def check(value: Any, info: ValidationInfo) -> int:
        if isinstance(_present(value), str) and _context(info, "form"):
            value = value.strip()
        try:
            return money.to_minor(value, _context(info, "currency"), what=what, least=least, most=most)
        except money.MoneyError as error:
            raise refuse(error.code, error.detail) from None

    number = {"type": "number", **({"minimum": 0} if least >= 0 else {})}
    said = "An amount in the shop's currency with at most its decimals; a numeric text is read, too."
    return _type(int, check, {"anyOf": [number, {"type": "string"}], "description": said, "examples": [2.4, "2.40"]})


Money = Amount("price")


# ---- Texts ----


def _text(value: Any, most: int, blank: bool, what: str) -> str:
    if value.__class__ is str and len(value) <= most and value.isascii() and "\0" not in value and value.strip():
        return value
    if not isinstance(_present(value), str):
        raise refuse("not_text", f"The {what} must be a text.")
    if not value.isascii():
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise refuse("not_text", f"The {what} has half of a character (a lone surrogate).")
        if len(value) <= 4 * most:
            value = unicodedata.normalize("NFC", value)
    if "\0" in value:
        raise refuse("not_text", f"The {what} has a NUL character.")
    if len(value) > most:
        raise refuse("too_long", f"The {what} must have at most {most:,} characters.")
    if not blank and not value.strip():
        raise refuse("missing", f"The {what} is needed.")
    return str(value)


def Text(most: int, blank: bool = True, what: str = "text") -> Any:
    """A text of at most so many characters, in the normal form C. blank: it may be empty, or white space alone."""
    schema = {"type": "string", "maxLength": most, **({} if blank else {"minLength": 1})}
    return _type(str, lambda value, info: _text(value, most, blank, what), schema)


Note = Text(NOTE, what="note")
Name = Text(NAME, blank=False, what="name")
Code = Text(CODE, blank=False, what="code")
Sku = Text(CODE, blank=False, what="SKU")


def _reference(value: Any, info: ValidationInfo) -> int | str:
    if isinstance(value, str):
        if info.context and info.context.get("form"):
            return named(_text(value, CODE + 4, False, "name"))
        return _text(value, CODE, False, "SKU or code")
    if value is None or isinstance(value, bool) or not _is_number(value):
        raise refuse("not_text" if value is not None else "missing", "An id is a number, a SKU or a code is a text.")
    return _whole(value, info, 1, 2**63 - 1, "id")


def named(text: str) -> int | str:
    """What a path, a filter or a form field names: digits alone are an id; anything else, or `sku:22423`, is a code."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 18 else _NO_ID
    return text.removeprefix("sku:")


Reference = _type(
    int | str, _reference,
    {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1, "maxLength": CODE}],
     "description": "A number is an id, a text is a SKU or a code.", "examples": [17, "TEA-ICED-330"]},
)  # fmt: skip


# ---- Choices ----


def _flag(value: Any, info: ValidationInfo) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and _context(info, "form"):
        if value in ("true", "on", "1", "yes"):
            return True
        if value in ("false", "off", "0", "no"):
            return False
    raise refuse("missing" if value is None else "unknown", "This is either true or false.")


Flag = _type(bool, _flag, {"type": "boolean"})


def Choice(*words: str) -> Any:
    """One of these words; anything else is unknown."""

    def check(value: Any, info: ValidationInfo) -> str:
        if isinstance(_present(value), str) and value in words:
            return str(value)
        raise refuse("unknown", f"This must be one of {', '.join(words)}.")

    return _type(str, check, {"type": "string", "enum": list(words)})


# ---- Time ----


def _time(value: Any, info: ValidationInfo) -> int:
    ms = _coming(value, info)
    now_ms = _context(info, "now_ms")
    if now_ms is not None and ms > now_ms + AHEAD_MS:
        raise refuse("in_the_future", "A time is at most five minutes ahead.")
    return ms


def _coming(value: Any, info: ValidationInfo) -> int:
    if not isinstance(_present(value), str):
        raise refuse("not_a_time", "A time is a text such as 2026-11-21T10:15:00Z.")
    try:
        ms = _local(value.strip(), info) if _context(info, "form") else None
        return clock.parse_time(value) if ms is None else ms
    except clock.TimeError as error:
        raise refuse(error.code, error.detail) from None


def _local(text: str, info: ValidationInfo) -> int | None:
    zone, match = _context(info, "zone"), _LOCAL.fullmatch(text)
    if zone is None or not match:
        return None
    date, hour, minute, second = match.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        raise clock.TimeError(f"There is no clock time {text[11:]}.")
    at: int = zone.at(clock.parse_date(date), int(hour) * 3600 + int(minute) * 60 + int(second or 0))
    return at


def _time_or_date(value: Any, info: ValidationInfo) -> int | BusinessDay:
    if not isinstance(value, str) or len(value.strip()) != 10:
        return _time(value, info)
    day = _date(value, info)
    now_ms, zone = _context(info, "now_ms"), _context(info, "zone")
    if now_ms is not None and zone is not None and day > zone.day_of(now_ms):
        raise refuse("in_the_future", "This day has not begun.")
    return BusinessDay(day)


def _date(value: Any, info: ValidationInfo) -> int:
    if not isinstance(_present(value), str):
        raise refuse("not_a_time", "A date is a text such as 2026-11-21.")
    try:
        return clock.parse_date(value.strip() if _context(info, "form") else value)
    except clock.TimeError as error:
        raise refuse(error.code, error.detail) from None


_MOMENT = {"type": "string", "format": "date-time"}
Moment = _type(int, _time, _MOMENT)
Coming = _type(int, _coming, _MOMENT)  # may lie ahead
MomentOrDate = _type(Any, _time_or_date, {"anyOf": [_MOMENT, {"type": "string", "format": "date"}]})
Day = _type(int, _date, {"type": "string", "format": "date"})


# ---- What goes out (documentation alone) ----


def _said(kind: Any, **schema: Any) -> Any:
    return Annotated[kind, WithJsonSchema(schema)]


MoneyOut = _said(Decimal, type="number", description="With exactly the currency's decimals.")
DollarsOut = _said(Decimal, type="number", description="US dollars, with six decimals.")
Ratio = _said(Decimal, type="number", description="A fraction, rounded half even to four decimals.")
Instant = _said(str, type="string", format="date-time")
DateOut = _said(str, type="string", format="date")
