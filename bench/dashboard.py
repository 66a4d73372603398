"""What does the dashboard cost a request, beside Flask's empty answer?

    python -m bench.dashboard [--rounds N] [--seconds S]

Today over HTTP, packed, on eight keep-alive connections, in a shop with four weeks of sales up to now. Nothing is sold
meanwhile, but the minute window moves, so that the page is drawn anew each second; everybody else gets the kept bytes.
Each round runs one after the other. Prints JSON (goal 15): CPU-microseconds a request, bytes, ratios.
"""

import datetime
import gzip
import json
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, load
from bench.contenders import PRODUCTS, Contender

CONNECTIONS, SECONDS, ROUNDS, HTML = 8, 4.0, 3, "text/html"


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.dashboard", rounds=ROUNDS, seconds=SECONDS).parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        ours = stack.enter_context(contenders.takings(folder))
        hello = stack.enter_context(contenders.flask("bench.hello:app", folder))
        _trade(ours)
        packed, length = _page(ours)
        for one in (ours, hello):
            _read(one, 0.5)  # what is loaded late is loaded
        rounds = [_round(ours, hello, given.seconds) for _ in range(given.rounds)]
    load.say({
        "question": "the dashboard beside Flask's empty answer", "rounds": len(rounds),
        "page_bytes": length, "packed_bytes": packed,
        **load.medians(rounds),
    })  # fmt: skip
    return 0


def _trade(shop: Contender) -> None:
    """Four weeks of sales up to now."""
    now = datetime.datetime.now(datetime.UTC)
    orders = [
        {
            "lines": [{"product_id": f"P{(day + hour) % PRODUCTS}", "quantity": 1 + hour % 3}],
            "placed_at": (now - datetime.timedelta(days=day, hours=hour)).isoformat(),
            "channel": ("store", "online")[hour % 2],
        }
        for day in range(28) for hour in range(1, 13)
    ]  # fmt: skip
    head = {"Content-Type": "application/json"}
    batch = urllib.request.Request(f"http://127.0.0.1:{shop.port}/orders/batch", json.dumps(orders).encode(), head)
    with urllib.request.urlopen(batch, timeout=60) as answer:
        if json.load(answer)["accepted"] != len(orders):
            raise SystemExit("the sales were not all taken")


def _page(shop: Contender) -> tuple[int, int]:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{shop.port}/", headers={"Accept": HTML, "Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        packed = answer.read()
    return len(packed), len(gzip.decompress(packed))


def _round(ours: Contender, hello: Contender, seconds: float) -> dict[str, float]:
    found = {name: value for one in (ours, hello) for name, value in _read(one, seconds).items()}
    found["ratio_cpu_hello"] = found["takings_cpu_us"] / found["hello_cpu_us"]
    found["ratio_rate_hello"] = found["takings_per_second"] / found["hello_per_second"]
    return found


def _read(one: Contender, seconds: float) -> dict[str, float]:
    path, accept = ("/orders", "application/json") if one.name == "hello" else ("/", HTML)
    before = load.cpu_seconds(one.pid)
    result = load.drive(one.port, load.get(path, accept), CONNECTIONS, seconds)
    if set(result.statuses) != {200}:
        raise SystemExit(f"{one.name} answered {result.statuses}")
    return {
        f"{one.name}_cpu_us": (load.cpu_seconds(one.pid) - before) / len(result.latencies) * 1e6,
        f"{one.name}_per_second": result.rate, f"{one.name}_p99_ms": result.percentile(0.99),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
