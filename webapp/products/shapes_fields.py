"""The types of the catalogue's members that come in."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from webapp.products import rules
from webapp.stock.shapes import MOST, REASONS
from webapp.web.fields import Amount, Choice, Text, Whole, refuse


def _gtin(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise refuse("not_a_number", "A GTIN has digits alone.")
    if len(text) not in rules.GTIN_LENGTHS:
        raise refuse("unknown", "A GTIN has 8, 12, 13 or 14 digits.")
    wanted = rules.check_digit(text[:-1])
    if int(text[-1]) != wanted:
        raise refuse("unknown", f"The check digit of this GTIN is wrong: it would be {wanted}.")
    return text


def _path(text: str) -> str:
    parts = rules.category_parts(text)
    if not all(parts):
        raise refuse("missing", "A category has a name between each two slashes.")
    if len(parts) > rules.MOST_LEVELS:
        raise refuse("too_long", f"A category has at most {rules.MOST_LEVELS} levels.")
    return "/".join(parts)


def _split(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and info.context and info.context.get("form"):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [] if value is None and info.context and info.context.get("form") else value


def _few(tags: list[str]) -> list[str]:
    if len(tags) > 50:
        raise refuse("too_large", "A product has at most 50 tags.")
    return sorted({tag.strip() for tag in tags})


def _checked(kind: Any, *checks: Any) -> Any:
    return Annotated[kind, *checks]


Gtin = _checked(Text(14, blank=False, what="GTIN"), AfterValidator(_gtin))
CategoryPath = _checked(Text(200, blank=False, what="category"), AfterValidator(_path))
Tags = _checked(list[Text(100, blank=False, what="tag")], BeforeValidator(_split), AfterValidator(_few))  # type: ignore[misc]
Cost = Amount("cost")
Level = Whole(0, MOST, "stock")
Change = Whole(-MOST, MOST, "change")
Reason = Choice(*REASONS)
