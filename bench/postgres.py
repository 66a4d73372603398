"""What does a durable order cost on PostgreSQL beside SQLite, and what do four processes lose against one?

    python -m bench.postgres [--rounds N] [--seconds S] [--alone]

Sixteen connections, one web process and four, each database's runs seconds apart. CPU is that of the web processes, and of
PostgreSQL's own processes beside them. The wait is that of a group for its turn, as /metrics tells it, read within the
bucket where it lies. --alone leaves SQLite out. Prints JSON: medians of the rounds, and of the ratios of each round.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench import contenders, load
from tests.servers.postgres import Postgres
from tests.servers.takings import Server

CONNECTIONS, SECONDS, ROUNDS, WORKERS = 16, 4.0, 3, (1, 4)
POURED_S = 2.2  # the web processes pour their figures once a second


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.postgres", rounds=ROUNDS, seconds=SECONDS, alone=False).parse_args(arguments)
    kinds = ("postgres",) if given.alone else ("sqlite", "postgres")
    with tempfile.TemporaryDirectory() as name:
        postgres = Postgres(safe=True).start()
        servers: dict[str, Server] = {}
        try:
            for kind in kinds:
                for workers in WORKERS:
                    servers[f"{kind}_{workers}"] = _start(Path(name), kind, workers, postgres)
            for server in servers.values():
                load.drive(server.port, load.post("/orders", contenders.orders(), keys=True), CONNECTIONS, 0.5)
            rounds = [_round(servers, postgres, given.seconds) for _ in range(given.rounds)]
            sound = all(server.run("verify").returncode == 0 for server in servers.values())
        finally:
            for server in servers.values():
                server.stop()
            postgres.remove()
    load.say({
        "question": f"orders at {CONNECTIONS} connections, SQLite beside PostgreSQL",
        "rounds": len(rounds),
        **load.medians(rounds),
        "verify": "ok" if sound else "WRONG",
    })  # fmt: skip
    return 0 if sound else 1


def _start(folder: Path, kind: str, workers: int, postgres: Postgres) -> Server:
    place = folder / f"{kind}{workers}"
    place.mkdir()
    address = postgres.database() if kind == "postgres" else str(place / "shop.db")
    server = Server(place, workers=workers, TAKINGS_LOG="json", TAKINGS_DATABASE=address)
    server.start()
    contenders.make_products(server)
    return server


def _round(servers: dict[str, Server], postgres: Postgres, seconds: float) -> dict[str, float]:
    found: dict[str, Any] = {}
    for name, server in servers.items():
        earlier = _Told(server)
        before, behind = load.cpu_seconds(server.pid), load.cpu_seconds(postgres.pid)
        result = load.drive(server.port, load.post("/orders", contenders.orders(), keys=True), CONNECTIONS, seconds)
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
        time.sleep(POURED_S)
        later = _Told(server)
        found |= {
            f"{name}_orders_a_group": count / later.count(earlier, "takings_commit_items"),
            f"{name}_wait_p50_ms": later.spread(earlier, "takings_lock_wait_seconds", 0.5) * 1000,
            f"{name}_wait_p99_ms": later.spread(earlier, "takings_lock_wait_seconds", 0.99) * 1000,
            f"{name}_held_p50_ms": later.spread(earlier, "takings_commit_seconds", 0.5) * 1000,
            f"{name}_commit_p50_ms": later.spread(earlier, "takings_fsync_seconds", 0.5) * 1000,
        }
    for kind in {name.partition("_")[0] for name in servers}:
        found[f"{kind}_four_to_one"] = found[f"{kind}_4_per_second"] / found[f"{kind}_1_per_second"]
    if "sqlite_1" in servers:
        found["postgres_to_sqlite"] = found["postgres_1_per_second"] / found["sqlite_1_per_second"]
    return found


class _Told:
    """What /metrics said at one moment."""

    def __init__(self, server: Server) -> None:
        self.lines: dict[str, float] = {}
        for line in httpx.get(f"{server.url}/metrics", timeout=20).raise_for_status().text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                self.lines[name] = float(value)

    def count(self, earlier: "_Told", name: str) -> float:
        """How many values came since then."""
        return self.lines[f"{name}_count"] - earlier.lines.get(f"{name}_count", 0.0)

    def spread(self, earlier: "_Told", name: str, share: float) -> float:
        """The value under which that share of those since then lies, as if they lay evenly in their bucket."""
        wanted, below, low = self.count(earlier, name) * share, 0.0, 0.0
        bounds = sorted((float(one.split('"')[1]), one) for one in self.lines if one.startswith(f"{name}_bucket"))
        for high, line in bounds:
            reached = self.lines[line] - earlier.lines.get(line, 0.0)
            if reached >= wanted:
                return low if high == float("inf") else low + (high - low) * (wanted - below) / (reached - below)
            below, low = reached, high
        return low


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
