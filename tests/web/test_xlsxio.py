"""The workbook goes out while its rows come: a zip that only goes forward, texts that stay texts, sheets that go on."""

import io
import tracemalloc
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import spreadsheet
from webapp.web import xlsxio

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Answer:
    """A book as an answer has it."""

    status_code = 200

    def __init__(self, chunks):
        self.data = b"".join(chunks)


def cells(rows, columns=("a", "b", "c"), sheet=1, about=None):
    """The cells of a sheet that was made of these rows."""
    return spreadsheet.xlsx_cells(Answer(xlsxio.stream(columns, rows, about)), sheet)


def numbers(count, seen):
    """So many rows, each of which is noted when it is asked for."""
    try:
        for number in range(count):
            seen.append(number)
            yield [number, f"row {number}", Decimal(number) / 7]
    finally:
        seen.append("closed")


def test_the_file_begins_before_its_rows_have_ended():
    seen: list[object] = []

    chunks = xlsxio.stream(["n", "text", "part"], numbers(100_000, seen))
    first = next(chunks)

    assert first.startswith(b"PK\x03\x04")
    assert len(seen) <= xlsxio.SLICE
    chunks.close()
    assert seen[-1] == "closed" and len(seen) <= xlsxio.SLICE + 1


def test_a_refusal_of_the_rows_comes_before_the_first_byte():
    def refused():
        raise ValueError("no")
        yield

    with pytest.raises(ValueError, match="no"):
        next(xlsxio.stream(["a"], refused()))


def test_who_goes_in_the_middle_of_a_sheet_closes_the_rows():
    seen: list[object] = []
    chunks = xlsxio.stream(["n", "text", "part"], numbers(100_000, seen))

    while len(seen) < 3000:
        next(chunks)
    chunks.close()

    assert seen[-1] == "closed" and len(seen) < 10_000


def test_memory_does_not_grow_with_the_rows():
    def most(count):
        tracemalloc.start()
        for _ in xlsxio.stream(["n", "text", "part"], numbers_of(count)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    def numbers_of(count):
        return ([number, f"row {number}", Decimal(number)] for number in range(count))

    most(10)
    assert most(30_000) < most(6_000) + 1_000_000


def test_each_part_says_its_sizes_behind_it_and_the_zip_is_whole():
    book = zipfile.ZipFile(io.BytesIO(b"".join(xlsxio.stream(["a"], [[1]], {"Shop": "Pier"}))))

    assert book.testzip() is None
    assert all(part.flag_bits & 8 for part in book.infolist())
    names = set(book.namelist())
    listed = {
        part.attrib["PartName"][1:]
        for part in ElementTree.fromstring(book.read("[Content_Types].xml"))
        if "PartName" in part.attrib
    }
    assert names == listed | {"[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"}
    for name in names:
        ElementTree.fromstring(book.read(name))


def test_more_rows_than_a_sheet_holds_go_on_in_the_next_one(monkeypatch):
    monkeypatch.setattr(xlsxio, "MOST_ROWS", 250)
    answer = Answer(xlsxio.stream(["n"], ([number] for number in range(600)), {"Shop": "Pier"}))

    sheets = [spreadsheet.xlsx_cells(answer, number) for number in (1, 2, 3, 4)]

    assert [len(rows) for rows in sheets] == [251, 251, 101, 1]
    assert all(rows[0] == ["n"] for rows in sheets[:3])
    assert [int(row[0]) for rows in sheets[:3] for row in rows[1:]] == list(range(600))
    assert names_of(answer) == ["Figures", "Figures 2", "Figures 3", "About"]


def names_of(answer):
    """The names of the sheets of a book."""
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    return [sheet.attrib["name"] for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{NS}sheet")]


@pytest.mark.parametrize("rows", [0, 249, 250])
def test_a_sheet_that_is_just_full_is_followed_by_none(monkeypatch, rows):
    monkeypatch.setattr(xlsxio, "MOST_ROWS", 250)

    answer = Answer(xlsxio.stream(["n"], ([number] for number in range(rows))))

    assert names_of(answer) == ["Figures"]
    assert len(spreadsheet.xlsx_cells(answer)) == rows + 1


def test_a_sheet_ends_before_its_part_is_too_large_for_a_plain_zip(monkeypatch):
    monkeypatch.setattr(xlsxio, "MOST_BYTES", 20_000)

    answer = Answer(xlsxio.stream(["n"], ([number] for number in range(1000))))

    count = len(names_of(answer))
    assert count > 1
    found = [row for number in range(1, count + 1) for row in spreadsheet.xlsx_cells(answer, number)[1:]]
    assert [int(row[0]) for row in found] == list(range(1000))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=60))
def test_any_text_is_read_back_as_it_was_and_stays_a_text(text):
    assert cells([[text]])[1] == [("'" if text.lstrip("'")[:1] in tuple("=+-@\t\r") else "") + text]


@pytest.mark.parametrize("text", ["_x0041_", "a\x00b", "\x1f", "line\r\nline", " both ", "<&>\"'", "]]>", "_x_x0041_"])
def test_what_xml_cannot_hold_is_escaped_and_what_looks_escaped_too(text):
    assert cells([[text]])[1] == [text]


def test_what_is_no_character_is_replaced():
    assert cells([["a\ud800b\uffff"]])[1] == ["a�b�"]


def test_a_cell_is_no_longer_than_a_spreadsheet_takes():
    assert len(cells([["x" * 40_000]])[1][0]) == 32_767


def test_numbers_are_numbers_with_their_decimals_and_truth_is_truth():
    row = [7, Decimal("12.50"), Decimal("-0.125"), True, False, None, "", Decimal("1E+3"), 10**15, Decimal("0E-20")]

    answer = Answer(xlsxio.stream([str(place) for place in range(10)], [row]))

    book = zipfile.ZipFile(io.BytesIO(answer.data))
    kinds = styled(book)
    assert kinds == [("A2", "0", "7"), ("B2", "0.00", "12.50"), ("C2", "0.000", "-0.125"), ("D2", "b", "1"),
                     ("E2", "b", "0"), ("H2", "0", "1000"), ("I2", "text", "1000000000000000"),
                     ("J2", "text", "0." + "0" * 20)]  # fmt: skip


def styled(book):
    """Place, format (b for a truth, text for a text) and value of each cell of the second row."""
    styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    formats = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(f"{NS}numFmt")}
    looks = [formats.get(one.attrib["numFmtId"], "") for one in styles.find(f"{NS}cellXfs")]
    row = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).findall(f".//{NS}row")[1]
    return [
        (
            cell.attrib["r"],
            {"b": "b", "inlineStr": "text"}.get(cell.get("t", ""), looks[int(cell.get("s", 0))]),
            "".join(cell.itertext()),
        )
        for cell in row
    ]


def test_the_head_is_frozen_and_bold_and_as_wide_as_its_names():
    book = zipfile.ZipFile(io.BytesIO(b"".join(xlsxio.stream(["n", "a_long_name_of_a_column"], [[1, 2]]))))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    styles = ElementTree.fromstring(book.read("xl/styles.xml"))

    pane, head = sheet.find(f".//{NS}pane").attrib, sheet.find(f".//{NS}row")
    font = styles.find(f"{NS}cellXfs")[int(head[0].attrib["s"])].attrib["fontId"]
    assert (pane["ySplit"], pane["state"]) == ("1", "frozen")
    assert styles.find(f"{NS}fonts")[int(font)].find(f"{NS}b") is not None
    assert [float(one.attrib["width"]) // 1 for one in sheet.iter(f"{NS}col")] == [10, 25]


def test_what_is_said_of_the_sheet_stands_on_the_last_one():
    assert cells([[1]], sheet=2, about={"Shop": "=Pier", "Rows": 1, "Of": None}) == [
        ["Shop", "'=Pier"],
        ["Rows", "1"],
        ["Of"],
    ]


def test_columns_go_on_after_the_twenty_sixth():
    columns = [f"c{number}" for number in range(60)]

    assert cells([range(60)], columns) == [columns, [str(number) for number in range(60)]]
