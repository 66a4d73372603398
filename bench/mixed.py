"""A thousand orders a second with five hundred watchers: how many are taken, and when is an order on a screen?

    python -m bench.mixed [--peers] [--rounds N] [--seconds S] [--rate R] [--watchers N]

The load is offered open loop: the clock of an order starts when it was due, whether or not the server was ready for it.
Every watcher follows orders and figures; ten of them are read closely and must be told of every order that was taken.
Beside it stands stock flask-sock, which stores nothing and sends every order to every watcher by itself; with --peers
Node's fastify, better-sqlite3 and ws too, once with a frame an order and once with a frame each 20 ms. Each round takes
one after the other. Prints JSON (goal 11).
"""

import collections
import re
import select
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import contenders, load
from bench.contenders import PRODUCTS, Contender
from bench.live import within_the_limit
from bench.native import SUBSCRIBE, Crowd
from bench.native.handshake import HANDSHAKE, masked

SECONDS, RATE, WATCHERS, ROUNDS, CLOSELY, CONNECTIONS = 4.0, 1_000, 500, 3, 10, 96
GRACE_S = 2.0
_MARK = re.compile(rb"due-(\d+);")


def main(arguments: list[str]) -> int:
    """Offer the load to each in turn and print."""
    given = load.parser(
        "bench.mixed", peers=False, rounds=ROUNDS, seconds=SECONDS, rate=RATE, watchers=WATCHERS
    ).parse_args(arguments)
    watchers = within_the_limit(given.watchers)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        running = [
            stack.enter_context(contenders.takings(folder)),
            stack.enter_context(contenders.flask("bench.sock:app", folder, workers=1, quiet=True)),
            *(contenders.enter(stack, folder, ("ws", "ws_ticks")) if given.peers else []),
        ]
        Load(running[0], given.rate, 20).run(1.0)  # what is loaded late is loaded
        rounds = [_round(running, given.rate, watchers, given.seconds) for _ in range(given.rounds)]
        untold = sum(one["takings"]["untold"] for one in rounds)
        for one in running:
            one.check(unanswered=CONNECTIONS * (given.rounds + 1))  # what is late is cut off before its answer
    load.say(figures(rounds, f"{given.rate} orders a second offered with {watchers} watchers"))
    return 1 if untold else 0


def _round(running: list[Contender], rate: int, watchers: int, seconds: float) -> dict[str, dict[str, Any]]:
    return {one.name: Load(one, rate, watchers).run(seconds) for one in running}


def figures(rounds: list[dict[str, dict[str, Any]]], question: str) -> dict[str, Any]:
    """Medians of the rounds, and the medians of the rounds' ratios to each of the others and to the best plain one."""
    names = list(rounds[0])
    middle = {
        name: {
            of: load.median([one[name][of] for one in rounds])
            for of in rounds[0][name] if of != "other_answers"
        } for name in names
    }  # fmt: skip
    ratios = {"accepted": middle["takings"]["accepted_share"]}
    for name in names[1:]:
        pairs = [(one["takings"], one[name]) for one in rounds]
        ratios[f"p99_{name}"] = load.median([own["frame_p99_ms"] / max(of["frame_p99_ms"], 0.001) for own, of in pairs])
    plain = [name for name in names[1:] if name != "ws_ticks"]
    best = [min(one[name]["frame_p99_ms"] for name in plain) for one in rounds]
    own = [one["takings"]["frame_p99_ms"] for one in rounds]
    ratios["p99_best_plain"] = load.median([ours / max(theirs, 0.001) for ours, theirs in zip(own, best, strict=True)])
    other_answers = {
        name: [one[name]["other_answers"] for one in rounds if one[name]["other_answers"]] for name in names
    }
    return {"question": question, "rounds": len(rounds), **middle, "ratios": ratios, "other_answers": other_answers}


class Load:
    """Watchers and tills of one server in one loop."""

    def __init__(self, of: Contender, rate: int, watchers: int) -> None:
        self.of, self.port, self.rate = of, of.port, rate
        self._poll = select.epoll()
        self._watchers: dict[int, socket.socket] = {}
        self._ends: dict[int, bytes] = {}
        self._tills: dict[int, list[Any]] = {}
        self._crowd = Crowd(of.live_port)
        self._crowd.connect(max(watchers - CLOSELY, 1))
        for _ in range(min(watchers, CLOSELY)):
            self._watch()
        for _ in range(CONNECTIONS):
            sock = socket.create_connection(("127.0.0.1", self.port))
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

    def _watch(self) -> None:
        sock = socket.create_connection(("127.0.0.1", self.of.live_port))
        sock.sendall(HANDSHAKE.format(port=self.port).encode())
        if not sock.recv(4096).startswith(b"HTTP/1.1 101"):
            raise SystemExit(f"{self.of.name} refused a handshake")
        sock.sendall(masked(SUBSCRIBE.encode()))
        sock.setblocking(False)
        self._watchers[sock.fileno()] = sock
        self._ends[sock.fileno()] = b""
        self._poll.register(sock.fileno(), select.EPOLLIN)

    def run(self, seconds: float) -> dict[str, Any]:
        """Offer the load for some seconds, then wait a moment for what is on its way."""
        offered, sent, cpu = int(seconds * self.rate), 0, load.cpu_seconds(self.of.pid)
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
        cpu = load.cpu_seconds(self.of.pid) - cpu
        self._close()
        self.of.acknowledged += len(self._answered)
        return self._figures(offered, cpu)

    def _all_told(self) -> bool:
        return all(self._counts.get(number, 0) >= len(self._ends) for number in self._answered)

    def _send(self, fd: int, number: int) -> None:
        body = b'{"lines":[{"product_id":"P%d","quantity":1}],"note":"due-%d;"}' % (number % PRODUCTS, number)
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
            raise SystemExit(f"{self.of.name} sent a watcher away")
        now, data = time.perf_counter() - self._began, self._ends[fd] + data
        for found in _MARK.finditer(data):
            number = int(found.group(1))
            self._counts[number] = self._counts.get(number, 0) + 1
            self._told[number] = now  # the last of those that are read closely
        last = data.rfind(b"due-")
        self._ends[fd] = data[last:] if last >= 0 and b";" not in data[last:] else b""

    def _close(self) -> None:
        for sock in (*self._watchers.values(), *(till[0] for till in self._tills.values())):
            sock.close()
        self._crowd.end()

    def _figures(self, offered: int, cpu: float) -> dict[str, Any]:
        posts = load.Result(1.0, [(at - n / self.rate) * 1000 for n, at in self._answered.items()], {})
        frames = load.Result(1.0, [(at - n / self.rate) * 1000 for n, at in self._told.items()], {})
        untold = sum(self._counts.get(number, 0) < len(self._ends) for number in self._answered)
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
