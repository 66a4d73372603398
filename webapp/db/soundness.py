"""What the database itself can say about its soundness, and how long a check may take: on both kinds of it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from webapp.db import queries
from webapp.db.postgres import Connection

sql = queries.load("soundness")
MOST = 20


def of_file(tx: Any, quick: bool) -> list[str]:
    """What is wrong with the files: SQLite reads its own through; PostgreSQL says which pages and indexes it distrusts."""
    if isinstance(tx.connection, Connection):
        return [row[0] for row in sql.find_broken_files.all(tx, limit=MOST)]
    rows = [row[0] for row in tx.execute(f"pragma {'quick_check' if quick else 'integrity_check'}({MOST})").fetchall()]
    return [] if rows == ["ok"] else rows


def of_keys(tx: Any) -> list[str]:
    """Rows that name another row which is not there."""
    if not isinstance(tx.connection, Connection):
        rows = tx.execute("pragma foreign_key_check").fetchall()
        return [f"{table} row {row} names a {parent} that is not there" for table, row, parent, _ in rows[:MOST]]
    found = []
    for table, column, parent, key in sql.find_foreign_keys.all(tx):
        text = queries.fill(sql.find_orphans, table=table, column=column, parent=parent, key=key)
        rows = tx.execute(text, {"limit": MOST}).fetchall()
        found += [f"{table} row {row[0]} names a {parent} that is not there" for row in rows]
    return found[:MOST]


@contextmanager
def apart(tx: Any) -> Iterator[None]:
    """What fails in the body does not spoil the snapshot for what comes after it."""
    if not isinstance(tx.connection, Connection):
        yield
        return
    tx.execute("savepoint apart")
    try:
        yield
    except sqlite3.DatabaseError:
        if tx.connection.in_transaction:
            tx.execute("rollback to apart")
        raise
    finally:
        if tx.connection.in_transaction:
            tx.execute("release apart")


@contextmanager
def limited(tx: Any, seconds: float) -> Iterator[None]:
    """What the body asks ends after `seconds` with an error of which `is_interrupted` is true."""
    connection, ends = tx.connection, time.monotonic() + seconds
    if isinstance(connection, Connection):
        connection.run(f"set local statement_timeout = {int(seconds * 1000)}")
        yield  # it ends with the transaction
        return
    connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def is_interrupted(error: BaseException) -> bool:
    """Whether a statement was ended because its time was over."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"
