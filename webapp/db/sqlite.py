"""Connections to SQLite, with the settings that the ledger's promises rest on."""

import os
import sqlite3
import sys
from pathlib import Path

OLDEST = (3, 37, 0)
PAGE_BYTES = 4096
READER_KB = 32_000
WRITER_KB = 4_000  # it goes to the same pages again and again: they stay in the processor's own cache with few others beside them
OPENING_S = 2.0  # for the moment in which another process opens the log, or is the last to close it
READING_MS = 250  # readers wait for nothing else than that moment, which also comes after a process was killed


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode: WAL, every commit fsynced, no checkpoint of its own accord.

    It belongs to one user at a time, whichever thread that is in. Raises sqlite3.OperationalError when the
    file cannot be opened.
    """
    connection = sqlite3.connect(
        path, timeout=OPENING_S, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{WRITER_KB if write else READER_KB}",
        "busy_timeout=0",  # from here on whoever waits does it by himself
    ):
        connection.execute(f"PRAGMA {pragma}")
    if not write:
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA busy_timeout={READING_MS}")
    return connection


def data_version(connection: sqlite3.Connection) -> int:
    """A number that turns whenever another connection has committed."""
    return connection.execute("PRAGMA data_version").fetchone()[0]


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move what the log holds into the database, as far as no reader needs it. The caller holds the lock."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def log_bytes(path: Path) -> int:
    """How much of the write-ahead log has not been moved into the database yet.

    Read from the index of the log: the last frame stands at byte 16, the last one moved at byte 96, in the byte order
    of the machine. Source: sqlite.org/walformat.html, section 2.1. The log's own size tells nothing, it never shrinks.
    """
    try:
        head = os.pread(_index_of(path), 100, 0)
    except OSError:  # there is none yet, or another thread has just let a lost one go
        return 0
    if len(head) < 100:
        return 0
    last, moved = int.from_bytes(head[16:20], sys.byteorder), int.from_bytes(head[96:100], sys.byteorder)
    return max(last - moved, 0) * PAGE_BYTES


def _index_of(path: Path) -> int:
    """The log's index, opened once and kept open: who closes a file gives up all locks of his process on it, SQLite's too.

    Without them another process that opens the database takes it for left alone, and cuts the index off under who uses it.
    Source: fcntl(2), "Advisory record locking"; sqlite.org/howtocorrupt.html, section 2.2.
    """
    name = f"{path}-shm"
    lies = os.stat(name)
    kept = _indexes.get(name)
    if kept is not None and os.path.samestat(os.fstat(kept), lies):
        return kept
    for other, descriptor in list(_indexes.items()):
        gone = not os.fstat(descriptor).st_nlink  # nobody comes to a file without a name any more
        if (gone or other == name) and _indexes.pop(other, None) is not None and gone:
            os.close(descriptor)
    return _indexes.setdefault(name, os.open(name, os.O_RDONLY | os.O_CLOEXEC))


_indexes: dict[str, int] = {}


def too_old() -> bool:
    """Whether this machine's SQLite lacks what the schema needs."""
    return sqlite3.sqlite_version_info < OLDEST
