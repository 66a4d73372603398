"""What comes in and goes out of the weather: how it stands, as JSON, and days that are given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from webapp.clock import Zone, format_day, format_time
from webapp.weather.rules import CLASSES, Normal
from webapp.weather.shapes_fields import Condition, Degrees, Measure, Millimetres
from webapp.web.fields import Code, Day, Input, Output

MOST_DAYS = 20_000
COLUMNS = ("location", "day", "mean_c", "low_c", "high_c", "rain_mm", "condition", "source")


# ---- How it stands ----


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day to come (days since 1970-01-01). Degrees Celsius, millimetres; usual_c: its season's mean, None if unknown."""

    day: int
    low_c: float | None
    high_c: float | None
    mean_c: float
    rain_mm: float | None
    condition: str | None
    feels: str
    usual_c: float | None = None


@dataclass(frozen=True, slots=True)
class LocationWeather:
    """The weather at a location. Unknown: temperature, condition and feels are None and unknown_since_ms is set.

    usual_c: what is usual there at this time of the year and of the day; limits: where cool, mild, warm and hot begin now;
    both rest on `normal`, which is None where the history is short. trouble: what was dropped last, in words.
    """

    location_id: int
    code: str
    name: str
    zone: Zone
    source: str
    temperature_c: float | None
    condition: str | None
    feels: str | None
    observed_ms: int | None
    unknown_since_ms: int | None
    trouble: str | None
    asked_ms: int
    usual_c: float | None
    limits: Sequence[float]
    normal: Normal | None
    days: list[DayAhead] = field(default_factory=list)


def degrees(value: float | None) -> Decimal | None:
    """Degrees or millimetres with one decimal, as answers show them."""
    return None if value is None else round(Decimal(value), 1) + Decimal("0.0")


def weather_out(standing: Sequence[LocationWeather]) -> dict[str, Any]:
    """The `weather` of an answer: its source, when it was observed last, since when nothing is known anywhere."""
    observed = [one.observed_ms for one in standing if one.observed_ms is not None]
    unknown = [one.unknown_since_ms for one in standing if one.unknown_since_ms is not None]
    nowhere = bool(standing) and len(unknown) == len(standing)
    return {
        "source": standing[0].source if standing else None,
        "observed_at": format_time(max(observed)) if observed else None,
        "unknown_since": format_time(min(unknown)) if nowhere else None,
        "locations": [location_out(one) for one in standing],
    }


def location_out(one: LocationWeather) -> dict[str, Any]:
    """One location as answers show it."""
    return {
        "location": one.code,
        "temperature_c": degrees(one.temperature_c),
        "condition": one.condition,
        "feels": one.feels,
        "usual_c": degrees(one.usual_c),
        "observed_at": None if one.observed_ms is None else format_time(one.observed_ms),
        "unknown_since": None if one.unknown_since_ms is None else format_time(one.unknown_since_ms),
        "forecast": [day_out(day) for day in one.days],
    }


def day_out(day: DayAhead) -> dict[str, Any]:
    """A day to come as answers show it."""
    return {
        "day": format_day(day.day), "mean_c": degrees(day.mean_c), "low_c": degrees(day.low_c),
        "high_c": degrees(day.high_c), "rain_mm": degrees(day.rain_mm), "condition": day.condition, "feels": day.feels,
    }  # fmt: skip


def full_out(one: LocationWeather, days: Iterable[Any]) -> dict[str, Any]:
    """One location as /weather shows it: also where its classes begin, on what they rest, and the days as they were."""
    names = CLASSES[1:]
    return {
        **location_out(one),
        "name": one.name,
        "source": one.source,
        "classes_from_c": {name: degrees(at) for name, at in zip(names, one.limits, strict=True)},
        "rests_on_days": one.normal.days if one.normal else 0,
        "trouble": one.trouble,
        "history": [known_out(row) for row in days],
    }


def known_out(row: Mapping[str, Any]) -> dict[str, Any]:
    """A day as it was, as answers show it."""
    return {
        "day": format_day(row["day"]), "mean_c": degrees(row["mean_c"]), "low_c": degrees(row["low_c"]),
        "high_c": degrees(row["high_c"]), "rain_mm": degrees(row["rain_mm"]), "condition": row["condition"],
        "source": row["source"],
    }  # fmt: skip


def cells(row: Mapping[str, Any]) -> list[Any]:
    """A day as it was, as a row of COLUMNS."""
    return [row["code"], *known_out(row).values()]


# ---- Days that are given ----


class NewDay(Input):
    """A day as it was at a location. A mean that is left out is the middle of low and high."""

    location: Code
    day: Day
    mean_c: Degrees | None = None
    low_c: Degrees | None = None
    high_c: Degrees | None = None
    rain_mm: Millimetres | None = None
    condition: Condition | None = None


class NewDays(
    Input,
    json_schema_extra={
        "examples": [{"days": [{"location": "pier", "day": "2026-11-20", "mean_c": 9.4, "rain_mm": 0.6}]}]
    },
):
    """Days as they were."""

    days: Annotated[list[NewDay], Field(min_length=1, max_length=MOST_DAYS)]


# ---- What OpenAPI says ----


class DayOut(Output):
    """A day to come."""

    day: str
    mean_c: Measure
    low_c: Measure | None
    high_c: Measure | None
    rain_mm: Measure | None
    condition: str | None
    feels: str


class KnownOut(Output):
    """A day as it was."""

    day: str
    mean_c: Measure
    low_c: Measure | None
    high_c: Measure | None
    rain_mm: Measure | None
    condition: str | None
    source: str


class LocationOut(Output):
    """The weather at a location."""

    location: str
    name: str
    temperature_c: Measure | None
    condition: str | None
    feels: str | None
    usual_c: Measure | None
    classes_from_c: dict[str, Measure]
    rests_on_days: int
    observed_at: str | None
    unknown_since: str | None
    trouble: str | None
    source: str
    forecast: list[DayOut]
    history: list[KnownOut]


class SourceOut(Output):
    """Where weather came from, and what its terms want to stand beside it."""

    code: str
    name: str
    attribution: str
    address: str | None


class WeatherOut(Output):
    """The weather at the shop's locations."""

    as_of: str
    seq: int
    source: str | None
    observed_at: str | None
    unknown_since: str | None
    locations: list[LocationOut]
    sources: list[SourceOut]


class KeptOut(Output):
    """How many days were kept."""

    kept: int
    locations: list[str]
