"""`/events` against section 5 of the contract: the same topics as server-sent events, from both workers."""

import httpx
import pytest

from tests.contract.conftest import NOW, Api
from tests.contract.watching import Stream, Till, ready
from webapp.live import hub, sse


@pytest.fixture(scope="module")
def served(server):
    """The server with TEA at 2.40 and two orders, and a till."""
    server.till = Till(server)
    server.till.send("POST", "/products", {"sku": "TEA", "name": "Iced tea", "price": 2.40})
    for _ in range(2):
        server.till.place()
    return server


@pytest.fixture(scope="module")
def silent(served):
    """A stream to which nothing is told, opened before all else."""
    return Stream(served, "topics=analytics")


def start(served, query="topics=orders", **headers):
    stream = Stream(served, query, **headers)
    assert stream.answer.status_code == 200, stream.answer.read()
    return stream


def test_the_silent_one_is_let_in_first(silent):
    assert silent.next()["event"] == "ready"


def test_the_answer_is_a_stream_of_events_that_nobody_keeps(served):
    stream = start(served)

    assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
    assert "no-store" in stream.answer.headers["Cache-Control"] or "no-cache" in stream.answer.headers["Cache-Control"]
    stream.close()


def test_it_begins_with_ready_and_tells_each_order_as_an_object(served):
    streams = [start(served) for _ in range(6)]
    first = [stream.next() for stream in streams]
    order = served.till.place(2)

    for stream, ready_said in zip(streams, first, strict=True):
        assert ready_said["event"] == "ready" == ready_said["data"]["topic"]
        epoch = ready_said["data"]["epoch"]
        assert ready_said["id"] == f"{epoch}-{ready_said['data']['seq']}"
        event = stream.next()
        assert (event["event"], event["id"]) == ("orders", f"{epoch}-{order['seq']}")
        assert set(event["data"]) >= {"topic", "seq", "at", "event", "data"}
        assert (event["data"]["event"], event["data"]["data"]) == ("placed", order)
        stream.close()


def test_it_says_what_the_socket_says(served):
    stream, watcher = start(served), ready(served, "orders")
    stream.next()
    order = served.till.place(3)
    seq = served.till.take_back(order)["returns"][0]["seq"]

    events = stream.until(lambda event: event["data"]["seq"] == seq)
    watcher.until(lambda message: message["seq"] == seq)

    assert [event["data"] for event in events] == watcher.told()
    watcher.close()
    stream.close()


def test_a_batch_is_events_one_by_one_and_never_an_array(served):
    stream = start(served)
    stream.next()

    results = served.till.send("POST", "/orders/batch", [{"product_id": "TEA", "quantity": 1}] * 300)["results"]

    events = stream.until(lambda event: event["data"]["seq"] == results[-1]["seq"])
    assert [event["data"]["seq"] for event in events] == [one["seq"] for one in results]
    stream.close()


@pytest.mark.parametrize("how", ["Last-Event-ID", "bare Last-Event-ID", "since", "since and epoch", "since as an id"])
def test_it_goes_on_where_it_was(served, how):
    stream = start(served)
    known = stream.next()
    stream.close()
    epoch, seq = known["data"]["epoch"], known["data"]["seq"]
    orders = [served.till.place() for _ in range(3)]

    for _ in range(4):
        if how == "Last-Event-ID":
            stream = start(served, Last_Event_ID=known["id"])
        elif how == "bare Last-Event-ID":
            stream = start(served, Last_Event_ID=str(seq))
        else:
            asked = {"since": seq, "since and epoch": f"{seq}&epoch={epoch}", "since as an id": known["id"]}[how]
            stream = start(served, f"topics=orders&since={asked}")
        events = [stream.next() for _ in range(4)]
        assert [event["event"] for event in events] == ["orders"] * 3 + ["ready"]
        assert [event["data"]["data"]["id"] for event in events[:3]] == [order["id"] for order in orders]
        stream.close()


def test_the_header_of_a_reconnecting_browser_goes_before_the_address_it_was_opened_with(served):
    before = start(served)
    old = before.next()
    before.close()
    served.till.place()
    middle = start(served).next()
    order = served.till.place()

    stream = start(served, f"topics=orders&since={old['data']['seq']}", Last_Event_ID=middle["id"])

    assert stream.next()["data"]["data"]["id"] == order["id"]
    stream.close()


@pytest.mark.parametrize("how", [{"Last_Event_ID": "another-5"}, {"Last_Event_ID": "999999999"}, {}])
def test_a_history_that_is_not_ours_begins_anew(served, how):
    stream = start(served, "topics=orders,analytics" + ("" if how else "&since=5&epoch=another"), **how)

    reset, after = stream.next(), stream.next()

    assert (reset["event"], reset["data"]["reason"], after["event"]) == ("reset", "restored", "ready")
    assert reset["id"] == f"{reset['data']['epoch']}-{reset['data']['seq']}" == after["id"]
    assert set(reset["data"]["data"]) == {"orders", "analytics"}
    assert reset["data"]["data"]["orders"][0]["id"] == served.till.ledger()[-1]
    stream.close()


def test_figures_follow_the_orders_up_to_their_seq(served):
    stream = start(served, "topics=orders,analytics")
    orders = [served.till.place() for _ in range(3)]

    last = orders[-1]["seq"]
    events = stream.until(lambda event: event["event"] == "analytics" and event["data"]["seq"] >= last)

    assert events[0]["event"] == "ready"
    assert [event["data"]["seq"] for event in events if event["event"] == "orders"] == [one["seq"] for one in orders]
    assert events[-1]["data"]["data"]["orders"] == len(served.till.ledger())
    assert events[-1]["data"]["data"]["seq"] == events[-1]["data"]["seq"]
    stream.close()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "topics"),
        ("topics=", "topics"),
        ("topics=orders,weather", "topics"),
        ("topics=orders&since=x", "since"),
        ("topic=orders", "topic"),
    ],
)
def test_what_cannot_be_streamed_is_refused_by_name(served, query, parameter):
    with httpx.Client(base_url=served.url) as client:
        answer = client.get(f"/events?{query}")

    assert answer.status_code == 422 and answer.headers["Content-Type"].startswith("application/problem+json")
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_client_that_takes_gzip_is_not_kept_waiting(served):
    stream = start(served, Accept_Encoding="gzip")

    assert stream.next()["event"] == "ready"
    order = served.till.place()
    assert stream.next()["data"]["data"]["id"] == order["id"]
    stream.close()


@pytest.fixture
def alone(client):
    """A client of an app whose live channel is this process's own."""
    hub.forget()
    yield client
    hub.forget()


def test_twenty_seconds_bring_a_comment_even_while_others_are_told_something(alone, monkeypatch, at):
    at(NOW)
    assert sse.BEAT_S == 20
    monkeypatch.setattr(sse, "BEAT_S", 0.05)
    answer = alone.get("/events?topics=orders", buffered=False)
    text = iter(answer.response)
    told = [next(text).decode() for _ in range(2)]
    assert Api(alone).post("/products", {"sku": "TEA", "name": "Tea", "price": 1}).status_code == 201

    assert told[0].startswith("retry: ") and told[1].startswith("event: ready\n")
    assert next(text).decode().startswith(":")
    answer.close()
