"""Frames of the WebSocket protocol as a server reads and writes them: RFC 6455, sections 5 to 7, no extensions.

A connection between two messages needs no object: `read(None, data)` answers with what arrived and with None again, or
with an `Inlet` that holds the part of a frame or of a message that is still to be completed.
"""

import struct
from typing import NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0
MESSAGE_BYTES = 64 * 1024

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED_DATA = 1000, 1001, 1002, 1003
NOT_UTF8, POLICY, TOO_BIG, RESTART, TRY_LATER = 1007, 1008, 1009, 1012, 1013

_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_KNOWN = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_CLOSE_CODES = frozenset((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014))


class Violation(Exception):
    """The peer broke the protocol or a limit; the connection ends with `code`."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class Arrival(NamedTuple):
    """What a client sent. TEXT: a whole message in `text`; PING and PONG: `data`; CLOSE: `code`, and why in `text`.

    An empty fragment is told as CONTINUATION: it carries nothing but counts against the limit of messages.
    """

    kind: int
    text: str = ""
    data: bytes = b""
    code: int = 0


class Inlet:
    """What a client has begun to send: bytes of an incomplete frame, fragments of an incomplete message."""

    __slots__ = ("fragmented", "fragments", "pending")

    def __init__(self) -> None:
        self.pending = b""
        self.fragments = bytearray()
        self.fragmented = False

    @property
    def empty(self) -> bool:
        """Whether nothing is left to be completed."""
        return not self.pending and not self.fragmented


class _Frame(NamedTuple):
    fin: bool
    opcode: int
    payload: bytes
    end: int


def read(inlet: Inlet | None, data: bytes) -> tuple[list[Arrival], Inlet | None, Violation | None]:
    """What `data` completes, what is to be handed in with the next bytes, and the violation that ends the connection.

    Arrivals before a violation stand; what follows a close frame is ignored.
    """
    inlet = inlet or Inlet()
    buffer = inlet.pending + data if inlet.pending else data
    arrivals: list[Arrival] = []
    start = 0
    try:
        while (frame := _next_frame(buffer, start, len(inlet.fragments))) is not None:
            start = frame.end
            arrival = _take(inlet, frame)
            if arrival is not None:
                arrivals.append(arrival)
                if arrival.kind == CLOSE:
                    return arrivals, None, None
    except Violation as violation:
        return arrivals, None, violation
    inlet.pending = bytes(buffer[start:])
    return arrivals, None if inlet.empty else inlet, None


def _next_frame(buffer: bytes, start: int, held: int) -> _Frame | None:
    if len(buffer) - start < 2:
        return None
    first, second = buffer[start], buffer[start + 1]
    opcode = first & _OPCODE
    _check_header(first, second, opcode)
    length, at = second & _LENGTH, start + 2
    if length > 125:
        size = 2 if length == 126 else 8
        if len(buffer) - at < size:
            return None
        length = int.from_bytes(buffer[at : at + size], "big")
        if length < (126 if size == 2 else 65_536) or length >> 63:
            raise Violation(PROTOCOL_ERROR, "the length is not written in the fewest bytes")
        at += size
    if length + (held if opcode == CONTINUATION else 0) > MESSAGE_BYTES:
        raise Violation(TOO_BIG, "a message is at most 64 KiB")
    if len(buffer) - at < 4 + length:
        return None
    return _Frame(bool(first & _FIN), opcode, _unmask(buffer, at, length), at + 4 + length)


def _check_header(first: int, second: int, opcode: int) -> None:
    if first & _RESERVED:
        raise Violation(PROTOCOL_ERROR, "a reserved bit is set")
    if opcode not in _KNOWN:
        raise Violation(PROTOCOL_ERROR, "the opcode is unknown")
    if opcode >= CLOSE and (not first & _FIN or second & _LENGTH > 125):
        raise Violation(PROTOCOL_ERROR, "a control frame is short and whole")
    if not second & _MASKED:
        raise Violation(PROTOCOL_ERROR, "a client masks its frames")
    if opcode == BINARY:
        raise Violation(UNSUPPORTED_DATA, "only text is understood")


def _unmask(buffer: bytes, at: int, length: int) -> bytes:
    if not length:
        return b""
    mask = buffer[at : at + 4]
    payload = buffer[at + 4 : at + 4 + length]
    key = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")


def _take(inlet: Inlet, frame: _Frame) -> Arrival | None:
    if frame.opcode == CLOSE:
        return _closing(frame.payload)
    if frame.opcode in (PING, PONG):
        return Arrival(frame.opcode, data=frame.payload)
    if (frame.opcode == CONTINUATION) != inlet.fragmented:
        raise Violation(PROTOCOL_ERROR, "a fragment is out of place")
    if frame.fin and not inlet.fragmented:
        return Arrival(TEXT, text=_decoded(frame.payload))
    inlet.fragments += frame.payload
    inlet.fragmented = not frame.fin
    if frame.fin:
        whole, inlet.fragments = bytes(inlet.fragments), bytearray()
        return Arrival(TEXT, text=_decoded(whole))
    return None if frame.payload else Arrival(CONTINUATION)


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        raise Violation(NOT_UTF8, "the text is not UTF-8") from None


def _closing(payload: bytes) -> Arrival:
    if not payload:
        return Arrival(CLOSE, code=NORMAL)
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in _CLOSE_CODES or 3000 <= code <= 4999):
        raise Violation(PROTOCOL_ERROR, "the close code is not one to be sent")
    return Arrival(CLOSE, code=code, text=_decoded(payload[2:]))


def text(message: str | bytes) -> bytes:
    """The one unfragmented, unmasked frame that carries a message."""
    return _frame(TEXT, message.encode() if isinstance(message, str) else message)


def pong(data: bytes) -> bytes:
    """The answer to a ping with this payload."""
    return _frame(PONG, data)


def close(code: int, reason: str = "") -> bytes:
    """A close frame; the reason is cut to what a control frame holds."""
    return _frame(CLOSE, struct.pack("!H", code) + reason.encode()[:123].decode("utf-8", "ignore").encode())


def _frame(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((_FIN | opcode, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", _FIN | opcode, 126, length) + payload
    return struct.pack("!BBQ", _FIN | opcode, 127, length) + payload
