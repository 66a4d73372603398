"""`make faults`: every test of faults, the long ones too, on both databases, and what was seen, in docs/faults.md.

python -m tests.faults [FILE ...] runs these files alone and leaves the page; --page FIGURES writes it from what several runs
with FAULT_FIGURES=FIGURES have told.
"""

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

from tests.servers import postgres
from webapp import __version__
from webapp.db import programs

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
NAMES = {
    1: "processes killed in the middle of commits", 2: "killed exactly at the fsync of a commit", 3: "power cut",
    4: "the disk does not confirm (EIO)", 5: "disk full", 6: "limit on the size of files", 7: "disk can only be read",
    8: "a damaged page", 9: "write-ahead log cut off or torn", 10: "the same order fifty times at once",
    11: "the same key with other content", 12: "answer lost after the commit", 13: "race for the last item",
    14: "lock held by another process", 15: "no memory", 20: "a watcher that does not read", 21: "a line that is dead without a word",
    22: "reconnect with missed events",
    23: "epoch changed by a restore", 24: "gap between load and subscription",
    25: "floods, oversized and broken frames", 26: "hundreds of clients come back at once",
    27: "a model that hangs, drips or breaks the line", 28: "garbage, half answers and 10 MB from a model",
    29: "orders to a model in names of products", 30: "nonsense from a weather service",
    31: "files of every kind",
    32: "an import killed on its way", 33: "backup while selling",
    34: "restore elsewhere, of an old schema", 35: "migration killed on its way",
    36: "immediate restarts of PostgreSQL under load", 37: "failover to a replica",
    38: "a node cut off from its database", 51: "foreign Host header",
    52: "bombs in archives",
    54: "money as a binary float", 55: "numbers beyond 64 bits", 56: "NaN, infinity, negative prices",
    57: "surrogates, NUL, marks of direction", 58: "dates far off, days of 23 and 25 hours", 59: "clock jumps",
    60: "slow and huge requests",
}  # fmt: skip
# What stands in place of figures, on SQLite and on PostgreSQL.
IN_PLACE = (
    {36: "has no server", 37: "has no replica", 38: "has one node"},
    {6: "not tried: it is a matter of the server's own files"},
)
HEAD = """# Faults

What was done to Takings on purpose, and what was seen. `make faults` runs all of it, over SQLite and over PostgreSQL, and
writes this page; `make test` runs the short part. Each fault has a control: a build that is broken in one named way
([sitecustomize.py](../tests/servers/broken/sitecustomize.py)), or what a careless one would do, which the same test must catch.

Power cuts are simulated honestly: what the real writer wrote and synced is recorded by strace and cut at a random moment;
of what was not synced yet, each sector of 512 bytes holds a random one of its states since its last sync
([power.py](../tests/faults/power.py)). For PostgreSQL all processes of its server are recorded, and it recovers from what is
left ([power_postgres.py](../tests/faults/power_postgres.py)). Hardware that lies about fsync is beyond any program.
"""
ON_SERVER = """
## What is PostgreSQL's own

Where a test is about the files of the ledger, PostgreSQL's server has a test of its own in place of SQLite's. It differs in
this: a log that cannot be written, or not synced (4, 5), ends PostgreSQL's sessions and makes it recover, so that for some
moments nothing can be read either; a damaged page (8) is found when it is read, so at the start where it belongs to what is
checked then, else by the checks of the night or by the first who asks. A limit on the size of files (6) was not tried, nor a disk of
the log that is really full: its failed writes are injected.
"""
PAIRS = ("sqlite", "postgres")


def main() -> int:
    """Run pytest over all of tests/faults, on both databases; write the page when everything has passed."""
    if sys.argv[1:2] == ["--page"]:
        write(Path(sys.argv[2]), "\nIt was put together from several runs, on a machine busy with other work.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        for database in PAIRS[: 1 + postgres.is_installed()]:
            status = run(database, figures, sys.argv[1:])
            if status:
                return status
        if not sys.argv[1:]:
            write(figures)
    return 0


def run(database: str, figures: Path, words: list[str]) -> int:
    """The exit status of pytest over the tests of faults on this database; words: instead of all of tests/faults."""
    print(f"Faults on {'PostgreSQL' if database == 'postgres' else 'SQLite'}.", flush=True)
    called = [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--timeout",
        "1800",
        "--durations=5",
    ]
    environ = {**os.environ, "FAULT_FIGURES": str(figures), "TEST_DATABASE": database}
    return subprocess.run([*called, *(words or ["tests/faults"])], cwd=ROOT, env=environ).returncode


def write(figures: Path, more: str = "") -> None:
    """The page holds the figures of this file."""
    told = [json.loads(line) for line in figures.read_text("utf-8").splitlines()]
    told.sort(key=lambda one: json.dumps(one, sort_keys=True))
    seen = {database: summed([one for one in told if one["database"] == database]) for database in PAIRS}
    known = controls()
    rows = [row(number, name, seen, known.get(number, [])) for number, name in NAMES.items() if files_of(number)]
    head = "| # | fault | on SQLite | on PostgreSQL | controls that were caught | tests |"
    table = f"{head}\n| --- | --- | --- | --- | --- | --- |\n" + "\n".join(rows)
    PAGE.write_text(f"{HEAD}\n{table}\n{ON_SERVER}\n{machine()}{more}\n", "utf-8")
    print(f"{PAGE.relative_to(ROOT)} says what was seen.")


def summed(told: list[dict]) -> dict[int, dict[str, object]]:
    """By fault: numbers of several runs of one fault are summed (the most of what begins with `most`), other words listed."""
    seen: dict[int, dict[str, object]] = defaultdict(dict)
    for one in told:
        for name, value in one["seen"].items():
            held = seen[one["fault"]].get(name)
            if isinstance(value, int) and isinstance(held, int):
                value = max(value, held) if name.startswith(("most", "peak")) else value + held
            elif held is not None:
                value = held if str(value) in str(held) else f"{held}, {value}"
            seen[one["fault"]][name] = value
    return seen


def row(number: int, name: str, seen: dict[str, dict[int, dict[str, object]]], known: list[str]) -> str:
    """One line of the table."""
    said = [_said(seen[database].get(number, {})) for database in PAIRS]
    cells = [
        *(told or words.get(number, "not run") for told, words in zip(said, IN_PLACE, strict=True)),
        "; ".join(known),
    ]
    links = ", ".join(f"[{file.stem.removeprefix('test_')}](../tests/faults/{file.name})" for file in files_of(number))
    return f"| {number} | {name} | {' | '.join(cells)} | {links} |"


def controls() -> dict[int, list[str]]:
    """By fault: what its controls do, by the names of their tests; those that name no fault belong to all of their file."""
    found: dict[int, list[str]] = defaultdict(list)
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for test in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE):
            said = re.search(r"(?:_control|_catches)_(\w+)", test)
            if said is None or "trap" in test:
                continue
            named = re.search(r"fault_(\d+)(?:_(and|to)_(\d+))?", test)
            for number in _span(*named.groups()) if named else covers(file.name) - {23}:
                words = re.sub(" is (caught|seen|found)$", "", said[1].replace("_", " "))
                if words not in found[number]:
                    found[number].append(words)
    return found


def machine() -> str:
    """On what this was seen."""
    where = programs.folder("postgres")
    server = "no PostgreSQL"
    if where is not None:
        said = subprocess.run([where / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        server = f"PostgreSQL {said.split()[2]}"
    return (
        f"Takings {__version__}, {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {server}."
    )


def files_of(number: int) -> list[Path]:
    """The files of tests that are about this fault."""
    return [file for file in sorted(Path(__file__).parent.glob("test_*.py")) if number in covers(file.name)]


def covers(name: str) -> set[int]:
    """The faults that a file is about, by its name; backups hold fault 23, too."""
    found = re.match(r"test_(\d+)(?:_(and|to)_(\d+))?", name)
    return _span(*found.groups()) | ({23} if found[1] == "33" else set()) if found else set()


def _span(first: str, how: str | None, last: str | None) -> set[int]:
    return {int(first), int(last or first)} if how != "to" else set(range(int(first), int(last or first) + 1))


def _said(seen: dict[str, object]) -> str:
    return "; ".join(f"{what.replace('_', ' ')}: {_shown(value)}" for what, value in seen.items())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
