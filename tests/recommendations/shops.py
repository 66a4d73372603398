"""A shop with ten weeks behind it, small enough for a test, in which each kind of advice has something to say."""

from typing import Any

from tests.making import draft, make_location, make_product
from webapp import clock
from webapp.db import store, writer
from webapp.orders import actions as orders
from webapp.orders.shapes import LineDraft, OrderDraft
from webapp.products import actions as products
from webapp.products.actions import Entered
from webapp.products.shapes import StockEntry
from webapp.weather import actions as weather
from webapp.weather.actions import Kept, Source

NOW = "2026-11-21T10:00:00Z"
DAY = 86_400_000
WEEKS = 10


def fill() -> int:
    """The shop is there, its clock (moved by the caller) at NOW; returns that instant.

    Iced tea rises (4 a day, 8 in the last week), soup falls (8, then 4), cake and coffee go together, umbrellas run out, the
    lamp lies in stock.
    """
    now = clock.now_ms()
    make_location("pier")
    for sku, name, category, price, cost in (
        ("TEA", "Iced tea", "Drinks/Cold", "2.40", "0.80"), ("SOUP", "Tomato soup", "Food", "4.50", "1.50"),
        ("CAKE", "Carrot cake", "Food", "3.20", "1.10"), ("COFFEE", "Flat white", "Drinks/Hot", "3.40", "0.90"),
        ("UMB", "Umbrella", "Things", "12.00", "5.00"), ("LAMP", "Lamp", "Things", "30.00", "12.00"),
        ("PLAIN", "Water", "Drinks/Cold", "1.00", None),
    ):  # fmt: skip
        more = {} if cost is None else {"cost": cost}
        make_product(sku, price, name=name, category=category, **more)
    _age(now - 200 * DAY)
    today = store.shop().zone.day_of(now)
    batch = [one for day in range(today - 7 * WEEKS, today) for one in _day(day, day >= today - 7)]
    results = writer.do_many(orders.place_orders, batch)
    assert all(isinstance(one, dict) for one in results)
    for sku, count in (("UMB", 3), ("LAMP", 60), ("TEA", 400)):
        writer.do(products.enter_stock, Entered(sku, StockEntry(count=count, reason="count")))
    return now


def _age(at_ms: int) -> None:
    """The products have been there for long: the tests' clock stands still, and no verb writes into the past."""
    writer.do(_set_age, at_ms)


def _set_age(tx: Any, items: Any) -> list[None]:
    for at_ms in items:
        tx.execute("update product set created_ms = :at", {"at": at_ms})
        tx.execute("update price set from_ms = :at", {"at": at_ms})
    return [None] * len(items)


def _day(day: int, late: bool) -> list[OrderDraft]:
    noon = store.shop().zone.bounds(day)[0] + 12 * 3_600_000
    found = [draft("TEA", placed_ms=noon + number, location="pier") for number in range(8 if late else 4)]
    found += [draft("SOUP", placed_ms=noon + number, location="pier") for number in range(4 if late else 8)]
    found += [
        OrderDraft([LineDraft("CAKE", 1), LineDraft("COFFEE", 1)], placed_ms=noon + number, channel="store")
        for number in range(5)
    ]
    found += [
        OrderDraft([LineDraft("TEA", 1), LineDraft("SOUP", 1)], placed_ms=noon + 50, channel="store"),
        OrderDraft([LineDraft("PLAIN", 1), LineDraft("SOUP", 1)], placed_ms=noon + 60, channel="store"),
        OrderDraft([LineDraft("PLAIN", 1), LineDraft("TEA", 1)], placed_ms=noon + 70, channel="store"),
        draft("UMB", placed_ms=noon, location="pier"),
    ]  # fmt: skip
    return found


def say_weather(temperature_c: float | None, now: int, rain_mm: float = 0.0) -> None:
    """The weather at the pier is known (None: unknown) and the next days are like it."""
    zone = store.shop().zone
    today = zone.day_of(now)
    source = Source("test", "A test", "Made up")
    seen = None if temperature_c is None else (now - 60_000, temperature_c, rain_mm, "rain" if rain_mm else "clear")
    days = [] if temperature_c is None else [
        (today + number, temperature_c, temperature_c - 2, temperature_c + 2, rain_mm, "rain" if rain_mm else "clear")
        for number in range(1, 4)
    ]  # fmt: skip
    writer.do(weather.keep_weather, Kept(None, source, 2, zone, now + DAY, now=seen, ahead=days))
