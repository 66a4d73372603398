"""The hub over real sockets: what a watcher is told, and in which order."""

import gc
import json
import os
import socket

import pytest

from tests.live import toy
from tests.live.toy import run, sell, told
from webapp.db import writer
from webapp.live import core, lines, tail

ORDERS = {"subscribe": ["orders"]}


def topics(messages):
    return [one["topic"] for one in messages]


# ---- Events ----


def test_a_program_is_told_that_it_is_ready_and_then_each_order(hub, client):
    one = client(ORDERS)

    sell(480)
    run(hub)

    ready, event = one.hear()
    assert ready == {"topic": "ready", "seq": 0, "epoch": hub.tail.epoch}
    assert (event["topic"], event["seq"], event["event"]) == ("orders", 1, "placed")
    assert event["data"] == {"id": 1, "amount": 480, "status": "placed"}
    assert event["at"].endswith("Z")


def test_what_was_acknowledged_before_the_subscription_does_not_come_again(hub, client):
    client(ORDERS)
    sell(1)
    late = client(ORDERS)

    run(hub)

    assert late.hear() == [{"topic": "ready", "seq": 1, "epoch": hub.tail.epoch}]


def test_several_orders_of_a_moment_travel_as_one_frame(hub, client):
    one = client(ORDERS)

    sell(1, 2, 3)
    run(hub)

    one.hear()
    assert [type(frame) for frame in one.frames] == [dict, list]
    assert [event["seq"] for event in one.frames[1]] == [1, 2, 3]


def test_a_return_is_an_event_of_its_own_and_the_sale_stays_as_it_was(hub, client):
    one = client(ORDERS)
    sell(480)
    writer.do(toy.take_back, 1)

    run(hub)

    events = one.hear()[1:]
    statuses = [(event["event"], event["data"]["status"]) for event in events]
    assert statuses == [("placed", "placed"), ("returned", "returned")]


def test_numbers_jump_over_what_other_topics_took(hub, client):
    one = client(ORDERS)

    sell(1)
    writer.do(toy.rename, "another name")
    sell(2)
    run(hub)

    assert told(one.hear()) == [(1, "placed", 1), (3, "placed", 2)]


def test_a_batch_larger_than_a_step_arrives_whole_and_in_order(hub, client):
    one = client(ORDERS)

    sell(*range(1, 3 * tail.STEP))
    run(hub, 8)

    assert told(one.hear()) == toy.ledger()


def test_a_stream_of_orders_is_sent_at_most_each_twenty_milliseconds(hub, client, turned):
    one = client(ORDERS)
    one.hear()
    sell(1)
    run(hub, 1)
    one.hear()

    sell(2)
    hub.tick()
    turned.forward(0.003)
    hub.tick()
    first = told(one.hear())
    sell(3)
    turned.forward(0.010)
    hub.tick()
    too_early = told(one.hear())
    turned.forward(0.011)
    hub.tick()

    assert (first, too_early, told(one.hear())) == ([(2, "placed", 2)], [], [(3, "placed", 3)])


# ---- States and islands ----


def test_a_state_comes_after_ready_and_after_the_orders_in_it(hub, client):
    sell(5)
    one = client({"subscribe": ["orders", "analytics"], "since": 0})
    run(hub)
    sell(6)
    run(hub)

    heard = one.hear()

    assert topics(heard) == ["orders", "ready", "analytics", "orders", "analytics"]
    assert [one["data"].get("amount") for one in heard if one["topic"] == "analytics"] == [5, 11]
    assert heard[-1]["seq"] == 2


def test_a_state_that_only_its_clock_has_touched_is_not_sent(hub, client, turned):
    one = client({"subscribe": ["analytics"]})
    run(hub)
    one.hear()

    for _ in range(5):
        turned.forward(1)
        run(hub)

    assert one.hear() == []


def test_states_between_may_be_skipped_but_the_last_one_comes(hub, client):
    one = client({"subscribe": ["analytics"]})
    for amount in range(1, 30):
        sell(amount)
        hub.tick()
    run(hub)

    assert one.hear()[-1]["data"]["orders"] == 29
    assert len(one.frames) < 10


def test_an_island_is_rendered_once_and_the_same_bytes_go_to_all(hub, client):
    pages = [client({"islands": ["/count"]}) for _ in range(3)]
    run(hub)
    hub.islands.renderings.clear()

    sell(7)
    run(hub)

    last = [page.hear()[-1] for page in pages]
    assert last[0]["html"].startswith('<p id="count" data-island="/count" data-v="1"')
    assert last[0]["html"].endswith(">1 orders</p>")
    assert last[0] == last[1] == last[2]
    assert hub.islands.renderings == ["/count"]


def test_an_unchanged_island_is_not_sent(hub, client):
    page = client({"islands": ["/count?least=10"]})
    run(hub)
    page.hear()

    sell(1)
    run(hub)

    assert page.hear() == []


def test_an_island_keeps_its_pace(hub, client, turned):
    page = client({"islands": ["/count"]})
    run(hub)
    hub.islands.renderings.clear()
    for amount in range(1, 11):
        sell(amount)
        turned.forward(0.05)
        hub.pump()
        hub.tick()
        while hub.paint():
            hub.tick()
    run(hub, 6)

    assert 2 <= len(hub.islands.renderings) <= 5
    assert page.hear()[-1]["html"].endswith(">10 orders</p>")


def test_an_island_with_a_clock_moves_each_second_and_only_while_it_is_watched(hub, client, turned):
    page = client({"islands": ["/second"]})
    run(hub)
    page.hear()
    seen = []
    for _ in range(3):
        turned.forward(1)
        run(hub, 1)
        seen += [one["html"][-14:] for one in page.hear()]
    page.close()
    run(hub, 1)
    hub.islands.renderings.clear()
    turned.forward(5)
    run(hub)

    assert len(set(seen)) == 3
    assert (hub.islands.renderings, hub.asleep) == ([], True)


def test_the_order_of_parameters_does_not_make_another_island(hub, client):
    one = client({"islands": ["/count?least=1&a=b"]})
    two = client({"islands": ["/count?a=b&least=1"]})
    run(hub)

    assert one.hear()[-1]["address"] == two.hear()[-1]["address"] == "/count?a=b&least=1"
    assert len(hub.screens.watched) == 1


def test_an_island_with_a_wrong_parameter_says_so_once(hub, client, turned):
    page = client({"islands": ["/count?least=-1", "/count"]})
    run(hub)
    sell(1)
    run(hub)

    heard = page.hear()

    errors = [one for one in heard if one["topic"] == "error"]
    assert [(one["address"], one["detail"]) for one in errors] == [("/count?least=-1", "least is not below nothing")]
    assert heard[-1]["address"] == "/count"


def test_a_failing_island_stops_nobody(hub, client):
    page = client({"islands": ["/count?least=x", "/count"]})
    sell(1)
    run(hub, 8)

    assert page.hear()[-1]["html"].endswith(">1 orders</p>")


def test_a_page_that_is_as_new_as_the_island_gets_nothing(hub, client):
    first = client({"islands": ["/count"]})
    sell(1)
    run(hub, 8)
    first.hear()

    second = client({"islands": ["/count"], "since": 1, "epoch": hub.tail.epoch})
    third = client({"islands": ["/count"], "since": 0, "epoch": hub.tail.epoch})
    run(hub)

    assert (topics(second.hear()), topics(third.hear()), topics(first.hear())) == (["ready"], ["ready", "island"], [])


# ---- Messages of clients ----


def test_what_is_no_json_or_no_topic_gets_an_error_and_the_rest_is_served(hub, client):
    one = client("{", "[]", '{"subscribe": "orders"}', '{"hello": 1}', '{"subscribe": ["nothing", "orders"]}')

    heard = one.hear()

    assert [error["pointer"] for error in heard if error["topic"] == "error"] == [
        "", "", "/subscribe", "/hello", "", "/subscribe/0",
    ]  # fmt: skip
    assert heard[-1]["topic"] == "ready"


@pytest.mark.parametrize(
    "message",
    [
        '{"subscribe": ["orders"], "since": 1e400}', '{"subscribe": ["orders"], "since": NaN}', "[" * 30_000,
        '{"subscribe": [["orders"]], "islands": [1]}', '{"islands": ["http://elsewhere/count", "/nothing", "//count"]}',
        '{"subscribe": ["orders"], "since": ' + "9" * 5000 + "}", '{"islands": ["/count?' + "a=b&" * 2000 + '"]}',
        '{"subscribe": ["orders"], "since": true}', '{"islands": ["/count#x"]}', '"\\ud800"',
    ],
)  # fmt: skip
def test_odd_messages_get_an_error_and_harm_nobody(hub, client, message):
    one, other = client(message), client(ORDERS)

    sell(1)
    run(hub)

    assert "error" in topics(one.hear())
    assert told(other.hear()) == [(1, "placed", 1)]


def test_a_second_message_replaces_the_first_without_a_gap(hub, client):
    one = client(ORDERS)
    sell(1)
    one.say({"subscribe": ["orders", "analytics"]})
    sell(2)
    run(hub)
    one.say({"subscribe": ["analytics"]})
    run(hub)
    sell(3)
    run(hub)

    heard = one.hear()
    assert told(heard) == [(1, "placed", 1), (2, "placed", 2)]
    assert heard[-1]["data"]["orders"] == 3


def test_what_came_behind_the_handshake_is_read_first(hub):
    pair = socket.socketpair()
    early = toy.Client(pair=pair)
    words = early.ws.send(toy.Message(data=json.dumps(ORDERS)))

    early.fd = pair[1].detach()
    hub.adopt(early.fd, words)
    run(hub, 1)

    assert topics(early.hear()) == ["ready"]


# ---- Limits ----


def test_a_ping_is_answered(hub, client):
    one = client(ORDERS)

    one.ping(b"still there?")
    run(hub, 1)
    one.hear()

    assert one.pongs == [b"still there?"]


def test_the_twenty_first_message_of_a_second_ends_it_with_1008(hub, client, turned):
    patient, hasty = client(), client()
    for _ in range(20):
        patient.say("{}")
        hasty.say("{}")
    hub.pump()
    turned.forward(1.01)
    patient.say(ORDERS)
    hub.pump()
    for _ in range(21):
        hasty.say("{}")
    run(hub, 1)

    assert (topics(patient.hear())[-1], patient.code) == ("ready", None)
    hasty.hear()
    assert hasty.code == 1008


@pytest.mark.parametrize(
    ("data", "code"), [(b"\x82\x81\1\2\3\4x", 1003), (b"\x81\xff" + b"\0\0\0\1\0\0\0\0", 1009), (b"\x81\x01x", 1002)]
)
def test_what_breaks_the_protocol_ends_that_connection_alone(hub, client, data, code):
    one, other = client(ORDERS), client(ORDERS)

    one.send(data)
    run(hub)
    sell(1)
    run(hub)

    one.hear()
    assert (one.code, one.ended) == (code, True)
    assert told(other.hear()) == [(1, "placed", 1)]


def test_a_close_is_answered_with_its_code(hub, client):
    one = client(ORDERS)

    one.send(one.ws.send(toy.CloseConnection(code=1001, reason="going")))
    run(hub, 1)
    one.hear()

    assert one.code == 1001
    assert not hub.crowd.group_of


def test_silence_is_filled_with_a_beat(hub, client, turned):
    one = client(ORDERS)
    one.hear()
    for _ in range(18):
        turned.forward(1)
        hub.tick()
    before = one.hear()
    turned.forward(2)
    hub.tick()

    assert before == []
    (beat,) = one.hear()
    assert (beat["topic"], beat["seq"]) == ("beat", 0)


def test_there_is_room_for_so_many_and_no_more(shop, turned):
    hub = toy.make_hub(turned, limit=2)

    watchers = [toy.Client(hub), toy.Client(hub)]

    assert not hub.has_room()
    watchers[0].close()
    run(hub)
    assert hub.has_room()
    hub.close()


def test_a_graceful_stop_asks_everybody_to_come_back(hub, client):
    watchers = [client(ORDERS), client({"islands": ["/count"]}), client()]

    hub.stop()
    late = toy.Client(hub)

    for one in [*watchers, late]:
        one.hear()
        assert (one.code, one.ended) == (1012, True)
    assert not hub.has_room()


# ---- Slow readers ----


def stall(hub, client, wanted):
    """A watcher whose buffers are full, and which reads nothing."""
    one = client(wanted, pair=toy.small_buffers())
    for amount in range(1, 400):
        sell(amount)
        run(hub, 1)
        if one.fd in hub.behind:
            return one
    raise AssertionError("the buffers never filled")


def test_who_does_not_read_slows_nobody_and_is_fed_later_at_its_own_pace(hub, client):
    slow = stall(hub, client, ORDERS)
    quick = client({"subscribe": ["orders"], "since": 0})
    for amount in range(1, 50):
        sell(amount)
        run(hub, 1)
        assert told(quick.hear())[-1] == toy.ledger()[-1]

    heard = []
    for _ in range(400):
        heard += slow.hear()
        run(hub, 1)

    assert told(heard) == toy.ledger()
    assert fd_is_in_step(hub, slow)


def fd_is_in_step(hub, one):
    return one.fd not in hub.behind and not hub.lines.busy(one.fd)


def test_what_waits_for_a_slow_reader_stays_small(hub, client):
    slow = stall(hub, client, ORDERS)
    for _ in range(20):
        sell(*range(1, 200))
        run(hub, 2)

    rest = hub.lines.rests.get(slow.fd)
    assert slow.fd in hub.behind
    assert rest is None or (len(rest.view) < 300 and rest.replies == [])


def test_a_newer_island_takes_the_place_of_a_waiting_older_one(hub, client, turned):
    page = client({"islands": ["/count", "/second"]}, pair=toy.small_buffers())
    for amount in range(1, 150):
        sell(amount)
        turned.forward(0.3)
        run(hub, 1)

    heard = []
    for _ in range(50):
        heard += page.hear()
        run(hub, 1)

    counts = [one["seq"] for one in heard if one.get("address") == "/count"]
    assert counts == sorted(counts) and len(counts) < 100
    assert [one["html"] for one in heard if one.get("address") == "/count"][-1].endswith(">149 orders</p>")


def test_who_reads_nothing_for_a_minute_is_let_go_with_1013(hub, client, turned):
    slow, quick = stall(hub, client, ORDERS), client(ORDERS)
    turned.forward(lines.UNREAD_S - 1)
    run(hub, 1)
    patience = slow.fd in hub.lines.open
    turned.forward(2)
    run(hub, 2)

    gone = slow.fd not in hub.lines.open
    for _ in range(50):
        slow.hear()
        hub.pump()

    assert (patience, gone, slow.code) == (True, True, 1013)
    sell(1)
    run(hub)
    assert told(quick.hear())[-1] == toy.ledger()[-1]


def test_answers_that_are_not_read_do_not_pile_up(hub, client, turned):
    slow = stall(hub, client, ORDERS)

    for _ in range(10):
        for _ in range(19):
            slow.ping()
        run(hub, 1)
        turned.forward(1.5)

    assert slow.fd not in hub.lines.open


def test_a_partly_written_frame_is_finished_before_anything_else(hub, client, turned):
    slow = stall(hub, client, {"subscribe": ["orders", "analytics"], "islands": ["/count"]})
    slow.ping(b"behind it")
    for _ in range(5):
        sell(1)
        run(hub, 1)

    heard = []
    for _ in range(400):
        heard += slow.hear()  # wsproto fails on a stream whose frames are broken
        run(hub, 1)

    assert told(heard) == toy.ledger()
    assert slow.pongs == [b"behind it"]
    states = [one["seq"] for one in heard if one["topic"] == "analytics"]
    orders = [one["seq"] for one in heard if one["topic"] == "orders"]
    assert states[-1] == orders[-1]


# ---- Descriptors ----


def test_a_number_that_is_given_again_gets_nothing_of_the_old_connection(shop, turned, monkeypatch):
    monkeypatch.setattr(lines, "SLICE", 1)
    later = []
    hub = toy.make_hub(turned, pause=lambda: later.append(reuse()))
    one, two = toy.Client(hub), toy.Client(hub)
    for watcher in (one, two):
        watcher.say(ORDERS)
    run(hub, 1)
    fresh = []

    def reuse():
        # In the middle of a sending, a connection ends and a newcomer gets its number.
        if not fresh:
            victim = two if two.fd in hub.lines._due else one
            pair = socket.socketpair()
            hub.lines.drop(victim.fd)
            os.dup2(pair[1].fileno(), victim.fd)
            pair[1].close()
            fresh.append(toy.Client(pair=(pair[0], None)))
            hub.adopt(victim.fd)

    sell(1)
    run(hub)

    assert later
    assert fresh[0].hear() == []
    assert len(told(one.hear()) + told(two.hear())) == 1
    hub.close()


def test_every_descriptor_is_closed_in_the_end(hub, client):
    client(ORDERS).close()
    run(hub)
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    watchers = [client(ORDERS, {"islands": ["/count"]}) for _ in range(20)]
    for one in watchers[:10]:
        one.close()
    run(hub)
    hub.stop()
    for one in watchers[10:]:
        one.hear()
        one.close()
    run(hub)

    assert len(os.listdir("/proc/self/fd")) <= before
    assert not (hub.lines.closing or hub.lines.open or hub.crowd.groups or hub.crowd.group_of or hub.screens.watched)


def test_an_idle_watcher_is_an_integer_in_a_set(hub, client):
    watchers = [client({"islands": ["/count", "/second"]}) for _ in range(5)]
    run(hub)

    kept = (hub.lines.inlets, hub.lines.rests, hub.lines.hungry, hub.behind, hub.parked)
    assert [len(one) for one in kept] == [0] * 5
    assert {one.fd for one in watchers} == next(iter(hub.crowd.groups.values())).fds
    assert core.NOTHING.topics == frozenset()


def test_a_newcomer_gets_no_state_older_than_its_ready(hub, client):
    client({"subscribe": ["analytics"]})
    run(hub)
    sell(5)
    hub.pump()
    late = toy.Client(hub)
    late.say({"subscribe": ["orders", "analytics"]})
    hub.pump()
    run(hub, 6)

    heard = late.hear()

    assert topics(heard) == ["ready", "analytics"]
    assert heard[1]["seq"] >= heard[0]["seq"] == 1
    late.close()
