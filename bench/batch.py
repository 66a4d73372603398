"""How fast are orders in batches of a thousand, beside our own single ones and FastAPI's bulk insert?

    python -m bench.batch [--rounds N] [--seconds S]

NDJSON, a thousand orders of a line each in a request and one transaction, on eight connections; single orders on 64. Each
round runs one after the other, and batches whose orders have a number, a time and a price of their own. Before a figure
counts, what was acknowledged is compared with what is kept. Prints JSON (goal 5): orders a second, CPU-microseconds an order,
ratios.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import contenders, load
from bench.contenders import Contender

EACH, CONNECTIONS, SINGLES, SECONDS, ROUNDS = 1_000, 8, 64, 4.0, 3
NDJSON = "application/x-ndjson"


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.batch", rounds=ROUNDS, seconds=SECONDS).parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        ours = stack.enter_context(contenders.takings(folder))
        others = contenders.enter(stack, folder, ("fastapi",))
        for one in (ours, *others):
            _batches(one, 0.5)  # what is loaded late is loaded
        numbers = itertools.count()
        rounds = [_round(ours, others, numbers, given.seconds) for _ in range(given.rounds)]
        for one in (ours, *others):
            one.check()
    load.say({
        "question": f"orders in batches of {EACH}", "rounds": len(rounds),
        **load.medians(rounds),
        "verify": "ok",
    })  # fmt: skip
    return 0


def _round(ours: Contender, others: list[Contender], numbers: Iterator[int], seconds: float) -> dict[str, float]:
    single, single_cpu = contenders.post_orders(ours, SINGLES, seconds)
    found = {"single_per_second": single.rate, "single_cpu_us": single_cpu}
    for one in (ours, *others):
        result, cpu_us = _batches(one, seconds)
        found |= {
            f"{one.name}_per_second": result.rate * EACH, f"{one.name}_cpu_us": cpu_us,
            f"{one.name}_p50_ms": result.percentile(0.5),
        }  # fmt: skip
    own, own_cpu = _batches(ours, seconds, _with_members(numbers))
    found |= {"with_members_per_second": own.rate * EACH, "with_members_cpu_us": own_cpu}
    found["ratio_rate_single"] = found["takings_per_second"] / found["single_per_second"]
    found["ratio_cpu_single"] = found["takings_cpu_us"] / found["single_cpu_us"]
    for one in others:
        found[f"ratio_rate_{one.name}"] = found["takings_per_second"] / found[f"{one.name}_per_second"]
        found[f"ratio_cpu_{one.name}"] = found["takings_cpu_us"] / found[f"{one.name}_cpu_us"]
    return found


def _batches(to: Contender, seconds: float, bodies: Iterator[bytes] | None = None) -> tuple[load.Result, float]:
    lines = [body for body, _ in zip(contenders.orders(), range(EACH), strict=False)]
    requests = load.post("/orders/batch", bodies or itertools.repeat(b"\n".join(lines)), keys=True, kind=NDJSON)
    return contenders.post_orders(to, CONNECTIONS, seconds, requests, EACH)


def _with_members(numbers: Iterator[int]) -> Iterator[bytes]:
    """Batches whose orders have a number, a time and a price of their own."""
    began = datetime.now(UTC) - timedelta(days=2)
    times = [(began + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ").encode() for second in range(EACH)]
    line = b'{"external_id":"T-%d","placed_at":"%b","channel":"store","lines":[{"product_id":"P%d","quantity":1,"price":2.40}]}'
    while True:
        yield b"\n".join([line % (next(numbers), time, at % contenders.PRODUCTS) for at, time in enumerate(times)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
