"""The weather as its pages need it: numbers to be written, and why a class is what it is."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from webapp.clock import Zone
from webapp.weather.rules import CLASSES
from webapp.weather.shapes import DayAhead, LocationWeather, degrees

# So many charts stand on the page where no location is chosen.
MOST_CHARTS = 6


def now_rows(standing: Sequence[LocationWeather], now_ms: int) -> list[dict[str, Any]]:
    """A row for each location: its temperature, its class and why, or since when nothing is known."""
    return [_now_row(one, now_ms) for one in standing]


def _now_row(one: LocationWeather, now_ms: int) -> dict[str, Any]:
    apart = None
    if one.temperature_c is not None and one.usual_c is not None:
        apart = degrees(one.temperature_c - one.usual_c)
    since = one.unknown_since_ms
    return {
        "code": one.code, "name": one.name, "temperature": degrees(one.temperature_c), "condition": one.condition,
        "feels": one.feels, "observed_ms": one.observed_ms, "usual": degrees(one.usual_c), "apart": apart,
        "size": None if apart is None else abs(apart), "unknown_since_ms": since,
        "today": since is not None and one.zone.day_of(since) == one.zone.day_of(now_ms), "trouble": one.trouble,
        "season": None if one.normal is None else degrees(one.normal.mean_c), "border": _border(one),
        "limits": [(name, degrees(at)) for name, at in zip(CLASSES[1:], one.limits, strict=True)],
        "rests_on": one.normal.days if one.normal else 0,
    }  # fmt: skip


def _border(one: LocationWeather) -> tuple[str, str, Decimal | None] | None:
    """What would be the next class: ("hot", "from", 21.4) or ("cold", "under", 3.0); None at the ends where none is nearer."""
    if one.temperature_c is None or one.feels is None:
        return None
    rank = CLASSES.index(one.feels)
    below = (CLASSES[rank - 1], "under", one.limits[rank - 1]) if rank else None
    above = (CLASSES[rank + 1], "from", one.limits[rank]) if rank < len(CLASSES) - 1 else None
    sides = [side for side in (below, above) if side is not None]
    name, word, at = min(sides, key=lambda side: abs(side[2] - (one.temperature_c or 0.0)))
    return name, word, degrees(at)


def ahead_table(standing: Sequence[LocationWeather]) -> dict[str, Any]:
    """The days ahead: `days` in order, and a row for each location with a cell or None for each day."""
    days = sorted({day.day for one in standing for day in one.days})
    rows = []
    for one in standing:
        known = {day.day: ahead_cell(day) for day in one.days}
        rows.append({"name": one.name, "code": one.code, "cells": [known.get(day) for day in days]})
    return {"days": days, "rows": rows}


def ahead_cell(day: DayAhead) -> dict[str, Any]:
    """A day to come as a cell shows it: whole degrees, millimetres."""
    return {
        "low": None if day.low_c is None else Decimal(round(day.low_c)),
        "high": None if day.high_c is None else Decimal(round(day.high_c)),
        "mean": Decimal(round(day.mean_c)), "feels": day.feels, "condition": day.condition,
        "rain": degrees(day.rain_mm) if day.rain_mm else None,
    }  # fmt: skip


def places(
    locations: Sequence[Any], counts: Iterable[Any], sources: Mapping[str, Any], chosen: set[str]
) -> dict[str, Any]:
    """What the page says of the locations: on which days each rests, which have no position, which charts are shown."""
    by_id = {row["id"]: row for row in locations}
    rests = [
        {"location": by_id[row["location_id"]], "source": sources[row["source"]], "days": row["days"],
         "first_day": row["first_day"], "last_day": row["last_day"]}
        for row in counts
    ]  # fmt: skip
    known = {row["location"]["code"] for row in rests}
    shown = [row["code"] for row in locations if row["code"] in (chosen or known)][:MOST_CHARTS]
    return {
        "locations": locations, "rests": rests, "more": len(known) > len(shown),
        "without": [row for row in locations if row["latitude"] is None or row["longitude"] is None],
        "addresses": [f"/weather/history?{urlencode({'location': code})}" for code in shown],
    }  # fmt: skip


def zone_of(row: Any, shop_zone: Zone) -> Zone:
    """The zone of a location's days: its own, else the shop's."""
    return Zone(row["time_zone"]) if row["time_zone"] else shop_zone
