"""What is expected of advice that moves no price: what the weather does to a product's takings, and what a gap would cost."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from webapp.recommendations.rules.brief import Brief, Effect, Fact
from webapp.recommendations.rules.estimates import Z80, Estimate

# An effect was not learned further from normal than so many degrees.
MOST_DEGREES = 10.0
# How much more than chance the units of a product scatter (facts.py has the same of its movers), and over how many days they are counted.
SCATTER, DAYS = 1.3, 28


@dataclass(frozen=True, slots=True)
class Stay:
    """The days of a suggestion at a place: how many units of the product usually go there a day, degrees from normal each day."""

    place: str
    units: float
    anomalies: tuple[float, ...]


def of_weather(per_degree: Estimate, stays: Sequence[Stay], price: int) -> Effect | None:
    """Net sales a day beyond those of usual weather, at both ends of the 80 % interval; None where they are not surely more.

    per_degree: change of log units a degree. price: minor units. Whether the product is promoted changes nothing of it.
    """
    told = [one for one in stays if one.units > 0 and one.anomalies]
    if per_degree.value is None or per_degree.error is None or not told:
        return None
    ends = [per_degree.value + side * Z80 * per_degree.error for side in (-1, 1)]
    low, high = sorted(sum(one.units * price * _more(end, one.anomalies) for one in told) for end in ends)
    if math.floor(low) <= 0:
        return None
    return Effect("net_sales", math.floor(low), math.ceil(high), _because(per_degree.value, ends, told))


def _more(per_degree: float, anomalies: Sequence[float]) -> float:
    # What the mean day sells beyond a usual one, as a share.
    held = [max(-MOST_DEGREES, min(MOST_DEGREES, each)) for each in anomalies]
    return sum(math.expm1(per_degree * each) for each in held) / len(held)


def _because(value: float, ends: Sequence[float], stays: Sequence[Stay]) -> str:
    middle, low, high = (_signed(each * 100) for each in (value, *ends))
    places = ", ".join(f"{one.place} {_signed(sum(one.anomalies) / len(one.anomalies))} °C" for one in stays)
    return (
        f"{middle}% sold with each degree above the season's normal (80% interval {low}% to {high}%) and how far these days are "
        f"from it ({places}): what the weather does, promoted or not; what promoting adds is not known"
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212")


def of_gap(units: int, price: int) -> Effect | None:
    """Net sales a day that are lost while a product is gone (80 %), from what it sold in DAYS days; None where nothing surely is."""
    half = Z80 * math.sqrt(SCATTER * units)
    low, high = (math.floor((units - half) * price / DAYS), math.ceil((units + half) * price / DAYS))
    basis = f"what it sold a day in the last {DAYS} days, at its price of now: lost on each day that it is not there"
    return Effect("net_sales", low, high, basis) if low > 0 else None


def without_price(brief: Brief, kind: str, product_id: int | None, facts: Collection[Fact | None]) -> Effect | None:
    """What is expected of a suggestion that sets no price and rests on these facts; None where nothing is known of it."""
    line = None if product_id is None else brief.product(product_id)
    if line is None:
        return None
    if kind == "promote" and any(fact is not None and fact.about == "weather" for fact in facts):
        return brief.expected.get(line.id)
    if kind != "restock":
        return None
    sold = next(
        (one for one in brief.facts if one.about == "cover" and one.unit == "units" and line.id in one.product_ids),
        None,
    )
    return None if sold is None else of_gap(int(sold.value), line.price)
