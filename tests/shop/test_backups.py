"""The page of backups: the last good one, the list, the warning, the button."""

import gzip

import pytest

from tests import making
from webapp import clock, schedule
from webapp.db import backup, store
from webapp.jobs import worker

assert schedule  # the jobs are registered by being imported
PAGE = {"Accept": "text/html"}


@pytest.fixture
def morning(shop, at):
    """It is nine o'clock in a shop that has just been made."""
    making.make_product()
    return at(clock.format_time(clock.now_ms()))


def test_the_night_makes_a_backup_and_rotation_keeps_the_newest(morning, at, client):
    for day in range(1, 12):
        at(clock.format_time(morning + day * 86_400_000))
        worker.run_pending()

    found = client.get("/backups").json
    days = [item["at"][:10] for item in found["items"]]
    assert days == sorted(set(days), reverse=True)
    assert 7 <= len(days) <= 11
    assert found["old"] is False
    newest = backup.folder(store.path()) / found["items"][0]["file"]
    assert gzip.decompress(newest.read_bytes()).startswith(b"SQLite format 3")


def test_a_backup_that_is_older_than_two_days_is_a_warning(morning, at, client):
    worker.run_pending()
    client.post("/backups")
    worker.run_pending()
    assert "older than two days" not in client.get("/backups", headers=PAGE).text

    at(clock.format_time(morning + 3 * 86_400_000))

    assert client.get("/backups").json["old"] is True
    assert "older than two days" in client.get("/backups", headers=PAGE).text


def test_a_young_shop_without_a_backup_is_no_warning_and_an_old_one_is(morning, at, client):
    assert client.get("/backups").json["old"] is False
    at(clock.format_time(morning + 3 * 86_400_000))

    assert "There is no backup yet" in client.get("/backups", headers=PAGE).text


def test_the_button_asks_the_worker_for_one_and_a_second_press_joins(morning, client):
    first = client.post("/backups")
    again = client.post("/backups")
    form = client.post("/backups", data={"idempotency_key": "once"}, headers=PAGE)

    assert (first.status_code, again.status_code, form.status_code) == (202, 202, 303)
    assert first.json["job"]["id"] == again.json["job"]["id"]
    worker.run_pending()
    assert client.get("/backups").json["job"]["state"] == "done"


def test_a_backup_that_fails_says_why(morning, client, monkeypatch):
    monkeypatch.setattr(
        backup, "_check_packed", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    client.post("/backups")

    worker.run_pending()

    page = client.get("/backups", headers=PAGE).text
    assert "No backup was made" in page and "No space left" in page
    assert client.get("/backups").json["items"] == []


def test_the_settings_link_to_it(client):
    assert 'href="/backups"' in client.get("/settings", headers=PAGE).text
