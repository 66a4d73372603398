"""The headline of a period and its best sellers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest
from typing import Any

from webapp import money
from webapp.metrics import dao, sums
from webapp.metrics.definitions import MEASURES, METRICS
from webapp.metrics.filters import ALL, Filters
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
    if total is None:
        total = int(_net(tx, filters, period))
    best = _best(sums.of_products(tx, period.from_ms, period.to_ms, filters), top)
    then = _earlier(tx, filters, compare, list(best)) if compare else {}
    names = dao.find_products(tx, best)
    found = []
    for product_id, (revenue, units) in best.items():
        before = then.get(product_id)
        ratio = None if before is None else money.ratio(revenue - before, before)
        share = money.ratio(revenue, total)
        found.append(TopProduct(product_id, *names[product_id], revenue, units, share, ratio, before))
    return found


def _best(rows: Sequence[tuple[int, int, int]], top: int) -> dict[int, tuple[int, int]]:
    """Net sales and units of the products that brought most, in their order."""
    taken: dict[int, int] = defaultdict(int)
    for product_id, net, _ in rows:
        taken[product_id] += net
    best = nsmallest(top, [(-net, product_id) for product_id, net in taken.items()])
    units = dict.fromkeys((product_id for _, product_id in best), 0)
    for product_id, _, sold in rows:
        if product_id in units:
            units[product_id] += sold
    return {product_id: (-less, units[product_id]) for less, product_id in best}


def units_sold(tx: Any, from_day: int) -> dict[int, int]:
    """How many of each product were sold since a business day, by product id."""
    found: dict[int, int] = {}
    for product_id, _, sold in sums.of_products(tx, tx.zone.bounds(from_day)[0], None, ALL):
        found[product_id] = found.get(product_id, 0) + sold
    return found


def orders_of(tx: Any, filters: Filters, period: Period) -> dict[int, int]:
    """How many orders of the period hold each product that the filters mean, by product id; those in none are left out."""
    found = sums.collect(tx, period.from_ms, period.to_ms, ("product",), filters)
    return {product_id: measures[0] for (product_id,), measures in found.items()}


def _net(tx: Any, filters: Filters, period: Period) -> int:
    found = sums.collect(tx, period.from_ms, period.to_ms, (), filters, orders=False)
    return sum(measures[1] - measures[2] for measures in found.values())


def _earlier(tx: Any, filters: Filters, period: Period, product_ids: Sequence[int]) -> dict[int, int]:
    """The net sales of these products in an earlier period; 0 where one sold nothing."""
    found = dict.fromkeys(product_ids, 0)
    for product_id, net, _ in sums.of_products(tx, period.from_ms, period.to_ms, filters):
        if product_id in found:
            found[product_id] += net
    return found
