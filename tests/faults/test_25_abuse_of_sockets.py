"""Fault 25: floods, lies about lengths, endless fragments and bytes that are no text end that connection and nothing else."""

import contextlib

import pytest

from tests.faults.till import new_product
from tests.faults.wires import CONTINUATION, PING, TEXT, Wire, frame, memory
from tests.servers.takings import Server

MOST_BYTES = 5 << 20
PIECE = b"a" * 32_768


def flood(wire):
    """Messages as fast as they go."""
    for _ in range(400):
        if not wire.send(frame(TEXT, b"{}")):
            return


def pings(wire):
    """Pings as fast as they go."""
    wire.send(frame(PING, b"x") * 400)


def claim(wire):
    """A header that claims 200 MB, and then megabytes of it."""
    wire.send(frame(TEXT, claims=200_000_000))
    for _ in range(1000):
        if not wire.send(PIECE):
            return


def fragments(wire):
    """A message in pieces that never ends."""
    wire.send(frame(TEXT, PIECE, fin=False))
    for _ in range(1000):
        if not wire.send(frame(CONTINUATION, PIECE, fin=False)):
            return


def empty_fragments(wire):
    """A message in pieces of nothing."""
    wire.send(frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 400)


ABUSES = [
    (flood, 1008), (pings, 1008), (claim, 1009), (fragments, 1009), (empty_fragments, 1008),
    (lambda wire: wire.send(frame(TEXT, b"\xff\xfe{}")), 1007),
    (lambda wire: wire.send(frame(TEXT, b'{"subscribe": ["\xed\xa0\x80"]}')), 1007),
    (lambda wire: wire.send(b"\x81\x02{}"), 1002),
    (lambda wire: wire.send(b"\xf1\x80\0\0\0\0"), 1002),
    (lambda wire: wire.send(frame(CONTINUATION, b"x")), 1002),
    (lambda wire: wire.send(frame(PING, b"x" * 126)), 1002),
    (lambda wire: wire.send(b"GET / HTTP/1.1\r\n\r\n"), 1002),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("abuse"), workers=1)
    server.start()
    new_product(server)
    yield server
    server.stop()


@pytest.mark.parametrize(("abuse", "code"), ABUSES, ids=range(len(ABUSES)))
def test_fault_25_abuse_ends_with_its_code_and_the_others_hear_on(shop, abuse, code, figures):
    other, wire = Wire(shop), Wire(shop)
    other.say(subscribe=["orders"])
    other.hear()
    before = memory(shop)
    pids = shop.web_processes()
    abuse(wire)
    said = wire.closed_with()
    grown = memory(shop) - before
    with shop.client() as client:
        placed = client.post("/orders", json={"product_id": "TEA", "quantity": 1}).json()["id"]
    heard = other.hear()[1]
    for one in (other, wire):
        one.close()

    # What a peer sends on after a goodbye may make its kernel lose the goodbye.
    assert said == code or (said is None and abuse in (flood, claim, fragments))
    assert grown < MOST_BYTES, f"{grown:,} bytes"
    assert f'"id":{placed},'.encode() in heard.replace(b" ", b"")
    assert shop.web_processes() == pids
    figures(25, kinds_of_abuse=1, processes_ended=0, most_grown_kb=max(0, grown >> 10))


@pytest.mark.parametrize(("broken", "abuse"), [("believe_lengths", claim), ("let_everybody_speak", flood)])
def test_fault_25_the_control_a_build_without_the_limit_is_caught(tmp_path, broken, abuse):
    server = Server(tmp_path, workers=1, broken=broken)
    server.start()
    wire = Wire(server)
    wire.line.settimeout(2)
    before = memory(server)
    abuse(wire)
    said = wire.closed_with()
    grown = memory(server) - before
    with contextlib.suppress(OSError):
        wire.close()
    server.stop()

    assert said not in (1008, 1009) and (broken != "believe_lengths" or grown >= MOST_BYTES)
