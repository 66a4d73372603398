"""What a weather service may say, and the checks that turn nonsense into "not known"."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from webapp.clock import HOUR, MINUTE, Zone, format_day
from webapp.remote.client import Answer, Failure, Service

CONDITIONS = ("clear", "clouds", "fog", "rain", "snow", "storm")
# No thermometer in the open has shown less or more: -89.2 and 56.7 degrees (WMO).
LOWEST_C, HIGHEST_C = -90.0, 60.0
MOST_RAIN_MM = 2000.0
OLDEST_MS, AHEAD_MS = 3 * HOUR, 15 * MINUTE
# A grid cell of a model lies a few kilometres off; another town does not.
FARTHEST_KM = 100.0
EARTH_KM = 6371.0


class Nonsense(Exception):
    """An answer that cannot be the weather of that place and time; says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where weather is asked for; days are those of its zone."""

    latitude: float
    longitude: float
    zone: Zone


@dataclass(frozen=True, slots=True)
class Now:
    """What was measured. Degrees Celsius, millimetres in the hour before; condition is one of CONDITIONS."""

    observed_ms: int
    temperature_c: float
    rain_mm: float | None
    condition: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day (days since 1970-01-01) as it was or is foreseen. Degrees Celsius, millimetres."""

    day: int
    mean_c: float
    low_c: float | None
    high_c: float | None
    rain_mm: float | None
    condition: str | None


@dataclass(slots=True)
class Found:
    """What can be used of an answer. now: None where the present is not known. dropped: what was not used, and why."""

    now: Now | None = None
    ahead: list[Day] = field(default_factory=list)
    past: list[Day] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class Provider(Protocol):
    """One weather service: its code, and what its terms want to stand beside what it says.

    every_ms: how often a place is asked for. history_why: None where it tells past days, else why it does not.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    attribution: ClassVar[str]
    address: ClassVar[str]
    every_ms: ClassVar[int]
    history_why: str | None

    def look(self, place: Place, now_ms: int) -> Found:
        """The weather now and the days ahead; nonsense is dropped and named. Raises client.Failure."""

    def past(self, place: Place, first: int, last: int) -> Found:
        """The days from first to last that it knows. Raises client.Failure."""


# ---- Checks ----


def number(value: Any, least: float, most: float) -> float | None:
    """The number, or None for anything that is none, is not finite, or lies outside."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if least <= value <= most else None  # NaN is neither


def temperature(value: Any) -> float | None:
    """Degrees Celsius that a thermometer can show, or None."""
    return number(value, LOWEST_C, HIGHEST_C)


def rain(value: Any) -> float | None:
    """Millimetres, or None."""
    return number(value, 0.0, MOST_RAIN_MM)


def member(data: Any, *names: str) -> Any:
    """data[a][b]..., or None where something on the way is no object or has no such member."""
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def column(data: Any, name: str) -> Sequence[Any]:
    """A list under a name, or an empty one."""
    found = member(data, name)
    return found if isinstance(found, list) else []


def check_place(place: Place, latitude: Any, longitude: Any) -> None:
    """Raise Nonsense where the answer names another place than was asked for; one that names none passes."""
    north, east = number(latitude, -90, 90), number(longitude, -180, 180)
    if north is None or east is None:
        return
    far_km = distance_km(place.latitude, place.longitude, north, east)
    if far_km > FARTHEST_KM:
        raise Nonsense(f"it is of a place {far_km:.0f} km away")


def distance_km(north: float, east: float, other_north: float, other_east: float) -> float:
    """The way between two points on the globe, by the haversine formula."""
    a, b = math.radians(north), math.radians(other_north)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_east - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def check_moment(observed_ms: int | None, now_ms: int) -> int:
    """The moment of an observation. Raises Nonsense: none, older than three hours, or ahead of the clock."""
    if observed_ms is None:
        raise Nonsense("it does not say when it was measured")
    if observed_ms < now_ms - OLDEST_MS:
        raise Nonsense(f"it is {(now_ms - observed_ms) // HOUR} hours old")
    if observed_ms > now_ms + AHEAD_MS:
        raise Nonsense("it is of a moment to come")
    return min(observed_ms, now_ms)


def make_now(observed_ms: int, degrees: Any, rain_mm: Any, condition: str | None) -> Now:
    """The present. Raises Nonsense for degrees that cannot be."""
    known = temperature(degrees)
    if known is None:
        raise Nonsense(_odd(degrees))
    return Now(observed_ms, known, rain(rain_mm), condition)


def make_day(day: int, mean: Any, low: Any, high: Any, rain_mm: Any, condition: str | None) -> Day:
    """A day; a mean that is missing is the middle of low and high. Raises Nonsense where it cannot be."""
    cold, warm = temperature(low), temperature(high)
    if mean is None and cold is not None and warm is not None:
        mean = (cold + warm) / 2
    known = temperature(mean)
    odd = next(
        (value for value, read in ((mean, known), (low, cold), (high, warm)) if value is not None and read is None),
        None,
    )
    if known is None or odd is not None:
        raise Nonsense(f"{format_day(day)}: {_odd(odd)}")
    if (cold is not None and cold > known + 0.5) or (warm is not None and warm < known - 0.5):
        raise Nonsense(f"{format_day(day)}: its mean lies outside of its low and high")
    return Day(day, known, cold, warm, rain(rain_mm), condition)


def _odd(value: Any) -> str:
    if value is None:
        return "the temperature is missing"
    return f"the temperature is said to be {str(value)[:20]!r}"


# ---- Asking ----


def fetch(service: Service, url: str, params: Mapping[str, Any], secret: str | None) -> Any:
    """The JSON of an answer. Raises Failure whose words hold what the service says of it, and never the key."""
    try:
        answer: Answer = service.ask("GET", url, params=params)
    except Failure as failure:
        said = member(failure.body, "message") or member(failure.body, "reason")
        if isinstance(said, str) and failure.kind == "status":
            words = "".join(sign for sign in said if sign.isprintable())[:160]
            failure.detail += f" It says: {words.replace(secret, '…') if secret else words}"
        raise
    return answer.data
