"""One group commit on PostgreSQL: the same as on SQLite, with the server's lock, and in as few ways there and back as can be."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from webapp import clock
from webapp.db import engines, failures, group, guard, postgres, queries, store, timelines, writer
from webapp.db.group import Request
from webapp.db.lock import FileLock
from webapp.db.tx import Tx
from webapp.errors import Problem

REPEATS = 3
LEAVE_S, STEP_S = 2.0, 0.02
LATE_MS = 50
serving = queries.load("server")
log = logging.getLogger("takings.writer")
_START = (
    "begin",
    "select pg_advisory_xact_lock(hashtext('takings writing ' || current_schema()))",
    serving.find_turn.sql,
)
_NOTIFY = f"notify {engines.CHANNEL}"


class _Before(NamedTuple):
    """What is known of a transaction before it begins."""

    now_ms: int
    connection: Any
    committed: Callable[[str], int | None]


class ServerSession(writer.Session):
    """The same on PostgreSQL: an advisory lock of the transaction in place of the files, so that seq follows the commits.

    Two transactions that meet in a way that the server does not allow are run again, some times.
    """

    _asked_ms = 0

    def _make_lock(self) -> FileLock | None:
        return None

    def _acquire(self) -> None:
        try:
            self._start()
        except sqlite3.Error as error:
            lost = self._connection is not None and getattr(error, "is_lost", False)
            self._drop()
            if not lost:
                raise failures.met(error, self.path) from error
            self._start_anew()  # the server was started again since the last group

    def _start_anew(self) -> None:
        try:
            self._start()
        except sqlite3.Error as error:
            self._drop()
            raise failures.met(error, self.path) from error

    def _start(self) -> None:
        # The lock, then what the group will read: one way there and back for all.
        connection, self._asked_ms = self.connection(), clock.now_ms()
        seen = _Before(self._asked_ms, connection, (self._counters or {}).get)
        asked = group.foresight(seen, list(self._waiting()))
        self._waiting = tuple
        try:
            found = connection.begin(_START, asked)
        except postgres.Failed as error:
            if not error.put_off:
                raise
            connection.execute("rollback")
            found = connection.begin(_START, ())
        (self._stop,) = (text for name, _, text in found[-1] if name == "")
        self._counters = {name: number for name, number, _ in found[-1] if name}

    def _now_ms(self) -> int:
        """The time of the asking for its turn: what was foreseen was asked for it. Who has waited for long looks anew."""
        now_ms = clock.now_ms()
        return self._asked_ms if 0 <= now_ms - self._asked_ms < LATE_MS else now_ms

    def _stopped(self, tx: Tx) -> Problem | None:
        tx.stop_read = (self._stop,)
        return guard.barrier(tx, self.path)

    def _release(self) -> None:
        """COMMIT and ROLLBACK give the lock up."""

    def _begin(self, connection: Any) -> None:
        if not connection.in_transaction:
            self._start()

    def _run(self, requests: Sequence[Request]) -> None:
        connection = self.connection()
        connection.puts_off = True
        try:
            for _ in range(REPEATS):
                try:
                    return super()._run(requests)
                except postgres.Failed as error:
                    if not (error.may_be_repeated or error.put_off):
                        raise
                    log.info("a group is run again, one statement after the other: %s", error)
                    connection.puts_off = False  # then the one at fault is refused alone
                    for request in requests:
                        request.results = request.error = None
            super()._run(requests)
        finally:
            connection.puts_off = False

    def _end(self, connection: Any) -> None:
        connection.later(_NOTIFY)
        connection.run("commit")
        store.engine().spoke(connection)

    def connection(self) -> Any:
        """The connection to write with."""
        if self._connection is None:
            self._connection = timelines.joined(store.engine().connect(write=True))
        return self._connection

    def close(self) -> None:
        """End the session; also when the server is away, for nobody else need wait for that."""
        self._drop()

    def rest(self, least_bytes: int = writer.CHECKPOINT_BYTES) -> None:
        """The server looks after its own log."""


def is_in_use(connection: postgres.Connection) -> bool:
    """Whether other processes have this shop open; one that has just closed it gets some moments to be gone."""
    deadline = time.monotonic() + LEAVE_S
    while serving.count_sessions.value(connection):
        if time.monotonic() > deadline:
            return True
        time.sleep(STEP_S)
    return False
