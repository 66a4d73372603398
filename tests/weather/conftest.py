"""A shop whose weather comes from a service on loopback, at an hour that the test moves."""

import pytest

from tests import making
from tests.servers.weather import KEY, WeatherServer
from webapp import clock, config, schedule
from webapp.clock import HOUR
from webapp.db import reading, writer
from webapp.jobs import queue, worker
from webapp.jobs.progress import Context
from webapp.weather import dao, jobs

assert schedule  # the jobs and the timetable are registered by being imported
PIER = {"latitude": "50.8156", "longitude": "-0.1370", "time_zone": "Europe/London"}
MORNING = "2026-11-21T10:15:00Z"


@pytest.fixture
def service():
    running = WeatherServer(clock.now_ms)
    yield running
    running.close()


@pytest.fixture(params=["openweather", "open-meteo"])
def provider(request):
    return request.param


@pytest.fixture
def settings(tmp_path, service, provider):
    """Settings of a shop that asks the service on loopback, once by each protocol."""
    environ = {
        "TAKINGS_DATABASE": str(tmp_path / "shop.db"), "TAKINGS_LOG": "text", "TAKINGS_WEATHER": provider,
        "TAKINGS_WEATHER_KEY": KEY, "TAKINGS_WEATHER_URL": service.url,
    }  # fmt: skip
    return config.load(environ, dotenv=None)


@pytest.fixture
def pier(shop, at):
    """The id of a location at the sea, at a quarter past ten."""
    at(MORNING)
    return make_place("pier")


def make_place(code, **more):
    data = {**PIER, **more}
    return making.make_location(
        code, latitude=making.Decimal(data["latitude"]), longitude=making.Decimal(data["longitude"]),
        time_zone=data["time_zone"],
    )  # fmt: skip


def refresh():
    """The weather's job is done once; its state."""
    job_id = writer.do(lambda tx, items: [queue.add(tx, jobs.KIND) for _ in items], None)
    return worker.perform(Context(worker.take(job_id)))


def standing():
    """How the weather stands now."""
    with reading.reading() as tx:
        return dao.standing(tx, clock.now_ms())


def later(at, hours=1.0):
    """The clock stands so many hours later."""
    return at(clock.format_time(clock.now_ms() + int(hours * HOUR)))
