"""What the database knows of imports."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.db import queries

sql = queries.load("imports")
LAST = 2**62


def insert_import(tx: Any, row: dict[str, Any]) -> None:
    """Add an import: id, job_id, file_name, path, sha256, mapping, state, preview, created_ms."""
    sql.insert_import.run(tx, **row)


def find_import(tx: Any, import_id: int) -> Any:
    """One import, or None."""
    return sql.find_import.one(tx, id=import_id)


def find_page(tx: Any, before_id: int | None, limit: int) -> list[Any]:
    """Imports older than one, newest first."""
    return sql.find_page.all(tx, before_id=LAST if before_id is None else before_id, limit=limit)


def find_same(tx: Any, import_id: int, sha256: str, mapping: str) -> list[Any]:
    """Other imports of the same bytes by the same mapping, oldest first."""
    return sql.find_same.all(tx, id=import_id, sha256=sha256, mapping=mapping)


def update_started(tx: Any, import_id: int, sha256: str, total_rows: int) -> None:
    """The file was read through and its rows are being entered."""
    sql.update_started.run(tx, id=import_id, sha256=sha256, total_rows=total_rows, now_ms=tx.now_ms)


def add_counts(tx: Any, import_id: int, position: str, counts: dict[str, int]) -> None:
    """More rows were read (read, imported, repeated, rejected), up to a position."""
    sql.add_counts.run(tx, id=import_id, position=position, **counts)


def update_state(tx: Any, import_id: int, state: str, error: str | None = None, ended_ms: int | None = None) -> None:
    """Where the import stands, and why it failed."""
    sql.update_state.run(tx, id=import_id, state=state, error=error, ended_ms=ended_ms)


def update_start(tx: Any, import_id: int, job_id: int, mapping: str) -> None:
    """The import waits for its job, with its final mapping."""
    sql.update_start.run(tx, id=import_id, job_id=job_id, mapping=mapping)


def update_preview(tx: Any, import_id: int, preview: str, total_rows: int | None) -> None:
    """What was found in the file."""
    sql.update_preview.run(tx, id=import_id, preview=preview, total_rows=total_rows)


def update_mapping(tx: Any, import_id: int, mapping: str, preview: str) -> None:
    """The file is looked at anew under another mapping."""
    sql.update_mapping.run(tx, id=import_id, mapping=mapping, preview=preview)


def update_path(tx: Any, import_id: int, path: str) -> None:
    """The same bytes are read from another place from now on."""
    sql.update_path.run(tx, id=import_id, path=path)


def insert_errors(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows that were not imported: (import_id, row_number, field, detail, value)."""
    sql.insert_errors.rows(tx, rows)


def insert_rejected(tx: Any, rows: Sequence[tuple[int, int, str]]) -> None:
    """Rows that were not imported as they stood in the file: (import_id, row_number, text)."""
    sql.insert_rejected.rows(tx, rows)


def insert_mended(tx: Any, rows: Sequence[tuple[int, int, int]]) -> None:
    """Rejected rows that are imported now: (import_id, row_number, by_import_id)."""
    sql.insert_mended.rows(tx, rows)


def find_mended(tx: Any, import_id: int, rows: Iterable[int]) -> set[int]:
    """Which of these rejected rows of an import were mended and imported before."""
    return {row["row_number"] for row in sql.find_mended.all(tx, import_id=import_id, rows=list(rows))}


def keep_mapping(tx: Any, header: str, mapping: str, file_name: str) -> None:
    """Files with this header are read so from now on."""
    sql.keep_mapping.run(tx, header=header, mapping=mapping, file_name=file_name, now_ms=tx.now_ms)


def find_mapping(tx: Any, header: str) -> Any:
    """How files with this header were read last (mapping, file_name), or None."""
    return sql.find_mapping.one(tx, header=header)


def find_errors(tx: Any, import_id: int, limit: int, after: tuple[int, str] = (0, "")) -> list[Any]:
    """Rows that were not imported, in order, behind a (row, field), each with its text where it was kept."""
    return sql.find_errors.all(tx, import_id=import_id, after_row=after[0], after_field=after[1], limit=limit)


def insert_sources(tx: Any, of_orders: Sequence[tuple[Any, ...]], of_returns: Sequence[tuple[Any, ...]]) -> None:
    """The rows behind sales and returns: (order or return id, import_id, first_row, rows)."""
    sql.insert_sources_of_orders.rows(tx, of_orders)
    sql.insert_sources_of_returns.rows(tx, of_returns)


def find_sources(tx: Any, order_id: int | None = None, return_id: int | None = None) -> list[Any]:
    """The rows from which an order or a return was made: one entry, none where it was not made from a file."""
    if order_id is not None:
        return sql.find_source_of_order.all(tx, order_id=order_id)
    return sql.find_source_of_return.all(tx, return_id=return_id)


def catalogue_changed(tx: Any, seq: int) -> bool:
    """Whether a product was changed after a seq."""
    return sql.find_foreign_change.one(tx, seq=seq) is not None


def is_booked(tx: Any, returned_ms: int, entered_ms: int | None, total_minor: int) -> bool:
    """Whether a return without a known sale was entered at this very instant."""
    found = sql.find_booked.one(tx, returned_ms=returned_ms, entered_ms=entered_ms, total_minor=total_minor)
    return found is not None


def find_versions(tx: Any, product_ids: Iterable[int]) -> list[Any]:
    """What products were called and where they stood, oldest first."""
    return sql.find_versions_of.all(tx, product_ids=product_ids)
