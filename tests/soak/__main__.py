"""`make soak`: the real shop under mixed load for a while, a fault every minute, five hundred who watch.

    python -m tests.soak [--minutes 20] [--every 60] [--rate N] [--watchers 500] [--database sqlite|postgres]

Prints what happens, a table of the processes' memory, and one line of JSON. Exit status 1 when a promise is broken.
"""

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

from tests.soak.faults import round_of
from tests.soak.running import Plan, Soak


def main(arguments: list[str]) -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="A shop under load and faults.")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long the load lasts (20)")
    parser.add_argument("--every", type=float, help="seconds from fault to fault (60, or so that each happens once)")
    parser.add_argument("--rate", type=float, help="requests a second (half of what is measured first)")
    parser.add_argument("--watchers", type=int, default=500, help="how many watch (500)")
    kind = os.environ.get("TEST_DATABASE", "sqlite")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default=kind, help=f"on a small disk ({kind})")
    parser.add_argument("--broken", default="", help="a broken build of tests/servers/broken, to see it caught")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    given = parser.parse_args(arguments)
    _many_files()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and what was started is ended
    every = given.every or min(60.0, given.minutes * 60 / (len(round_of(given.database == "postgres")) + 0.5))
    plan = Plan(given.minutes, every, given.rate, given.watchers, given.database, given.broken)
    with tempfile.TemporaryDirectory(prefix="takings-soak-") as made:
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        report = Soak(plan, folder, lambda said: print(said, flush=True)).run()
    for row in report["memory"]:
        print(
            f"{row['process']:7} {row['pid']:7}  lived {row['lived_s']:5} s  {row['minute_1_mb']:6} MB after a minute, "
            f"{row['last_mb']:6} MB at its end, {row['slope_mb_per_hour']:+7} MB an hour"
        )
    print(f"broken: {', '.join(report['broken'])}" if report["broken"] else "every promise was kept")
    print(json.dumps(report))
    return 1 if report["broken"] else 0


def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
