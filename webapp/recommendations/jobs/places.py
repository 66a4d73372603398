"""The weather as the adviser needs it: places with their class, the days ahead beside the season, and the grounds of advice."""

from dataclasses import dataclass
from typing import Any

from webapp.recommendations import dao
from webapp.recommendations.jobs import learning
from webapp.recommendations.rules import outlook, present, rails
from webapp.recommendations.rules.brief import Brief
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
    standing = weather.standing(tx, now_ms)
    ahead = tuple(
        (day.mean_c - day.usual_c, outlook.is_wet(day.rain_mm, day.condition))
        for one in standing for day in one.days[: outlook.DAYS] if day.usual_c is not None
    )  # fmt: skip
    return Weather(present.places(standing, formatter), ahead)


def grounds(tx: Any, now_ms: int) -> str:
    """On what advice of the present stands: the day, the classes of weather, what was learned, the limits of prices."""
    classes = [
        (one.location_id, one.feels, one.days[0].feels if one.days else None) for one in weather.standing(tx, now_ms)
    ]
    learned = dao.find_learned(tx, learning.SENSITIVITY) is not None
    rows = dao.find_guardrails(tx).items()
    limits = [(category, *(row[name] for name in rails.COLUMNS)) for category, row in rows], dao.find_never_rising(tx)
    return outlook.grounds(tx.zone.day_of(now_ms), classes, learned, limits)


def costs_moved(tx: Any, brief: Brief) -> bool:
    """Whether a product of a brief costs something else by now."""
    known = {line.id: line.cost for line in brief.products}
    return bool(known) and dao.find_costs(tx, known) != known
