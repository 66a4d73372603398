"""`make faults`: every test of faults, the long ones too, and what was seen, in docs/faults.md."""

import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from webapp import __version__

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
NAMES = {
    1: "web processes killed in the middle of commits", 2: "killed exactly at the fsync of a commit", 3: "power cut",
    4: "the disk does not confirm (EIO)", 5: "disk full", 6: "limit on the size of files", 7: "disk can only be read",
    8: "a damaged page", 9: "write-ahead log cut off or torn", 10: "the same order fifty times at once",
    11: "the same key with other content", 12: "answer lost after the commit", 13: "race for the last item",
    14: "lock held by another process", 15: "no memory", 20: "a watcher that does not read", 21: "a line that is dead without a word",
    22: "reconnect with missed events",
    23: "epoch changed by a restore", 24: "gap between load and subscription",
    25: "floods, oversized and broken frames", 26: "a thousand clients come back at once",
    27: "a model that hangs, drips or breaks the line", 28: "garbage, half answers and 10 MB from a model",
    29: "orders to a model in names of products", 30: "nonsense from a weather service",
    31: "files of every kind",
    32: "an import killed on its way", 33: "backup while selling",
    34: "restore elsewhere, of an old schema", 35: "migration killed on its way", 51: "foreign Host header",
    52: "bombs in archives",
    54: "money as a binary float", 55: "numbers beyond 64 bits", 56: "NaN, infinity, negative prices",
    57: "surrogates, NUL, marks of direction", 58: "dates far off, days of 23 and 25 hours", 59: "clock jumps",
    60: "slow and huge requests",
}  # fmt: skip
HEAD = """# Faults

What was done to Takings on purpose, and what was seen. `make faults` runs all of it and writes this page; `make test` runs
the short part. Each fault has a control: a build that is broken in one named way
([sitecustomize.py](../tests/servers/broken/sitecustomize.py)), which the same test must catch.

Power cuts are simulated honestly: what the real writer wrote and synced is recorded by strace and cut at a random moment;
of what was not synced yet, each sector of 512 bytes holds a random one of its states since its last sync
([power.py](../tests/faults/power.py)). Hardware that lies about fsync is beyond any program.
"""


def main() -> int:
    """Run pytest over all of tests/faults; write the page when everything has passed."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        words = [sys.executable, "-m", "pytest", "tests/faults", "-m", "", "--durations=5"]
        status = subprocess.run(words, cwd=ROOT, env={**os.environ, "FAULT_FIGURES": str(figures)}).returncode
        if status:
            return status
        lines = figures.read_text("utf-8").splitlines() if figures.exists() else []
        write([json.loads(line) for line in lines])
    print(f"{PAGE.relative_to(ROOT)} says what was seen.")
    return 0


def write(told: list[dict]) -> None:
    """The page holds these figures: numbers of several runs of one fault are summed, other words listed."""
    seen: dict[int, dict[str, object]] = defaultdict(dict)
    for one in told:
        for name, value in one["seen"].items():
            held = seen[one["fault"]].get(name)
            if isinstance(value, int) and isinstance(held, int):
                value += held
            elif held is not None and str(value) not in str(held):
                value = f"{held}, {value}"
            elif held is not None:
                value = held
            seen[one["fault"]][name] = value
    rows = [row(number, name, seen.get(number, {})) for number, name in NAMES.items() if files_of(number)]
    machine = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    tail = f"\nTakings {__version__}, {datetime.now(UTC):%Y-%m-%d}, {machine}.\n"
    table = "| # | fault | seen | tests |\n| --- | --- | --- | --- |\n" + "\n".join(rows)
    PAGE.write_text(f"{HEAD}\n{table}\n{tail}", "utf-8")


def row(number: int, name: str, seen: dict[str, object]) -> str:
    """One line of the table."""
    said = "; ".join(f"{what.replace('_', ' ')}: {_shown(value)}" for what, value in seen.items())
    links = ", ".join(f"[{file.stem.removeprefix('test_')}](../tests/faults/{file.name})" for file in files_of(number))
    return f"| {number} | {name} | {said or 'holds'} | {links} |"


def files_of(number: int) -> list[Path]:
    """The files of tests that are about this fault."""
    return [file for file in sorted(Path(__file__).parent.glob("test_*.py")) if number in covers(file.name)]


def covers(name: str) -> set[int]:
    """The faults that a file is about, by its name; backups hold fault 23, too."""
    found = re.match(r"test_(\d+)(?:_(and|to)_(\d+))?", name)
    if not found:
        return set()
    first, last = int(found[1]), int(found[3] or found[1])
    numbers = {first, last} if found[2] == "and" else set(range(first, last + 1))
    return numbers | ({23} if first == 33 else set())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
