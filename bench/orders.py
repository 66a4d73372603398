"""How fast are durable orders at 64 connections, beside the framework's empty answer on the same gunicorn?

Each round runs both, seconds apart; the figures are medians of the rounds. Prints JSON: rates, CPU per order, ratios.
"""

import itertools
import signal
import sys
import tempfile
from pathlib import Path

from bench import load
from tests.servers.takings import Server

CONNECTIONS, SECONDS, ROUNDS, PRODUCTS = 64, 4.0, 3, 50


def main() -> int:
    """Run the rounds and print."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), TAKINGS_LOG="json")
        server.start()
        port = load.free_port()
        hello = load.gunicorn("bench.hello:app", port, Path(folder))
        try:
            load.wait_for(port)
            _make_products(server)
            rounds = [_round(server, hello.pid, port) for _ in range(ROUNDS)]
            sound = server.run("verify").returncode == 0
        finally:
            server.stop()
            hello.send_signal(signal.SIGTERM)
            hello.wait(10)
    load.say(_figures(rounds, sound))
    return 0 if sound else 1


def _make_products(server: Server) -> None:
    with server.client() as client:
        for number in range(PRODUCTS):
            product = {"sku": f"P{number}", "name": f"Product {number}", "price": 2.40, "stock": 1_000_000}
            client.post("/products", json=product).raise_for_status()


def _round(server: Server, hello_pid: int, hello_port: int) -> dict[str, float]:
    bodies = itertools.cycle([f'{{"product_id":"P{n}","quantity":1}}'.encode() for n in range(PRODUCTS)])
    found: dict[str, float] = {}
    for name, port, pid in (("hello", hello_port, hello_pid), ("orders", server.port, server.pid)):
        before = load.cpu_seconds(pid)
        result = load.drive(port, load.post("/orders", bodies, keys=True), CONNECTIONS, SECONDS)
        if set(result.statuses) != {201}:
            raise SystemExit(f"{name} answered {result.statuses}")
        used = load.cpu_seconds(pid) - before
        found |= {
            f"{name}_per_second": result.rate,
            f"{name}_cpu_us": used / len(result.latencies) * 1e6,
            f"{name}_p50_ms": result.percentile(0.5),
            f"{name}_p99_ms": result.percentile(0.99),
        }
    found["rate_ratio"] = found["orders_per_second"] / found["hello_per_second"]
    found["cpu_ratio"] = found["hello_cpu_us"] / found["orders_cpu_us"]
    return found


def _figures(rounds: list[dict[str, float]], sound: bool) -> dict[str, object]:
    return {
        "question": "durable orders at 64 connections beside Flask's empty answer",
        "rounds": len(rounds),
        **{name: load.median([one[name] for one in rounds]) for name in rounds[0]},
        "verify": "ok" if sound else "WRONG",
    }


if __name__ == "__main__":
    sys.exit(main())
