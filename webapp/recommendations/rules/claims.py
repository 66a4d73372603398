"""Does a text claim what nobody here can check? Comparisons, what "everybody" does, how many, what was and is.

A sentence without a figure may judge and advise; what it reports has to be in the cited facts, and there is little that
could be. What is surely false or no advice is refused; where a word may claim something, nobody shows it (Unsure).
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.bearing import moved
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.claim_words import (
    AMOUNTS,
    BEST_OF,
    CALM,
    EVERYBODY,
    HEDGES,
    JUDGED,
    OUTDO,
    PEOPLE,
    PEOPLE_DO,
    REPORTING,
    SALES,
    SKIPPED,
)
from webapp.recommendations.rules.frame_words import BLAME, CHANNELS, PRAISE, TIMES
from webapp.recommendations.rules.frames import places, without_times
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, Unsure, clauses, sentences, way, written
from webapp.recommendations.rules.strangers import is_goods
from webapp.recommendations.rules.weathers import COLD, HOT, WET

COMPARISON, MANY = "a comparison that no fact holds", "an amount that no fact holds"
_NEARLY = re.compile(
    r"\b(?:nearly|almost|virtually|practically|hardly|barely|just about) (?:all|every\w*|each|any\w*|none|nobody|no)\b"
)
_ALL = re.compile(
    r"\b(?:every|any|all|than) (?:the )?(?:other|others|another|rest)\b|\bthe others\b|\bno other\b|\bsecond to\b|"
    r"\bnothing (?:else|sell\w*)|"
    r"\b(?:is|are|sells?|stands?|comes?|does|was) (?:\w+ )?ahead of\b|\bthe only\b|\bnumber one\b"
)
_SPAN = r"(?:last|previous|past) (?:week|month)|(?:the )?(?:week|month) (?:before|earlier)"
_OVER_TIME = re.compile(rf"^(?:by )?(?:in )?(?:the )?(?:{_SPAN})")
_THAN = re.compile(r"\b(?:rather|other) than\b|\bmore than (?:enough|welcome|fine)\b|\bless than ideal\b")
_PRIVATE = re.compile(
    r"\b(?:card|phone|bank|account|telephone|mobile|passport|insurance) (?:number|numbers|details|data)\b|\bcredit cards?\b|"
    r"\b(?:their|his|her|customer|customers|customer's) (?:name|names|number|numbers|details|birthday|home|age|ages|identity|faces?)\b|"
    r"\bnumbers? (?:below|above)\b|\bwho (?:buys|bought)\b|\b(?:personal|private) \w+\b"
)
# What is judged by rules of its own: ways, times, sales, denials.
_OWN_SORT = (
    vocabulary.UP
    | vocabulary.DOWN
    | vocabulary.MILD_UP
    | vocabulary.MILD_DOWN
    | vocabulary.NEGATIONS
    | TIMES
    | SALES
    | PRAISE
    | BLAME
) - frozenset({"none", "holiday", "holidays", "christmas", "easter"})
_SOLD_MORE = re.compile(
    r"\b(?:sells?|sold|selling|sales|demand|buys?|bought)(?: \w+){0,2} (?:more|less|better|worse|faster|slower|higher|lower|fewer)\b"
)
_IS = frozenset(
    {"is", "are", "isn't", "aren't", "it's", "seems", "looks", "feels", "stays", "remains", "gets", "becomes"}
)
_PLACED = frozenset(
    {
        "in", "on", "at", "by", "near", "within", "for", "to", "of", "under", "between", "what", "where", "why", "when", "how",
        "this", "that", "it", "its", "your", "our", "up", "down",
    }
)  # fmt: skip
# What moves by facts of its own, not by those of units sold.
_OTHERS = frozenset(
    {"cost", "costs", "price", "prices", "margin", "profit", "profits", "stock", "footfall", "revenue", "turnover", "takings"}
)  # fmt: skip
_WAS = re.compile(r"\b(?:was|were|did|had|used to|no longer|any ?more)\b")


def check_claims(parts: Sequence[Part], known: Known, cited: Collection[Fact]) -> None:
    """Raise Refusal where a text compares, counts or asks what it may not, Unsure where it may claim what no fact holds."""
    for sentence in sentences(parts):
        slots = any(parts[number].fact is not None for number in sentence)
        _check_private(written(parts, sentence))
        for clause in clauses(parts, sentence):
            said = written(parts, clause)
            _check_comparison(said, slots, cited)
            _check_everybody(said)
            about = {one.about for one in (parts[number].fact for number in clause) if one is not None}
            if about <= {"weather", "rain"}:
                _check_calm(parts, clause, known)
            if not slots:
                named = {parts[number].product_id for number in clause} - {None}
                _check_judgement(said)
                _check_report(said, known, [one for one in cited if not named or named & set(one.product_ids)])


def _check_private(said: str) -> None:
    if _PRIVATE.search(said):
        raise Refusal("words that are no advice")


def _check_comparison(said: str, slots: bool, cited: Collection[Fact]) -> None:
    words = said.split()
    if _ALL.search(said):
        raise Refusal(COMPARISON)
    for number, word in enumerate(words):
        rest = " ".join(words[number + 1 :])
        if (word in OUTDO or word == "than") and not _THAN.search(" ".join(words[max(number - 1, 0) : number + 2])):
            over_time = _OVER_TIME.match(rest) is not None
            if word == "than" and slots and re.match(r"(?:usual|normal|a usual|a normal|average)", rest):
                continue
            if not over_time or (not slots and not _goes(words[number - 1] if word == "than" else "more", cited)):
                raise Refusal(COMPARISON)
        if word == "best" and words[number + 1 : number + 2] and words[number + 1] not in BEST_OF:
            raise Refusal("a rank that no fact holds")


def _goes(word: str, cited: Collection[Fact]) -> bool:
    """Whether a cited fact moves the way of "more", "better" or "less"."""
    sign = 1 if word in vocabulary.MILD_UP else -1 if word in vocabulary.MILD_DOWN else 0
    return sign != 0 and all(moved(fact) == sign for fact in cited if moved(fact) and fact.about.startswith("mover"))


def _check_everybody(said: str) -> None:
    words = said.split()
    if _NEARLY.search(said):
        raise Refusal(MANY)
    if words[:1] and (words[0] in ("everybody", "everyone", "nobody", "noone") or words[:2] == ["no", "one"]):
        raise Refusal("a claim that no fact holds")
    if len(words) > 2 and words[0] in EVERYBODY and set(words[1:3]) & PEOPLE:
        raise Refusal("a claim that no fact holds")
    sold_many = "#" not in words and set(words) & AMOUNTS and set(words) & SALES
    if sold_many or set(words) & {"loads", "score", "scores", "oodles"}:
        raise Refusal(MANY)


def _check_judgement(said: str) -> None:
    """What a clause says that something is, or that people do, is a judgement and no report."""
    words = said.split()
    for number, word in enumerate(words):
        if word in _IS and not (number and words[number - 1] in ("what", "how", "where", "who")):
            told = next((one for one in words[number + 1 :] if one not in SKIPPED and not one.endswith("ly")), "")
            if told[:1].isalpha() and told not in JUDGED | HOT | COLD | WET | _PLACED | {"mild"} and not is_goods(told):
                raise Unsure(f"is {told}")
        behind = words[number + 1] if number + 1 < len(words) else ""
        leads = number == 0 or (number == 1 and words[0] in ("the", "our", "your", "most", "some", "more"))
        if word in PEOPLE and leads and behind.isalpha() and behind not in PEOPLE_DO:
            raise Unsure(f"{word} {behind}")
    if re.search(r"\bprefers? @|\btops\b|^(?:few|no) \w+ (?:\w+ )?(?:better|more|worse|less|well)\b", said):
        raise Refusal(COMPARISON)
    if set(words) & _OTHERS and any(
        word in vocabulary.UP | vocabulary.DOWN for word in words if word.endswith(("ing", "s", "ed"))
    ):
        raise Unsure("what moves")
    if re.search(r"\bmakes? (?:people|customers|visitors|shoppers|you|them|children)\b", said):
        raise Unsure("makes people")
    if set(words) & SALES and re.search(r"\b(?:do|does|is|are) not\b|n't\b", said):
        raise Unsure("not sold")


def _check_report(said: str, known: Known, cited: Collection[Fact]) -> None:
    """A clause of a sentence without figures tells of sales neither when, nor where, nor what was."""
    words = {word.removesuffix("'s") for word in said.split()}
    sales = words & SALES
    moves = {moved(fact) for fact in cited if fact.about.startswith("mover")} - {None, 0}
    for some, sign in ((PRAISE, 1), (BLAME, -1)):
        if words & some and moves == {-sign} and (sales or words & {"it", "@"}):
            raise Refusal("a direction that its fact denies")
    named = any(re.search(rf"(?<!\S){re.escape(place)}(?!\S)", said) for place in places(known))
    if sales and (named or words & CHANNELS - {"till", "phone"}):
        raise Refusal("a fact of another place")
    over_time = re.search(rf"\bthan {_OVER_TIME.pattern[1:]}", said)
    fared = "well" in words and moves == {1}
    if over_time is None and not fared and (_WAS.search(said) or words & {"sold", "took", "earned", "bought"}):
        raise Unsure("what was")
    more = _SOLD_MORE.search(said)
    if (
        more
        and over_time is None
        and not words & HEDGES
        and {way(word) for word in more.group().split()} - {0} != moves
    ):
        raise Unsure("more or less")
    if sales and words & TIMES and over_time is None:
        own = [without_times(said, fact, known) for fact in cited if fact.about.startswith("mover")]
        if all({word.removesuffix("'s") for word in left.split()} & TIMES for left in own):
            raise Unsure("a time")


@lru_cache(maxsize=4)
def _names(known: Known) -> frozenset[str]:
    """Words of products, categories and places."""
    split = {word for name in known.categories | places(known) for word in name.lower().split()}
    return frozenset(form for word in split | known.name_words for form in vocabulary.forms(word))


def _check_calm(parts: Sequence[Part], clause: range, known: Known) -> None:
    for word in (parts[number].word.removesuffix("'s") for number in clause):
        forms = vocabulary.forms(word.removesuffix("n't"))
        calm = word not in REPORTING and bool(forms & CALM)
        if word and not calm and word not in _OWN_SORT and not forms & _names(known):
            raise Unsure(word)
