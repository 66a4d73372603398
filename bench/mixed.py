"""A thousand orders a second with five hundred watchers: how many are taken, and when is an order on a screen?

    python -m bench.mixed [SECONDS] [RATE] [WATCHERS]

The load is offered open loop: the clock of an order starts when it was due, whether or not the server was ready for it.
Every watcher follows orders and figures; ten of them are read closely and must be told of every order that was taken.
Beside it stands stock flask-sock, which stores nothing and sends every order to every watcher by itself. Prints JSON.
"""

import collections
import os
import re
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import load
from bench.live import HANDSHAKE, masked
from tests.servers.takings import Server

SECONDS, RATE, WATCHERS, CLOSELY, CONNECTIONS, PRODUCTS = 8.0, 1_000, 500, 10, 96, 50
BASELINE_S, GRACE_S = 4.0, 2.0
_MARK = re.compile(rb"due-(\d+);")


def main(arguments: list[str]) -> int:
    """Offer the load to both and print."""
    seconds, rate, watchers = (
        float((*arguments, SECONDS)[0]), int((*arguments[1:], RATE)[0]), int((*arguments[2:], WATCHERS)[0])
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), TAKINGS_LOG="json")
        server.start()
        try:
            with server.client() as client:
                for number in range(PRODUCTS):
                    product = {"sku": f"P{number}", "name": f"Product {number}", "price": 2.40, "stock": 1_000_000}
                    client.post("/products", json=product).raise_for_status()
            Load(server.port, server.pid, rate, 20).run(1.0)  # what is loaded late is loaded
            ours = Load(server.port, server.pid, rate, watchers).run(seconds)
            sound = server.run("verify").returncode == 0
        finally:
            server.stop()
        theirs = _baseline(Path(folder), rate, watchers)
    load.say(_figures(ours, theirs, rate, watchers, sound))
    return 0 if sound and not ours["untold"] else 1


def _baseline(folder: Path, rate: int, watchers: int) -> dict[str, Any]:
    port = load.free_port()
    stock = load.gunicorn("bench.sock:app", port, folder, workers=1, quiet=True)
    try:
        load.wait_for(port)
        return Load(port, stock.pid, rate, watchers).run(min(BASELINE_S, SECONDS))
    finally:
        os.killpg(stock.pid, signal.SIGKILL)  # it would go on sending for long
        stock.wait(10)


def _figures(ours: dict[str, Any], theirs: dict[str, Any], rate: int, watchers: int, sound: bool) -> dict[str, Any]:
    return {
        "question": f"{rate} orders a second offered with {watchers} watchers",
        "takings": ours,
        "stock_flask_sock": theirs,
        "ratios": {
            "accepted": round(ours["accepted_share"] / max(theirs["accepted_share"], 0.001), 2),
            "order_to_frame_p99": round(ours["frame_p99_ms"] / max(theirs["frame_p99_ms"], 0.001), 4),
        },
        "verify": "ok" if sound else "WRONG",
    }


class Load:
    """Watchers and tills of one server in one loop."""

    def __init__(self, port: int, pid: int, rate: int, watchers: int) -> None:
        self.port, self.pid, self.rate = port, pid, rate
        self._poll = select.epoll()
        self._watchers: dict[int, socket.socket] = {}
        self._closely: dict[int, bytes] = {}
        self._tills: dict[int, list[Any]] = {}
        for number in range(watchers):
            self._watch(closely=number < CLOSELY)
        for _ in range(CONNECTIONS):
            sock = socket.create_connection(("127.0.0.1", port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._tills[sock.fileno()] = [sock, b"", -1]
            self._poll.register(sock.fileno(), select.EPOLLIN)
        self._idle = list(self._tills)
        self._waiting: collections.deque[int] = collections.deque()
        self._began = 0.0
        self._answered: dict[int, float] = {}
        self._told: dict[int, float] = {}
        self._counts: dict[int, int] = {}
        self._statuses: collections.Counter[int] = collections.Counter()

    def _watch(self, closely: bool) -> None:
        sock = socket.create_connection(("127.0.0.1", self.port))
        sock.sendall(HANDSHAKE.format(port=self.port).encode())
        if not sock.recv(4096).startswith(b"HTTP/1.1 101"):
            raise SystemExit("a handshake was refused")
        sock.sendall(masked(b'{"subscribe":["orders","analytics"]}'))
        sock.setblocking(False)
        self._watchers[sock.fileno()] = sock
        if closely:
            self._closely[sock.fileno()] = b""
        self._poll.register(sock.fileno(), select.EPOLLIN)

    def run(self, seconds: float) -> dict[str, Any]:
        """Offer the load for some seconds, then wait a moment for what is on its way."""
        offered, sent, cpu = int(seconds * self.rate), 0, load.cpu_seconds(self.pid)
        self._began = time.perf_counter()
        while (now := time.perf_counter() - self._began) < seconds + GRACE_S:
            while sent < offered and sent / self.rate <= now:
                self._waiting.append(sent)
                sent += 1
            while self._idle and self._waiting:
                self._send(self._idle.pop(), self._waiting.popleft())
            if sent == offered and len(self._told) == len(self._answered) == offered and self._all_told():
                break
            for fd, _ in self._poll.poll(0.001):
                self._hear(fd) if fd in self._watchers else self._take(fd)
        cpu = load.cpu_seconds(self.pid) - cpu
        self._close()
        return self._figures(offered, cpu)

    def _all_told(self) -> bool:
        return all(self._counts.get(number, 0) >= len(self._closely) for number in self._answered)

    def _send(self, fd: int, number: int) -> None:
        body = b'{"product_id":"P%d","quantity":1,"note":"due-%d;"}' % (number % PRODUCTS, number)
        head = (
            b"POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )
        self._tills[fd][2] = number
        self._tills[fd][0].sendall(head % len(body) + body)

    def _take(self, fd: int) -> None:
        till = self._tills[fd]
        till[1] += till[0].recv(65_536)
        length = load.complete(till[1])
        if length:
            status = int(till[1][9:12])
            self._statuses[status] += 1
            if status == 201:
                self._answered[till[2]] = time.perf_counter() - self._began
            till[1] = till[1][length:]
            self._idle.append(fd)

    def _hear(self, fd: int) -> None:
        try:
            data = self._watchers[fd].recv(262_144)
        except BlockingIOError:
            return
        if not data:
            raise SystemExit("a watcher was sent away")
        if fd not in self._closely:
            return
        now, data = time.perf_counter() - self._began, self._closely[fd] + data
        for found in _MARK.finditer(data):
            number = int(found.group(1))
            self._counts[number] = self._counts.get(number, 0) + 1
            self._told[number] = now  # the last of those that are read closely
        last = data.rfind(b"due-")
        self._closely[fd] = data[last:] if last >= 0 and b";" not in data[last:] else b""

    def _close(self) -> None:
        for sock in (*self._watchers.values(), *(till[0] for till in self._tills.values())):
            sock.close()

    def _figures(self, offered: int, cpu: float) -> dict[str, Any]:
        posts = load.Result(1.0, [(at - n / self.rate) * 1000 for n, at in self._answered.items()], {})
        frames = load.Result(1.0, [(at - n / self.rate) * 1000 for n, at in self._told.items()], {})
        untold = sum(self._counts.get(number, 0) < len(self._closely) for number in self._answered)
        return {
            "offered": offered,
            "accepted_share": round(len(self._answered) / offered, 4),
            "post_p50_ms": round(posts.percentile(0.5), 1), "post_p99_ms": round(posts.percentile(0.99), 1),
            "frame_p50_ms": round(frames.percentile(0.5), 1), "frame_p99_ms": round(frames.percentile(0.99), 1),
            "untold": untold, "other_answers": {str(k): n for k, n in self._statuses.items() if k != 201},
            "cpu_us_per_order": round(cpu / max(len(self._answered), 1) * 1e6),
        }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
