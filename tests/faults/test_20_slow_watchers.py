"""Fault 20: a watcher that reads nothing costs little memory, delays nobody, and misses nothing when it reads again.

That it is let go after a minute (1013) is `test_who_reads_nothing_for_a_minute_is_let_go_with_1013` of tests/live/test_lines.py.
"""

import json
import signal

import httpx

from tests.faults.till import new_product
from tests.faults.wires import Wire, comes_true, memory
from tests.servers.takings import Server

BATCHES, SIZE, MANY = 6, 1_000, 40
MOST_BYTES = 24 << 20


def orders_of(wire, count):
    """The ids of the next `count` order events."""
    found = []
    while len(found) < count:
        said = json.loads(wire.hear()[1])
        found += [one["data"]["id"] for one in (said if isinstance(said, list) else [said]) if one["topic"] == "orders"]
    return found


def sell(server):
    """Thousands of orders with long notes, in batches; how many."""
    line = json.dumps({"product_id": "TEA", "quantity": 1, "note": "n" * 400})
    with server.client() as client:
        for _ in range(BATCHES):
            client.post(
                "/orders/batch", content="\n".join([line] * SIZE), headers={"Content-Type": "application/x-ndjson"}
            ).raise_for_status()
    return BATCHES * SIZE


def watched(folder, broken=""):
    """A server of one process, with a watcher that reads nothing and one that reads."""
    server = Server(folder, workers=1, broken=broken)
    server.start()
    new_product(server)
    wires = [Wire(server, small=True), Wire(server)]
    for wire in wires:
        wire.say(subscribe=["orders"])
        assert b"ready" in wire.hear()[1]
    return server, *wires


def test_fault_20_a_watcher_that_does_not_read_delays_nobody_and_is_fed_at_its_own_pace(tmp_path, figures):
    server, slow, quick = watched(tmp_path)
    before = memory(server)
    count = sell(server)
    heard = orders_of(quick, count)
    grown = memory(server) - before
    late = orders_of(slow, count)
    server.stop()

    assert heard == late == sorted(set(heard)) and len(heard) == count
    assert grown < MOST_BYTES, f"{grown:,} bytes"
    figures(20, orders_meanwhile=count, missed=0, most_grown_kb=max(0, grown >> 10))


def test_fault_20_the_control_a_build_that_waits_for_its_sockets_is_caught(tmp_path):
    server, slow, quick = watched(tmp_path, "block_on_sockets")
    quick.line.settimeout(4)
    stuck = True
    try:
        with httpx.Client(base_url=server.url, timeout=4) as client:
            line = json.dumps({"product_id": "TEA", "quantity": 1, "note": "n" * 400})
            for _ in range(BATCHES):
                client.post(
                    "/orders/batch", content="\n".join([line] * SIZE), headers={"Content-Type": "application/x-ndjson"}
                )
        orders_of(quick, BATCHES * SIZE)
        stuck = False
    except (OSError, httpx.HTTPError):
        pass
    slow.close()
    server.stop(signal.SIGKILL)  # it would wait until those who are stuck have to be killed

    assert stuck


def test_fault_20_many_that_read_nothing_hold_no_copies(tmp_path):
    server, _, quick = watched(tmp_path)
    many = [Wire(server, small=True) for _ in range(MANY)]
    for wire in many:
        wire.say(subscribe=["orders"])
    before = memory(server)
    orders_of(quick, sell(server))
    grown = memory(server) - before
    for wire in many:
        wire.close()
    gone = comes_true(lambda: _watchers(server) == 2, 10)
    server.stop()

    assert gone and grown < MOST_BYTES, f"{grown:,} bytes"


def _watchers(server):
    with server.client() as client:
        said = client.get("/metrics").text
    return float(next(line.split()[-1] for line in said.splitlines() if line.startswith("takings_watchers ")))
