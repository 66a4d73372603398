"""One exchange over HTTP under one deadline, however slowly the other side sends; httpx below, nothing kept after it."""

import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    import ssl

    import httpcore
    import httpx

CONNECT_S = 5.0
# So much is sent before the clock is looked at again.
SLICE = 16_384
T = TypeVar("T")


class Overdue(Exception):
    """The deadline came first."""


class Oversized(Exception):
    """More bytes came than are read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Broken(Exception):
    """There was no connection, or it broke; says why in words that hold no address."""


class Request(NamedTuple):
    """What is asked. json: the body, None for none."""

    method: str
    url: str
    params: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    json: Any


class Got(NamedTuple):
    """What came back: the content is unpacked, header names are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


def exchange(request: Request, within_s: float, most_bytes: int) -> Got:
    """Ask once. Raises Overdue after `within_s` seconds, Oversized, or Broken."""
    import httpcore
    import httpx

    limit = _Limit(time.monotonic() + within_s)
    try:
        with httpx.Client(transport=_transport(limit), timeout=None, follow_redirects=False) as client:
            headers = {"accept": "application/json", "accept-encoding": "identity", **(request.headers or {})}
            asked = client.build_request(
                request.method, request.url, params=request.params, headers=headers, json=request.json
            )
            answer = client.send(asked, stream=True)
            raw = _gather(answer.iter_raw(), answer.status_code, most_bytes)
            lower = {name.lower(): value for name, value in answer.headers.items()}
            return Got(answer.status_code, lower, _unpacked(raw, lower, answer.status_code, most_bytes))
    except (httpcore.TimeoutException, httpx.TimeoutException):
        if limit.left() <= 0:
            raise Overdue from None
        raise Broken("it did not accept the connection in time") from None
    except (httpcore.NetworkError, httpx.NetworkError, OSError) as problem:
        raise Broken(_words(problem)) from None
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, zlib.error) as problem:
        raise Broken(f"the answer was no HTTP ({type(problem).__name__})") from None


def _words(problem: BaseException) -> str:
    # The last cause says most: "Connection refused", "certificate verify failed".
    while problem.__cause__ or problem.__context__:
        problem = problem.__cause__ or problem.__context__ or problem
    reason = getattr(problem, "verify_message", None) or getattr(problem, "strerror", None)
    return str(reason or type(problem).__name__)


def _gather(chunks: Iterable[bytes], status: int, most_bytes: int) -> bytes:
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) > most_bytes:
            raise Oversized(status)
    return bytes(raw)


def _unpacked(raw: bytes, headers: Mapping[str, str], status: int, most_bytes: int) -> bytes:
    # It was asked not to pack; who does it all the same is unpacked up to the limit and no further.
    if headers.get("content-encoding", "").lower() not in ("gzip", "x-gzip", "deflate"):
        return raw
    content = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw, most_bytes + 1)
    if len(content) > most_bytes:
        raise Oversized(status)
    return content


# ---- The deadline, held at every touch of the network ----


class _Limit:
    def __init__(self, ends: float) -> None:
        self.ends = ends

    def left(self) -> float:
        return self.ends - time.monotonic()

    def seconds(self, late: type[Exception]) -> float:
        left = self.left()
        if left <= 0:
            raise late
        return left


def _in_time(work: Callable[[], T], within_s: float, late: type[Exception], drop: Callable[[T], None]) -> T:
    """What `work` returns. Resolving a name has no timeout of its own, so it runs beside and may be left behind."""
    done: list[T] = []
    failed: list[BaseException] = []
    lock, state = threading.Lock(), {"left": False}

    def run() -> None:
        try:
            result = work()
        except BaseException as problem:
            failed.append(problem)
            return
        with lock:
            if state["left"]:
                drop(result)
            else:
                done.append(result)

    thread = threading.Thread(target=run, daemon=True, name="connect")
    thread.start()
    thread.join(within_s)
    with lock:
        if failed:
            raise failed[0]
        if done:
            return done[0]
        state["left"] = True
    raise late


@lru_cache(maxsize=1)
def _trust() -> "ssl.SSLContext":
    import httpx

    return httpx.create_ssl_context()


def _transport(limit: _Limit) -> "httpx.BaseTransport":
    """A transport of httpx over a pool of httpcore whose every read and write ends at the deadline."""
    import httpcore
    import httpx

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: "httpcore.NetworkStream") -> None:
            self.inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self.inner.read(max_bytes, limit.seconds(httpcore.ReadTimeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            for start in range(0, len(buffer), SLICE):
                self.inner.write(buffer[start : start + SLICE], limit.seconds(httpcore.WriteTimeout))

        def close(self) -> None:
            self.inner.close()

        def start_tls(
            self, ssl_context: "ssl.SSLContext", server_hostname: str | None = None, timeout: float | None = None
        ) -> "httpcore.NetworkStream":
            left = limit.seconds(httpcore.ConnectTimeout)
            return Stream(self.inner.start_tls(ssl_context, server_hostname, left))

        def get_extra_info(self, info: str) -> Any:
            return self.inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(
            self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> "httpcore.NetworkStream":  # fmt: skip
            left = min(CONNECT_S, limit.seconds(httpcore.ConnectTimeout))
            plain = httpcore.SyncBackend()
            stream = _in_time(
                lambda: plain.connect_tcp(host, port, left), left, httpcore.ConnectTimeout, lambda late: late.close()
            )
            return Stream(stream)

    class Body(httpx.SyncByteStream):
        def __init__(self, content: Any) -> None:
            self.content = content

        def __iter__(self) -> Any:
            yield from self.content

        def close(self) -> None:
            self.content.close()

    class Transport(httpx.BaseTransport):
        def __init__(self) -> None:
            self.pool = httpcore.ConnectionPool(
                ssl_context=_trust(), max_keepalive_connections=0, network_backend=Backend()
            )

        def handle_request(self, request: "httpx.Request") -> "httpx.Response":
            url = request.url
            target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
            answer = self.pool.handle_request(
                httpcore.Request(request.method, target, headers=request.headers.raw, content=request.stream)
            )
            return httpx.Response(answer.status, headers=answer.headers, stream=Body(answer.stream))

        def close(self) -> None:
            self.pool.close()

    return Transport()
