"""How long until one order is on 2,000 open screens, and what does each screen cost, beside stock flask-sock?

Both servers stand side by side, and each round asks first one, then the other. Milliseconds are from the sending of the
POST, so commit and tick are in them; memory is the proportional share (PSS) of the server's processes before and after
all but the first 200 watchers have come, without the kernel's socket buffers, which are the same for all. Prints JSON.

    python -m bench.live [watchers] [rounds]
"""

import http.client
import json
import os
import select
import signal
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import load
from tests.servers.takings import Server

WATCHERS, ROUNDS = 2_000, 7
PATIENCE_S = 60.0
HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
AT_ONCE, FIRST = 50, 200


def main() -> int:
    """Run the rounds and print."""
    watchers = int(sys.argv[1]) if len(sys.argv) > 1 else WATCHERS
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), TAKINGS_LOG="json")
        server.start()
        port = load.free_port()
        (Path(folder) / "bare.py").write_text("worker_connections = 100_000\n")  # else it takes a thousand watchers
        stock = load.gunicorn("bench.sock:app", port, Path(folder), workers=1)
        try:
            load.wait_for(port)
            with server.client() as client:
                client.post("/products", json={"sku": "P1", "name": "Product", "price": 2.40}).raise_for_status()
            ours, theirs = Crowd(server.port, server.pid, watchers), Crowd(port, stock.pid, watchers)
            for _ in range(rounds):
                ours.round()
                theirs.round()
            load.say(_figures(ours, theirs, watchers))
        finally:
            server.stop()
            os.killpg(stock.pid, signal.SIGKILL)  # it would wait for its watchers
            stock.wait(10)
    return 0


def _figures(ours: "Crowd", theirs: "Crowd", watchers: int) -> dict[str, object]:
    pairs = zip(ours.last_ms, theirs.last_ms, strict=True)
    return {
        "watchers": watchers,
        "takings": ours.figures(),
        "stock_flask_sock": theirs.figures(),
        "ratios": {
            "last_screen": round(statistics.median(own / other for own, other in pairs), 3),
            "memory": round(ours.kilobytes / theirs.kilobytes, 4),
            "post": round(statistics.median(ours.post_ms) / statistics.median(theirs.post_ms), 3),
            "handshakes": round(ours.connect_s / theirs.connect_s, 3),
        },
    }


class Crowd:
    """So many screens of one server. Every screen gets every order, or the run fails."""

    def __init__(self, port: int, pid: int, watchers: int) -> None:
        self.port = port
        self.first_ms: list[float] = []
        self.median_ms: list[float] = []
        self.last_ms: list[float] = []
        self.post_ms: list[float] = []
        self.till = Till(port)
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._number = 0
        self._connect(FIRST)  # with the first ones comes what a server loads late
        self._settle()
        self.round()
        before = load.pss_bytes(pid)
        began = time.perf_counter()
        while len(self._sockets) < watchers:
            self._connect(min(AT_ONCE, watchers - len(self._sockets)))
        self.connect_s = time.perf_counter() - began
        self._settle()
        self.kilobytes = max(load.pss_bytes(pid) - before, 1) / 1024 / (watchers - FIRST)
        for kept in (self.first_ms, self.median_ms, self.last_ms, self.post_ms):
            kept.clear()

    def _connect(self, count: int) -> None:
        fresh = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(count)]
        for sock in fresh:
            sock.sendall(HANDSHAKE.format(port=self.port).encode())
        for sock in fresh:
            head = sock.recv(4096)
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"a handshake was answered {head[:200]!r}")
            sock.sendall(masked(b'{"subscribe":["orders","analytics"]}'))
            self._sockets[sock.fileno()] = sock
            self._poll.register(sock.fileno(), select.EPOLLIN)

    def _settle(self) -> None:
        # What is sent to newcomers is read away before anything is measured.
        quiet_since = time.perf_counter()
        while time.perf_counter() - quiet_since < 1.5:
            for fd, _ in self._poll.poll(0.1):
                self._sockets[fd].recv(65_536)
                quiet_since = time.perf_counter()

    def round(self) -> None:
        """One order, until the last screen has it."""
        self._number += 1
        mark = b"round-%d;" % self._number
        arrived: list[float] = []
        waiting: dict[int, bytes] = dict.fromkeys(self._sockets, b"")
        began = time.perf_counter()
        self.till.send(self._number)
        while waiting and time.perf_counter() - began < PATIENCE_S:
            for fd, _ in self._poll.poll(0.5):
                data = waiting.get(fd, b"") + self._sockets[fd].recv(65_536)
                if fd in waiting:
                    waiting[fd] = data
                    if mark in data:
                        arrived.append((time.perf_counter() - began) * 1000)
                        del waiting[fd]
            self.till.look(began)
        if waiting:
            raise SystemExit(f"{len(waiting)} screens never saw the order")
        self.post_ms.append(self.till.answered_ms(began))
        arrived.sort()
        self.first_ms.append(arrived[0])
        self.median_ms.append(arrived[len(arrived) // 2])
        self.last_ms.append(arrived[-1])
        self._settle()

    def figures(self) -> dict[str, float]:
        """Medians of the rounds."""
        return {
            "first_ms": round(statistics.median(self.first_ms), 2),
            "median_ms": round(statistics.median(self.median_ms), 2),
            "last_ms": round(statistics.median(self.last_ms), 2),
            "post_ms": round(statistics.median(self.post_ms), 2),
            "kilobytes_per_watcher": round(self.kilobytes, 3),
            "connect_s": round(self.connect_s, 2),
        }


class Till:
    """One keep-alive connection that places orders; the note of each says which round it is."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.connect()
        self._poll = select.poll()
        self._poll.register(self._connection.sock.fileno(), select.POLLIN)
        self._answered = 0.0

    def send(self, number: int) -> None:
        """Send an order and do not wait."""
        self._answered = 0.0
        order = {"product_id": "P1", "quantity": 1, "note": f"round-{number};"}
        self._connection.request("POST", "/orders", json.dumps(order), {"Content-Type": "application/json"})

    def look(self, began: float) -> None:
        """Note when the answer has come."""
        if not self._answered and self._poll.poll(0):
            self._take(began)

    def answered_ms(self, began: float) -> float:
        """When the answer came, waiting for it."""
        if not self._answered:
            self._take(began)
        return self._answered

    def place(self, number: int) -> None:
        """Send an order and wait for its answer."""
        self.send(number)
        self._take(time.perf_counter())

    def _take(self, began: float) -> None:
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 201:
            raise SystemExit(f"an order was answered {answer.status} {body[:400]!r}")
        self._answered = (time.perf_counter() - began) * 1000


def masked(text: bytes) -> bytes:
    """A text of a client, up to 125 bytes, as a frame."""
    mask = os.urandom(4)
    return bytes((0x81, 0x80 | len(text))) + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))


if __name__ == "__main__":
    sys.exit(main())
