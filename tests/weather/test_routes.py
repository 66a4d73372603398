"""The weather over HTTP: how it stands, days that are given as JSON, CSV and a form, and given back."""

import csv
import io
from decimal import Decimal

import pytest

from tests.weather.conftest import MORNING, later, make_place, refresh, standing
from webapp import clock
from webapp.db import reading
from webapp.weather import dao

PAGE = {"Accept": "text/html"}
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def provider():
    return "openweather"


@pytest.fixture
def pier(client, at):
    """The id of a location at the sea, at a quarter past ten; the app is made first, because it sets the clock, too."""
    at(MORNING)
    return make_place("pier")


def days_of(location_id):
    with reading.reading() as tx:
        return [tuple(row)[2:] for row in dao.history(tx, [location_id], 0, 2**31)]


def faults(answer):
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


# ---- How it stands ----


def test_each_location_says_now_its_class_and_where_the_next_one_begins(pier, client):
    refresh()

    (found,) = client.get("/weather").json["locations"]

    assert (found["location"], found["temperature_c"], found["condition"]) == ("pier", 12.3, "rain")
    assert found["feels"] == "mild"
    assert found["classes_from_c"] == {"cool": 5.0, "mild": 12.0, "warm": 20.0, "hot": 27.0}
    assert found["rests_on_days"] == 0
    assert found["forecast"][0] == {
        "day": "2026-11-22", "mean_c": 12.3, "low_c": 12.3, "high_c": 12.3, "rain_mm": 0.0, "condition": "clouds",
        "feels": "mild",
    }  # fmt: skip


def test_the_page_shows_why_and_the_words_that_the_terms_want(pier, client):
    refresh()

    page = client.get("/weather", headers=PAGE).text

    assert "12.3" in page and "By fixed limits" in page
    assert '<a href="https://openweathermap.org/" rel="noreferrer">Weather data provided by OpenWeather</a>' in page


def test_the_page_says_since_when_nothing_is_known_and_what_was_dropped(pier, client, service, at):
    client.post("/weather", json={"days": [day("pier", f"2025-11-{number:02}", 8.0) for number in range(5, 30)]})
    refresh()
    service.degrees = 999
    at("2026-11-21T14:05:00Z")
    refresh()

    page = client.get("/weather", headers=PAGE).text
    assert "weather unknown since 14:05, using the season: a usual day has 8.0 °C" in page.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "999" in page  # as what was dropped, in words
    found = client.get("/weather").json
    assert found["unknown_since"] == "2026-11-21T14:05:00.000Z" and found["locations"][0]["feels"] is None


def test_the_weather_of_yesterday_is_not_shown_as_that_of_today(pier, client, at):
    refresh()
    later(at, 24)

    found = client.get("/weather").json["locations"][0]

    assert (found["temperature_c"], found["feels"]) == (None, None)
    assert found["unknown_since"] is not None


def test_islands_stand_at_their_addresses_and_a_foreign_location_is_not_found(pier, client):
    refresh()
    client.post("/weather", json={"days": [day("pier", "2026-11-20", 8.0)]})

    for address in ("/weather/now", "/weather/ahead", "/weather/history?location=pier"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert 'data-island="/weather/' in answer.text
    assert client.get("/weather/history?location=moon").status_code == 404


def test_an_empty_shop_says_so(client):
    page = client.get("/weather", headers=PAGE).text

    assert "weather unknown" in page and "No day is known yet" in page
    found = client.get("/weather").json
    assert (found["source"], found["locations"]) == (None, [])


def test_unknown_locations_days_and_names_are_refused(pier, client):
    assert client.get("/weather?location=moon").status_code == 422
    assert client.get("/weather?from=soon").status_code == 422
    assert client.get("/weather?from=2026-11-02&to=2026-11-01").status_code == 422
    assert client.get("/weather?form=2026-01-01").status_code == 422


# ---- Days that are given ----


def day(location, date, mean, **more):
    return {"location": location, "day": date, "mean_c": mean, **more}


def test_given_days_are_known_and_given_back(pier, client):
    sent = [day("pier", "2026-11-19", 9.4, low_c=5, high_c=12.25, rain_mm=0.6, condition="rain"),
            {"location": "pier", "day": "2026-11-20", "low_c": 4, "high_c": 9}]  # fmt: skip

    answer = client.post("/weather", json={"days": sent})

    assert (answer.status_code, answer.json) == (201, {"kept": 2, "locations": ["pier"]})
    assert [row[1:7] for row in days_of(pier)] == [
        (9.4, 5.0, 12.25, 0.6, "rain", "csv"),
        (6.5, 4.0, 9.0, None, None, "csv"),
    ]
    text = client.get("/weather?format=csv").text
    assert next(csv.DictReader(io.StringIO(text))) == {
        "location": "pier", "day": "2026-11-19", "mean_c": "9.4", "low_c": "5.0", "high_c": "12.2", "rain_mm": "0.6",
        "condition": "rain", "source": "csv",
    }  # fmt: skip


def test_a_file_given_back_to_another_shop_says_the_same(pier, client):
    client.post("/weather", json={"days": [day("pier", f"2026-10-{number:02}", number) for number in range(1, 31)]})
    text = client.get("/weather?format=csv").data
    before = days_of(pier)

    answer = client.post("/weather", data=text, headers=CSV)

    assert answer.json["kept"] == 30
    assert days_of(pier) == before


def test_a_file_of_open_meteo_is_read_with_its_own_names(pier, client):
    text = "time,temperature_2m_mean (°C),precipitation_sum (mm)\n2026-11-19,9.4,0.6\n2026-11-20,-1.5,\n"

    answer = client.post("/weather?location=pier", data=text.encode(), headers=CSV)

    assert answer.json["kept"] == 2
    assert [row[1] for row in days_of(pier)] == [9.4, -1.5]


def test_a_file_with_semicolons_has_decimal_commas(pier, client):
    text = "location;day;mean_c\r\npier;2026-11-19;9,4\r\n\r\npier;2026-11-20;10\r\n"

    assert client.post("/weather", data=text.encode("utf-8-sig"), headers=CSV).json["kept"] == 2

    assert [row[1] for row in days_of(pier)] == [9.4, 10.0]


def test_every_fault_of_a_file_is_named_by_line_and_field_and_nothing_is_kept(pier, client):
    text = (
        "location,day,mean_c,rain_mm,condition\n"
        "pier,2026-11-19,9.4,0,rain\n"
        "pier,2026-11-32,9,0,rain\n"
        "pier,2026-11-18,999,0,rain\n"
        "pier,2026-11-17,NaN,-1,moderate\n"
        "pier,2026-11-16,,0,rain\n"
        "moon,2026-11-15,warm,0,rain\n"
        "pier,2026-11-25,9,much,rain\n"
    )

    answer = client.post("/weather", data=text, headers=CSV)

    assert faults(answer) == [
        ("/days/1/day", "not_a_time"), ("/days/2/mean_c", "too_large"), ("/days/3/mean_c", "not_a_number"),
        ("/days/3/rain_mm", "too_small"), ("/days/3/condition", "unknown"), ("/days/4/mean_c", "missing"),
        ("/days/5/mean_c", "not_a_number"), ("/days/5/location", "unknown"), ("/days/6/rain_mm", "not_a_number"),
        ("/days/6/day", "in_the_future"),
    ]  # fmt: skip
    assert "Line 7, location: There is no location moon." in [error["detail"] for error in answer.json["errors"]]
    assert answer.json["errors"][1]["detail"].startswith("Line 4, mean_c: The temperature must be at most 60")
    assert days_of(pier) == []


def test_what_only_the_shop_can_know_is_named_too(pier, client):
    sent = [
        day("moon", "2026-11-19", 9), day("pier", "2026-11-21", 9), {"location": "pier", "day": "2026-11-19", "low_c": 3},
        day("pier", "2026-11-18", 9, low_c=10), day("pier", "2026-11-17", 9, low_c=10, high_c=8),
    ]  # fmt: skip

    answer = client.post("/weather", json={"days": sent})

    assert faults(answer)[:4] == [
        ("/days/0/location", "unknown"), ("/days/1/day", "in_the_future"), ("/days/2/mean_c", "missing"),
        ("/days/3/mean_c", "unknown"),
    ]  # fmt: skip
    assert days_of(pier) == []


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"", 422, "missing"), (b"location,day,mean_c\n", 422, "missing"), (b"place,day,mean_c\na,b,c\n", 422, None),
        (b"location,day,mean_c,mean_c\n", 422, "duplicate"), (b"\xff\xfe\x00", 400, None),
        (b'location,day,mean_c\n"pier,2026-11-19,9', 400, None),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_the_reason(pier, client, text, status, code):
    answer = client.post("/weather", data=text, headers=CSV)

    assert answer.status_code == status
    assert code is None or code in {error["code"] for error in answer.json["errors"]}


def test_a_form_gives_one_day_and_keeps_what_was_typed_when_it_is_refused(pier, client):
    good = {"location": "pier", "day": "2026-11-19", "mean_c": "-0.5"}
    assert client.post("/weather", data=good, headers=PAGE).status_code == 303
    assert days_of(pier)[0][1] == -0.5

    answer = client.post("/weather", data={**good, "mean_c": "75.5", "rain_mm": "3"}, headers=PAGE)

    assert answer.status_code == 422
    assert "must be at most 60" in answer.text and 'value="75.5"' in answer.text


def test_a_file_by_a_form_is_kept_and_its_faults_stand_on_the_page(pier, client):
    good = {"file": (io.BytesIO(b"location,day,mean_c\npier,2026-11-19,9\n"), "days.csv")}
    assert client.post("/weather", data=good, headers=PAGE).status_code == 303
    assert len(days_of(pier)) == 1

    bad = {"file": (io.BytesIO(b"location,day,mean_c\npier,2026-11-19,900\n"), "days.csv")}
    answer = client.post("/weather", data=bad, headers=PAGE)

    assert answer.status_code == 422
    assert "Line 2, mean_c" in answer.text
    assert client.post("/weather", data={"idempotency_key": "x"}, headers=PAGE).status_code == 422


def test_what_the_shop_gave_stays_whatever_a_service_says_of_the_day(pier, client, service, monkeypatch):
    client.post("/weather", json={"days": [day("pier", "2025-11-19", -3.0)]})
    from webapp.remote.weather import found, openweather

    past = [found.Day(clock.parse_date(date), 9.0, None, None, None, None) for date in ("2025-11-19", "2025-11-20")]
    monkeypatch.setattr(openweather.OpenWeather, "history_why", None)
    monkeypatch.setattr(openweather.OpenWeather, "past", lambda *_: found.Found(past=past))

    refresh()

    assert [(row[1], row[6]) for row in days_of(pier)] == [(-3.0, "csv"), (9.0, "openweather")]


def test_the_season_of_given_days_is_known_at_once(pier, client):
    client.post("/weather", json={"days": [day("pier", f"2025-11-{number:02}", 2.0) for number in range(5, 30)]})
    refresh()

    (found,) = standing()

    assert found.normal.mean_c == 2.0 and found.normal.days == 24
    assert found.feels == "warm"
    assert client.get("/weather").json["locations"][0]["usual_c"] > Decimal(2)


def test_the_same_key_keeps_the_days_once(pier, client):
    headers = {"Idempotency-Key": "days-1"}
    first = client.post("/weather", json={"days": [day("pier", "2026-11-19", 9)]}, headers=headers)
    position = reading.position()
    again = client.post("/weather", json={"days": [day("pier", "2026-11-19", 9.0)]}, headers=headers)
    other = client.post("/weather", json={"days": [day("pier", "2026-11-19", 8)]}, headers=headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert reading.position() == position
