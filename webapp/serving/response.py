"""gunicorn's answer; a short one leaves in one piece, and what is known to be sound is not looked at again."""

import time
from typing import Any, ClassVar

from gunicorn.http import wsgi

MOST_KNOWN = 512
_LOOKED_AT = frozenset({"content-length", "upgrade"})  # other spellings of the first, too


class Response(wsgi.Response):  # type: ignore[misc]
    """gunicorn's answer. What it sends and refuses to send is gunicorn's; status lines and names that were sound are sound."""

    _codes: ClassVar[dict[str, int]] = {}
    _names: ClassVar[set[str]] = set()
    _openings: ClassVar[dict[tuple[str, str], str]] = {}
    _second = 0
    status: Any
    headers: list[tuple[str, str]]
    headers_sent: bool
    response_length: Any
    head = ""

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """Take in the status line and the headers. Raises what gunicorn raises for what is not sound."""
        code = self._codes.get(status)
        if code is None or exc_info is not None or self.status is not None or not self._take_in(headers):
            said = super().start_response(status, headers, exc_info)
            self._remember(status, headers)
            return said
        self.status, self.status_code = status, code
        self._omits_body = self._response_omits_body(self.req.method, code)
        if self._omits_body and self._response_forbids_content_length(code):
            self.headers = [header for header in self.headers if header[0].lower() != "content-length"]
            self.response_length = None
        self.chunked = self.is_chunked()
        return self.write

    def _take_in(self, headers: list[tuple[str, str]]) -> bool:
        """Take headers in of which each name is known and each value printable; False where one is not."""
        known = self._names
        length = None
        for name, value in headers:
            if name not in known:
                return False
            if name == "Content-Length":
                length = value
        head = "\r\n".join([f"{name}: {value}" for name, value in headers])
        plain = head.replace("\r\n", "", len(headers) - 1)
        if not (plain.isascii() and plain.isprintable()) or (length is not None and not length.isdigit()):
            return False
        self.headers = headers
        self.head = head
        self.response_length = None if length is None else int(length)
        return True

    def _remember(self, status: str, headers: list[tuple[str, str]]) -> None:
        """Names that go from hop to hop change the answer, so that they are looked at each time."""
        if len(self._names) < MOST_KNOWN and len(self._codes) < MOST_KNOWN:
            kept = {name for name, _ in headers} & {name for name, _ in self.headers}
            self._names.update({name for name in kept if name == "Content-Length" or name.lower() not in _LOOKED_AT})
            self._codes[status] = self.status_code

    def default_headers(self) -> list[str]:
        """Status line, server, date and what becomes of the connection."""
        connection = "upgrade" if self.upgrade else "close" if self.should_close() else "keep-alive"
        second = int(time.time())
        if second != Response._second:
            self._openings.clear()
            Response._second = second
        opening = self._openings.get((self.status, connection))
        if opening is None or self.req.version != (1, 1):
            opening = "".join(super().default_headers()[:4])
            if self.req.version == (1, 1):
                self._openings[self.status, connection] = opening
        return [opening, "Transfer-Encoding: chunked\r\n"] if self.chunked else [opening]

    def write(self, arg: bytes) -> None:
        """Send a piece of the body, the first one together with the head where it is the whole."""
        if self.headers_sent or self.chunked or self._omits_body or self.response_length != len(arg):
            super().write(arg)
            return
        head = self.head or "\r\n".join([f"{name}: {value}" for name, value in self.headers])
        self.headers_sent = True
        self.sent = len(arg)
        whole = f"{self.default_headers()[0]}{head}\r\n\r\n".encode("latin-1") + arg
        sent = self.sock.send(whole)
        if sent < len(whole):
            self.sock.sendall(whole[sent:])
