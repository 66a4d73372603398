"""Products that are bought together more often than chance puts them together."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

SUPPORT = 20
Z95 = 1.960


@dataclass(frozen=True, slots=True)
class Stratum:
    """Orders of one channel (or place), only those with at least two different products. single: product -> orders with it.

    together: (lower id, higher id) -> orders with both, of every pair that was bought.
    """

    orders: int
    single: Mapping[int, int]
    together: Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products in one basket. lift: seen over expected. low: lower end of lift's 95 % interval."""

    first: int
    second: int
    orders: int
    expected: float
    lift: float
    low: float


def lift(strata: Sequence[Stratum], *, support: int = SUPPORT, most: int = 20) -> list[Pair]:
    """The pairs with at least `support` orders whose lift is surely above 1, strongest lower end first.

    Expected is what chance puts together in baskets of those sizes: products in proportion to their orders, scaled so
    that all pairs of a stratum add up to those seen (two things fit in a basket of two however they are drawn). It is
    summed over the strata, so that a product that is sold in one channel alone makes no pair. The interval is
    that of a Poisson count by its square root (Anscombe 1948), each pair asked for as one of all pairs that were looked at
    (Bonferroni), since among thousands some would look strong by chance.
    """
    seen: Counter[tuple[int, int]] = Counter()
    for stratum in strata:
        seen.update(stratum.together)
    strong = {pair: orders for pair, orders in seen.items() if orders >= support}
    z = Z95 if len(strong) <= 1 else _z(0.05 / len(strong))
    found = []
    scaled = [(stratum.single, _scale(stratum)) for stratum in strata]
    for (first, second), orders in strong.items():
        expected = sum(single.get(first, 0) * single.get(second, 0) * scale for single, scale in scaled)
        if expected > 0:
            least = max(0.0, math.sqrt(orders + 0.375) - z / 2) ** 2 - 0.375
            found.append(Pair(first, second, orders, expected, orders / expected, max(0.0, least) / expected))
    sure = [pair for pair in found if pair.low > 1]
    return sorted(sure, key=lambda pair: (-pair.low, pair.first, pair.second))[:most]


def _scale(stratum: Stratum) -> float:
    total, squares = sum(stratum.single.values()), sum(orders * orders for orders in stratum.single.values())
    products = (total * total - squares) / 2
    return sum(stratum.together.values()) / products if products else 0.0


def _z(both_sides: float) -> float:
    # The two-sided quantile of the normal law (Abramowitz and Stegun 26.2.23, wrong by less than 0.00045).
    t = math.sqrt(-2 * math.log(both_sides / 2))
    return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t**3)


def count(baskets: Sequence[Sequence[int]]) -> Stratum:
    """A stratum counted from baskets of product ids; baskets of one product are left out."""
    single: Counter[int] = Counter()
    together: dict[tuple[int, int], int] = defaultdict(int)
    orders = 0
    for basket in baskets:
        products = sorted(set(basket))
        if len(products) < 2:
            continue
        orders += 1
        single.update(products)
        for pair in combinations(products, 2):
            together[pair] += 1
    return Stratum(orders, dict(single), dict(together))
