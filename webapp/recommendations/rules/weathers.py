"""Is what a text says of the weather so, by the weather facts of the brief: its kind, its day, its place?

"Cold drinks" are goods and "when it cools down" is no report; what is left is held to the facts. A kind of weather that no
fact can hold (snow, fog, wind) is never told.
"""

import re
from collections.abc import Collection, Sequence

from webapp import clock
from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.common_words import word_set
from webapp.recommendations.rules.frame_words import WEEKDAYS
from webapp.recommendations.rules.frames import places
from webapp.recommendations.rules.goods import AFTER_NOUNS, GENERIC, GOODS
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, clauses, sentences

REASON = "a weather that no fact holds"


HOT = word_set(
    """
    hot hotter hottest warm warmer warmest warmth heat heats heatwave boiling scorching scorcher sweltering roasting tropical
    balmy sunshine sunny sunnier sun baking sultry
    """
)
COLD = word_set(
    "cold colder coldest freezing frost frosts frosty icy chilly chillier wintry bitter nippy arctic subzero frozen freeze chills"
)
WET = word_set(
    "rain rains rainy raining rained wet wetter shower showers showery drizzle drizzly downpour downpours soggy damp puddles"
)
OTHER = word_set(
    """
    snow snows snowy snowing snowed snowfall sleet hail hailstones blizzard fog foggy mist misty wind winds windy gale gales
    storm storms stormy thunder thunderstorm thunderstorms lightning flood floods flooding hurricane tornado humid humidity
    muggy cloudy overcast slush ice-cold dry drought
    """
)
_MILD = re.compile(
    r"\b(?:it|it's|weather|day|days|air|outside|outdoors|today|tonight|tomorrow|morning|afternoon|evening|week|weekend|\w+day)"
    r"(?: (?:is|are|was|were|will be|feels|stays|remains|looks|gets|turns))?(?: a| \w+ly| quite| rather| very| now)? "
    r"(?:mild|cool|cooler|dull|grey|fresh)\b|\b(?:mild|cool|grey|dull) (?:day|evening|morning|afternoon|weather|weekend|\w+day)\b"
)
# Before or behind these the word speaks of goods, or of what one does with them.
_BEFORE = word_set(
    "served serve something anything ice keep keeps kept how stay stays stored it nice perfectly well bottles cups drink drinks"
)
_COOLING = word_set("ice chill fridge cabinet freezer cooler shade flask bottle cup mug bucket")
_AFTER = word_set(
    """
    enough corner shelf section range display fridge cabinet side counter bottles bottle cans can cup cups mug glass glasses
    storage chain welcome greeting smile topic pick line lines light colours snack menu option options refreshment ones
    something treat treats meal meals lunch food dish and or
    """
)
_INDOORS = re.compile(
    r"\b(?:sea|water|shop|store|room|kitchen|harbour) (?:is|are|feels|gets|stays) (?:\w+ )?(?:hot|warm|cold|cool|freezing|icy|chilly)\b"
)
_SEASONS = ("spring", "summer", "autumn", "winter")
_SEASON_IS = re.compile(
    r"\b(?:(?:it is|it's|is now) (?:\w+ )?(%s)\b|(%s) (?:is|has)\b|this (%s)\b)" % (("|".join(_SEASONS),) * 3)
)
_WHENEVER = word_set("if when whenever once should unless until would could may might usually often tend tends")
_TODAY = re.compile(
    r"\b(?:today|now|currently|tonight|right now|at the moment|this (?:morning|afternoon|evening)|is raining)\b"
)
_PAST = re.compile(
    r"\b(?:yesterday|was|were|last|rained|snowed|has been|have been|had|gone|over|ends?|ended|stops?|stopped|passed)\b"
)
_AHEAD = re.compile(
    r"\b(?:forecast\w*|coming|ahead|soon|next|will|expected|expect|predicted|looks|brings|approaching|near|later|weekend|weekends)\b"
)
# How long a weather lasts, nights, and which day is the hottest: what no fact of the brief tells.
LASTING = re.compile(
    r"\b(?:all (?:the )?(?:day|night|week|month|season|year|weekend)|for (?:weeks|months|ages|years)|nights?|"
    r"tonight|(?:hott|cold|warm|wett)est|of the (?:week|month|year|season|decade|century))\b"
)


def check_weather(parts: Sequence[Part], known: Known) -> None:
    """Raise Refusal where a text tells of a weather, a day or a place of it that no fact of the brief holds."""
    facts = [fact for fact in known.brief.facts if fact.about in ("weather", "rain")]
    for sentence in sentences(parts):
        whole = _said(parts, sentence)
        for clause in clauses(parts, sentence):
            season = _SEASON_IS.search(_said(parts, clause))
            if season and known.brief.season.lower() not in season.group():
                raise Refusal(REASON)
            led = parts[clause.start - 1].word if clause.start else ""
            said = _said(parts, clause)
            for kind in _kinds(parts, clause, said, known):
                if kind == "other" or LASTING.search(said):
                    raise Refusal(REASON)
                dated = _TODAY.search(said) or _tomorrow(said)
                if (led in _WHENEVER or set(said.split()) & _WHENEVER) and not dated:
                    continue
                cited = [one for one in (parts[number].fact for number in sentence) if one is not None and one in facts]
                if not _is_held(kind, said, whole, cited or facts, known):
                    raise Refusal(REASON)


def _said(parts: Sequence[Part], numbers: range) -> str:
    return " ".join(parts[number].word or "," for number in numbers if parts[number].kind != "space")


def _tomorrow(said: str) -> bool:
    return "tomorrow" in said.split()


def _kinds(parts: Sequence[Part], clause: range, said: str, known: Known) -> set[str]:
    solid = [parts[number] for number in clause if parts[number].kind != "space"]
    found = {"other"} if _INDOORS.search(said) else {"mild"} if _MILD.search(said) else set()
    for number, part in enumerate(solid):
        word = part.word.removesuffix("'s")
        if word in WET or word in OTHER:
            found.add("wet" if word in WET else "other")
        elif (word in HOT or word in COLD) and not _is_of_goods(solid, number, known):
            found.add("hot" if word in HOT else "cold")
    return found


def _is_of_goods(solid: Sequence[Part], at: int, known: Known) -> bool:
    before, after = solid[at - 1].word if at else "", solid[at + 1] if at + 1 < len(solid) else None
    # "It stays cold" is weather, "on ice it stays cold" is not.
    if before in ("stay", "stays") and at > 1 and solid[at - 2].word == "it":
        return any(bool(vocabulary.forms(part.word) & _COOLING) for part in solid if part.word)
    # "It is 31 °C and cold" has no goods; "keep it ice cold" has.
    if before in _BEFORE - {"it"} or (
        before == "it" and at > 1 and solid[at - 2].word in ("keep", "keeps", "serve", "kept", "make")
    ):
        return True
    # "How cold it is", "iced tea is cold", "bottles are cold", "keep iced tea cold".
    if (
        before == "how"
        or _is_thing(solid[at - 1 : at], known)
        or (
            before in ("is", "are", "get", "gets", "stay", "stays") and _is_thing(solid[max(at - 2, 0) : at - 1], known)
        )
    ):
        return True
    if after is None:
        return False
    forms = vocabulary.forms(after.word) if after.word else frozenset[str]()
    return (
        after.product_id is not None
        or after.word in _AFTER
        or bool(forms & (GOODS | GENERIC | AFTER_NOUNS | known.name_words))
    )


def _is_thing(some: Sequence[Part], known: Known) -> bool:
    """Whether this part, where there is one, is a product or a word of one, and no word of a place ("Pier is hot")."""
    if some and any(some[0].word in place.split() for place in places(known)):
        return False
    forms = vocabulary.forms(some[0].word) if some and some[0].word else frozenset[str]()
    return any(part.product_id is not None for part in some) or bool(forms & (GOODS | GENERIC | _AFTER))


def _is_held(kind: str, said: str, whole: str, facts: Collection[Fact], known: Known) -> bool:
    """Whether a fact holds such weather at the time and place that the clause, or else its sentence, names."""
    named = [place for place in places(known) if re.search(rf"(?<!\S){re.escape(place)}(?!\S)", whole)]
    if len(named) > 1:
        return all(_is_held(kind, said, place, facts, known) for place in named)
    if named:
        facts = [fact for fact in facts if named[0] in fact.text.lower()]
    if _PAST.search(said):
        return False
    if kind == "wet":
        days = set(said.split()) & {*WEEKDAYS, "tomorrow", "weekend"}
        certain = [fact for fact in facts if fact.about == "rain" and fact.value >= (3 if days - {"weekend"} else 1)]
        return bool(certain) and not _TODAY.search(said) and "weekend" not in days
    sign = {"hot": 1, "cold": -1, "mild": 0}[kind]
    held = [fact for fact in facts if fact.about == "weather" and fact.direction == sign]
    return any(_is_then(fact, said, known) for fact in held)


def _is_then(fact: Fact, said: str, known: Known) -> bool:
    days = {word.removesuffix("s") for word in said.split()} & set(WEEKDAYS)
    if _tomorrow(said):
        days.add(WEEKDAYS[clock.weekday(known.brief.day + 1) - 1])
    if days:
        return any(day in fact.period.lower() for day in days)
    if _TODAY.search(said):
        return fact.period == "now" or WEEKDAYS[clock.weekday(known.brief.day) - 1] in fact.period.lower()
    return fact.period != "now" if _AHEAD.search(said) else True
