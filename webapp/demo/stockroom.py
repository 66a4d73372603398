"""What lies where: openings, deliveries, and what a sale can take; never below zero where that is forbidden."""

import math
from dataclasses import dataclass

from webapp.demo import plan, truths
from webapp.demo.demand import Line, Sale

# The van of each vendor comes once a week, at ten past midnight; Monday is 0.
VAN_MINUTES = 10
_VAN_DAY = {vendor: number % 6 for number, vendor in enumerate(plan.VENDORS.values())}
# Goods are brought up to this many expected days, when fewer than the second figure are left.
COVER_DAYS, REORDER_DAYS, SPARE = 14, 9, 1.25
_BY_LOCATION = {plan.WAREHOUSE: [place for place in plan.PLACES if place.location is None]} | {
    place.location: [place] for place in plan.PLACES if place.location is not None
}
LOCATIONS = tuple(_BY_LOCATION)


@dataclass(slots=True)
class Delivery:
    """Goods that arrived: so many of one product at one location."""

    day: int
    location: str
    product: int
    change: int


@dataclass(slots=True)
class Lost:
    """What was wanted and not there."""

    day: int
    location: str
    product: int
    units: int


def location_of(place: plan.Place) -> str:
    """Where a place takes its goods from."""
    return place.location or plan.WAREHOUSE


class Stockroom:
    """The levels of every tracked product at every location, as the days go by."""

    def __init__(self, first_day: int, levels: dict[str, list[int]] | None = None) -> None:
        self.first_day = first_day
        self.products = plan.products()
        self.levels = levels or {location: [0] * len(self.products) for location in LOCATIONS}
        self.lost: list[Lost] = []
        self._daily: dict[tuple[str, int], list[float]] = {}

    def open(self) -> list[Delivery]:
        """The goods with which the shop began; they are on the shelves when this returns."""
        everything = range(len(self.products))
        return self._bring(self.first_day, [each for each in everything if self._sold(each, self.first_day)])

    def deliver(self, day: int) -> list[Delivery]:
        """The goods that came in the night before a day; they are on the shelves when this returns."""
        offset = day - self.first_day
        launch = (truths.LAUNCH.sku, truths.LAUNCH.offset)
        due = [
            number for number, product in enumerate(self.products)
            if self._sold(number, day) and truths.supplied(product.vendor, offset)
            and (_VAN_DAY[product.vendor] == (day + 3) % 7 or (product.sku, offset) == launch)
        ]  # fmt: skip
        return [*self._surplus(offset, day), *self._bring(day, due)]

    def _surplus(self, offset: int, day: int) -> list[Delivery]:
        surplus = truths.SURPLUS
        if offset != surplus.offset:
            return []
        number = next(place for place, product in enumerate(self.products) if product.sku == surplus.sku)
        self.levels[surplus.location][number] += surplus.units
        return [Delivery(day, surplus.location, number, surplus.units)]

    def _sold(self, number: int, day: int) -> bool:
        product = self.products[number]
        return product.tracked and truths.launched(product.sku, day - self.first_day) > 0

    def _bring(self, day: int, numbers: list[int]) -> list[Delivery]:
        found = []
        for location, levels in self.levels.items():
            for number in numbers:
                ahead = self._ahead(location, number, day)
                if levels[number] < SPARE * ahead * REORDER_DAYS / COVER_DAYS + 4:
                    case = 6 if self.products[number].price >= 1000 else 12
                    change = math.ceil((SPARE * ahead + 6 - levels[number]) / case) * case
                    if change > 0:
                        levels[number] += change
                        found.append(Delivery(day, location, number, change))
        return found

    def _ahead(self, location: str, number: int, day: int) -> float:
        # Units that are expected to go in the coming days, whatever the weather; the plan's own season, not a guess.
        return sum(self._expected(location, later)[number] for later in range(day, day + COVER_DAYS))

    def _expected(self, location: str, day: int) -> list[float]:
        known = self._daily.get((location, day))
        if known is None:
            places = _BY_LOCATION[location]
            each = [truths.expected_lines(place, day, self.first_day, weather=False) for place in places]
            known = [sum(column) * truths.UNITS_PER_LINE for column in zip(*each, strict=True)]
            self._daily[location, day] = known
        return known

    def serve(self, sale: Sale) -> bool:
        """Take a sale's goods; what is not there is cut from it and kept as lost. False where nothing is left of it."""
        levels = self.levels[location_of(sale.place)]
        short = False
        for line in sale.lines:
            product = self.products[line.product]
            if product.tracked and not product.oversell and levels[line.product] < line.quantity:
                self._cut(sale, line, levels[line.product])
                short = True
            if product.tracked:
                levels[line.product] -= line.quantity
        if short:
            sale.lines = [line for line in sale.lines if line.quantity]
        return bool(sale.lines)

    def _cut(self, sale: Sale, line: Line, left: int) -> None:
        left = max(0, left)
        self.lost.append(Lost(sale.day, location_of(sale.place), line.product, line.quantity - left))
        line.discount = line.discount * left // line.quantity
        line.quantity = left

    def put_back(self, place: plan.Place, number: int, quantity: int) -> None:
        """Goods that came back are on the shelf again."""
        if self.products[number].tracked:
            self.levels[location_of(place)][number] += quantity
