"""Everything that was sold and brought back as our own CSV: the door behind `python -m webapp export`.

Facts are only added, so what lies below the newest ids of the start is one state of the ledger, although it is read slice by
slice and selling goes on meanwhile.
"""

import gzip
import lzma
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from webapp.db import reading, store
from webapp.orders import dao
from webapp.orders.shapes import outgoing
from webapp.web import csvio

SLICE = 500
Progress = Callable[[int, int | None, str], None]


def write(path: Path | None, progress: Progress) -> int:
    """Write the export to a file, packed as its name ends (.gz, .xz), or to standard output; return how many rows.

    A file stands under its name only when it is whole. Raises OSError when it cannot be written.
    """
    if path is None:
        return _pour(sys.stdout.buffer, progress)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as plain, _packed(path, plain) as file:
            rows = _pour(file, progress)
        with part.open("rb") as whole:
            os.fsync(whole.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _packed(path: Path, plain: BinaryIO) -> Any:
    if path.suffix == ".gz":
        return gzip.GzipFile("", "wb", compresslevel=6, fileobj=plain, mtime=0)
    return lzma.LZMAFile(plain, "wb", preset=3) if path.suffix == ".xz" else plain


def _pour(file: Any, progress: Progress) -> int:
    with reading.reading() as tx:
        newest = dao.find_newest(tx, 1)
        last_order, last_return = (newest[0] if newest else 0), dao.find_last_return(tx)
    counted = _Counted(_rows(last_order, last_return, progress))
    for piece in csvio.stream(outgoing.EXPORT_COLUMNS, counted):
        file.write(piece)
    file.flush()
    return counted.count


class _Counted:
    """Rows, and how many have passed."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self.rows:
            self.count += 1
            yield row


def _sold(tx: Any, order_ids: list[int]) -> tuple[Any, Any]:
    return dao.find_orders(tx, order_ids), dao.find_export_lines(tx, order_ids)


def _rows(last_order: int, last_return: int, progress: Progress) -> Iterator[tuple[Any, ...]]:
    """The rows of sales by id, then those of returns."""
    currency = store.shop().currency
    for first in range(1, last_order + 1, SLICE):
        ids = list(range(first, min(first + SLICE, last_order + 1)))
        orders, lines = reading.heavy_here(_sold, ids)
        for order_id in ids:
            if order_id in orders:
                yield from outgoing.sale_rows(orders[order_id], lines[order_id], currency)
        progress(ids[-1], last_order, "Exporting orders")
    for first in range(1, last_return + 1, SLICE):
        ids = list(range(first, min(first + SLICE, last_return + 1)))
        back = reading.heavy_here(dao.find_export_returns, ids)
        for return_id in ids:
            yield from (outgoing.return_row(line, currency) for line in back.get(return_id, []))
