"""What of a model's answer may be shown: each suggestion is checked against the brief, and its words are made whole here.

Nothing of the answer is believed: products, facts and prices are looked up, words are read, figures are the server's. What
does not pass is refused with its reason; an answer in another language keeps its choice and gets plain words instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.clock import Zone
from webapp.recommendations.rules import slots
from webapp.recommendations.rules.bearing import check_bearing
from webapp.recommendations.rules.brief import KINDS, Brief, Draft, Effect, Fact, Price
from webapp.recommendations.rules.claims import check_claims
from webapp.recommendations.rules.dealings import check_prices, check_stock_words
from webapp.recommendations.rules.expected import without_price
from webapp.recommendations.rules.frames import check_frames, is_of_category
from webapp.recommendations.rules.naming import Known, clean, is_hidden, shown_name
from webapp.recommendations.rules.reports import check_reports
from webapp.recommendations.rules.slots import Foreign, Part, Refusal, Unsure
from webapp.recommendations.rules.strangers import check_strangers
from webapp.recommendations.rules.traits import suits
from webapp.recommendations.rules.weathers import check_weather
from webapp.recommendations.rules.wording import check_words
from webapp.text import Formatter

MOST_SUGGESTIONS, MOST_TITLE, MOST_WHY, MOST_SUMMARY, MOST_FACTS, MOST_TOGETHER = 12, 160, 900, 500, 12, 4
MOST_REFUSED_TEXT, MOST_RAW = 200, 4_000
CONFIDENCES = ("low", "medium", "high")
PRICED = ("reprice", "markdown")
_TITLES = {
    "promote": "Promote {}", "reprice": "Change the price of {}", "bundle": "Offer {} together", "restock": "Restock {}",
    "markdown": "Mark {} down", "watch": "Keep an eye on {}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A suggestion that is not shown. text: what it said, plain and at most 200 characters."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of an answer. suggested = drafts + refused; summary is empty where the answer's own may not be shown."""

    drafts: list[Draft]
    summary: str
    suggested: int
    refused: list[Refused]
    summary_refused: str | None = field(default=None)


def check(answer: Any, brief: Brief) -> Checked:
    """Every suggestion of an answer, passed or refused. Never raises, whatever the answer is."""
    known = Known(brief)
    members = answer if isinstance(answer, Mapping) else {}
    given = members.get("suggestions")
    items = given if isinstance(given, list) else []
    drafts: list[Draft] = []
    refused: list[Refused] = []
    for number, item in enumerate(items):
        try:
            if number >= MOST_SUGGESTIONS:
                raise Refusal("more suggestions than were asked for")
            drafts.append(_draft(item, known, drafts))
        except Refusal as refusal:
            refused.append(Refused(refusal.reason, _said(item)))
    summary, reason = _summary(members.get("summary"), known)
    return Checked(drafts, summary, len(items), refused, reason)


# ---- One suggestion ----


@dataclass(frozen=True, slots=True)
class _Named:
    kind: str
    product_id: int | None
    products: tuple[int, ...]
    facts: tuple[Fact, ...]
    confidence: str

    @property
    def about(self) -> tuple[int, ...]:
        return self.products or (() if self.product_id is None else (self.product_id,))


def _draft(item: Any, known: Known, earlier: Sequence[Draft]) -> Draft:
    if not isinstance(item, Mapping):
        raise Refusal("not of the asked shape")
    named = _named(item, known.brief)
    if any(
        (one.kind, one.product_id, one.products) == (named.kind, named.product_id, named.products) for one in earlier
    ):
        raise Refusal("said twice")
    price, effect = _priced(named, known.brief)
    title, why = _text(item, "title", MOST_TITLE), _text(item, "why", MOST_WHY)
    try:
        parts = [slots.read(title, known), slots.read(why, known)]
        cited = _all_cited(named.facts, parts)
        check_words([*parts[0], Part("mark", "."), *parts[1]], known)
        check_strangers([*parts[0], Part("mark", "."), *parts[1]], known)
        figures = _figures(price, known.brief)
        for one in parts:
            check_bearing(one, known, named.about, cited)
            check_prices(one, price, cited)
            check_stock_words(one, named.about, cited)
        said = [slots.fill(one, known, figures) for one in parts]
        # Last, because a doubt about a word is raised here: what is surely false was refused before.
        for one in parts:
            _check_meaning(one, known, named.about, cited)
        title, why = said
    except Foreign:
        cited = named.facts
        title, why = _plain_words(named, known.brief)
    facts = tuple(dict.fromkeys(fact.id for fact in cited))
    return Draft(
        named.kind, named.product_id, title, why, facts, named.confidence, named.products, price, effect
    )  # fmt: skip


def _check_meaning(parts: Sequence[Part], known: Known, about: Sequence[int], cited: Sequence[Fact]) -> None:
    """Hold the words around figures to their facts, and those without a figure to what needs none."""
    check_weather(parts, known)
    check_frames(parts, known, about)
    check_claims(parts, known, cited)
    check_reports(parts, known, about, cited)


def _named(item: Mapping[str, Any], brief: Brief) -> _Named:
    kind, confidence = item.get("kind"), item.get("confidence")
    if kind not in KINDS or confidence not in CONFIDENCES:
        raise Refusal("not of the asked shape")
    product_id = _product(item.get("product_id"), brief, needed=kind != "watch")
    products = _together(item.get("products"), product_id, brief) if kind == "bundle" else ()
    facts = _facts(item.get("facts"), brief)
    about = products or (() if product_id is None else (product_id,))
    if about and not any(_is_about(fact, one, brief) for fact in facts for one in about):
        raise Refusal("no fact of its product")
    line = brief.product(product_id) if product_id is not None else None
    if kind == "restock" and line is not None and not line.counted:
        raise Refusal("a stock that is not counted")
    return _Named(kind, product_id, products, facts, confidence)


def _is_about(fact: Fact, product_id: int, brief: Brief) -> bool:
    """Whether a fact is about the product, its category, or weather that it is served in."""
    line = brief.product(product_id)
    if line is None or fact.product_ids:
        return product_id in fact.product_ids
    if fact.about in ("weather", "rain"):
        feels = {1: "hot", -1: "cold"}.get(fact.direction or 0) if fact.about == "weather" else None
        return suits(line.served, feels, fact.about == "rain")
    return is_of_category(fact) and bool(line.category) and line.category in fact.text


def _product(given: Any, brief: Brief, needed: bool = True) -> int | None:
    if given is None and not needed:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or brief.product(given) is None:
        raise Refusal("unknown product")
    return given


def _together(given: Any, product_id: int | None, brief: Brief) -> tuple[int, ...]:
    others = given if isinstance(given, list) else []
    if len(others) > MOST_TOGETHER:
        raise Refusal("too many products together")
    found = tuple(
        dict.fromkeys(one for one in (product_id, *(_product(one, brief) for one in others)) if one is not None)
    )
    if len(found) < 2:
        raise Refusal("a bundle of one product")
    return found


def _facts(given: Any, brief: Brief) -> tuple[Fact, ...]:
    names = given if isinstance(given, list) else []
    if not names:
        raise Refusal("no fact")
    if len(names) > MOST_FACTS:
        raise Refusal("too many facts")
    found = [brief.fact(name.strip("{}")) if isinstance(name, str) else None for name in names]
    facts = tuple(fact for fact in found if fact is not None)
    if len(facts) < len(names):
        raise Refusal("unknown fact")
    return tuple(dict.fromkeys(facts))


def _all_cited(facts: tuple[Fact, ...], texts: Sequence[Sequence[Part]]) -> tuple[Fact, ...]:
    used = [part.fact for parts in texts for part in parts if part.fact is not None]
    return tuple(dict.fromkeys((*facts, *used)))


def _priced(named: _Named, brief: Brief) -> tuple[Price | None, Effect | None]:
    """The price step that the guardrails allow, and what is expected, from the brief alone."""
    if named.kind not in PRICED or named.product_id is None:
        return None, without_price(brief, named.kind, named.product_id, named.facts)
    step = brief.prices.get(named.product_id)
    if step is None or not step[0].floor <= step[0].suggested <= step[0].ceiling:
        raise Refusal("a price that the guardrails do not hold")
    if named.kind == "markdown" and step[0].suggested >= step[0].now:
        raise Refusal("a price that the guardrails do not hold")
    return step


def _text(item: Mapping[str, Any], name: str, most: int) -> str:
    given = item.get(name)
    if not isinstance(given, str) or not given.strip():
        raise Refusal("no words")
    if len(given) > most:
        raise Refusal("too long")
    return given


def _figures(price: Price | None, brief: Brief) -> slots.Figures | None:
    if price is None:
        return None
    formatter = Formatter(brief.locale, brief.currency, Zone("UTC"))
    return slots.Figures(formatter.money(price.suggested), formatter.money(price.now))


# ---- Words of our own ----


def _plain_words(named: _Named, brief: Brief) -> tuple[str, str]:
    lines = [brief.product(product_id) for product_id in named.about]
    names = [shown_name(line.name) for line in lines if line is not None]
    title = _TITLES[named.kind].format(" and ".join(names) if names else "the figures below")
    return title, " ".join(clean(fact.text, 10_000) for fact in named.facts)


def _summary(given: Any, known: Known) -> tuple[str, str | None]:
    if not isinstance(given, str) or not given.strip():
        return "", "no words"
    try:
        if len(given) > MOST_SUMMARY:
            raise Refusal("too long")
        parts = slots.read(given, known)
        check_words(parts, known)
        check_strangers(parts, known)
        cited = [*_all_cited((), [parts])]
        check_bearing(parts, known, (), known.brief.facts)
        check_prices(parts, None, cited)
        check_stock_words(parts, {part.product_id for part in parts if part.product_id is not None}, cited)
        _check_meaning(parts, known, (), cited)
        return slots.fill(parts, known, None), None
    except Unsure as unsure:
        return "", f"an unknown word: {unsure}"
    except Foreign:
        return "", "another language"
    except Refusal as refusal:
        return "", refusal.reason


def _said(item: Any) -> str:
    """What a refused suggestion said, on one plain line."""
    members = item if isinstance(item, Mapping) else {}
    texts = [members.get(name) for name in ("title", "why")]
    said = ": ".join(text[:MOST_RAW].strip() for text in texts if isinstance(text, str) and text.strip())
    said = said or "something without words"
    seen = "".join(sign for sign in said if sign.isspace() or not is_hidden(sign))
    return " ".join(seen.split())[:MOST_REFUSED_TEXT].strip()
