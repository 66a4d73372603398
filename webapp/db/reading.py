"""Snapshots to read from. Readers never wait for the writer, and the writer never for them."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from webapp.clock import Zone
from webapp.db import queries, sqlite, store
from webapp.db.lock import FileLock
from webapp.errors import Problem

T = TypeVar("T")
KEEP = 16
sql = queries.load("db")


class ReadTx:
    """One snapshot: everything read through it belongs to the same position of the ledger."""

    def __init__(self, connection: Any, zone: Zone, currency: str) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.zone = zone
        self.currency = currency


class _Pool:
    """The idle connections of this process, and the one that watches for commits."""

    idle: list[Any] = []
    watcher: Any = None


@contextmanager
def reading(at_least: int | None = None) -> Iterator[ReadTx]:
    """A snapshot that holds every change up to `at_least` (a seq; on one database every commit is in it)."""
    connection = _Pool.idle.pop() if _Pool.idle else sqlite.connect(store.path())
    broken = True
    try:
        connection.execute("begin")
        shop = store.shop()
        yield ReadTx(connection, shop.zone, shop.currency)
        broken = False
    except (sqlite3.DatabaseError, MemoryError):
        _drop(connection)  # the disk, the file or memory failed under it: it is not used again
        connection = None
        raise
    finally:
        if connection is not None:
            if connection.in_transaction:
                connection.execute("rollback" if broken else "commit")
            _give_back(connection)


def _drop(connection: Any) -> None:
    try:
        _close([connection])
    except (sqlite3.Error, OSError, Problem):
        pass


def _give_back(connection: Any) -> None:
    if len(_Pool.idle) < KEEP:
        _Pool.idle.append(connection)
    else:
        _close([connection])


def seq(tx: ReadTx) -> int:
    """The number of the last change that this snapshot holds."""
    return sql.find_seq.value(tx) or 0


def position() -> int:
    """The number of the last committed change."""
    with reading() as tx:
        return seq(tx)


def data_version() -> int:
    """A number that is another one after each commit of any process; costs microseconds."""
    if _Pool.watcher is None:
        _Pool.watcher = sqlite.connect(store.path())
    return sqlite.data_version(_Pool.watcher)


def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """`work(tx, *arguments)` on a snapshot; under gevent in its thread pool, so that nobody else waits."""

    def run() -> T:
        with reading() as tx:
            return work(tx, *arguments)

    def caught() -> tuple[T | None, BaseException | None]:
        try:
            return run(), None
        except BaseException as error:  # the pool would print it, and a refusal is no failure
            return None, error

    hub = sys.modules.get("gevent.hub")
    if hub is None or not cooperative():
        return run()
    result, error = hub.get_hub().threadpool.apply(caught)
    if error is not None:
        raise error
    return result


def cooperative() -> bool:
    """Whether this process runs on gevent's loop."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("socket")


def close() -> None:
    """Close what this process has open for reading."""
    connections = [*_Pool.idle, *([_Pool.watcher] if _Pool.watcher is not None else [])]
    _Pool.idle.clear()
    _Pool.watcher = None
    if connections:
        _close(connections)


def forget() -> None:
    """After a fork: leave the parent's connections alone without closing them."""
    _Pool.idle, _Pool.watcher = [], None


def _close(connections: list[Any]) -> None:
    lock = FileLock(store.path())
    with lock:  # the last one to close writes a checkpoint
        for connection in connections:
            connection.close()
    lock.close()
