"""The same topics as server-sent events, over the app."""

import json

import pytest
from flask import Flask
from jinja2 import DictLoader

from tests.live import toy
from webapp.db import writer
from webapp.errors import Problem
from webapp.live import hub as process
from webapp.live import islands, socket, sse, topics
from webapp.live.messages import Wanted


@pytest.fixture
def app(shop, monkeypatch):
    """An app with the live channel alone, over toy topics."""
    known = topics.Topics()
    known.topic("orders", toy.shape, newest=toy.newest)
    known.topic("analytics", state=toy.totals, follows=["orders"])
    monkeypatch.setattr(topics, "known", known)
    monkeypatch.setattr(islands, "known", toy.make_islands())
    process.forget()
    app = Flask(__name__)
    app.jinja_loader = DictLoader(toy.TEMPLATES)
    socket.register(app)

    @app.errorhandler(Problem)
    def problem(error):
        return error.as_json(), error.status

    yield app
    process.forget()


def parsed(text):
    """The events of a text: (event, id, data)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


def open_stream(app, address, **headers):
    """(status, next events) of a request for events."""
    answer = app.test_client().get(address, headers=headers, buffered=False)
    chunks = iter(answer.response)

    def following(count):
        found = []
        while len(found) < count:
            found += parsed(next(chunks).decode())
        return found

    return answer, following


def test_events_have_the_topic_an_id_and_the_same_object(app):
    answer, following = open_stream(app, "/events?topics=orders,analytics")
    epoch = process.current().tail.epoch

    first = following(2)
    toy.sell(480)
    later = following(2)

    assert answer.mimetype == "text/event-stream"
    assert [(name, number) for name, number, _ in first] == [("ready", f"{epoch}-0"), ("analytics", f"{epoch}-0")]
    assert later[0][:2] == ("orders", f"{epoch}-1")
    assert later[0][2]["data"] == {"id": 1, "amount": 480, "status": "placed"}
    assert (later[1][0], later[1][2]["data"]["orders"]) == ("analytics", 1)


def test_several_orders_are_several_events_and_never_an_array(app):
    _, following = open_stream(app, "/events?topics=orders")
    following(1)

    toy.sell(1, 2, 3)

    assert [event[2]["seq"] for event in following(3)] == [1, 2, 3]


@pytest.mark.parametrize("form", ["{epoch}-1", "1"])
def test_last_event_id_takes_up_where_it_was_cut_off(app, shop, form):
    toy.sell(1, 2, 3)

    _, following = open_stream(app, "/events?topics=orders", **{"Last-Event-ID": form.format(epoch=shop.epoch)})

    assert [(name, data["seq"]) for name, _, data in following(3)] == [("orders", 2), ("orders", 3), ("ready", 3)]


def test_since_in_the_address_does_the_same(app):
    toy.sell(1, 2, 3)

    _, following = open_stream(app, "/events?topics=orders&since=2")

    assert [data["seq"] for _, _, data in following(2)] == [3, 3]


@pytest.mark.parametrize("last", ["other-1", "nonsense", "99"])
def test_an_id_of_another_history_is_a_reset(app, last):
    toy.sell(1, 2)

    _, following = open_stream(app, "/events?topics=orders", **{"Last-Event-ID": last})
    (name, number, data), ready = following(2)

    assert (name, data["reason"], data["seq"]) == ("reset", "restored", 2)
    assert [order["id"] for order in data["data"]["orders"]] == [2, 1]
    assert number.endswith("-2") and ready[0] == "ready"


@pytest.mark.parametrize(
    ("address", "parameter"),
    [("/events", "topics"), ("/events?topics=nothing", "topics"), ("/events?topics=orders&sinse=1", "sinse"),
     ("/events?topics=orders&since=x", "since")],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_by_its_name(app, address, parameter):
    answer = app.test_client().get(address)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 200), ("http://localhost", 200), ("http://evil.example", 403), ("null", 403), ("http://localhost:81", 403),
     ("http://localhost.evil.example", 403), ("https://localhost", 200), ("javascript:alert(1)", 403)],
)  # fmt: skip
def test_a_foreign_origin_is_refused(app, origin, status):
    headers = {} if origin is None else {"Origin": origin}

    assert app.test_client().get("/events?topics=orders", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "own"),
    [("https://till.example", True), ("https://till.example:443", True), ("http://127.0.0.1:8000", True),
     ("https://till.example:8443", False), ("https://till.example.evil", False), ("file://", False),
     ("http://[", False)],
)  # fmt: skip
def test_the_address_that_a_proxy_shows_is_our_own_too(origin, own):
    assert socket.is_own(origin, "127.0.0.1:8000", "https://till.example") is own


def test_an_event_that_would_lead_back_has_no_id():
    told = sse.Shaped(4, "analytics", "{}")

    assert sse.as_event(told, "k3f9") == "event: analytics\nid: k3f9-4\ndata: {}\n\n"
    assert sse.as_event(told, "k3f9", with_id=False) == "event: analytics\ndata: {}\n\n"


def test_who_hangs_up_is_forgotten(app):
    hub = process.current()
    listener = sse.Listener(hub, Wanted(frozenset({"orders", "analytics"}), (), None, None))
    list(listener.pull())

    listener.close()

    assert (hub.crowd.listening, hub.listeners, hub.screens.watched) == (0, set(), {})


def test_a_history_that_changes_under_a_stream_is_a_reset(app):
    _, following = open_stream(app, "/events?topics=orders")
    following(1)

    def rewrite(tx, epochs):
        return [tx.execute("update epoch set value = ?", (epoch,)).rowcount for epoch in epochs]

    writer.do(rewrite, "another")
    toy.sell(1)

    name, number, data = following(1)[0]
    assert (name, number, data["reason"]) == ("reset", "another-1", "restored")


def test_a_stop_ends_every_stream(app):
    _, following = open_stream(app, "/events?topics=orders")
    following(1)

    process.current().stop()

    with pytest.raises(StopIteration):
        following(1)


def test_when_there_is_no_room_nobody_is_let_in(app):
    process.current().limit = 0

    answer = app.test_client().get("/events?topics=orders")

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


# ---- The handshake, as far as it goes without a server ----

HANDSHAKE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403), ({"Sec-WebSocket-Version": "8"}, 400),
        ({"Sec-WebSocket-Key": "x"}, 400), ({}, 503),
    ],
)  # fmt: skip
def test_what_must_be_refused_is_refused_before_the_handshake(app, headers, status):
    answer = app.test_client().get("/live", headers={**HANDSHAKE, **headers})

    assert answer.status_code == status


def test_an_island_answers_at_its_address(app):
    toy.sell(5)

    answer = app.test_client().get("/count?least=2&a=1")

    assert answer.status_code == 200
    assert ">1 orders</p>" in answer.text and 'data-island="/count?a=1&amp;least=2"' in answer.text
    assert app.test_client().get("/imports/17/progress").text.endswith(">17</p>")
