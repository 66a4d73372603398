"""The rollups: sums of the ledger, kept in the sale's own transaction and equal to what a recount gives.

A day, an hour or a month holds what was sold and what came back in it, by place (channel, location, region; 0 and ''
stand for none). `product_*` split it by product version, and month 0 holds all time. `order_day` counts orders by one
value of one product dimension, once each: a line's own `category`, and `category_tree`, which holds its ancestors too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from webapp import clock
from webapp.db.queries import Executes
from webapp.db.tx import Tx
from webapp.errors import Unavailable
from webapp.metrics import dao, versions
from webapp.metrics.versions import Version

EVER = 0  # the month that holds all time
LARGE, MOST = 10**12, 9 * 10**18  # minor units of a group that are looked at, and of all time
KEPT_S = 3 * 3600  # seconds are kept for three hours: the clock may jump back by two
Line = tuple[int, int, int, int | None]  # version_id, units, amount in minor units, cost of all units or None
Place = tuple[int, int, str]
_NOTHING = (0, 0, 0, 0, 0, 0, 0)


class SaleFact(NamedTuple):
    """An order as the rollups see it."""

    order_id: int
    placed_ms: int
    day: int
    hour_ms: int
    hour: int
    channel_id: int
    location_id: int | None
    region: str | None
    lines: Sequence[Line]


class ReturnFact(NamedTuple):
    """A return as the rollups see it; the amounts of its lines are what was given back."""

    return_id: int
    returned_ms: int
    day: int
    hour_ms: int
    hour: int
    channel_id: int
    location_id: int | None
    region: str | None
    lines: Sequence[Line]


class Buffer:
    """What a transaction, or a savepoint in it, adds to the rollups; written once before COMMIT.

    seconds: [orders, gross]. hours and products: the seven measures. baskets: orders by the versions they hold.
    """

    def __init__(self) -> None:
        self.seconds: dict[tuple[int, Place], list[int]] = {}
        self.hours: dict[tuple[int, int, int, Place], list[int]] = {}
        self.products: dict[tuple[int, int, Place], list[int]] = {}
        self.baskets: dict[tuple[int, Place, tuple[int, ...]], int] = {}

    def merge(self, other: "Buffer") -> None:
        """Take in what an inner savepoint gathered."""
        for mine, its in ((self.seconds, other.seconds), (self.hours, other.hours), (self.products, other.products)):
            _merge(mine, its)  # type: ignore[arg-type]
        for basket, count in other.baskets.items():
            self.baskets[basket] = self.baskets.get(basket, 0) + count

    def flush(self, tx: Tx) -> None:
        """Write it to the rollups, one statement each (more for many rows).

        Raises Unavailable when the sums of all time would leave 64 bits; nothing of the group is then kept.
        """
        self._check_room(tx)
        self._count_baskets(tx)
        days: dict[tuple[int, Place], list[int]] = {}
        months: dict[tuple[int, int, Place], list[int]] = {}
        hours, products = self.hours.items(), self.products.items()
        _merge(days, (((day, place), sums) for (_, day, _, place), sums in hours))
        _merge(months, (((clock.month_of(day), version, place), sums) for (day, version, place), sums in products))
        _merge(months, (((EVER, version, place), sums) for (_, version, place), sums in products))
        dao.add(tx, "sales_second", [(second, *place, *sums) for (second, place), sums in self.seconds.items()])
        dao.add(tx, "sales_hour", [(ms, *place, day, hour, *sums) for (ms, day, hour, place), sums in hours])
        dao.add(tx, "sales_day", [(day, *place, *sums) for (day, place), sums in days.items()])
        dao.add(tx, "product_day", [(day, version, *place, *sums) for (day, version, place), sums in products])
        dao.add(
            tx, "product_month", [(month, version, *place, *sums) for (month, version, place), sums in months.items()]
        )

    def _check_room(self, tx: Tx) -> None:
        """One order of absurd amounts is allowed, ten of them would overflow every sum that they are in."""
        if all(max(sums) < LARGE and min(sums) > -LARGE for sums in self.hours.values()):
            return
        added = [sum(column) for column in zip(*self.hours.values(), strict=True)]
        if any(abs(held) + abs(more) > MOST for held, more in zip(dao.sums_ever(tx), added, strict=True)):
            raise Unavailable("The sums of this shop cannot hold such an amount.")

    def _count_baskets(self, tx: Tx) -> None:
        """Count orders once for each product and each value of a product dimension that they hold."""
        if not self.baskets:
            return
        known = versions.find(tx, {version for _, _, held in self.baskets for version in held})
        told: dict[tuple[int, ...], tuple[Iterable[tuple[str, int]], Iterable[int]]] = {}
        counts: dict[tuple[int, Place], dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
        for (day, place, basket), count in self.baskets.items():
            if basket not in told:
                told[basket] = _told(basket, known)
            values, firsts = told[basket]
            counted = counts[day, place]
            for value in values:
                counted[value] += count
            for version in firsts:
                self.products[day, version, place][0] += count
        rows = [(day, *value, *place, n) for (day, place), counted in counts.items() for value, n in counted.items()]
        dao.add(tx, "order_day", rows)


def _told(basket: tuple[int, ...], known: dict[int, Version]) -> tuple[Iterable[tuple[str, int]], Iterable[int]]:
    """The values for which an order with this basket counts, and one version for each product in it."""
    if len(basket) == 1:
        return known[basket[0]].values, basket
    values = {value for version in basket for value in known[version].values}
    # An order counts once for a product, at the first of the versions in which it holds it.
    return values, {known[version].product_id: version for version in reversed(basket)}.values()


def _merge(mine: dict, its: "dict | Iterable[tuple]") -> None:
    for key, sums in its.items() if isinstance(its, dict) else its:
        held = mine.get(key)
        if held is None:
            mine[key] = list(sums)
        else:
            for index, added in enumerate(sums):
                held[index] += added


def add_sales(tx: Tx, facts: Iterable[SaleFact]) -> None:
    """From the commit on, every rollup holds these orders."""
    buffer = tx.buffer(Buffer)
    seconds, hours, products, baskets = buffer.seconds, buffer.hours, buffer.products, buffer.baskets
    oldest_ms = tx.now_ms - KEPT_S * 1000
    for _, placed_ms, day, hour_ms, hour, channel_id, location_id, region, lines in facts:
        place = (channel_id, location_id or 0, region or "")
        sums = hours.get((hour_ms, day, hour, place))
        if sums is None:
            sums = hours[hour_ms, day, hour, place] = [*_NOTHING]
        total = 0
        for version_id, units, amount, cost in lines:
            total += amount
            product = products.get((day, version_id, place))
            if product is None:
                product = products[day, version_id, place] = [*_NOTHING]
            product[1] += amount
            product[3] += units
            sums[3] += units
            if cost is not None:
                product[5] += amount
                product[6] += cost
                sums[5] += amount
                sums[6] += cost
        sums[0] += 1
        sums[1] += total
        basket = (lines[0][0],) if len(lines) == 1 else tuple(sorted({line[0] for line in lines}))
        baskets[day, place, basket] = baskets.get((day, place, basket), 0) + 1
        if placed_ms >= oldest_ms:
            second = seconds.setdefault((placed_ms // 1000, place), [0, 0])
            second[0] += 1
            second[1] += total


def add_returns(tx: Tx, facts: Iterable[ReturnFact]) -> None:
    """From the commit on, every rollup holds these returns, on the day on which the goods came back."""
    buffer = tx.buffer(Buffer)
    for _, _, day, hour_ms, hour, channel_id, location_id, region, lines in facts:
        place = (channel_id, location_id or 0, region or "")
        sums = buffer.hours.setdefault((hour_ms, day, hour, place), [*_NOTHING])
        for version_id, units, amount, cost in lines:
            product = buffer.products.setdefault((day, version_id, place), [*_NOTHING])
            for held in (sums, product):
                held[2] += amount
                held[4] += units
                if cost is not None:
                    held[5] -= amount
                    held[6] -= cost


def room(tx: Tx) -> int:
    """How many minor units more the sums of all time can take, with what this transaction has added so far."""
    held = [abs(sum_) for sum_ in dao.sums_ever(tx)]
    for sums in tx.buffer(Buffer).hours.values():
        held = [one + abs(more) for one, more in zip(held, sums, strict=True)]
    return MOST - max(held)


# ---- Making anew, checking, pruning ----


def rebuild(tx: Tx) -> None:
    """Every rollup is made anew from the ledger."""
    for rollup in dao.ROLLUPS:
        dao.clear(tx, rollup)
    dao.remake(tx, "sales_second", from_ms=_oldest_ms(tx.now_ms))
    for rollup in ("sales_hour", "sales_day", "product_day", "order_day"):
        dao.remake(tx, rollup)
    for month, span in _months(tx):
        dao.remake(tx, "product_month", month=month, **span)


def check(tx: Executes) -> list[str]:
    """What differs between the kept rollups and the ledger, in words; empty when all is well."""
    found: list[str] = []
    second = dao.first_second(tx)
    if second is not None:
        found += _named("sales_second", dao.differences(tx, "sales_second", from_ms=second * 1000))
    for rollup in ("sales_hour", "sales_day", "product_day", "order_day"):
        found += _named(rollup, dao.differences(tx, rollup))
    months = list(_months(tx))
    for month, span in months:
        found += _named("product_month", dao.differences(tx, "product_month", month=month, **span))
    return found + _named("product_month", dao.stray_months(tx, [month for month, _ in months]))


def check_recent(tx: Any, days: int = 7) -> list[str]:
    """What differs in the newest days that have sales; reads no more than what happened in them."""
    newest = dao.product_days(tx)
    if newest is None:
        return []
    from_day = newest[1] - days + 1
    return _named("sales_day", dao.differences_since(tx, tx.zone.bounds(from_day)[0], from_day))


def prune(tx: Tx, now_ms: int) -> int:
    """Seconds older than three hours are gone; return how many rows that were."""
    return dao.prune_seconds(tx, _oldest_ms(now_ms) // 1000)


def _oldest_ms(now_ms: int) -> int:
    return (now_ms // 1000 - KEPT_S) * 1000


def _months(tx: Executes) -> Iterable[tuple[int, dict[str, int]]]:
    days = dao.product_days(tx)
    if days is not None:
        yield EVER, {"from_day": days[0], "to_day": days[1] + 1}
        for month in range(clock.month_of(days[0]), clock.month_of(days[1]) + 1):
            yield month, {"from_day": clock.first_day(month), "to_day": clock.first_day(month + 1)}


def _named(rollup: str, rows: list[tuple]) -> list[str]:
    said = {"kept": "is kept, but the ledger does not say so", "ledger": "is what the ledger says, but it is not kept"}
    return [f"{rollup}: {row[1:]} {said[row[0]]}" for row in rows]
