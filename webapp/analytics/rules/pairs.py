"""What is bought together: how much more often than by chance, where it happened often enough to say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from webapp import money

FLOOR = 5  # orders that hold both, below which nothing is said
SHARE = 100  # and one in so many of the orders that hold the first


@dataclass(frozen=True, slots=True)
class Pair:
    """A second product: how many orders hold both, their share of those that hold the first, and the lift."""

    product_id: int
    together: int
    share: Decimal | None
    lift: Decimal


def least(held: int) -> int:
    """Return how many of so many orders must hold both before a pair counts: five, or one in a hundred."""
    return max(FLOOR, -(-held // SHARE))


def pairs(
    together: Mapping[int, int], held: int, each: Mapping[int, int], orders: int, most: int = 6
) -> list[Pair]:  # fmt: skip
    """Return what is bought with a product more often than by chance, the highest lift first.

    together: orders that hold both, by the second product, out of `held` that hold the first. each: all the orders that
    hold the second, out of `orders`. The lift is the second's share of the first's orders over its share of all orders: 1
    is chance. What stands together in fewer orders than `least(held)` is left out, because a lift of two orders is noise.
    Source: Brin, Motwani, Ullman, Tsur, Dynamic Itemset Counting and Implication Rules for Market Basket Data, 1997.
    """
    found = []
    for product_id, both in together.items():
        alone = each.get(product_id, 0)
        if both < least(held) or not alone or not orders:
            continue
        lift = (Decimal(both) * orders / (Decimal(held) * alone)).quantize(Decimal("0.01"))
        if lift > 1:
            found.append(Pair(product_id, both, money.ratio(both, held), lift))
    return sorted(found, key=lambda pair: (-pair.lift, -pair.together, pair.product_id))[:most]
