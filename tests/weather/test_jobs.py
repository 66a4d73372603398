"""The job that asks: what, whom, how often, and what is kept of it; by both protocols."""

import pytest

from tests import making
from tests.servers.weather import KEY
from tests.weather.conftest import later, make_place, refresh, standing
from webapp import clock, config
from webapp.clock import MINUTE
from webapp.db import reading, store, writer
from webapp.jobs import registry
from webapp.remote import weather as remote
from webapp.weather import dao, jobs

ASKED = {
    "openweather": ["/data/2.5/weather", "/data/2.5/forecast"],
    "open-meteo": ["/v1/forecast", "/v1/archive"],
}  # fmt: skip


def paths(service):
    return [path for path, _ in service.asked]


def test_the_weather_of_a_location_stands_with_its_source(pier, service, provider):
    assert refresh() == "done"

    (found,) = standing()
    assert (found.code, found.source, found.temperature_c, found.condition) == ("pier", provider, 12.3, "rain")
    assert found.unknown_since_ms is None and found.trouble is None
    assert found.feels in ("cold", "cool", "mild", "warm", "hot")
    assert 10 * MINUTE > clock.now_ms() - found.observed_ms >= 0
    assert paths(service) == ASKED[provider]


def test_the_days_ahead_are_whole_days_after_today(pier, service):
    refresh()

    days = standing()[0].days
    today = store.shop().zone.day_of(clock.now_ms())
    assert [day.day - today for day in days] == list(range(1, len(days) + 1))
    assert len(days) >= 4
    assert all(day.mean_c == pytest.approx(12.3) for day in days)


def test_a_day_ahead_without_degrees_is_dropped_and_said(pier, service, provider, monkeypatch):
    name = {"openweather": "_ahead", "open-meteo": "_forecast"}[provider]
    whole = getattr(service, name)

    def holed(query):
        answer = whole(query)
        if provider == "open-meteo":
            answer["daily"]["temperature_2m_max"][3] = answer["daily"]["temperature_2m_min"][3] = None
        else:
            answer["list"][20]["main"]["temp"] = None
        return answer

    monkeypatch.setattr(service, name, holed)
    refresh()

    place = standing()[0]
    assert "missing" in place.trouble
    assert place.unknown_since_ms is None and len(place.days) >= 3


def test_the_place_and_the_key_are_asked_with_and_nothing_else_of_the_shop(pier, service, provider):
    refresh()

    for _, query in service.asked:
        said = {query.pop(name) for name in ("appid", "apikey") if name in query}
        assert said == {KEY}
        assert {query.get("lat", query.get("latitude")), query.get("lon", query.get("longitude"))} == {
            "50.8156",
            "-0.1370",
        }
        assert not set(query) & {"name", "code", "location"}


def test_a_location_is_asked_for_again_when_its_time_has_come_and_not_before(pier, service, at):
    refresh()
    service.asked.clear()
    later(at, 0.4)
    refresh()
    assert service.asked == []

    later(at, 0.2)
    service.degrees = 14.0
    refresh()

    assert standing()[0].temperature_c == 14.0
    assert paths(service)[0] in ("/data/2.5/weather", "/v1/forecast")


def test_a_clock_that_was_put_back_asks_at_once(pier, service, at):
    refresh()
    service.asked.clear()
    at("2026-11-20T10:00:00Z")

    refresh()

    assert service.asked


def test_locations_without_a_position_are_not_asked_for(pier, service):
    making.make_location("cellar")

    refresh()

    assert [one.code for one in standing()] == ["pier"]


def test_a_service_that_fails_leaves_the_weather_unknown_and_is_asked_again_sooner(pier, service, at, provider):
    refresh()
    service.bend = {"current": 500, "forecast": 500}
    failed_ms = later(at)
    refresh()

    (found,) = standing()
    assert (found.temperature_c, found.feels, found.condition) == (None, None, None)
    assert found.unknown_since_ms == failed_ms
    assert "status 500" in found.trouble

    later(at, 0.2)
    refresh()
    assert standing()[0].unknown_since_ms == failed_ms

    service.bend = {}
    later(at, 0.2)
    remote.provider(store.settings()).service._breaker.failures = 0
    refresh()
    assert standing()[0].temperature_c == 12.3


def test_a_wrong_key_is_said_without_the_key_and_asked_again_an_hour_later(pier, service, at, provider):
    service.bend = {"current": 401, "forecast": 401}

    refresh()

    said = standing()[0].trouble
    assert "401" in said and KEY not in said
    if provider == "openweather":
        assert "Invalid API key …" in said
    service.asked.clear()
    later(at, 0.9)
    refresh()
    assert service.asked == []


def test_a_reading_that_grows_old_is_not_the_present(pier, service, at):
    refresh()
    observed_ms = standing()[0].observed_ms

    later(at, 4)

    assert standing()[0].temperature_c is None
    assert standing()[0].unknown_since_ms == observed_ms


def test_a_failed_forecast_leaves_the_present_and_the_days_that_were_foreseen(pier, service, at, provider):
    refresh()
    days = standing()[0].days
    service.bend = {"ahead": 500, "forecast": lambda data: {**data, "daily": None}}
    later(at)

    refresh()

    assert standing()[0].temperature_c == 12.3
    assert standing()[0].days == days


def test_the_past_of_open_meteo_comes_from_its_archive_once_a_day(pier, service, at, provider):
    refresh()
    with reading.reading() as tx:
        days = dao.history(tx, [pier], 0, 2**31)

    if provider == "openweather":
        assert days == []
        return
    assert len(days) == 725 and {row["source"] for row in days} == {"open-meteo"}
    assert standing()[0].normal.days == 16 + 31 + 9  # of three autumns, the last without what lies ahead
    service.asked.clear()
    later(at, 23)
    refresh()
    later(at, 2)
    refresh()
    first = [query["start_date"] for path, query in service.asked if path == "/v1/archive"]
    assert first == ["2026-11-06"]


def test_a_day_that_the_shop_saw_is_kept_as_a_day(pier, service, at):
    service.bend = {"archive": 404}
    at("2026-11-21T00:05:00Z")
    for _ in range(13):
        service.degrees += 0.5
        refresh()
        later(at, 2)
    with reading.reading() as tx:
        days = [tuple(row)[2:5] for row in dao.history(tx, [pier], 0, 2**31)]

    (only,) = days
    assert clock.format_day(only[0]) == "2026-11-21"
    assert only[2] < only[1] < 19


def test_another_service_begins_anew(pier, service, tmp_path, provider):
    refresh()
    other = {"openweather": "open-meteo", "open-meteo": "openweather"}[provider]
    store._Open.settings = config.load(
        {"TAKINGS_DATABASE": str(tmp_path / "shop.db"), "TAKINGS_WEATHER": other, "TAKINGS_WEATHER_KEY": KEY,
         "TAKINGS_WEATHER_URL": service.url}, dotenv=None,
    )  # fmt: skip

    refresh()

    # Open-Meteo's reading is of this minute, OpenWeather's five minutes old: the older one is the present all the same.
    assert [(one.source, one.temperature_c) for one in standing()] == [(other, 12.3)]


def test_without_a_service_nothing_stands_and_nothing_is_asked(pier, service, tmp_path):
    refresh()
    service.asked.clear()
    store._Open.settings = config.load({"TAKINGS_DATABASE": str(tmp_path / "shop.db")}, dotenv=None)

    refresh()

    assert (standing(), service.asked) == ([], [])


def test_each_location_stands_for_itself(pier, service):
    make_place("far", latitude="-33.8688", longitude="151.2093", time_zone="Australia/Sydney")

    refresh()

    assert [one.code for one in standing()] == ["pier", "far"]
    assert standing()[1].zone.name == "Australia/Sydney"


def test_what_changed_is_told_to_the_screens_and_what_stays_unknown_is_not(pier, service, at):
    service.bend = {"current": 500, "forecast": 500}
    refresh()
    seen = reading.position()
    later(at)

    refresh()

    assert reading.position() == seen


def test_it_stands_on_the_timetable():
    assert registry.timetable[jobs.KIND].every_s == jobs.LOOK_S


def test_a_key_of_openweather_is_no_key_of_open_meteo():
    named = config.load({"TAKINGS_WEATHER": "open-meteo", "OPENWEATHER_API_KEY": KEY}, dotenv=None)
    own = config.load({"TAKINGS_WEATHER": "open-meteo", "TAKINGS_WEATHER_KEY": KEY}, dotenv=None)

    assert remote.provider(named).key is None
    assert remote.provider(named).forecast.startswith("https://api.open-meteo.com/")
    assert remote.provider(own).forecast.startswith("https://customer-api.open-meteo.com/")
    assert remote.provider(own).archive.startswith("https://customer-archive-api.open-meteo.com/")
    assert remote.provider(config.load({}, dotenv=None)) is None


def test_the_writer_is_free_while_a_service_is_asked(pier, service):
    service.bend = dict.fromkeys(("current", "forecast"), _writes)

    refresh()

    assert standing()[0].temperature_c == 12.3
    assert making.value("select count(*) from product where sku like 'MEANWHILE%'") >= 1


def _writes(data):
    """Called in the server's thread while the job waits for its answer."""
    making.make_product(f"MEANWHILE-{len(data)}")
    writer.close()
    return data
