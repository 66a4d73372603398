"""XLSX out: one sheet, a frozen bold row of columns, numbers as numbers, and no cell that a spreadsheet would run.

Rows are written as they come and go to a temporary file, so that the length of a list costs no memory.
"""

import datetime
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from webapp.web import csvio

CHUNK = 64_000
BREATH = 200  # rows after which others have their turn
MOST_ROWS = 1_048_575
EXACT = 10**15  # a spreadsheet's number keeps fifteen digits
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "nan_inf_to_errors": False, "in_memory": False,
}  # fmt: skip
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def stream(
    columns: Iterable[str], rows: Iterable[Iterable[Any]], about: Mapping[str, Any] | None = None
) -> Iterator[bytes]:
    """The file in chunks. about: what a second sheet says of it, name and value a row.

    Amounts are Decimals and keep their decimals; a number of over fifteen digits is written as text, which is exact.
    A sheet ends at 1,048,576 rows; the rest of a longer list stands on further sheets. Closing it closes the rows.
    """
    with tempfile.TemporaryFile(prefix="takings-") as file:
        source = iter(rows)
        try:
            _write(file, list(columns), source, about or {})
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _write(file: IO[bytes], columns: list[str], rows: Iterator[Iterable[Any]], about: Mapping[str, Any]) -> None:
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties({"created": _MADE.replace(tzinfo=None)})  # the same content gives the same bytes
    formats = _Formats(book)
    sheet, number, at = _sheet(book, formats, columns, 1), 1, 0
    for row in rows:
        if at == MOST_ROWS:
            number, at = number + 1, 0
            sheet = _sheet(book, formats, columns, number)
        at += 1
        for place, value in enumerate(row):
            _cell(sheet, at, place, value, formats)
        if at % BREATH == 0:
            time.sleep(0)  # under gevent nobody waits for a long list
    if about:
        sheet = book.add_worksheet("About")
        sheet.set_column(0, 1, 24)
        for at, (name, value) in enumerate(about.items()):
            sheet.write_string(at, 0, _clean(name), formats.bold)
            _cell(sheet, at, 1, value, formats)
    book.close()


def _sheet(book: Any, formats: "_Formats", columns: list[str], number: int) -> Any:
    sheet = book.add_worksheet("Figures" if number == 1 else f"Figures {number}")
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(columns):
        sheet.set_column(place, place, max(10, min(36, len(name) + 2)))
    for place, name in enumerate(columns):
        sheet.write_string(0, place, _clean(name), formats.bold)
    return sheet


class _Formats:
    """The few formats of a book."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.places: dict[int, Any] = {}

    def of(self, places: int) -> Any:
        """Numbers with so many decimals."""
        if places not in self.places:
            self.places[places] = self.book.add_format({"num_format": "0" + ("." + "0" * places if places else "")})
        return self.places[places]


def _cell(sheet: Any, row: int, place: int, value: Any, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | Decimal):
        exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if abs(value) * 10**places < EXACT:
            sheet.write_number(row, place, value, formats.of(places))
        else:
            sheet.write_string(row, place, str(value))
    else:
        sheet.write_string(row, place, _clean(csvio.guarded(str(value))))


def _clean(text: str) -> str:
    """A text that XML can hold, no longer than a cell."""
    return _UNWRITABLE.sub("�", text)[:32_767]
