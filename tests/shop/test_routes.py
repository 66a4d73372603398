"""Channels, locations and settings over HTTP, to the letter of the contract."""

import pytest

from webapp.db import reading, store


def test_a_new_shop_has_three_channels_and_one_location(client):
    channels = client.get("/channels").json["items"]
    locations = client.get("/locations").json["items"]

    assert [(one["code"], one["kind"]) for one in channels] == [
        ("online", "online"), ("store", "store"), ("marketplace", "marketplace"),
    ]  # fmt: skip
    assert [one["code"] for one in locations] == ["main"]


def test_a_channel_is_made_once(client):
    made = client.post("/channels", json={"code": "amz", "name": "Amazon", "kind": "marketplace"})
    again = client.post("/channels", json={"code": "amz", "name": "Other", "kind": "marketplace"})

    assert (made.status_code, made.json["id"], made.json["seq"]) == (201, 4, 1)
    assert (again.status_code, again.json["code"], again.json["id"]) == (409, "duplicate", 4)
    assert reading.position() == 1


def test_a_location_keeps_where_it_is(client):
    sent = {"code": "pier", "name": "Pier", "region": "GB-BNH", "latitude": 50.8165, "longitude": -0.1372,
            "time_zone": "Europe/London"}  # fmt: skip

    made = client.post("/locations", json=sent).json

    assert {name: made[name] for name in sent} == sent
    assert client.get("/locations").json["items"][1] == {name: made[name] for name in (*sent, "id")}


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("code", "", "missing"), ("code", "x" * 101, "too_long"), ("code", 7, "not_text"), ("region", "gb", "unknown"),
        ("latitude", 91, "too_large"), ("longitude", -181, "too_small"), ("latitude", "1", "not_a_number"),
        ("time_zone", "Mars/Base", "unknown"), ("size", 1, "unknown_field"), ("latitude", 1.1234567, "too_precise"),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named(client, member, value, code):
    answer = client.post("/locations", json={"code": "pier", member: value})

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(f"/{member}", code)]


def test_lists_go_on_where_they_ended(client):
    first = client.get("/channels?limit=2").json
    rest = client.get(first["next"]).json

    assert [one["id"] for one in (*first["items"], *rest["items"])] == [1, 2, 3]
    assert rest["next"] is None
    assert client.get("/channels?format=csv").text.splitlines()[1] == "1,online,Online,online"


def test_name_and_locale_can_change_and_the_rest_cannot(client):
    changed = client.patch("/settings", json={"name": "Harbour & Pine", "locale": "en-US"})
    refused = client.patch("/settings", json={"currency": "EUR", "name": None})

    assert changed.json["name"] == "Harbour & Pine"
    assert client.get("/settings").json == changed.json == {
        "name": "Harbour & Pine", "locale": "en_US", "currency": "GBP", "time_zone": "Europe/London",
        "mode": "production",
    }  # fmt: skip
    assert [(error["pointer"], error["code"]) for error in refused.json["errors"]] == [
        ("/name", "missing"), ("/currency", "unknown_field"),
    ]  # fmt: skip


def test_each_setting_that_changes_takes_a_number_of_the_history(client):
    client.patch("/settings", json={"name": "One", "locale": "en_US"})
    client.patch("/settings", json={"name": "One"})

    assert reading.position() == 2


def test_the_page_works_without_script(client):
    page = client.get("/settings", headers={"Accept": "text/html"})
    done = client.post("/channels", data={"code": "fair", "kind": "store"}, headers={"Accept": "text/html"})
    failed = client.post("/locations", data={"code": "", "region": "x"}, headers={"Accept": "text/html"})

    for address in ("/channels/new", "/locations/new"):
        assert client.get(address, headers={"Accept": "text/html"}).status_code == 200
    assert (page.status_code, done.status_code, failed.status_code) == (200, 303, 422)
    assert done.headers["Location"] == "/settings#channels"
    assert "The location was not added" in failed.text and 'value="x"' in failed.text


def test_settings_that_another_process_has_changed_are_not_changed_over_it(client, monkeypatch):
    before, read = store.shop(), client.get("/settings")
    assert client.patch("/settings", json={"name": "Theirs"}).status_code == 200
    monkeypatch.setattr(store._Open, "shop", before)  # as another process knows it for a moment

    answer = client.patch("/settings", json={"name": "Mine"}, headers={"If-Match": read.headers["ETag"]})

    assert answer.status_code == 412
    assert client.get("/settings").json["name"] == "Theirs"
