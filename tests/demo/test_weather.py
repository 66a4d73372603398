"""The sample shop's weather: two years behind, a week ahead, said to be made up, kept up to now."""

from itertools import pairwise

import pytest

from tests import making
from tests.demo.conftest import NOW_MS
from tests.servers.weather import KEY, WeatherServer
from webapp import clock, config, schedule
from webapp.clock import DAY, HOUR
from webapp.db import reading, store, writer
from webapp.demo import climate, plan, weather
from webapp.jobs import queue, worker
from webapp.jobs.progress import Context
from webapp.weather import dao, jobs

assert schedule
STORES = ["quayside", "old-town", "station"]


def standing():
    with reading.reading() as tx:
        return dao.standing(tx, clock.now_ms())


def refresh():
    job_id = writer.do(lambda tx, items: [queue.add(tx, jobs.KIND) for _ in items], None)
    return worker.perform(Context(worker.take(job_id)))


def move(tmp_path, now_ms):
    (tmp_path / "clock").write_text(clock.format_time(now_ms))


def test_every_store_has_its_days_behind_and_a_week_ahead(keep_at):
    keep_at()

    found = standing()

    assert [one.code for one in found] == STORES
    assert {one.source for one in found} == {"sample"}
    assert [len(one.days) for one in found] == [weather.DAYS_AHEAD] * 3
    today = store.shop().zone.day_of(NOW_MS)
    with reading.reading() as tx:
        days = dao.history(tx, [found[0].location_id], 0, 2**31)
    assert [row["day"] for row in days] == list(range(today - plan.DAYS, today))
    assert days[-1]["mean_c"] == climate.weather("quayside", today - 1).mean_c


def test_the_source_says_that_it_is_made_up(keep_at):
    keep_at()

    with reading.reading() as tx:
        assert "Made up" in dao.find_sources(tx)["sample"]["attribution"]


def test_the_worker_keeps_it_up_to_now(keep_at, tmp_path):
    keep_at()
    move(tmp_path, NOW_MS + DAY + HOUR)
    assert standing()[0].temperature_c is None

    assert refresh() == "done"

    assert standing()[0].temperature_c is not None
    assert making.value("select count(*) from weather_day where ahead = 0") == 3 * (plan.DAYS + 1)


def test_a_start_after_a_pause_fills_the_gap(keep_at):
    keep_at()
    keep_at(NOW_MS + 3 * DAY)

    assert making.value("select count(*) from weather_day where ahead = 0") == 3 * (plan.DAYS + 3)


def test_the_temperature_goes_through_the_day_without_a_jump():
    zone = clock.Zone("Europe/London")
    quarter = HOUR // 4
    course = [weather.look("quayside", zone, NOW_MS + number * quarter).now.temperature_c for number in range(4 * 72)]

    steps = [abs(later - earlier) for earlier, later in pairwise(course)]

    assert max(course) - min(course) > 3
    assert max(steps) < 2


def test_a_place_that_the_sample_shop_does_not_know_has_no_weather():
    assert weather.look("moon", clock.Zone("Europe/London"), NOW_MS) is None


@pytest.fixture
def asking(monkeypatch, tmp_path):
    """The sample shop, told to ask a real service; the service."""
    service = WeatherServer(clock.now_ms)
    environ = {
        "TAKINGS_MODE": "demo", "TAKINGS_DATABASE": str(tmp_path / "demo.db"), "TAKINGS_LOG": "text",
        "TAKINGS_WEATHER": "open-meteo", "TAKINGS_WEATHER_KEY": KEY, "TAKINGS_WEATHER_URL": service.url,
    }  # fmt: skip
    yield service, config.load(environ, dotenv=None)
    service.close()


def test_told_to_it_asks_the_real_service_and_keeps_its_own_past_apart(keep_at, asking):
    keep_at()
    service, settings = asking
    store.open(settings)

    assert refresh() == "done"

    found = standing()
    assert {one.source for one in found} == {"open-meteo"}
    assert found[0].temperature_c == service.degrees
    assert {path for path, _ in service.asked} == {"/v1/forecast"}
    assert making.value("select count(*) from weather_day where ahead = 0 and source <> 'sample'") == 0
