"""What the database knows of the shop, its channels and its locations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from webapp.db import queries

sql = queries.load("shop")
T = TypeVar("T")


def find_channels(tx: Any) -> list[Any]:
    """Every channel (id, code, name, kind) in the order in which they were made."""
    return sql.find_channels.all(tx)


def find_locations(tx: Any) -> list[Any]:
    """Every location (id, code, name, region, latitude, longitude, time_zone); the first is the default."""
    return sql.find_locations.all(tx)


def channels(tx: Any) -> Mapping[int | str, Any]:
    """Every channel by its id (a number) and by its code (a text)."""
    return _kept(tx, "channel", lambda: _by_id_and_code(find_channels(tx)))


def locations(tx: Any) -> Mapping[int | str, Any]:
    """Every location by its id (a number) and by its code (a text)."""
    return _kept(tx, "location", lambda: _by_id_and_code(find_locations(tx)))


def _by_id_and_code(rows: list[Any]) -> dict[int | str, Any]:
    found: dict[int | str, Any] = {}
    for row in rows:
        found[row[0]] = found[row[1]] = row
    return found


def default_location_id(tx: Any) -> int:
    """The location whose stock counts for a sale that names none."""
    return _kept(tx, "default location", lambda: sql.default_location_id.value(tx))


class _Known:
    """What a writer's connection has read: rows of channels and locations are only ever added, each under a new number."""

    connection: Any = None
    found: dict[str, tuple[int, Any]] = {}


def _kept(tx: Any, name: str, read: Callable[[], T]) -> T:
    """What `read()` gives, read again when the counter behind it has moved. Who does not write reads each time."""
    committed = getattr(tx, "committed", None)
    number = committed(name.rpartition(" ")[2]) if committed else None
    if number is None:
        return read()
    if _Known.connection is not tx.connection:
        _Known.connection, _Known.found = tx.connection, {}
    kept = _Known.found.get(name)
    if kept is not None and kept[0] == number:
        found: T = kept[1]
        return found
    found = read()
    if found and not isinstance(tx, queries.Foresight):
        _Known.found[name] = (number, found)
    return found


def insert_channels(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add channels: (id, code, name, kind)."""
    sql.insert_channels.rows(tx, rows)


def insert_locations(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add locations: (id, code, name, region, latitude, longitude, time_zone)."""
    sql.insert_locations.rows(tx, rows)


def update_setting(tx: Any, name: str, value: str) -> bool:
    """Set one of the shop's settings anew; whether it was another before."""
    return sql.update_setting.run(tx, name=name, value=value) > 0


def find_last_backup_job(tx: Any) -> Any:
    """The backup that was asked for or due last (id, kind, state, error, created_ms, ended_ms), or None."""
    return sql.find_last_backup_job.one(tx)
