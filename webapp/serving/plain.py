"""Requests as tills, programs and browsers send them, read in a few steps. All others gunicorn reads.

Plain is a head that arrived in one piece, of printable ASCII, in HTTP/1.1, without a name that comes twice and without
anything but Content-Length that says how a body is to be read. What is not plain is given back untouched, so that nothing
is refused here: gunicorn's reader says what is wrong with it. Source of what may stand where: RFC 9112, sections 2 to 6.
"""

import re
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from gunicorn.http import message, parser, wsgi
from gunicorn.http.body import Body, LengthReader

MOST_HEAD = 8190  # bytes; a longer one is read by who knows the limits of its parts
MOST_FIELDS = 100
MOST_KNOWN = 512
Target = tuple[str, str, str, str]  # method, address as sent, path, query

_NAME = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")  # without the underscore, which stands for two names
_LINE = re.compile(r"(?!CONNECT )([A-Z]{3,20}) (/(?!/)[^ #]*) HTTP/1\.1")
# These say how the rest is to be read, or want an answer of their own.
_NOT_PLAIN = frozenset({"TRANSFER-ENCODING", "EXPECT", "TRAILER"})
_targets: dict[str, Target] = {}
_keys: dict[str, str] = {}


class Asked(message.Request):  # type: ignore[misc]
    """gunicorn's request. Whom to believe about scheme and address the gate decides, so that nobody is looked at here."""

    def _peer_is_trusted_proxy(self) -> bool:
        return False


class Plain:
    """A plain request, with what of gunicorn's the worker and the answer look at. environ: WSGI's, complete.

    is_whole: its body is in memory, so that nothing of it has to be read before the next request.
    """

    __slots__ = ("body", "environ", "is_whole", "must_close")
    version: ClassVar[tuple[int, int]] = (1, 1)

    def __init__(self, environ: dict[str, Any], body: Any) -> None:
        self.environ, self.body = environ, body
        self.is_whole = type(body) is BytesIO
        environ["wsgi.input"] = body
        said = environ.get("HTTP_CONNECTION")
        self.must_close = said is not None and said.lower() == "close"

    @property
    def method(self) -> str:
        """The method, as sent."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def uri(self) -> str:
        """The address, as sent."""
        return str(self.environ["RAW_URI"])

    def should_close(self) -> bool:
        """Whether the client wants no more on this connection."""
        return self.must_close


class Requests(parser.RequestParser):  # type: ignore[misc]
    """The requests of a connection, one after the other. server: the address that it came to, as the socket has it."""

    mesg_class = Asked
    mesg: Any

    def __init__(self, cfg: Any, client: Any, peer: Any, server: Any) -> None:
        super().__init__(cfg, client, peer)
        self.server = server
        self.around: dict[str, Any] | None = None
        if isinstance(peer, tuple) and isinstance(server, tuple):  # where it came by a file, the Host is looked at
            self.around = _around(cfg, client, peer, server) | {"takings.unreader": self.unreader}

    def __next__(self) -> Any:
        before = self.mesg
        if before is not None:
            if before.should_close():
                raise StopIteration
            is_whole = type(before) is Plain and before.is_whole
            if not is_whole and not self.finish_body():
                raise StopIteration
        self.req_count += 1
        sent = self.unreader.read()
        found = self._plain(sent)
        if found is None:
            self.unreader.unread(sent)
            found = Asked(self.cfg, self.unreader, self.source_addr, self.req_count)
        self.mesg = found
        return found

    def _plain(self, sent: bytes) -> Plain | None:
        """The request that begins what was sent, if it is plain; what comes behind its head is kept for its body."""
        end = sent.find(b"\r\n\r\n", 0, MOST_HEAD)
        head = sent[:end] if end > 0 else b"\xff"
        if self.around is None or not head.isascii():
            return None
        environ = self.around.copy()
        if not _take_in(head.decode("ascii"), environ):
            return None
        said = environ.get("CONTENT_LENGTH", "0")
        if len(said) > 15 or not said.isdigit():
            return None
        begin, length = end + 4, int(said)
        if len(sent) - begin == length:
            return Plain(environ, BytesIO(sent[begin:]))
        if len(sent) - begin > length:
            self.unreader.unread(sent[begin + length :])
            return Plain(environ, BytesIO(sent[begin : begin + length]))
        self.unreader.unread(sent[begin:])
        return Plain(environ, Body(LengthReader(self.unreader, length)))


def _around(cfg: Any, client: Any, peer: tuple[Any, ...], server: tuple[Any, ...]) -> dict[str, Any]:
    """What is the same in the environment of all plain requests of a connection."""
    return {
        **wsgi.base_environ(cfg),
        "gunicorn.socket": client,
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": peer[0],
        "REMOTE_PORT": str(peer[1]),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SCRIPT_NAME": "",
    }


def _take_in(head: str, environ: dict[str, Any]) -> bool:
    """The head's lines into the environment; False where it is not plain, and the environment is of no use."""
    lines = head.split("\r\n")
    if len(lines) > MOST_FIELDS or not "".join(lines).isprintable():  # so that no line holds half of a line's end
        return False
    target = _targets.get(lines[0]) or _find_target(lines[0])
    if target is None:
        return False
    environ["REQUEST_METHOD"], environ["RAW_URI"], environ["PATH_INFO"], environ["QUERY_STRING"] = target
    size = len(environ)
    del lines[0]
    for line in lines:
        name, colon, value = line.partition(":")
        key = _keys.get(name) or _find_key(name)
        if not key or not colon:
            return False
        environ[key] = value.strip(" ")
    return len(environ) == size + len(lines)  # else a name came twice


def _find_target(line: str) -> Target | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    method, uri = found.groups()
    path, _, query = uri.partition("?")
    target = method, uri, unquote_to_bytes(path).decode("latin-1") if "%" in path else path, query
    if len(_targets) < MOST_KNOWN:
        _targets[line] = target
    return target


def _find_key(name: str) -> str:
    """WSGI's name of a header; empty where it is none, or makes a request one that is not plain."""
    if not _NAME.fullmatch(name) or name.upper() in _NOT_PLAIN:
        return ""
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(_keys) < MOST_KNOWN:
        _keys[name] = key
    return key
