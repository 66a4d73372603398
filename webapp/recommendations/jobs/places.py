"""The weather as the adviser needs it: places with their class, the days ahead beside the season, and the grounds of advice."""

from dataclasses import dataclass
from typing import Any

from webapp.recommendations import dao
from webapp.recommendations.jobs import learning
from webapp.recommendations.rules import outlook
from webapp.recommendations.rules.facts_around import Place
from webapp.text import Formatter
from webapp.weather import dao as weather


@dataclass(frozen=True, slots=True)
class Weather:
    """places: as facts tell them. ahead: (degrees above normal, wet) of the coming days at all places together."""

    places: tuple[Place, ...]
    ahead: tuple[tuple[float, bool], ...]


def read(tx: Any, now_ms: int, formatter: Formatter) -> Weather:
    """The weather of every place that is asked about."""
    places, ahead = [], []
    for one in weather.standing(tx, now_ms):
        days = one.days[: outlook.DAYS]
        told = tuple(
            (formatter.date(day.day), day.mean_c, day.feels, outlook.is_wet(day.rain_mm, day.condition)) for day in days
        )
        since = None if one.unknown_since_ms is None else formatter.time(one.unknown_since_ms)
        places.append(Place(one.location_id, one.name, one.temperature_c, one.feels, told, since))
        ahead += [
            (day.mean_c - day.usual_c, outlook.is_wet(day.rain_mm, day.condition))
            for day in days if day.usual_c is not None
        ]  # fmt: skip
    return Weather(tuple(places), tuple(ahead))


def grounds(tx: Any, now_ms: int) -> str:
    """On what advice of the present stands: the day, the classes of weather, what was learned."""
    classes = [
        (one.location_id, one.feels, one.days[0].feels if one.days else None) for one in weather.standing(tx, now_ms)
    ]
    learned = dao.find_learned(tx, learning.SENSITIVITY) is not None
    return outlook.grounds(tx.zone.day_of(now_ms), classes, learned)
