"""XLSX out: one sheet, a frozen bold row of columns, numbers as numbers, and no cell that a spreadsheet would run.

Rows go out as they come: the zip is written to a stream that only goes forward, each part followed by its sizes, texts
stand in their cells, and what has to name every sheet is written last. Neither memory nor a file grows with the list.
Source: ECMA-376, parts 1 (SpreadsheetML) and 2 (packages); PKWARE's APPNOTE 6.3.9, 4.3.9 (data descriptors).
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import product
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape

from webapp.web import csvio, xlsxparts

SLICE = 200  # rows that are packed at once
MOST_ROWS = 1_048_575
MOST_BYTES = 1_500_000_000  # of a sheet's XML: a part of over 2 GiB would have to say so before it begins
EXACT = 10**15  # a spreadsheet's number keeps fifteen digits
_LEVEL = 4
_LETTERS = [*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2))]
_NOT_PLAIN = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_|\A\s|\s\Z")
_NO_CHARACTER = re.compile("[\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")


class _Pipe:
    """What the zip is written to: it only goes forward, and what was written is taken away."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken, self.held = b"".join(self.held), []
        return taken


class _Ahead:
    """Rows of which the next one is there before it is asked for. more: whether there is one."""

    def __init__(self, rows: Iterator[Iterable[Any]]) -> None:
        self.rows = rows
        self.next = next(rows, None)

    @property
    def more(self) -> bool:
        return self.next is not None

    def __iter__(self) -> "_Ahead":
        return self

    def __next__(self) -> Iterable[Any]:
        row = self.next
        if row is None:
            raise StopIteration
        self.next = next(self.rows, None)
        return row


def stream(
    columns: Iterable[str], rows: Iterable[Iterable[Any]], about: Mapping[str, Any] | None = None
) -> Iterator[bytes]:
    """The file in chunks. about: what a second sheet says of it, name and value a row.

    The first row is asked for before the first byte, so that a refusal is still an answer. Amounts are Decimals and keep
    their decimals; a number of over fifteen digits is written as text, which is exact. A sheet ends at 1,048,576 rows; the
    rest of a longer list stands on further sheets. The same content gives the same bytes. Closing it closes the rows.
    """
    pipe, source = _Pipe(), iter(rows)
    try:
        parts = _parts(list(columns), _Ahead(csvio.in_turns(source)), about or {})
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:  # type: ignore[call-overload]
            for name, pieces in parts:
                with book.open(name, "w") as part:
                    for piece in pieces:
                        part.write(piece.encode())
                        if taken := pipe.take():
                            yield taken
        yield pipe.take()
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def _parts(columns: list[str], rows: _Ahead, about: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """The parts of the book in the order in which they are written; each is used up before the next is asked for."""
    yield "_rels/.rels", [xlsxparts.PACKAGE]
    yield "xl/styles.xml", [xlsxparts.STYLES]
    sheets: list[str] = []
    while rows.more or not sheets:
        sheets.append(f"Figures {len(sheets) + 1}" if sheets else "Figures")
        yield xlsxparts.place(len(sheets)), _sheet(columns, rows, selected=len(sheets) == 1)
    if about:
        sheets.append("About")
        yield xlsxparts.place(len(sheets)), _about(about)
    yield "xl/workbook.xml", [xlsxparts.workbook(sheets)]
    yield "xl/_rels/workbook.xml.rels", [xlsxparts.relations(len(sheets))]
    yield "[Content_Types].xml", [xlsxparts.types(len(sheets))]


def _sheet(columns: list[str], rows: _Ahead, *, selected: bool) -> Iterator[str]:
    """The XML of a sheet of as many of the rows as it holds, a slice after the other."""
    names = "".join(f'<c r="{letter}1" s="1"{_inline(name)}' for letter, name in zip(_LETTERS, columns, strict=False))
    widths = [max(10, min(36, len(name) + 2)) for name in columns]
    held, size = [xlsxparts.head(widths, frozen=True, selected=selected), f'<row r="1">{names}</row>'], 0
    for at, row in enumerate(rows, 1):
        held.append(_row(at + 1, row))
        if at % SLICE == 0:
            piece, held = "".join(held), []
            size += len(piece)
            yield piece
        if at == MOST_ROWS or size > MOST_BYTES:
            break
    yield "".join(held) + xlsxparts.TAIL


def _about(about: Mapping[str, Any]) -> Iterator[str]:
    yield xlsxparts.head([24, 24])
    for at, (name, value) in enumerate(about.items(), 1):
        yield f'<row r="{at}"><c r="A{at}" s="1"{_inline(name)}{_cell(f"B{at}", value)}</row>'
    yield xlsxparts.TAIL


def _row(number: int, values: Iterable[Any]) -> str:
    cells = [_cell(f"{letter}{number}", value) for letter, value in zip(_LETTERS, values, strict=False)]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: Any) -> str:
    """A value at a place such as B2; what is empty is no cell."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f'<c r="{place}"{_text(value)}'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{value:d}</v></c>'
    if not isinstance(value, int | Decimal):
        return f'<c r="{place}"{_text(str(value))}'
    number = f"{value:f}" if isinstance(value, Decimal) else str(value)
    whole, _, part = number.partition(".")
    if len(part) <= xlsxparts.MOST_PLACES and abs(int(whole + part)) < EXACT:
        return f'<c r="{place}" s="{xlsxparts.NUMBERS + len(part)}"><v>{number}</v></c>'
    return f'<c r="{place}"{_inline(number)}'


@lru_cache(maxsize=4096)  # names, codes and days come again row after row
def _text(text: str) -> str:
    return _inline(csvio.guarded(text))


def _inline(text: str) -> str:
    """The end of a cell that holds a text, no longer than a cell may be.

    What XML cannot hold is written _xHHHH_, and what looks like that with its first underscore so (ST_Xstring, 22.9.2.19).
    """
    text = text[:32_767]
    if _NOT_PLAIN.search(text) is None:
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    said = _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", _NO_CHARACTER.sub("�", text))
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(said)}</t></is></c>'
