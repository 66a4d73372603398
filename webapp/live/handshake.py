"""The handshake of RFC 6455 for who asks for a socket and nothing else, answered before the framework is entered.

It is a third of the work of the long way, and ten thousand screens come back at once after a restart. Whatever is not
plain (another version, a subprotocol, a query, a page of another site, no room) goes the long way, through flask-sock,
which agrees or refuses in words; so nothing is let in here that would be refused there.
"""

import base64
import hashlib
import os
import re
from typing import Any

from webapp.db import store
from webapp.live import hub
from webapp.live.origins import is_own

_KEY = re.compile(r"[A-Za-z0-9+/]{22}==", re.ASCII)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_AGREED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)
_NOT_PLAIN = ("HTTP_SEC_WEBSOCKET_PROTOCOL", "HTTP_TRANSFER_ENCODING", "CONTENT_LENGTH", "QUERY_STRING")


def shake_hands(environ: dict[str, Any]) -> bool:
    """Whether the connection is the hub's now: its handshake was plain, and was answered. Raises OSError of the line."""
    if not _is_plain(environ) or not hub.driven() or not hub.current().has_room():
        return False
    sock = environ["gunicorn.socket"]
    digest = hashlib.sha1(environ["HTTP_SEC_WEBSOCKET_KEY"].encode() + _GUID, usedforsecurity=False).digest()
    sock.sendall(_AGREED % base64.b64encode(digest))
    hand_over(sock, environ)
    return True


def _is_plain(environ: dict[str, Any]) -> bool:
    given = environ.get
    if not _KEY.fullmatch(given("HTTP_SEC_WEBSOCKET_KEY", "")) or given("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return False
    if given("HTTP_UPGRADE", "").lower() != "websocket" or given("SERVER_PROTOCOL") != "HTTP/1.1":
        return False
    if "upgrade" not in [word.strip() for word in given("HTTP_CONNECTION", "").lower().split(",")]:
        return False
    if any(given(name) for name in _NOT_PLAIN) or "gunicorn.socket" not in environ:
        return False
    origin, host = given("HTTP_ORIGIN"), given("HTTP_HOST", "")
    return bool(host) and (origin is None or is_own(origin, host, store.settings().public_url))


def hand_over(sock: Any, environ: dict[str, Any]) -> None:
    """The hub has the connection, with what was sent behind its handshake. The server closes its own descriptor."""
    fd = os.dup(sock.fileno())
    hub.current().adopt(fd, _sent_behind(environ))
    hub.wake()


def _sent_behind(environ: dict[str, Any]) -> bytes:
    # What the client has sent behind its handshake was read by gunicorn together with it.
    reader = getattr(environ.get("wsgi.input"), "reader", None)
    unreader = getattr(reader, "unreader", None)
    return unreader.take_buffered() if unreader is not None else b""
