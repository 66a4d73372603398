"""Fault 26: when everybody is cut off at once and comes back at once, everybody is told what was missed, from one reading."""

import json

import pytest

from tests.faults.till import new_product
from tests.faults.wires import Wire
from tests.live import toy
from tests.live.conftest import client, hub, turned
from tests.live.toy import run, sell, told
from tests.servers.takings import Server
from webapp.live import outbox, tail

pytestmark = pytest.mark.long  # make faults runs it

__all__ = ["client", "hub", "turned"]  # fixtures of the live channel's tests
STORM, MISSED = 300, 1_500
PROCESSES = 150


@pytest.fixture
def readings(monkeypatch):
    """Counts the readings of the outbox."""
    counted = []
    read_after = outbox.read_after

    def count(tx, seq, limit):
        counted.append(seq)
        return read_after(tx, seq, limit)

    monkeypatch.setattr(outbox, "read_after", count)
    return counted


def storm(hub, client, readings):
    """Everybody missed the same and comes back at once: what each was told, and how often the outbox was read for it."""
    sell(*[5] * MISSED)
    run(hub, 3)
    readings.clear()
    wanted = {"subscribe": ["orders"], "since": 0}
    watchers = [toy.Client(hub) for _ in range(STORM)]
    for one in watchers:
        one.say(wanted)
    heard = [[] for _ in watchers]
    for _ in range(60):
        run(hub, 1)
        for known, one in zip(heard, watchers, strict=True):
            known += one.hear()
        if all(known and known[-1]["topic"] == "ready" for known in heard):
            break
    for one in watchers:
        one.close()
    return heard, len(readings)


def test_fault_26_a_storm_is_told_everything_once_from_a_few_readings(hub, client, readings, figures):
    heard, count = storm(hub, client, readings)

    first = told(heard[0])
    assert len(first) == MISSED and all(told(known) == first for known in heard)
    assert count <= 3 * (MISSED // tail.STEP + 1), f"{count} readings"
    figures(26, watchers=STORM, missed_events_each=MISSED, readings_of_the_database=count)


@pytest.mark.sqlite("what is counted is the same on both, and takes minutes there")
def test_fault_26_the_control_a_build_that_reads_for_each_is_caught(hub, client, readings, monkeypatch):
    monkeypatch.setattr(tail.Tail, "_from_outbox", lambda self, seq, upto: (self._read_block(seq, seq, upto), upto))

    _, count = storm(hub, client, readings)

    assert count > STORM


def test_fault_26_after_a_killed_process_all_come_back_and_miss_nothing(tmp_path):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    wires = [Wire(server) for _ in range(PROCESSES)]
    for wire in wires:
        wire.say(subscribe=["orders"])
    ready = [json.loads(wire.hear()[1]) for wire in wires]
    for wire in wires:
        wire.close()
    server.kill_worker()
    line = json.dumps({"product_id": "TEA", "quantity": 1})
    with server.client() as http:
        placed = http.post(
            "/orders/batch", content="\n".join([line] * 200), headers={"Content-Type": "application/x-ndjson"}
        ).raise_for_status().json()["results"]  # fmt: skip
    server.wait_for(lambda: len(server.web_processes()) == 2)
    wires = [Wire(server) for _ in range(PROCESSES)]
    for wire, known in zip(wires, ready, strict=True):
        wire.say(subscribe=["orders"], since=known["seq"], epoch=known["epoch"])
    missed = [events(wire, 200) for wire in wires]
    for wire in wires:
        wire.close()
    server.stop()

    wanted = [entry["id"] for entry in placed]
    assert all(ids == wanted for ids in missed)


def events(wire, count):
    """The ids of the order events up to the `ready` behind them."""
    found = []
    while len(found) < count:
        said = json.loads(wire.hear()[1])
        found += [one["data"]["id"] for one in (said if isinstance(said, list) else [said]) if one["topic"] == "orders"]
    return found
