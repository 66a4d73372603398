"""The page of backups: the last good one, the list, the warning, the button."""

import dataclasses
import re

import pytest

from tests import making
from tests.making import spoil
from webapp import clock, schedule, verify
from webapp.db import backup, reading, store, writer
from webapp.jobs import worker

assert schedule  # the jobs are registered by being imported
PAGE = {"Accept": "text/html"}


@pytest.fixture
def morning(shop, at):
    """It is now in a shop that has just been made, and stays so."""
    making.make_product()
    return at(clock.format_time(clock.now_ms()))


def nine(day):
    """Nine o'clock so many days from now."""
    zone = store.shop().zone
    begin_ms, _ = zone.bounds(zone.day_of(clock.now_ms()) + day)
    return clock.format_time(begin_ms + 9 * 3_600_000)


def test_the_night_makes_a_backup_and_rotation_keeps_the_newest(morning, at, client):
    for moment in [nine(day) for day in range(1, 12)]:
        at(moment)
        worker.run_pending()

    found = client.get("/backups").json
    days = [item["at"][:10] for item in found["items"]]
    assert days == sorted(set(days), reverse=True)
    assert 7 <= len(days) <= 11
    assert found["old"] is False
    newest = backup.folder(store.path()) / found["items"][0]["file"]
    assert making.is_backup(newest)


def test_a_backup_that_is_older_than_two_days_is_a_warning(morning, at, client):
    worker.run_pending()
    client.post("/backups")
    worker.run_pending()
    assert "older than two days" not in client.get("/backups", headers=PAGE).text

    at(clock.format_time(morning + 3 * 86_400_000))

    assert client.get("/backups").json["old"] is True
    assert client.get("/readyz").json["warnings"] == ["The last backup is older than two days."]
    [age] = re.findall(r"^takings_backup_age_seconds (\S+)$", client.get("/metrics").text, re.M)
    assert 2 * 86_400 < float(age) <= 3 * 86_400 + 1
    assert "older than two days" in client.get("/backups", headers=PAGE).text


def test_a_young_shop_without_a_backup_is_no_warning_and_an_old_one_is(morning, at, client):
    assert client.get("/backups").json["old"] is False
    assert client.get("/readyz").json["warnings"] == []
    at(clock.format_time(morning + 3 * 86_400_000))

    assert "There is no backup yet" in client.get("/backups", headers=PAGE).text
    assert client.get("/readyz").json["warnings"] == ["There is no backup yet."]
    assert "takings_backup_age_seconds" not in client.get("/metrics").text


def test_the_sample_shop_warns_of_nothing(morning):
    late = clock.now_ms() + 30 * 86_400_000
    with reading.reading() as tx:
        assert backup.warning(tx, store.path(), "demo", late) is None
        assert backup.warning(tx, store.path(), "production", late) is not None


def test_the_night_of_the_sample_shop_makes_none_and_that_of_a_shop_does(morning, at, monkeypatch):
    first, second = nine(1), nine(2)
    at(first)
    monkeypatch.setattr(store._Open, "shop", dataclasses.replace(store.shop(), mode="demo"))
    worker.run_pending()
    assert backup.kept(store.path()) == []

    monkeypatch.undo()
    at(second)
    worker.run_pending()

    assert len(backup.kept(store.path())) == 1


def test_readiness_says_that_selling_is_stopped_and_stays_ready(morning, client):
    writer.do(worker._beat, "worker")
    spoil("update product set price_minor = 1")
    verify.check_fully()

    answer = client.get("/readyz")

    assert answer.json["warnings"] == ["Selling is stopped; everything can still be read."]
    assert answer.status_code == 200


def test_the_button_asks_the_worker_for_one_and_a_second_press_joins(morning, client):
    first = client.post("/backups")
    again = client.post("/backups")
    form = client.post("/backups", data={"idempotency_key": "once"}, headers=PAGE)

    assert (first.status_code, again.status_code, form.status_code) == (202, 202, 303)
    assert first.json["job"]["id"] == again.json["job"]["id"]
    worker.run_pending()
    assert client.get("/backups").json["job"]["state"] == "done"


def test_a_backup_that_fails_says_why(morning, client, monkeypatch):
    monkeypatch.setattr(backup, "sync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    client.post("/backups")

    worker.run_pending()

    page = client.get("/backups", headers=PAGE).text
    assert "No backup was made" in page and "No space left" in page
    assert client.get("/backups").json["items"] == []


def test_the_settings_link_to_it(client):
    assert 'href="/backups"' in client.get("/settings", headers=PAGE).text
