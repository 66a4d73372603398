"""What customers want on a day: sales as they would be made if every shelf were full, from seed and day alone."""

import math
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from webapp.clock import HOUR, Zone
from webapp.demo import plan, truths

_UNITS = [units for units, _ in truths.QUANTITIES]
_UNIT_CHANCES = list(accumulate(chance for _, chance in truths.QUANTITIES))
_REGIONS = [region for region, _ in plan.DESTINATIONS]
_REGION_CHANCES = list(accumulate(share for _, share in plan.DESTINATIONS))
_NUMBERS = {product.sku: number for number, product in enumerate(plan.products())}
_PAYMENTS, _PAYMENT_CHANCES = ("card", "cash", "other"), (0.72, 0.98, 1.0)


@dataclass(slots=True)
class Line:
    """So many of one product (by its place in plan.products()), prices in pence."""

    product: int
    quantity: int
    price: int
    discount: int
    lot: str | None


@dataclass(slots=True)
class Sale:
    """One order; customer is a number of this shop's own, None for who left no name."""

    placed_ms: int
    day: int
    hour_ms: int
    hour: int
    place: plan.Place
    region: str | None
    payment: str
    external_id: str | None
    lines: list[Line]
    customer: int | None = None
    order_id: int = 0
    first_line_id: int = 0


def poisson(dice: Random, mean: float) -> int:
    """How many of something that happens `mean` times on average (Knuth's product below 30, the normal above)."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count


def wishes(seed: int, day: int, first_day: int, zone: Zone) -> list[Sale]:
    """Every sale that customers want on a business day, by time. The same arguments give the same sales."""
    found: list[Sale] = []
    for place in plan.PLACES:
        found += at_place(Random(f"{seed}:{day}:{place.code}"), place, day, first_day, zone)
    found.sort(key=lambda sale: sale.placed_ms)
    return found


def at_place(dice: Random, place: plan.Place, day: int, first_day: int, zone: Zone) -> list[Sale]:
    """The sales wanted at one place on a day, in no order."""
    weights = truths.expected_lines(place, day, first_day)
    mood = math.exp(dice.gauss(-(truths.DAY_NOISE**2) / 2, truths.DAY_NOISE))
    count = poisson(dice, sum(weights) * mood)
    if not count:
        return []
    lines = _lines(dice, weights, count, day - first_day)
    hours = zone.hours(day)
    chances = list(accumulate(place.hours[hour] for _, hour in hours))
    sizes = list(accumulate(place.sizes))
    found: list[Sale] = []
    start, random = 0, dice.random
    while start < count:
        size = 1 + bisect(sizes, random() * sizes[-1], 0, 4)
        hour_ms, hour = hours[bisect(chances, random() * chances[-1], 0, len(hours) - 1)]
        sale = Sale(
            hour_ms + int(random() * HOUR), day, hour_ms, hour, place, place.region, "card", None,
            _merged(lines[start : start + size]),
        )  # fmt: skip
        _dress(dice, sale, len(found))
        found.append(sale)
        start += size
    _bring_together(dice, found)
    return found


def _bring_together(dice: Random, sales: list[Sale]) -> None:
    # Lines change places between baskets, so that what is sold on the day stays as it is; baskets at a discount are left alone.
    one, other = (_NUMBERS[sku] for sku in truths.PAIR)
    plain = [sale for sale in sales if not any(line.discount for line in sale.lines)]
    givers = [sale for sale in plain if _held(sale, other) is not None and _held(sale, one) is None]
    for sale in plain:
        here = _held(sale, one)
        if len(sale.lines) < 2 or here is None or _held(sale, other) is not None or dice.random() >= truths.PAIR_SHARE:
            continue
        away = (here + 1) % len(sale.lines)
        giver = next((each for each in givers if _held(each, sale.lines[away].product) is None), None)
        if giver is not None:
            givers.remove(giver)
            there = _held(giver, other) or 0
            sale.lines[away], giver.lines[there] = giver.lines[there], sale.lines[away]


def _held(sale: Sale, product: int) -> int | None:
    # The place of a product among the lines of a sale.
    return next((place for place, line in enumerate(sale.lines) if line.product == product), None)


def _lines(dice: Random, weights: list[float], count: int, offset: int) -> list[Line]:
    prices, lots = _shelf(offset)
    picked = dice.choices(range(len(weights)), cum_weights=list(accumulate(weights)), k=count)
    units = dice.choices(_UNITS, cum_weights=_UNIT_CHANCES, k=count)
    return [Line(each, many, prices[each], 0, lots[each]) for each, many in zip(picked, units, strict=True)]


def _shelf(offset: int) -> tuple[list[int], list[str | None]]:
    products = plan.products()
    prices = [truths.price_minor(product.sku, offset) for product in products]
    return prices, [truths.lot(product.sku, offset) for product in products]


def _merged(lines: list[Line]) -> list[Line]:
    # The same product twice in one basket is one line of more.
    first = lines[0]
    if len(lines) == 1:
        return lines
    held = {first.product: first}
    for line in lines[1:]:
        if line.product in held:
            held[line.product].quantity += line.quantity
        else:
            held[line.product] = line
    return list(held.values())


def _dress(dice: Random, sale: Sale, position: int) -> None:
    # Where it goes, how it is paid, and one order in twenty at a discount.
    if sale.place.location is None:
        sale.region = _REGIONS[bisect(_REGION_CHANCES, dice.random() * _REGION_CHANCES[-1], 0, len(_REGIONS) - 1)]
        if sale.place.code == "marketplace":
            sale.external_id = f"MKT-{sale.day}-{position + 1:03d}"
    else:
        sale.payment = _PAYMENTS[bisect(_PAYMENT_CHANCES, dice.random(), 0, 2)]
    if dice.random() < truths.DISCOUNT_SHARE:
        for line in sale.lines:
            line.discount = line.quantity * line.price * truths.DISCOUNT_PERCENT // 100
