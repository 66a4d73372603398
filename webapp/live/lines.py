"""The sockets of this process's watchers: one epoll for all, no object for one that is idle.

A socket is an integer in a set. Only what is incomplete has an object: a message half read (`Inlet`), a frame half
written (`Rest`), a connection that is being closed. A frame that was begun is always finished first.
"""

import _socket  # under gevent's patch `socket` makes objects with watchers, which nobody needs here
import contextlib
import os
import select
import sys
from collections.abc import Callable
from typing import Any, Protocol

from webapp import counters
from webapp.live import frames
from webapp.live.frames import Inlet

READ_BYTES = 64 * 1024
MESSAGES_A_SECOND = 20
UNREAD_S = 60.0
LINGER_S = 5.0
REPLIES = 64
SLICE = 500
_IN, _OUT = 0x001, 0x004  # EPOLLIN, EPOLLOUT; select has no epoll under gevent's patch
DEAD_MS = 65_000
_NOTSENT_LOWAT = 25  # tcp.h; the socket module of Python 3.11 does not name it


class Owner(Protocol):
    """Who is told what happens on the lines."""

    def said(self, fd: int, text: str) -> None:
        """A client sent a message."""

    def drained(self, fd: int) -> None:
        """What was waiting for a client is written; it can take more."""

    def gone(self, fd: int) -> None:
        """A connection is no more; its number may soon be another's."""


class Rest:
    """What is still to be written to one socket: the rest of a frame, then short replies. since: when it last moved."""

    __slots__ = ("replies", "since", "view")

    def __init__(self, view: memoryview, since: float) -> None:
        self.view = view
        self.since = since
        self.replies: list[bytes] = []


class Lines:
    """Open connections. now: a clock in seconds that never goes back. pause: lets others run between two slices."""

    def __init__(self, owner: Owner, now: Callable[[], float], pause: Callable[[], object] = lambda: None) -> None:
        self.owner = owner
        self.now = now
        self.pause = pause
        self.epoll = _epoll()
        self.open: dict[int, None] = {}  # a set of thousands takes three times the memory
        self.inlets: dict[int, Inlet] = {}
        self.rests: dict[int, Rest] = {}
        self.hungry: dict[int, float] = {}
        self.heard: dict[int, list[float]] = {}
        self.closing: dict[int, float] = {}
        self._due: set[int] = set()

    def adopt(self, fd: int, data: bytes = b"") -> None:
        """Take over a connected socket after its handshake; `data` is what the client has sent behind it."""
        os.set_blocking(fd, False)
        tune(fd)
        self.open[fd] = None
        self.epoll.register(fd, _IN)
        if data:
            self._feed(fd, data)

    def poll(self, timeout: float = 0.0) -> None:
        """Read and write what can be read and written."""
        for fd, happened in self.epoll.poll(timeout):
            if happened & _OUT and (fd in self.rests or fd in self.hungry):
                self._go_on(fd)
            if happened & ~_OUT and (fd in self.open or fd in self.closing):
                self._read(fd)

    # ---- In ----

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop(fd)
        elif fd in self.open:
            self._feed(fd, data)

    def _feed(self, fd: int, data: bytes) -> None:
        arrivals, inlet, violation = frames.read(self.inlets.pop(fd, None), data)
        if inlet is not None:
            self.inlets[fd] = inlet
        for arrival in arrivals:
            if arrival.kind == frames.CLOSE:
                self.hang_up(fd, arrival.code)
            elif not self._may_speak(fd):
                self.hang_up(fd, frames.POLICY, f"at most {MESSAGES_A_SECOND} messages a second")
            elif arrival.kind == frames.TEXT:
                self.owner.said(fd, arrival.text)
            elif arrival.kind == frames.PING:
                self.reply(fd, frames.pong(arrival.data))
            if fd not in self.open:
                return
        if violation is not None:
            self.hang_up(fd, violation.code, violation.why)

    def _may_speak(self, fd: int) -> bool:
        now = self.now()
        times = self.heard.setdefault(fd, [])
        times.append(now)
        if len(times) <= MESSAGES_A_SECOND:
            return True
        return now - times.pop(0) >= 1.0

    # ---- Out ----

    def busy(self, fd: int) -> bool:
        """Whether a frame to this socket is half written."""
        return fd in self.rests

    def offer(self, fd: int, frame: bytes) -> int:
        """Write a frame, or as much as goes, and keep the rest of one that was begun.

        Returns the bytes written: 0 when it was not begun, -1 when the connection is gone.
        """
        written = self._write(fd, memoryview(frame))
        if 0 < written < len(frame):
            self._keep(fd, memoryview(frame)[written:])
        return written

    def finish(self, fd: int, view: memoryview) -> None:
        """Write the rest of a frame that was begun, or a frame that must not be left out, before anything else."""
        written = self._write(fd, view)
        if 0 <= written < len(view):
            self._keep(fd, view[written:])

    def _keep(self, fd: int, view: memoryview) -> None:
        self.rests[fd] = Rest(view, self.now())
        self.epoll.modify(fd, _IN | _OUT)

    def reply(self, fd: int, frame: bytes) -> None:
        """Write a short frame, behind one that is half written; who asks on and reads nothing is let go."""
        rest = self.rests.get(fd)
        if rest is None:
            self.finish(fd, memoryview(frame))
        elif len(rest.replies) < REPLIES:
            rest.replies.append(frame)
        else:
            self.hang_up(fd, frames.POLICY, "answers are not read")

    def ask_again(self, fd: int) -> None:
        """Tell the owner `drained` at the next poll: there is more to write, but others come first."""
        self.hungry.setdefault(fd, self.now())
        self.epoll.modify(fd, _IN | _OUT)

    def spread(self, fds: set[int], payload: bytes, short: Callable[[int, int], None]) -> None:
        """Write the same bytes to all of `fds` (a set of one's own, it is emptied), some hundreds between two pauses.

        short(fd, written) is told of each that took less than everything.
        """
        self._due, size, write, rests = fds, len(payload), os.write, self.rests
        while fds:
            for _ in range(min(SLICE, len(fds))):
                fd = fds.pop()
                written = 0
                if fd not in rests:
                    try:
                        written = write(fd, payload)
                    except BlockingIOError:
                        pass
                    except OSError:
                        self.drop(fd)
                        continue
                if written != size:
                    short(fd, written)
            if fds:
                self.pause()

    def _write(self, fd: int, view: memoryview) -> int:
        try:
            return os.write(fd, view)
        except BlockingIOError:
            return 0
        except OSError:
            self.drop(fd)
            return -1

    def _go_on(self, fd: int) -> None:
        rest = self.rests.get(fd)
        while rest is not None:
            written = self._write(fd, rest.view)
            if written < 0:
                return
            if written:
                rest.since = self.now()
            if written < len(rest.view):
                rest.view = rest.view[written:]
                return
            if not rest.replies:
                break
            rest.view = memoryview(rest.replies.pop(0))
        self.rests.pop(fd, None)
        self.hungry.pop(fd, None)
        self.epoll.modify(fd, _IN)
        if fd in self.closing:
            _shut(fd)
        else:
            self.owner.drained(fd)

    # ---- The end ----

    def hang_up(self, fd: int, code: int, why: str = "") -> None:
        """Say goodbye with a close frame, then wait a little for the client to go, so that it can read it."""
        if fd not in self.open:
            return
        self._forget(fd)
        counters.HANG_UPS.add(1, str(code) if code < 3000 else "other")
        self.closing[fd] = self.now() + LINGER_S
        rest = self.rests.get(fd)
        if rest is not None:
            rest.replies = [frames.close(code, why)]
            return
        self.finish(fd, memoryview(frames.close(code, why)))
        if fd in self.closing and fd not in self.rests:
            _shut(fd)

    def drop(self, fd: int) -> None:
        """Forget a connection, then close it: in this order, for its number may be given again at once."""
        if fd in self.open:
            self._forget(fd)
        self.rests.pop(fd, None)
        self.closing.pop(fd, None)
        with contextlib.suppress(OSError):
            self.epoll.unregister(fd)
        with contextlib.suppress(OSError):
            os.close(fd)

    def _forget(self, fd: int) -> None:
        self.open.pop(fd, None)
        self._due.discard(fd)
        self.hungry.pop(fd, None)
        self.inlets.pop(fd, None)
        self.heard.pop(fd, None)
        self.owner.gone(fd)

    def sweep(self) -> None:
        """Each second: let go who has read nothing for a minute, and who does not go after a goodbye."""
        now = self.now()
        waiting = [(fd, rest.since) for fd, rest in self.rests.items() if fd in self.open]
        for fd, since in [*waiting, *self.hungry.items()]:
            if now - since >= UNREAD_S:
                self.hang_up(fd, frames.TRY_LATER, "nothing was read for a minute")
        for fd, until in list(self.closing.items()):
            if now >= until:
                self.drop(fd)
        for fd, times in list(self.heard.items()):
            if now - times[-1] >= 1.0:
                del self.heard[fd]

    def close(self) -> None:
        """Close everything at once."""
        for fd in [*self.open, *self.closing]:
            self.drop(fd)
        self.epoll.close()


def _epoll() -> Any:
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original("select", "epoll")() if monkey is not None else select.epoll()


def tune(fd: int) -> None:
    """A peer that is gone without a word ends by itself, and little waits for a slow one in the kernel.

    So a newer frame can still take the place of one that nobody has read.
    """
    sock = _socket.socket(fileno=fd)
    try:
        for option, value in (
            (_socket.TCP_NODELAY, 1), (_socket.TCP_USER_TIMEOUT, DEAD_MS), (_NOTSENT_LOWAT, 64 * 1024),
        ):  # fmt: skip
            with contextlib.suppress(OSError):
                sock.setsockopt(_socket.IPPROTO_TCP, option, value)
    finally:
        sock.detach()


def _shut(fd: int) -> None:
    sock = _socket.socket(fileno=fd)
    try:
        sock.shutdown(_socket.SHUT_WR)
    except OSError:
        pass
    finally:
        sock.detach()
