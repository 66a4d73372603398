"""CSV out: UTF-8 without a mark, CRLF, streamed, and no cell that a spreadsheet would run as a formula."""

import csv
import re
import time
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, TypeVar
from urllib.parse import quote

Row = TypeVar("Row")
CHUNK = 64_000
BREATH = 50  # rows after which others have their turn
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as a cell: an apostrophe stands before one that begins with = + - @, a tab or a carriage return."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def cell(value: Any) -> Any:
    """A value as a cell: texts guarded, numbers as they are (exact), None empty, truth as true and false."""
    if isinstance(value, str):
        return guarded(value)
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    return value


def in_turns(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; every few of them let others have their turn, so that under gevent nobody waits for a long list."""
    for at, row in enumerate(rows, 1):
        yield row
        if at % BREATH == 0:
            time.sleep(0)


def stream(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """The file in chunks: a row of columns, then the rows. Closing it closes the rows."""
    page = StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(columns)
    source = iter(rows)
    try:
        for row in in_turns(source):
            writer.writerow([cell(value) for value in row])
            if page.tell() >= CHUNK:
                yield page.getvalue().encode("utf-8", "replace")
                page.seek(0)
                page.truncate()
        yield page.getvalue().encode("utf-8", "replace")
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def disposition(filename: str) -> str:
    """The header that saves an answer under a name; whatever is no plain character of it is escaped (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", filename)[:100] or "file"
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename[:100], safe='')}"
