"""A standby of the server, which answers heavy reads as long as it holds everything that was committed when the read began.

The position that counts is the one in the server's log (LSN), because not every commit moves `seq` (rollups made anew do
not); it is asked of the primary at the begin of each heavy read, so that what was acknowledged by any process, on any machine,
is in every later answer. Positions of two histories cannot be compared: a standby is left alone while its timeline is
another one than the primary's (failover), and while the epoch (restore) and `seq` of its own snapshot do not fit.

Each process looks at its replica once a second, aside, and by that alone knows whether it may be asked. A look that gets no
answer within two seconds ends all that waits for it there.
"""

import _socket
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from webapp import counters
from webapp.db import engines, postgres, queries, standby
from webapp.db.standby import WORDS, Place, Standing

LOOK_S, DEADLINE_S = 1.0, 2.0
WAIT_S, STEP_S, REST_S = 0.05, 0.002, 0.25
KEEP = 10
sql = queries.load("db")
replication = queries.load("replica")
log = logging.getLogger("takings.replica")


def is_lost(error: sqlite3.Error) -> bool:
    """Whether it is the server or the way to it that failed, and not what it was asked."""
    return isinstance(error, postgres.Damaged) or bool(getattr(error, "is_lost", False))


class Unfit(Exception):
    """The read did not come to its end on the replica; the primary has to answer it."""


class Replica:
    """The standby of this process's database. look: where the primary stands now, and which server it is.

    reason: a word of WORDS why it is not read from, None while it is. behind_s: for how long it has been lacking something.
    """

    def __init__(self, address: str, look: Callable[[], tuple[Place, str]]) -> None:
        self.address = address
        self.reason: str | None = "unknown"
        self.behind_s = 0.0
        self._look_at_primary = look
        self._timeline = -1
        self._rest_until = 0.0
        self._idle: list[postgres.Connection] = []
        self._ends: dict[postgres.Connection, Any] = {}  # of the sockets of all that is open, by which they can be cut
        self._known: deque[tuple[float, int]] = deque(maxlen=600)
        self._watched = self._ended = False

    # ---- Reading ----

    def take(self, needed: Place) -> postgres.Connection | None:
        """A connection with a snapshot that holds everything up to `needed`; None where the primary has to answer.

        Takes 50 ms at most where the replica answers, two seconds where it has just stopped answering.
        """
        connection = None
        reason = self.reason or ("lagging" if time.monotonic() < self._rest_until else None)
        if reason is None and needed.timeline != self._timeline:
            reason = "history"
        if reason is None:
            connection, reason = self._try(needed)
        counters.REPLICA_READS.add(1, reason or "replica")
        return connection

    def _try(self, needed: Place) -> tuple[postgres.Connection | None, str | None]:
        connection = None
        try:
            connection = self._idle.pop() if self._idle else self._connect()
            if not self._has(connection, needed):
                self._rest_until = time.monotonic() + REST_S
                self._idle.append(connection)
                return None, "lagging"
            connection.execute(engines.Server.begin)
            if sql.find_seq.value(connection) >= needed.seq and sql.find_epoch.value(connection) == needed.epoch:
                return connection, None
            self.give_back(connection)
            return None, "history"
        except sqlite3.Error as error:
            if connection is not None:
                self._drop(connection)
            self._away(error)
            return None, self.reason or "away"

    def _has(self, connection: postgres.Connection, needed: Place) -> bool:
        """Whether it has replayed all that, after a short wait for it. Asked before the snapshot is taken."""
        deadline = time.monotonic() + WAIT_S
        while replication.find_replayed.value(connection) < needed.lsn:
            if time.monotonic() > deadline:
                return False
            time.sleep(STEP_S)
        return True

    def failed(self, connection: postgres.Connection, error: sqlite3.Error) -> None:
        """A read failed on it: a conflict with what is replayed is nothing special, a lost connection is."""
        conflict = getattr(error, "may_be_repeated", False)
        counters.REPLICA_READS.add(1, "conflict" if conflict else "failed")
        log.info("the primary answers what the replica did not: %s", error)
        self._drop(connection)
        if not conflict and is_lost(error):
            self._away(error)

    def give_back(self, connection: postgres.Connection) -> None:
        """The snapshot is done with."""
        try:
            connection.execute("rollback")
        except sqlite3.Error:
            self._drop(connection)
            return
        if len(self._idle) < KEEP and not self._ended:
            self._idle.append(connection)
        else:
            self._drop(connection)

    def _away(self, error: sqlite3.Error) -> None:
        self._turn("away" if is_lost(error) else "failed", str(error))
        self._let_go()

    def _let_go(self) -> None:
        while self._idle:
            self._drop(self._idle.pop())

    # ---- Looking ----

    def start(self) -> None:
        """It is looked at from now on; what it can do is known a moment later. Not from a thread of gevent's pool."""
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="takings-replica", daemon=True).start()

    def close(self) -> None:
        """Close what is idle; the look ends when it next wakes."""
        self._ended = True
        self._let_go()

    def _watch(self) -> None:
        connection = None
        while not self._ended:
            limit = threading.Timer(DEADLINE_S, self._cut)
            try:
                needed, system = self._look_at_primary()
            except Exception:  # the primary is away: nothing is read anywhere
                time.sleep(LOOK_S)
                continue
            limit.start()
            try:
                connection = connection or self._connect()
                self._judge(needed, system, standby.standing(connection))
                if self.reason in ("primary", "stranger"):  # the address may find another one the next time
                    self._drop(connection)
                    connection = None
                    self._let_go()
            except sqlite3.Error as error:
                self._away(error)
                if connection is not None:
                    self._drop(connection)
                    connection = None
            finally:
                limit.cancel()
            time.sleep(LOOK_S)
        if connection is not None:
            self._drop(connection)

    def _judge(self, needed: Place, system: str, found: Standing) -> None:
        now = time.monotonic()
        earlier = self._known[-1][1] if self._known else 0
        self._known.append((now, needed.lsn))
        while len(self._known) > 1 and self._known[0][1] <= found.lsn:
            self._known.popleft()
        first_s, first_lsn = self._known[0]
        self.behind_s = now - first_s if first_lsn > found.lsn else 0.0
        self._timeline = found.timeline
        self._turn(standby.misfit(needed, system, found) or ("lagging" if found.lsn < earlier else None))

    def _turn(self, reason: str | None, more: str = "") -> None:
        if reason == self.reason:
            return
        if reason is not None:
            log.warning("the replica is not read from: %s %s", WORDS[reason], more)
        elif self.reason != "unknown":
            log.info("the replica is read from again")
        self.reason = reason

    def _cut(self) -> None:
        """Whoever waits for an answer of the replica finds the connection broken."""
        for end in list(self._ends.values()):
            with suppress(OSError):
                end.shutdown(_socket.SHUT_RDWR)

    def _connect(self) -> postgres.Connection:
        connection = postgres.connect(self.address, name=standby.NAME, within_s=standby.CONNECT_S)
        self._ends[connection] = _socket.socket(fileno=os.dup(connection.fileno()))
        return connection

    def _drop(self, connection: postgres.Connection) -> None:
        end = self._ends.pop(connection, None)
        with suppress(sqlite3.Error, OSError):
            connection.close()
        if end is not None:
            end.close()
