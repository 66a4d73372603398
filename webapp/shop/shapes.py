"""What comes in and goes out of the shop's settings, channels and locations."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from webapp.clock import format_time
from webapp.shop.shapes_fields import ChannelKind, Latitude, LocaleName, Longitude, Region, TimeZone
from webapp.web.fields import Code, Input, Name, Output

# A member that may be left out and cannot be null.
LEFT_OUT: Any = Field(default_factory=lambda: None)
Degrees = Annotated[Decimal, WithJsonSchema({"type": "number"})]


class NewChannel(Input, json_schema_extra={"examples": [{"code": "market", "kind": "store", "name": "Market stall"}]}):
    """A channel as asked for; without a name it is called by its code."""

    code: Code
    kind: ChannelKind
    name: Name | None = None


class Channel(Output):
    """Where sales come from."""

    id: int
    code: str
    name: str
    kind: str


class NewLocation(Input, json_schema_extra={"examples": [{"code": "pier", "name": "The pier", "region": "GB-BNH"}]}):
    """A place with stock as asked for; without a name it is called by its code."""

    code: Code
    name: Name | None = None
    region: Region | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    time_zone: TimeZone | None = None


class Location(Output):
    """A place with stock."""

    id: int
    code: str
    name: str
    region: str | None
    latitude: Degrees | None
    longitude: Degrees | None
    time_zone: str | None


class ChangedSettings(Input, json_schema_extra={"examples": [{"name": "Harbour & Pine"}]}):
    """The settings of the shop that can change later; currency and time zone cannot."""

    name: Name = LEFT_OUT
    locale: LocaleName = LEFT_OUT


class Settings(Output):
    """The settings of the shop."""

    name: str
    currency: str
    time_zone: str
    locale: str
    mode: str


def channel_json(row: Any) -> dict[str, Any]:
    """A channel as answers show it."""
    return {"id": row["id"], "code": row["code"], "name": row["name"], "kind": row["kind"]}


def location_json(row: Any) -> dict[str, Any]:
    """A location as answers show it."""
    return {
        "id": row["id"],
        "code": row["code"],
        "name": row["name"],
        "region": row["region"],
        "latitude": _degrees(row["latitude"]),
        "longitude": _degrees(row["longitude"]),
        "time_zone": row["time_zone"],
    }


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def settings_json(shop: Any) -> dict[str, Any]:
    """The settings of the shop as answers show them."""
    return {
        "name": shop.name,
        "currency": shop.currency,
        "time_zone": shop.time_zone,
        "locale": shop.locale,
        "mode": shop.mode,
    }


class Channels(Output):
    """A page of channels."""

    items: list[Channel]
    next: str | None


class Locations(Output):
    """A page of locations."""

    items: list[Location]
    next: str | None


class Backup(Output):
    """A verified backup in the folder."""

    file: str
    at: str
    bytes: int


class Backups(Output):
    """The backups of this shop; old: the last good one is older than two days. job: what was asked for or due last."""

    items: list[Backup]
    folder: str
    last_at: str | None
    old: bool
    job: dict[str, Any] | None


def backups_json(found: dict[str, Any]) -> dict[str, Any]:
    """The backups as answers show them."""
    job, last_ms = found["job"], found["newest_ms"]
    return {
        "items": [
            {"file": one.file.name, "at": format_time(one.at_ms), "bytes": one.bytes} for one in found["backups"]
        ],
        "folder": found["folder"],
        "last_at": None if last_ms is None else format_time(last_ms),
        "old": found["old"],
        "job": None if job is None else {"id": job["id"], "state": job["state"], "error": job["error"]},
    }
