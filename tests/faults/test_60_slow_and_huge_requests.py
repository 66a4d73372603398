"""Fault 60: who sends slowly, hugely or deeply holds one connection for a bounded time, and nobody else waits for it."""

import re
import socket
import subprocess
import sys

import pytest

from tests.faults.till import new_product
from tests.faults.wires import comes_true, sockets
from tests.servers.takings import Server
from webapp import serving
from webapp.web import body, forms

SLOW = 120
HEAD = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("slow"), workers=1)
    server.start()
    new_product(server)
    yield server
    server.stop()


def raw(server, content: bytes, patience: float = 20) -> bytes:
    """What is answered to bytes as they stand; empty where the connection just ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as line:
        try:
            line.sendall(content)
            return line.recv(1 << 16)
        except ConnectionError:
            return b""


def slow_ones(server, head: str) -> list[socket.socket]:
    """Connections that have begun to say something and go on with a byte now and then."""
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(SLOW)]
    for line in lines:
        line.sendall(head.encode())
    return lines


def sells(server) -> list[int]:
    """The statuses of some orders."""
    with server.client() as client:
        return [client.post("/orders", json={"product_id": "TEA", "quantity": 1}).status_code for _ in range(20)]


BEGINNINGS = {
    "headers": "POST /orders HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": f"{HEAD}Content-Length: 50\r\n\r\n{{",
    "chunks": f"{HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{{",
    "form": f"{HEAD.replace('json', 'x-www-form-urlencoded')}Content-Length: 50\r\n\r\nq",
}


@pytest.mark.parametrize("head", BEGINNINGS.values(), ids=BEGINNINGS)
def test_fault_60_others_are_served_while_many_send_slowly(shop, head, figures):
    lines = slow_ones(shop, head)
    statuses = sells(shop)
    for line in lines:
        line.sendall(b"a")
    statuses += sells(shop)
    for line in lines:
        line.close()

    assert statuses == [201] * 40
    figures(60, slow_connections=SLOW, sold_meanwhile=len(statuses))


def held(folder, build):
    """Whether connections that never finish their headers are still held after some seconds."""
    server = Server(folder, workers=1, broken=build)
    server.start()
    before = sockets(server)
    lines = slow_ones(server, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    comes_true(lambda: sockets(server) >= before + SLOW, 10)
    gone = comes_true(lambda: sockets(server) <= before, 6)
    for line in lines:
        line.close()
    server.stop()
    return not gone


def test_fault_60_headers_that_never_end_are_let_go(tmp_path):
    assert not held(tmp_path, "hurried_gate")
    assert serving.FIRST_S <= 15 and body.BODY_S <= 30 and forms.FORM_S <= 30


def test_fault_60_the_control_a_build_that_waits_for_headers_is_caught(tmp_path):
    assert held(tmp_path, "wait_for_headers")


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: {'a' * 20_000}\r\n\r\n", b"4.."),
        (
            f"GET / HTTP/1.1\r\nHost: localhost\r\n{'X-Many: 1' + chr(13) + chr(10)}" + "X-Many: 1\r\n" * 200 + "\r\n",
            b"4..",
        ),
        (f"GET /{'a' * 9_000} HTTP/1.1\r\nHost: localhost\r\n\r\n", b"4.."),
        (f"{HEAD}Content-Length: 99999999999999999999\r\n\r\n", b"4.."),
        (f"{HEAD}Content-Length: -1\r\n\r\n", b"4.."),
        (f"{HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"4.."),
        (f"{HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}", b"4.."),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + "a" * (2 << 20), b"4.."),
        ("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"[45].."),
    ],
    ids=range(9),
)
def test_fault_60_a_huge_or_ambiguous_head_is_refused(shop, content, wanted, figures):
    said = raw(shop, content.encode())

    assert said == b"" or re.match(rb"HTTP/1\.[01] " + wanted, said), said[:200]
    assert b"Traceback" not in said
    figures(60, huge_or_ambiguous_requests=1, taken=0)
    assert sells(shop)[0] == 201


DEEP = [
    b"[" * 500_000, b'{"a":' * 100_000, b'{"lines": ' + b"[" * 101 + b"]" * 101 + b"}", b'{"quantity": ' + b"9" * 5_000 + b"}",
    b'{"note": "' + b"\\u0000" * 1_000 + b'"}', b'{"product_id": "' + b"a" * 900_000 + b'"}',
]  # fmt: skip


@pytest.mark.parametrize("content", DEEP, ids=range(len(DEEP)))
def test_fault_60_deep_and_long_json_is_refused(shop, content):
    with shop.client() as client:
        answer = client.post("/orders", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 422) and "Traceback" not in answer.text
    assert len(answer.content) < 20_000


# Each is a text on which a careless pattern takes a time that grows with a power of its length.
TEXTS = [
    "1" + ",111" * 20_000 + "x",
    "9" * 100_000 + "x",
    "2026-01-01T" + "1" * 100_000,
    " " * 100_000 + "x",
    "a@" * 50_000,
    "'" * 100_000 + "x",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_fault_60_no_text_makes_a_pattern_run_for_long(shop, text):
    row = f"date,sku,quantity,price,note\n2026-01-01,TEA,{text},{text},{text}\n{text},TEA,1,2.40,x\n"
    with shop.client() as client:
        statuses = [
            client.post("/orders", json={"product_id": text, "quantity": 1, "price": text, "date": text}).status_code,
            client.post("/orders", json={"product_id": "TEA", "quantity": 1, "customer": {"email": text}}).status_code,
            client.post("/imports", files={"file": ("rows.csv", row)}).status_code,
            client.get("/orders", params={"q": text[:2_000], "from": text[:2_000], "format": "json"}).status_code,
            client.get(
                "/orders", headers={"X-Request-Id": text[:8_000].strip() or "x", "Accept": "a/b;q=" * 500}
            ).status_code,
        ]

    assert all(status < 500 for status in statuses), statuses


def test_the_control_a_careless_pattern_is_seen():
    careless = "import re, sys; re.fullmatch(r'(,?\\d+)+', sys.argv[1])"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", careless, "1" + "111" * 20 + "x"], timeout=2)
