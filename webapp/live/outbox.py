"""What happened, in the order of commits: one row for each run of changes, under the numbers that they took.

A row says topic, event and the first id; the change `seq + i` is of the id `first_id + i`. Bodies are shaped later,
from the ledger, by those who listen.
"""

from typing import Any, NamedTuple

from webapp.db import queries
from webapp.db.queries import Executes
from webapp.db.tx import Tx

KEEP_CHANGES = 10_000
KEEP_MS = 86_400_000
PRUNE_ROWS = 2_000
sql = queries.load("live")


class Event(NamedTuple):
    """Changes `seq` to `last_seq` of one topic and event; change `seq + i` is of the id `first_id + i`."""

    seq: int
    last_seq: int
    topic: str
    event: str
    first_id: int
    at_ms: int

    def ids(self) -> range:
        """The ids of its changes, in order of seq."""
        return range(self.first_id, self.first_id + self.last_seq - self.seq + 1)

    def cut(self, after: int, last: int) -> "Event":
        """The part of it with seq in (after, last]."""
        first = max(self.seq, after + 1)
        return self._replace(seq=first, last_seq=min(self.last_seq, last), first_id=self.first_id + first - self.seq)

    def followed_by(self, other: "Event") -> bool:
        """Whether `other` only continues it: the next seq, the next id, the same happening."""
        same = (self.topic, self.event, self.at_ms) == (other.topic, other.event, other.at_ms)
        return same and self.last_seq + 1 == other.seq and self.ids().stop == other.first_id


class Outbox:
    """The events of a transaction or of a savepoint in it, written once before COMMIT, dropped with the savepoint."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """Hold one more event; it joins the last one where it continues it."""
        if self.events and self.events[-1].followed_by(event):
            event = self.events.pop()._replace(last_seq=event.last_seq)
        self.events.append(event)

    def merge(self, other: "Outbox") -> None:
        """Take in what an inner savepoint held."""
        for event in other.events:
            self.add(event)

    def flush(self, tx: Tx) -> None:
        """Write the rows."""
        sql.insert_events.rows(tx, self.events)


def append(tx: Tx, topic: str, event: str, first_id: int, count: int = 1) -> int:
    """Take `count` numbers of the shop's history for changes of the ids from `first_id` on; return the first.

    Nothing is seen by anybody before the transaction commits; an undone savepoint takes it back.
    """
    first = tx.next("seq", count)
    tx.buffer(Outbox).add(Event(first, first + count - 1, topic, event, first_id, tx.now_ms))
    return first


def read_after(tx: Executes, seq: int, limit: int) -> list[Event]:
    """The changes (seq, seq + limit] in order; a longer run is cut. Fewer come back only at the end of history."""
    last = seq + limit
    rows = (Event(*row) for row in sql.find_after.all(tx, seq=seq, limit=limit))
    return [event.cut(seq, last) for event in rows if event.seq <= last]


class History(NamedTuple):
    """Where a database's history stands: its name, the last change, and the change before the oldest that is kept."""

    epoch: str
    position: int
    forgotten: int


def history(tx: Executes) -> History:
    """The history as this snapshot holds it."""
    at = position(tx)
    oldest: Any = sql.find_oldest.value(tx)
    return History(sql.find_epoch.value(tx) or "", at, at if oldest is None else oldest - 1)


def position(tx: Executes) -> int:
    """The number of the last change that this snapshot holds."""
    return sql.find_position.value(tx) or 0


def prune(tx: Executes, now_ms: int, limit: int = PRUNE_ROWS) -> int:
    """Drop rows older than a day and than the last 10,000 changes, from the old end; return how many of `limit`."""
    first = sql.find_first_kept.value(tx, newest_seq=position(tx) - KEEP_CHANGES, since_ms=now_ms - KEEP_MS)
    return sql.delete_before.run(tx, seq=first, limit=limit) if first is not None else 0
