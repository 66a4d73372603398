"""Connections to SQLite, with the settings that the ledger's promises rest on."""

import os
import sqlite3
from pathlib import Path

OLDEST = (3, 37, 0)


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode: WAL, every commit fsynced, no checkpoint of its own accord.

    It belongs to one user at a time, whichever thread that is in. Raises sqlite3.OperationalError when the
    file cannot be opened.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if not write:
        connection.execute("PRAGMA query_only=ON")
    return connection


def data_version(connection: sqlite3.Connection) -> int:
    """A number that turns whenever another connection has committed."""
    return connection.execute("PRAGMA data_version").fetchone()[0]


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move what the log holds into the database, as far as no reader needs it. The caller holds the lock."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def log_bytes(path: Path) -> int:
    """The size of the write-ahead log."""
    try:
        return os.stat(f"{path}-wal").st_size
    except FileNotFoundError:
        return 0


def too_old() -> bool:
    """Whether this machine's SQLite lacks what the schema needs."""
    return sqlite3.sqlite_version_info < OLDEST
