"""Rejected rows that come back: a file of them is known by its first columns, and each row by the import and row it was."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from webapp.imports.rules.lines import Fault, Head, LineReader, Read
from webapp.imports.rules.values import unguarded
from webapp.imports.shapes import Mapping

# What stands in front of a rejected row's own columns when it is saved.
SIGNS = ("row", "field", "detail", "value", "import")
AT_ROW, AT_IMPORT, OWN = 0, 4, len(SIGNS)
_NO_MORE = (None, None, None, None, None, False, None)


def header_key(columns: Sequence[str]) -> str:
    """What a header is known again by, in whatever order its columns stand."""
    return hashlib.sha256(json.dumps(sorted(columns), ensure_ascii=False).encode()).hexdigest()


def mended_import(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The import whose rejected rows a file holds, or None where it is another file."""
    if tuple(name.casefold() for name in columns[:OWN]) != SIGNS or not rows or len(rows[0]) <= AT_IMPORT:
        return None
    return _number(rows[0][AT_IMPORT])


def mended_mapping(found: Mapping, first: Mapping, columns: Sequence[str], names: Sequence[str], of: int) -> Mapping:
    """How the mended rows of an import are read: by the mapping they were first read by.

    found: how this file is cut. first, columns: of that import. names: the columns of this file.
    """
    own = list(names[OWN:])
    moved = dict(zip(columns, own, strict=True)) if len(own) == len(columns) else {name: name for name in own}
    meant = {name: moved[column] for name, column in first.columns.items() if column in moved}
    return replace(
        first, columns=meant, delimiter=found.delimiter, header=found.header, encoding=found.encoding, mends=of
    )


class MendedReader:
    """Reads mended rows as their file's reader does; a line's `more` ends with the (import, row) that it was."""

    def __init__(self, reader: LineReader, mends: int) -> None:
        self.reader = reader
        self.mends = mends

    def read(self, row: int, cells: list[str], text: str) -> Read:
        """The line of a row, or its faults."""
        cells = [unguarded(cell) for cell in cells]
        was = _number(cells[AT_ROW])
        if _number(cells[AT_IMPORT]) != self.mends or was is None:
            return [Fault(SIGNS[AT_ROW], "does not say which rejected row it was", cells[AT_ROW])]
        found = self.reader.read(row, cells, text)
        if isinstance(found, list):
            return found
        family, part, line = found
        if family == row:  # a row that is a sale of its own
            family = f"mended {was}"
        return family, part, (*line[:9], (*(line[9] or _NO_MORE), (self.mends, was)))

    def head(self, cells: list[str], kind: str) -> Head:
        """What a row says of the whole sale or return."""
        return self.reader.head([unguarded(cell) for cell in cells], kind)


def origin(line: Any) -> tuple[int, int] | None:
    """The (import, row) that a mended line was, None for any other line."""
    more = line[9]
    return more[7] if more is not None and len(more) > 7 else None


def beside(head: Head, row: int) -> Head:
    """The head of a sale or return that stands beside the one that was imported without this row."""
    return (head[0], f"{head[1]}+{row}"[-100:] if head[1] else None, *head[2:])


def _number(text: str) -> int | None:
    text = text.strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
