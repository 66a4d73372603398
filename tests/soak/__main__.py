"""`make soak`: the real shop under mixed load for a while, a fault every minute, five hundred who watch.

    python -m tests.soak [--minutes 20] [--every 60] [--rate N] [--watchers 500] [--database both|sqlite|postgres]

Prints what happens, a table of the processes' memory, and one line of JSON. Exit status 1 when a promise is broken. `both`
runs one of each beside the other, each under half of what it can do meanwhile.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.servers import postgres
from tests.soak.faults import round_of
from tests.soak.running import Plan, Soak

DATABASES = ("sqlite", "postgres")


def main(arguments: list[str]) -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="A shop under load and faults.")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long the load lasts (20)")
    parser.add_argument("--every", type=float, help="seconds from fault to fault (60, or so that each happens once)")
    parser.add_argument("--rate", type=float, help="requests a second (half of what is measured first)")
    parser.add_argument("--watchers", type=int, default=500, help="how many watch (500)")
    kind = os.environ.get("TEST_DATABASE", "both")
    parser.add_argument("--database", choices=("both", *DATABASES), default=kind, help=f"each on a small disk ({kind})")
    parser.add_argument("--broken", default="", help="a broken build of tests/servers/broken, to see it caught")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    given = parser.parse_args(arguments)
    _many_files()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and what was started is ended
    if given.database == "both":
        return _both(arguments, given.keep)
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


def _both(arguments: list[str], keep: Path | None) -> int:
    """A soak on each database, at the same time; the worse of the two exit statuses."""
    if not postgres.is_installed():
        print("PostgreSQL's server is not installed here: SQLite is soaked alone.", file=sys.stderr)
    kinds = DATABASES if postgres.is_installed() else DATABASES[:1]
    running, readers = [], []
    try:
        for kind in kinds:
            apart = [*arguments, "--database", kind, *(["--keep", str(keep / kind)] if keep else [])]
            command = [sys.executable, "-m", "tests.soak", *apart]
            one = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            running.append(one)
            readers.append(threading.Thread(target=_pass_on, args=(kind, one)))
            readers[-1].start()
        return max([one.wait() for one in running])
    finally:
        for one in running:
            one.terminate()
        for reader in readers:
            reader.join()


def _pass_on(kind: str, one: "subprocess.Popen[str]") -> None:
    assert one.stdout is not None
    for line in one.stdout:
        print(f"{kind}: {line}", end="", flush=True)


def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
