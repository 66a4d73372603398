"""What is shown as it stands now: islands and state topics that somebody watches, rendered once for all of them.

A change makes a screen stale, and so does the shop's midnight: what is "today" is another day then. A stale screen is
painted from one snapshot, at most as often as its pace allows, the most watched first. It is shown when the events up
to its snapshot have been sent; an unchanged one to nobody but those who have joined since.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from webapp.db import store
from webapp.errors import Problem
from webapp.live import frames, islands, messages, outbox, topics
from webapp.live.islands import Islands
from webapp.live.messages import Fault
from webapp.live.topics import Topics


class Painting(NamedTuple):
    """A screen as one snapshot shows it, as a message. key: equal for two between which nothing is to be seen."""

    seq: int
    message: str
    key: bytes


class Screen:
    """One address or state topic that is watched. changed: since which position it has looked as it does."""

    __slots__ = (
        "changed", "clock", "day", "follows", "frame", "name", "next", "owed", "pace", "paint", "painted_at", "rolled",
        "second", "shown", "stale", "threaded", "watchers",
    )  # fmt: skip

    def __init__(self, name: str, paint: Callable[[Any, int], Painting], follows: frozenset[str] | None) -> None:
        self.name = name
        self.paint = paint
        self.follows = follows
        self.clock = self.threaded = False
        self.pace = 0.1
        self.stale = True
        self.painted_at = -1e9
        self.second = self.day = -1
        self.rolled = False
        self.next: Painting | None = None
        self.shown: Painting | None = None
        self.changed = -1
        self.frame = b""
        self.owed: set[int] = set()
        self.watchers = 0

    @property
    def is_island(self) -> bool:
        """Whether it is a piece of a page rather than a state topic."""
        return self.name.startswith("/")

    def is_fresh(self) -> bool:
        """Whether nothing has happened since the painting that is shown."""
        return self.shown is not None and self.next is None and not self.stale

    def as_frame(self) -> bytes:
        """The frame of what is shown, made once."""
        assert self.shown is not None
        if not self.frame:
            self.frame = frames.text(self.shown.message)
        return self.frame


class Screens:
    """The watched screens of this process. now: the clock that never goes back. now_ms: the time of day."""

    def __init__(self, topics: Topics, islands: Islands, now: Callable[[], float], now_ms: Callable[[], int]) -> None:
        self.topics = topics
        self.islands = islands
        self.now = now
        self.now_ms = now_ms
        self.watched: dict[str, Screen] = {}
        self.touched = False  # something may be due: whoever paints takes it back
        self._day = range(0)  # the business day of the last look, in milliseconds

    def watch(self, name: str) -> Screen:
        """The screen, with one watcher more."""
        screen = self.watched.get(name)
        if screen is None:
            screen = self.watched[name] = self._island(name) if name.startswith("/") else self._state(name)
            self.touched = True
        screen.watchers += 1
        return screen

    def leave(self, name: str, fd: int | None = None) -> None:
        """One watcher less; a screen that nobody watches is forgotten."""
        screen = self.watched.get(name)
        if screen is not None:
            screen.watchers -= 1
            screen.owed.discard(fd if fd is not None else -1)
            if screen.watchers <= 0:
                del self.watched[name]

    def _island(self, address: str) -> Screen:
        found = self.islands.find(address)
        assert found is not None, address
        kind = found.island

        def paint(tx: Any, now_ms: int) -> Painting:
            seq = outbox.position(tx)
            try:
                html = self.islands.render(address, tx, now_ms)
            except Problem as problem:
                refusal = messages.error(Fault(problem.detail, "/islands"), address)
                return Painting(seq, refusal, _digest(refusal))
            return Painting(seq, messages.island(address, seq, html), _digest(islands.unversioned(html)))

        screen = Screen(address, paint, kind.topics)
        screen.pace, screen.clock, screen.threaded = kind.pace, kind.clock, kind.threaded
        return screen

    def _state(self, name: str) -> Screen:
        topic = self.topics.states[name]

        def paint(tx: Any, now_ms: int) -> Painting:
            seq, data = outbox.position(tx), topic.state(tx, now_ms)
            return Painting(seq, messages.state(name, seq, now_ms, data), _digest(topics.without_time(data)))

        screen = Screen(name, paint, topic.follows)
        screen.pace, screen.clock = topic.pace, topic.clock
        return screen

    def touch(self, changed: Iterable[str]) -> None:
        """These outbox topics have news."""
        names = frozenset(changed)
        self.touched = True
        for screen in self.watched.values():
            if screen.follows is None or not names.isdisjoint(screen.follows):
                screen.stale = True

    def due(self) -> Screen | None:
        """The most watched of the stale screens whose pace allows a painting now; it counts as begun."""
        now, now_ms = self.now(), self.now_ms()
        second, day = now_ms // 1000, self._begin_of_day(now_ms)
        waiting = [
            screen
            for screen in self.watched.values()
            if (screen.stale or screen.day != day or (screen.clock and screen.second != second))
            and screen.next is None
            and now - screen.painted_at >= screen.pace
        ]
        best = max(waiting, key=lambda screen: screen.watchers, default=None)
        if best is not None:
            best.rolled = best.rolled or best.day not in (-1, day)
            best.stale, best.painted_at, best.second, best.day = False, now, second, day
        return best

    def _begin_of_day(self, now_ms: int) -> int:
        if now_ms not in self._day:
            zone = store.shop().zone
            self._day = range(*zone.bounds(zone.day_of(now_ms)))
        return self._day.start

    def wait(self) -> float:
        """Seconds until a screen may be due, if nothing happens before."""
        now = self.now()
        waiting = [screen for screen in self.watched.values() if screen.stale and screen.next is None]
        waits = [screen.painted_at + screen.pace - now for screen in waiting]
        if any(screen.clock for screen in self.watched.values()):
            waits.append(1.0 - self.now_ms() % 1000 / 1000)
        return max(0.001, min([*waits, 1.0]))  # midnight is looked for each second

    def reveal(self, position: int) -> list[tuple[Screen, bool]]:
        """The paintings whose turn has come now that events up to `position` are sent, each with whether it is new."""
        revealed = []
        for screen in self.watched.values():
            painting = screen.next
            if painting is None or painting.seq > position:
                continue
            new = screen.shown is None or screen.shown.key != painting.key
            if new:
                # A page of before midnight may stand at the same position: it is behind all the same.
                screen.changed = painting.seq + screen.rolled
                screen.rolled = False
            screen.shown, screen.next, screen.frame = painting, None, b""
            self.touched = self.touched or screen.stale
            revealed.append((screen, new))
        return revealed


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()
