"""Connections: limits, slow readers, goodbyes and descriptors."""

import gc
import os
import socket

import pytest

from tests.live import toy
from tests.live.toy import run, sell, told
from webapp.live import lines

ORDERS = {"subscribe": ["orders"]}


def topics(messages):
    return [one["topic"] for one in messages]


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


def test_wanted_31_silence_is_filled_with_a_beat_so_that_a_dead_line_is_noticed(hub, client, turned):
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
    assert {one.fd for one in watchers} == set(next(iter(hub.crowd.groups.values())).fds)
