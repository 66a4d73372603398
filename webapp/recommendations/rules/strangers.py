"""Does a text name goods in lower case that the brief does not hold? "the aloe mist", "cold brew deluxe", "our winter blend".

A capital is judged in `wording.py`; here each plain word is: one that is no word of advice, one for goods that nobody of
the brief sells, two that make a third product, and what stands where a product has to stand.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.goods import (
    AFTER_NOUNS,
    BEFORE_GOODS,
    DETERMINERS,
    ENDS,
    GENERIC,
    GOODS,
    HALVES,
    MIXTURES,
    MODIFIERS,
    OFFERING,
    PLAIN_ENDINGS,
    POINTING,
    QUALIFIERS,
    SELLING,
    SERVED,
    SKIPPED,
    WELL,
)  # fmt: skip
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, Unsure

REASON = "unknown name"
_STARTS = (
    "over",
    "under",
    "out",
    "un",
    "re",
    "fore",
    "pre",
    "non",
    "mis",
    "inter",
    "any",
    "every",
    "some",
    "no",
    "new",
    "down",
    "up",
)
_NAMED = ("name", "product")


def check_strangers(parts: Sequence[Part], known: Known) -> None:
    """Raise Refusal where plain words name a product, brand or category that the brief does not hold.

    Raises Unsure where a word may be such a name and may be none: then nobody shows the words, and the choice stands.
    """
    shelf = _shelf(known)
    for run in _runs(parts):
        for number, part in enumerate(run):
            if part.kind == "word":
                _check_goods(part, shelf)
                _check_pair(run[number - 1] if number else None, part, shelf)
    _check_places(parts, shelf)
    for run in _runs(parts):
        for number in range(2, len(run)):
            _check_modifier(run[number - 2], run[number - 1], run[number], shelf)
    for part in parts:
        if part.kind == "word":
            _check_plain(part.word, shelf)


@lru_cache(maxsize=2)
def _shelf(known: Known) -> "_Shelf":
    # Each text of an answer is read beside the same names.
    return _Shelf(known)


class _Shelf:
    """The words of the brief in all their forms, and which of them stand side by side in names of products and categories."""

    def __init__(self, known: Known) -> None:
        self.brief = known.brief
        names = [name.lower() for name in known.names] + [name.lower() for name in known.categories]
        names += [line.category.lower().replace("/", " ") for line in known.brief.products]
        split = [_letters(name) for name in names]
        self.words = {form for word in known.words | known.name_words for form in vocabulary.forms(word)}
        self.named = {form for word in known.name_words for form in vocabulary.forms(word)}
        self.pairs = {
            (one, other) for name in split for first, second in pairwise(name)
            for one in vocabulary.forms(first) for other in vocabulary.forms(second)
        }  # fmt: skip
        self.served = [(set(_letters(line.name.lower())), line.served) for line in known.brief.products]

    def has(self, word: str) -> bool:
        """Whether the brief has the word in one of its forms."""
        return bool(vocabulary.forms(word) & self.words)

    def beside(self, first: str, second: str) -> bool:
        """Whether a name of the brief has the two side by side."""
        return any((one, other) in self.pairs for one in vocabulary.forms(first) for other in vocabulary.forms(second))

    def serves(self, word: str, how: str) -> bool:
        """Whether a product with this word in its name is served so, or nobody says how."""
        forms = vocabulary.forms(word)
        return any(served in (how, "") for words, served in self.served if forms & words)


def _letters(name: str) -> list[str]:
    return ["".join(sign for sign in word if sign.isalpha()) for word in name.split() if any(map(str.isalpha, word))]


def _runs(parts: Sequence[Part]) -> Iterable[list[Part]]:
    """Words and names that stand side by side with nothing but spaces between."""
    run: list[Part] = []
    for part in parts:
        if part.kind in ("word", *_NAMED):
            run.append(part)
        elif part.kind != "space" and not (part.kind == "mark" and part.text in "-–"):
            if run:
                yield run
            run = []
    if run:
        yield run


# ---- Single words ----


def _check_goods(part: Part, shelf: _Shelf) -> None:
    bare = part.word.removesuffix("'s")
    if is_goods(bare) and not shelf.has(bare):
        raise Refusal(REASON)


def _check_plain(word: str, shelf: _Shelf) -> None:
    """A word is one of advice, of the brief, or ends as a word that names nothing does."""
    bare = word.removesuffix("'s")
    if shelf.has(bare) or len(bare) < 3 or bare == "one":
        return
    if not vocabulary.is_common(bare) and not _describes(bare):
        raise Unsure(bare)


def _describes(word: str) -> bool:
    """Whether a word begins or ends as those do that name nothing; before a short ending more is left, as in "organic"."""
    for start in _STARTS:
        if word.startswith(start) and vocabulary.is_common(word.removeprefix(start)):
            return True
    return any(word.endswith(end) and len(word) - len(end) >= (5 if len(end) < 3 else 3) for end in PLAIN_ENDINGS)


def is_goods(word: str) -> bool:
    """Whether the word means a kind of goods in any of its forms."""
    return bool(vocabulary.forms(word) & GOODS)


# ---- Two words ----


def _check_pair(before: Part | None, part: Part, shelf: _Shelf) -> None:
    """Two words for goods side by side stand so in a name; what stands behind a name is no part of another one."""
    if before is None:
        return
    word = part.word.removesuffix("'s")
    first = before.word.removesuffix("'s")
    if first in QUALIFIERS and vocabulary.forms(word) & MIXTURES and not shelf.beside(first, word):
        raise Refusal(REASON)
    thing = is_goods(word) or bool(vocabulary.forms(word) & AFTER_NOUNS)
    if before.kind in _NAMED:
        if thing and not (vocabulary.forms(word) & AFTER_NOUNS and vocabulary.is_common(word) and _verb(word)):
            raise Refusal(REASON)
        return
    if not thing or shelf.beside(first, word):
        return
    if is_goods(first) or first in HALVES or first in _adjectives(shelf):
        raise Refusal(REASON)
    if first in SERVED and not (is_goods(word) and shelf.serves(word, SERVED[first])):
        raise Refusal(REASON)


def _check_modifier(before: Part, first: Part, part: Part, shelf: _Shelf) -> None:
    """ "The black latte": what stands between an article and goods may make others of them."""
    word, middle = part.word.removesuffix("'s"), first.word
    goods = part.kind in _NAMED or (shelf.has(word) and (is_goods(word) or not vocabulary.is_common(word)))
    if not goods or not middle or before.word not in BEFORE_GOODS:
        return
    known = (
        middle in MODIFIERS | DETERMINERS | BEFORE_GOODS | SKIPPED or _describes(middle) or shelf.beside(middle, word)
    )
    if not known:
        raise Unsure(f"{middle} {part.text}")


def _verb(word: str) -> bool:
    return word.endswith(("s", "ed", "ing"))


def _adjectives(shelf: _Shelf) -> frozenset[str]:
    """Words of product names that are no words of advice: beside other goods they make another product."""
    return frozenset(word for word in shelf.named if not vocabulary.is_common(word))


# ---- Where a product stands ----


def _check_places(parts: Sequence[Part], shelf: _Shelf) -> None:
    """What is promoted, and what sold, is something that the brief holds or a word that points at it."""
    solid = [part for part in parts if part.kind != "space"]
    for number, part in enumerate(solid):
        if part.word in OFFERING and (
            number == 0 or solid[number - 1].kind == "mark" or solid[number - 1].word == "to"
        ):
            _check_head(_ahead(solid, number), shelf)
        after = solid[number + 1] if number + 1 < len(solid) else None
        if part.word in SELLING and after is not None and (after.kind == "fact" or after.word in WELL):
            _check_head(_behind(solid, number), shelf)


def _ahead(solid: Sequence[Part], at: int) -> list[str]:
    found: list[str] = []
    for part in solid[at + 1 :]:
        if part.kind != "word" or (part.word in ENDS and found) or part.word in ENDS - DETERMINERS:
            return found if part.kind in ("word", "mark") else []
        if part.word not in DETERMINERS:
            found.append(part.word)
    return found


def _behind(solid: Sequence[Part], at: int) -> list[str]:
    found: list[str] = []
    for part in reversed(solid[:at]):
        if part.kind != "word":
            return found[::-1] if part.kind == "mark" else []
        if part.word in DETERMINERS and found:
            break
        if part.word in SKIPPED:
            if found:
                break
            continue
        found.append(part.word)
    return found[::-1]


def _check_head(words: Sequence[str], shelf: _Shelf) -> None:
    head = next((word for word in reversed(words) if not word.endswith("ly")), None)
    if head is None or head in POINTING or shelf.has(head):
        return
    forms = vocabulary.forms(head)
    if not forms & (GENERIC | POINTING):
        raise Refusal(REASON)
