"""What does a durable order cost on PostgreSQL beside SQLite, and what do four processes lose against one?

Sixteen connections, one web process and four, each database's rounds seconds apart. CPU is that of the web processes, and of
PostgreSQL's own processes beside them. Prints JSON: medians of the rounds and ratios of the same round.
"""

import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import load
from bench.orders import _make_products
from tests.servers.postgres import Postgres
from tests.servers.takings import Server

CONNECTIONS, SECONDS, ROUNDS, PRODUCTS = 16, 4.0, 3, 50


def main() -> int:
    """Run the rounds and print."""
    with tempfile.TemporaryDirectory() as name:
        folder, postgres = Path(name), Postgres(safe=True).start()
        servers = {}
        try:
            for kind in ("sqlite", "postgres"):
                for workers in (1, 4):
                    place = folder / f"{kind}{workers}"
                    place.mkdir()
                    address = postgres.database() if kind == "postgres" else str(place / "shop.db")
                    server = Server(place, workers=workers, TAKINGS_LOG="json", TAKINGS_DATABASE=address)
                    server.start()
                    _make_products(server)
                    servers[f"{kind}_{workers}"] = server
            rounds = [_round(servers, postgres) for _ in range(ROUNDS)]
            sound = all(server.run("verify").returncode == 0 for server in servers.values())
        finally:
            for server in servers.values():
                server.stop()
            postgres.remove()
    middle = {name: load.median([one[name] for one in rounds]) for name in rounds[0]}
    load.say(
        {
            "question": "orders at 16 connections, SQLite beside PostgreSQL",
            "rounds": ROUNDS,
            **middle,
            "verify": "ok" if sound else "WRONG",
        }
    )
    return 0 if sound else 1


def _round(servers: dict[str, Server], postgres: Postgres) -> dict[str, float]:
    found: dict[str, Any] = {}
    for name, server in servers.items():
        bodies = itertools.cycle([f'{{"product_id":"P{n}","quantity":1}}'.encode() for n in range(PRODUCTS)])
        before, behind = load.cpu_seconds(server.pid), load.cpu_seconds(postgres.pid)
        result = load.drive(server.port, load.post("/orders", bodies, keys=True), CONNECTIONS, SECONDS)
        if set(result.statuses) != {201}:
            raise SystemExit(f"{name} answered {result.statuses}")
        count = len(result.latencies)
        found |= {
            f"{name}_per_second": result.rate,
            f"{name}_cpu_us": (load.cpu_seconds(server.pid) - before) / count * 1e6,
            f"{name}_p99_ms": result.percentile(0.99),
        }
        if name.startswith("postgres"):
            found[f"{name}_server_cpu_us"] = (load.cpu_seconds(postgres.pid) - behind) / count * 1e6
    for kind in ("sqlite", "postgres"):
        found[f"{kind}_four_to_one"] = found[f"{kind}_4_per_second"] / found[f"{kind}_1_per_second"]
    found["postgres_to_sqlite"] = found["postgres_1_per_second"] / found["sqlite_1_per_second"]
    return found


if __name__ == "__main__":
    sys.exit(main())
