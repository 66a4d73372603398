"""What the database knows of the weather: how it stands, the days as they were and are foreseen, what is usual."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from webapp.clock import HOUR, Zone
from webapp.db import queries
from webapp.weather import rules
from webapp.weather.shapes import DayAhead, LocationWeather

sql = queries.load("weather")
# What was foreseen longer ago says nothing, and what was measured longer ago is not the present.
FORESEEN_MS, STALE_MS = 30 * HOUR, 3 * HOUR
DAYS_AHEAD = 8


# ---- How it stands ----


def find_standings(tx: Any, now_ms: int) -> list[Any]:
    """Every asked location with its newest reading up to now."""
    return sql.find_standings.all(tx, now_ms=now_ms)


def standing(tx: Any, now_ms: int) -> list[LocationWeather]:
    """The weather of every location that is asked about, in order of id: now, its class and why, the days ahead.

    What is not known is None, with unknown_since_ms; without a weather service the list is empty.
    """
    rows = find_standings(tx, now_ms)
    if not rows:
        return []
    zones = {row["location_id"]: _zone(row["time_zone"]) if row["time_zone"] else tx.zone for row in rows}
    ahead = _ahead(tx, now_ms, zones)
    numbers = {rules.day_of_year(zone.day_of(now_ms)) for zone in zones.values()}
    numbers |= {rules.day_of_year(row["day"]) for days in ahead.values() for row in days}
    normals = find_normals(tx, zones, numbers)
    return [_standing(row, zones[row["location_id"]], ahead, normals, now_ms) for row in rows]


@lru_cache(maxsize=64)
def _zone(name: str) -> Zone:
    # Kept, because a zone knows the days that it has looked up.
    return Zone(name)


def _ahead(tx: Any, now_ms: int, zones: dict[int, Zone]) -> dict[int, list[Any]]:
    today = {location_id: zone.day_of(now_ms) for location_id, zone in zones.items()}
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sql.find_ahead.all(tx, day=min(today.values()), since_ms=now_ms - FORESEEN_MS):
        if 0 < row["day"] - today[row["location_id"]] < DAYS_AHEAD:
            found[row["location_id"]].append(row)
    return found


def _standing(
    row: Any, zone: Zone, ahead: dict[int, list[Any]], normals: dict[tuple[int, int], rules.Normal], now_ms: int
) -> LocationWeather:
    location_id, observed_ms = row["location_id"], row["observed_ms"]
    unknown_ms = row["unknown_since_ms"]
    if unknown_ms is None and (observed_ms is None or observed_ms < now_ms - STALE_MS):
        unknown_ms = row["asked_ms"] if observed_ms is None else observed_ms
    known = unknown_ms is None
    normal = normals.get((location_id, rules.day_of_year(zone.day_of(now_ms))))
    usual = None if normal is None else rules.usual_at(normal, zone.local_seconds(observed_ms or now_ms) / 3600)
    spread = None if normal is None else normal.spread_c
    degrees = row["temperature_c"] if known else None
    return LocationWeather(
        location_id=location_id, code=row["code"], name=row["name"], zone=zone, source=row["source"],
        temperature_c=degrees, condition=row["condition"] if known else None,
        feels=None if degrees is None else rules.feels(degrees, usual, spread),
        observed_ms=observed_ms if known else None, unknown_since_ms=unknown_ms, trouble=row["trouble"],
        asked_ms=row["asked_ms"], usual_c=usual, limits=rules.limits(usual, spread), normal=normal,
        days=[_day_ahead(day, normals.get((location_id, rules.day_of_year(day["day"])))) for day in ahead[location_id]],
    )  # fmt: skip


def _day_ahead(row: Any, normal: rules.Normal | None) -> DayAhead:
    usual, spread = (None, None) if normal is None else (normal.mean_c, normal.spread_c)
    feels = rules.feels(row["mean_c"], usual, spread)
    return DayAhead(
        row["day"], row["low_c"], row["high_c"], row["mean_c"], row["rain_mm"], row["condition"], feels, usual
    )


def find_normals(tx: Any, location_ids: Iterable[int], numbers: Iterable[int]) -> dict[tuple[int, int], rules.Normal]:
    """What is usual, by (location_id, day of the year)."""
    rows = sql.find_normals.all(tx, location_ids=list(location_ids), numbers=sorted(numbers))
    return {
        (row["location_id"], row["day_of_year"]): rules.Normal(
            row["mean_c"], row["spread_c"], row["swing_c"], row["days"]
        )
        for row in rows
    }


def find_places(tx: Any) -> list[int]:
    """The ids of the locations of which days or what is usual are known."""
    return [row[0] for row in sql.find_places.all(tx)]


def find_normal_differences(tx: Any, limit: int = 20) -> list[str]:
    """Where what is kept as usual is not what the known days come to, in words."""
    found: list[str] = []
    for location_id in find_places(tx):
        kept = find_normals(tx, [location_id], range(1, rules.YEAR + 1))
        days = rules.climate(day[2:6] for day in history(tx, [location_id], 0, rules.ALWAYS))
        found += [
            f"location {location_id}, day {number} of the year: kept {_told(kept.get((location_id, number)))}, "
            f"its days say {_told(days.get(number))}"
            for number in range(1, rules.YEAR + 1)
            if not rules.alike(kept.get((location_id, number)), days.get(number))
        ]
        if len(found) >= limit:
            break
    return found[:limit]


def _told(normal: rules.Normal | None) -> str:
    return "nothing" if normal is None else f"{normal.mean_c:.2f} C of {normal.days} days"


def find_sources(tx: Any) -> dict[str, Any]:
    """Every source that weather ever came from (code, name, attribution, address), by its code."""
    return {row["code"]: row for row in sql.find_sources.all(tx)}


# ---- Days as they were ----


def history(tx: Any, location_ids: Iterable[int], from_day: int, to_day: int) -> list[Any]:
    """The known days of locations, both ends included, in order of location and day.

    Rows are (location_id, code, day, mean_c, low_c, high_c, rain_mm, condition, source).
    """
    return sql.find_days.all(tx, location_ids=list(location_ids), from_day=from_day, to_day=to_day)


def find_page(tx: Any, location_id: int, after_day: int, to_day: int, limit: int) -> list[Any]:
    """The known days of a location after one, in order, at most so many; rows as `history`."""
    return sql.find_page.all(tx, location_id=location_id, after_day=after_day, to_day=to_day, limit=limit)


def count_days(tx: Any) -> list[Any]:
    """(location_id, source, days, first_day, last_day) of what is known."""
    return sql.count_days.all(tx)


def find_last_day(tx: Any, location_id: int) -> int | None:
    """The newest known day of a location."""
    return sql.find_last_day.value(tx, location_id=location_id)


def find_readings(tx: Any, location_id: int, from_ms: int, to_ms: int) -> list[Any]:
    """What was measured at a location in [from_ms, to_ms)."""
    return sql.find_readings.all(tx, location_id=location_id, from_ms=from_ms, to_ms=to_ms)


# ---- Writing ----


def keep_source(tx: Any, code: str, name: str, attribution: str, address: str | None) -> None:
    """A source is known by its code."""
    sql.keep_source.run(tx, code=code, name=name, attribution=attribution, address=address)


def keep_standing(tx: Any, row: dict[str, Any]) -> None:
    """A location was asked: location_id, source, asked_ms, next_ms, unknown_since_ms, trouble."""
    sql.keep_standing.run(tx, **row)


def update_archive(tx: Any, location_id: int, archive_ms: int) -> None:
    """A location's past days were asked for."""
    sql.update_archive.run(tx, location_id=location_id, archive_ms=archive_ms)


def delete_standings(tx: Any, source: str) -> int:
    """Forget how things stand for other sources than this one; how many locations."""
    return sql.delete_standings.run(tx, source=source)


def insert_readings(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """What was measured: (location_id, observed_ms, temperature_c, rain_mm, condition, source, fetched_ms)."""
    sql.insert_readings.rows(tx, rows)


def delete_readings(tx: Any, location_id: int, before_ms: int) -> None:
    """Forget what was measured before a moment."""
    sql.delete_readings.run(tx, location_id=location_id, before_ms=before_ms)


def keep_days(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Days: (location_id, ahead, day, mean_c, low_c, high_c, rain_mm, condition, source, fetched_ms)."""
    sql.keep_days.rows(tx, rows)


def delete_ahead(tx: Any, location_id: int) -> None:
    """Forget what was foreseen for a location."""
    sql.delete_ahead.run(tx, location_id=location_id)


def delete_normals(tx: Any, location_id: int) -> None:
    """Forget what is usual at a location."""
    sql.delete_normals.run(tx, location_id=location_id)


def keep_normals(tx: Any, location_id: int, normals: dict[int, rules.Normal]) -> None:
    """What is usual at a location around each day of the year."""
    sql.keep_normals.rows(
        tx, [(location_id, number, n.mean_c, n.spread_c, n.swing_c, n.days) for number, n in normals.items()]
    )
