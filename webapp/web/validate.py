"""A body against its model: the checked values, or one problem that names every bad member as it was sent."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from webapp.clock import Zone
from webapp.errors import FieldError, Invalid

Model = TypeVar("Model", bound=BaseModel)
MOST_ERRORS = 1000
_NO_TEXT = FieldError("", "not_text", "This has half of a character (a lone surrogate).")
_NEEDED = "This is needed."
# What pydantic calls it, what the contract calls it, and the sentence ({} is filled from the error's own bounds).
_CODES: dict[str, tuple[str, str]] = {
    "missing": ("missing", _NEEDED),
    "extra_forbidden": ("unknown_field", "There is no such member."),
    "invalid_key": ("unknown_field", "There is no such member."),
    "string_type": ("not_text", "This must be a text."),
    "string_unicode": ("not_text", "This is not a text."),
    "string_too_long": ("too_long", "This must have at most {max_length} characters."),
    "string_too_short": ("missing", _NEEDED),
    "string_pattern_mismatch": ("unknown", "This has not the right form."),
    "int_type": ("not_a_number", "This must be a number."),
    "int_from_float": ("not_whole", "This must be a whole number."),
    "decimal_type": ("not_a_number", "This must be a number."),
    "float_type": ("not_a_number", "This must be a number."),
    "finite_number": ("not_a_number", "This must be a number."),
    "greater_than": ("too_small", "This must be more than {gt}."),
    "greater_than_equal": ("too_small", "This must be at least {ge}."),
    "less_than": ("too_large", "This must be less than {lt}."),
    "less_than_equal": ("too_large", "This must be at most {le}."),
    "too_short": ("too_small", "At least {min_length} must be given."),
    "too_long": ("too_large", "At most {max_length} can be given."),
    "list_type": ("unknown", "This must be a list."),
    "dict_type": ("unknown", "This must be an object."),
    "model_type": ("unknown", "This must be an object."),
    "model_attributes_type": ("unknown", "This must be an object."),
    "bool_type": ("unknown", "This is either true or false."),
    "literal_error": ("unknown", "This must be one of {expected}."),
    "enum": ("unknown", "This must be one of {expected}."),
}


def validate(
    model: type[Model], data: Any, *, currency: str, now_ms: int, zone: Zone | None = None, form: bool = False
) -> Model:
    """The model's instance made of a JSON value.

    form: the texts come from a form (see `fields`). Raises Invalid with all errors at once, at most a thousand:
    pointers (RFC 6901) of the body as sent, codes of the contract.
    """
    context = {"currency": currency, "now_ms": now_ms, "zone": zone, "form": form}
    try:
        return model.__pydantic_validator__.validate_python(data, context=context)  # type: ignore[return-value]
    except (ValidationError, UnicodeError) as error:
        raise Invalid("", *_field_errors(error, model, data, context)) from None


def _field_errors(
    error: ValidationError | UnicodeError, model: type[BaseModel], data: Any, context: dict[str, Any]
) -> list[FieldError]:
    entries = error.errors(include_url=False, include_input=False) if isinstance(error, ValidationError) else []
    if entries and all(entry["type"] != "string_unicode" for entry in entries):
        return [_field_error(entry, data) for entry in entries[:MOST_ERRORS]]
    # A key that no text can hold stops pydantic, which does not say where: such keys are named here, and the rest is
    # validated without them.
    found = _bad_keys(data, "")
    if not found:
        return [_field_error(entry, data) for entry in entries] or [_NO_TEXT]
    clean = _clean(data)
    try:
        model.__pydantic_validator__.validate_python(clean, context=context)
    except (ValidationError, UnicodeError) as more:
        found += _field_errors(more, model, clean, context)
    return found[:MOST_ERRORS]


def _field_error(entry: Any, data: Any) -> FieldError:
    kind, known = entry["type"], entry.get("ctx") or {}
    if "said" in known:
        code, detail = kind, str(known["said"])
    else:
        code, sentence = _CODES.get(kind, ("unknown", ""))
        detail = sentence.format_map(_Bounds(known)) or str(entry["msg"])
    return FieldError(pointer(entry["loc"], data), code, detail)


def naming(find: Callable[[], Iterable[FieldError]]) -> "_Naming":
    """A refusal in here also names what `find` sees, such as things that do not exist, so that all is said at once.

    find: is asked after a refusal alone; what it says of a member that is at fault already is left out.
    """
    return _Naming(find)


class _Naming:
    __slots__ = ("find",)

    def __init__(self, find: Callable[[], Iterable[FieldError]]) -> None:
        self.find = find

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, raised: Any, trace: Any) -> None:
        if isinstance(raised, Invalid):
            raise with_more(raised, self.find()) from None


def with_more(problem: Invalid, found: Iterable[FieldError]) -> Invalid:
    """The refusal with what was found besides, but for members that are at fault already."""
    known = {(error.pointer, error.parameter) for error in problem.errors}
    more = [error for error in found if (error.pointer, error.parameter) not in known]
    return Invalid("", *problem.errors, *more)


class _Bounds(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def pointer(location: tuple[Any, ...], data: Any) -> str:
    """The JSON pointer of pydantic's location, without what pydantic adds for its unions and functions."""
    parts, here = [], data
    last = len(location) - 1
    for number, part in enumerate(location):
        if isinstance(here, dict) and isinstance(part, str) and (part in here or number == last):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        parts.append(str(part))
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _broken(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


def _bad_keys(data: Any, at: str) -> list[FieldError]:
    found: list[FieldError] = []
    if isinstance(data, dict):
        for key, value in data.items():
            below = at + pointer((key,), {key: value})
            if _broken(key):
                found.append(FieldError(below, "unknown_field", "There is no such member."))
            else:
                found += _bad_keys(value, below)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            found += _bad_keys(value, f"{at}/{number}")
    return found


def _clean(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _clean(value) for key, value in data.items() if not _broken(key)}
    return [_clean(value) for value in data] if isinstance(data, list) else data
