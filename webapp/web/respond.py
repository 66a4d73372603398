"""Answers of routes: one address, several faces. What is not asked for is not made.

return respond(lambda: shape(order), page=lambda: ("orders/show.html", {"order": order}))
return made(answer, location=f"/orders/{answer['id']}", key=key)
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request

from webapp.db.writer import Key
from webapp.errors import PreconditionFailed
from webapp.web import answers, csvio, here, jsonio, negotiate, xlsxio
from webapp.web.answers import Answer, Finished

Page = tuple[str, Mapping[str, Any]]
Table = tuple[Iterable[str], Iterable[Iterable[Any]]]
Sheet = tuple[Iterable[str], Iterable[Iterable[Any]], Mapping[str, Any]]
Lazy = Any
SHEETS = ("csv", "xlsx")  # what answers with one answers with the other
_LOCATION_SAFE = "/?&=%#:;,+@!$'()*~-._[]"
_PLAIN = re.compile(r"(/[a-z0-9_-]+)+", re.ASCII)


def wanted(*offered: str) -> str:
    """The face that will be answered with, of those offered (html, json, csv, xlsx); Invalid for a bad `format`."""
    return negotiate.face(*offered)


def respond(
    data: Lazy = None,
    *,
    page: Page | Callable[[], Page | Finished] | None = None,
    partial: Page | Callable[[], Page] | None = None,
    csv: Table | Callable[[], Table] | None = None,
    xlsx: Table | Sheet | Callable[[], Table | Sheet] | None = None,
    filename: str = "",
    status: int = 200,
    location: str | None = None,
    next: str | None = None,
    secret: bool = False,
) -> Response:
    """The best face of a read, or of a refusal that is no problem.

    data: what JSON says, or bytes of JSON, or a function that makes either; None: there is no JSON. page and partial: a
    template and its context, or a function that gives them (a Finished page, too); partial is the fragment alone. csv:
    columns and rows, streamed as CSV or as the sheet of an XLSX, whichever is asked for; xlsx: the same with what a second
    sheet says of it as a third; filename: what both are saved as. next: the address of the next page of a list.
    secret: a secret or a personal field is shown, so that nobody keeps it.
    """
    offered = (*(("json",) if data is not None else ()), *(("html",) if page else ()))
    face = negotiate.face(*offered, *(SHEETS if csv else ()))
    headers = []
    if location is not None:
        headers.append(("Location", local(location)))
    if next is not None:
        headers.append(("Link", f'<{local(next)}>; rel="next"'))
    if face == "csv":
        columns, rows = _made(csv)
        headers.append(("Content-Disposition", csvio.disposition(filename or "takings.csv")))
        return answers.stream(csvio.stream(columns, rows), answers.CSV, headers)
    if face == "xlsx":
        name = (filename or "takings.csv").rpartition(".")[0] + ".xlsx"
        headers.append(("Content-Disposition", csvio.disposition(name)))
        return answers.stream(xlsxio.stream(*_made(xlsx or csv)), negotiate.XLSX, headers)
    if face == "json":
        return answers.send(_json(_made(data)), status, headers, secret)
    shown = partial if partial is not None and negotiate.is_partial() else page
    return answers.send(_page(_made(shown)), status, headers, secret)


def _made(value: Lazy) -> Any:
    return value() if callable(value) else value


def _json(value: Any) -> Finished:
    if isinstance(value, Finished):
        return value
    return Finished(value if isinstance(value, bytes) else jsonio.to_bytes(value), answers.JSON)


def _page(value: Page | Finished) -> Finished:
    if isinstance(value, Finished):
        return value
    template, context = value
    return Finished(render_template(template, **context).encode("utf-8", "replace"), answers.HTML)


def made(
    data: Any, *, location: str | None = None, status: int = 201, key: Key | None = None, see: str | None = None
) -> Response:
    """The answer to what was done: JSON with its Location, or after a form 303 to `see` or the location.

    key: the one the writer was given; an answer that it had kept says `Idempotent-Replayed: true`.
    """
    if negotiate.wants_page():
        return _see(see or location or request.path, key)
    headers = [] if location is None else [("Location", local(location))]
    if key is not None and key.replayed:
        headers.append(("Idempotent-Replayed", "true"))
    return answers.send(_json(data), status, headers)


def nothing(*, see: str | None = None, key: Key | None = None) -> Response:
    """204, or after a form 303 to `see`."""
    if negotiate.wants_page():
        return _see(see or request.path, key)
    replayed = [("Idempotent-Replayed", "true")] if key is not None and key.replayed else []
    return Answer(b"", 204, [answers.VARY, *replayed])


def _see(location: str, key: Key | None) -> Answer:
    replayed = [("Idempotent-Replayed", "true")] if key is not None and key.replayed else []
    return Answer(b"", 303, [answers.VARY, ("Location", local(location)), ("Content-Length", "0"), *replayed])


def local(address: str) -> str:
    """An address of this site as a header can hold it: absolute path, escaped. Raises ValueError for any other."""
    if _PLAIN.fullmatch(address):
        return address
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        raise ValueError(f"{address!r} is no address of this site")
    return quote(address, safe=_LOCATION_SAFE)


def require_match(current: Any) -> None:
    """Honour `If-Match` of a PATCH: `current` is what a JSON read shows now.

    Raises PreconditionFailed when the client read something else.
    """
    said = here.environ().get("HTTP_IF_MATCH")
    if said is None or said.strip() == "*":
        return
    etag = _json(_made(current)).etag
    if etag[2:] not in said:
        raise PreconditionFailed("It was changed since you read it; read it again.")
