"""What a group of sales and returns adds to the rollups: gathered in memory, before or inside its transaction, and written
once before COMMIT."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from webapp import clock
from webapp.db.queries import Executes, Staged
from webapp.db.tx import Tx
from webapp.errors import Unavailable
from webapp.metrics import dao, versions
from webapp.metrics.versions import Version

LARGE, MOST = 10**12, 9 * 10**18  # minor units of a group that are looked at, and of all time
KEPT_S = 3 * 3600  # seconds are kept for three hours: the clock may jump back by two
Line = tuple[int, int, int, int | None]  # version_id, units, amount in minor units, cost of all units or None
Place = tuple[int, int, str]
Group = tuple[int, Place]  # a day and a place
Value = tuple[str, int]  # a product dimension and one of its values
_NOTHING = (0, 0, 0, 0, 0, 0, 0)


class SaleFact(NamedTuple):
    """An order as the rollups see it, or so many that are alike, whose lines are their sums."""

    order_id: int
    placed_ms: int
    day: int
    hour_ms: int
    hour: int
    channel_id: int
    location_id: int | None
    region: str | None
    lines: Sequence[Line]
    orders: int = 1


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

    seconds: [orders, gross]. hours, and products by version: the seven measures. baskets: orders by the versions they hold,
    until `count` has turned them into orders by the values of dimensions and by product. later: what it adds to products is
    sorted into their rollups after the commit.
    """

    def __init__(self) -> None:
        self.seconds: dict[tuple[int, Place], list[int]] = {}
        self.hours: dict[tuple[int, int, int, Place], list[int]] = {}
        self.products: dict[Group, dict[int, list[int]]] = {}
        self.baskets: dict[Group, dict[tuple[int, ...], int]] = {}
        self.values: dict[Group, dict[Value, int]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] | None = None
        self._staged: dict[str, Staged] = {}
        self._beside: Buffer | None = None  # what came when the rows were laid out already
        self.later = False

    def add_sales(self, facts: Iterable[SaleFact], oldest_ms: int) -> None:
        """Take in these orders; those placed at `oldest_ms` or later by the second, too."""
        self._rows = None
        before = None
        for _, placed_ms, day, hour_ms, hour, channel_id, location_id, region, lines, orders in facts:
            here = (hour_ms, day, hour, channel_id, location_id, region)
            if here != before:  # most of a group come from one place, one after the other
                before, place = here, (channel_id, location_id or 0, region or "")
                sums = self.hours.setdefault((hour_ms, day, hour, place), [*_NOTHING])
                products, held = self._products(day, place), self.baskets.setdefault((day, place), {})
            total = _sell(lines, products, sums)
            sums[0] += orders
            sums[1] += total
            basket = (lines[0][0],) if len(lines) == 1 else tuple(sorted({line[0] for line in lines}))
            held[basket] = held.get(basket, 0) + orders
            if placed_ms >= oldest_ms:
                second = self.seconds.setdefault((placed_ms // 1000, place), [0, 0])
                second[0] += orders
                second[1] += total

    def add_returns(self, facts: Iterable[ReturnFact]) -> None:
        """Take in these returns, on the day on which the goods came back."""
        if self._rows is not None and self.later:  # rows that wait to be sorted in need not be one for each product
            self._beside = self._beside or Buffer()
            self._beside.later = True
            self._beside.add_returns(facts)
            return
        self._rows = None
        for _, _, day, hour_ms, hour, channel_id, location_id, region, lines in facts:
            place = (channel_id, location_id or 0, region or "")
            sums = self.hours.setdefault((hour_ms, day, hour, place), [*_NOTHING])
            products = self._products(day, place)
            for version_id, units, amount, cost in lines:
                product = products.setdefault(version_id, [*_NOTHING])
                for held in (sums, product):
                    held[2] += amount
                    held[4] += units
                    if cost is not None:
                        held[5] -= amount
                        held[6] -= cost

    def _products(self, day: int, place: Place) -> dict[int, list[int]]:
        held = self.products.get((day, place))
        if held is None:
            held = self.products[day, place] = {}
        return held

    def merge(self, other: "Buffer") -> None:
        """Take in what an inner savepoint gathered, or what was gathered before the transaction began; `other` is used up."""
        self.later = self.later or other.later
        if not self.hours and self._beside is None:
            self.seconds, self.hours, self.products = other.seconds, other.hours, other.products
            self.baskets, self.values = other.baskets, other.values
            self._rows, self._staged, self._beside = other._rows, other._staged, other._beside
            return
        if other._beside is not None:
            self._beside = self._beside or Buffer()
            self._beside.merge(other._beside)
        self._rows = None
        _merge(self.seconds, other.seconds.items())
        _merge(self.hours, other.hours.items())
        for group, held in other.products.items():
            _merge(self.products.setdefault(group, {}), held.items())
        for mine, its in ((self.baskets, other.baskets), (self.values, other.values)):
            _merge_counts(mine, its)  # type: ignore[arg-type]

    def count(self, known: Mapping[int, Version]) -> None:
        """Count orders once for each product and each value of a product dimension that they hold.

        known: where the versions stand. Raises KeyError when one is missing; the buffer can then only be thrown away.
        """
        told: dict[frozenset[int], Collection[Value]] = {}
        for group, baskets in self.baskets.items():
            products, values = self.products[group], self.values.setdefault(group, {})
            for basket, number in baskets.items():
                held = [known[version] for version in basket]
                for version in _firsts(basket, held):
                    products[version][0] += number
                stands = frozenset([version.stand for version in held])
                if stands not in told:
                    told[stands] = {value for version in held for value in version.values}
                for value in told[stands]:
                    values[value] = values.get(value, 0) + number
        self.baskets = {}

    def versions(self) -> set[int]:
        """The versions in baskets that have not been counted."""
        return set().union(*(basket for held in self.baskets.values() for basket in held))

    def lay_out(self) -> None:
        """The rows are made, none of them staged, if every basket has been counted; `flush` finds them so while nothing else is added."""
        self._staged = {}
        self._rows = self._of_places()
        self._rows |= self._unsorted() if self.later else self._of_products()

    def happen_at(self, placed_ms: int) -> None:
        """Everything sold in it, none of it by the second so far, is sold at that instant, in the hour that it was put in."""
        self.seconds = {(placed_ms // 1000, place): sums[:2] for (_, _, _, place), sums in self.hours.items()}
        if self._rows is not None:
            self._rows["sales_second"] = self._seconds()

    def _seconds(self) -> list[tuple[Any, ...]]:
        return [(second, *place, *sums) for (second, place), sums in self.seconds.items()]

    def _of_places(self) -> dict[str, list[tuple[Any, ...]]]:
        days: dict[Group, list[int]] = {}
        _merge(days, (((day, place), sums) for (_, day, _, place), sums in self.hours.items()))
        return {
            "sales_second": self._seconds(),
            "sales_hour": [(ms, *place, day, hour, *sums) for (ms, day, hour, place), sums in self.hours.items()],
            "sales_day": [(day, *place, *sums) for (day, place), sums in days.items()],
            "order_day": [
                (day, *value, *place, count)
                for (day, place), values in self.values.items()
                for value, count in values.items()
            ],
        }

    def _of_products(self) -> dict[str, list[tuple[Any, ...]]]:
        months: dict[Group, list[dict[int, list[int]]]] = {}
        for (day, place), held in self.products.items():
            months.setdefault((clock.month_of(day), place), []).append(held)
        return {
            "product_day": [
                (day, version, *place, *sums)
                for (day, place), held in self.products.items()
                for version, sums in sorted(held.items())  # neighbours lie on one page
            ],
            "product_month": [
                (month, version, *place, *sums)
                for (month, place), held in months.items()
                for version, sums in sorted(_together(held).items())
            ],
        }

    def _unsorted(self) -> dict[str, list[tuple[Any, ...]]]:
        rows: list[tuple[Any, ...]] = []
        for (day, place), held in self.products.items():
            month = clock.month_of(day)
            rows += [(day, month, version, *place, *sums) for version, sums in held.items()]
        return {dao.UNSORTED: rows}

    def stage(self, connection: Executes) -> None:
        """The rows of products that wait, if they are made, lie beside the ledger before its lock is taken."""
        rows = (self._rows or {}).get(dao.UNSORTED)
        laid = dao.stage(connection, dao.UNSORTED, rows) if rows else None
        if laid is not None:
            self._staged[dao.UNSORTED] = laid

    def flush(self, tx: Tx) -> None:
        """Write it to the rollups, one statement each (more for many rows).

        Raises Unavailable when the sums of all time would leave 64 bits; nothing of the group is then kept.
        """
        self._check_room(tx)
        if self.baskets:
            self.count(versions.find(tx, self.versions()))
            self._rows = None
        if self._rows is None:
            self.lay_out()
        assert self._rows is not None
        for rollup, rows in self._rows.items():
            if rollup not in self._staged or not self._staged[rollup].put(tx):
                dao.add(tx, rollup, rows)
        if self._beside is not None:
            self._beside.flush(tx)

    def added(self) -> list[list[int]]:
        """The seven measures, by hour and place."""
        return [*self.hours.values(), *(self._beside.added() if self._beside is not None else ())]

    def _check_room(self, tx: Tx) -> None:
        """One order of absurd amounts is allowed, ten of them would overflow every sum that they are in."""
        if all(max(sums) < LARGE and min(sums) > -LARGE for sums in self.hours.values()):
            return
        added = [sum(column) for column in zip(*self.hours.values(), strict=True)]
        if any(abs(held) + abs(more) > MOST for held, more in zip(dao.sums_ever(tx), added, strict=True)):
            raise Unavailable("The sums of this shop cannot hold such an amount.")


def _sell(lines: Sequence[Line], products: dict[int, list[int]], sums: list[int]) -> int:
    """Add lines to the measures of their versions and of their hour; return what they came to."""
    total = pieces = 0
    for version_id, units, amount, cost in lines:
        total += amount
        pieces += units
        product = products.get(version_id)
        if product is None:
            product = products[version_id] = [*_NOTHING]
        product[1] += amount
        product[3] += units
        if cost is not None:
            product[5] += amount
            product[6] += cost
            sums[5] += amount
            sums[6] += cost
    sums[3] += pieces
    return total


def _firsts(basket: tuple[int, ...], held: Sequence[Version]) -> Iterable[int]:
    """One version for each product: an order counts once for it, at the first of the versions in which it holds it."""
    if len(basket) == 1 or len({version.product_id for version in held}) == len(basket):
        return basket
    return {
        version.product_id: number for version, number in zip(reversed(held), reversed(basket), strict=True)
    }.values()


def _together(held: Sequence[dict[int, list[int]]]) -> dict[int, list[int]]:
    """The sums of several days; of one day they are its own."""
    if len(held) == 1:
        return held[0]
    sums: dict[int, list[int]] = {}
    for one in held:
        _merge(sums, one.items())
    return sums


def _merge(mine: dict[Any, list[int]], its: Iterable[tuple[Any, list[int]]]) -> None:
    for key, sums in its:
        held = mine.get(key)
        if held is None:
            mine[key] = list(sums)
        else:
            for index, added in enumerate(sums):
                held[index] += added


def _merge_counts(mine: dict[Group, dict[Any, int]], its: dict[Group, dict[Any, int]]) -> None:
    for group, counts in its.items():
        held = mine.setdefault(group, {})
        for key, count in counts.items():
            held[key] = held.get(key, 0) + count
