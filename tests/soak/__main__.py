"""`make soak`: the real shop under mixed load for a while, a fault every minute, five hundred who watch.

    python -m tests.soak [--minutes 20] [--every 60] [--rate N] [--watchers 500] [--database ADDRESS]

Prints what happens, a table of the processes' memory, and one line of JSON. Exit status 1 when a promise is broken.
"""

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path

from tests.soak.running import Plan, Soak


def main(arguments: list[str]) -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="A shop under load and faults.")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long the load lasts (20)")
    parser.add_argument("--every", type=float, default=60.0, help="seconds from fault to fault (60)")
    parser.add_argument("--rate", type=float, help="requests a second (half of what is measured first)")
    parser.add_argument("--watchers", type=int, default=500, help="how many watch (500)")
    parser.add_argument("--database", help="the address of an empty database (a file on a small disk)")
    parser.add_argument("--broken", default="", help="a broken build of tests/servers/broken, to see it caught")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    given = parser.parse_args(arguments)
    _many_files()
    plan = Plan(given.minutes, given.every, given.rate, given.watchers, given.database, given.broken)
    with tempfile.TemporaryDirectory(prefix="takings-soak-") as made:
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        report = Soak(plan, folder, lambda said: print(said, flush=True)).run()
    for row in report["memory"]:
        print(
            f"{row['process']:7} {row['pid']:7}  lived {row['lived_s']:5} s  {row['minute_1_mb']:6} MB after a minute, "
            f"{row['last_mb']:6} MB at its end, {row['slope_mb_per_hour']:+7} MB an hour"
        )
    print(json.dumps(report))
    return 1 if report["broken"] else 0


def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
