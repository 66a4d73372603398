"""Fault 31: files in every encoding, with rows of every kind of damage, given twice, and of a million rows.

Each damaged row is reported by its number, every other row is entered with its text as it was meant, and the same file
again brings nothing. A file is streamed: what it needs of memory does not grow with it.
"""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys

import pytest

from tests import making
from tests.faults.injection import BROKEN, ROOT
from tests.imports import making as files
from webapp.errors import Problem
from webapp.imports.jobs import entering, readers
from webapp.imports.rules import recognise

NAME = "Café £5 “Zoë”"
DAMAGED = {4: "Quantity", 7: "Description", 10: "", 13: "", 16: "InvoiceDate"}  # row: the column that is named
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252")
MOST_KB = 420_000  # 160 MiB of rows are brought together in memory before they are laid on the disk


def content(encoding):
    """Twenty rows, each an invoice of its own; the fourth and every third after it is damaged in its own way."""
    rows = [
        {"InvoiceNo": f"{536_000 + n}", "Description": NAME, "Quantity": "2", "UnitPrice": "1.25"} for n in range(20)
    ]
    rows[3]["Quantity"] = "two"
    rows[6]["Description"] = "cut\0off"
    rows[15]["InvoiceDate"] = "2010-02-31 08:26:00"
    rows[18]["Description"] = "long " * 30_000  # 150,000 characters: more than a reader of CSV takes unasked
    lines = files.uci(*rows).split("\r\n")
    lines[10] = "536009,85123A,only three cells"
    lines[13] = lines[13] + ",and,three,more"
    return "\r\n".join(lines).encode(encoding)


def enter(tmp_path, encoding, how="plain"):
    """(counts, what was sold in minor units, names that were kept, rows that were refused) of that file."""
    counts = files.load(tmp_path, files.packed(content(encoding), how), f"{encoding}-{how}.csv")
    names = {name for (name,) in making.query("select name from product")}
    refused = [tuple(row) for row in making.query("select row_number, field from import_error order by row_number")]
    return counts, making.value("select coalesce(sum(total_minor), 0) from orders"), names, refused


def is_right(found):
    """Whether fifteen rows were sold under their own name and five refused by their numbers."""
    counts, sold, names, refused = found
    return (
        counts["rows"] == 20 and counts["imported"] == 15 and sold == 15 * 250
        and any(name.startswith(NAME) for name in names) and refused == sorted(DAMAGED.items())
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_fault_31_every_row_is_entered_as_meant_or_refused_by_its_number(shop, tmp_path, encoding, figures):
    found = enter(tmp_path, encoding)

    assert is_right(found), found
    again = files.load(tmp_path, files.packed(content(encoding), "gz"), "again.csv.gz")
    assert (again["imported"], again["repeated"]) == (0, 20)
    assert making.differences() == []
    figures(31, files=1, wrong_rows=0)


def one_encoding(monkeypatch):
    """Every file is taken for UTF-8."""
    monkeypatch.setattr(recognise, "detect_encoding", lambda head: "utf-8")
    monkeypatch.setattr(
        readers, "open_text", lambda stream, _: io.TextIOWrapper(io.BufferedReader(stream), "utf-8", "replace", "")
    )


def short_fields(monkeypatch):
    """The reader of CSV keeps its own limit on the length of a field."""
    csv.field_size_limit(131_072)


def no_ragged_rows(monkeypatch):
    """A row with too few or too many cells is filled up or cut without a word."""
    monkeypatch.setattr(readers.Rows, "_cells", _evened)


def _evened(self):
    width = len(self.columns)
    for found in self._reader:
        text = self._lines.take()
        if found:
            yield (found + [""] * width)[:width], text


@pytest.fixture
def field_limit():
    """The limit of the reader of CSV is afterwards what it was."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize(
    "build, encoding",
    [(one_encoding, "windows-1252"), (one_encoding, "utf-16"), (short_fields, "utf-8"), (no_ragged_rows, "utf-8")],
)
def test_fault_31_the_control_a_careless_build_is_caught(shop, tmp_path, monkeypatch, field_limit, build, encoding):
    build(monkeypatch)

    try:
        right = is_right(enter(tmp_path, encoding))
    except (Problem, ValueError):  # it could not be read at all
        right = False

    assert not right


def test_fault_31_the_control_a_build_that_does_not_know_a_file_again_enters_it_twice(shop, tmp_path, monkeypatch):
    text = "sku,quantity,price,date\nTEA,1,2.40,2026-01-02T10:00:00Z\n"
    files.load(tmp_path, text)
    assert files.load(tmp_path, text)["repeated"] == 1
    monkeypatch.setattr(entering._Entering, "__init__", _forgetful(entering._Entering.__init__))
    monkeypatch.setattr("webapp.imports.jobs.command.dao.find_same", lambda *_: [])

    assert files.load(tmp_path, text)["repeated"] == 0
    assert making.value("select count(*) from orders") == 2


def _forgetful(begin):
    def forget(self, context, import_id, mapping, rows, known_until):
        begin(self, context, import_id, mapping, rows, 0)

    return forget


# ---- Large files: what they need of memory, and that no row is wrong ----


def write_large(path, rows):
    """A file of so many rows, twenty an invoice; every thousandth has a quantity that is none. Returns its sum."""
    total = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(files.UCI) + "\r\n")
        for row in range(rows):
            quantity, price = row % 7 + 1, row % 900 + 100
            said = "none" if row % 1000 == 999 else str(quantity)
            total += 0 if said == "none" else quantity * price
            file.write(
                f"{600_000 + row // 20},P{row % 2000:04},PRODUCT {row % 2000},{said},2011-0{row * 8 // rows + 1}-15 10:"
                f"{row // 20 % 60:02}:00,{price / 100:.2f},{row % 4000},United Kingdom\r\n"
            )
    return total


def import_large(folder, rows, broken=""):
    """(the most memory in kB, seconds, counts, what was sold) of `python -m webapp import` over so many rows."""
    folder.mkdir()
    total = write_large(folder / "large.csv", rows)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TAKINGS_")}
    environ |= {"TAKINGS_DATABASE": str(folder / "shop.db"), "MALLOC_ARENA_MAX": "1"}
    if broken:
        environ |= {"BROKEN_BUILD": broken, "PYTHONPATH": str(BROKEN)}
    words = [sys.executable, "-m", "webapp", "import", str(folder / "large.csv")]
    process = subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    assert status == 0
    return used.ru_maxrss, used.ru_utime + used.ru_stime, json.loads(out.splitlines()[-1]), total


@pytest.mark.long
@pytest.mark.sqlite("what reads a file is the same, and asks no database")
def test_fault_31_a_million_rows_are_streamed_and_none_is_wrong(tmp_path, figures):
    memory, seconds, counts, total = import_large(tmp_path / "million", 1_000_000)

    with sqlite3.connect(tmp_path / "million" / "shop.db") as ledger:
        [sold] = ledger.execute("select sum(total_minor) from orders").fetchone()
    ledger.close()
    assert sold == total
    assert (counts["rows"], counts["imported"], counts["rejected"]) == (1_000_000, 999_000, 1_000)
    assert memory < MOST_KB
    figures(31, rows=1_000_000, rows_per_second_of_cpu=round(1_000_000 / seconds), peak_memory_kb=memory)


@pytest.mark.long
@pytest.mark.sqlite("what reads a file is the same, and asks no database")
def test_fault_31_the_control_a_build_that_holds_all_rows_is_caught(tmp_path):
    memory, *_ = import_large(tmp_path / "held", 700_000, broken="hold_all_rows")

    assert memory > MOST_KB
