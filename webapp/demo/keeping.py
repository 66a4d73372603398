"""Keeps the sample shop up to now: makes it when there is none, and fills the gap since its last sale when there is."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

from webapp import clock
from webapp.clock import Zone
from webapp.db import reading, store
from webapp.db.queries import Executes
from webapp.demo import dao, maker, plan, truths, weather
from webapp.demo.book import Book
from webapp.demo.demand import Line, Sale
from webapp.demo.history import History, Return, moment
from webapp.demo.people import Customer, Regulars
from webapp.demo.stockroom import LOCATIONS, Stockroom

# Customers who have not come for so long will not: a gap this long is one in a thousand.
FORGOTTEN_DAYS = 150


def keep(now_ms: int | None = None, seed: int = plan.SEED, progress: maker.Progress | None = None) -> int:
    """The sample shop is there, its sales and its weather go up to now; how many orders were entered for that.

    The database must be open (store.open). A database with products of somebody else's is left alone.
    """
    now_ms = clock.now_ms() if now_ms is None else now_ms
    with reading.reading() as tx:
        first_day = dao.find_setting(tx, dao.FIRST_DAY)
        foreign = first_day is None and dao.count_products(tx) > 0
        begun = dao.find_last_placed(tx, now_ms) if first_day is not None else None
    if foreign:
        return 0
    if begun is None:
        made = maker.make(now_ms, seed, progress)
        weather.keep(now_ms)
        return made
    weather.keep(now_ms)
    with reading.reading() as tx:
        seed = int(dao.find_setting(tx, dao.SEED) or seed)
        history = resume(tx, seed, int(first_day or 0), begun, now_ms)
    book = Book(int(first_day or 0), seed)
    return maker.enter_all(
        book, history.days(begun, now_ms, opening=False), progress, history.count_days(begun, now_ms)
    )


# ---- Where the shop stands ----


def resume(tx: Any, seed: int, first_day: int, last_ms: int, now_ms: int) -> History:
    """The history as the ledger has it at its last sale: what lies where, who will come back, what will."""
    zone = store.shop().zone
    history = History(seed, first_day, zone, _stockroom(tx, first_day), _regulars(tx, seed, zone.day_of(last_ms)))
    for back in _returns(tx, seed, last_ms, now_ms, zone):
        history.expect(back)
    return history


def _stockroom(tx: Executes, first_day: int) -> Stockroom:
    numbers = {product.sku: number for number, product in enumerate(plan.products())}
    levels = {location: [0] * len(numbers) for location in LOCATIONS}
    for sku, location, quantity in dao.find_levels(tx):
        if sku in numbers and location in levels:
            levels[location][numbers[sku]] = quantity
    return Stockroom(first_day, levels)


def _regulars(tx: Executes, seed: int, last_day: int) -> Regulars:
    regulars = Regulars(seed, dao.find_last_number(tx))
    for row in dao.find_regulars(tx, last_day - FORGOTTEN_DAYS):
        number = row["code"].removeprefix(plan.CUSTOMER_PREFIX)
        if number.isdigit():
            customer = Customer(int(number), row["brand"] or "", row["visits"])
            place = _place(row["channel"], row["location"])
            regulars.expect(customer, place.code, row["last_day"], not_before=last_day + 1)
    return regulars


def _place(channel: str, location: str | None) -> plan.Place:
    found = [place for place in plan.PLACES if place.location == location and place.channel == channel]
    return found[0] if found else plan.PLACES[0]


def _returns(tx: Executes, seed: int, last_ms: int, now_ms: int, zone: Zone) -> Iterator[Return]:
    # Of what was sold before the gap, the part of the returns that falls into the gap.
    least, most = truths.RETURN_DAYS
    dice = Random(f"{seed}:{last_ms}:back")
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in dao.find_unreturned(tx, last_ms - most * clock.DAY, last_ms):
        rows[row["order_id"]].append(row)
    numbers = {product.sku: number for number, product in enumerate(plan.products())}
    for found in rows.values():
        for row in found:
            if row["sku"] not in numbers:
                continue
            begins = max(row["placed_ms"] + least * clock.DAY, last_ms + 1)
            ends = min(row["placed_ms"] + most * clock.DAY, now_ms)
            share = max(0, ends - begins) / ((most - least) * clock.DAY)
            product, place = plan.products()[numbers[row["sku"]]], _place(row["channel"], row["location"])
            if dice.random() < truths.return_rate(product, place, row["lot"]) * share:
                day = dice.randint(zone.day_of(begins), zone.day_of(ends))
                at_ms = min(max(moment(dice, place, day, zone), begins), ends)
                line = Line(numbers[row["sku"]], row["quantity"], row["price_minor"], row["discount_minor"], row["lot"])
                sale = Sale(
                    row["placed_ms"], row["day"], row["hour_ms"], row["hour"], place, row["region"],
                    row["payment"] or "", None, [line], None, row["order_id"], row["id"],
                )  # fmt: skip
                restock = product.tracked and dice.random() < truths.RESTOCKED
                yield Return(at_ms, sale, 0, 1, restock, dice.choice(truths.RETURN_REASONS))
