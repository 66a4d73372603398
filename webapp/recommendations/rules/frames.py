"""Does the clause around a figure say what its fact measures: of the same subject, place and period, by its own name?

The figure is the server's and right; "sold 114 today" of a fact about seven days is false all the same. So a clause with a
figure is held to the words of `frame_words.py`: what contradicts the fact is refused, a word that is on no list may say more
than the fact does, and nobody shows it (Unsure). Source: rules 5 and 7 of the grounding checker (docs/model.md).
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from webapp import clock
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.claim_words import PEOPLE
from webapp.recommendations.rules.frame_words import (
    ADVERBS,
    BLAME,
    CHANNELS,
    COMING,
    EVERY,
    FRAME,
    MEASURES,
    METRICS,
    MONTHS,
    PAST,
    PRAISE,
    SPANS,
    SUMS,
    TIMES,
    WEATHER_OUT,
    WEEKDAYS,
    WHOLE,
)  # fmt: skip
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, Unsure, clauses, is_change, sentences, way, written

PERIOD, PLACE, SUBJECT = "another period than the fact's", "a fact of another place", "a fact of another subject"
NAME = "a figure under another name"
_AT = re.compile(r"\bat (.+?)(?: now| on .+)?$")
_SPAN = re.compile(r"\b(?:last|past) (?:week|month|quarter|year)\b")
_GROUPS = frozenset({"category", "range", "all", "of"})
_AVERAGES = r"(?:usual|normal|typical|average) (?:month|day|season)s?"


def check_frames(parts: Sequence[Part], known: Known, about: Collection[int]) -> None:
    """Raise Refusal where the words around a figure are not its fact's, Unsure where they may say more. about: products."""
    for sentence in sentences(parts):
        slots = [number for number in sentence if parts[number].fact is not None]
        for clause in clauses(parts, sentence):
            inside = [number for number in slots if number in clause]
            if inside:
                _check_compound(parts, clause, inside)
                for slot in inside:
                    own = [n for n in clause if n == slot or min(inside, key=lambda one: abs(one - n)) == slot]
                    _check_own(_Frame(parts, slot, own, sentence, known, about))
            elif slots:
                near = min(slots, key=lambda one: min(abs(one - clause.start), abs(one - clause.stop)))
                _check_aside(_Frame(parts, near, clause, sentence, known, about))


class _Frame:
    """A fact and the words that stand nearest to its figure."""

    def __init__(
        self, parts: Sequence[Part], slot: int, own: Sequence[int], sentence: range, known: Known, about: Collection[int]
    ) -> None:  # fmt: skip
        fact = parts[slot].fact
        assert fact is not None
        self.fact, self.known, self.about = fact, known, about
        self.measure = _measure(fact)
        self.said = written(parts, own)
        self.whole = written(parts, sentence)
        self.names = any(parts[number].product_id is not None for number in own)
        self.told = fact.text.lower()
        self.own_words = set(re.findall(r"[^\W\d_]+(?:'s)?", self.told))

    @property
    def words(self) -> list[str]:
        return [word for word in self.said.split() if word[0].isalpha()]


def _measure(fact: Fact) -> str:
    """Which list of `MEASURES` holds the words of the fact; empty for what is known by its own words alone."""
    if fact.about in ("mover_up", "mover_down", "slow", "cover"):
        return "cover" if fact.unit == "days" else "stock" if "in stock" in fact.label else "units"
    if fact.about == "margin":
        return "kept" if fact.unit == "%" else "margin"
    if fact.about == "share":
        return "share" if fact.unit == "points" else "takings"
    return "takings" if fact.about == "total" else fact.about


def _check_own(frame: _Frame) -> None:
    _check_subject(frame)
    if frame.fact.about in ("weather", "rain"):
        _check_tense(frame)
    _check_carried(frame)
    left = _without_places(frame, _without_times(frame))
    if frame.measure == "margin":
        left = re.sub(r"\babove (?:its |their |the )?costs?\b", " ", " ".join(left)).split()
    own = MEASURES.get(frame.measure, frozenset())
    if frame.fact.about == "total":
        own |= WHOLE | SUMS
    elif is_of_category(frame.fact):
        own |= _GROUPS
    for word in left:
        bare = word.removesuffix("'s")
        if bare in own or word in own or way(bare) or bare in FRAME:
            _check_tone(bare, frame.fact)
        elif bare in CHANNELS and bare not in frame.own_words:
            raise Refusal(PLACE)
        elif bare in METRICS:
            raise Refusal(NAME)
        elif (
            bare in _leaves(frame.known) and bare not in frame.own_words and frame.fact.about not in ("weather", "rain")
        ):
            raise Refusal("a fact of another category")
        elif bare not in frame.own_words and frame.fact.about not in ("weather", "rain"):
            raise Unsure(bare)


def _check_aside(frame: _Frame) -> None:
    """A clause without a figure that is nothing but a time or a place ("today alone") speaks of the figure beside it."""
    known_words = FRAME | TIMES | CHANNELS | ADVERBS | _place_words(frame.known)
    loose = [word for word in frame.words if word not in known_words]
    if not loose and frame.words:
        _without_places(frame, _without_times(frame))
        if any(word in CHANNELS and word not in frame.own_words for word in frame.words):
            raise Refusal(PLACE)
    # "sold {f1}, nearly the whole stock" and "rose {f2} in units and in profit" name another measure behind it.
    if (
        frame.words
        and not set(frame.words) - FRAME - METRICS - WHOLE - EVERY - TIMES - {"nearly", "almost"}
        and set(frame.words) & (METRICS - MEASURES.get(frame.measure, frozenset()))
    ):
        raise Refusal(NAME)
    # "{p3} took, in the last week, {f1}" names the measure outside the clause of its figure.
    if (
        frame.said.startswith("@")
        and len(frame.words) == 1
        and set(frame.words) & METRICS - MEASURES.get(frame.measure, frozenset())
    ):
        raise Refusal(NAME)


def _check_tone(word: str, fact: Fact) -> None:
    if not is_change(fact) and not fact.about.startswith("mover"):
        return
    tone = (word in PRAISE) - (word in BLAME)
    if tone and fact.direction and tone != fact.direction:
        raise Refusal("a direction that its fact denies")


# ---- Subject ----


def _check_subject(frame: _Frame) -> None:
    fact, words = (
        frame.fact,
        {word.removesuffix("'s") for word in frame.words} - MEASURES.get(frame.measure, frozenset()),
    )
    words_of = {word.removesuffix("'s") for word in frame.words}
    if fact.about in ("weather", "rain"):
        if words & (WHOLE | WEATHER_OUT | {"all", "every", "each", "whole", "everywhere"}):
            raise Refusal(PLACE)
        if fact.about == "weather" and words & {
            "warmer",
            "hotter",
            "colder",
            "cooler",
            "above",
            "below",
            "usual",
            "normal",
            "average",
        }:
            raise Refusal(NAME)
        return
    if fact.product_ids:
        if is_change(fact) and words_of & PEOPLE and not words_of & {"bought", "buy"}:
            raise Refusal(SUBJECT)
        of_it = re.search(r"# (?:\w+ )?of (?:@|it\b)", frame.said)
        if words & EVERY or (words & WHOLE and not of_it):
            raise Refusal(SUBJECT)
        return
    speaks_of_product = frame.names or (frame.about and re.search(r"\b(?:it|its|they|their)\b", frame.said))
    if fact.about in ("total", "season"):
        if frame.names or words & (EVERY - SUMS) or (speaks_of_product and not words & (WHOLE | SUMS)):
            raise Refusal(SUBJECT)
    elif is_of_category(fact):
        named = _leaf(fact, frame.known) & set(frame.whole.split())
        if (
            frame.names
            or words & (WHOLE | (EVERY - _GROUPS - _leaves(frame.known)))
            or (not named and (frame.about or speaks_of_product))
        ):
            raise Refusal(SUBJECT)


def is_of_category(fact: Fact) -> bool:
    """Whether a fact is one of a whole category."""
    return not fact.product_ids and (fact.category_id is not None or fact.about in ("share", "sensitivity"))


@lru_cache(maxsize=4)
def _leaves(known: Known) -> frozenset[str]:
    return frozenset(word for name in known.categories for word in name.lower().split())


def _leaf(fact: Fact, known: Known) -> set[str]:
    """The words of the last part of the category's name, by which it differs from its neighbours: "hot" of "Drinks/Hot"."""
    paths = [line.category for line in known.brief.products if line.category and line.category in fact.text]
    path = max(paths, key=len, default="")
    return set(path.split("/")[-1].lower().split())


def _check_compound(parts: Sequence[Part], clause: range, slots: Sequence[int]) -> None:
    """ "{p1} and {p2} earned {f3}": what is told of two products is no fact of one."""
    solid = [number for number in range(clause.stop) if parts[number].kind != "space"]
    for one, between, other in zip(solid, solid[1:], solid[2:], strict=False):
        if other not in clause or (
            parts[between].word not in ("and", "or", "plus", "with", "nor") and parts[between].text not in ",&/"
        ):
            continue
        pair = {parts[one].product_id, parts[other].product_id}
        first = next((slot for slot in slots if slot > other), None)
        fact = None if first is None else parts[first].fact
        if (
            None not in pair
            and len(pair) == 2
            and fact is not None
            and fact.product_ids
            and not pair <= set(fact.product_ids)
        ):
            raise Refusal("a fact of another product")


# ---- Time ----


def _without_times(frame: _Frame) -> list[str]:
    """The words without those that name the fact's own period. Raises Refusal where another one is named."""
    left = [word for word in without_times(frame.said, frame.fact, frame.known).split() if word[0].isalpha()]
    if any(word.removesuffix("'s") in TIMES for word in left):
        if frame.measure == "cover":
            raise Unsure("a day")
        raise Refusal(PERIOD)
    return left


def without_times(said: str, fact: Fact, known: Known) -> str:
    """A text in lower case without the words that name the period of the fact."""
    for pattern in _times(fact, known):
        said = re.sub(rf"(?<!\S)(?:{pattern})(?!\S)", " ", said)
    return said


def _times(fact: Fact, known: Known) -> list[str]:
    if fact.about == "weather":
        return _times_of_weather(fact, known)
    if fact.about == "rain":
        return [r"(?:the |of the )?(?:next|coming)(?: few)? days", "days(?: ahead)?", r"at the weekend"]
    if fact.about == "season":
        own = fact.period.lower()
        return [own, own.removesuffix("s"), _AVERAGES, "months?", "days?", "seasons?", "(?:time of )?year"]
    found = ["season's"] if fact.about == "sensitivity" else []
    told = re.search(r"last (\d+) days", fact.period)
    span = SPANS.get(int(told.group(1))) if told else None
    if fact.period == "now":
        found += ["today", "now", "currently", "presently", "at (?:the|this) moment", "pace of the last (?:week|month)"]
    elif span:
        found += [
            rf"(?:the |this )?(?:last|past) {span}(?:'s)?", rf"{span} (?:on|over|by|after) {span}",
            rf"(?:in|within) (?:just )?a (?:single )?{span}",
            rf"(?:than|with|to|on|against|over|from) (?:in )?(?:the |a )?(?:{span} before|(?:previous|prior) {span}|{span} earlier)",
        ]  # fmt: skip
    elif fact.about in ("sensitivity", "elasticity"):
        found += ["days?", "season", "weather"]
    return found


def _check_carried(frame: _Frame) -> None:
    """A span named in an earlier clause is carried over to a figure that names none."""
    said = frame.whole.split("#")[0] if frame.whole.count("#") == 1 else frame.whole
    if not re.search(r"last \d+ days", frame.fact.period) or set(frame.words) & TIMES:
        return
    spans = set(_SPAN.findall(said))
    if spans and all(without_times(span, frame.fact, frame.known).strip() for span in spans):
        raise Refusal(PERIOD)


def _times_of_weather(fact: Fact, known: Known) -> list[str]:
    if fact.period == "now":
        return ["today", "now", "right now", "currently", "presently", "at the moment", "this (?:morning|afternoon|evening)",
                "(?:the |this |that )?season", "time of year", "(?:an? |such a |the )?(?:\\w+ )?day"]  # fmt: skip
    own = [word for word in fact.period.lower().split() if word in WEEKDAYS or word in MONTHS]
    if set(own) & {"saturday", "sunday"}:
        own.append(r"(?:the |this |at the )?weekend")
    if WEEKDAYS[clock.weekday(known.brief.day + 1) - 1] in own:
        own.append("tomorrow")
    return [*own, "(?:the |this |that )?season", "time of year", r"(?:an? |such a |the |that )?(?:\w+ )?day"]


def _check_tense(frame: _Frame) -> None:
    words = set(frame.words)
    if words & PAST:
        raise Refusal(PERIOD)
    if frame.fact.period == "now":
        if words & COMING:
            raise Refusal(PERIOD)
        return
    day = {word.lower() for word in frame.fact.period.split()} | {"weekend"}
    if not set(frame.whole.split()) & (COMING | day):
        raise Refusal(PERIOD)
    if words & {"now", "currently", "presently"} and not words & COMING:
        raise Refusal(PERIOD)


# ---- Place ----


@lru_cache(maxsize=4)
def places(known: Known) -> frozenset[str]:
    """The places that the facts and the weather name, in lower case."""
    labels = [fact.label for fact in known.brief.facts if fact.about in ("weather", "rain")]
    found = {one.group(1).lower() for one in map(_AT.search, labels) if one}
    return frozenset(
        found | {said.split(":")[0].lower() for said in known.brief.weather if ": weather unknown" in said}
    )


@lru_cache(maxsize=4)
def _place_words(known: Known) -> frozenset[str]:
    return frozenset(word for name in places(known) for word in name.split())


def _without_places(frame: _Frame, words: Sequence[str]) -> list[str]:
    said = " ".join(words)
    for place in sorted(places(frame.known), key=len, reverse=True):
        if re.search(rf"(?<!\S){re.escape(place)}(?:'s)?(?!\S)", said):
            if place not in frame.told:
                raise Refusal(PLACE)
            said = re.sub(rf"(?<!\S){re.escape(place)}(?:'s)?(?!\S)", " ", said)
    return said.split()
