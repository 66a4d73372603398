"""The same topics as server-sent events (WHATWG HTML, section 9.2), one greenlet a connection, at its own pace."""

import random
import threading
from collections.abc import Iterator

from webapp.live import feeding
from webapp.live import hub as process
from webapp.live.core import BEAT_S, Hub
from webapp.live.crowd import Group
from webapp.live.messages import Wanted
from webapp.live.screens import Painting
from webapp.live.tail import Shaped


class Listener:
    """Somebody in this process who pulls what is new, in the order in which a socket would get it."""

    def __init__(self, hub: Hub, wanted: Wanted) -> None:
        self.hub = hub
        self.bell = threading.Event()
        hub.wake_up()
        self.group = Group(wanted, hub.topics, hub.now())
        self.behind = feeding.begin(wanted, hub.tail.history())
        self._seen: dict[str, Painting] = {}
        self._epoch = hub.tail.epoch
        hub.crowd.listening += 1
        for name in self.group.names:
            hub.screens.watch(name)
        hub.listeners.add(self.bell.set)

    def close(self) -> None:
        """Listen no more."""
        self.hub.listeners.discard(self.bell.set)
        self.hub.crowd.listening -= 1
        for name in self.group.names:
            self.hub.screens.leave(name)

    def pull(self) -> Iterator[Shaped]:
        """Everything that it has not been told yet."""
        if self._epoch != self.hub.tail.epoch:
            self._epoch, self.behind.reset = self.hub.tail.epoch, "restored"
        while told := feeding.next_events(self.hub, self.group, self.behind):
            yield from told
        for name in sorted(self.group.names):
            screen = self.hub.screens.watched[name]
            shown, seen = screen.shown, self._seen.get(name)
            if shown is None or shown.seq > self.behind.position or (seen is None and not screen.is_fresh()):
                continue
            if seen is None or seen.key != shown.key:
                self._seen[name] = shown
                yield Shaped(shown.seq, name, shown.message)


def stream(hub: Hub, wanted: Wanted) -> Iterator[str]:
    """The text of the answer, until the client goes or the process stops."""
    listener = Listener(hub, wanted)
    last, next_beat = -1, hub.now() + BEAT_S
    try:
        process.wake()
        yield f"retry: {random.randint(500, 3000)}\n\n"
        while not hub.stopping:
            for told in listener.pull():
                yield as_event(told, hub.tail.epoch, told.seq >= last)
                last = max(last, told.seq)
            # The bell also rings for what this listener does not want, so that silence is not measured by it.
            if hub.now() >= next_beat:
                yield ": beat\n\n"
                next_beat = hub.now() + BEAT_S
            process.wait(listener.bell, max(0.0, next_beat - hub.now()))
    finally:
        listener.close()


def as_event(told: Shaped, epoch: str, with_id: bool = True) -> str:
    """One message as an event; without an id where that would let a client come back to before what it knows."""
    name = f"id: {epoch}-{told.seq}\n" if with_id else ""
    return f"event: {told.topic}\n{name}data: {told.text}\n\n"
