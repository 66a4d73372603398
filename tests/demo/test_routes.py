"""webapp/demo/routes.py: the switch for the speed of the sample shop's customers."""

import pytest

from webapp import config
from webapp.app import create_app
from webapp.db import reading, writer

LOCAL = {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"}


@pytest.fixture
def demo(tmp_path):
    """A client of the app in demo mode."""
    environ = {"TAKINGS_MODE": "demo", "TAKINGS_DATABASE": str(tmp_path / "demo.db"), "TAKINGS_LOG": "text"}
    yield create_app(config.load(environ, dotenv=None)).test_client()
    writer.close()
    writer.use(None)
    reading.close()


def test_customers_come_ten_times_as_fast_until_somebody_says_otherwise(demo):
    assert demo.get("/demo/speed", headers=LOCAL).json["speed"] == 10


@pytest.mark.parametrize("speed", [0, 1, 10, 60])
def test_the_speed_is_kept(demo, speed):
    answer = demo.post("/demo/speed", json={"speed": speed}, headers=LOCAL)

    assert (answer.status_code, answer.json) == (200, {"speed": speed})
    assert demo.get("/demo/speed", headers=LOCAL).json["speed"] == speed


def test_another_speed_is_refused(demo):
    answer = demo.post("/demo/speed", json={"speed": 7}, headers=LOCAL)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/speed"


def test_a_form_goes_back_to_its_page_and_to_no_other_site(demo):
    answer = demo.post("/demo/speed", data={"speed": "60", "back": "/orders?status=placed"}, headers=LOCAL)
    away = demo.post("/demo/speed", data={"speed": "60", "back": "//evil.example"}, headers=LOCAL)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders?status=placed")
    assert (away.status_code, away.headers["Location"]) == (303, "/")


def test_every_page_has_the_switch_and_says_that_it_is_sample_data(demo):
    page = demo.get("/sell", headers={**LOCAL, "Accept": "text/html"}).text

    assert "Sample data" in page
    assert 'action="/demo/speed"' in page
    assert '<button type="submit" name="speed" value="10" title="Ten times as fast" aria-pressed="true">' in page
