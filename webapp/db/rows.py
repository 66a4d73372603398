"""Rows from PostgreSQL that are used as sqlite3's are: by place and by name."""

import functools
from typing import Any


class Row(tuple):  # type: ignore[type-arg]
    """One row, by place and by name, as sqlite3.Row."""

    __slots__ = ()
    places: dict[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if key.__class__ is str else key)

    def keys(self) -> list[str]:
        """The names of its columns."""
        return list(self.places)


@functools.lru_cache(maxsize=1024)
def row_class(names: tuple[str, ...]) -> type[Row]:
    """The class of rows whose columns have these names."""
    return type("Row", (Row,), {"__slots__": (), "places": {name: place for place, name in enumerate(names)}})


def of_cursor(cursor: Any) -> Any:
    """What makes a row of a cursor's values, as psycopg asks for it."""
    described = cursor.description
    return tuple if described is None else row_class(tuple(column.name for column in described))
