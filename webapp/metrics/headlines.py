"""The headline of a period and its best sellers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.metrics import dao, sums
from webapp.metrics.definitions import MEASURES, METRICS
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period


@dataclass(frozen=True)
class Headline:
    """The measures of a period, from which every metric can be told."""

    measures: Sequence[int]

    def value(self, metric: str) -> int | Decimal | None:
        """A metric by its name, in minor units where it is money; None without a base."""
        return METRICS[metric].value(self.measures)


@dataclass(frozen=True)
class TopProduct:
    """A product with what it brought (net, minor units), its share of the whole, and the change of its revenue."""

    product_id: int
    sku: str
    name: str
    revenue: int
    units: int
    share: Decimal | None
    change_ratio: Decimal | None
    then: int | None


def headline(tx: Any, filters: Filters, period: Period) -> Headline:
    """The sums of the period under the filters."""
    found = sums.collect(tx, period.from_ms, period.to_ms, (), filters)
    return Headline(found.get((), [0] * len(MEASURES)))


def top_products(
    tx: Any, filters: Filters, period: Period, compare: Period | None = None, top: int = 10, *, total: int | None = None
) -> list[TopProduct]:
    """The products that brought most in the period, by revenue, then by id.

    total: the net sales of the period, if they are known already; shares are parts of it.
    """
    revenue, units = _by_product(tx, filters, period)
    then = _by_product(tx, filters, compare)[0] if compare else {}
    if total is None:
        total = sum(revenue.values())
    best = sorted(revenue, key=lambda product_id: (-revenue[product_id], product_id))[:top]
    names = dao.find_products(tx, best)
    found = []
    for product_id in best:
        taken, before = revenue[product_id], then.get(product_id, 0) if compare else None
        ratio = None if before is None else money.ratio(taken - before, before)
        share = money.ratio(taken, total)
        found.append(TopProduct(product_id, *names[product_id], taken, units[product_id], share, ratio, before))
    return found


def _by_product(tx: Any, filters: Filters, period: Period) -> tuple[dict[int, int], dict[int, int]]:
    found = sums.collect(tx, period.from_ms, period.to_ms, ("product",), filters, orders=False)
    return (
        {key[0]: measures[1] - measures[2] for key, measures in found.items()},
        {key[0]: measures[3] for key, measures in found.items()},
    )
