"""Fault 30: a weather service sends nonsense. It is dropped and said; no screen and no row ever holds it."""

import json
import math

import pytest

from tests import making
from tests.servers.weather import KEY, WeatherServer
from webapp import clock, config, schedule
from webapp.db import reading, store, writer
from webapp.jobs import queue, worker
from webapp.jobs.progress import Context
from webapp.remote import weather as remote
from webapp.remote.weather import found, openmeteo, openweather
from webapp.weather import dao, jobs

assert schedule
HOUR_S = 3600
UNKNOWN = "weather unknown since 14:05"


def at(*names, value):
    """The answer with another value at a place in it."""

    def bend(data):
        here = data
        for name in names[:-1]:
            here = here[name]
        here[names[-1]] = value(here[names[-1]]) if callable(value) else value
        return data

    return bend


def without(*names):
    """The answer without a member."""

    def bend(data):
        here = data
        for name in names[:-1]:
            here = here[name]
        del here[names[-1]]
        return data

    return bend


PRESENT = {
    "openweather": {
        "NaN": at("main", "temp", value=math.nan), "infinite": at("main", "temp", value=math.inf),
        "999 degrees": at("main", "temp", value=999), "-273 degrees": at("main", "temp", value=-273.15),
        "kelvin": at("main", "temp", value=285.4), "null": at("main", "temp", value=None),
        "a text": at("main", "temp", value="12.3"), "a truth": at("main", "temp", value=True),
        "missing": without("main", "temp"), "nothing measured": without("main"), "no moment": without("dt"),
        "yesterday's": at("dt", value=lambda seconds: seconds - 26 * HOUR_S),
        "tomorrow's": at("dt", value=lambda seconds: seconds + 26 * HOUR_S),
        "another place": at("coord", "lat", value=-33.9), "cod 404 as a text": at("cod", value="404"),
        "a list": lambda data: [data, data], "a number": lambda data: 7, "empty": lambda data: {},
        "HTML": b"<html><body>Service under maintenance</body></html>", "half": b'{"main": {"temp": 12.',
    },
    "open-meteo": {
        "NaN": at("current", "temperature_2m", value=math.nan), "infinite": at("current", "temperature_2m", value=-math.inf),
        "999 degrees": at("current", "temperature_2m", value=999),
        "-273 degrees": at("current", "temperature_2m", value=-273.15), "null": at("current", "temperature_2m", value=None),
        "missing": without("current", "temperature_2m"), "nothing measured": without("current"),
        "fahrenheit": at("current_units", "temperature_2m", value="°F"), "no moment": without("current", "time"),
        "yesterday's": at("current", "time", value="2026-11-20T14:00"), "a strange time": at("current", "time", value="T25:99"),
        "another place": at("longitude", value=151.2), "an error with 200": lambda data: {"error": True, "reason": "no"},
        "two places": lambda data: [data, data], "a number": lambda data: 7,
        "HTML": b"<html><body>Service under maintenance</body></html>", "half": b'{"current": {"temp',
    },
}  # fmt: skip
CASES = [(provider, name) for provider, cases in PRESENT.items() for name in cases]


@pytest.fixture
def open_shop(tmp_path, database):
    """Open a shop at five past two that asks a service on loopback by a protocol; the service."""
    services = []

    def make(provider):
        (tmp_path / "clock").write_text("2026-11-21T14:05:00Z")
        service = WeatherServer(clock.now_ms)
        services.append(service)
        environ = {
            **database, "TAKINGS_LOG": "text", "TAKINGS_WEATHER": provider,
            "TAKINGS_WEATHER_KEY": KEY, "TAKINGS_WEATHER_URL": service.url,
            "TAKINGS_CLOCK_FILE": str(tmp_path / "clock"),
        }  # fmt: skip
        store.open(config.load(environ, dotenv=None))
        clock.set_clock_file(tmp_path / "clock")
        making.make_location(
            "pier", latitude=making.Decimal("50.8"), longitude=making.Decimal("-0.1"), time_zone="Europe/London"
        )
        return service

    yield make
    for service in services:
        service.close()
    writer.close()
    writer.use(None)
    reading.close()
    clock.set_clock_file(None)


def refresh():
    """The weather's job is done once, as the worker does it."""
    job_id = writer.do(lambda tx, items: [queue.add(tx, jobs.KIND) for _ in items], None)
    assert worker.perform(Context(worker.take(job_id))) == "done"


def pages():
    """Every face of the weather."""
    from webapp.app import create_app

    client = create_app(store.settings()).test_client()
    return client.get("/weather").json, client.get("/weather", headers={"Accept": "text/html"}).text


def kept():
    """Every number that is kept of the weather."""
    numbers = [value for row in making.query("select temperature_c, rain_mm from weather_reading") for value in row]
    numbers += [
        value for row in making.query("select mean_c, low_c, high_c, rain_mm from weather_day") for value in row
    ]
    return [value for value in numbers if value is not None]


def sane(number):
    """Whether the weather can be so."""
    return math.isfinite(number) and -90 <= number <= 2000


def holds(provider, service):
    """What must be true after nonsense: unknown, said, and not a trace of it."""
    refresh()
    answer, page = pages()
    (location,) = answer["locations"]
    unknown = (location["temperature_c"], location["condition"], location["feels"]) == (None, None, None)
    return (
        unknown and location["unknown_since"] == answer["unknown_since"] == "2026-11-21T14:05:00.000Z"
        and UNKNOWN in page and bool(location["trouble"]) and "NaN" not in json.dumps(answer)
        and all(map(sane, kept())) and KEY not in page
    )  # fmt: skip


@pytest.mark.parametrize(("provider", "name"), CASES)
def test_fault_30_nonsense_is_dropped_and_the_weather_is_unknown(open_shop, provider, name, figures):
    service = open_shop(provider)
    service.bend = {("current" if provider == "openweather" else "forecast"): PRESENT[provider][name]}

    assert holds(provider, service)
    figures(30, kinds_of_nonsense=1, kept=0)


@pytest.mark.parametrize("provider", list(PRESENT))
def test_fault_30_a_good_answer_is_not_dropped(open_shop, provider):
    service = open_shop(provider)

    assert not holds(provider, service)

    with reading.reading() as tx:
        (one,) = dao.standing(tx, clock.now_ms())
    assert (one.temperature_c, one.unknown_since_ms) == (12.3, None)
    assert 12.3 in kept()


@pytest.mark.parametrize("provider", list(PRESENT))
def test_fault_30_nonsense_ahead_drops_its_day_alone(open_shop, provider):
    service = open_shop(provider)

    def spoil(data):
        if provider == "openweather":
            for step in data["list"][6:14]:
                step["main"]["temp"] = math.nan
            return data
        data["daily"]["temperature_2m_max"][2] = 999
        data["daily"]["temperature_2m_min"][3] = None
        data["daily"]["temperature_2m_max"][4] = -273
        data["daily"]["precipitation_sum"][1] = -5
        return data

    service.bend = {("ahead" if provider == "openweather" else "forecast"): spoil}
    refresh()

    with reading.reading() as tx:
        (one,) = dao.standing(tx, clock.now_ms())
    assert one.temperature_c == 12.3
    assert 0 < len(one.days) < 7
    assert "ahead" in one.trouble
    assert all(map(sane, kept()))


@pytest.mark.parametrize("provider", list(PRESENT))
def test_fault_30_the_control_a_build_that_looks_at_no_place_shows_the_weather_of_another(
    open_shop, provider, monkeypatch
):
    for module in (openweather, openmeteo):
        monkeypatch.setattr(module, "check_place", lambda *_: None)
    service = open_shop(provider)
    service.bend = {("current" if provider == "openweather" else "forecast"): PRESENT[provider]["another place"]}

    assert not holds(provider, service)

    assert pages()[0]["locations"][0]["temperature_c"] == 12.3


@pytest.mark.parametrize("provider", list(PRESENT))
def test_fault_30_the_control_a_build_that_believes_every_number_finds_999_degrees(open_shop, provider, monkeypatch):
    service = open_shop(provider)
    service.bend = {("current" if provider == "openweather" else "forecast"): PRESENT[provider]["999 degrees"]}
    place, asked = remote.Place(50.8, -0.1, store.shop().zone), remote.provider(store.settings())
    assert asked.look(place, clock.now_ms()).now is None

    monkeypatch.setattr(found, "number", lambda value, least, most: value)

    assert asked.look(place, clock.now_ms()).now.temperature_c == 999
