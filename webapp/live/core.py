"""The hub: carries what happens to all who watch in one process; one frame for all, and nobody waits for anybody.

`pump` reads and writes sockets, `tick` looks for commits and sends what is new, `paint` renders what is stale. Whoever
drives it calls these three; nothing here sleeps, and the clocks are handed in.
"""

import logging
from collections import deque
from collections.abc import Callable

from webapp import counters
from webapp.errors import Unavailable
from webapp.live import feeding, frames, messages
from webapp.live.crowd import Behind, Crowd, Group, Part
from webapp.live.islands import Islands
from webapp.live.lines import Lines
from webapp.live.messages import Wanted
from webapp.live.screens import Screen, Screens
from webapp.live.tail import Gap, News, Source, Tail, frames_of
from webapp.live.topics import Topics

BEAT_S = 20.0
FEEDING_S = 0.020
SHORTEST_TICK_S, BUSY_TICK_S, BUSY_S = 0.002, 0.020, 0.050
LONGEST_LEAD_S = 0.1
LOOK_S, IDLE_LOOK_S, TOLD_LOOK_S, LIVELY_S = 0.002, 0.010, 0.040, 0.2
NOTHING = Wanted(frozenset(), (), None, None)
log = logging.getLogger("takings.live")


class Hub:
    """The live channel of this process. now: seconds that never go back. now_ms: the time of day. pause: gives way."""

    def __init__(
        self, source: Source, topics: Topics, islands: Islands, now: Callable[[], float], now_ms: Callable[[], int],
        pause: Callable[[], object] = lambda: None, limit: int = 20_000,
    ) -> None:  # fmt: skip
        self.now, self.now_ms, self.limit = now, now_ms, limit
        self.topics, self.islands = topics, islands
        self.tail = Tail(source, topics)
        self.screens = Screens(topics, islands, now, now_ms)
        self.crowd = Crowd(topics, self.screens)
        self.lines = Lines(self, now, pause)
        self.behind: dict[int, Behind] = {}
        self.parked: set[int] = set()
        self.arrivals: deque[tuple[int, bytes]] = deque()
        self.listeners: set[Callable[[], None]] = set()
        self.asleep = True
        self.told = False  # of other processes' commits: then it looks for them seldomer by itself
        self.stopping = False
        self._more = self._leads = False
        self._next_send = self._last_send = self._stirred = self._next_sweep = self._next_reveal = 0.0
        self._feed_until = 0.0
        self._parts: list[Part] = []
        self._before = 0

    # ---- Connections ----

    def has_room(self) -> bool:
        """Whether one more connection may be made."""
        lines = self.lines
        count = len(lines.open) + len(lines.closing) + len(self.arrivals) + self.crowd.listening
        return not self.stopping and count < self.limit

    def adopt(self, fd: int, data: bytes = b"") -> None:
        """Take over a socket after its handshake, with what came behind it; safe from any greenlet."""
        self.arrivals.append((fd, data))

    def pump(self, timeout: float = 0.0) -> None:
        """Take in new connections, read what came, write what waits."""
        self._feed_until = self.now() + FEEDING_S
        while self.arrivals:
            fd, data = self.arrivals.popleft()
            self.crowd.join(fd, NOTHING, self.now())
            self.lines.adopt(fd, data)
            if self.stopping:
                self.lines.hang_up(fd, frames.RESTART)
        self.lines.poll(timeout)

    def said(self, fd: int, text: str) -> None:
        """A client sent a message: it subscribes anew, and is told what of it is not served.

        Where the ledger cannot be read it is asked to come back: who is never told must not believe that all is well.
        """
        wanted, faults = messages.understand(text, self.topics.names(), self.islands.canonical)
        for fault in faults:
            self.lines.reply(fd, frames.text(messages.error(fault)))
        if wanted is not None and fd in self.lines.open:
            try:
                self._subscribe(fd, wanted)
            except Exception as error:
                if isinstance(error, Unavailable):
                    log.warning("a subscription waits: %s", error)
                else:
                    log.exception("a subscription failed")
                self.lines.hang_up(fd, frames.TRY_LATER, "the ledger cannot be read now")

    def _subscribe(self, fd: int, wanted: Wanted) -> None:
        self.wake_up()
        # Where history stands is read first; what is committed from here on comes after it.
        history = self.tail.history()
        old = self._told_to(fd)
        group = self.crowd.join(fd, wanted, self.now())
        behind = self.behind[fd] = feeding.begin(wanted, history, old if group.events else None)
        for name in group.names:
            self._owe(fd, behind, self.screens.watched[name], wanted.since, history.position)
        feeding.feed(self, fd)

    def wake_up(self) -> None:
        """Somebody wants something: follow the outbox from the present on."""
        if self.asleep or not self.crowd.watching():
            self.tail.jump()
            self.asleep = False

    def _told_to(self, fd: int) -> int | None:
        # A client that changes its subscription has no gap between the two.
        group = self.crowd.group_of.get(fd)
        if group is None or not group.events:
            return None
        behind = self.behind.get(fd)
        return self.tail.position if behind is None else behind.position if behind.reset is None else None

    def _owe(self, fd: int, behind: Behind, screen: Screen, since: int | None, present: int) -> None:
        fresh = screen.is_fresh() and self.tail.position >= present
        if not fresh:
            screen.owed.add(fd)
        known = since is not None and since >= screen.changed and not behind.reset and not screen.clock
        if screen.shown is not None and (fresh or screen.is_island) and not (known and screen.is_island):
            behind.names[screen.name] = None

    def drained(self, fd: int) -> None:
        """A slow client can take more; when many catch up at once, what is new comes between."""
        if fd in self.behind:
            if self.now() < self._feed_until:
                feeding.feed(self, fd)
            else:
                self.lines.ask_again(fd)

    def gone(self, fd: int) -> None:
        """A connection is no more."""
        self.crowd.leave(fd)
        self.behind.pop(fd, None)
        self.parked.discard(fd)

    # ---- What happens ----

    def tick(self) -> None:
        """Look for commits and send what is new, where the last sending is long enough ago; then what time brings."""
        now = self.now()
        if not self.asleep and not self.crowd.watching():
            self.asleep = True
        if not self.asleep and now >= self._next_send and (self.tail.moved() or self._more):
            self._advance()
        if not self.asleep and now >= self._next_reveal:
            self._leads = False
            self._reveal()
        if now >= self._next_sweep:
            self._next_sweep = now + 1.0
            self.lines.sweep()
            self._beat(now)

    def wait(self) -> float:
        """Seconds until `tick` should be called again, if nothing happens before."""
        if self.asleep:
            return 1.0
        now = self.now()
        idle = TOLD_LOOK_S if self.told else IDLE_LOOK_S
        look = 0.0 if self._more else idle if self.is_quiet() else LOOK_S
        return max(look, self._next_send - now)

    def stir(self) -> None:
        """Another process has committed: look at once, and often for a while."""
        self._stirred = self.now()

    def is_quiet(self) -> bool:
        """Whether nothing has happened for a while, and commits are looked for seldom."""
        return self.now() - self._stirred >= LIVELY_S

    def _advance(self) -> None:
        began = self.now()
        self._more = True  # until it is known: a failed reading is tried again
        try:
            news = self.tail.step(self.crowd.wants_events())
        except Gap:
            self._start_anew()
            return
        self._more = news is not None and news.more
        if news is None:
            return
        self._stirred = began
        self.screens.touch(news.topics)
        self._tell(news)
        if news.shaped:
            counters.PUSH_SECONDS.observe(max(0, self.now_ms() - news.at_ms) / 1000)
        for fd in self.parked:
            self.lines.ask_again(fd)
        self.parked.clear()
        self._ring()
        self._rest(began)

    def _rest(self, began: float) -> None:
        # One order alone goes at once; in a stream of them a frame each 20 ms carries all that came meanwhile.
        ended = self.now()
        least = BUSY_TICK_S if began - self._last_send < BUSY_S else SHORTEST_TICK_S
        self._last_send = began
        # What happened goes to all watchers before the figures of it, to those of other processes of this machine, too: they
        # are given as long as this one took. In a stream, figures that have waited once do not wait again.
        if not self._leads:
            self._leads, self._next_reveal = True, ended + min(ended - began, LONGEST_LEAD_S)
        self._next_send = began if self._more else ended + max(least, 2 * (ended - began))

    def _tell(self, news: News) -> None:
        made: dict[frozenset[str], list[Part]] = {}
        for group in self.crowd.each():
            if not group.events:
                continue
            parts = made.get(group.events)
            if parts is None:
                cut = frames_of(news.shaped, group.events, news.before, news.last)
                parts = made[group.events] = [Part(frames.text(text), last=last) for text, last in cut]
            if parts:
                self._send(group, parts, news.before)

    def _reveal(self) -> None:
        revealed = self.screens.reveal(self.tail.position)
        if not revealed:
            return
        new = {screen.name: screen for screen, is_new in revealed if is_new}
        for group in self.crowd.each():
            names = new.keys() & group.names
            if names:
                parts = [Part(new[name].as_frame(), name=name) for name in sorted(names)]
                self._send(group, parts, self.tail.position)
        for screen, is_new in revealed:
            owed, screen.owed = screen.owed, set()
            if not is_new:
                for fd in owed:
                    self._behind(fd, self.tail.position).names[screen.name] = None
                    self.lines.ask_again(fd)
        self._ring()

    def _send(self, group: Group, parts: list[Part], before: int) -> None:
        # Those who are behind get events by their position, and of a screen what is the newest when they come to it.
        fds = set(group.fds)
        for fd in fds & self.behind.keys():
            for part in parts:
                self.behind[fd].missed(part)
        fds -= self.behind.keys()
        self._parts, self._before = parts, before
        group.quiet_since = self.now()
        self.lines.spread(fds, b"".join(part.frame for part in parts), self._fell_short)

    def _fell_short(self, fd: int, written: int) -> None:
        # What was begun is finished first; of the rest, events come by position and screens as they are by then.
        behind = self._behind(fd, self._before)
        start = 0
        for part in self._parts:
            end = start + len(part.frame)
            if written <= start:
                behind.missed(part)
            elif part.last is not None:
                behind.position = part.last
            if start < written < end:
                self.lines.finish(fd, memoryview(part.frame)[written - start :])
            start = end
        if fd in self.lines.open and not self.lines.busy(fd):
            self.lines.ask_again(fd)

    def _behind(self, fd: int, position: int) -> Behind:
        found = self.behind.get(fd)
        if found is None:
            found = self.behind[fd] = Behind(position)
        return found

    def _start_anew(self) -> None:
        # Another history, or a hole in this one: everybody comes back and is told by `since` what that means.
        log.warning("the history of the ledger has changed; all watchers are asked to come back")
        for fd in list(self.lines.open):
            self.lines.hang_up(fd, frames.RESTART)
        self.tail.jump()
        self._more = False
        self._ring()

    # ---- What time brings ----

    def _beat(self, now: float) -> None:
        beat = frames.text(messages.beat(self.tail.position, self.now_ms()))
        for group in self.crowd.each():
            if now - group.quiet_since >= BEAT_S - 1.0:
                self._send(group, [Part(beat)], self.tail.position)

    def paint(self) -> bool:
        """Render the screen that is due and most watched; False when none is."""
        screen = self.screens.due()
        if screen is None:
            return False
        source = self.tail.source
        try:
            if screen.threaded:
                screen.next = source.in_thread(screen.paint, self.now_ms())
            else:
                with source.reading() as tx:
                    screen.next = screen.paint(tx, self.now_ms())
        except Unavailable as error:
            log.warning("%s is painted later: %s", screen.name, error)
            screen.stale = True  # also when nothing else changes it
        except Exception:
            log.exception("an island or a topic failed: %s", screen.name)
        return True

    # ---- Listeners of the same process, and the end ----

    def _ring(self) -> None:
        for bell in list(self.listeners):
            bell()

    def stop(self) -> None:
        """Ask everybody to come back in a moment (1012) and let nobody in."""
        self.stopping = True
        self.pump()
        for fd in list(self.lines.open):
            self.lines.hang_up(fd, frames.RESTART, "restart")
        self._ring()

    def close(self) -> None:
        """Close every connection."""
        self.lines.close()
