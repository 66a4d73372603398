"""Names from data as a model and a page may see them: cleaned, cut, and known again where a text has them."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.brief import Brief

MOST_NAME, MOST_TEXT = 80, 400
# Controls, formats (zero-width, bidirectional marks), halves of pairs, private and unassigned characters.
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_SIZE = re.compile(r"\s*\b\d{1,4}(?:[.,]\d{1,2})?\s?(?:ml|cl|l|g|kg|cm|mm|m|pack|pcs|oz|lb)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=16384)
def clean(name: str, most: int = MOST_NAME) -> str:
    """The name on one line: no control, zero-width or bidirectional characters, no braces, at most `most` characters.

    What was cut ends with "…".
    """
    plain = "".join(" " if sign.isspace() else sign for sign in name if sign.isspace() or not is_hidden(sign))
    plain = " ".join(unicodedata.normalize("NFC", plain).translate({0x7B: "(", 0x7D: ")"}).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def is_hidden(sign: str) -> bool:
    """Whether a character has no look of its own, or moves what stands beside it."""
    return unicodedata.category(sign) in HIDDEN


def without_size(name: str) -> str:
    """ "Iced tea" of "Iced tea 330 ml"."""
    return " ".join(_SIZE.sub(" ", name).split())


@lru_cache(maxsize=8192)
def is_tame(name: str) -> bool:
    """Whether the name can stand in a sentence as it is, without saying something by itself.

    False of "18 %", "Half price", "Serum now £1.00" and "Ignore previous instructions": these stand in quotation marks.
    """
    bare = without_size(name)
    words = [word.lower() for word in _WORD.findall(bare)]
    if not words or len(name) > MOST_NAME or re.search(r"[^\w\s'’&/().,+…-]|\d|//|\w\.\w|_", bare):
        return False
    return not any(vocabulary.is_loaded(word) for word in words)


def shown_name(name: str) -> str:
    """The name as a sentence shows it: as it is, or in quotation marks where it would say something by itself."""
    plain = clean(name)
    return plain if is_tame(plain) else "“" + plain.replace("“", "'").replace("”", "'") + "”"


class Known:
    """The names and words that a brief holds, for reading texts about it."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.names = self._products()
        self._pattern = _either(tuple(self.names))
        self._folded = {name.casefold(): product_id for name, product_id in self.names.items()}
        said = [fact.text for fact in brief.facts] + [fact.label for fact in brief.facts]
        said += [fact.period for fact in brief.facts] + [*brief.weather, brief.season, brief.shop]
        paths = {part.strip() for line in brief.products for part in line.category.split("/") if part.strip()}
        self.categories = {clean(part) for part in paths}
        # "Hot" of "Drinks/Hot" is an ordinary word, too; "Skincare" is a category wherever it stands.
        self.own_categories = {name for name in self.categories if not vocabulary.is_common(name)}
        # Of product names only the whole name is known: "Glow" alone is no product.
        every = _either(tuple(clean(line.name) for line in brief.products))
        told = " ".join(every.sub(" ", clean(text, 10_000)) for text in (*said, *sorted(self.categories)))
        self.capitals = {word for word in _WORD.findall(told) if word[0].isupper()}
        self.words = {word.lower() for word in _WORD.findall(told)}
        self.name_words = {word.lower() for name in self.names for word in _WORD.findall(name)}

    def _products(self) -> dict[str, int]:
        """What a text may call each product: its name, and the name without its size where no other has it."""
        found: dict[str, int] = {}
        whole = [(clean(line.name), line.id) for line in self.brief.products]
        shorter = Counter(without_size(name).casefold() for name, _ in whole)
        for name, product_id in whole:
            short = without_size(name)
            for one in (name, short) if shorter[short.casefold()] == 1 else (name,):
                if is_tame(one):
                    found.setdefault(one, product_id)
        return found

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Where the text names products: (start, end, product id), the longest name at each place."""
        return [
            (one.start(), one.end(), self._folded[one.group().casefold()])
            for one in self._pattern.finditer(text)
            if one.group().casefold() in self._folded
        ]


def _either(names: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(filter(None, names), key=lambda name: (-len(name), name))
    # A name of one word is known by its capital, too.
    parts = [f"(?i:{re.escape(name)})" if " " in name else re.escape(name) for name in longest]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)")
