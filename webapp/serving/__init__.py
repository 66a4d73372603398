"""One connection after another: gunicorn's gevent worker, with less work an answer and with waits that end.

What it sends and checks is gunicorn's; what differs is how often. Head and body go out in one piece, headers that were
found sound once are not looked at again, and the many waits of a process share one clock.
"""

import errno
import time
from typing import Any

import gevent
from gevent.monkey import get_original
from gunicorn import util
from gunicorn.http import errors, wsgi
from gunicorn.workers.base_async import ALREADY_HANDLED
from gunicorn.workers.ggevent import GeventWorker

from webapp.serving.plain import Plain, Requests
from webapp.serving.response import Response
from webapp.web.waits import Wait

FIRST_S = 15.0
QUIET_S = 1.0
_GONE = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN})


class Worker(GeventWorker):
    """A gevent worker whose idle connections end with it: a browser keeps one open, and must not hold up a stop.

    Where a request is likely still to come it is waited for, and answered: a till must not notice a reload.
    """

    def init_process(self) -> None:
        """Begin without a connection that waits."""
        self.idle: set[_Idle] = set()
        self.cfg: Any = _Settled(self.cfg)
        _make_surroundings_once()
        super().init_process()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection, request after request, until one of the two ends it; known to the waits meanwhile."""
        gevent.getcurrent().client = client
        client.setblocking(True)
        try:
            self._serve(Requests(self.cfg, client, addr, listener.getsockname()), client, addr)
        except OSError as error:
            if error.errno not in _GONE:
                self.log.exception("a connection broke off")
        except BaseException as error:
            self.handle_error(None, client, addr, error)
        finally:
            util.close(client)

    def _serve(self, requests: Requests, client: Any, addr: Any) -> None:
        idle = _Idle(self)
        try:
            while True:
                request = None
                with idle:
                    request = next(requests)
                if request is None:  # it was waited for long enough
                    return
                self.handle_request(requests.server, request, client, addr)
        except (errors.NoMoreData, StopIteration):
            return
        except OSError:
            raise
        except Exception as error:
            self.handle_error(request, client, addr, error)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """One request: as gunicorn does it, without the hooks and the access log that nobody has set here."""
        if type(req) is Plain:
            answer, environ = Response(req, sock, self.cfg), req.environ
        else:
            answer, environ = wsgi.create(req, sock, addr, listener_name, self.cfg, response_class=Response)
            environ |= {"wsgi.multithread": True, "takings.unreader": req.unreader}
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
        super().__init__(FIRST_S, _Over)
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
        self.seconds = self.worker.cfg.keepalive
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
