"""Asks for the weather of the shop's locations: each as often as the service's terms allow, and not more."""

from collections.abc import Callable, Sequence
from typing import Any

from webapp import clock
from webapp.clock import DAY, HOUR, MINUTE, Zone
from webapp.config import Settings
from webapp.db import reading, store
from webapp.jobs import registry
from webapp.jobs.progress import Context
from webapp.remote import weather as remote
from webapp.remote.client import Failure
from webapp.remote.weather import Found, Place, Provider
from webapp.shop import dao as shop
from webapp.weather import actions, dao
from webapp.weather.actions import Kept, Source

KIND = "weather"
# How often the timetable looks whether a location is due.
LOOK_S = 60
# A place whose weather is unknown is asked again sooner; a key that is refused, or a spent quota, later.
AGAIN_MS, REFUSED_MS = 10 * MINUTE, HOUR
ARCHIVE_DAYS, ARCHIVE_MS, LATE_DAYS = 730, DAY, 15
# So many calls a day at most, all locations together: half of the smallest allowance (10,000, Open-Meteo without a key).
MOST_CALLS = 5_000

Sample = Callable[[str, Zone, int], Found | None]


class Samples:
    """The made-up weather of the sample shop, which a door brings (schedule.py): (code, zone, now_ms) -> Found or None."""

    source = Source("sample", "Sample weather", "Made up for the sample shop; nobody measured it")
    look: Sample | None = None


@registry.job(KIND)
def refresh(context: Context) -> None:
    """Each location that is due has been asked for; without a service what was said earlier is forgotten."""
    settings = store.settings()
    provider = remote.provider(settings)
    source = _source(settings, provider)
    with reading.reading() as tx:
        standings = {row["location_id"]: row for row in dao.find_standings(tx, clock.now_ms())}
        places = [
            row for row in shop.find_locations(tx) if row["latitude"] is not None and row["longitude"] is not None
        ]
    code = source.code if source else ""
    if any(row["source"] != code for row in standings.values()):
        context.write(actions.forget_weather, code)
        standings = {number: row for number, row in standings.items() if row["source"] == code}
    for row in places if source else []:
        if is_due(standings.get(row["id"]), clock.now_ms()):
            _refresh(context, source, provider, row, standings.get(row["id"]), len(places))


def _source(settings: Settings, provider: Provider | None) -> Source | None:
    if provider is not None:
        return Source(provider.code, provider.name, provider.attribution, provider.address)
    return Samples.source if settings.mode == "demo" and Samples.look is not None else None


def is_due(standing: Any, now_ms: int) -> bool:
    """Whether a location is to be asked for now: never asked, its time has come, or the clock was put back."""
    return standing is None or standing["next_ms"] <= now_ms or standing["asked_ms"] > now_ms


def _refresh(context: Context, source: Any, provider: Provider | None, row: Any, standing: Any, places: int) -> None:
    zone = Zone(row["time_zone"]) if row["time_zone"] else store.shop().zone
    now_ms = clock.now_ms()
    if provider is None:
        item = sampled(row["id"], row["code"], zone, now_ms, context)
        if item is not None:
            context.write(actions.keep_weather, item)
        return
    place = Place(row["latitude"], row["longitude"], zone)
    wait_ms, archive = AGAIN_MS, False
    try:
        found = provider.look(place, now_ms)
    except Failure as failure:
        found = Found(dropped=[failure.detail])
        wait_ms = _wait_after(failure)
    if found.now is not None:
        wait_ms = max(provider.every_ms, DAY * 2 * places // MOST_CALLS)
    if found.now is not None and _wants_archive(provider, standing, now_ms):
        archive = _add_past(found, provider, place, standing, now_ms)
    context.write(actions.keep_weather, _kept(context, source, row["id"], zone, now_ms + wait_ms, found, archive))


def _wait_after(failure: Failure) -> int:
    if failure.retry_after_s is not None:
        return max(AGAIN_MS, min(DAY, int(failure.retry_after_s * 1000)))
    return REFUSED_MS if failure.status in (401, 403, 429) else AGAIN_MS


def _wants_archive(provider: Provider, standing: Any, now_ms: int) -> bool:
    # The sample shop's past is made up, and is not mixed with a real one.
    if provider.history_why is not None or store.shop().mode == "demo":
        return False
    asked_ms = standing["archive_ms"] if standing is not None else None
    return asked_ms is None or not 0 <= now_ms - asked_ms < ARCHIVE_MS


def _add_past(found: Found, provider: Provider, place: Place, standing: Any, now_ms: int) -> bool:
    """Whether the past days were told; what is known of them is in `found`. The newest come late, so they are asked again."""
    today = place.zone.day_of(now_ms)
    asked_ms = standing["archive_ms"] if standing is not None else None
    first = today - ARCHIVE_DAYS if asked_ms is None else place.zone.day_of(asked_ms) - LATE_DAYS
    try:
        past = provider.past(place, max(first, today - ARCHIVE_DAYS), today - 1)
    except Failure as failure:
        found.dropped.append(f"Past days: {failure.detail}")
        return False
    found.past, found.dropped = past.past, found.dropped + past.dropped
    return True


def sampled(location_id: int, code: str, zone: Zone, now_ms: int, context: Context | None = None) -> Kept | None:
    """The sample shop's weather at a location up to a moment, or None where it has none."""
    found = Samples.look(code, zone, now_ms) if Samples.look is not None else None
    if found is None:
        return None
    with reading.reading() as tx:
        last = dao.find_last_day(tx, location_id)
    found.past = [day for day in found.past if last is None or day.day > last]
    return _kept(context, Samples.source, location_id, zone, now_ms + 30 * MINUTE, found)


def _kept(
    context: Context | None, source: Source, location_id: int, zone: Zone, next_ms: int, found: Found,
    archive: bool = False,
) -> Kept:  # fmt: skip
    now = found.now
    return Kept(
        None if context is None else context.claim, source, location_id, zone, next_ms,
        now=None if now is None else (now.observed_ms, now.temperature_c, now.rain_mm, now.condition),
        ahead=_rows(found.ahead), past=_rows(found.past), trouble=" ".join(found.dropped)[:1000] or None, archive=archive,
    )  # fmt: skip


def _rows(days: Sequence[remote.Day]) -> list[tuple[Any, ...]]:
    return [(day.day, day.mean_c, day.low_c, day.high_c, day.rain_mm, day.condition) for day in days]
