"""The hub of this process, driven on gevent's loop: one greenlet for sockets and commits, one that paints.

Without gevent (tests, a plain WSGI server) nothing is driven; whoever listens drives the hub itself.
"""

import contextlib
import gc
import logging
import os
import resource
import threading
import time
from typing import Any

from webapp import clock, counters
from webapp.db import reading, store, writer
from webapp.errors import Unavailable
from webapp.live import islands, topics
from webapp.live.bell import Bell
from webapp.live.core import Hub

RESERVED_FILES = 512
MOST_CONNECTIONS = 50_000
STEP_S = 0.02
log = logging.getLogger("takings.live")


class _Process:
    hub: Hub | None = None
    pulse: "Pulse | None" = None
    pid = 0


def current() -> Hub:
    """The hub of this process, made when it is first asked for (after a fork each process has its own)."""
    if _Process.hub is None or _Process.pid != os.getpid():
        _Process.pid, _Process.pulse = os.getpid(), None
        _Process.hub = Hub(
            reading, topics.known, islands.known, time.monotonic, clock.now_ms, _pause, limit=_connection_limit()
        )
    return _Process.hub


def driven() -> bool:
    """Whether sockets can be handed over: a pulse runs."""
    return _Process.pulse is not None and _Process.pid == os.getpid()


def start() -> None:
    """Drive the hub from now on. Call it in each worker process, after the fork, on gevent's loop."""
    if not driven():
        # What the process was forked with stays for good; a collector that walked over it would make the pages, which
        # all workers share, each worker's own: 10 MB that look like the price of the watchers.
        gc.freeze()
        _Process.pulse = Pulse(current())


def stop(timeout_s: float = 2.0) -> None:
    """Send everybody the goodbye of a restart (1012), let nobody in, wait until they have gone. Twice is once."""
    if driven() and _Process.pulse is not None:
        _Process.pulse.stop(timeout_s)


def wake() -> None:
    """Something is to be done at once; safe from any thread."""
    pulse = _Process.pulse
    if pulse is not None:
        pulse.wake()


def forget() -> None:
    """Close every connection and forget the hub: the next one starts afresh."""
    if _Process.hub is not None and _Process.pid == os.getpid():
        _Process.hub.close()
    _Process.hub = _Process.pulse = None


def wait(bell: threading.Event, seconds: float) -> bool:
    """Wait until the bell rings; False when it did not. Without a pulse the waiting one does the hub's work."""
    if driven():
        rung = bell.wait(seconds)
    else:
        until = time.monotonic() + seconds
        while not work(current(), bell) and time.monotonic() < until:
            time.sleep(STEP_S)
        rung = bell.is_set()
    bell.clear()
    return rung


def work(hub: Hub, bell: threading.Event) -> bool:
    """One round of everything that a pulse does; whether the bell rang."""
    hub.pump()
    hub.tick()
    while hub.paint():
        hub.tick()
    return bell.is_set()


def _pause() -> None:
    if reading.cooperative():
        import gevent

        gevent.sleep(0)


def _connection_limit() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(64, min(MOST_CONNECTIONS, soft - RESERVED_FILES))


def _hung_up() -> Bell | None:
    """The bell by which the other processes of this machine are heard; None where commits are told by a server, or it cannot be."""
    if store.on_server():
        return None
    try:
        return Bell(store.path())
    except OSError as error:
        log.info("other processes are not heard at once: %s", error)
        return None


class Pulse:
    """The greenlets of one hub. One watcher of the loop watches the one epoll that holds all sockets."""

    def __init__(self, hub: Hub) -> None:
        import gevent
        from gevent.event import Event

        self.hub = hub
        self._sleep = gevent.sleep
        self._bell, self._brush = Event(), Event()
        loop = gevent.get_hub().loop
        self._io: Any = loop.io(hub.lines.epoll.fileno(), 1)
        self._async: Any = loop.async_()
        self._async.start(self._bell.set)
        self._ended = False
        self._greenlets = [gevent.spawn(self._drive), gevent.spawn(self._paint)]
        counters.WATCHERS.follow(lambda: len(hub.lines.open) + hub.crowd.listening)
        counters.BEHIND.follow(lambda: len(hub.behind))
        self._others = _hung_up()
        if self._others is not None:
            hub.told = True
            self._rung: Any = loop.io(self._others.fileno(), 1)
            self._rung.start(self._hear)
        elif store.on_server():
            hub.told = True
            store.engine().follow(self._notified)
        writer.on_commit(self._committed)

    def wake(self) -> None:
        """Look at once; safe from any thread."""
        if not self._ended:
            self._async.send()

    def _committed(self) -> None:
        if self._ended:
            return
        self.wake()
        if self._others is not None:
            self._others.committed()

    def _notified(self) -> None:
        if self.hub.is_quiet():  # else it looks again before this would wake it
            self.wake()

    def _hear(self) -> None:
        if self._others is not None and self._others.hear():
            self.hub.stir()
            self._bell.set()

    def _readable(self) -> None:
        self._io.stop()
        self._bell.set()

    def _drive(self) -> None:
        waiting = False
        while not self._ended:
            self._io.start(self._readable)
            self._bell.wait(self.hub.wait())
            self._bell.clear()
            try:
                self.hub.pump()
                self.hub.tick()
                waiting = False
            except Unavailable as error:
                if not waiting:
                    log.warning("the live channel waits: %s", error)
                waiting = True
                self._sleep(0.1)
            except Exception:
                log.exception("the live channel stumbled")
                self._sleep(0.1)
            if self.hub.screens.touched:
                self._brush.set()
            self._sleep(0)

    def _paint(self) -> None:
        while not self._ended:
            self._brush.wait(self.hub.screens.wait())
            self._brush.clear()
            self.hub.screens.touched = False
            while self.hub.paint():
                self._bell.set()
                self._sleep(0)

    def stop(self, timeout_s: float) -> None:
        """Say goodbye, and go when everybody has gone."""
        if self._ended:
            return
        self.hub.stop()
        until = time.monotonic() + timeout_s
        while self.hub.lines.closing and time.monotonic() < until:
            self.hub.pump()
            self._sleep(STEP_S)
        if not self._ended:
            self._ended = True
            self._bell.set()
            self._brush.set()
            self._io.stop()
            self._async.close()
            if self._others is not None:
                self._rung.stop()
                self._others.close()
