"""Does any suggested price ever leave a guardrail, fall below cost, or be no number?

    python -m bench.prices [--data FILE] [--seed N] [--draws N]

`draws` random histories of weekly prices and units (also none at all, NaN, broken costs, costs above the price), each asked with
random limits. FILE: CSV with product, week, price_minor, units, cost_minor (empty: unknown); its products are asked besides, each
with ten random limits. Every answer is judged by other code than the one that made it. Ends with one line of JSON.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from bench import given
from webapp.recommendations.rules.elasticity import Week, estimate
from webapp.recommendations.rules.estimates import Estimate, made, none
from webapp.recommendations.rules.pricing import (
    REASONS,
    Guardrails,
    PriceQuestion,
    Refused,
    Suggested,
    endings,
    suggest,
    suggest_all,
)  # fmt: skip

History = tuple[list[tuple[int, float]], int | None]  # (price, units) by week, oldest first, and the cost
BROKEN = (math.nan, math.inf, -math.inf, -1.0, 0.0)
GROUP = 20


def main(arguments: list[str] | None = None) -> int:
    """Ask, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a CSV file of price histories")
    parser.add_argument("--seed", type=int, default=1, help="of the dice")
    parser.add_argument("--draws", type=int, default=10_000, help="random histories (10000)")
    said = parser.parse_args(arguments)
    dice = Random(said.seed)
    questions = [_question(dice, number, _history(dice)) for number in range(said.draws)]
    if said.data is not None:
        histories = [each for each in _read(said.data) for _ in range(10)]
        questions += [_question(dice, len(questions) + at, each) for at, each in enumerate(histories)]
    answers = {question.product_id: suggest(question) for question in questions}
    wrong = Counter(fault for each in questions for fault in faults(each, answers[each.product_id]))
    wrong["two substitutes at once"] = _together(questions)
    suggested = [answer for answer in answers.values() if isinstance(answer, Suggested)]
    figures = {
        "questions": len(questions), "suggested": len(suggested), "rises": sum(each.rise for each in suggested),
        "small_steps": sum(each.small_step for each in suggested),
        "refused": dict(Counter(each.reason for each in answers.values() if isinstance(each, Refused)).most_common()),
        "wrong": {name: count for name, count in wrong.items() if count},
    }  # fmt: skip
    bars = {
        "not one suggestion outside a guardrail, below cost, NaN": not figures["wrong"],
        "at least one in thirty suggested, rises among them": len(suggested) * 30 >= len(questions)
        and figures["rises"] != 0,
    }
    return given.end(figures, bars)


# ---- Random questions ----


def _history(dice: Random) -> History:
    price, response = dice.choice((99, 240, 540, 1200, 4999, 100_000, 1)), -dice.uniform(0.0, 4.0)
    base, pace = price, dice.choice((0, 3, 20, 150, 600, 2000))
    found, moving = [], dice.choice((0.03, 0.08, 0.2))
    for _ in range(dice.choice((0, 3, 14, 15, 26, 60))):
        if dice.random() < moving:
            price = max(1, round(base * dice.uniform(0.8, 1.25)))
        found.append((price, max(0.0, round(pace * (price / base) ** response * dice.lognormvariate(0, 0.2)))))
    costs = (None, 0, 2 * base, round(base * dice.uniform(0.05, 0.95)), *[round(base * dice.uniform(0.2, 0.6))] * 6)
    cost = dice.choice(costs)
    return found, cost


def _read(path: Path) -> Iterator[History]:
    found: dict[str, History] = {}
    for row in given.rows(path):
        history, _ = found.get(row["product"], ([], None))
        history.append((int(row["price_minor"]), float(row["units"])))
        found[row["product"]] = (history, int(row["cost_minor"]) if row["cost_minor"] else None)
    yield from found.values()


def _question(dice: Random, number: int, history: History) -> PriceQuestion:
    weeks, cost = history
    prices = [price for price, _ in weeks] or [dice.choice((99, 240, 540))]
    now, recent = prices[-1], prices[-13:]
    changes = [at for at in range(1, len(prices)) if prices[at] != prices[at - 1]]
    question = PriceQuestion(
        product_id=number, now=now, base=dice.choice((now, prices[0], max(prices))), cost=cost,
        prices_90d=tuple(recent), observed_low=min(prices), observed_high=max(prices), lowest_30d=min(prices[-5:]),
        days_since_change=7 * (len(prices) - changes[-1]) if changes else None,
        units_per_day=sum(units for _, units in weeks[-4:]) / 28, elasticity=_elasticity(dice, weeks),
        season=dice.uniform(0.3, 3.0), weather=dice.uniform(0.5, 2.0),
        cover_days=dice.choice((None, None, None, 0.0, 3.0, 20.0, 25.0, 30.0, 60.0, 400.0)), kept=dice.choice((1.0, 1 / 1.2, 0.93)),
        stocked_out=dice.random() < 0.03, promoted=dice.random() < 0.03, anomaly=dice.random() < 0.03,
        busy=dice.random() < 0.03, marketplace=dice.random() < 0.2, endings=dice.choice(((0, 5, 9), endings(prices), (9,))),
        substitutes=frozenset(each for each in range(number - number % GROUP, number) if dice.random() < 0.1),
        rails=_rails(dice),
    )  # fmt: skip
    return _broken(dice, question) if dice.random() < 0.1 else question


def _rails(dice: Random) -> Guardrails:
    return Guardrails(
        least_margin=dice.choice((0.0, 0.1, 0.2, 1.5)), most_step=dice.choice((0.0, 0.02, 0.07, 0.1, 0.1, 0.15)),
        most_90d=dice.choice((0.0, 0.1, 0.2, 0.2, 0.3)), cool_down_days=dice.choice((0, 7, 14, 30)),
        never_rises=dice.random() < 0.2, weather_rises=dice.random() < 0.5,
    )  # fmt: skip


def _elasticity(dice: Random, weeks: Sequence[tuple[int, float]]) -> Estimate | None:
    way = dice.random()
    if way < 0.4:
        return estimate([Week(1, 1, None, units, price) for price, units in weeks])
    if way < 0.8:
        return made(-dice.uniform(0.1, 4.0), dice.uniform(0.01, 1.0), 40, 4)
    if way < 0.9:
        return dice.choice((None, none("few_weeks", 3)))
    value = dice.choice((*BROKEN, 3.0))
    return Estimate(value, dice.choice((*BROKEN, -2.0)), dice.choice((*BROKEN, -1.0)), 20, 3, 0.1)


def _broken(dice: Random, question: PriceQuestion) -> PriceQuestion:
    # One figure that is no figure, or no figure of a shop.
    name = dice.choice(
        ("now", "base", "cost", "observed_low", "observed_high", "lowest_30d", "units_per_day", "season", "weather",
         "cover_days", "target_cover_days", "kept", "prices_90d", "rails")
    )  # fmt: skip
    value = dice.choice((*BROKEN, 10**12, 1e300))
    if name == "prices_90d":
        return replace(question, prices_90d=dice.choice(((), (0,), (value,))))  # type: ignore[arg-type]
    if name == "rails":
        limit = dice.choice(("least_margin", "most_step", "most_90d"))
        return replace(question, rails=replace(question.rails, **{limit: value}))  # type: ignore[arg-type]
    return replace(question, **{name: value})  # type: ignore[arg-type]


# ---- The judge ----


def faults(question: PriceQuestion, answer: Suggested | Refused) -> Iterator[str]:
    """What is wrong with an answer, by arithmetic of its own in decimals; nothing where it is right."""
    if isinstance(answer, Refused):
        if answer.reason not in REASONS:
            yield "refused without a reason"
        return
    price, rails = answer.price, question.rails
    if not all(type(each) is int for each in (price.suggested, price.floor, price.ceiling)):
        yield "not a whole number of minor units"
        return
    new, now = Decimal(price.suggested), Decimal(question.now)
    if question.cost is None or new * Decimal(question.kept) < question.cost * (1 + _of(rails.least_margin)) - Decimal(
        "1e-9"
    ):
        yield "below cost and margin, or cost unknown"
    if abs(new - now) > now * _of(rails.most_step):
        yield "more than a step"
    if any(abs(new - each) > each * _of(rails.most_90d) for each in (*question.prices_90d, question.now)):
        yield "more than the change of 90 days"
    if not question.observed_low * Decimal("0.95") <= new <= question.observed_high * Decimal("1.05"):
        yield "outside the observed range"
    since = question.days_since_change
    if since is not None and since < rails.cool_down_days:
        yield "in the cool-down"
    if question.stocked_out or question.promoted or question.anomaly or question.busy or question.cover_days == 0:
        yield "in a stock-out, promotion, anomaly or beside a moving substitute"
    if not price.floor <= price.suggested <= price.ceiling or price.suggested == price.now:
        yield "outside its own floor and ceiling, or no change"
    yield from _against_estimate(question, answer)
    yield from _of_figures(answer)


def _of(share: float) -> Decimal:
    return Decimal(repr(share))


def _against_estimate(question: PriceQuestion, answer: Suggested) -> Iterator[str]:
    found, price = question.elasticity, answer.price
    rise = price.suggested > price.now
    known = found is not None and found.value is not None and found.high is not None and found.high < 0
    if rise is not answer.rise or (rise and question.rails.never_rises):
        yield "a rise that may not be, or is not said"
    if not known and (rise or not answer.small_step or price.suggested < price.now * 0.95 or answer.effect is not None):
        yield "more than a small labelled step without an estimate"
    if rise and known and found is not None and found.low is not None and found.high is not None:
        for elasticity in (found.low, found.value or 0.0, found.high):
            after = (price.suggested / price.now) ** elasticity
            unit = (
                question.kept * price.now - (question.cost or 0),
                question.kept * price.suggested - (question.cost or 0),
            )
            if question.units_per_day * (after * unit[1] - unit[0]) <= 0:
                yield "a rise whose profit may fall"
                return


def _of_figures(answer: Suggested) -> Iterator[str]:
    for ends in (answer.units, answer.sales, answer.profit):
        if ends is not None and not (all(math.isfinite(each) for each in ends) and ends[0] <= ends[1]):
            yield "an interval that is none"
    if not answer.rise and "reference" not in answer.warnings:
        yield "a reduction without its reference price"


def _together(questions: Sequence[PriceQuestion]) -> int:
    """How many pairs of substitutes move in one answer."""
    found = 0
    for start in range(0, len(questions), GROUP):
        group = questions[start : start + GROUP]
        moving = {key for key, answer in suggest_all(group).items() if isinstance(answer, Suggested)}
        found += sum(len(moving & each.substitutes - {each.product_id}) for each in group if each.product_id in moving)
    return found


if __name__ == "__main__":
    sys.exit(main())
