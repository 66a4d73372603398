"""Does a text say of each fact what the fact says? Its product, its way, its unit, its period, what it measures.

Source: rules 4, 5, 6 and 9 of the grounding checker (docs/model.md); figures themselves are the server's and cannot be wrong.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, ends_clause, ends_sentence, ends_thought, is_change, way

# Beside a figure these would make another figure of it.
_INEXACT = re.compile(
    r"(?:^| )(?:over|under|above|below|beyond|nearly|almost|exceeds?|exceeded|exceeding|(?:more|less|fewer|higher|lower|"
    r"greater) than|at least|at most|up to|down to|short of|half|times|minus|plus|from|per|out of|versus|against)$"
)
_UNITS = {
    "units": {"unit", "units", "item", "items", "piece", "pieces"}, "orders": {"order", "orders"}, "days": set(),
}  # fmt: skip
_MEASURES = frozenset(
    {
        "unit", "units", "item", "items", "piece", "pieces", "order", "orders", "day", "days", "week", "weeks", "month", "months",
        "hour", "hours", "degree", "degrees", "celsius", "fahrenheit", "point", "points", "percentage", "times", "k", "m", "bn",
        "customers", "visitors", "people", "c", "f", "x", "litres", "kilos", "years", "year",
    }
)  # fmt: skip
_METRICS = {
    "revenue": "revenue", "turnover": "revenue", "takings": "revenue", "income": "revenue", "profit": "profit",
    "profits": "profit", "margin": "profit", "margins": "profit", "earnings": "profit", "orders": "orders",
    "transactions": "orders", "price": "price", "prices": "price", "stock": "stock", "inventory": "stock", "cover": "stock",
    "temperature": "weather", "temperatures": "weather", "share": "share",
}  # fmt: skip
_MEASURED = {
    "total": {"revenue"}, "share": {"share", "revenue"}, "pair": {"orders"}, "margin": {"profit"}, "season": {"revenue"},
    "cover": {"stock"}, "slow": {"stock"}, "price": {"price"}, "elasticity": {"price"}, "weather": {"weather"},
    "sensitivity": {"weather"},
}  # fmt: skip
_NEEDED = {
    "sensitivity": re.compile(r"\b(?:degrees?|warm\w*|hot\w*|cold\w*|cool\w*|heat|weather|temperatures?)\b"),
    "elasticity": re.compile(r"\b(?:pric\w+|dear\w*|cheap\w*)\b"),
    "season": re.compile(r"\b(?:season\w*|month|weekdays?|usual\w*|year|normal\w*|\w+days?|time)\b"),
}  # fmt: skip
_PORTIONS = frozenset(
    {
        "part",
        "parts",
        "portion",
        "fraction",
        "some",
        "much",
        "rest",
        "bulk",
        "any",
        "none",
        "each",
        "many",
        "few",
        "instead",
        "all",
    }
)
_PARTICLES = frozenset({"up", "down", "more", "extra", "additional"})
# Figures that have a sign, or a wish, but no movement.
_STILL = frozenset({"pair", "margin", "rain", "slow"})


def check_bearing(parts: Sequence[Part], known: Known, about: Collection[int], cited: Collection[Fact]) -> None:
    """Raise Refusal where a text says of a fact what it does not hold. about: the products of the suggestion."""
    for number, part in enumerate(parts):
        if part.kind == "fact" and part.fact is not None:
            _check_beside(parts, number, part.fact)
            _check_product(parts, number, part.fact, known, about)
            _check_metric(parts, number, part.fact)
            _check_sentence(_words(_sentence(parts, number)), part.fact)
    for first, last in _clauses(parts):
        _check_ways(parts, first, last, cited)
    _check_comparison(parts)


def _words(parts: Sequence[Part]) -> str:
    return " ".join(part.word for part in parts if part.kind == "word")


# ---- Beside a figure ----


def _check_beside(parts: Sequence[Part], at: int, fact: Fact) -> None:
    """Nothing may touch a figure or stand beside it that changes it: a sign, a unit of its own, "nearly"."""
    before, after = _neighbour(parts, at, -1), _neighbour(parts, at, 1)
    check_touch(parts, at)
    if "fact" in (before and before.kind, after and after.kind):
        raise Refusal("figures side by side")
    said = " ".join(part.word or "." for part in parts[max(at - 6, 0) : at] if part.kind != "space")
    if _INEXACT.search(said) or (said.endswith(" of") and _is_part_of(said)):
        raise Refusal("a figure made another by the words before it")
    word = after.word if after is not None else ""
    # "up {f2} week on week" names no unit.
    if word in _MEASURES and word not in _UNITS.get(fact.unit, set()) and not _follows(parts, at, word, "on"):
        raise Refusal("another unit than the fact's")
    if word == "of" and _neighbour_kind(parts, at, 2) == "fact":
        raise Refusal("arithmetic that no fact holds")


def check_touch(parts: Sequence[Part], at: int) -> None:
    """Raise Refusal where anything but a space or a mark of punctuation touches a figure."""
    before = parts[at - 1] if at else None
    after = parts[at + 1] if at + 1 < len(parts) else None
    if before is not None and before.kind != "space" and before.text not in "(–—“":
        raise Refusal("something that touches a figure")
    if after is not None and after.kind != "space" and after.text not in ".,;:!?)–—’'”":
        raise Refusal("something that touches a figure")


def _follows(parts: Sequence[Part], at: int, word: str, other: str) -> bool:
    return _words(parts[at + 1 : at + 6]).split()[:2] == [word, other]


def _is_part_of(said: str) -> bool:
    # "a rise of {f2}" and "cover of {f3}" bind the figure to its noun; "part of {f1}" makes another figure of it.
    return said.split()[-2:-1] in [[word] for word in _PORTIONS]


def _neighbour(parts: Sequence[Part], at: int, step: int) -> Part | None:
    at += step
    while 0 <= at < len(parts) and parts[at].kind == "space":
        at += step
    return parts[at] if 0 <= at < len(parts) else None


def _neighbour_kind(parts: Sequence[Part], at: int, count: int) -> str:
    found = [part.kind for part in parts[at + 1 :] if part.kind != "space"]
    return found[count - 1] if len(found) >= count else ""


# ---- What it is about ----


def _check_product(parts: Sequence[Part], at: int, fact: Fact, known: Known, about: Collection[int]) -> None:
    said = _subject(parts, at)
    subjects = {said} if said is not None else set(about)
    if fact.product_ids and not subjects & set(fact.product_ids):
        raise Refusal("a fact of another product")
    named = {part.text for part in _sentence(parts, at) if part.kind == "word"} & known.own_categories
    if (
        (fact.category_id is not None or fact.about == "total")
        and named
        and not any(name in fact.text for name in named)
    ):
        raise Refusal("a fact of another category")


def _subject(parts: Sequence[Part], at: int) -> int | None:
    """The product that the clause names nearest to the figure, else the last one before it in its sentence."""
    first, last = next(span for span in _clauses(parts) if span[0] <= at < span[1])
    named = [number for number in range(first, last) if parts[number].product_id is not None]
    if named:
        return parts[min(named, key=lambda number: abs(number - at))].product_id
    for number in range(at - 1, -1, -1):
        if ends_thought(parts[number]):
            return _meant(parts, at, number)
        if parts[number].product_id is not None:
            return parts[number].product_id
    return None


def _meant(parts: Sequence[Part], at: int, end: int) -> int | None:
    """What "it" of a sentence means where the sentence before it, that ends there, names one product alone."""
    if not any(part.word in ("it", "its") for part in parts[end:at]) or end == 0:
        return None
    named = {part.product_id for part in _sentence(parts, end - 1)} - {None}
    return named.pop() if len(named) == 1 else None


def _check_metric(parts: Sequence[Part], at: int, fact: Fact) -> None:
    """The name of a figure that stands right beside it is the name of what the fact measures."""
    allowed = _MEASURED.get(fact.about, set())
    if "net sales" in fact.label:
        allowed = allowed | {"revenue"}
    for step, most in ((-1, 4), (1, 2)):
        for metric in _nearby(parts, at, step, most):
            if metric not in allowed:
                raise Refusal("a figure under another name")


def _nearby(parts: Sequence[Part], at: int, step: int, most: int) -> list[str]:
    """The nearest metric in one direction, as a list of none or one; no further than the next slot or end of clause."""
    seen = 0
    at += step
    while 0 <= at < len(parts) and seen < most:
        part = parts[at]
        if ends_clause(part) or part.kind in ("fact", "price"):
            return []
        # "the stock of {p17} is {f1}" speaks of the stock, "{p17} is {f1}" of what stands nowhere.
        if part.product_id is not None and not _is_of(parts, at):
            return []
        if part.kind == "word":
            seen += 1
            if part.word in _METRICS:
                return [_METRICS[part.word]]
        at += step
    return []


def _is_of(parts: Sequence[Part], at: int) -> bool:
    before = _neighbour(parts, at, -1)
    return before is not None and before.word in ("of", "for")


def _check_sentence(said: str, fact: Fact) -> None:
    needed = _NEEDED.get(fact.about)
    if needed and not needed.search(said):
        raise Refusal("a fact without what it depends on")


def _sentence(parts: Sequence[Part], at: int) -> Sequence[Part]:
    first = next((number + 1 for number in range(at - 1, -1, -1) if ends_thought(parts[number])), 0)
    last = next((number for number in range(at + 1, len(parts)) if ends_thought(parts[number])), len(parts))
    return parts[first:last]


def _clauses(parts: Sequence[Part]) -> list[tuple[int, int]]:
    cuts = [-1, *(number for number, part in enumerate(parts) if ends_clause(part)), len(parts)]
    return [(first + 1, last) for first, last in pairwise(cuts)]


# ---- Which way ----


def _check_ways(parts: Sequence[Part], first: int, last: int, cited: Collection[Fact]) -> None:
    slots = [number for number in range(first, last) if parts[number].kind == "fact"]
    if slots and any(part.word in vocabulary.NEGATIONS or part.word.endswith("n't") for part in parts[first:last]):
        raise Refusal("a figure that is denied")
    for number in range(first, last):
        word = parts[number].word
        sign = way(word)
        if not sign or _is_order(parts, number):
            continue
        strong = word in vocabulary.UP or word in vocabulary.DOWN
        near = min(slots, key=lambda slot: abs(slot - number)) if slots else None
        if near is not None and (strong or abs(near - number) <= 6):
            _check_way(parts, number, near, sign, strong)
        elif near is None and strong and sign not in _moves_of(_subject(parts, number), cited):
            raise Refusal("a movement that no fact holds")


def _moves_of(product_id: int | None, cited: Collection[Fact]) -> set[int | None]:
    """Which ways the cited facts move the product that a sentence is about, or anything where it names none."""
    return {moved(fact) for fact in cited if product_id is None or product_id in fact.product_ids}


def moved(fact: Fact) -> int | None:
    """Which way a fact says that something moved: +1, -1, 0; None for a level."""
    return None if fact.about in _STILL else fact.direction


def _is_order(parts: Sequence[Part], at: int) -> bool:
    """Whether the word says what to do ("raise", "to grow", "stock up") rather than what has happened."""
    word = parts[at].word
    before = [part for part in parts[:at] if part.kind != "space"]
    # "above its cost" compares with no earlier time.
    if word in ("above", "below") and _words(parts[at + 1 : at + 6]).split()[1:2] in (["cost"], ["costs"]):
        return True
    if word in _PARTICLES and before and before[-1].word in vocabulary.PHRASAL:
        return True
    if word.endswith(("ed", "es", "ing", "s")) or word in vocabulary.MILD_UP | vocabulary.MILD_DOWN - {"lower"}:
        return False
    return not before or ends_sentence(before[-1]) or before[-1].word in vocabulary.BEFORE_ORDERS


def _check_way(parts: Sequence[Part], at: int, near: int, sign: int, strong: bool) -> None:
    fact = parts[near].fact
    if fact is None:
        return
    says = moved(fact)
    if says is not None and says != sign:
        raise Refusal("a direction that its fact denies")
    if says is None and strong:
        raise Refusal("a movement that no fact holds")
    between = [part.word for part in parts[min(at, near) + 1 : max(at, near)] if part.kind != "space"]
    beside = not between or between == ["by"]
    if beside and not is_change(fact):
        raise Refusal("a level told as a change")
    if at < near and between == ["to"] and is_change(fact):
        raise Refusal("a change told as a level")


def _check_comparison(parts: Sequence[Part]) -> None:
    kinds = [part for part in parts if part.kind != "space"]
    for one, other in pairwise(kinds):
        if one.word == "than" and other.kind in ("name", "product", "fact", "price"):
            raise Refusal("a comparison that no fact holds")
