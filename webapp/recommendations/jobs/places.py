"""The weather as the adviser needs it: places with their class, the days ahead, what they bring, and the grounds of advice."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.recommendations import dao
from webapp.recommendations.jobs import learning
from webapp.recommendations.rules import expected, outlook, present, rails
from webapp.recommendations.rules.brief import Brief, CatalogueLine, Effect
from webapp.recommendations.rules.facts_around import Place
from webapp.text import Formatter
from webapp.weather import dao as weather
from webapp.weather.shapes import LocationWeather


@dataclass(frozen=True, slots=True)
class Weather:
    """places: as facts tell them. ahead: (degrees above normal, wet) of the coming days at all places together.

    anomalies: by location degrees above normal now and on the next two days, as far as they are known.
    """

    places: tuple[Place, ...]
    ahead: tuple[tuple[float, bool], ...]
    anomalies: Mapping[int, tuple[float, ...]]


def read(tx: Any, now_ms: int, formatter: Formatter) -> Weather:
    """The weather of every place that is asked about."""
    standing = weather.standing(tx, now_ms)
    ahead = tuple(
        (day.mean_c - day.usual_c, outlook.is_wet(day.rain_mm, day.condition))
        for one in standing for day in one.days[: outlook.DAYS] if day.usual_c is not None
    )  # fmt: skip
    anomalies = {one.location_id: tuple(_anomalies(one)) for one in standing}
    return Weather(present.places(standing, formatter), ahead, anomalies)


def _anomalies(one: LocationWeather) -> Iterator[float]:
    if one.temperature_c is not None and one.usual_c is not None:
        yield one.temperature_c - one.usual_c
    yield from (day.mean_c - day.usual_c for day in one.days[: outlook.DAYS - 1] if day.usual_c is not None)


def expect(
    tx: Any,
    weather: Weather,
    lines: Sequence[CatalogueLine],
    catalogue: Mapping[int, Any],
    learned: learning.Learned,
    today: int,
) -> dict[int, Effect]:
    """What the weather of these days does to the takings of the products that suit it, at the places where it is hot or cold."""
    felt = {"hot": _felt(weather.places, "cold"), "cold": _felt(weather.places, "hot")}
    suited = [line for line in lines if felt.get(line.served)]
    units: dict[tuple[int, int], int] = defaultdict(int)
    if suited:
        for row in dao.find_daily_by_place(tx, [line.id for line in suited], today - expected.DAYS, today):
            units[row["product_id"], row["location_id"]] += row["units"]
    found = {}
    for line in suited:
        stays = [
            expected.Stay(one.name, units[line.id, one.location_id] / expected.DAYS, weather.anomalies[one.location_id])
            for one in felt[line.served]
        ]
        per_degree = learned.per_degree(line.id, catalogue[line.id]["category_id"])
        effect = None if per_degree is None else expected.of_weather(per_degree, stays, line.price)
        if effect is not None:
            found[line.id] = effect
    return found


def _felt(at: Sequence[Place], feels: str) -> list[Place]:
    # The places at which it is so now or on one of the next two days, as facts tell it.
    return [one for one in at if feels in (one.feels, *(day[2] for day in one.ahead[:2]))]


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
