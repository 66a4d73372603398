"""Makes a shop of so many lines through the writer's bulk verbs: the same number and moment make the same shop.

    python -m bench.grow FILE LINES [NOW]

Two years of sales up to NOW, in opening hours, of 400 products in 4 places; 1 order in 15 comes back, 1 in 50 bears a
note, 1 in 10 an external id. Each transaction holds some thousand orders, and every rollup is right when it ends.

Shops of any size span the same days and have the same products, categories, channels, regions, shares and kinds of order:
they differ in the number of orders a day alone. Only the last fifteen days of a small one are busier than its others (five
orders an hour), so that Today, the day and the week before it hold ten best sellers in each shop; of each kind of order
there are more than the fifty rows of a list.
"""

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from webapp import clock, config
from webapp.clock import Zone
from webapp.db import reading, store, writer
from webapp.orders import actions_enter as orders
from webapp.orders import jobs
from webapp.orders.actions_notes import sort_words
from webapp.orders.shapes import GoodsBack, GoodsReturn, Sale, SaleLine
from webapp.products import actions as products
from webapp.products import dao as catalogue
from webapp.products.shapes import NewProduct
from webapp.shop import actions as shops
from webapp.shop.shapes import NewLocation

DAYS, PRODUCTS, AT_ONCE = 730, 400, 20_000
OPEN, CLOSE = 8, 20
LATELY, LEAST = 15, 5  # days up to today, in which so many orders an hour are placed at least
LINES_OF = (1, 2, 2, 3, 1, 4, 2, 5)  # 2.5 lines an order
PLACES = ((1, None, "GB-LND"), (2, 1, None), (2, 2, "GB-BNH"), (3, None, "DE"))  # channel, location, region
NOW = "2026-11-21T15:00:00Z"


def grow(lines: int, now_ms: int, seed: int = 1) -> int:
    """The open and empty shop holds so many order lines, placed up to `now_ms`; how many orders those are."""
    sold = _shelf()
    sales = _sales(lines, now_ms, store.shop().zone, sold, Random(seed))
    entered = 0
    while chunk := list(islice(sales, AT_ONCE)):
        done = writer.do_many(orders.enter_sales, chunk)
        back = [_back(sale, done[at], now_ms) for at, sale in enumerate(chunk) if at % 15 == 7]
        writer.do_many(orders.enter_returns, back)
        entered += len(chunk)
    return entered


def _shelf() -> list[list[SaleLine]]:
    """Products in a tree of categories; the lines that can be sold of each, by quantity."""
    kinds = ("Drinks/Hot", "Drinks/Cold", "Food/Bakery", "Food/Pantry", "Skincare/Soap", "Home/Candles")
    items = [
        NewProduct.model_construct(
            sku=f"P{n:03}", name=f"{kinds[n % 6].rpartition('/')[2]} number {n}", price=150 + 37 * n % 4_000, cost=60 + n,
            category=kinds[n % 6], brand=f"Brand {n % 12}", vendor=f"Vendor {n % 7}", price_tier=("value", "core")[n % 2],
        )
        for n in range(PRODUCTS)
    ]  # fmt: skip
    writer.do(shops.create_locations, NewLocation.model_construct(code="pier", name="Pier"))
    writer.do_many(products.create_products, items)
    with reading.reading() as tx:
        rows, _ = catalogue.find_for_sale(tx, range(1, PRODUCTS + 1), ())
    return [
        [
            SaleLine(id_, row["version_id"], n, row["price_minor"], 0, row["price_minor"] * n, row["cost_minor"], None)
            for n in (1, 1, 1, 2, 3)
        ]
        for id_, row in sorted(rows.items())
    ]


def _sales(lines: int, now_ms: int, zone: Zone, sold: list[list[SaleLine]], dice: Random) -> Iterator[Sale]:
    throw, left, number = dice.random, lines, 0
    for placed_ms, day, hour_ms, hour in _moments(lines, now_ms, zone):
        count = min(LINES_OF[number % 8], left)
        # A few products make most of the sales.
        held = [sold[int(throw() ** 2 * PRODUCTS)][int(throw() * 5)] for _ in range(count)]
        channel, location, region = PLACES[int(throw() * 4)]
        external, note = (
            (f"X-{number}" if number % 10 == 3 else None),
            ("left at the door" if number % 50 == 9 else None),
        )
        yield Sale(placed_ms, day, hour_ms, hour, channel, held, location, region, external, None, "card", note)
        number, left = number + 1, left - count
        if not left:
            return


def _moments(lines: int, now_ms: int, zone: Zone) -> Iterator[tuple[int, int, int, int]]:
    """Instants in opening hours, in order, the last one just before now: enough of them for so many lines."""
    today = zone.day_of(now_ms)
    slots = [
        (day, hour_ms, hour)
        for day in range(today - DAYS + 1, today + 1)
        for hour_ms, hour in zone.hours(day)
        if OPEN <= hour < CLOSE and hour_ms < now_ms
    ]
    orders = -(-lines * 8 // sum(LINES_OF)) + 8
    for (day, hour_ms, hour), count in zip(
        slots, _shares(orders, [day > today - LATELY for day, *_ in slots]), strict=True
    ):
        length = min(3_600_000, now_ms - hour_ms)
        for number in range(count):
            yield hour_ms + length * number // count, day, hour_ms, hour


def _shares(orders: int, lately: list[bool]) -> Iterator[int]:
    """How many orders each hour gets: all as many, but a late one LEAST at least where there are enough for the others."""
    late = sum(lately)
    rest, hours, more = orders, len(lately), 0
    if orders < LEAST * hours and orders >= 2 * LEAST * late:
        rest, hours, more = orders - LEAST * late, hours - late, LEAST
    made = place = 0
    for is_late in lately:
        if is_late and more:
            yield more
            continue
        place += 1
        count = rest * place // hours - made
        made += count
        yield count


def _back(sale: Sale, done: dict[str, int], now_ms: int) -> GoodsReturn:
    """The first line of a sale comes back whole, within the hour."""
    line = sale.lines[0]
    goods = GoodsBack(
        done["first_line"], line.product_id, line.version_id, line.quantity, line.price_minor, line.total_minor,
        line.cost_minor, False, None,
    )  # fmt: skip
    return GoodsReturn(
        sale.placed_ms, sale.day, sale.hour_ms, sale.hour, sale.channel_id, [goods], done["id"], sale.location_id,
        sale.region,
    )  # fmt: skip


def open_new(path: Path, **settings: str) -> Any:
    """A new shop, open in this process."""
    given = {"TAKINGS_DATABASE": str(path), "TAKINGS_LOG": "text", **settings}
    return store.open(config.load(given, dotenv=None))


def main(arguments: list[str]) -> int:
    """Make the file."""
    path, lines, now = Path(arguments[0]), int(arguments[1]), (*arguments[2:], NOW)[0]
    if path.exists():
        print(f"{path} is there already.", file=sys.stderr)
        return 1
    began = time.perf_counter()
    open_new(path)
    made = grow(lines, clock.parse_time(now))
    while (piece := jobs.next_piece()) is not None:
        writer.do(sort_words, piece)
    writer.close()
    reading.close()
    print(f"{made:,} orders with {lines:,} lines in {time.perf_counter() - began:.1f} s: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
