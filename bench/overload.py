"""More than anybody can send: 2,000 watchers and 100 orders a second or more, beside a sender in C that does nothing else.

    python -m bench.overload [--rounds N] [--seconds S] [--rate R] [--watchers N]

Two hundred thousand frames a second are more than a core can send, if each order is a frame of its own. The sender in C
does that and stores nothing; Takings stores each order and tells as many at once as have come. Where the sender's core would
manage a hundred orders a second after all, as a quick machine's does, both are offered a third more than it manages. Open
loop: the clock of an order starts when it was due. Prints JSON (goal 12); without a C compiler it says that it is left out.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, load, mixed, native
from bench.contenders import Contender
from bench.live import within_the_limit

SECONDS, RATE, WATCHERS, ROUNDS, OVER = 5.0, 100, 2_000, 3, 4 / 3


def main(arguments: list[str]) -> int:
    """Offer the load to both in turn and print."""
    given = load.parser("bench.overload", rounds=ROUNDS, seconds=SECONDS, rate=RATE, watchers=WATCHERS).parse_args(
        arguments
    )
    watchers = within_the_limit(given.watchers)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        port, pid = stack.enter_context(native.sender())
        running = [stack.enter_context(contenders.takings(folder)), Contender("c_sender", port, pid)]
        mixed.Load(running[0], given.rate, 20).run(1.0)  # what is loaded late is loaded
        rate = max(given.rate, round(OVER * _managed(running[1], given.rate, watchers)))
        rounds = [
            {one.name: mixed.Load(one, rate, watchers).run(given.seconds) for one in running}
            for _ in range(given.rounds)
        ]
        running[0].check(unanswered=mixed.CONNECTIONS * (given.rounds + 1))
    load.say(mixed.figures(rounds, f"{rate} orders a second to each of {watchers} watchers"))
    return 1 if sum(one["takings"]["untold"] for one in rounds) else 0


def _managed(sender: Contender, rate: int, watchers: int) -> float:
    """Orders a second that the sender's one core has time for."""
    return 1e6 / mixed.Load(sender, rate, watchers).run(2.0)["cpu_us_per_order"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
