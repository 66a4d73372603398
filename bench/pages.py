"""Does a page cost more where the ledger is larger? CPU of each read at 10 thousand and a million lines, beside Flask.

    python -m bench.pages [--large] [--keep FOLDER] [ROUNDS]

`--large` adds ten million lines, `--keep` leaves the shops in a folder and finds them there again. Each size has a process
of its own that answers WSGI calls; in each round all take turns, seconds apart. `cold` is the first read after a sale,
`kept` one of the following. The figures are medians of CPU-microseconds a request, `ratio` is the median over the rounds
of large / small, and `beside_hello` how many empty answers of Flask a kept read costs. The goal for ratios is 1.15.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench import grow, load

SIZES, LARGE, ROUNDS = (10_000, 1_000_000), 10_000_000, 5
COLD, KEPT, HELLO = 8, 40, 300
GOAL = 1.15
JSON, HTML = "application/json", "text/html"
READS = {
    "analytics": ("/analytics", JSON),
    "analytics_today": ("/analytics?period=today&compare=previous", JSON),
    "today": ("/", HTML),
    "orders": ("/orders", HTML),
    "orders_of_a_channel": ("/orders?channel=store&period=28d", HTML),
    "orders_of_a_product": ("/orders?product=P005", HTML),
    "orders_with_a_word": ("/orders?q=X-13", HTML),
    "orders_returned": ("/orders?status=returned", HTML),
    "products": ("/products", HTML),
    "explore": ("/explore", HTML),
    "explore_categories": ("/explore?metric=net_sales&by=category&period=12m&compare=none", HTML),
    "an_order": ("/orders/77", HTML),
    "a_product": ("/products/7", HTML),
}


def main(arguments: list[str]) -> int:
    """Make the shops, run the rounds and print."""
    if arguments[:1] == ["--answer"]:
        return _answer(Path(arguments[1]))
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    given = parser.parse_args(arguments)
    sizes = (*SIZES, LARGE) if given.large else SIZES
    with tempfile.TemporaryDirectory() as folder:
        shops = [_Shop(given.keep or Path(folder), lines) for lines in sizes]
        rounds = [[shop.round() for shop in shops] for _ in range(given.rounds)]
        for shop in shops:
            shop.close()
    load.say(_figures(sizes, shops, rounds))
    return 0


class _Shop:
    """A process that answers over a shop of so many lines."""

    def __init__(self, folder: Path, lines: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"shop-{lines}.db"
        began = time.perf_counter()
        self._made = not path.exists()
        if self._made:
            subprocess.run(
                [sys.executable, "-m", "bench.grow", str(path), str(lines)], cwd=load.ROOT, check=True, stdout=2
            )
        self.grown_s = round(time.perf_counter() - began, 1) if self._made else None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.pages", "--answer", str(path)], cwd=load.ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def round(self) -> dict[str, dict[str, float]]:
        """CPU-microseconds a request of each read, cold and kept."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("round\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit("a server ended before its answer")
        found: dict[str, dict[str, float]] = json.loads(said)
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def _figures(
    sizes: tuple[int, ...], shops: list[_Shop], rounds: list[list[dict[str, dict[str, float]]]]
) -> dict[str, Any]:
    def middle(of: int, name: str, what: str) -> float:
        return round(median(one[of][name][what] for one in rounds))

    def ratio(of: int, name: str, what: str) -> float:
        return round(median(one[of][name][what] / one[0][name][what] for one in rounds), 3)

    larger = range(1, len(sizes))
    ratios = {
        name: {f"{what}_{sizes[of]}": ratio(of, name, what) for of in larger for what in ("cold", "kept")}
        for name in READS
    }
    return {
        "question": "CPU-microseconds a read, by lines of the ledger",
        "rounds": len(rounds),
        "grown_s": {size: shop.grown_s for size, shop in zip(sizes, shops, strict=True)},
        "cpu_us": {
            name: {
                f"{what}_{size}": middle(of, name, what) for of, size in enumerate(sizes) for what in ("cold", "kept")
            }
            for name in (*READS, "hello")
        },
        "ratio": ratios,
        "beside_hello": {
            name: round(median(one[1][name]["kept"] / one[1]["hello"]["kept"] for one in rounds), 2) for name in READS
        },
        "above_the_goal": {
            name: {what: found for what, found in of.items() if found > GOAL}
            for name, of in ratios.items()
            if max(of.values()) > GOAL
        },
    }


# ---- One size ----


def _answer(path: Path) -> int:
    """Answer a round for every line of standard input."""
    from webapp.app import create_app
    from webapp.db import store, writer

    clock_file = path.with_suffix(".clock")
    clock_file.write_text(grow.NOW)
    grow.open_new(path, TAKINGS_CLOCK_FILE=str(clock_file))
    application = create_app(store.settings())
    from bench.hello import app as hello

    for _ in sys.stdin:
        found = {name: _read(application, address, accept) for name, (address, accept) in READS.items()}
        took = _cpu_us(_call(hello, "/orders", JSON), HELLO)
        found["hello"] = {"cold": took, "kept": took}
        print(json.dumps(found), flush=True)
    writer.close()
    return 0


def _read(application: Any, address: str, accept: str) -> dict[str, float]:
    call = _call(application, address, accept)
    call()
    cold = []
    for _ in range(COLD):
        _sell()
        cold.append(_cpu_us(call, 1))
    return {"cold": median(cold), "kept": _cpu_us(call, KEPT)}


def _sell() -> None:
    from webapp.db import writer
    from webapp.orders import actions
    from webapp.orders.shapes import LineDraft, OrderDraft

    writer.do(actions.place_orders, OrderDraft([LineDraft(1, 1)]))


def _cpu_us(call: Callable[[], None], times: int) -> float:
    used = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - used) / times * 1e6


def _call(application: Any, address: str, accept: str) -> Callable[[], None]:
    """A read of that address, as a browser's request comes in from the server."""
    from werkzeug.test import EnvironBuilder

    headers = {"Accept": accept, "Accept-Encoding": "gzip", "Host": "127.0.0.1"}
    environ = EnvironBuilder(address, headers=headers).get_environ()
    environ["REMOTE_ADDR"] = "127.0.0.1"
    statuses: list[str] = []

    def call() -> None:
        answer = application(dict(environ), lambda status, *_: statuses.append(status))
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        if not statuses.pop().startswith("200"):
            raise SystemExit(f"{address} was not answered 200")

    return call


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
