"""Statements that give no rows, on their way to PostgreSQL with the next one that does.

Inserts that follow each other become one statement, a table once in each: a group of orders goes as one. A savepoint that
nothing has been written in never leaves this process.
"""

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import count
from typing import Any

from webapp.db import dialect

Asked = tuple[str, Sequence[Any] | None]  # SQL and what stands in its places
_SAVE, _RELEASE, _UNDO = "savepoint ", "release ", "rollback to "
_PLACE = re.compile(r"\$(\d+)")


class PutOff:
    """What one connection has put off, in order."""

    def __init__(self) -> None:
        self._waiting: list[
            tuple[str, Sequence[Any] | None]
        ] = []  # the SQL of many rows with its arrays, or a plain text

    def clear(self) -> None:
        """None of it is sent."""
        self._waiting.clear()

    def rows(self, sql: str, arrays: Sequence[Any]) -> None:
        """Put an insert of many rows off, one array a column."""
        self._waiting.append((sql, arrays))

    def plain(self, text: str) -> None:
        """Put anything else off; what ends a savepoint that is still here ends it here."""
        for begins in (_RELEASE, _UNDO):
            if text.startswith(begins):
                place = self._place(_SAVE + text.removeprefix(begins))
                if place is not None:
                    del self._waiting[place : place + 1 if begins == _RELEASE else None]
                    if begins == _UNDO:
                        self._waiting.append((_SAVE + text.removeprefix(begins), None))
                    return
        self._waiting.append((text, None))

    def _place(self, text: str) -> int | None:
        for place in range(len(self._waiting) - 1, -1, -1):
            if self._waiting[place][0] == text:
                return place
        return None

    def take(self, all_of_it: bool = False) -> list[Asked]:
        """What has to go to the server now; savepoints in which nothing was written stay, unless `all_of_it` is asked for."""
        end = len(self._waiting)
        while not all_of_it and end and self._waiting[end - 1][0].startswith(_SAVE):
            end -= 1
        leaving, self._waiting = self._waiting[:end], self._waiting[end:]
        asked: list[Asked] = []
        run: dict[str, tuple[str, Sequence[Any]]] = {}
        for text, arrays in leaving:
            table = "" if arrays is None else dialect.translate_rows(text).table
            if arrays is None or table in run:
                _join(asked, run)
            if arrays is None:
                asked.append((text, None))
            else:
                run[table] = (text, arrays)
        _join(asked, run)
        return asked


def _join(asked: list[Asked], run: dict[str, tuple[str, Sequence[Any]]]) -> None:
    """The inserts of a run become one statement."""
    if run:
        asked.append(
            (_one(tuple(text for text, _ in run.values())), [one for _, arrays in run.values() for one in arrays])
        )
        run.clear()


@lru_cache(maxsize=256)
def _one(texts: tuple[str, ...]) -> str:
    """Inserts into different tables as one statement."""
    if len(texts) == 1:
        return dialect.translate_rows(texts[0]).text
    places = count(1)
    parts = []
    for number, text in enumerate(texts):
        many = dialect.translate_rows(text)
        mine = [f"${next(places)}" for _ in many.types]
        parts.append(f"part_{number} as ({_PLACE.sub(partial(_moved, mine), many.text)})")
    return " ".join(["with", ", ".join(parts), "select 1"])


def _moved(places: list[str], found: re.Match[str]) -> str:
    return places[int(found[1]) - 1]
