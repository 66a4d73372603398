"""The days of the sample shop one after the other: deliveries, sales and returns, from seed and first day alone."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from webapp.clock import HOUR, Zone
from webapp.demo import plan, truths
from webapp.demo.demand import Line, Sale, wishes
from webapp.demo.people import Regulars
from webapp.demo.stockroom import Delivery, Stockroom


@dataclass(slots=True)
class Return:
    """So many of one line of a sale that came back."""

    returned_ms: int
    sale: Sale
    line: int
    quantity: int
    restock: bool
    reason: str


@dataclass(slots=True)
class Day:
    """What happened on one business day; the last one goes up to a moment only."""

    day: int
    deliveries: list[Delivery]
    sales: list[Sale]
    returns: list[Return]


class History:
    """Walks through the days. stockroom, regulars: where it stands when it begins; made new where left out."""

    def __init__(
        self, seed: int, first_day: int, zone: Zone,
        stockroom: Stockroom | None = None, regulars: Regulars | None = None,
    ) -> None:  # fmt: skip
        self.seed = seed
        self.first_day = first_day
        self.zone = zone
        self.stockroom = stockroom or Stockroom(first_day)
        self.regulars = regulars or Regulars(seed)
        self._coming_back: dict[int, list[Return]] = defaultdict(list)

    def expect(self, back: Return) -> None:
        """Goods that will come back on the day of that moment."""
        self._coming_back[self.zone.day_of(back.returned_ms)].append(back)

    def days(self, after_ms: int, now_ms: int, opening: bool) -> Iterator[Day]:
        """Every day with what happened after one moment and up to another; `opening` brings the first goods."""
        for day in self._range(after_ms, now_ms):
            yield self._day(day, after_ms, now_ms, opening and day == self.first_day)

    def count_days(self, after_ms: int, now_ms: int) -> int:
        """How many days `days` will tell of."""
        return len(self._range(after_ms, now_ms))

    def _range(self, after_ms: int, now_ms: int) -> range:
        return range(self.zone.day_of(after_ms + 1), self.zone.day_of(now_ms) + 1)

    def _day(self, day: int, after_ms: int, now_ms: int, opening: bool) -> Day:
        begins_ms, _ = self.zone.bounds(day)
        deliveries = self.stockroom.open() if opening else []
        if not opening and begins_ms > after_ms:
            deliveries = self.stockroom.deliver(day)
        wanted = [sale for sale in wishes(self.seed, day, self.first_day, self.zone) if sale.placed_ms > after_ms]
        self.regulars.name(day, wanted)  # the whole day's, so that a later moment changes nobody's name
        sales = [sale for sale in wanted if sale.placed_ms <= now_ms and self.stockroom.serve(sale)]
        self._send_back(day, sales)
        returns = [back for back in self._coming_back.pop(day, []) if back.returned_ms <= now_ms]
        returns.sort(key=lambda back: (back.returned_ms, back.sale.placed_ms, back.line))
        for back in returns:
            if back.restock:
                self.stockroom.put_back(back.sale.place, back.sale.lines[back.line].product, back.quantity)
        return Day(day, deliveries, sales, returns)

    def _send_back(self, day: int, sales: list[Sale]) -> None:
        dice = Random(f"{self.seed}:{day}:returns")
        products = plan.products()
        for sale in sales:
            for position, line in enumerate(sale.lines):
                rate = truths.return_rate(products[line.product], sale.place, line.lot)
                count = _how_many(dice, line.quantity, rate)
                if count:
                    self._plan_return(dice, sale, position, line, count)

    def _plan_return(self, dice: Random, sale: Sale, position: int, line: Line, count: int) -> None:
        bad = line.lot is not None and line.lot == truths.bad_lot()
        day = sale.day + dice.randint(*truths.RETURN_DAYS)
        while not truths.open_on(sale.place, day):
            day += 1
        restock = not bad and plan.products()[line.product].tracked and dice.random() < truths.RESTOCKED
        reason = truths.LOTS.reason if bad else dice.choice(truths.RETURN_REASONS)
        at_ms = moment(dice, sale.place, day, self.zone)
        self.expect(Return(at_ms, sale, position, count, restock, reason))


def _how_many(dice: Random, quantity: int, rate: float) -> int:
    # One throw where returns are rare, one a unit where they are not.
    if rate < 0.2:
        return 1 if dice.random() < rate * quantity else 0
    return sum(dice.random() < rate for _ in range(quantity))


def moment(dice: Random, place: plan.Place, day: int, zone: Zone) -> int:
    """An instant of a day at which the place is busy."""
    hours = zone.hours(day)
    chances = list(accumulate(place.hours[hour] for _, hour in hours))
    hour_ms, _ = hours[bisect(chances, dice.random() * chances[-1], 0, len(hours) - 1)]
    return hour_ms + int(dice.random() * HOUR)


def first_day_of(now_ms: int, zone: Zone) -> int:
    """The day on which a shop that is made now has opened: two years ago."""
    return zone.day_of(now_ms) - plan.DAYS
