"""Text as cells: which characters bytes are, where lines end, which cells a row has."""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CHUNK = 1 << 18
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


def open_text(stream: io.RawIOBase, encoding: str) -> io.TextIOWrapper:
    """The stream as text, with its line ends as they are."""
    errors = "takings-1252" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(io.BufferedReader(stream, CHUNK), encoding=encoding, errors=errors, newline="")


def records(reader: Any) -> Iterator[Any]:
    """The rows of a csv.reader, a Damaged in place of one that it cannot read."""
    while True:
        try:
            yield from reader
            return
        except csv.Error as error:  # the next line begins a new row
            yield Damaged(f"The row cannot be read: {error}. Is a quotation mark left open?")


def fitted(cells: list[str], width: int) -> list[str] | Damaged:
    """The cells of a row that has not as many as there are columns: empty ones behind them do not count."""
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
    members = {name: _as_text(value) for name, value in found.items()}
    whole = "".join(members.values())
    if "\0" in whole or (not whole.isascii() and any("\ud800" <= sign <= "\udfff" for sign in whole)):
        return Damaged("The line has a NUL, or half of a character.")
    return members


def _no_constant(name: str) -> str:
    raise ValueError(name)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
