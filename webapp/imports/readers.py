"""Files as rows: which characters the bytes are, where lines end, which cells a row has.

A row that cannot be read is a `Damaged` in its place, so that each row of the file is accounted for.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.imports.unpack import CHUNK, MOST_UNPACKED, Unpacked

LONGEST_LINE = 1 << 20
NDJSON = "json"
csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row whose cells cannot be told apart, and why."""

    detail: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's text is cut: `delimiter` is a character, or `json` for one object a line."""

    encoding: str = "utf-8"
    delimiter: str = ","
    header: bool = True


def detect_encoding(head: bytes) -> str:
    """utf-8, utf-16 (with its byte order where no mark says it) or windows-1252, by the first bytes of a file."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 5 and even < odd // 4:
        return "utf-16-le"
    if even > len(sample) // 5 and odd < even // 4:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    # Bytes that are no UTF-8 far down in a file whose beginning was plain ASCII.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end


codecs.register_error("takings-1252", _as_windows_1252)


class Lines:
    """The lines of a text, none longer than a mebibyte; `take()` is the text of those handed out since it was called."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._pending: list[str] = []
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        readline, pending = self._text.readline, self._pending.append
        while line := readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                self._skip()
            pending(line)
            yield line

    def _skip(self) -> None:
        self.cut = True
        while piece := self._text.readline(LONGEST_LINE):
            if piece[-1] in "\r\n":
                return

    def take(self) -> str:
        """The lines of the row that was just read."""
        pending = self._pending
        text = pending[0] if len(pending) == 1 else "".join(pending)
        pending.clear()
        return text


class Rows:
    """The rows of a file: iterating yields `(cells, text)`, where cells is a list of texts or a Damaged.

    `columns` is known from the start. Close it, or use it in a `with` statement.
    """

    def __init__(self, path: Path, layout: Layout, columns: list[str] | None = None, most: int = MOST_UNPACKED) -> None:
        self.layout = layout
        self.bytes = Unpacked(path, most)
        self._text = open_text(self.bytes, layout.encoding)
        self._lines = Lines(self._text)
        self._first: list[str] | None = None
        self.columns = columns or []
        if layout.delimiter != NDJSON:
            self._reader = csv.reader(iter(self._lines), delimiter=layout.delimiter)
            self._begin()

    def _begin(self) -> None:
        for cells in _records(self._reader):
            if cells and not isinstance(cells, Damaged):
                names = cells if self.layout.header else [str(n) for n in range(1, len(cells) + 1)]
                self.columns = names_of(names)
                self._first = None if self.layout.header else cells
                break
            self._lines.take()
        if self.layout.header:
            self._lines.take()

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def __iter__(self) -> Iterator[tuple[list[str] | Damaged, str]]:
        return self._objects() if self.layout.delimiter == NDJSON else self._cells()

    def _cells(self) -> Iterator[tuple[list[str] | Damaged, str]]:
        lines, width = self._lines, len(self.columns)
        if self._first is not None:
            yield self._first, lines.take()
        for cells in _records(self._reader):
            text = lines.take()
            if len(cells) != width:
                if not cells:
                    continue
                cells = _fitted(cells, width)
            if lines.cut:
                lines.cut = False
                cells = Damaged("The line is longer than a mebibyte.")
            yield cells, text

    def _objects(self) -> Iterator[tuple[list[str] | Damaged, str]]:
        names = self.columns
        for line in self._lines:
            text = self._lines.take()
            if self._lines.cut:
                self._lines.cut = False
                yield Damaged("The line is longer than a mebibyte."), text
            elif line.strip("\ufeff \t\r\n"):
                members = parse_object(line)
                yield members if isinstance(members, Damaged) else [members.get(name, "") for name in names], text


def open_text(stream: io.RawIOBase, encoding: str) -> io.TextIOWrapper:
    """The stream as text, with its line ends as they are."""
    errors = "takings-1252" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(io.BufferedReader(stream, CHUNK), encoding=encoding, errors=errors, newline="")


def _records(reader: Any) -> Iterator[Any]:
    while True:
        try:
            yield from reader
            return
        except csv.Error as error:  # the next line begins a new row
            yield Damaged(f"The row cannot be read: {error}. Is a quotation mark left open?")


def _fitted(cells: Any, width: int) -> list[str] | Damaged:
    if isinstance(cells, Damaged):
        return cells
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    return Damaged(f"The row has {len(cells)} columns, and {width} are named.")


def names_of(cells: list[str]) -> list[str]:
    """Column names without spaces around them, made different where two are the same or one is empty."""
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = cell.strip().strip("\ufeff") or str(position)
        names.append(name if name not in names else f"{name} ({position})")
    return names


def parse_object(line: str) -> dict[str, str] | Damaged:
    """The members of one JSON object as texts, digits as they were written."""
    try:
        found = json.loads(line.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return Damaged("The line is not JSON.")
    if not isinstance(found, dict):
        return Damaged("The line is not a JSON object.")
    return {name: _as_text(value) for name, value in found.items()}


def _no_constant(name: str) -> str:
    raise ValueError(name)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
