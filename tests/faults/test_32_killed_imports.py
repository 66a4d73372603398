"""Fault 32: an import that is killed half-way, again and again, ends with each row counted once."""

import json
import random
import signal

import pytest

from tests import making
from tests.faults.injection import python
from tests.faults.seller import new_shop, opened

ROWS = 600


def write_sales(path, invoices):
    """A file of sales of three products; with invoices three rows are one order, without each row is one.

    Returns the sum of its rows in minor units, and how many of them cannot be used.
    """
    dice, total, wrong = random.Random(32), 0, 0
    lines = ["sku,quantity,price,date" + (",invoice" if invoices else "")]
    for row in range(ROWS):
        quantity, price = dice.randint(1, 9), dice.randint(100, 9_999)
        said = f"{price / 100:.2f}" if row % 50 else "cheap"
        wrong += said == "cheap"
        total += 0 if said == "cheap" else quantity * price
        lines.append(
            f"P{row % 3},{quantity},{said},2026-01-{row % 27 + 1:02}T10:00:00Z" + (f",I{row // 3}" if invoices else "")
        )
    path.write_text("\n".join(lines) + "\n")
    return total, wrong


def import_killed(folder, invoices, seed, kills=4, build=""):
    """(what was lost or doubled in minor units, times it was killed, counts of the run that lived, what does not verify)."""
    database, file = new_shop(folder), folder / "sales.csv"
    total, wrong = write_sales(file, invoices)
    dice, killed = random.Random(seed), 0
    for _ in range(kills):
        done = run(database, file, dice.choice(["before", "after"]), dice.randint(2, 8), build)
        killed += done.returncode == -signal.SIGKILL
        end_lease(database)
    done = run(database, file, "after", 0, build)
    assert done.returncode == 0, done.stderr.decode()
    with opened(database):
        there = making.value("select coalesce(sum(total_minor), 0) from orders")
        refused = making.value("select count(*) from import_error")
        found = making.differences()
    return there - total, killed, json.loads(done.stdout.splitlines()[-1]), found, refused - wrong


def run(database, file, when, number, build):
    """The import in a process of its own."""
    return python(
        "-m", "tests.faults.importer", str(database), str(file), when, str(number), *([build] if build else [])
    )


def end_lease(database):
    """The dead process's lease ends now instead of in ten seconds."""
    with opened(database):
        from webapp.db import writer

        writer.do(lambda tx, items: [tx.execute("update job set leased_until_ms = 0") and None for _ in items], None)


@pytest.mark.slow
@pytest.mark.parametrize("invoices", [True, pytest.param(False, marks=pytest.mark.long)])
def test_fault_32_an_import_that_is_killed_four_times_counts_each_row_once(tmp_path, invoices, figures):
    off, killed, counts, found, refused = import_killed(tmp_path, invoices, seed=32)

    assert (off, refused, found) == (0, 0, [])
    assert killed == 4
    assert counts["imported"] + counts["repeated"] + counts["rejected"] == counts["rows"] == ROWS
    figures(32, kills=killed, rows=ROWS, wrong_rows=0)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_fault_32_wherever_it_is_killed(tmp_path, seed, figures):
    off, killed, counts, found, refused = import_killed(tmp_path, seed % 2 == 0, seed)

    assert (off, refused, found) == (0, 0, [])
    assert counts["rows"] == ROWS
    figures(32, kills=killed, rows=ROWS, wrong_rows=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "build, is_wrong",
    [("position_first", "lost"), pytest.param("forget_the_position", "doubled", marks=pytest.mark.long)],
)
def test_fault_32_the_control_a_build_that_tells_its_place_apart_from_its_rows_is_caught(tmp_path, build, is_wrong):
    off, *_ = import_killed(tmp_path, invoices=False, seed=1, build=build)

    assert off < 0 if is_wrong == "lost" else off > 0
