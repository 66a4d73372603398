"""OpenWeather: the present by /data/2.5/weather, five days ahead in steps of three hours by /data/2.5/forecast.

`cod` is a number in one answer and a text in the other, so it is compared as text; members that do not apply are left
out. Past days need a plan that is paid for by the place and are not asked: the shop keeps what it saw.
Source: openweathermap.org/current, openweathermap.org/forecast5.
"""

from collections import Counter, defaultdict
from typing import Any, ClassVar

from webapp.clock import MINUTE, format_day
from webapp.remote.client import Failure, Service
from webapp.remote.weather.found import (
    Day,
    Found,
    Nonsense,
    Now,
    Place,
    check_moment,
    check_place,
    column,
    fetch,
    make_day,
    make_now,
    member,
    number,
    rain,
    temperature,
)

BASE = "https://api.openweathermap.org"
# Steps of a day that must be there for its low and high to mean something: one in each quarter of it.
QUARTERS = 4
_GROUPS = {2: "storm", 3: "rain", 5: "rain", 6: "snow", 7: "fog"}


class OpenWeather:
    """OpenWeather by its free plan: 60 calls a minute, a place at most every ten minutes."""

    code: ClassVar[str] = "openweather"
    name: ClassVar[str] = "OpenWeather"
    attribution: ClassVar[str] = "Weather data provided by OpenWeather"
    address: ClassVar[str] = "https://openweathermap.org/"
    every_ms: ClassVar[int] = 30 * MINUTE
    history_why: str | None = (
        "OpenWeather tells past days only to those who pay for them, so the shop keeps what it sees"
    )

    def __init__(self, key: str, base: str | None = None) -> None:
        self.key = key
        self.base = base or BASE
        self.service = Service(self.name, deadline_s=12.0, most_bytes=1 << 20)

    def look(self, place: Place, now_ms: int) -> Found:
        """The weather now and the whole days ahead; nonsense is dropped and named. Raises Failure for the present."""
        found = Found()
        try:
            found.now = _now(self._ask("/data/2.5/weather", place), place, now_ms)
        except Nonsense as problem:
            found.dropped.append(f"{self.name}: {problem}.")
        try:
            data = self._ask("/data/2.5/forecast", place)
            check_place(place, member(data, "city", "coord", "lat"), member(data, "city", "coord", "lon"))
            found.ahead, dropped = _days(column(data, "list"), place, now_ms)
            found.dropped += [f"{self.name}, ahead: {words}." for words in dropped]
        except (Nonsense, Failure) as problem:
            found.dropped.append(f"{self.name}, ahead: {str(problem).removesuffix('.')}.")
        return found

    def past(self, place: Place, first: int, last: int) -> Found:
        """Nothing: see history_why."""
        return Found()

    def _ask(self, path: str, place: Place) -> Any:
        params = {"lat": f"{place.latitude:.4f}", "lon": f"{place.longitude:.4f}", "units": "metric", "appid": self.key}
        data = fetch(self.service, self.base + path, params, self.key)
        said = str(member(data, "cod"))
        if said != "200":
            raise Nonsense(f"the answer has the code {said[:20]}")
        return data


def _now(data: Any, place: Place, now_ms: int) -> Now:
    check_place(place, member(data, "coord", "lat"), member(data, "coord", "lon"))
    observed_ms = check_moment(_moment(member(data, "dt")), now_ms)
    return make_now(observed_ms, member(data, "main", "temp"), _fallen(data, "1h"), _condition(data))


def _moment(seconds: Any) -> int | None:
    known = number(seconds, 0, 1e11)
    return None if known is None else int(known * 1000)


def _fallen(data: Any, hours: str) -> float:
    # Neither member is there when nothing falls.
    return sum(rain(member(data, kind, hours)) or 0.0 for kind in ("rain", "snow"))


def _condition(data: Any) -> str | None:
    kinds = column(data, "weather")
    return condition(member(kinds[0], "id")) if kinds else None


def condition(kind: Any) -> str | None:
    """The word for a weather condition id (openweathermap.org/weather-conditions), None for one that is not known."""
    known = number(kind, 200, 899)
    if known is None:
        return None
    if known >= 800:
        return "clear" if known == 800 else "clouds"
    return _GROUPS.get(int(known) // 100)


def _days(steps: Any, place: Place, now_ms: int) -> tuple[list[Day], list[str]]:
    """The whole days after today, and what was dropped of them; a day with a hole has no low and high, so it is no day."""
    by_day: dict[int, list[Any]] = defaultdict(list)
    for step in steps:
        at_ms = _moment(member(step, "dt"))
        if at_ms is not None:
            by_day[place.zone.day_of(at_ms)].append((place.zone.hour_of(at_ms)[1], step))
    days, dropped = [], []
    last = max(by_day, default=0)
    for day, entries in sorted(by_day.items()):
        if day <= place.zone.day_of(now_ms):
            continue
        try:
            days.append(_day(day, entries))
        except Nonsense as problem:
            if day != last:  # the last one is cut off by the hour at which was asked
                dropped.append(str(problem))
    return days, dropped


def _day(day: int, entries: list[Any]) -> Day:
    degrees = [member(step, "main", "temp") for _, step in entries]
    known = [read for read in map(temperature, degrees) if read is not None]
    quarters = {hour // 6 for hour, step in entries if temperature(member(step, "main", "temp")) is not None}
    if len(known) < len(degrees) or len(quarters) < QUARTERS:
        raise Nonsense(f"{format_day(day)}: hours of it are missing or make no sense")
    words = Counter(word for _, step in entries if (word := _condition(step)) is not None)
    fallen = sum(_fallen(step, "3h") for _, step in entries)
    most = words.most_common(1)[0][0] if words else None
    return make_day(day, sum(known) / len(known), min(known), max(known), fallen, most)
