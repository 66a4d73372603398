"""What a search means by its words: numbers, beginnings, and what matches them how well."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MOST_LETTERS = 100
MOST_OF_A_KIND = 8
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Words:
    """What somebody looks for: the text as typed, the same folded, and the number that it is, or -1."""

    text: str
    folded: str
    number: int

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def end(self) -> str:
        """Every text that begins with the words lies between them and this."""
        return self.text + _LAST


@dataclass(frozen=True)
class Entry:
    """Something that is known by its name: of a kind, with what is said about it and where it is. also: other words."""

    kind: str
    title: str
    detail: str
    address: str
    also: str = ""


def words(text: str) -> Words:
    """The words of a query; a number may stand behind "#", "No." or "order"."""
    said = unicodedata.normalize("NFC", "".join(sign for sign in text if sign.isprintable())).strip()[:MOST_LETTERS]
    digits = said.lower().removeprefix("order").removeprefix("customer").removeprefix("no.").lstrip(" #")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else -1
    return Words(said, fold(said), number)


def fold(text: str) -> str:
    """The text without case and accents: "Café" and "cafe" are the same."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def best(entries: Iterable[Entry], sought: Words, most: int = MOST_OF_A_KIND) -> list[Entry]:
    """The entries that hold every word, the best first: called so, begins so, a word begins so, the rest by name."""
    told = [(rank, fold(entry.title), entry) for entry in entries if (rank := _rank(entry, sought.folded)) is not None]
    return [entry for *_, entry in sorted(told, key=lambda one: one[:2])[:most]]


def _rank(entry: Entry, sought: str) -> int | None:
    title = fold(entry.title)
    whole = f"{title} {fold(entry.also)}"
    if not sought or any(word not in whole for word in sought.split()):
        return None
    if title == sought:
        return 0
    if title.startswith(sought):
        return 1
    return 2 if all(any(part.startswith(word) for part in whole.split()) for word in sought.split()) else 3
