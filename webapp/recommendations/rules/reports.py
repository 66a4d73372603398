"""Does a sentence report what nobody here knows: of goods, people, suppliers, of what will be, or more of a figure than it holds?

Advice says what to do and judges; a statement in the third person ("it leads the range", "the fridge is full") reports, and
its verb tells which of the two it is. A figure is held to what it counts. Source: docs/model.md.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from webapp.recommendations.rules import report_words as words
from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.claim_words import HEDGES, SALES
from webapp.recommendations.rules.frame_words import MEASURES
from webapp.recommendations.rules.frames import PERIOD, PLACE, places
from webapp.recommendations.rules.naming import Known
from webapp.recommendations.rules.slots import Part, Refusal, Unsure, clauses, is_change, sentences, written
from webapp.recommendations.rules.weathers import LASTING

_SKY = frozenset({"weather", "rain"})
# What lies ahead, or is a wish: "will last {f9}" is what such a fact says.
_FORESEEN = _SKY | {"cover", "price", "season"}


def check_reports(parts: Sequence[Part], known: Known, about: Collection[int], cited: Collection[Fact]) -> None:
    """Raise Refusal where a text ranks, counts or bends a figure, Unsure where it reports. about: products of the suggestion."""
    short = any(fact.about == "cover" and fact.direction == -1 for fact in cited)
    for sentence in sentences(parts):
        said = written(parts, sentence)
        facts = list(dict.fromkeys(fact for fact in (parts[number].fact for number in sentence) if fact is not None))
        if words.AS_MUCH.search(said):
            raise Refusal("a comparison that no fact holds")
        for clause in clauses(parts, sentence):
            _check_rank(written(parts, clause))
        if facts:
            _check_figures(parts, sentence, facts, known, about)
        _check_statements(parts, sentence, known, short)


def _check_rank(told: str) -> None:
    if words.RANKS.search(told):
        raise Refusal("a comparison that no fact holds")
    if words.GROUPS.search(told):
        raise Unsure("how many")


# ---- Statements ----


def _check_statements(parts: Sequence[Part], sentence: range, known: Known, short: bool) -> None:
    """Every clause behind the figures of its sentence, and all of a sentence without any. short: a low stock is in the facts."""
    first = next((number for number in sentence if parts[number].fact is not None), sentence.start)
    for clause in clauses(parts, sentence):
        led = parts[clause.start - 1].word if clause.start else ""
        told = written(parts, clause)
        for place in places(known):
            # "Pier is hot" is no report of a pier.
            told = re.sub(rf"(?<!\S){re.escape(place)}(?!\S)", "there", told)
        if "#" not in told and first <= clause.start and led not in words.LEADING:
            if not short and words.OUT.search(told):
                raise Unsure("out of stock")
            _check_statement(words.SHORT.sub("", told) if short else told)


def _check_statement(told: str) -> None:
    if words.KNOWN_TO_NOBODY.search(told):
        raise Unsure("what others do")
    if set(told.split()) & HEDGES or words.CHECKING.match(told):
        return
    does, sells = words.DOES.match(told), words.SELLS.search(told)
    if does and does.group(1) not in words.JUDGING:
        judged = words.ONLY.get(does.group(1))
        if judged is None or not judged.search(does.group(2)):
            raise Unsure(f"it {does.group(1)}")
    if sells and not words.ONLY["sells"].search(sells.group(1)):
        raise Unsure("how it sells")
    if any(pattern.search(told) for pattern in words.REPORTS):
        raise Unsure("a report")


# ---- Figures ----


def _check_figures(
    parts: Sequence[Part], sentence: range, facts: Sequence[Fact], known: Known, about: Collection[int]
) -> None:  # fmt: skip
    said = written(parts, sentence)
    if words.ANOTHER.search(said):
        raise Refusal("a figure made another by the words before it")
    if any(is_change(fact) and fact.about != "share" for fact in facts) and words.PART_OF.search(said):
        raise Refusal("a change told as a level")
    if words.MAY_BE.search(said) and not all(fact.about in _FORESEEN for fact in facts):
        raise Refusal("a figure told as what may be")
    named = {parts[number].product_id for number in sentence} - {None} or set(about)
    for fact in facts:
        _check_figure(fact, {word.removesuffix("'s") for word in said.split()}, named, known)
    if all(fact.about in _SKY for fact in facts):
        _check_sky(parts, sentence, said, known)
    _check_joined(parts, sentence)


def _check_figure(fact: Fact, said: set[str], named: set[int | None], known: Known) -> None:
    if fact.about.startswith("mover") and fact.unit == "units" and not said & MEASURES["units"]:
        raise Unsure("a figure without what it counts")
    if fact.about == "pair" and not set(fact.product_ids) <= named and not said & words.BOTH:
        raise Refusal("a fact of another product")
    if fact.about == "sensitivity":
        if not said & {"degree", "degrees", "celsius"}:
            raise Refusal("a fact without what it depends on")
        if said & words.COLDER - known.name_words:
            raise Refusal("a direction that its fact denies")


def _check_sky(parts: Sequence[Part], sentence: range, said: str, known: Known) -> None:
    """A sentence whose figures are all of the weather tells neither how long it stays, nor of another spot, nor which way it goes."""
    if LASTING.search(said):
        raise Refusal(PERIOD)
    here = words.NO_SPOT | {word for place in places(known) for word in place.split()}
    for clause in clauses(parts, sentence):
        told = written(parts, clause)
        if "#" in told and words.FROM_DAY.search(told):
            raise Refusal(PERIOD)
        if "#" in told and not set(words.SPOT.findall(told)) <= here:
            raise Refusal(PLACE)
        of_sales = re.search(r"@|\b(?:interest|momentum|trend)\b", told) or set(told.split()) & SALES
        if not of_sales and set(told.split()) & (vocabulary.UP | vocabulary.DOWN):
            raise Refusal("a movement that no fact holds")


def _check_joined(parts: Sequence[Part], sentence: range) -> None:
    """ "Sold {f1} with a sign": what is joined to a figure without a comma narrows what it counts."""
    for one, other in pairwise(clauses(parts, sentence)):
        facts = [fact for fact in (parts[number].fact for number in one) if fact is not None]
        counted = [fact for fact in facts if fact.about not in _FORESEEN]
        joined = other.start - one.stop == 1 and words.NARROWING.match(
            f"{parts[one.stop].word} {written(parts, other)}"
        )
        narrows = joined and len(counted) == len(facts) > 0 and all(parts[number].fact is None for number in other)
        if narrows and written(parts, one).split()[-1] not in words.BOUND:
            raise Unsure("a figure narrowed")
