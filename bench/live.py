"""How long until one order is on every open screen, and what does a screen cost, beside stock flask-sock and the peers?

    python -m bench.live [--peers] [--watchers N] [--rounds N]

All servers stand side by side with their screens, and each round asks one after the other. Milliseconds are from the
sending of the POST, so commit and tick are in them; every screen must see every order. Memory is the proportional share
(PSS) of the server's processes before and after all but the first 200 screens have come, without the kernel's socket
buffers, which are the same for all. With --peers: Node's ws behind fastify, and Python's websockets. Prints JSON (goals 8
to 10, which are meant for ten thousand screens; as many as the limit of open files allows).
"""

import http.client
import json
import resource
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, load
from bench.contenders import Contender
from bench.native import Crowd

WATCHERS, ROUNDS, FIRST, SPARE_FILES = 2_000, 7, 200, 1_000


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.live", peers=False, watchers=WATCHERS, rounds=ROUNDS).parse_args(arguments)
    watchers = within_the_limit(given.watchers)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        running = [
            stack.enter_context(contenders.takings(folder)),
            stack.enter_context(contenders.flask("bench.sock:app", folder, workers=1)),
            *(contenders.enter(stack, folder, ("ws", "websockets")) if given.peers else []),
        ]
        screens = [stack.enter_context(Screens(one, watchers)) for one in running]
        for _ in range(given.rounds):
            for one in screens:
                one.round()
        for contender in running:
            contender.check()
    load.say(_figures(screens, watchers, given.watchers))
    return 0


def within_the_limit(watchers: int) -> int:
    """As many of them as this machine's limit of open files allows, which is raised as far as it goes."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < watchers + SPARE_FILES:
        print(f"the limit of open files, {hard}, allows {hard - SPARE_FILES} of {watchers} screens", file=sys.stderr)
        watchers = hard - SPARE_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return watchers


def _figures(screens: list["Screens"], watchers: int, meant: int) -> dict[str, object]:
    ours, *others = screens
    best = [min(found) for found in zip(*(one.last_ms for one in others if one.name != "sock"), strict=True)]
    ratios = {
        "last_screen_best_peer": statistics.median(own / other for own, other in zip(ours.last_ms, best, strict=True))
    } if best else {}  # fmt: skip
    for one in others:
        pairs = zip(ours.last_ms, one.last_ms, strict=True)
        posts = zip(ours.post_ms, one.post_ms, strict=True)
        ratios |= {
            f"last_screen_{one.name}": statistics.median(own / other for own, other in pairs),
            f"post_{one.name}": statistics.median(own / other for own, other in posts),
            f"memory_{one.name}": ours.kilobytes / one.kilobytes,
        }
    return {
        "question": f"one order on {watchers} screens",
        "watchers": watchers, "watchers_meant": meant, "rounds": len(ours.last_ms),
        **{one.name: one.figures() for one in screens},
        "ratios": {name: round(value, 4) for name, value in ratios.items()},
    }  # fmt: skip


class Screens:
    """So many screens of one server, and a till. Every screen gets every order, or the run fails."""

    def __init__(self, of: Contender, watchers: int) -> None:
        self.name, self._of = of.name, of
        self.first_ms: list[float] = []
        self.median_ms: list[float] = []
        self.last_ms: list[float] = []
        self.post_ms: list[float] = []
        self.cpu_us: list[float] = []
        self._number = 0
        self.till = Till(of.port)
        self.crowd = Crowd(of.live_port)
        self.crowd.connect(FIRST)  # with the first ones comes what a server loads late
        self.crowd.settle()
        self.round()
        before = load.pss_bytes(of.pid)
        self.connect_s = self.crowd.connect(watchers - FIRST)
        self.crowd.settle()
        self.kilobytes = max(load.pss_bytes(of.pid) - before, 1) / 1024 / (watchers - FIRST)
        self.round()
        for kept in (self.first_ms, self.median_ms, self.last_ms, self.post_ms, self.cpu_us):
            kept.clear()

    def __enter__(self) -> "Screens":
        return self

    def __exit__(self, *_: object) -> None:
        self.crowd.end()

    def round(self) -> None:
        """One order, until the last screen has it."""
        self._number += 1
        self.till.connect()
        before = load.cpu_seconds(self._of.pid)
        self.crowd.arm(f"round-{self._number};")
        began = time.monotonic()
        self.till.place(self._number)
        self.post_ms.append((time.monotonic() - began) * 1000)
        for kept, at in zip((self.first_ms, self.median_ms, self.last_ms), self.crowd.marked(), strict=True):
            kept.append((at - began) * 1000)
        self._of.acknowledged += 1
        self.crowd.settle(200)
        self.cpu_us.append((load.cpu_seconds(self._of.pid) - before) * 1e6)

    def figures(self) -> dict[str, float]:
        """Medians of the rounds."""
        return {
            "first_ms": round(statistics.median(self.first_ms), 2),
            "median_ms": round(statistics.median(self.median_ms), 2),
            "last_ms": round(statistics.median(self.last_ms), 2),
            "post_ms": round(statistics.median(self.post_ms), 2),
            "cpu_us_per_order": round(statistics.median(self.cpu_us)),
            "kilobytes_per_watcher": round(self.kilobytes, 3),
            "connect_s": round(self.connect_s, 2),
        }


class Till:
    """A connection that places orders; the note of each says which round it is."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def connect(self) -> None:
        """Anew: between two rounds a server may have closed what was quiet."""
        self._connection.close()
        self._connection.connect()

    def place(self, number: int) -> None:
        """Send an order and wait for its answer."""
        order = {"lines": [{"product_id": "P1", "quantity": 1}], "note": f"round-{number};"}
        self._connection.request("POST", "/orders", json.dumps(order), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 201:
            raise SystemExit(f"an order was answered {answer.status} {body[:400]!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
