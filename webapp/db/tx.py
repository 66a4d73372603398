"""The one write transaction: statements, the next numbers, and buffers that a savepoint undoes too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from webapp.clock import Zone
from webapp.db import queries


class Buffer(Protocol):
    """What a transaction gathers and writes once before COMMIT."""

    def merge(self, other: Any) -> None:
        """Take in what an inner savepoint gathered."""

    def flush(self, tx: "Tx") -> None:
        """Write it down."""


sql = queries.load("db")
B = TypeVar("B", bound=Buffer)
A = TypeVar("A", bound=Callable[..., Any])


def merging(action: A) -> A:
    """Mark a verb: items of several requests may be run as one batch of it."""
    action.merging = True  # type: ignore[attr-defined]
    return action


def foreseen_by(ask: Callable[[Any, Any], None]) -> Callable[[A], A]:
    """Mark a verb: `ask(tx, items)` asks in advance what the verb will ask, so that a server is asked all of it at once.

    What it asks too much costs a little, what it asks too little is asked by the verb itself.
    """

    def mark(action: A) -> A:
        action.ask_ahead = ask  # type: ignore[attr-defined]
        return action

    return mark


class _Layer:
    __slots__ = ("buffers", "counters")

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.buffers: dict[type, Any] = {}


class Tx:
    """A write transaction. Only the writer makes one; actions and DAO functions take it first and never commit.

    kept: the counters as they are, where the writer has read them already. begun: it has just begun, nothing was written in it.
    """

    def __init__(
        self,
        connection: Any,
        now_ms: int,
        zone: Zone,
        currency: str,
        kept: dict[str, int] | None = None,
        begun: bool = False,
    ) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.insert_rows = getattr(connection, "insert_rows", None)
        self.now_ms = now_ms
        self.zone = zone
        self.currency = currency
        self.stop_read: tuple[str | None] | None = None
        self._layers = [_Layer()]
        self._kept = kept
        self._changes = connection.total_changes if begun and queries.is_near(connection) else None

    def next(self, counter: str, count: int = 1) -> int:
        """The first of `count` new numbers of `counter`; undone with the savepoint in which they were taken."""
        last = self._last(counter)
        self._layers[-1].counters[counter] = last + count
        return last + 1

    def _last(self, counter: str) -> int:
        for layer in reversed(self._layers):
            if counter in layer.counters:
                return layer.counters[counter]
        if self._kept is None:
            self._kept = dict(sql.find_counters.all(self))
        return self._kept.get(counter, 0)

    def committed(self, counter: str) -> int | None:
        """The last number of `counter` that was committed; None where this transaction has taken one."""
        if any(counter in layer.counters for layer in self._layers):
            return None
        return self._last(counter)

    def taken(self, counter: str) -> int:
        """How many numbers of `counter` have been taken and not been undone."""
        last = self._layers[0].counters.get(counter)
        return 0 if last is None else last - (self._kept or {}).get(counter, 0)

    def buffer(self, kind: type[B]) -> B:
        """The buffer of this kind that belongs to the innermost savepoint."""
        buffers = self._layers[-1].buffers
        found = buffers.get(kind)
        if found is None:
            found = buffers[kind] = kind()
        return found

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo statements, numbers and buffers alike when the body raises."""
        depth = len(self._layers)
        save: str | None = _SAVE[depth]
        undo, release = _UNDO[depth], _RELEASE[depth]
        if depth == 1 and self._changes == getattr(self.connection, "total_changes", -1):
            # Nothing was written so far: the transaction itself is begun anew, and no page is copied before it is changed.
            save, undo, release = None, "rollback", "begin immediate"
        if save is not None:
            self.execute(save)
        self._layers.append(_Layer())
        try:
            yield
        except BaseException:
            del self._layers[depth:]
            if self.connection.in_transaction:  # a failing disk may have ended the transaction itself
                self.execute(undo)
                self.execute(release)
            raise
        inner = self._layers.pop()
        if save is not None:
            self.execute(release)
        outer = self._layers[-1]
        outer.counters.update(inner.counters)
        for kind, held in inner.buffers.items():
            self.buffer(kind).merge(held)

    def flush(self) -> None:
        """Write what the buffers hold, then the counters, once."""
        layer = self._layers[0]
        while layer.buffers:
            _, held = layer.buffers.popitem()
            held.flush(self)
        sql.set_counters.rows(self, list(layer.counters.items()))


_SAVE = [f"savepoint level_{n}" for n in range(20)]
_UNDO = [f"rollback to level_{n}" for n in range(20)]
_RELEASE = [f"release level_{n}" for n in range(20)]
