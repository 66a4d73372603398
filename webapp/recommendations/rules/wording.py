"""Does one text keep to words that need no proof? No numbers, ratios, ranks, causes, promises, orders or unknown names."""

import re
from collections.abc import Sequence

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Foreign, Part, Refusal, ends_sentence

# A text with a smaller part of known words than this is in another language; shorter ones are judged with what stands beside.
LEAST_KNOWN, LEAST_WORDS = 0.6, 5
_ONE_BEFORE = frozenset({"this", "that", "the", "each", "any", "every", "no", "which", "another"})
_ONE_AFTER = frozenset({"another", "of"})
_OBJECTS = frozenset({"the", "a", "an", "your", "our", "its", "their", "it", "them"})
_QUARTER_BEFORE = frozenset({"this", "last", "next", "the", "previous", "past"})


def check_words(parts: Sequence[Part], known: Known) -> None:
    """Raise Refusal with the first thing that a text may not say, or Foreign for another language."""
    words = [part.word for part in parts if part.kind == "word"]
    _check_numbers(words)
    _check_language(words, known)
    _check_claims(words, " ".join(part.word or part.text for part in parts if part.kind != "space"))
    _check_names(parts, known)
    _check_quotes(parts)


def _check_numbers(words: Sequence[str]) -> None:
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        after = words[number + 1] if number + 1 < len(words) else ""
        if word == "one" and before not in _ONE_BEFORE and after not in _ONE_AFTER:
            raise Refusal("a number in words")
        if vocabulary.is_number(word):
            raise Refusal("a number in words")
        if vocabulary.is_ratio(word) and not (word in ("quarter", "quarters") and before in _QUARTER_BEFORE):
            raise Refusal("a ratio in words")
        if word in vocabulary.MONEY_WORDS or (word == "cent" and before == "per"):
            raise Refusal("a price or an amount in words")


def _check_language(words: Sequence[str], known: Known) -> None:
    plain = [word for word in words if len(word) > 1]
    if len(plain) < LEAST_WORDS:
        return
    if sum(is_known(word, known) for word in plain) < LEAST_KNOWN * len(plain):
        raise Foreign


def is_known(word: str, known: Known) -> bool:
    """Whether a word in lower case is plain English or stands in the brief."""
    return vocabulary.is_common(word) or word.removesuffix("'s") in known.words | known.name_words


def _check_claims(words: Sequence[str], text: str) -> None:
    if any(
        word in vocabulary.RANKS and words[number : number + 2] != ["top", "up"] for number, word in enumerate(words)
    ):
        raise Refusal("a rank that no fact holds")
    for some, reason in (
        (vocabulary.CAUSES, "a cause that no fact holds"),
        (vocabulary.ORDERS_TO_MACHINES, "words that are no advice"),
    ):
        if any(word in some for word in words):
            raise Refusal(reason)
    for pattern, reason in (
        (vocabulary.CAUSE_PHRASES, "a cause that no fact holds"),
        (vocabulary.PROMISES, "a promise"),
        (vocabulary.CLAIMS_TO_HAVE_ACTED, "a claim to have acted"),
    ):
        if pattern.search(text):
            raise Refusal(reason)
    if re.search(r"\bbest (?:seller|sellers|selling|- selling)\b|\bsells? best\b|\bper cent\b|\brecord\b", text):
        raise Refusal("a rank that no fact holds")


def _check_names(parts: Sequence[Part], known: Known) -> None:
    """Every capitalised word is a name that the brief holds, or begins a sentence as a plain word."""
    begins = True
    for number, part in enumerate(parts):
        if part.kind == "word" and not (begins and _is_verb(parts, number)):
            _check_name(part.text, begins, known)
        if part.kind not in ("space", "mark") or ends_sentence(part):
            begins = ends_sentence(part)


def _is_verb(parts: Sequence[Part], at: int) -> bool:
    """Whether the word that begins a sentence tells somebody to do something: "Advertise {p17}", "Tread carefully"."""
    after = next((part for part in parts[at + 1 :] if part.kind != "space"), None)
    follows = after is not None and (
        after.product_id is not None or after.word in _OBJECTS or after.word.endswith("ly")
    )
    return follows and parts[at].text[1:].islower()


def _check_name(text: str, begins: bool, known: Known) -> None:
    bare = re.sub(r"['’]s$", "", text)
    if bare.islower() or bare in known.capitals:
        return
    # A capital inside a word, or a word of capitals, is a name or a code.
    ordinary = bare[:1].isupper() and (bare[1:].islower() or len(bare) == 1)
    if begins and ordinary and (vocabulary.is_common(bare) or bare.lower() in known.words):
        return
    raise Refusal("unknown name")


def _check_quotes(parts: Sequence[Part]) -> None:
    """Quotation marks stand around a name alone: a quoted text is a name, and must be known."""
    marks = [number for number, part in enumerate(parts) if part.kind == "mark" and part.text in '“”"']
    if len(marks) % 2:
        raise Refusal("a quotation")
    for first, last in zip(marks[::2], marks[1::2], strict=True):
        inside = parts[first + 1 : last]
        if len(inside) != 1 or inside[0].kind not in ("name", "product"):
            raise Refusal("a quotation")
