"""Rejected rows are saved with their reasons, mended and given again: only they are read, and each counts once."""

import csv
import io

import pytest

from tests import making
from tests.imports import making as files

COLUMNS = {"sku": "thing", "quantity": "n", "price": "each", "placed_at": "at", "external_id": "bill"}
MAPPING = {"columns": COLUMNS, "decimal": ",", "dates": "dmy"}
BROKEN = (
    "thing;n;each;at;bill\n"
    "TEA;2;1,50;01.02.2021;A\n"
    "TEA;x;1,50;01.02.2021;A\n"
    "MUG;1;9,00;31.02.2021;B\n"
    "MUG;3;9,00;31.02.2021;B\n"
    '"=PIE";-1;2,00;03.02.2021;C\n'
    "PIE;1;2,00;04.02.2021\n"
)
COUNTS = ("state", "read", "imported", "repeated", "rejected")


def given(client, content, mapping=None, name="sales.csv"):
    """The import of a file when its job has run."""
    answer = files.give(client, content, name, mapping=mapping)
    assert answer.status_code == 202, answer.text
    return files.finish(client, answer.json["id"])


def rejected(client, import_id):
    """Its rejected rows as lists of cells, the header first."""
    answer = client.get(f"/imports/{import_id}/errors?format=csv")
    return list(csv.reader(io.StringIO(answer.text)))


def text_of(rows, mark=","):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows(rows)
    return out.getvalue()


def mended(rows, column, changes):
    """The rows with other cells in a column, by row number."""
    at = rows[0].index(column)
    return [[*row[:at], changes[row[0]], *row[at + 1 :]] if row[0] in changes else row for row in rows]


def counts(shown):
    return tuple(shown[name] for name in COUNTS)


def test_rejected_rows_are_saved_once_each_with_their_reasons_and_own_cells(client):
    shown = given(client, BROKEN, MAPPING)

    header, *rows = rejected(client, 1)

    assert counts(shown) == ("done", 6, 2, 0, 4)
    assert header == ["row", "field", "detail", "value", "import", "thing", "n", "each", "at", "bill"]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("2", "n", "1"),
        ("3", "at", "1"),
        ("4", "at", "1"),
        ("6", "", "1"),
    ]
    assert rows[0][5:] == ["TEA", "x", "1,50", "01.02.2021", "A"]
    assert rows[3][5:] == ["PIE", "1", "2,00", "04.02.2021"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_mended_rows_are_imported_by_the_mapping_of_their_file(client, mark):
    given(client, BROKEN, MAPPING)
    rows = mended(rejected(client, 1)[:4], "at", {"3": "01.03.2021", "4": "01.03.2021"})

    answer = files.give(client, text_of(mended(rows, "n", {"2": "5"}), mark), "mended.csv")
    shown = files.finish(client, 2)

    assert answer.json["state"] == "queued" and answer.json["preview"]["mapping"]["mends"] == 1
    assert counts(shown) == ("done", 3, 3, 0, 0)
    assert client.get("/imports/1").json["mended"] == 3
    sold = making.query("select external_id, total_minor, lines from orders order by external_id")
    assert sold == [("A", 300, 1), ("A+2", 750, 1), ("B", 3600, 2)]
    assert making.differences() == []


def test_a_mended_row_counts_once_in_whichever_file_it_comes(client):
    given(client, BROKEN, MAPPING)
    rows = rejected(client, 1)
    first = mended(rows, "n", {"2": "5"})
    assert counts(given(client, text_of(first)))[2:] == (1, 0, 3)

    again = given(client, text_of(first))
    both = given(client, text_of(mended(first, "at", {"3": "01.03.2021"})))

    assert counts(again)[2:] == (0, 4, 0)
    assert counts(both)[2:] == (1, 1, 2)
    assert making.value("select count(*) from orders") == 3
    assert making.value("select sum(total_minor) from orders") == 300 + 750 + 900


def test_rows_mended_in_vain_are_saved_again_under_their_first_number(client):
    given(client, BROKEN, MAPPING)
    given(client, text_of(mended(rejected(client, 1), "n", {"2": "five"})))

    rows = rejected(client, 2)

    assert [(row[0], row[4]) for row in rows[1:]] == [("2", "1"), ("3", "1"), ("4", "1"), ("6", "1")]
    assert rows[1][3] == "five" and rows[0][5:] == ["thing", "n", "each", "at", "bill"]
    assert counts(given(client, text_of(mended(rows, "n", {"2": "5"})[:2])))[2:] == (1, 0, 0)


MARKED = ("'abc", "=1+1", "'=x", "-5", "+x", "@a", "''=y")


@pytest.mark.parametrize("vain", [0, 1, 2])
def test_cells_with_an_apostrophe_or_a_formula_come_back_as_they_were(client, vain):
    lines = [f"TEA;x;1,50;01.02.2021;{bill}" for bill in MARKED]
    given(client, "\n".join(["thing;n;each;at;bill", *lines]) + "\n", MAPPING)
    for number in range(1, 1 + vain):
        rows = rejected(client, number)
        given(client, text_of(mended(rows, "n", {row[0]: f"in vain {number}" for row in rows[1:]})))
    rows = rejected(client, 1 + vain)

    given(client, text_of(mended(rows, "n", {row[0]: "1" for row in rows[1:]})))

    assert [row[-1] for row in rows[1:]] == ["'abc", "'=1+1", "''=x", "'-5", "'+x", "'@a", "'''=y"]
    assert making.query("select external_id from orders order by id") == [(bill,) for bill in MARKED]


def test_rows_without_an_invoice_and_objects_are_mended_too(client):
    rows = '{"sku":"A","quantity":1,"price":"x","date":"2021-02-01"}\n{"sku":"A","quantity":1,"price":"y","date":"2021-02-02"}\n'
    given(client, rows, {"decimal": "."}, "sales.ndjson")
    text = text_of(mended(rejected(client, 1), "price", {"1": "1.10", "2": "2.20"}))

    first, again = given(client, text), given(client, text.replace("2.20", "2.2"))

    assert (counts(first)[2:], counts(again)[2:]) == ((2, 0, 0), (0, 2, 0))
    assert making.query("select total_minor from orders order by id") == [(110,), (220,)]


def test_cancelled_invoices_of_the_known_file_are_mended_as_returns(client):
    given(client, files.uci({}, {"InvoiceNo": "C9", "Quantity": "-1", "UnitPrice": "0"}))
    text = text_of(mended(rejected(client, 1), "UnitPrice", {"2": "2.55"}))

    assert counts(given(client, text))[2:] == (1, 0, 0)
    assert making.query("select external_id, total_minor from returns") == [("C9", 255)]


def test_rows_of_an_import_that_is_not_here_are_refused(client):
    answer = files.give(client, "row,field,detail,value,import,sku\n1,a,b,c,77,TEA\n")

    assert answer.status_code == 422 and "import 77" in answer.json["detail"]


def test_a_row_that_does_not_say_what_it_was_is_refused(client):
    given(client, BROKEN, MAPPING)
    rows = mended(rejected(client, 1)[:2], "row", {"2": "two"})

    shown = given(client, text_of(mended(rows, "n", {"two": "5"})))

    assert counts(shown)[2:] == (0, 0, 1) and shown["errors"][0]["field"] == "row"
