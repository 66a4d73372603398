"""Open-Meteo: the present and a week ahead by /v1/forecast, past days by /v1/archive.

Values come as columns with holes; times are local, without an offset. With a key the customers' hosts are asked;
without one the free ones, whose terms allow no trade. Source: open-meteo.com/en/docs, github open-meteo/open-meteo.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from webapp.clock import DAY, MINUTE, TimeError, format_day, parse_date
from webapp.remote.client import Service
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
)

DAYS_AHEAD = 8  # today among them
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})", re.ASCII)
_NOW = "temperature_2m,precipitation,weather_code"
_AHEAD = "weather_code,temperature_2m_mean,temperature_2m_max,temperature_2m_min,precipitation_sum"
# WMO code table 4677 as Open-Meteo uses it: the highest code of each kind.
_CODES = (
    (1, "clear"), (3, "clouds"), (48, "fog"), (67, "rain"), (77, "snow"), (82, "rain"), (86, "snow"), (99, "storm"),
)  # fmt: skip


class OpenMeteo:
    """Open-Meteo, with a key or, for what is no trade, without one (10,000 calls a day)."""

    code: ClassVar[str] = "open-meteo"
    name: ClassVar[str] = "Open-Meteo"
    attribution: ClassVar[str] = "Weather data by Open-Meteo.com (CC BY 4.0)"
    address: ClassVar[str] = "https://open-meteo.com/"
    every_ms: ClassVar[int] = 30 * MINUTE
    history_why: str | None = None

    def __init__(self, key: str | None = None, base: str | None = None) -> None:
        customer = "customer-" if key else ""
        self.key = key
        self.forecast = f"{base or f'https://{customer}api.open-meteo.com'}/v1/forecast"
        self.archive = f"{base or f'https://{customer}archive-api.open-meteo.com'}/v1/archive"
        self.service = Service(self.name, deadline_s=12.0, most_bytes=4 << 20)

    def look(self, place: Place, now_ms: int) -> Found:
        """The weather now and the days ahead; nonsense is dropped and named. Raises client.Failure."""
        found = Found()
        asked = {"current": _NOW, "daily": _AHEAD, "forecast_days": DAYS_AHEAD}
        try:
            data = self._ask(self.forecast, place, asked)
        except Nonsense as problem:
            found.dropped.append(f"{self.name}: {problem}.")
            return found
        try:
            found.now = _now(data, place, now_ms)
        except Nonsense as problem:
            found.dropped.append(f"{self.name}: {problem}.")
        days, dropped = _days(member(data, "daily"), member(data, "daily_units"), holes=True)
        found.ahead = [day for day in days if day.day > place.zone.day_of(now_ms)]
        found.dropped += [f"{self.name}, ahead: {words}." for words in dropped]
        return found

    def past(self, place: Place, first: int, last: int) -> Found:
        """The days from first to last that the archive has; the newest five or so it does not have yet."""
        asked = {
            "start_date": format_day(first), "end_date": format_day(last),
            "daily": "temperature_2m_mean,temperature_2m_max,temperature_2m_min,precipitation_sum",
        }  # fmt: skip
        try:
            data = self._ask(self.archive, place, asked)
        except Nonsense as problem:
            return Found(dropped=[f"{self.name}, past days: {problem}."])
        days, dropped = _days(member(data, "daily"), member(data, "daily_units"), holes=False)
        known = [day for day in days if first <= day.day <= last]
        return Found(past=known, dropped=[f"{self.name}, past days: {words}." for words in dropped])

    def _ask(self, url: str, place: Place, asked: dict[str, Any]) -> Any:
        params = {
            "latitude": f"{place.latitude:.4f}", "longitude": f"{place.longitude:.4f}", **asked,
            "timezone": place.zone.name, **({"apikey": self.key} if self.key else {}),
        }  # fmt: skip
        data = fetch(self.service, url, params, self.key)
        if isinstance(data, list) and len(data) == 1:
            data = data[0]
        if not isinstance(data, dict) or member(data, "error") is True:
            raise Nonsense("the answer is no forecast")
        check_place(place, member(data, "latitude"), member(data, "longitude"))
        return data


def _now(data: Any, place: Place, now_ms: int) -> Now:
    current, units = member(data, "current"), member(data, "current_units")
    _check_celsius(units, "temperature_2m")
    observed_ms = _instant(member(current, "time"), member(data, "utc_offset_seconds"), place)
    return make_now(
        check_moment(observed_ms, now_ms), member(current, "temperature_2m"), member(current, "precipitation"),
        condition(member(current, "weather_code")),
    )  # fmt: skip


def _check_celsius(units: Any, name: str) -> None:
    unit = member(units, name)
    if unit not in (None, "°C"):
        raise Nonsense(f"it measures in {str(unit)[:10]}")


def _instant(local: Any, offset_s: Any, place: Place) -> int | None:
    match = _LOCAL.match(local) if isinstance(local, str) else None
    try:
        day = parse_date(match[1]) if match else None
    except TimeError:
        day = None
    if match is None or day is None or int(match[2]) > 23 or int(match[3]) > 59:
        return None
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    known = number(offset_s, -86_400, 86_400)
    return place.zone.at(day, seconds) if known is None else day * DAY + int(seconds - known) * 1000


def condition(code: Any) -> str | None:
    """The word for a WMO code, None for one that is not known."""
    known = number(code, 0, 99)
    return None if known is None else next(word for highest, word in _CODES if known <= highest)


def _days(daily: Any, units: Any, *, holes: bool) -> tuple[list[Day], list[str]]:
    """Each day of the columns that makes sense, and what was dropped; holes: a day without degrees is worth a word, too."""
    days, dropped = [], []
    try:
        for name in ("temperature_2m_mean", "temperature_2m_max", "temperature_2m_min"):
            _check_celsius(units, name)
    except Nonsense as problem:
        return [], [str(problem)]
    for index, date in enumerate(column(daily, "time")):
        mean, high, low = (_at(daily, f"temperature_2m_{name}", index) for name in ("mean", "max", "min"))
        if not holes and mean is None and (high is None or low is None):
            continue
        try:
            code = condition(_at(daily, "weather_code", index))
            days.append(make_day(parse_date(str(date)), mean, low, high, _at(daily, "precipitation_sum", index), code))
        except (Nonsense, TimeError) as problem:
            dropped.append(str(problem).removesuffix("."))
    return days, dropped


def _at(daily: Any, name: str, index: int) -> Any:
    values: Sequence[Any] = column(daily, name)
    return values[index] if index < len(values) else None
