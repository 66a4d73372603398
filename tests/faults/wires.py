"""Raw connections, as somebody uses them who means no good."""

import json
import os
import socket
import struct
import time
from pathlib import Path

from tests.servers.takings import Server

TEXT, CONTINUATION, CLOSE, PING = 1, 0, 8, 9
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def frame(opcode: int, payload: bytes = b"", fin: bool = True, claims: int | None = None) -> bytes:
    """A masked frame. claims: the length that its header says, when it lies."""
    length = len(payload) if claims is None else claims
    head = bytes([(0x80 if fin else 0) | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65_536:
        head += struct.pack("!BH", 0x80 | 126, length)
    else:
        head += struct.pack("!BQ", 0x80 | 127, length)
    return head + b"\0\0\0\0" + payload


class Wire:
    """A WebSocket by hand: what is sent is sent as it stands, and nothing is read unless asked for."""

    def __init__(self, server: Server, small: bool = False) -> None:
        self.line = socket.socket()
        if small:  # little fits on the way to one who does not read
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.line.settimeout(20)
        self.line.connect(("127.0.0.1", server.port))
        self.line.sendall(
            f"GET /live HTTP/1.1\r\nHost: localhost:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.line.recv(4096)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        assert b" 101 " in head.splitlines()[0], head

    def say(self, **message: object) -> None:
        """A JSON message."""
        self.line.sendall(frame(TEXT, json.dumps(message).encode()))

    def send(self, data: bytes) -> bool:
        """Bytes as they stand; False when the server has closed the connection."""
        try:
            self.line.sendall(data)
        except OSError:
            return False
        return True

    def hear(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload. Raises OSError at the end of the connection, TimeoutError."""
        head = self._take(2)
        length = head[1] & 0x7F
        if length > 125:
            length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
        return head[0] & 0x0F, self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            more = self.line.recv(1 << 16)
            if not more:
                raise ConnectionResetError("closed")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def closed_with(self) -> int | None:
        """The code of the close frame that comes, past whatever else does; None when it ends, or goes on, without."""
        try:
            while True:
                opcode, payload = self.hear()
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except OSError:
            return None

    def close(self) -> None:
        """Hang up."""
        self.line.close()


def memory(server: Server) -> int:
    """Resident bytes of the web processes."""
    return sum(
        int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for pid in server.web_processes()
    )


def sockets(server: Server) -> int:
    """How many sockets the web processes have open."""
    count = 0
    for pid in server.web_processes():
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                count += os.readlink(entry).startswith("socket:")
            except OSError:
                pass
    return count


def comes_true(condition: object, seconds: float) -> bool:
    """Whether condition() becomes true in that time."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
