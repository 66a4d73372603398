"""Texts with slots: `{f3}` a fact, `{p17}` a product, `{price}` and `{now}` the price step; read into parts, and filled.

The model writes the words and the server every figure and name: what a slot shows comes from the brief alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.brief import Brief, Fact
from webapp.recommendations.rules.naming import Known, is_hidden, shown_name

_SLOT = re.compile(r"\{([^{}]*)\}")
_KINDS = re.compile(r"(?:f(\d{1,4})|p(\d{1,12})|(price|now))")
_PARTS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\s+|.", re.DOTALL)
_MARKS = frozenset(" .,;:!?()'’-–—/&“”\"")


class Refusal(Exception):
    """The text cannot be shown; reason is plain and short."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Foreign(Exception):
    """The text is in another language, so that nobody here can say whether it is true."""


class Unsure(Foreign):
    """A word is neither plain English of advice nor of the brief: it may name what nobody sells."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text. kind: `word`, `mark`, `space`, `fact`, `product`, `price`, or `name` (a product by its name)."""

    kind: str
    text: str
    fact: Fact | None = None
    product_id: int | None = None

    @property
    def word(self) -> str:
        """The word in lower case, empty for everything else."""
        return self.text.lower().replace("’", "'") if self.kind == "word" else ""


def read(text: str, known: Known) -> list[Part]:
    """The parts of a text in order, its spaces made single.

    Raises Refusal: hidden characters, an unknown slot, fact or product, a digit or sign that only a slot may show, markup or
    a link. Raises Foreign where letters are of another script.
    """
    text = _plain(text)
    parts: list[Part] = []
    end = 0
    for slot in _SLOT.finditer(text):
        parts += _between(text[end : slot.start()], known)
        parts.append(_slot(slot.group(1), slot.group(), known.brief))
        end = slot.end()
    return parts + _between(text[end:], known)


def _plain(text: str) -> str:
    # Line ends and tabs are white space; what is left of controls, zero-width and bidirectional characters hides something.
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if any(is_hidden(sign) for sign in text):
        raise Refusal("hidden characters")
    return text


def _slot(inner: str, whole: str, brief: Brief) -> Part:
    found = _KINDS.fullmatch(inner)
    if not found:
        raise Refusal("an unknown slot")
    if found.group(3):
        return Part("price", inner)
    if found.group(1):
        fact = brief.fact(inner)
        if fact is None:
            raise Refusal("unknown fact")
        return Part("fact", whole, fact=fact)
    if brief.product(int(found.group(2))) is None:
        raise Refusal("unknown product")
    return Part("product", whole, product_id=int(found.group(2)))


def _between(text: str, known: Known) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for start, stop, product_id in known.find(text):
        parts += _words(text[end:start])
        parts.append(Part("name", text[start:stop], product_id=product_id))
        end = stop
    return parts + _words(text[end:])


def _words(text: str) -> list[Part]:
    if "://" in text or re.search(r"(?i)www\.|[^\W\d_]\.[^\W\d_]", text):
        raise Refusal("a link")
    if re.search(r"&\S|\S&", text):
        raise Refusal("markup or odd characters")
    parts = []
    for found in _PARTS.finditer(text):
        one = found.group()
        if one.isspace():
            parts.append(Part("space", " "))
        elif one[0].isalpha():
            if any(not unicodedata.name(sign, "").startswith("LATIN") for sign in one if sign.isalpha()):
                _refuse_numerals(one)
                raise Foreign
            parts.append(Part("word", one))
        else:
            _refuse_sign(one)
            parts.append(Part("mark", one))
    return parts


def _refuse_numerals(word: str) -> None:
    if any(unicodedata.numeric(sign, None) is not None for sign in word):
        raise Refusal("a number outside a slot")


def _refuse_sign(sign: str) -> None:
    if sign in _MARKS:
        return
    if unicodedata.numeric(sign, None) is not None:
        raise Refusal("a number outside a slot")
    if sign in "{}":
        raise Refusal("an unknown slot")
    if sign in "%‰°+−±×÷=~≈" or unicodedata.category(sign) == "Sc":
        raise Refusal("a sign of a figure outside a slot")
    raise Refusal("markup or odd characters")


# ---- Filling ----


@dataclass(frozen=True, slots=True)
class Figures:
    """What `{price}` and `{now}` show, as the shop writes money."""

    price: str
    now: str


def fill(parts: Sequence[Part], known: Known, figures: Figures | None) -> str:
    """The text with every slot filled. Raises Refusal where a price is meant and there is none."""
    return "".join(_shown(part, parts, known, figures) for part in parts).strip()


def _shown(part: Part, parts: Sequence[Part], known: Known, figures: Figures | None) -> str:
    if part.kind == "fact" and part.fact is not None:
        return _signed(part, parts)
    if part.kind in ("product", "name") and part.product_id is not None:
        line = known.brief.product(part.product_id)
        return part.text if part.kind == "name" or line is None else shown_name(line.name)
    if part.kind == "price":
        if figures is None:
            raise Refusal("a price that the guardrails do not hold")
        return figures.price if part.text == "price" else figures.now
    return part.text


def _signed(part: Part, parts: Sequence[Part]) -> str:
    """The figure; a change gets its sign where no word of its clause says which way."""
    fact = part.fact
    if fact is None:
        return part.text
    at = next(number for number, one in enumerate(parts) if one is part)
    if not is_change(fact) or not fact.direction or any(way(one.word) for one in clause(parts, at)):
        return fact.shown
    return ("+" if fact.direction > 0 else "\N{MINUS SIGN}") + fact.shown.lstrip("+-\N{MINUS SIGN}")


# ---- Clauses ----

_CUTS = frozenset(
    {"and", "while", "but", "whereas", "although", "though", "yet", "as", "when", "where", "because", "with"}
)


def is_change(fact: Fact) -> bool:
    """Whether the figure says by how much something moved, rather than how much there is."""
    return fact.unit in ("%", "points") and fact.direction is not None


def way(word: str) -> int:
    """+1 or -1 for a word that says which way something moved, else 0."""
    if word in vocabulary.UP or word in vocabulary.MILD_UP:
        return 1
    return -1 if word in vocabulary.DOWN or word in vocabulary.MILD_DOWN else 0


def ends_clause(part: Part) -> bool:
    """Whether a clause ends here: at a mark of punctuation or a word that joins two."""
    return (part.kind == "mark" and part.text in ",;:.!?()–—") or part.word in _CUTS


def ends_sentence(part: Part) -> bool:
    """Whether a sentence, or a half that stands alone, ends here."""
    return part.kind == "mark" and part.text in ";:.!?"


def clause(parts: Sequence[Part], at: int) -> Sequence[Part]:
    """The clause around one part."""
    first = next((number + 1 for number in range(at - 1, -1, -1) if ends_clause(parts[number])), 0)
    last = next((number for number in range(at + 1, len(parts)) if ends_clause(parts[number])), len(parts))
    return parts[first:last]


def ends_thought(part: Part) -> bool:
    """Whether a sentence ends here for good: what stands behind a colon still speaks of what stands before it."""
    return ends_sentence(part) and part.text != ":"


def sentences(parts: Sequence[Part]) -> list[range]:
    """The sentences of a text, as the numbers of their parts."""
    cuts = [-1, *(number for number, part in enumerate(parts) if ends_thought(part)), len(parts)]
    return [range(first + 1, last) for first, last in pairwise(cuts) if first + 1 < last]


def clauses(parts: Sequence[Part], sentence: range) -> list[range]:
    """The clauses of one sentence, as the numbers of their parts, without the marks and words that part them."""
    cuts = [sentence.start - 1, *(number for number in sentence if ends_clause(parts[number])), sentence.stop]
    return [range(first + 1, last) for first, last in pairwise(cuts) if first + 1 < last]


def written(parts: Sequence[Part], numbers: Sequence[int]) -> str:
    """These parts in lower case with single spaces: "#" a figure, "@" a product, "$" a price, "," a mark."""
    marks = {"fact": "#", "product": "@", "name": "@", "price": "$"}
    return " ".join(
        marks.get(parts[number].kind) or parts[number].word or ","
        for number in numbers if parts[number].kind != "space"
    )  # fmt: skip
