"""Files that were saved, read back cell by cell: CSV as text, XLSX from its own XML."""

import csv
import io
import re
import zipfile
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree

_ESCAPED = re.compile("_x([0-9A-F]{4})_")  # how the format writes what XML cannot hold
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def csv_cells(answer: Any) -> list[list[str]]:
    """The cells of a CSV answer, row by row."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8"), newline="")))


def xlsx_cells(answer: Any, sheet: int = 1) -> list[list[str]]:
    """The cells of a sheet of an XLSX answer, row by row, written as CSV writes them; empty ones are "".

    A formula raises AssertionError: no cell may be one.
    """
    assert answer.status_code == 200, answer.text
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert root.find(".//m:f", _NS) is None, "a cell is a formula"
    shared = []
    if "xl/sharedStrings.xml" in book.namelist():
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(one.itertext()) for one in strings.findall("m:si", _NS)]
    rows = []
    for row in root.findall(".//m:row", _NS):
        found: dict[int, str] = {}
        for cell in row.findall("m:c", _NS):
            found[_column(cell.attrib["r"])] = _text(cell, shared)
        rows.append([found.get(place, "") for place in range(max(found, default=-1) + 1)])
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(cell: Any, shared: list[str]) -> str:
    kind, text = cell.attrib.get("t", "n"), "".join(cell.itertext())
    if kind == "b":
        return {"1": "true", "0": "false"}[text]
    text = shared[int(text)] if kind == "s" else text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def same(one: str, other: str) -> bool:
    """Whether two cells say the same: equal texts, or equal numbers however they are written."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
