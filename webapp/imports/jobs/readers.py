"""Files as rows. A row that cannot be read is a `Damaged` in its place, so that each row of the file is accounted for."""

import csv
from collections.abc import Iterator
from pathlib import Path

from webapp.imports.jobs.unpack import Unpacked
from webapp.imports.rules.cells import (
    NDJSON,
    Damaged,
    Layout,
    Lines,
    fitted,
    names_of,
    open_text,
    parse_object,
    records,
)


class Rows:
    """The rows of a file: iterating yields `(cells, text)`, where cells is a list of texts or a Damaged.

    `columns` is known from the start. Close it, or use it in a `with` statement.
    """

    def __init__(self, path: Path, layout: Layout, columns: list[str] | None = None, most: int | None = None) -> None:
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
        for cells in records(self._reader):
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
        for cells in records(self._reader):
            text = lines.take()
            if cells.__class__ is Damaged:
                lines.cut = False
                yield cells, text
                continue
            if len(cells) != width:
                if not cells:
                    continue
                cells = fitted(cells, width)
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
