"""Answers off the hot path of a framework: finished bytes with their headers, validators and compression."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.datastructures import Headers

from webapp.web import here, negotiate

HTML, JSON, CSV = "text/html; charset=utf-8", "application/json", "text/csv; charset=utf-8"
PROBLEM = "application/problem+json"
VARY = ("Vary", "Accept, HX-Request, Accept-Encoding")
FRESH = ("Cache-Control", "private, no-cache")
SECRET = ("Cache-Control", "no-store")
LEAST_GZIP, LEAST_GZIP_WRITE = 256, 16_384
_LEVEL = 4
_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_READS = ("GET", "HEAD")


class Answer(Response):
    """A finished answer: it goes out as it stands, without the steps that guess what is missing."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        self._status, self._status_code = _LINES[status], status
        self.headers = Headers()
        self.headers._list = headers  # type: ignore[attr-defined]
        self.response = [body]
        self.direct_passthrough = False
        self._on_close = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """The WSGI answer; HEAD has all but the body."""
        start_response(self._status, list(self.headers._list))  # type: ignore[attr-defined]
        return () if environ["REQUEST_METHOD"] == "HEAD" else self.response  # type: ignore[return-value]


class Finished:
    """A representation that may be kept and sent to many: bytes, type, weak validator; packed when first asked for."""

    def __init__(self, body: bytes, kind: str) -> None:
        self.body, self.kind = body, kind

    @cached_property
    def etag(self) -> str:
        """The weak validator, by content."""
        return f'W/"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'

    @cached_property
    def packed(self) -> bytes:
        """The body in gzip; the same bytes for the same body."""
        return pack(self.body)


def pack(body: bytes) -> bytes:
    """The body in gzip, without a time in it."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def send(
    finished: Finished, status: int = 200, headers: Iterable[tuple[str, str]] = (), secret: bool = False
) -> Answer:
    """The answer: a read with its validator (304 where the client has it), compressed where that is asked for.

    secret: nobody keeps it.
    """
    environ = here.environ()
    said = [VARY, *headers]
    reads = environ["REQUEST_METHOD"] in _READS
    if secret:
        said.append(SECRET)
    elif reads and status == 200 and SECRET not in said:
        said += (FRESH, ("ETag", finished.etag))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (finished.etag[2:] in known or known.strip() == "*"):
            return Answer(b"", 304, said)
    body = finished.body
    if len(body) >= (LEAST_GZIP if reads else LEAST_GZIP_WRITE) and negotiate.takes_gzip():
        body = finished.packed
        said.append(("Content-Encoding", "gzip"))
    said += (("Content-Type", finished.kind), ("Content-Length", str(len(body))))
    return Answer(body, status, said)


def stream(chunks: Iterable[bytes], kind: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer that is sent as it is made. The first chunk is made now, so that a refusal is still an answer.

    A workbook is a zip, which is not packed once more.
    """
    pieces = iter(chunks)
    packed = [("Content-Encoding", "gzip")] if kind != negotiate.XLSX and negotiate.takes_gzip() else []
    if here.environ()["REQUEST_METHOD"] == "HEAD":
        close = getattr(pieces, "close", None)
        if close:
            close()
        return Answer(b"", 200, [VARY, FRESH, *packed, *headers, ("Content-Type", kind)])
    if packed:
        pieces = _packed(pieces)
    first = next(pieces, b"")
    answer = Response(_Chunks(first, pieces), content_type=kind)
    answer.headers.extend([VARY, FRESH, *packed, *headers])
    return answer


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces in gzip, each readable when it has arrived."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    try:
        for piece in pieces:
            yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()


class _Chunks:
    """The first chunk, then the others; closes what makes them."""

    def __init__(self, first: bytes, rest: Any) -> None:
        self.first: bytes | None = first
        self.rest = rest

    def __iter__(self) -> "_Chunks":
        return self

    def __next__(self) -> bytes:
        if self.first is not None:
            first, self.first = self.first, None
            return first
        piece: bytes = next(self.rest)
        return piece

    def close(self) -> None:
        """Close the generator, and with it what it holds."""
        if hasattr(self.rest, "close"):
            self.rest.close()
