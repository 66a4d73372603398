"""What the database knows of the shop, its channels and its locations."""

from collections.abc import Sequence
from typing import Any

from webapp.db import queries

sql = queries.load("shop")


def find_channels(tx: Any) -> list[Any]:
    """Every channel (id, code, name, kind) in the order in which they were made."""
    return sql.find_channels.all(tx)


def find_locations(tx: Any) -> list[Any]:
    """Every location (id, code, name, region, latitude, longitude, time_zone); the first is the default."""
    return sql.find_locations.all(tx)


def channels(tx: Any) -> dict[int | str, Any]:
    """Every channel by its id (a number) and by its code (a text)."""
    return _by_id_and_code(find_channels(tx))


def locations(tx: Any) -> dict[int | str, Any]:
    """Every location by its id (a number) and by its code (a text)."""
    return _by_id_and_code(find_locations(tx))


def _by_id_and_code(rows: list[Any]) -> dict[int | str, Any]:
    found: dict[int | str, Any] = {}
    for row in rows:
        found[row[0]] = found[row[1]] = row
    return found


def default_location_id(tx: Any) -> int:
    """The location whose stock counts for a sale that names none."""
    return sql.default_location_id.value(tx)


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
