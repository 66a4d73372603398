"""Verbs of the weather: what a service said is kept, and days that a person gives."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.clock import DAY, Zone
from webapp.jobs import queue
from webapp.live import outbox
from webapp.weather import dao, rules

TOPIC = "weather"
# Readings are kept for so long; the days that are made of them stay.
READINGS_MS = 40 * DAY


@dataclass(frozen=True, slots=True)
class Source:
    """Where weather comes from, and what its terms want to stand beside it."""

    code: str
    name: str
    attribution: str
    address: str | None = None


FILE = Source("csv", "The shop's own file", "Given by the shop as a file")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found of one location's weather.

    now: (observed_ms, temperature_c, rain_mm, condition) or None; ahead and past: rows of (day, mean_c, low_c, high_c,
    rain_mm, condition); trouble: what was dropped; next_ms: when to ask again. claim: the job's, None outside of one.
    archive: past days were asked for, too.
    """

    claim: queue.Claim | None
    source: Source
    location_id: int
    zone: Zone
    next_ms: int
    now: tuple[int, float, float | None, str | None] | None = None
    ahead: list[tuple[Any, ...]] = field(default_factory=list)
    past: list[tuple[Any, ...]] = field(default_factory=list)
    trouble: str | None = None
    archive: bool = False


def keep_weather(tx: Any, items: Sequence[Kept]) -> list[dict[str, Any]]:
    """What was found stands; where the present was not found it is unknown from now on. Results are {"seq"}, None where
    nothing is to be seen of it."""
    before = {row["location_id"]: row for row in dao.find_standings(tx, tx.now_ms)}
    return [{"seq": _keep(tx, item, before.get(item.location_id))} for item in items]


def _keep(tx: Any, item: Kept, before: Any) -> int | None:
    if item.claim is not None:
        queue.keep(tx, item.claim)  # not the context's own way: what comes again by itself is no change of the shop
    _know(tx, item.source)
    unknown_ms = before["unknown_since_ms"] if before is not None else None
    since_ms = None if item.now is not None else tx.now_ms if unknown_ms is None else unknown_ms
    dao.keep_standing(tx, {
        "location_id": item.location_id, "source": item.source.code, "asked_ms": tx.now_ms, "next_ms": item.next_ms,
        "unknown_since_ms": since_ms, "trouble": item.trouble,
    })  # fmt: skip
    if item.archive:
        dao.update_archive(tx, item.location_id, tx.now_ms)
    if item.now is not None:
        dao.insert_readings(tx, [(item.location_id, *item.now, item.source.code, tx.now_ms)])
        dao.delete_readings(tx, item.location_id, tx.now_ms - READINGS_MS)
    if item.ahead:
        dao.delete_ahead(tx, item.location_id)
        dao.keep_days(tx, _rows(item, 1, item.ahead, tx.now_ms))
    _keep_past(tx, item)
    still_unknown = since_ms is not None and since_ms == unknown_ms and not item.ahead and not item.past
    return None if still_unknown else outbox.append(tx, TOPIC, "changed", item.location_id)


def _know(tx: Any, source: Source) -> None:
    dao.keep_source(tx, source.code, source.name, source.attribution, source.address)


def _rows(item: Kept, ahead: int, days: Sequence[tuple[Any, ...]], now_ms: int) -> list[tuple[Any, ...]]:
    return [(item.location_id, ahead, *day, item.source.code, now_ms) for day in days]


def _keep_past(tx: Any, item: Kept) -> None:
    days = list(item.past)
    yesterday = item.zone.day_of(tx.now_ms) - 1
    if not days and not dao.history(tx, [item.location_id], yesterday, yesterday):
        days = _seen(tx, item, yesterday)
    if days:
        dao.keep_days(tx, _rows(item, 0, days, tx.now_ms))
        _renew_normals(tx, item.location_id)


def _seen(tx: Any, item: Kept, day: int) -> list[tuple[Any, ...]]:
    """The day as the shop saw it itself, where it looked often enough."""
    from_ms, to_ms = item.zone.bounds(day)
    folded = rules.fold(dao.find_readings(tx, item.location_id, from_ms, to_ms), from_ms, to_ms)
    if folded is None:
        return []
    return [(day, folded.mean_c, folded.low_c, folded.high_c, folded.rain_mm, folded.condition)]


def _renew_normals(tx: Any, location_id: int) -> None:
    known = dao.history(tx, [location_id], 0, rules.ALWAYS)
    days = ((row["day"], row["mean_c"], row["low_c"], row["high_c"]) for row in known)
    dao.keep_normals(tx, location_id, rules.climate(days))


def renew_normals(tx: Any) -> None:
    """What is usual at every place is worked out anew from its known days."""
    for location_id in dao.find_places(tx):
        dao.delete_normals(tx, location_id)
        _renew_normals(tx, location_id)


def forget_weather(tx: Any, items: Sequence[str]) -> list[dict[str, Any]]:
    """How things stand is forgotten for all sources but these (one each, "" for none); the days that were stay."""
    results = []
    for source in items:
        gone = dao.delete_standings(tx, source)
        results.append({"seq": outbox.append(tx, TOPIC, "changed", 0) if gone else None})
    return results


# ---- Days that a person gives ----

GivenDay = tuple[int, int, float, float | None, float | None, float | None, str | None]


def give_days(tx: Any, items: Sequence[Sequence[GivenDay]]) -> list[dict[str, Any]]:
    """The days, (location_id, day, mean_c, low_c, high_c, rain_mm, condition) each, are known from the shop's file, before
    whatever a service says of them; a day given twice is as it was given last. Results are {"kept", "location_ids", "seq"}."""
    return [_give(tx, days) for days in items]


def _give(tx: Any, days: Sequence[GivenDay]) -> dict[str, Any]:
    _know(tx, FILE)
    by_location: dict[int, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for location_id, day, *values in days:
        by_location[location_id][day] = (location_id, 0, day, *values, FILE.code, tx.now_ms)
    seq = 0
    for location_id, rows in sorted(by_location.items()):
        dao.keep_days(tx, list(rows.values()))
        _renew_normals(tx, location_id)
        seq = outbox.append(tx, TOPIC, "changed", location_id)
    return {"kept": sum(map(len, by_location.values())), "location_ids": sorted(by_location), "seq": seq}
