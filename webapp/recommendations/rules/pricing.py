"""Dynamic pricing is arithmetic: base x season x weather x stock cover, then guardrails, then the price ending.

Nothing about a person goes in. Money in minor units. Sources: docs/adviser.md.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from webapp.recommendations.rules.brief import Effect, Price
from webapp.recommendations.rules.estimates import Estimate
from webapp.recommendations.rules.price_terms import REASONS, Guardrails, PriceQuestion, Refused, Suggested

# The least change worth a label, and what a step is at most, and all steps together, where no elasticity is known.
LEAST_CHANGE, SMALL_STEP, SMALL_MOST = Fraction(15, 1000), Fraction(5, 100), Fraction(10, 100)
# Beyond the prices that were in force nothing is known.
BEYOND_OBSERVED = Fraction(5, 100)
# How buyers are taken to react where it is not known (the usual of categories), and the least that a price is divided by.
USUAL_RESPONSE, LEAST_RESPONSE = 2.5, 1.0
# Stock cover against what is wanted that moves no price, and how far cover and demand count at most.
USUAL_COVER, MOST_COVER, MOST_DEMAND = (0.5, 1.5), 2.0, 4.0
LEAST_UNITS = 0.1
# An interval that reaches further down says nothing.
LEAST_ELASTICITY = -50.0
# No price of a ledger and no pace of a shop is beyond these.
MOST_MINOR, MOST_UNITS = 999_999_999, 1e6

__all__ = [
    "REASONS",
    "Guardrails",
    "PriceQuestion",
    "Refused",
    "Suggested",
    "basis",
    "endings",
    "limits",
    "standing",
    "suggest",
    "suggest_all",
]


def suggest(question: PriceQuestion) -> Suggested | Refused:
    """The price that arithmetic asks for and every guardrail allows, or the first reason against one. Never raises."""
    reason = "bad_input" if not _sane(question) else _against(question)
    if reason:
        return Refused(question.product_id, reason)
    target, causes = _target(question)
    if abs(target / question.now - 1) < LEAST_CHANGE:
        return Refused(question.product_id, "no_cause")
    rise = target > question.now
    known = _usable(question.elasticity)
    if rise and (question.rails.never_rises or known is None):
        return Refused(question.product_id, "never_rises" if question.rails.never_rises else "no_estimate")
    floor, ceiling = limits(question)
    least = max(1, math.ceil(question.now * LEAST_CHANGE))
    low, high = (max(floor, question.now + least), ceiling) if rise else (floor, min(ceiling, question.now - least))
    if low > high:
        return Refused(question.product_id, "no_room")
    price = Price(question.now, _ended(target, low, high, question.endings), floor, ceiling, question.lowest_30d)
    return _weighed(question, price, known, causes)


def limits(question: PriceQuestion) -> tuple[int, int]:
    """Floor and ceiling of the next price by every guardrail, minor units; floor above ceiling where no price keeps all.

    Without a known elasticity the ceiling is the present price and the floor a small step below it.
    """
    floor, ceiling = _rails(question)
    if _usable(question.elasticity) is None:
        small = max(question.now * (1 - SMALL_STEP), question.base * (1 - SMALL_MOST))
        return max(floor, math.ceil(small)), min(ceiling, question.now)
    return floor, ceiling


def standing(question: PriceQuestion) -> tuple[int, int] | str:
    """Floor and ceiling that hold for any price of the product now, or the word of REASONS for which none may be set.

    Nothing is asked of its elasticity, pace, stock cover or last week: these made the suggestion, and its own bounds hold them.
    """
    reason = "bad_input" if not _sane(question) else _against(question)
    floor, ceiling = (0, 0) if reason else _rails(question)
    return reason or ("no_room" if floor > ceiling else (floor, ceiling))


def _rails(question: PriceQuestion) -> tuple[int, int]:
    # The limits that a shop sets, its cost and what was ever asked for it; inward by whole minor units.
    rails, now = question.rails, question.now
    step, most = _exact(rails.most_step), _exact(rails.most_90d)
    recent = (*question.prices_90d, now)
    floors = [now * (1 - step), max(recent) * (1 - most), question.observed_low * (1 - BEYOND_OBSERVED), Fraction(1)]
    ceilings = [now * (1 + step), min(recent) * (1 + most), question.observed_high * (1 + BEYOND_OBSERVED)]
    if question.cost is not None:
        floors.append(question.cost * (1 + _exact(rails.least_margin)) / _exact(question.kept))
    if rails.never_rises:
        ceilings.append(Fraction(now))
    return math.ceil(max(floors)), math.floor(min(ceilings))


def _exact(share: float) -> Fraction:
    # 0.1 is a tenth here, not the nearest binary number.
    return Fraction(repr(float(share)))


def _sane(question: PriceQuestion) -> bool:
    prices = (question.now, question.base, question.observed_low, question.observed_high, question.lowest_30d)
    whole = [*prices, *question.prices_90d, *([] if question.cost is None else [question.cost])]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in whole):
        return False
    if min((*prices[:4], *question.prices_90d)) <= 0 or question.lowest_30d < 0 or (question.cost or 0) < 0:
        return False
    if max(whole) > MOST_MINOR:
        return False
    rails = question.rails
    shares = (rails.least_margin, rails.most_step, rails.most_90d, question.units_per_day, question.cover_days or 0.0)
    factors = (question.season, question.weather, question.target_cover_days, question.kept)
    if not all(_finite(each) and each >= 0 for each in shares) or not all(
        _finite(each) and each > 0 for each in factors
    ):
        return False
    if rails.least_margin > 1000 or question.units_per_day > MOST_UNITS:
        return False
    return question.kept <= 1 and rails.most_step < 1 and rails.most_90d < 1


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _against(question: PriceQuestion) -> str:
    # What speaks against any change now, whatever the arithmetic says; "" where nothing does.
    since = question.days_since_change
    overstocked = question.cover_days is not None and question.cover_days > USUAL_COVER[1] * question.target_cover_days
    found = {
        "stocked_out": question.stocked_out or question.cover_days == 0,
        "promoted": question.promoted,
        "anomaly": question.anomaly,
        "cool_down": since is not None and since < question.rails.cool_down_days,
        "substitute": question.busy,
        "cost_unknown": question.cost is None,
        "no_sales": question.units_per_day < LEAST_UNITS and not overstocked,
    }
    return next((reason for reason, holds in found.items() if holds), "")


def _usable(estimate: Estimate | None) -> tuple[float, float, float] | None:
    # Value and ends of an elasticity that says something: buyers surely buy less at a higher price.
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    if not (math.isfinite(estimate.high) and LEAST_ELASTICITY <= estimate.low <= estimate.value):
        return None
    return (estimate.low, estimate.value, estimate.high) if estimate.value <= estimate.high < 0 else None


def _target(question: PriceQuestion) -> tuple[float, tuple[str, ...]]:
    """base x season x weather x stock cover, each as the price that would keep units where they usually are.

    Demand d at elasticity e is met by the price factor d ** (1 / |e|) (constant elasticity solved for the price).
    """
    known = _usable(question.elasticity)
    response = max(LEAST_RESPONSE, -known[1]) if known else USUAL_RESPONSE
    demand = {"season": question.season, "weather": question.weather, "cover": _cover(question)}
    if not question.rails.weather_rises:
        demand["weather"] = min(1.0, demand["weather"])
    pulls = {name: math.log(min(MOST_DEMAND, max(1 / MOST_DEMAND, d))) / response for name, d in demand.items()}
    pulls["base"] = math.log(question.base / question.now)
    total = sum(pulls.values())
    scarce = question.cover_days is not None and question.cover_days < USUAL_COVER[0] * question.target_cover_days
    if scarce and total < 0:
        # What will be gone soon needs no lower price.
        return float(question.now), ()
    along = {name: pull for name, pull in pulls.items() if pull * total > 0 and abs(pull) >= 0.01}
    return question.now * math.exp(total), tuple(sorted(along, key=lambda name: (-abs(along[name]), name)))


def _cover(question: PriceQuestion) -> float:
    # Demand against supply: below 1 where more lies there than is wanted.
    if question.cover_days is None:
        return 1.0
    held = question.cover_days / question.target_cover_days
    if USUAL_COVER[0] <= held <= USUAL_COVER[1]:
        return 1.0
    return 1 / min(MOST_COVER, max(1 / MOST_COVER, held))


def _ended(target: float, low: int, high: int, digits: Sequence[int]) -> int:
    # The price nearest to the target inside the limits that ends as the shop's prices do; without one, the nearest.
    aim = min(high, max(low, round(target)))
    near = [price for price in range(max(low, aim - 10), min(high, aim + 10) + 1) if price % 10 in digits]
    return min(near, key=lambda price: (abs(price - aim), price)) if near else aim


def _weighed(
    question: PriceQuestion, price: Price, known: tuple[float, float, float] | None, causes: tuple[str, ...]
) -> Suggested | Refused:
    rise = price.suggested > price.now
    warnings = (*(("parity",) if question.marketplace else ()), *(() if rise else ("reference",)))
    plain = Suggested(question.product_id, price, rise, known is None, causes, warnings, None, None, None, None)
    if known is None:
        return plain
    units, sales, profit = _change(question, price, known)
    # Less than a millionth of what it brings is rounding.
    if rise and profit[0] <= 1e-6 * question.units_per_day * price.now:
        return Refused(question.product_id, "no_gain")
    if not rise and profit[1] <= 0 and "cover" not in causes:
        return Refused(question.product_id, "no_gain")
    low, high = math.floor(profit[0]), math.ceil(profit[1])
    return replace(
        plain, units=units, sales=(math.floor(sales[0]), math.ceil(sales[1])), profit=(low, high),
        effect=Effect("gross_profit", low, high, basis(question.elasticity)),
    )  # fmt: skip


def _change(
    question: PriceQuestion, price: Price, known: tuple[float, float, float]
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    # Units, net sales and gross profit a day at the ends of the elasticity's interval; all three are monotone in it.
    before, kept, cost = question.units_per_day, question.kept, question.cost or 0
    found = []
    for elasticity in (known[0], known[2]):
        after = before * (price.suggested / price.now) ** elasticity
        sales = kept * (after * price.suggested - before * price.now)
        found.append((after - before, sales, sales - cost * (after - before)))
    units, sales_ends, profit = ((min(ends), max(ends)) for ends in zip(*found, strict=True))
    return units, sales_ends, profit


def basis(elasticity: Estimate | None) -> str:
    """On what an expected effect stands, in words."""
    if elasticity is None or elasticity.value is None or elasticity.low is None or elasticity.high is None:
        return "nothing is known of how buyers react to its price"
    low, value, high = (
        f"{each:.1f}".replace("-", "\u2212") for each in (elasticity.low, elasticity.value, elasticity.high)
    )
    return f"a price elasticity of {value} (80% interval {low} to {high}), an association in past weeks"


def suggest_all(questions: Sequence[PriceQuestion]) -> dict[int, Suggested | Refused]:
    """An answer for each product; of substitutes only the one with the most to gain moves, the others are `substitute`."""
    asked = {question.product_id: question for question in questions}
    answers = {product: suggest(question) for product, question in asked.items()}
    moved: set[int] = set()
    near: Counter[int] = Counter()
    moving = [answer for answer in answers.values() if isinstance(answer, Suggested)]
    for answer in sorted(moving, key=lambda each: _gain(each, asked[each.product_id])):
        others = asked[answer.product_id].substitutes - {answer.product_id}
        if moved & others or near[answer.product_id]:
            answers[answer.product_id] = Refused(answer.product_id, "substitute")
            continue
        moved.add(answer.product_id)
        near.update(others)
    return answers


def _gain(answer: Suggested, question: PriceQuestion) -> tuple[bool, float, float, int]:
    # What is known to bring most first, then what sells most.
    middle = 0.0 if answer.profit is None else sum(answer.profit) / 2
    return answer.small_step, -middle, -question.units_per_day * question.now, answer.product_id


def endings(prices: Sequence[int]) -> tuple[int, ...]:
    """The last digits that the shop's prices have: each that at least a tenth of them end in; (0, 5, 9) without prices."""
    digits = Counter(price % 10 for price in prices)
    return tuple(sorted(digit for digit, count in digits.items() if 10 * count >= len(prices))) or (0, 5, 9)
