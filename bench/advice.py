"""Does a model that hangs slow anybody down? Orders and advice beside a shop without a model, in the same rounds.

Two servers with the same goods run side by side: one has no model, the other asks one on loopback that takes the question and
never answers. A refresh hangs while each round is driven. Prints JSON on its last line: p99 with and without, and their ratios.
"""

import argparse
import itertools
import json
import os
import socket
import sys
import tempfile
import threading
from pathlib import Path

import httpx

from bench import load
from tests.servers.takings import Server

CONNECTIONS, READERS, SECONDS, ROUNDS, PRODUCTS, ORDERS = 16, 4, 3.0, 9, 30, 2_000
BAR = 1.1


class Hanging:
    """A server on loopback that takes every question and never answers. `held`: how many wait now."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self._held.append(self._listener.accept()[0])
            except OSError:
                return

    @property
    def questions(self) -> int:
        """How many questions came."""
        return len(self._held)

    def close(self) -> None:
        """Let everybody go."""
        self._listener.close()
        for each in self._held:
            each.close()


def main() -> int:
    """Run the rounds and print; 1 where a ratio is above the bar or the model was never asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    model = Hanging()
    told = {"TAKINGS_LLM": "compatible", "TAKINGS_LLM_URL": f"http://127.0.0.1:{model.port}/v1"}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        servers = {"without": Server(Path(one), TAKINGS_LLM="none"), "with": Server(Path(other), **told)}
        try:
            for server in servers.values():
                server.start()
                _fill(server)
            rounds = [_round(servers, number, options.seconds) for number in range(options.rounds)]
        finally:
            for server in servers.values():
                server.stop()
            model.close()
    figures = _figures(rounds, model.questions)
    print(json.dumps({**figures, "machine": {"cores": os.cpu_count(), "python": sys.version.split()[0]}}))
    return 0 if figures["within_bar"] else 1


def _fill(server: Server) -> None:
    """Goods, and sales for advice to stand on; advice is asked for once, so that no round makes the first."""
    with server.client() as client:
        for number in range(PRODUCTS):
            body = {
                "sku": f"P{number}",
                "name": f"Iced tea {number}",
                "price": 2.40,
                "cost": 0.80,
                "category": "Drinks",
            }
            client.post("/products", json=body).raise_for_status()
        lines = "\n".join(f'{{"product_id":"P{number % PRODUCTS}","quantity":1}}' for number in range(ORDERS))
        client.post(
            "/orders/batch", content=lines.encode(), headers={"Content-Type": "application/x-ndjson"}
        ).raise_for_status()
        client.get("/recommendations", headers={"Accept": "application/json"}, timeout=60).raise_for_status()


def _round(servers: dict[str, Server], number: int, seconds: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in sorted(servers, reverse=bool(number % 2)):  # who comes first changes, as the machine warms and cools
        server = servers[name]
        httpx.post(f"{server.url}/recommendations", json={}, timeout=30).raise_for_status()
        bodies = itertools.cycle([f'{{"product_id":"P{n}","quantity":1}}'.encode() for n in range(PRODUCTS)])
        placed = load.drive(server.port, load.post("/orders", bodies, keys=True), CONNECTIONS, seconds)
        read = load.drive(server.port, _get, READERS, seconds)
        if set(placed.statuses) != {201} or set(read.statuses) != {200}:
            raise SystemExit(f"{name}: orders {placed.statuses}, advice {read.statuses}")
        found |= {f"orders_p99_ms_{name}": placed.percentile(0.99), f"advice_p99_ms_{name}": read.percentile(0.99)}
        found |= {f"orders_per_second_{name}": placed.rate, f"advice_per_second_{name}": read.rate}
    return found


def _get() -> bytes:
    return b"GET /recommendations HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"


def _figures(rounds: list[dict[str, float]], questions: int) -> dict[str, object]:
    medians = {name: load.median([one[name] for one in rounds]) for name in rounds[0]}
    ratios = {
        f"{what}_ratio": load.median([one[f"{what}_p99_ms_with"] / one[f"{what}_p99_ms_without"] for one in rounds])
        for what in ("orders", "advice")
    }
    return {
        "question": "p99 of POST /orders and of GET /recommendations with a model that hangs, and without one",
        "rounds": len(rounds), **medians, **ratios, "questions_that_hung": questions, "bar": BAR,
        "within_bar": questions > 0 and all(ratio <= BAR for ratio in ratios.values()),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
