"""One connection after another: gunicorn's gevent worker, with less work an answer and with waits that end.

What it sends and checks is gunicorn's; what differs is how often. Head and body go out in one piece, headers that were
found sound once are not looked at again, and the many waits of a process share one clock.
"""

import time
from typing import Any, ClassVar

import gevent
from gevent.monkey import get_original
from gunicorn.http import message, parser, wsgi
from gunicorn.workers.base_async import ALREADY_HANDLED
from gunicorn.workers.ggevent import GeventWorker

from webapp.web.waits import Wait

FIRST_S = 15.0
QUIET_S = 1.0
MOST_KNOWN = 512


class Worker(GeventWorker):
    """A gevent worker whose idle connections end with it: a browser keeps one open, and must not hold up a stop.

    Where a request is likely still to come it is waited for, and answered: a till must not notice a reload.
    """

    def init_process(self) -> None:
        """Begin without a connection that waits."""
        self.idle: set[_Idle] = set()
        self.cfg: Any = _Settled(self.cfg)
        _make_surroundings_once()
        parser.RequestParser.mesg_class = Asked
        super().init_process()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection, known to the waits for its requests."""
        gevent.getcurrent().client = client
        super().handle(listener, client, addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """One request: as gunicorn does it, without the hooks and the access log that nobody has set here."""
        answer, environ = wsgi.create(req, sock, addr, listener_name, self.cfg, response_class=Response)
        environ["wsgi.multithread"] = True
        if not self.alive:
            answer.force_close()
        try:
            pieces = self.wsgi(environ, answer.start_response)
            if pieces is ALREADY_HANDLED:
                return
            try:
                for piece in pieces:
                    answer.write(piece)
                answer.close()
            finally:
                if hasattr(pieces, "close"):
                    pieces.close()
        except (gevent.GreenletExit, SystemExit):
            return
        except OSError:
            raise
        except Exception:
            if not answer.headers_sent:
                raise
            self.log.exception("an answer broke off")  # another one on the same socket would corrupt it
            raise StopIteration from None
        if answer.should_close():
            raise StopIteration

    def _try_h2c_upgrade(self, *asked: Any) -> bool:
        """Only HTTP/1 is spoken here."""
        return False

    def timeout_ctx(self) -> "_Idle":
        """What surrounds the wait for the next request of a connection."""
        return _Idle(self)

    def let_idle_go(self) -> None:
        """Close the connections that have been quiet for a second; what is answered from now on closes its own."""
        gevent.get_hub().loop.run_callback(self._end_idle)  # where nothing else can wake them in between

    def _end_idle(self) -> None:
        now = time.monotonic()
        for idle in list(self.idle):
            if idle in self.idle and now - idle.since >= QUIET_S and not idle.has_come():
                idle.end()


class _Over(BaseException):
    """A connection has been waited for long enough."""


class _Idle(Wait):
    """The time for which a connection may wait for its next request, silent when it ends; known to its worker meanwhile.

    A new connection has said what it wants within fifteen seconds: who sends header after header holds no place for long.
    """

    __slots__ = ("worker",)

    def __init__(self, worker: Worker) -> None:
        known = gevent.getcurrent()
        first = not hasattr(known, "waited")
        known.waited = True
        super().__init__(FIRST_S if first else worker.cfg.keepalive, _Over)
        self.worker = worker

    def has_come(self) -> bool:
        """Whether a request has come that was not read yet."""
        client = getattr(self.greenlet, "client", None)
        if client is None or client.fileno() < 0:
            return False
        poll = get_original("select", "poll")()  # the patched one would switch, and here nobody may
        poll.register(client.fileno(), 1)
        return bool(poll.poll(0))

    def __enter__(self) -> "_Idle":
        self.worker.idle.add(self)
        super().__enter__()
        return self

    def __exit__(self, kind: Any, raised: Any, trace: Any) -> bool | None:
        self.worker.idle.discard(self)
        super().__exit__(kind, raised, trace)
        return kind is _Over


class _Settled:
    """gunicorn's settings, each looked up once: in a worker they do not change any more."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = getattr(self._settings, name)
        return value


def _make_surroundings_once() -> None:
    """What is the same in the environment of every request is made once in a process, and copied."""
    made = wsgi.base_environ
    if not hasattr(made, "kept"):
        kept: list[dict[str, Any]] = []

        def base_environ(cfg: Any) -> dict[str, Any]:
            if not kept:
                kept.append(made(cfg))
            return kept[0].copy()

        base_environ.kept = kept  # type: ignore[attr-defined]
        wsgi.base_environ = base_environ


class Asked(message.Request):  # type: ignore[misc]
    """gunicorn's request. Whom to believe about scheme and address the gate decides, so that nobody is looked at here."""

    def _peer_is_trusted_proxy(self) -> bool:
        return False


class Response(wsgi.Response):  # type: ignore[misc]
    """gunicorn's answer; a short one leaves in one piece."""

    _sound: ClassVar[set[tuple[str, str]]] = set()
    _date = (0, "")
    headers_sent: bool

    def process_headers(self, headers: list[tuple[str, str]]) -> None:
        """Check the headers and take them in; those that were sound before are sound."""
        unknown = []
        for header in headers:
            if header in self._sound:
                self.headers.append(header)
            else:
                unknown.append(header)
        before = len(self.headers)
        super().process_headers(unknown)
        if len(self._sound) < MOST_KNOWN:
            # All but the length, which is counted besides.
            self._sound.update(header for header in self.headers[before:] if header[0].lower() != "content-length")

    def default_headers(self) -> list[str]:
        """Status line, server, date and what becomes of the connection."""
        second = int(time.time())
        if second != Response._date[0]:
            Response._date = (second, super().default_headers()[2])
        connection = "upgrade" if self.upgrade else "close" if self.should_close() else "keep-alive"
        major, minor = self.req.version
        found = [
            f"HTTP/{major}.{minor} {self.status}\r\nServer: {self.version}\r\n",
            self._date[1],
            f"Connection: {connection}\r\n",
        ]
        if self.chunked:
            found.append("Transfer-Encoding: chunked\r\n")
        return found

    def write(self, arg: bytes) -> None:
        """Send a piece of the body, the first one together with the head where it is the whole."""
        if self.headers_sent or self.chunked or self._omits_body or self.response_length != len(arg):
            super().write(arg)
            return
        head = "".join(self.default_headers()) + "".join([f"{name}: {value}\r\n" for name, value in self.headers])
        self.headers_sent = True
        self.sent = len(arg)
        whole = f"{head}\r\n".encode("latin-1") + arg
        sent = self.sock.send(whole)
        if sent < len(whole):
            self.sock.sendall(whole[sent:])
