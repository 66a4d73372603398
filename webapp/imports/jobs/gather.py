"""Rows that belong together, brought together wherever they stand in a file, in memory or, for large files, on disk.

Entries come out in the order of their first rows, always the same for the same file, so that the first
row of the last one that was entered is a position to go on from.
"""

import heapq
import marshal
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from webapp.imports.rules.lines import Entry, Fault, Head, Line, Parts

IN_MEMORY = 160 << 20
ROW_BYTES = 260
PIECES = 128


class Gatherer:
    """Takes lines and faults row by row; `entries()` gives them back as entries. Close it: it may hold files."""

    def __init__(self, folder: Path | None = None, most_bytes: int = IN_MEMORY) -> None:
        self._families: dict[Any, tuple[int, Parts]] = {}
        self._refused: list[Entry] = []
        self._folder = folder
        self._most = most_bytes
        self._bytes = 0
        self._spool: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "Gatherer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def part(self, family: Any, part: str, row: int) -> tuple[Head, list[Line]] | None:
        """The lines of this part so far, after its head, or None when the row begins it."""
        known = self._families.get(family)
        if known is None:
            self._families[family] = (row, {})
            return None
        return known[1].get(part)

    def begin(self, family: Any, part: str, head: Head, line: Line) -> None:
        """The first line of a part, and what its row says of the whole."""
        self._families[family][1][part] = (head, [line])

    def refuse(self, row: int, faults: Iterable[Fault]) -> None:
        """A row that is not imported."""
        self._refused.append((row, None, [tuple(fault) for fault in faults]))  # type: ignore[misc]
        self.weigh(200)

    def weigh(self, length: int) -> None:
        """Count a row of so many characters, and make room on disk when memory is full."""
        self._bytes += length + ROW_BYTES
        if self._bytes > self._most:
            self._spill()

    def _spill(self) -> None:
        if self._spool is None:
            self._spool = tempfile.TemporaryDirectory(prefix="import-", dir=self._folder)
        pieces: list[list[tuple[Any, Any]]] = [[] for _ in range(PIECES)]
        for family, entry in self._families.items():
            pieces[hash(family) % PIECES].append((family, entry))
        for row, _, faults in self._refused:
            pieces[row % PIECES].append((None, (row, faults)))
        for number, piece in enumerate(pieces):
            if piece:
                with self._path(number).open("ab") as file:
                    marshal.dump(piece, file)
        self._families, self._refused, self._bytes = {}, [], 0

    def _path(self, number: int, kind: str = "piece") -> Path:
        assert self._spool is not None
        return Path(self._spool.name) / f"{kind}-{number:03d}"

    def entries(self) -> Iterator[Entry]:
        """Every entry, in the order of first rows."""
        if self._spool is None:
            return _in_order(self._families, self._refused)
        self._spill()
        for number in range(PIECES):
            self._sort(number)
        return heapq.merge(*(self._sorted(number) for number in range(PIECES)), key=_first_row)

    def _sort(self, number: int) -> None:
        """Bring the families of one piece together, and write its entries in order."""
        families: dict[Any, tuple[int, Parts]] = {}
        refused: list[Entry] = []
        for family, entry in _load(self._path(number)):
            if family is None:
                refused.append((entry[0], None, entry[1]))
            elif family in families:
                _join(families[family][1], entry[1])
            else:
                families[family] = entry
        self._path(number).unlink(missing_ok=True)
        with self._path(number, "sorted").open("wb") as file:
            batch: list[Entry] = []
            for found in _in_order(families, refused):
                batch.append(found)
                if len(batch) == 64:
                    marshal.dump(batch, file)
                    batch = []
            marshal.dump(batch, file)

    def _sorted(self, number: int) -> Iterator[Entry]:
        return _load(self._path(number, "sorted"))

    def close(self) -> None:
        """Give memory and files back."""
        self._families, self._refused = {}, []
        if self._spool is not None:
            self._spool.cleanup()
            self._spool = None


def _first_row(entry: Entry) -> int:
    return entry[0]


def _in_order(families: dict[Any, tuple[int, Parts]], refused: list[Entry]) -> Iterator[Entry]:
    # Families stand in the order in which their first rows came; so do refused rows.
    whole: Iterator[Entry] = ((row, parts, []) for row, parts in families.values())
    return heapq.merge(whole, refused, key=_first_row)


def _join(parts: Parts, later: Parts) -> None:
    for name, (head, lines) in later.items():
        if name in parts:
            parts[name][1].extend(lines)
        else:
            parts[name] = (head, lines)


def _load(path: Path) -> Iterator[Any]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while True:
            try:
                piece = marshal.load(file)
            except EOFError:
                return
            yield from piece
