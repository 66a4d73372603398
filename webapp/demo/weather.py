"""The sample shop's made-up weather as the weather feature keeps it: the present, a week ahead, two years behind."""

import math

from webapp import clock
from webapp.clock import HOUR, Zone
from webapp.db import reading, store, writer
from webapp.demo import climate, plan
from webapp.remote.weather import Day, Found, Now
from webapp.shop import dao as shop
from webapp.weather import actions, jobs
from webapp.weather.rules import WARMEST_HOUR

DAYS_AHEAD = 7


def look(code: str, zone: Zone, now_ms: int) -> Found | None:
    """The weather of a store of the sample shop, from two years before a moment to a week after it; None elsewhere."""
    if code not in climate.NORMALS:
        return None
    today = zone.day_of(now_ms)
    return Found(
        now=_now(code, zone, now_ms),
        ahead=[_day(code, day) for day in range(today + 1, today + 1 + DAYS_AHEAD)],
        past=[_day(code, day) for day in range(today - plan.DAYS, today)],
    )


def _day(code: str, day: int) -> Day:
    made = climate.weather(code, day)
    return Day(day, made.mean_c, made.low_c, made.high_c, made.rain_mm, made.condition)


def _now(code: str, zone: Zone, now_ms: int) -> Now:
    """The temperature goes from one day's mean to the next one's, with the hour's part of the day's swing on it."""
    today = zone.day_of(now_ms)
    hours = zone.local_seconds(now_ms) / 3600
    day = climate.weather(code, today)
    near = climate.weather(code, today + 1 if hours >= 12 else today - 1)
    share = abs(hours - 12) / 24
    swing = (day.high_c - day.low_c) / 2 * math.cos(2 * math.pi * (hours - WARMEST_HOUR) / 24)
    degrees = day.mean_c * (1 - share) + near.mean_c * share + swing
    observed_ms = now_ms - now_ms % (HOUR // 4)
    return Now(observed_ms, round(degrees, 1), round(day.rain_mm / 24, 1), day.condition)


def keep(now_ms: int | None = None) -> int:
    """The sample weather stands up to now; at how many locations. With a real service it is left alone."""
    now_ms = clock.now_ms() if now_ms is None else now_ms
    if store.settings().weather != "none":
        return 0
    with reading.reading() as tx:
        places = shop.find_locations(tx)
    items = []
    for row in places:
        zone = Zone(row["time_zone"]) if row["time_zone"] else store.shop().zone
        item = jobs.sampled(row["id"], row["code"], zone, now_ms)
        if item is not None:
            items.append(item)
    for item in items:
        writer.do(actions.keep_weather, item)
    return len(items)


jobs.Samples.look = look
