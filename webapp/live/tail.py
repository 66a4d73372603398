"""The end of the outbox as one process sees it: looks for commits, reads on, and keeps the newest events shaped.

A look is one `PRAGMA data_version` on a connection that never writes: it turns for every commit of every process. On
PostgreSQL a commit is notified, and a slow look behind that finds what was not.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, TypeVar

from webapp.live import messages, outbox
from webapp.live.outbox import Event, History
from webapp.live.topics import Topics

STEP = 256
KEEP_BYTES = 4 << 20
KEEP_BLOCKS = 16
FRAME_EVENTS = 200
FRAME_BYTES = 256 * 1024
T = TypeVar("T")


class Source(Protocol):
    """Where to read: `webapp.db.reading` is one."""

    def reading(self) -> AbstractContextManager[Any]:
        """A snapshot."""

    def heard(self) -> int:
        """A number that is another one some milliseconds after each commit."""

    def in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(tx, *arguments)` on a snapshot, so that nobody else waits for it."""


class Shaped(NamedTuple):
    """One message, ready to be sent: most often a change of an event topic."""

    seq: int
    topic: str
    text: str


class Gap(Exception):
    """What is asked for is no longer kept."""


class News(NamedTuple):
    """What a step forward found: the changes after `before`, up to `last`; more: others wait behind them.

    at_ms: when the first of them was entered.
    """

    history: History
    before: int
    last: int
    topics: frozenset[str]
    shaped: list[Shaped]
    more: bool
    at_ms: int = 0


class Tail:
    """Follows the outbox from `position` on. Not for several threads at a time."""

    def __init__(self, source: Source, topics: Topics) -> None:
        self.source = source
        self.topics = topics
        self.position = 0
        self.epoch = ""
        self._seen: int | None = None
        self._kept: deque[Shaped] = deque()
        self._kept_bytes = 0
        self._kept_after = 0
        self._blocks: dict[int, list[Shaped]] = {}
        self._tip: tuple[int, int, list[Shaped]] = (0, 0, [])  # the block that is not full yet, as it was read last

    def history(self) -> History:
        """The history as it is now."""
        with self.source.reading() as tx:
            return outbox.history(tx)

    def jump(self) -> None:
        """Go to the present without reading what lies between: nobody was listening."""
        self._seen = self.source.heard()
        history = self.history()
        if history.epoch != self.epoch or history.position < self.position:
            self._blocks.clear()
            self._tip = (0, 0, [])
        self.position, self.epoch = history.position, history.epoch
        self._keep_from(history.position)

    def moved(self) -> bool:
        """Whether anything was committed since the last look."""
        version = self.source.heard()
        moved = version != self._seen
        self._seen = version
        return moved

    def step(self, shape: bool) -> News | None:
        """Go on by some changes at most; None when there are none. shape: somebody listens to an event topic.

        Raises Gap when the history is another one, went back, or lost what lies between.
        """
        with self.source.reading() as tx:
            history = outbox.history(tx)
            if history.epoch != self.epoch or history.position < self.position or history.forgotten > self.position:
                raise Gap
            events = outbox.read_after(tx, self.position, STEP)
            if not events:
                return None
            shaped = self._shape(tx, events) if shape else []
        before, self.position = self.position, events[-1].last_seq
        if shape:
            self._remember(shaped)
        else:
            self._keep_from(self.position)
        changed = frozenset(event.topic for event in events)
        return News(history, before, self.position, changed, shaped, self.position < history.position, events[0].at_ms)

    def after(self, seq: int, upto: int, names: Iterable[str]) -> tuple[list[Shaped], int]:
        """Messages of the topics after `seq`, as many as make a frame, and up to where they go (at most `upto`).

        Raises Gap when the changes after `seq` are no longer kept.
        """
        found, last = (self._from_memory(seq), upto) if seq >= self._kept_after else self._from_outbox(seq, upto)
        wanted = frozenset(names)
        chosen: list[Shaped] = []
        size = 0
        for shaped in found:
            if shaped.seq > upto:
                break
            if len(chosen) == FRAME_EVENTS or size > FRAME_BYTES:
                return chosen, shaped.seq - 1
            if shaped.topic in wanted:
                chosen.append(shaped)
                size += len(shaped.text)
        return chosen, last

    def _from_memory(self, seq: int) -> list[Shaped]:
        kept = list(self._kept)
        return kept[bisect_right(kept, seq, key=lambda shaped: shaped.seq) :]

    def _from_outbox(self, seq: int, upto: int) -> tuple[list[Shaped], int]:
        # Cut at fixed numbers and kept: a thousand clients that come back at once are told from one reading.
        first = seq // STEP * STEP
        last = min(first + STEP, upto)
        block = self._blocks.get(first) if last == first + STEP else None
        if self._tip[:2] == (first, last):
            block = self._tip[2]
        if block is None:
            block = self._read_block(seq, first, last)
        return [shaped for shaped in block if shaped.seq > seq], last

    def _read_block(self, seq: int, first: int, last: int) -> list[Shaped]:
        with self.source.reading() as tx:
            forgotten = outbox.history(tx).forgotten
            if seq < forgotten:
                raise Gap
            after = max(first, forgotten)
            block = self._shape(tx, outbox.read_after(tx, after, last - after))
        if after == first and last < first + STEP:
            self._tip = (first, last, block)
        elif after == first:
            self._blocks[first] = block
            if len(self._blocks) > KEEP_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
        return block

    def _shape(self, tx: Any, events: Sequence[Event]) -> list[Shaped]:
        found = []
        for name, topic in self.topics.events.items():
            own = [event for event in events if event.topic == name]
            if own:
                for seq, event, at_ms, data in topic.shaper(tx, own):
                    found.append(Shaped(seq, name, messages.event(name, seq, at_ms, event, data)))
        found.sort()
        return found

    def _remember(self, shaped: list[Shaped]) -> None:
        self._kept.extend(shaped)
        self._kept_bytes += sum(len(one.text) for one in shaped)
        while self._kept_bytes > KEEP_BYTES:
            dropped = self._kept.popleft()
            self._kept_bytes -= len(dropped.text)
            self._kept_after = dropped.seq

    def _keep_from(self, seq: int) -> None:
        self._kept.clear()
        self._kept_bytes = 0
        self._kept_after = seq


def frames_of(shaped: list[Shaped], names: frozenset[str], before: int, last: int) -> list[tuple[str, int]]:
    """Messages of the topics as few texts, each with the position up to which it tells."""
    texts: list[str] = []
    cut: list[tuple[str, int]] = []
    size, at = 0, before
    for one in shaped:
        if one.topic not in names:
            continue
        if texts and (len(texts) == FRAME_EVENTS or size + len(one.text) > FRAME_BYTES):
            cut.append((messages.together(texts), at))
            texts, size = [], 0
        texts.append(one.text)
        size += len(one.text)
        at = one.seq
    if texts:
        cut.append((messages.together(texts), last))
    return cut
