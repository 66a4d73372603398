"""What does a row of a real file cost, beside a bare csv + executemany of the same rows, and how long is the lock held?

    python -m bench.import [FILE]

Each round runs all three, seconds apart, each in a process of its own over a new database; the figures are medians of the
rounds. `reader` is csv.reader and one executemany, `dict_reader` the same with csv.DictReader. Prints JSON: CPU per row,
ratios, percentiles of the time for which the lock was held at once (`held_ms`: by the clock, with whatever else the machine
did meanwhile; `worked_ms`: what this process worked in it; of every transaction of the import), how many were over five
milliseconds, and how many pages the largest order wrote to the log.
"""

import csv
import json
import lzma
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("TEST_DATA_FOLDER", Path(__file__).resolve().parents[2] / "shared" / "data"))
FILE = DATA / "online_retail_2010-12_2011-08.csv.xz"
ROUNDS = 3


def main(arguments: list[str]) -> int:
    """Run the rounds and print."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(ONE[arguments[1]](Path(arguments[2]), Path(arguments[3]))))
        return 0
    path = Path(arguments[0]) if arguments else FILE
    if not path.is_file():
        print(f"There is no file {path}.", file=sys.stderr)
        return 1
    rounds = [{name: _run(name, path) for name in ONE} for _ in range(ROUNDS)]
    print(json.dumps(_figures(rounds), indent=2))
    return 0


def _run(name: str, path: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.import", "--one", name, str(path), folder]
        root = Path(__file__).resolve().parents[1]
        said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return json.loads(said.strip().splitlines()[-1])


def _figures(rounds: list[dict[str, dict[str, float]]]) -> dict[str, object]:
    def middle(name: str, what: str) -> float:
        return statistics.median(one[name][what] for one in rounds)

    def ratio(beside: str) -> float:
        return round(statistics.median(one["takings"]["cpu_us"] / one[beside]["cpu_us"] for one in rounds), 2)

    return {
        "rows": rounds[0]["takings"]["rows"],
        "cpu_us_per_row": {name: round(middle(name, "cpu_us"), 2) for name in ONE},
        "ratio": {"reader": ratio("reader"), "dict_reader": ratio("dict_reader")},
        "rows_per_second": round(middle("takings", "rows_per_second")),
        "held_ms": {name: round(middle("takings", name), 2) for name in ("p50", "p95", "p99", "most")},
        "worked_ms": {name: round(middle("takings", f"worked_{name}"), 2) for name in ("p50", "p95", "p99", "most")},
        "transactions": round(middle("takings", "transactions")),
        "over_5_ms": {
            "held": round(middle("takings", "held_over_5_ms")),
            "worked": round(middle("takings", "over_5_ms")),
        },
        "longest_order": rounds[0]["takings"]["longest_order"],
        "longest_order_ms": round(middle("takings", "longest_order_ms"), 2),
        "longest_order_pages": round(middle("takings", "longest_order_pages")),
    }


# ---- One run ----


def takings(path: Path, folder: Path) -> dict[str, float]:
    """The import with everything that it promises."""
    from webapp import config
    from webapp.db import reading, sqlite, store, writer
    from webapp.imports import jobs
    from webapp.imports.jobs import entering

    held: list[float] = []
    worked: list[float] = []
    largest = (0, 0.0, 0)  # weight, ms, pages
    learn, commit, before = entering._Entering._learn, writer.Session.commit, 0

    def committing(self: writer.Session, *given: Any) -> Any:
        began = time.thread_time()
        requests = commit(self, *given)
        held.append(self.held_ms)
        worked.append((entering._committed.at - began) * 1000)
        return requests

    def learning(self: entering._Entering, weight: int, cost_ms: float) -> None:
        nonlocal largest, before
        pages = sqlite.log_bytes(store.path()) // sqlite.PAGE_BYTES
        largest = max(largest, (weight, cost_ms, pages - before))
        before = pages
        learn(self, weight, cost_ms)

    entering._Entering._learn = learning  # type: ignore[method-assign]
    writer.Session.commit = committing  # type: ignore[method-assign]
    store.open(config.load({"TAKINGS_DATABASE": str(folder / "shop.db")}, dotenv=None))
    began, used = time.perf_counter(), time.process_time()
    counts = jobs.import_file(path)
    used, took = time.process_time() - used, time.perf_counter() - began
    with reading.reading() as tx:
        longest = tx.execute("select max(lines) from orders").fetchone()[0]
    writer.close()
    held.sort()
    worked.sort()
    return {
        "rows": counts["rows"], "cpu_us": used / counts["rows"] * 1e6, "rows_per_second": counts["rows"] / took,
        "p50": held[len(held) // 2], "p95": held[len(held) * 95 // 100], "p99": held[len(held) * 99 // 100],
        "most": held[-1], "longest_order": longest,
        "worked_p50": worked[len(worked) // 2], "worked_p95": worked[len(worked) * 95 // 100],
        "worked_p99": worked[len(worked) * 99 // 100], "worked_most": worked[-1], "transactions": len(worked),
        "over_5_ms": sum(ms > 5 for ms in worked), "held_over_5_ms": sum(ms > 5 for ms in held),
        "longest_order_ms": largest[1], "longest_order_pages": largest[2],
    }  # fmt: skip


def reader(path: Path, folder: Path) -> dict[str, float]:
    """csv.reader and one executemany in one transaction, the rows as texts."""
    return _bare(path, folder, lambda file: _after_header(csv.reader(file)))


def dict_reader(path: Path, folder: Path) -> dict[str, float]:
    """The same with csv.DictReader."""
    return _bare(path, folder, lambda file: (tuple(row.values()) for row in csv.DictReader(file)))


def _after_header(rows):  # type: ignore[no-untyped-def]
    next(rows)
    return rows


def _bare(path: Path, folder: Path, rows_of) -> dict[str, float]:  # type: ignore[no-untyped-def]
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table line (a, b, c, d, e, f, g, h)")
    used = time.process_time()
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        connection.execute("begin")
        connection.executemany("insert into line values (?, ?, ?, ?, ?, ?, ?, ?)", rows_of(file))
        connection.execute("commit")
    used = time.process_time() - used
    rows = connection.execute("select count(*) from line").fetchone()[0]
    return {"rows": rows, "cpu_us": used / rows * 1e6}


ONE = {"reader": reader, "dict_reader": dict_reader, "takings": takings}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
