"""Who is measured: Takings, Flask's empty answers and the peers, each in a folder of its own, all on free ports.

A peer that is not installed is left out aloud; `make peers` installs them.
"""

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import load
from tests.servers.takings import Server

HOME = load.ROOT / "var" / "peers"
PYTHON, MODULES = HOME / "python" / "bin", HOME / "node_modules"
PRODUCTS, PRICE_MINOR = 50, 240
_GUNICORN = f"{PYTHON}/gunicorn --no-control-socket --keep-alive 75 --log-level error -k gthread -b 127.0.0.1:{{port}}"
PEERS = {
    "fastapi": f"{PYTHON}/uvicorn --workers 2 --port {{port}} --log-level error --timeout-keep-alive 75 fastapi_shop:app",
    "django": f"{_GUNICORN} -w 2 --threads 32 django_shop:app",
    "naive": f"{_GUNICORN} -w 2 --threads 64 naive_shop:app",
    "fastify": "node fastify_shop.mjs",
    "ws": "node fastify_shop.mjs",
    "ws_ticks": "node fastify_shop.mjs",
    "websockets": f"{PYTHON}/python websockets_screens.py",
}
_MORE = {"fastify": {"PEER_WORKERS": "2"}, "ws_ticks": {"PEER_TICK_MS": "20"}}
PYTHON_PEERS = ("fastapi", "django", "naive")


class Contender:
    """A server that runs. stored: how many orders it keeps and their sum, in minor units; None where it keeps none."""

    def __init__(
        self, name: str, port: int, pid: int, stored: Callable[[], tuple[int, int]] | None = None, live_port: int = 0
    ) -> None:
        self.name, self.port, self.pid, self.stored = name, port, pid, stored
        self.live_port = live_port or port
        self.acknowledged = 0

    def check(self, unanswered: int = 0) -> None:
        """What was acknowledged is what is kept; at most so many more, that were cut off before their answer.

        Raises SystemExit where it is not: its figures would mean nothing.
        """
        if self.stored is None:
            return
        orders, total_minor = self.stored()
        if not self.acknowledged <= orders <= self.acknowledged + unanswered or total_minor != orders * PRICE_MINOR:
            raise SystemExit(f"{self.name} acknowledged {self.acknowledged} orders and keeps {orders}: {total_minor}")


def missing(name: str) -> str:
    """Why a peer cannot run here; empty where it can."""
    if name in ("fastify", "ws", "ws_ticks"):
        if shutil.which("node") is None:
            return "there is no Node"
        built = MODULES / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node"
        return "" if built.exists() else "better-sqlite3 was not built; `make peers` builds it where a compiler is"
    return "" if (PYTHON / "uvicorn").exists() else "`make peers` was not run"


@contextmanager
def peer(name: str, folder: Path, seed: Callable[[sqlite3.Connection], None] | None = None) -> Iterator[Contender]:
    """That peer over tables of its own, with the products of this bench or what `seed` puts into them."""
    database, port = folder / f"{name}.db", load.free_port()
    with sqlite3.connect(database) as db:
        db.executescript((load.ROOT / "bench" / "peers" / "schema.sql").read_text("utf-8"))
        (seed or _products)(db)
    db.close()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
        "PEER_DATABASE": str(database), "PEER_PORT": str(port), "PEER_MODULES": str(HOME), **_MORE.get(name, {})
    }  # fmt: skip
    process = subprocess.Popen(
        PEERS[name].format(port=port).split(), cwd=load.ROOT / "bench" / "peers", env=environ,
        start_new_session=True,
    )  # fmt: skip
    try:
        load.wait_for(port)
        kept = None if name == "websockets" else lambda: sums(database)
        yield Contender(name, port, process.pid, kept, port + (name == "websockets"))
    finally:
        _end(process)


def _products(db: sqlite3.Connection) -> None:
    rows = [(f"P{n}", f"Product {n}", PRICE_MINOR) for n in range(PRODUCTS)]
    db.executemany("insert into product (sku, name, price_minor) values (?, ?, ?)", rows)


def sums(database: Path) -> tuple[int, int]:
    """How many orders a file keeps and their sum, in minor units; of a peer or of Takings."""
    with sqlite3.connect(database) as db:
        orders, total_minor = db.execute("select count(*), sum(total_minor) from orders").fetchone()
    db.close()
    return orders, total_minor or 0


@contextmanager
def takings(folder: Path, workers: int = 2, stock: bool = True, **settings: str) -> Iterator[Contender]:
    """Takings with the products of this bench, or over the shop that is in that folder (stock: False)."""
    server = Server(folder, workers=workers, TAKINGS_LOG="json", **settings)
    server.port = load.free_port()  # one that it is given may lie among those of outgoing connections
    server.start()
    try:
        if stock:
            make_products(server)
        yield Contender("takings", server.port, server.pid, lambda: sums(server.database))
        if stock and (found := server.run("verify")).returncode:
            raise SystemExit(f"the ledger is not sound:\n{found.stdout}{found.stderr}")
    finally:
        server.stop()


def make_products(server: Server) -> None:
    """The products of this bench, with stock enough for all of it."""
    with server.client() as client:
        for number in range(PRODUCTS):
            product = {"sku": f"P{number}", "name": f"Product {number}", "price": 2.40, "stock": 10_000_000}
            client.post("/products", json=product).raise_for_status()


@contextmanager
def flask(application: str, folder: Path, workers: int = 2, quiet: bool = False) -> Iterator[Contender]:
    """A Flask application of this folder on stock gunicorn with gevent."""
    port = load.free_port()
    (folder / "bare.py").write_text("worker_connections = 100_000\n")  # else it takes a thousand watchers
    process = load.gunicorn(application, port, folder, workers, quiet)
    try:
        load.wait_for(port)
        yield Contender(application.partition(":")[0].rpartition(".")[2], port, process.pid)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)  # some would wait for their watchers
    except ProcessLookupError:
        pass
    process.wait(10)


def enter(
    stack: ExitStack, folder: Path, names: tuple[str, ...], seed: Callable[[sqlite3.Connection], None] | None = None
) -> list[Contender]:
    """Those of the named peers that can run here, running."""
    found = []
    for name in names:
        if why := missing(name):
            print(f"{name} is left out: {why}", file=sys.stderr)
        else:
            found.append(stack.enter_context(peer(name, folder, seed)))
    return found


def orders() -> Iterator[bytes]:
    """Bodies of an order of one line each, over all products."""
    return itertools.cycle([b'{"lines":[{"product_id":"P%d","quantity":1}]}' % n for n in range(PRODUCTS)])


def post_orders(
    to: Contender, connections: int, seconds: float, requests: Callable[[], bytes] | None = None, each: int = 1
) -> tuple[load.Result, float]:
    """Orders for some seconds; the result, and CPU-microseconds an order. Raises SystemExit where one was refused.

    requests: others than single orders, that hold `each` orders and are answered 200.
    """
    before = load.cpu_seconds(to.pid)
    result = load.drive(to.port, requests or load.post("/orders", orders(), keys=True), connections, seconds)
    used = load.cpu_seconds(to.pid) - before
    if set(result.statuses) != {200 if requests else 201}:
        raise SystemExit(f"{to.name} answered {result.statuses}")
    to.acknowledged += len(result.latencies) * each
    return result, used / len(result.latencies) / each * 1e6
