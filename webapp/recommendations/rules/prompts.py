"""From a brief to what a model is sent: a fixed text of instructions, and the brief as one JSON object; and what it returns."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel import Locale

from webapp import clock, money
from webapp.recommendations.rules.brief import KINDS, Brief, CatalogueLine, Fact
from webapp.recommendations.rules.grounding import CONFIDENCES, Refused
from webapp.recommendations.rules.naming import MOST_TEXT, clean
from webapp.recommendations.rules.slots import is_change

# The prompt in use: the name of its file in templates/recommendations/prompts.
VERSION = "promotions-2"
MOST_ASKED, MOST_LINES, MOST_TOKENS = 6, 120, 4_000
_SECTION = re.compile(r"^--- (\w+) ---$", re.MULTILINE)
_TEXT = {"type": "string"}
# Strict structured output wants every member required and none besides.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {**_TEXT, "description": "One sentence about the day; figures only as slots such as {f1}."},
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "product_id": {"type": ["integer", "null"], "description": "A product of the catalogue; null only for watch."},
                    "products": {"type": "array", "items": {"type": "integer"}, "description": "For a bundle: the others."},
                    "title": {**_TEXT, "description": "At most twelve words; names as slots such as {p17}, no figures."},
                    "why": {**_TEXT, "description": "One to three sentences; figures only as slots such as {f3}."},
                    "facts": {"type": "array", "items": {"type": "string"}, "description": "Ids of facts, such as f3."},
                    "confidence": {"type": "string", "enum": list(CONFIDENCES)},
                },
                "required": ["kind", "product_id", "products", "title", "why", "facts", "confidence"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["summary", "suggestions"],
    "additionalProperties": False,
}  # fmt: skip


def build(brief: Brief, text: str, refused: Sequence[Refused] = ()) -> tuple[str, str]:
    """The system text and the user text of a question. text: the prompt's file. refused: what was wrong with the last answer.

    The user text is one JSON object and the only place where names from data stand: inside its strings, cleaned and cut.
    Raises KeyError where the file lacks a section.
    """
    sections = _sections(text)
    system = sections["system"] + ("\n\n" + sections["again"] if refused else "")
    asked = {"question": sections["question"], **_about(brief), **_grounds(brief)}
    if refused:
        asked["refused"] = [{"reason": one.reason, "text": clean(one.text, 200)} for one in refused[:MOST_ASKED]]
    # Escaped, so that nothing in a name can look like the end of a tag.
    return system, json.dumps(asked, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace(
        ">", "\\u003e"
    )


def _sections(text: str) -> dict[str, str]:
    pieces = _SECTION.split(text)
    return {name: piece.strip() for name, piece in zip(pieces[1::2], pieces[2::2], strict=True)}


def _about(brief: Brief) -> dict[str, Any]:
    return {
        "language": Locale.parse(brief.locale.replace("-", "_")).get_language_name("en") or "English",
        "shop": clean(brief.shop),
        "currency": brief.currency,
        "today": clock.format_day(brief.day),
        "season": {
            "name": clean(brief.season), "index": None if brief.season_index is None else _plain(brief.season_index),
            "basis": clean(brief.season_basis, MOST_TEXT),
        },
        "weather": [clean(said, MOST_TEXT) for said in brief.weather],
        "limits": {"most_suggestions": MOST_ASKED, "kinds": list(KINDS)},
    }  # fmt: skip


def _grounds(brief: Brief) -> dict[str, Any]:
    lines = _lines(brief)
    sent = {line.id for line in lines}
    names = {line.name: clean(line.name) for line in brief.products if clean(line.name) != line.name}
    return {
        "facts": [_fact(fact, names) for fact in brief.facts],
        "catalogue": [_line(line, brief.currency) for line in lines],
        "prices": [
            {"product_id": product_id, "now": _money(price.now, brief), "suggested": _money(price.suggested, brief)}
            for product_id, (price, _) in brief.prices.items()
            if product_id in sent
        ],
    }


def _lines(brief: Brief) -> list[CatalogueLine]:
    """The products that facts and prices are about, then others up to MOST_LINES."""
    meant = {product_id for fact in brief.facts for product_id in fact.product_ids} | set(brief.prices)
    first = [line for line in brief.products if line.id in meant]
    return first + [line for line in brief.products if line.id not in meant][: max(MOST_LINES - len(first), 0)]


def _fact(fact: Fact, names: dict[str, str]) -> dict[str, Any]:
    def told(text: str) -> str:
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, names[name])
        return clean(text, MOST_TEXT)

    way = {1: "up", -1: "down", 0: "level"}.get(fact.direction if fact.direction is not None else 9)
    return {
        "id": fact.id, "slot": f"{{{fact.id}}}", "kind": "change" if is_change(fact) else "level", "about": fact.about,
        "text": told(fact.text), "measures": told(fact.label), "period": clean(fact.period), "shows": fact.shown,
        "direction": way, "products": list(fact.product_ids),
    }  # fmt: skip


def _line(line: CatalogueLine, currency: str) -> dict[str, Any]:
    """What the model knows of a product; what it costs the shop is nobody else's business."""
    return {
        "id": line.id, "slot": f"{{p{line.id}}}", "sku": clean(line.sku), "name": clean(line.name),
        "category": clean(line.category), "price": _plain(money.from_minor(line.price, currency)), "served": line.served,
        "stock_is_counted": line.counted,
    }  # fmt: skip


def _money(minor: int, brief: Brief) -> str:
    return _plain(money.from_minor(minor, brief.currency))


def _plain(value: Decimal) -> str:
    return f"{value:f}"
