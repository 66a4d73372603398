"""`make simulate`: histories by seed after seed, against the model.

    python -m tests.simulation [--minutes 10] [--seeds N] [--first N] [--seed N] [--steps N] [--database sqlite|postgres]

Prints the seed of a history that went wrong, and the shortest command that repeats it.
"""

import argparse
import sys
import time

from tests.simulation.running import Simulation
from tests.simulation.shops import DATABASES


def main(arguments: list[str]) -> int:
    """Play until the time is over, so many seeds, or one seed with its trace."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Histories against the model.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to go on (10)")
    parser.add_argument("--seeds", type=int, help="how many histories, in place of a time")
    parser.add_argument("--first", type=int, default=1_000, help="the first seed (1000; the tests take 0 to 199)")
    parser.add_argument("--seed", type=int, help="this one alone, with all that happens in it")
    parser.add_argument("--steps", type=int, help="how many steps a history has")
    parser.add_argument("--database", choices=DATABASES, help="of which kind the shops are (TEST_DATABASE, or sqlite)")
    given = parser.parse_args(arguments)
    with Simulation(database=given.database) as simulation:
        if given.seed is not None:
            return simulation.show(given.seed, given.steps)
        until = time.monotonic() + given.minutes * 60
        seed, began = given.first, time.monotonic()
        while seed - given.first < given.seeds if given.seeds else time.monotonic() < until:
            if (failure := simulation.failure(seed, given.steps)) is not None:
                print(failure)
                return 1
            seed += 1
            if sys.stdout.isatty() and seed % 10 == 0:
                print(f"\r{seed - given.first} histories", end="", flush=True)
    took = time.monotonic() - began
    fell = f", the server killed {simulation.falls} times" if simulation.places.can_fall else ""
    played = f"{seed - given.first} histories on {simulation.places.kind}"
    print(f"{played}, {simulation.crashes} crashes{fell}, {took:.0f} s: all as the model has it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
