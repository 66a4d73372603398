"""How long do ten thousand handshakes take, beside Node's ws?

    python -m bench.handshakes [--rounds N] [--watchers N]

A crowd in C connects, 64 on the way at once, and goes again; each round takes one server after the other. Prints JSON
(goal 16): seconds, CPU-microseconds of the server a handshake, ratios; with Python's websockets for comparison.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, load
from bench.contenders import Contender
from bench.live import within_the_limit
from bench.native import Crowd

WATCHERS, ROUNDS, WARM, CALM_S = 10_000, 3, 200, 30.0


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    given = load.parser("bench.handshakes", rounds=ROUNDS, watchers=WATCHERS).parse_args(arguments)
    watchers = within_the_limit(given.watchers)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        running = [
            stack.enter_context(contenders.takings(folder)),
            *contenders.enter(stack, folder, ("ws", "websockets")),
        ]
        crowds = [(one, Crowd(one.live_port, subscribe="")) for one in running]
        for _, crowd in crowds:
            stack.callback(crowd.end)
        for one, crowd in crowds:
            _greet(one, crowd, WARM)  # what is loaded late is loaded
        rounds = [
            {name: value for one, crowd in crowds for name, value in _greet(one, crowd, watchers).items()}
            for _ in range(given.rounds)
        ]
    others = [one.name for one in running[1:]]
    for of in rounds:
        for name in others:
            of[f"ratio_time_{name}"] = of["takings_s"] / of[f"{name}_s"]
            of[f"ratio_cpu_{name}"] = of["takings_cpu_us"] / of[f"{name}_cpu_us"]
    load.say({
        "question": f"{watchers} handshakes", "watchers": watchers, "rounds": len(rounds),
        **load.medians(rounds),
    })  # fmt: skip
    return 0


def _greet(of: Contender, crowd: Crowd, watchers: int) -> dict[str, float]:
    before = load.cpu_seconds(of.pid)
    seconds = crowd.connect(watchers)
    used = load.cpu_seconds(of.pid) - before
    crowd.close()
    _calm(of)
    return {f"{of.name}_s": seconds, f"{of.name}_cpu_us": used / watchers * 1e6}


def _calm(of: Contender) -> None:
    """The server has said its farewells: it uses next to nothing any more."""
    deadline = time.monotonic() + CALM_S
    while time.monotonic() < deadline:
        before = load.cpu_seconds(of.pid)
        time.sleep(0.3)
        if load.cpu_seconds(of.pid) - before <= 0.03:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
