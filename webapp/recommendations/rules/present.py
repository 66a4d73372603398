"""What of a brief still holds: its weather facts are held against the weather of the present, older facts get their time."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp.recommendations.rules import facts_around, house, outlook
from webapp.recommendations.rules.brief import Brief, Fact
from webapp.recommendations.rules.facts import Book
from webapp.recommendations.rules.facts_around import Place
from webapp.recommendations.rules.words import Words
from webapp.text import Formatter

_WEATHER = ("weather", "rain")


@dataclass(frozen=True, slots=True)
class Present:
    """gone: the numbers of the facts that hold no longer. summary: of the day as it is, None where that of the advice holds."""

    gone: frozenset[str]
    summary: str | None


def places(standing: Iterable[Any], formatter: Formatter) -> tuple[Place, ...]:
    """The weather of each place as facts tell it; standing: what the weather says of its locations."""
    found = []
    for one in standing:
        told = tuple(
            (formatter.date(day.day), day.mean_c, day.feels, outlook.is_wet(day.rain_mm, day.condition))
            for day in one.days[: outlook.DAYS]
        )
        since = None if one.unknown_since_ms is None else formatter.time(one.unknown_since_ms)
        found.append(Place(one.location_id, one.name, one.temperature_c, one.feels, told, since))
    return tuple(found)


def present(brief: Brief, now: Sequence[Place], formatter: Formatter) -> Present:
    """What of the brief holds beside the weather of now. A temperature that moved within its class still does."""
    book = Book(Words(formatter))
    said = facts_around.add_weather(book, now)
    holds = {_says(fact) for fact in book.facts}
    told = [fact for fact in brief.facts if fact.about in _WEATHER]
    gone = frozenset(fact.id for fact in told if _says(fact) not in holds)
    if not gone and _unknown(brief.weather, told) == _unknown(said, book.facts):
        return Present(gone, None)
    rest = tuple(fact for fact in brief.facts if fact.about not in _WEATHER)
    return Present(gone, house.summary(replace(brief, facts=(*rest, *book.facts), weather=said)))


def _says(fact: Fact) -> tuple[str, str]:
    return fact.label, fact.text.replace(fact.shown, "", 1) if fact.unit == "C" else fact.text


def _unknown(sentences: Collection[str], facts: Iterable[Fact]) -> tuple[bool, set[str]]:
    return bool(sentences), set(sentences) - {fact.text for fact in facts}


def has_gone(row: Any, advice_id: int | None, gone: frozenset[str]) -> bool:
    """Whether an open suggestion of this advice rests on a fact that holds no longer; row: of a suggestion."""
    return row["state"] == "open" and row["advice_id"] == advice_id and not gone.isdisjoint(json.loads(row["facts"]))


def dated(fact: Fact, at_ms: int, formatter: Formatter) -> Fact:
    """A fact of an earlier time, with that time before its words."""
    return replace(fact, text=f"As of {formatter.datetime(at_ms)}: {fact.text}")
