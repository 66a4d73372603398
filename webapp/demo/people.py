"""Who buys: customers under numbers, and when each comes back: a function of seed, number and visit."""

import math
from collections import defaultdict
from dataclasses import dataclass
from random import Random

from webapp.demo import plan, truths
from webapp.demo.climate import uniform
from webapp.demo.demand import Sale

# Share of a place's nameless sales that are the first of a new customer, per share of sales with a name.
_NEW = 0.6


@dataclass(slots=True)
class Customer:
    """Somebody known. brand: of the first line ever bought, which decides whether they come back."""

    number: int
    brand: str
    visits: int


def next_gap(seed: int, customer: Customer) -> int | None:
    """Days until the customer's next visit, None where the last one was the last."""
    if uniform(seed, 31, customer.number, customer.visits) >= truths.comes_back(customer.brand):
        return None
    chance = uniform(seed, 32, customer.number, customer.visits)
    return truths.MIN_GAP + int(-truths.MEAN_GAP * math.log(1 - chance))


class Regulars:
    """The agenda of everybody who will come back, by place and day."""

    def __init__(self, seed: int, last_number: int = 0) -> None:
        self.seed = seed
        self.last_number = last_number
        self._due: dict[tuple[str, int], list[Customer]] = defaultdict(list)

    def expect(self, customer: Customer, place: str, last_day: int, not_before: int = 0) -> None:
        """Note the customer's next visit, if there is one; a visit that is overdue comes on the first day it can."""
        gap = next_gap(self.seed, customer)
        if gap is not None:
            self._due[place, max(last_day + gap, not_before)].append(customer)

    def name(self, day: int, sales: list[Sale]) -> None:
        """Say whose the day's sales are: who is due takes a sale of their own brand if there is one, others are new."""
        dice = Random(f"{self.seed}:{day}:people")
        for place in plan.PLACES:
            if place.known:
                mine = [sale for sale in sales if sale.place is place]
                self._seat(dice, place, day, mine)

    def _seat(self, dice: Random, place: plan.Place, day: int, sales: list[Sale]) -> None:
        due = self._due.pop((place.code, day), [])
        free = sales.copy()
        dice.shuffle(free)
        for position, customer in enumerate(due):
            if not free:  # the place is closed, or sold nothing: they come tomorrow
                self._due[place.code, day + 1] += due[position:]
                break
            sale = next((sale for sale in free if _lead_brand(sale) == customer.brand), free[0])
            free.remove(sale)
            self._visit(customer, sale)
        share = place.known if place.location is None else place.known * _NEW
        for sale in sorted(free, key=lambda sale: sale.placed_ms):
            if dice.random() < share:
                self.last_number += 1
                self._visit(Customer(self.last_number, _lead_brand(sale), 0), sale)

    def _visit(self, customer: Customer, sale: Sale) -> None:
        sale.customer = customer.number
        customer.visits += 1
        self.expect(customer, sale.place.code, sale.day)


def _lead_brand(sale: Sale) -> str:
    return plan.products()[sale.lines[0].product].brand


def code(number: int) -> str:
    """The pseudonym under which a customer of the sample shop is kept."""
    return f"{plan.CUSTOMER_PREFIX}{number:06d}"
