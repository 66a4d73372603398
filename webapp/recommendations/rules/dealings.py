"""Does a text leave prices and stock where the brief has them? Words may move a price only as its step does."""

import re
from collections.abc import Collection, Sequence

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.bearing import check_touch
from webapp.recommendations.rules.brief import Fact, Price
from webapp.recommendations.rules.slots import Part, Refusal, clause, way

_INEXACT = re.compile(
    r"(?:^| )(?:over|under|above|below|nearly|almost|about|around|at least|at most|half|times|minus|plus|(?:more|less) than)$"
)
_PRICE_GOES = (
    r"prices? (?:\w+ ){0,3}?(?:go(?:es|ing|ne)?|com(?:es?|ing)|be|is|mov(?:es?|ing)|put|set|brought|bring)(?: \w+)? "
)
_BRING = r"(?:put|bring|take|push|move|set|get|keep|nudge) (?:\w+ ){0,3}prices? (?:\w+ )?"
_CHEAPER = re.compile(
    r"\b(?:discount\w*|mark(?:ed|ing|s)? (?:\w+ )?down|markdowns?|cheaper|price (?:cut|reduction|drop|down)s?|on sale|reduced|"
    r"(?:cut|cuts|cutting|reduce|reduces|reducing|lower|lowers|lowering|drop|trim|slash|bring down) (?:\w+ ){0,3}prices?|"
    r"lower prices?|bargain prices?|(?:charge|charging|cost|costs) (?:\w+ )?less|less expensive|for less|below (?:\w+ )?cost|"
    r"no charge|too (?:dear|expensive|costly)|prices? (?:is|are) (?:too )?high|(?:knock|shave) \w+ off|off the price|"
    r"(?:low|small|reduced|special|sale|bargain|better) price|"
    + f"{_PRICE_GOES}(?:down|lower|less|cut|cheap)|{_BRING}(?:down|lower))\\b"
)
_DEARER = re.compile(
    r"\b(?:dearer|price (?:rise|increase|up|hike)s?|(?:raise|raises|raising|increase|increases|increasing|lift|lifting|put up|hike) "
    r"(?:\w+ ){0,3}prices?|higher prices?|(?:charge|charging|cost|costs) (?:\w+ )?more|(?:pay|pays|worth|ask) more(?= [.x]|$| for)|"
    r"more expensive|too cheap|prices? (?:is|are) (?:too )?low|markups?|mark(?:ed|ing|s)? (?:\w+ )?up|premium price|"
    + f"{_PRICE_GOES}(?:up|higher|more|raised|increased)|{_BRING}(?:up|higher))\\b"
)
_WITHOUT = re.compile(
    r"\b(?:no|without|any|avoid|instead of|not|before) (?:a |an |any |further |need to |need for a )?$"
)


def check_prices(parts: Sequence[Part], price: Price | None, cited: Collection[Fact]) -> None:
    """Raise Refusal where words move a price that the guardrails do not move that way."""
    said = " ".join(part.word or ("x" if part.kind != "mark" else ".") for part in parts if part.kind != "space")
    if any(fact.about == "elasticity" for fact in cited):
        said = re.sub(r"\b(?:dearer|cheaper)\b", "", said)
    step = 0 if price is None else (price.suggested > price.now) - (price.suggested < price.now)
    for pattern, sign in ((_CHEAPER, -1), (_DEARER, 1)):
        for found in pattern.finditer(said):
            if step != sign and not _WITHOUT.search(said[: found.start()]):
                raise Refusal("a price that the guardrails do not hold")
    for number, part in enumerate(parts):
        if part.kind == "price":
            check_touch(parts, number)
            _check_beside(parts, number, step)


def _check_beside(parts: Sequence[Part], at: int, step: int) -> None:
    words = [part.word or "." for part in parts[max(at - 6, 0) : at] if part.kind != "space"]
    if _INEXACT.search(" ".join(words)):
        raise Refusal("a price made another by the words before it")
    around = clause(parts, at)
    if any(part.kind == "fact" for part in around):
        return
    if any(way(part.word) not in (0, step) for part in around):
        raise Refusal("a price that the guardrails do not hold")


def check_stock_words(parts: Sequence[Part], about: Collection[int], cited: Collection[Fact]) -> None:
    """Raise Refusal where words say that something is gone or going and no fact of it says so."""
    said = " ".join(part.word for part in parts if part.kind == "word")
    covers = [
        fact for fact in cited if fact.about == "cover" and fact.unit == "days" and set(fact.product_ids) & set(about)
    ]
    if vocabulary.SOLD_OUT.search(said) and not any(fact.value == 0 for fact in covers):
        raise Refusal("a stock that no fact holds")
    if vocabulary.RUNS_OUT.search(said) and not covers:
        raise Refusal("a stock that no fact holds")
