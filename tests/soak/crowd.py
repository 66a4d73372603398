"""Five hundred programs that watch, in a process of their own: each keeps account of every event that it was told.

An account is a checksum over the events in their order, so that half a million of them cost no memory: who is told an
event twice, never, or in another order ends with another sum. Frames that many get alike are read once.
"""

import collections
import os
import random
import re
import select
import socket
import struct
import time
import zlib
from multiprocessing.connection import Connection
from typing import Any

HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
EVENT = re.compile(
    rb'"topic":\s*"orders",\s*"seq":\s*(\d+),\s*"at":\s*"[^"]*",\s*"event":\s*"(\w+)",\s*"data":\s*\{\s*"id":\s*(\d+|null)'
)
READY = re.compile(rb'"topic":\s*"(ready|reset)",\s*"seq":\s*(\d+),\s*"epoch":\s*"([^"]*)"')
TEXT, CLOSE = 1, 8
ROOMY = 1 << 20
SMALL = 4_096  # what a slow or silent one lets the kernel hold for it, and what a slow one reads at a time
SLOW_EACH_S = 0.5
COMING_S = 0.5
KNOWN_FRAMES = 512
Told = tuple[int, int, bytes]  # first seq, last seq, the account of the events between


def account(seq: int, event: bytes, order_id: bytes) -> bytes:
    """What an event adds to an account."""
    return b"%d %s %s;" % (seq, event, order_id)


class Watcher:
    """One of them. sum: over the events after `begins`, up to `last`; since: where it goes on after a cut."""

    def __init__(self, number: int, small: bool) -> None:
        self.number, self.small = number, small
        self.sock: socket.socket | None = None
        self.data, self.sum = b"", 0
        self.begins: int | None = None
        self.since = self.last = 0
        self.epoch = b""
        self.greeted = False
        self.events = self.twice = self.resets = 0
        self.again_at = 0.0
        self.silent_until = self.slow_until = self.reads_at = 0.0

    def first_words(self) -> bytes:
        """What it subscribes to; after a cut, since when."""
        more = b"" if self.begins is None else b',"since":%d,"epoch":"%s"' % (self.since, self.epoch)
        return masked(b'{"subscribe":["orders"]' + more + b"}")

    def take(self, events: Told | None, ready: tuple[bytes, int, bytes] | None) -> None:
        """A frame was read."""
        if events is not None:
            if events[0] <= self.since:
                self.twice += 1
            self.sum = zlib.crc32(events[2], self.sum)
            self.events += events[2].count(b";")
            self.since = self.last = events[1]
        if ready is not None:
            word, seq, self.epoch = ready
            if word == b"reset" or self.begins is None:
                self.begins, self.sum = seq, 0
                self.resets += word == b"reset"
            self.since = max(self.since, seq)


class Crowd:
    """All of them, in one loop."""

    def __init__(self, port: int, count: int, few: int) -> None:
        self.port = port
        self.watchers = [Watcher(number, small=number < 2 * few) for number in range(count)]
        self.few = few
        self.poll = select.epoll()
        self.by_fd: dict[int, Watcher] = {}
        self.codes: collections.Counter[str] = collections.Counter()
        self.known: dict[bytes, Any] = {}
        self.dice = random.Random(1)

    def run(self, line: Connection) -> None:
        """Watch until told to end; answer what is asked over the line."""
        while True:
            now = time.monotonic()
            for fd, _ in self.poll.poll(0.05):
                watcher = self.by_fd.get(fd)
                if watcher is not None:
                    self._hear(watcher, now)
            self._come_back(now)
            if line.poll():
                command, *arguments = line.recv()
                if command == "end":
                    return
                line.send(getattr(self, command)(*arguments))

    # ---- What is asked of it ----

    def slow(self, seconds: float) -> int:
        """A few read a little now and then, for so long."""
        return self._misbehave(self.watchers[: self.few], "slow_until", seconds)

    def silent(self, seconds: float) -> int:
        """A few others read nothing, for so long."""
        return self._misbehave(self.watchers[self.few : 2 * self.few], "silent_until", seconds)

    def _misbehave(self, some: list[Watcher], name: str, seconds: float) -> int:
        for watcher in some:
            setattr(watcher, name, time.monotonic() + seconds)
            if watcher.sock is not None:
                self.poll.modify(watcher.sock.fileno(), 0)
        return len(some)

    def standing(self) -> dict[str, Any]:
        """How many are connected and greeted, and up to where all of them have been told."""
        lines = [watcher for watcher in self.watchers if watcher.sock is not None]
        told = sorted(one.since for one in self.watchers)
        return {
            "connected": sum(one.greeted for one in lines), "not_greeted": sum(not one.greeted for one in lines),
            "told_to": told[0] if told else 0, "half_told_to": told[len(told) // 2] if told else 0,
        }  # fmt: skip

    def behave(self) -> int:
        """Everybody reads again, and as much at a time as the others."""
        for watcher in self.watchers:
            watcher.slow_until, watcher.silent_until = min(watcher.slow_until, 1e-9), min(watcher.silent_until, 1e-9)
            if watcher.small and watcher.sock is not None:
                watcher.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOMY)
            watcher.small = False
        return len(self.watchers)

    def accounts(self) -> dict[str, Any]:
        """(begins, last, sum, twice) of each, how their lines ended, and how many resets there were."""
        rows = [(one.begins, one.last, one.sum, one.twice) for one in self.watchers]
        return {
            "accounts": rows, "codes": dict(self.codes), "resets": sum(one.resets for one in self.watchers),
            "events": sum(one.events for one in self.watchers),
        }  # fmt: skip

    # ---- Lines ----

    def _come_back(self, now: float) -> None:
        for watcher in self.watchers:
            if watcher.sock is None:
                # Those who are in must not wait long for those who come: the others do so at the next turn.
                if now >= watcher.again_at and time.monotonic() - now < COMING_S:
                    self._connect(watcher, time.monotonic())
            elif watcher.slow_until or watcher.silent_until:
                self._hold_back(watcher, now)

    def _hold_back(self, watcher: Watcher, now: float) -> None:
        assert watcher.sock is not None
        if now >= max(watcher.slow_until, watcher.silent_until):
            watcher.slow_until = watcher.silent_until = 0.0
            self.poll.modify(watcher.sock.fileno(), select.EPOLLIN)
        elif watcher.slow_until and now >= watcher.reads_at:
            watcher.reads_at = now + SLOW_EACH_S
            self._hear(watcher, now, SMALL)

    def _connect(self, watcher: Watcher, now: float) -> None:
        watcher.again_at = now + self.dice.uniform(0.2, 1.5)
        sock = socket.socket()
        if watcher.small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sock.settimeout(2)
        try:
            sock.connect(("127.0.0.1", self.port))
            sock.sendall(HANDSHAKE.format(port=self.port).encode())
            head = b""
            while b"\r\n\r\n" not in head:
                more = sock.recv(4096)
                if not more:
                    raise OSError
                head += more
            if not head.startswith(b"HTTP/1.1 101"):
                self.codes[f"handshake {head[9:12].decode()}"] += 1
                raise OSError
            sock.sendall(watcher.first_words())
        except OSError as error:
            self.codes[f"no handshake: {type(error).__name__}"] += 1
            sock.close()
            return
        sock.setblocking(False)
        watcher.sock, watcher.data, watcher.greeted = sock, head.partition(b"\r\n\r\n")[2], False
        self.by_fd[sock.fileno()] = watcher
        self.poll.register(sock.fileno(), select.EPOLLIN)

    def _hear(self, watcher: Watcher, now: float, most: int = 262_144) -> None:
        assert watcher.sock is not None
        try:
            data = watcher.sock.recv(most)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._gone(watcher, "cut", now)
            return
        watcher.data += data
        while watcher.sock is not None and (cut := complete(watcher.data)):
            opcode, start, end = cut
            payload, watcher.data = watcher.data[start:end], watcher.data[end:]
            if opcode == CLOSE:
                self._gone(watcher, str(struct.unpack(">H", payload[:2])[0]), now)
            elif opcode == TEXT:
                events, ready = self._read(payload)
                watcher.take(events, ready)
                watcher.greeted = watcher.greeted or ready is not None

    def _read(self, payload: bytes) -> Any:
        found = self.known.get(payload)
        if found is None:
            if len(self.known) > KNOWN_FRAMES:
                self.known.clear()
            found = self.known[payload] = read(payload)
        return found

    def _gone(self, watcher: Watcher, code: str, now: float) -> None:
        assert watcher.sock is not None
        self.codes[code] += 1
        del self.by_fd[watcher.sock.fileno()]
        watcher.sock.close()
        watcher.sock, watcher.data = None, b""
        watcher.again_at = now + self.dice.uniform(0.05, 1.0)


def read(payload: bytes) -> tuple[Told | None, tuple[bytes, int, bytes] | None]:
    """What a frame tells: its events, and `ready` or `reset`."""
    events = [(int(seq), event, order_id) for seq, event, order_id in EVENT.findall(payload)]
    told = None
    if events:
        told = events[0][0], events[-1][0], b"".join(account(*event) for event in events)
    ready = READY.search(payload)
    return told, None if ready is None else (ready[1], int(ready[2]), ready[3])


def complete(data: bytes) -> tuple[int, int, int] | None:
    """(opcode, begin, end) of the payload of the first frame that is there as a whole; RFC 6455, section 5.2."""
    if len(data) < 2:
        return None
    length, start = data[1] & 0x7F, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(data) < 2 + size:
            return None
        length, start = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
    return (data[0] & 0x0F, start, start + length) if len(data) >= start + length else None


def masked(text: bytes) -> bytes:
    """A text of a client, up to 125 bytes, as a frame."""
    mask = os.urandom(4)
    return bytes((0x81, 0x80 | len(text))) + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))


def main(line: Connection, port: int, count: int, few: int) -> None:
    """The process."""
    Crowd(port, count, few).run(line)
