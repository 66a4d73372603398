"""Is anything lost when every process of the server is killed in the middle of load, again and again?

    python -m bench.killed [--rounds N] [--seconds S]

Sixteen clients place orders, each as soon as the one before is answered; after some seconds `kill -9` meets all processes at
once, and the server starts again over what is there. Then every acknowledged order is looked for in the file, and the
kept sums are compared with the orders. Prints JSON (goal 13): kills, acknowledged, lost, rollups less orders; and how many
were kept without having been answered, which is what the key of a retry is for. Exit status 1: something was lost.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench import contenders, load
from tests.servers.takings import Server

CLIENTS, SECONDS, ROUNDS = 16, 2.0, 4


def main(arguments: list[str]) -> int:
    """Kill so often, look, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.killed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how many kills")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of load before each")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name), TAKINGS_LOG="json")
        server.start()
        try:
            with server.client() as client:
                product = {"sku": "P1", "name": "Product", "price": 2.40, "stock": 10_000_000}
                client.post("/products", json=product).raise_for_status()
            clients = [_Client(server) for _ in range(CLIENTS)]
            for _ in range(given.rounds):
                _kill(server, clients, given.seconds)
            with server.client() as client:
                told = client.get("/analytics").json()
            sound = server.run("verify")
        finally:
            server.stop()
        figures = _figures(server, clients, told)
    load.say({"question": "kill -9 of every process under load", "rounds": given.rounds, **figures})
    if sound.returncode:
        print(sound.stdout, sound.stderr, file=sys.stderr)
    return 1 if sound.returncode or any(figures["ratios"].values()) else 0


def _kill(server: Server, clients: list["_Client"], seconds: float) -> None:
    before = sum(len(one.acknowledged) for one in clients)
    threads = [threading.Thread(target=one.sell) for one in clients]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    for pid in server.family():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    if sum(len(one.acknowledged) for one in clients) == before:
        raise SystemExit("nothing was acknowledged before the kill: it proves nothing")
    server.restart(signal.SIGKILL)


class _Client:
    """Places orders until the server is gone."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.acknowledged: list[int] = []

    def sell(self) -> None:
        """One order after the other."""
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=20)
        body = next(contenders.orders()).replace(b"P0", b"P1")
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                connection.request("POST", "/orders", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                said = json.loads(answer.read())
                if answer.status == 201:
                    self.acknowledged.append(said["id"])
        connection.close()


def _figures(server: Server, clients: list[_Client], told: dict[str, float]) -> dict[str, object]:
    acknowledged = {id_ for one in clients for id_ in one.acknowledged}
    with sqlite3.connect(server.database) as db:
        kept = {id_ for (id_,) in db.execute("select id from orders")}
        total_minor = db.execute("select coalesce(sum(total_minor), 0) from orders").fetchone()[0]
    db.close()
    return {
        "acknowledged": len(acknowledged), "kept": len(kept), "kept_unanswered": len(kept - acknowledged),
        "ratios": {
            "lost": len(acknowledged - kept),
            "rollups_less_orders_minor": abs(round(told["total_revenue"] * 100) - total_minor),
            "counted_less_orders": abs(told["orders"] - len(kept)),
        },
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
