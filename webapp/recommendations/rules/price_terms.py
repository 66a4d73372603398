"""What a price is asked with, and what the answer holds; the arithmetic is in pricing.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.recommendations.rules.brief import Effect, Price
from webapp.recommendations.rules.estimates import Estimate

# Why no price is suggested: word -> what a person reads.
REASONS: Mapping[str, str] = {
    "bad_input": "a figure that the price would stand on is missing or no number",
    "stocked_out": "it is out of stock",
    "promoted": "it is under a promotion",
    "anomaly": "its sales are not what they usually are just now",
    "cool_down": "its price changed a short time ago",
    "substitute": "the price of a product like it moves now",
    "cost_unknown": "what it costs is not known",
    "no_sales": "it hardly sells",
    "no_cause": "nothing asks for another price",
    "no_room": "no price keeps all limits",
    "never_rises": "its price never rises by the shop's own rule",
    "no_estimate": "how its buyers react to a price is not known well enough for a rise",
    "no_gain": "the change may well cost more than it brings",
}


@dataclass(frozen=True, slots=True)
class Guardrails:
    """Limits of a category or the shop. least_margin: share on top of the cost (0.2: cost x 1.2). Shares of 1."""

    least_margin: float = 0.20
    most_step: float = 0.10
    most_90d: float = 0.20
    cool_down_days: int = 14
    never_rises: bool = False
    weather_rises: bool = False  # a hot day alone lifts no price above the usual one


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Everything a price stands on. now, base (the usual price), cost (net of tax; None unknown): minor units.

    kept: share of the price that is left without tax (1 / 1.2 where 20 % is included). prices_90d: every list price in
    force in the last 90 days, with `now`. observed_low, observed_high: least and highest list price ever in force.
    lowest_30d: lowest list or sold unit price of 30 days. days_since_change: None if never. units_per_day: at `now`.
    elasticity: of the product; not known (or None) allows small steps down alone. season, weather: demand against usual
    (1.0 usual, 0.8 a fifth less). cover_days: days that the stock lasts, None where it is not counted. target_cover_days:
    what is wanted. substitutes: ids of products like it. busy: a substitute's accepted price stands now.
    marketplace: also sold on a marketplace (parity warning). endings: last digits of prices as the shop writes them.
    """

    product_id: int
    now: int
    base: int
    cost: int | None
    prices_90d: tuple[int, ...]
    observed_low: int
    observed_high: int
    lowest_30d: int
    days_since_change: int | None
    units_per_day: float
    elasticity: Estimate | None = None
    season: float = 1.0
    weather: float = 1.0
    cover_days: float | None = None
    target_cover_days: float = 28.0
    kept: float = 1.0
    stocked_out: bool = False
    promoted: bool = False
    anomaly: bool = False
    busy: bool = False
    substitutes: frozenset[int] = frozenset()
    marketplace: bool = False
    endings: tuple[int, ...] = (0, 5, 9)
    rails: Guardrails = Guardrails()


@dataclass(frozen=True, slots=True)
class Suggested:
    """A price inside every guardrail. units, sales, profit: expected change a day at 80 % (units; net money in minor units);
    None where no elasticity is known. rise: needs a second confirmation. small_step: labelled, no estimate behind it.
    causes: words among season, weather, cover, base, strongest first. warnings: words among parity, reference (a reduction: show the
    lowest price of 30 days). effect: of gross profit if cost and elasticity are known.
    """

    product_id: int
    price: Price
    rise: bool
    small_step: bool
    causes: tuple[str, ...]
    warnings: tuple[str, ...]
    units: tuple[float, float] | None
    sales: tuple[int, int] | None
    profit: tuple[int, int] | None
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No price, and the word why (a key of REASONS)."""

    product_id: int
    reason: str
