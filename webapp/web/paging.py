"""Lists a page at a time: the cursor is opaque, names the last thing shown, and carries the filters it was shown under.

asked = paging.ask()                  # limit, after, args: the filters of the query or of the cursor
rows = dao.find(tx, ..., limit=asked.limit + 1)
items, next = asked.cut(rows, lambda row: [row["placed_ms"], row["id"]])
return respond({"items": shaped(items), "next": next}, next=next)
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import current_app, g, request
from werkzeug.datastructures import MultiDict

from webapp.errors import Invalid, invalid_parameter

Row = TypeVar("Row")
DEFAULT, MOST = 50, 500
NAMES = ("cursor", "limit")
_OWN = frozenset({"cursor", "limit", "format"})


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: `args` are the filters in force, `after` the place of the last thing shown or None."""

    path: str
    args: MultiDict[str, str]
    limit: int
    after: list[Any] | None
    face: str | None = None

    def cut(self, rows: Sequence[Row], place: Callable[[Row], list[Any]]) -> tuple[Sequence[Row], str | None]:
        """The rows to show and the address of the next page, of limit + 1 rows that were looked for.

        place: what tells a row's place in the order, JSON values.
        """
        if len(rows) <= self.limit:
            return rows, None
        shown = rows[: self.limit]
        return shown, self.next(place(shown[-1]))

    def next(self, place: list[Any]) -> str:
        """The address of the page after that place."""
        query = [("cursor", encode(self.path, self.args, place))]
        if self.limit != DEFAULT:
            query.append(("limit", str(self.limit)))
        if self.face is not None:
            query.append(("format", self.face))
        return f"{self.path}?{urlencode(query)}"


def ask(default: int = DEFAULT, most: int = MOST) -> Asked:
    """What this request asks for. Raises Invalid: limit not from 1 to most, a broken cursor, filters that differ."""
    args = MultiDict((name, value) for name, value in request.args.items(multi=True) if name not in _OWN)
    limit = _limit(request.args.get("limit"), default, most)
    cursor, face = request.args.get("cursor"), request.args.get("format")
    if cursor is None:
        return Asked(request.path, args, limit, None, face)
    kept, after = decode(request.path, cursor)
    for name in args:
        if args.getlist(name) != kept.getlist(name):
            raise invalid_parameter(name, "conflict", "The cursor was made under another filter.")
    g.under = kept  # what the addresses on the page go on from
    return Asked(request.path, kept, limit, after, face)


def every(find: Callable[[Any], tuple[Sequence[Row], Any]]) -> Iterator[Row]:
    """Every row of a list, a page at a time: find(place) gives the rows behind a place (None: from the start) and the
    place behind these, None at the end."""
    rows, place = find(None)
    yield from rows
    while place is not None:
        rows, place = find(place)
        yield from rows


def _limit(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 1000):
        fraction = text.isascii() and text.replace(".", "", 1).isdigit()
        raise invalid_parameter("limit", "not_whole" if fraction else "not_a_number", "The limit is a whole number.")
    limit = int(text)
    if not 1 <= limit <= most:
        code = "too_small" if limit < 1 else "too_large"
        raise invalid_parameter("limit", code, f"The limit is 1 to {most}.")
    return limit


def encode(path: str, args: MultiDict[str, str], place: list[Any]) -> str:
    """The cursor of a place in the list of an address under its filters."""
    content = json.dumps([list(args.items(multi=True)), place], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(path, content) + content).decode().rstrip("=")


def decode(path: str, cursor: str) -> tuple[MultiDict[str, str], list[Any]]:
    """The filters and the place of a cursor. Raises Invalid when it is not one that `encode` made for this address."""
    try:
        sent = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        seal, content = sent[:_SEAL], sent[_SEAL:]
        if not hmac.compare_digest(seal, _seal(path, content)):
            raise ValueError
        pairs, place = json.loads(content)
    except ValueError:
        raise _broken() from None
    return MultiDict([(name, value) for name, value in pairs]), place


_SEAL = 8


def _seal(path: str, content: bytes) -> bytes:
    secret: bytes = current_app.config.get("CURSOR_KEY", b"")
    return hashlib.blake2b(path.encode() + b"\n" + content, key=secret[:64], digest_size=_SEAL).digest()


def _broken() -> Invalid:
    return invalid_parameter("cursor", "unknown", "This cursor is broken; ask for the list anew.")
