"""The only place that opens a write transaction: a group commit shared by everybody who writes.

`do(action, item, key)` and `do_many(action, items, key, atomic)` are the same call for a route, a job, the command
line and a test. Without a running loop the caller's thread commits by itself; a web worker starts one writer, as a
greenlet where an fsync takes under a millisecond and as a native thread where it takes longer.
"""

import gc
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from webapp import clock, counters
from webapp.db import failures, fence, group, guard, sqlite, store
from webapp.db.group import Action, Key, Request
from webapp.db.lock import FileLock
from webapp.db.tx import Tx, merging
from webapp.errors import Problem

__all__ = [
    "Action",
    "Key",
    "Session",
    "close",
    "do",
    "do_many",
    "fsync_ms",
    "merging",
    "new_session",
    "on_commit",
    "use",
]

CHECKPOINT_BYTES = 4 << 20
ALONE_BYTES = 64 << 20  # a thread that writes by itself leaves the log to the web processes until it is large
ALONE_GROUPS = 16  # of such a thread between two looks at the log
BUSY_S = 10.0
_after_commit: list[Callable[[], None]] = []


def on_commit(callback: Callable[[], None]) -> None:
    """Call `callback()` after each commit of this process."""
    _after_commit.append(callback)


class Session:
    """One connection and its lock; runs groups one after the other for one thread or greenlet.

    `held_ms` is how long the last group held the lock.
    """

    def __init__(self, path: Path | None = None, sleep: Callable[[float], object] = time.sleep) -> None:
        self.path = path or store.path()
        self.sleep = sleep
        self.held_ms = 0.0
        self._stop: str | None = None
        self._lock: FileLock | None = self._make_lock()
        self._connection: Any = None

    def _make_lock(self) -> FileLock | None:
        return FileLock(self.path)

    def commit(
        self, gather: Callable[[], Sequence[Request]], waiting: Callable[[], Iterable[Request]] = tuple
    ) -> Sequence[Request]:
        """Take the lock, gather what waits, run it and commit. Every request then has results or an error.

        waiting: what would be gathered now, for who foresees what it will ask.
        """
        asked = time.perf_counter()
        self._waiting = waiting
        self._acquire()
        began = time.perf_counter()
        gc.disable()  # a look for garbage takes long where much is held, and everybody would wait for it
        counters.LOCK_SECONDS.observe(began - asked)
        requests: Sequence[Request] = ()
        try:
            requests = gather()
            self._run(requests)
        except Exception as error:  # also a want of memory: the next group runs
            group.log.error("the ledger could not be written: %s", error or type(error).__name__)
            counters.COMMIT_FAILURES.add()
            self._drop()
            self._tell(requests, error)
        finally:
            self._release()
            gc.enable()
            held = time.perf_counter() - began
            counters.COMMIT_SECONDS.observe(held)
            self.held_ms = held * 1000
        if any(request.results is not None for request in requests):
            for callback in _after_commit:
                callback()
        return requests

    def _acquire(self) -> None:
        """Hold what all writers hold in turn. Raises Unavailable when it cannot be had."""
        assert self._lock is not None
        self._lock.acquire(self.sleep)

    def _release(self) -> None:
        assert self._lock is not None
        self._lock.release()

    def _tell(self, requests: Sequence[Request], error: Exception) -> None:
        if failures.is_damage(error):
            guard.mark(self.path, str(error))
        problem = failures.met(error, self.path)
        for request in requests:
            request.error, request.results = problem, None

    def _run(self, requests: Sequence[Request]) -> None:
        connection = self.connection()
        self._begin(connection)
        try:
            shop = store.shop()
            tx = Tx(connection, self._now_ms(), shop.zone, shop.currency, self._counters, begun=True)
            stopped = self._stopped(tx)
            if stopped is not None:
                requests = group.refuse(requests, stopped)
            group.run(tx, requests)
            began = time.perf_counter()
            self._end(connection)
            _count(tx, requests, time.perf_counter() - began)
            failures.well()
        except BaseException:
            _undo(connection)
            raise

    def _begin(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                connection.execute("begin immediate")
                return
            except sqlite3.OperationalError as error:  # a stranger to the lock files holds the database
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                self.sleep(0.005)

    _counters: dict[str, int] | None = None
    _waiting: Callable[[], Iterable[Request]] = tuple

    def _now_ms(self) -> int:
        return clock.now_ms()

    def _stopped(self, tx: Tx) -> Problem | None:
        return guard.barrier(tx, self.path)

    def _end(self, connection: Any) -> None:
        """What was written is on disk when this returns."""
        connection.execute("commit")

    def connection(self) -> Any:
        """The connection to write with."""
        if self._connection is None:
            self._connection = sqlite.connect(self.path, write=True)
        return self._connection

    def _drop(self) -> None:
        """Never use a connection again after the disk failed under it. The caller holds the lock."""
        if self._connection is not None:
            try:
                self._connection.close()
            except sqlite3.Error:
                pass
            self._connection = None

    def rest(self, least_bytes: int = CHECKPOINT_BYTES) -> None:
        """When nothing waits: move a grown log into the database."""
        if sqlite.log_bytes(self.path) < least_bytes:
            return
        try:
            self._acquire()
        except (OSError, Problem):  # somebody holds it for long: there will be another rest
            return
        try:
            sqlite.checkpoint(self.connection())
        except (sqlite3.Error, OSError, MemoryError) as error:
            group.log.warning("the log could not be moved into the database: %s", error)
            self._drop()
        finally:
            self._release()

    def close(self) -> None:
        """Close the connection under the lock."""
        self._acquire()
        self._drop()
        if self._lock is not None:
            self._lock.close()


def new_session(sleep: Callable[[float], object] = time.sleep) -> Session:
    """A session of the kind that the open database needs."""
    if store.on_server():
        from webapp.db.onserver import ServerSession

        return ServerSession(sleep=sleep)
    return Session(sleep=sleep)


def _undo(connection: Any) -> None:
    """Nothing of the transaction holds; a failing disk may have ended it already."""
    try:
        if connection.in_transaction:
            connection.execute("rollback")
    except sqlite3.Error as error:
        group.log.warning("the transaction could not be undone; its connection is dropped: %s", error)


def _count(tx: Tx, requests: Sequence[Request], took_s: float) -> None:
    """Tell of a group that is on disk."""
    counters.FSYNC_SECONDS.observe(took_s)
    counters.COMMIT_ITEMS.observe(sum(len(request.items) for request in requests))
    for counter, told in _TOLD:
        if taken := tx.taken(counter):
            told.add(taken)


_TOLD = (("orders", counters.ORDERS), ("returns", counters.RETURNS), ("seq", counters.CHANGES))


class _Direct:
    """A session for each thread that writes without a loop."""

    def __init__(self) -> None:
        self._own = threading.local()

    def submit(self, request: Request) -> None:
        session = self.session()
        session.commit(lambda: [request])
        self._own.groups = groups = getattr(self._own, "groups", 0) + 1
        if groups % ALONE_GROUPS == 0:
            session.rest(ALONE_BYTES)

    def session(self) -> Session:
        held: tuple[int, Path, Session] | None = getattr(self._own, "held", None)
        if held is None or held[0] != os.getpid() or held[1] != store.path():
            held = (os.getpid(), store.path(), new_session())
            self._own.held = held
        return held[2]

    def close(self) -> None:
        held = getattr(self._own, "held", None)
        if held is not None and held[0] == os.getpid():
            held[2].close()
        self._own.held = None


_direct = _Direct()
_current: Any = _direct


def use(front: Any) -> None:
    """Let `front.submit(request)` carry what this process writes; None goes back to writing by itself."""
    global _current
    _current = front or _direct


def session() -> Session:
    """The session of this thread, for jobs that pace themselves by `held_ms`."""
    return _direct.session()


def close() -> None:
    """Stop the running writer, or close this thread's session."""
    _current.close()


def do(action: Action, item: Any, key: Key | None = None) -> Any:
    """The result of one item. Raises its refusal, and Unavailable when nothing could be written."""
    request = Request(fence.under(action), (item,), key, single=True)
    _current.submit(request)
    result = request.outcome()[0]
    if isinstance(result, Problem):
        raise result
    return result


def do_many(action: Action, items: Sequence[Any], key: Key | None = None, atomic: bool = False) -> list[Any]:
    """One result or refusal (an errors.Problem, returned) an item, in order.

    atomic: any refusal undoes all. Raises Unavailable when nothing could be written.
    """
    if not items:
        return []
    request = Request(fence.under(action), items, key, atomic=atomic)
    _current.submit(request)
    return fence.through(request.outcome())


def fsync_ms(folder: Path, times: int = 20) -> float:
    """The median of some timed fdatasyncs of 4 KB beside the database, in milliseconds."""
    probe = folder / f".fsync-{os.getpid()}"
    descriptor = os.open(probe, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        taken = []
        for _ in range(times):
            os.pwrite(descriptor, os.urandom(4096), 0)
            began = time.perf_counter()
            os.fdatasync(descriptor)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)
    return sorted(taken)[len(taken) // 2]
