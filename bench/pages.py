"""Does a page cost more where the ledger is larger? CPU of each read at 10 thousand and a million lines, beside Flask.

    python -m bench.pages [--large] [--keep FOLDER] [ROUNDS]

`--large` adds ten million lines, `--keep` leaves the shops in a folder and finds them there again. Each size has a process
of its own that answers WSGI calls; with each read all take turns, a moment apart. The shops are alike in everything but the
number of orders a day (`bench/grow.py`): the same two years, products, categories, channels and regions, orders of the same
kinds; each list finds its rows and each period its months in all of them, and a search finds as many.

`first` is a read by a process that remembers nothing of closed days (`webapp/metrics/closed.py`), `cold` the first read
after a sale, when no finished answer is used, and `kept` one of the following. The figures are medians of
CPU-microseconds a request, `ratio` is the median over the rounds of large / small, and `beside_hello` how many empty
answers of Flask a kept read costs. The goal for ratios, cold and kept, is 1.15.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench import grow, load

SIZES, LARGE, ROUNDS = (10_000, 1_000_000), 10_000_000, 3
FIRST, COLD, KEPT, EMPTY = 2, 6, 12, 300
HELLO = "hello"
GOAL = 1.15
WHAT = ("first", "cold", "kept")
JSON, HTML = "application/json", "text/html"
READS = {
    "analytics": ("/analytics", JSON),
    "analytics_today": ("/analytics?period=today&compare=previous", JSON),
    "today": ("/", HTML),
    "today_28_days": ("/?period=28d&compare=previous", HTML),
    "today_of_a_category": ("/?category=Drinks", HTML),
    "reconciliation": ("/analytics/reconciliation", HTML),
    "channels": ("/analytics/channels", HTML),
    "regions": ("/analytics/regions", HTML),
    "hours": ("/analytics/hours", HTML),
    "seasons": ("/analytics/seasons", HTML),
    "orders": ("/orders", HTML),
    "orders_of_a_channel": ("/orders?channel=store&period=28d", HTML),
    "orders_of_a_product": ("/orders?product=P005", HTML),
    "orders_of_a_category": ("/orders?category=Drinks/Hot", HTML),
    "orders_of_a_place_and_hour": ("/orders?location=pier&hour=9", HTML),
    "orders_with_a_word": ("/orders?q=X-1303", HTML),
    "orders_returned": ("/orders?status=returned", HTML),
    "orders_largest": ("/orders?sort=-total", HTML),
    "an_order": ("/orders/77", HTML),
    "a_receipt": ("/orders/77/receipt", HTML),
    "returns": ("/returns", HTML),
    "a_return": ("/returns/7", HTML),
    "explore": ("/explore", HTML),
    **{
        f"explore_{name}": (f"/explore?metric=net_sales&by={name}&period=12m&compare=none", HTML)
        for name in ("product", "category", "brand", "vendor", "price_tier", "channel", "location", "region", "weekday", "hour")
    },
    "explore_orders_of_brands": ("/explore?metric=orders&by=brand&period=28d", HTML),
    "explore_months": ("/explore?metric=net_sales&by=category&grain=month&period=12m", HTML),
    "about_a_figure": ("/explore/metrics/net_sales", HTML),
    "products": ("/products", HTML),
    "a_product": ("/products/1", HTML),  # the best seller: in each of the shops its page has all of its parts
    "stock_of_a_product": ("/products/7/stock", HTML),
    "prices_of_a_product": ("/products/7/prices", JSON),
    "scarce_products": ("/products?stock=low", HTML),
    "search": ("/search?q=X-1303", HTML),
    "recommendations": ("/recommendations", HTML),
    "weather": ("/weather", HTML),
    "imports": ("/imports", HTML),
    "backups": ("/backups", HTML),
    "sell": ("/sell", HTML),
    "settings": ("/settings", HTML),
}  # fmt: skip


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
        rounds = [_round(shops, number) for number in range(given.rounds)]
        for shop in shops:
            shop.close()
    load.say(_figures(sizes, shops, rounds))
    return 0


def _round(shops: list["_Shop"], number: int) -> list[dict[str, dict[str, float]]]:
    """Each read of each shop once: the shops take turns with each read, a moment apart, every other round backwards."""
    found: list[dict[str, dict[str, float]]] = [{} for _ in shops]
    order = range(len(shops)) if number % 2 == 0 else range(len(shops) - 1, -1, -1)
    for name in (*READS, HELLO):
        for of in order:
            found[of][name] = shops[of].read(name)
    return found


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
        self._copy = folder / f"shop-{lines}-sold.db"  # in which the sales between the reads are made
        self._remove()
        shutil.copyfile(path, self._copy)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.pages", "--answer", str(self._copy)], cwd=load.ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def read(self, name: str) -> dict[str, float]:
        """CPU-microseconds a request of a read: first, cold and kept."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit("a server ended before its answer")
        found: dict[str, float] = json.loads(said)
        return found

    def close(self) -> None:
        """End the process and remove what it sold."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._remove()

    def _remove(self) -> None:
        for file in self._copy.parent.glob(self._copy.stem + ".*"):
            file.unlink()


def _figures(
    sizes: tuple[int, ...], shops: list[_Shop], rounds: list[list[dict[str, dict[str, float]]]]
) -> dict[str, Any]:
    def middle(of: int, name: str, what: str) -> float:
        return round(median(one[of][name][what] for one in rounds))

    def ratio(of: int, name: str, what: str) -> float:
        return round(median(one[of][name][what] / one[0][name][what] for one in rounds), 3)

    larger = range(1, len(sizes))
    ratios = {name: {f"{what}_{sizes[of]}": ratio(of, name, what) for of in larger for what in WHAT} for name in READS}
    return {
        "question": "CPU-microseconds a read, by lines of the ledger",
        "rounds": len(rounds),
        "grown_s": {size: shop.grown_s for size, shop in zip(sizes, shops, strict=True)},
        "cpu_us": {
            name: {f"{what}_{size}": middle(of, name, what) for of, size in enumerate(sizes) for what in WHAT}
            for name in (*READS, HELLO)
        },
        "ratio": ratios,
        "beside_hello": {
            name: round(median(one[1][name]["kept"] / one[1][HELLO]["kept"] for one in rounds), 2) for name in READS
        },
        "above_the_goal": {
            name: above
            for name, of in ratios.items()
            if (above := {what: ratio for what, ratio in of.items() if ratio > GOAL and not what.startswith("first")})
        },
    }


# ---- One size ----

_dice = Random(1)


def _answer(path: Path) -> int:
    """Answer each name of a read on standard input with what it costs."""
    from webapp.app import create_app
    from webapp.db import store, writer

    clock_file = path.with_suffix(".clock")
    clock_file.write_text(grow.NOW)
    grow.open_new(path, TAKINGS_CLOCK_FILE=str(clock_file))
    application = create_app(store.settings())
    from bench.hello import app as hello

    for line in sys.stdin:
        name = line.strip()
        if name == HELLO:
            found = dict.fromkeys(WHAT, _cpu_us(_call(hello, "/orders", JSON), EMPTY))
        else:
            found = _read(application, *READS[name])
        print(json.dumps(found), flush=True)
    writer.close()
    return 0


def _read(application: Any, address: str, accept: str) -> dict[str, float]:
    from webapp.metrics import closed

    call = _call(application, address, accept)
    call()
    first, cold = [], []
    for _ in range(FIRST):
        _sell()
        closed.memory.clear()
        first.append(_cpu_us(call, 1))
    for _ in range(COLD):
        _sell()
        cold.append(_cpu_us(call, 1))
    return {"first": median(first), "cold": median(cold), "kept": _cpu_us(call, KEPT)}


def _sell() -> None:
    """Two things from anywhere in the catalogue, as an order of the till."""
    from webapp.db import writer
    from webapp.orders import actions
    from webapp.orders.shapes import LineDraft, OrderDraft

    lines = [LineDraft(1 + int(_dice.random() ** 2 * grow.PRODUCTS), 1) for _ in range(2)]
    writer.do(actions.place_orders, OrderDraft(lines))


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
    said: list[tuple[str, str]] = []

    def call() -> None:
        answer = application(
            dict(environ), lambda status, headers, *_: said.append((status, dict(headers)["Content-Type"]))
        )
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        status, kind = said.pop()
        if not (status.startswith("200") and kind.startswith(accept)):
            raise SystemExit(f"{address} was answered {status} with {kind}, not with {accept}")

    return call


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
