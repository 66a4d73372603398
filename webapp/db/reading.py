"""Snapshots to read from. Readers never wait for the writer, and the writer never for them."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any, TypeVar

from webapp.clock import Zone
from webapp.db import failures, queries, standby, store
from webapp.db import replica as replicas
from webapp.db.engines import Engine
from webapp.db.replica import Replica
from webapp.db.turns import Turns
from webapp.errors import Problem, Unavailable

T = TypeVar("T")
KEEP = 16
MOST, WAIT_S, STEP_S = 40, 5.0, 0.002
sql = queries.load("db")
serving = queries.load("server")


class ReadTx:
    """One snapshot: everything read through it belongs to the same position of the ledger."""

    def __init__(self, connection: Any, zone: Zone, currency: str) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.each = getattr(connection, "each", connection.execute)
        self.zone = zone
        self.currency = currency


class _Pool:
    """The idle connections of this process, and how many are in use."""

    engine: Engine | None = None  # whose connections these are
    idle: list[Any] = []
    used = 0
    far: Replica | None = None  # where heavy reads may go


@contextmanager
def reading(at_least: int | None = None) -> Iterator[ReadTx]:
    """A snapshot that holds every change up to `at_least` (a seq; on one database every commit is in it).

    Raises Unavailable when a server does not answer, or more than it is good for is read at a time.
    """
    engine = store.engine()
    connection = _take(engine)
    broken = True
    try:
        shop = store.shop()
        yield ReadTx(connection, shop.zone, shop.currency)
        broken = False
    except (sqlite3.DatabaseError, MemoryError) as error:
        _drop(connection)  # the disk, the file or memory failed under it: it is not used again
        connection = None
        if getattr(error, "is_lost", False):
            raise failures.met(error, engine.path) from error
        raise
    finally:
        _Pool.used -= 1
        if connection is not None:
            _end(connection, "rollback" if broken else "commit")


def _end(connection: Any, how: str) -> None:
    """The snapshot is let go; where its connection was lost by then, what was read stands."""
    try:
        if connection.in_transaction:
            connection.execute(how)
    except sqlite3.Error as error:
        _drop(connection)
        if not getattr(error, "is_lost", False):
            raise
        return
    _give_back(connection)


def _take(engine: Engine) -> Any:
    """A connection on which a snapshot was begun."""
    _follow(engine)
    _wait_for_room()
    _Pool.used += 1
    try:
        while _Pool.idle:
            connection = _Pool.idle.pop()
            try:
                connection.execute(engine.begin)
                return connection
            except sqlite3.Error as error:
                _drop(connection)
                if not getattr(error, "is_lost", False):
                    raise  # else the server was started again: there is a new connection below
        connection = engine.connect()
        connection.execute(engine.begin)
        return connection
    except BaseException as error:
        _Pool.used -= 1
        if getattr(error, "is_lost", False):
            raise failures.met(error, engine.path) from error
        raise


def _follow(engine: Engine) -> None:
    if _Pool.engine is not engine:
        if _Pool.engine is not None:
            _Pool.engine.close(_Pool.idle)  # another database was opened by this process before
            _close_far()
        _Pool.engine, _Pool.idle = engine, []


def _wait_for_room() -> None:
    if _Pool.used < MOST or not store.on_server():
        return
    deadline = time.monotonic() + WAIT_S
    while _Pool.used >= MOST:
        if time.monotonic() > deadline:
            raise Unavailable("Too much is read at a time.", retry_after=1, reason="crowded")
        time.sleep(STEP_S)


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


def stored_bytes(tx: ReadTx) -> int:
    """How much the shop takes on a server's disk; 0 for a file, which says so by itself."""
    return int(serving.find_bytes.value(tx))


def position() -> int:
    """The number of the last committed change."""
    with reading() as tx:
        return seq(tx)


def data_version() -> int:
    """A number that is another one after each commit of any process; exact, costs microseconds (a look at a server: 0.1 ms).

    Raises Unavailable when a server does not answer.
    """
    try:
        return store.engine().version()
    except sqlite3.Error as error:
        if getattr(error, "is_lost", False):
            raise failures.met(error, store.path()) from error
        raise


def heard() -> int:
    """The same for who looks every few milliseconds; a server's commits are heard of some milliseconds late."""
    return store.engine().heard()


def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """`work(tx, *arguments)` on a snapshot; under gevent in its thread pool, so that nobody else waits."""
    return _in_thread(lambda: here(work, *arguments))


def heavy(work: Callable[..., T], *arguments: Any) -> T:
    """The same in turns, and on the replica's snapshot where there is one that holds all that was committed before this call.

    What fails there is run once more on the primary: `work` only reads. Raises Unavailable when too much is asked at a time.
    """
    replica()  # the look at it belongs to this thread's loop
    with _turns().turn() if cooperative() else nullcontext():
        return _in_thread(lambda: heavy_here(work, *arguments))


def heavy_here(work: Callable[..., T], *arguments: Any) -> T:
    """`heavy` in the caller's own thread: for slices of something long."""
    far = replica()
    if far is None:
        return here(work, *arguments)
    with reading() as tx:
        connection = far.take(standby.place(tx))
        if connection is None:
            return work(tx, *arguments)
    try:
        return _there(far, connection, work, arguments)
    except replicas.Unfit:
        return here(work, *arguments)


def here(work: Callable[..., T], *arguments: Any) -> T:
    """The same in the caller's own greenlet or thread: for what is short."""
    with reading() as tx:
        return work(tx, *arguments)


def _there(far: Replica, connection: Any, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    shop = store.shop()
    try:
        result = work(ReadTx(connection, shop.zone, shop.currency), *arguments)
    except sqlite3.DatabaseError as error:
        far.failed(connection, error)
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise  # it took too long, and would take as long again
        raise replicas.Unfit from error
    except BaseException:
        far.give_back(connection)
        raise
    far.give_back(connection)
    return result


def replica() -> Replica | None:
    """The replica of the open database, where the settings name one; it is looked at from now on."""
    _follow(store.engine())
    if _Pool.far is None:
        address = store.settings().replica
        if address and store.on_server():
            _Pool.far = Replica(address, lambda: here(standby.home))
            _Pool.far.start()
    return _Pool.far


@lru_cache(maxsize=1)
def _turns() -> Turns:
    from gevent.lock import Semaphore

    return Turns(Semaphore)


def _in_thread(run: Callable[[], T]) -> T:
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


_loops = False


def cooperative() -> bool:
    """Whether this process runs on gevent's loop; one that once does goes on to."""
    global _loops
    if not _loops:
        monkey = sys.modules.get("gevent.monkey")
        _loops = monkey is not None and monkey.is_module_patched("socket")
    return _loops


def close() -> None:
    """Close what this process has open for reading."""
    _close_far()
    connections = [*_Pool.idle]
    _Pool.idle.clear()
    store.engine().close(connections)


def forget() -> None:
    """After a fork: leave the parent's connections alone without closing them."""
    _Pool.idle, _Pool.used, _Pool.far = [], 0, None
    store.engine().forget()


def _close_far() -> None:
    if _Pool.far is not None:
        _Pool.far.close()
        _Pool.far = None


def _close(connections: list[Any]) -> None:
    with store.engine().closing():
        for connection in connections:
            connection.close()
