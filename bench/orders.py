"""How fast are durable orders at 64 connections, beside the framework's empty answer and beside the peers?

    python -m bench.orders [--peers] [--rounds N] [--seconds S]

Each round runs all, seconds apart; the figures are medians of the rounds, and a ratio is the median of the rounds' ratios.
With --peers: FastAPI + SQLAlchemy, Django + REST framework, naive Flask, fastify + better-sqlite3. Before a figure counts,
what each acknowledged is compared with what it keeps. Prints JSON: rates, CPU per order, ratios (goals 1 to 4).
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, load
from bench.contenders import PYTHON_PEERS, Contender

CONNECTIONS, SECONDS, ROUNDS = 64, 4.0, 3


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.orders", peers=False, rounds=ROUNDS, seconds=SECONDS).parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        running = [
            stack.enter_context(contenders.flask("bench.hello:app", folder)),
            stack.enter_context(contenders.takings(folder)),
            *(contenders.enter(stack, folder, (*PYTHON_PEERS, "fastify")) if given.peers else []),
        ]
        for one in running:
            contenders.post_orders(one, CONNECTIONS, 0.5)  # what is loaded late is loaded
        rounds = [_round(running, given.seconds) for _ in range(given.rounds)]
        for one in running:
            one.check()
    load.say({
        "question": "durable orders at 64 connections beside Flask's empty answer and the peers",
        "rounds": len(rounds),
        **load.medians(rounds),
        "verify": "ok",
    })  # fmt: skip
    return 0


def _round(running: list[Contender], seconds: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in running:
        result, cpu_us = contenders.post_orders(one, CONNECTIONS, seconds)
        found |= {
            f"{one.name}_per_second": result.rate, f"{one.name}_cpu_us": cpu_us,
            f"{one.name}_p50_ms": result.percentile(0.5), f"{one.name}_p99_ms": result.percentile(0.99),
        }  # fmt: skip
    names = {one.name for one in running}
    found["ratio_rate_hello"] = found["takings_per_second"] / found["hello_per_second"]
    found["ratio_cpu_hello"] = found["takings_cpu_us"] / found["hello_cpu_us"]
    for name in names - {"takings", "hello"}:
        found[f"ratio_cpu_{name}"] = found["takings_cpu_us"] / found[f"{name}_cpu_us"]
        found[f"ratio_rate_{name}"] = found["takings_per_second"] / found[f"{name}_per_second"]
    if plain := names & set(PYTHON_PEERS):
        found["ratio_p99_python"] = found["takings_p99_ms"] / min(found[f"{name}_p99_ms"] for name in plain)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
