"""What comes in and goes out of the shop's settings, channels and locations."""

from decimal import Decimal
from typing import Annotated, Any

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator

from webapp.clock import Zone
from webapp.shop import rules
from webapp.web.fields import Choice, Code, Input, Name, Number, Output, Text, refuse


def _region(text: str) -> str:
    if not rules.is_region(text):
        raise refuse("unknown", "A region is written by ISO 3166-2, like GB or GB-BNH.")
    return text


def _time_zone(text: str) -> str:
    try:
        return Zone(text).name
    except ValueError:
        raise refuse("unknown", f"There is no time zone {text}; one is written like Europe/London.") from None


def _locale(text: str) -> str:
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError):
        raise refuse("unknown", f"There is no locale {text}; one is written like en_GB.") from None


Region = Annotated[Text(6, blank=False, what="region"), AfterValidator(_region)]
TimeZone = Annotated[Text(60, blank=False, what="time zone"), AfterValidator(_time_zone)]
LocaleName = Annotated[Text(40, blank=False, what="locale"), AfterValidator(_locale)]


class NewChannel(Input):
    """A channel as asked for; without a name it is called by its code."""

    code: Code
    kind: Choice("online", "store", "marketplace")
    name: Name | None = None


class Channel(Output):
    """Where sales come from."""

    id: int
    code: str
    name: str
    kind: str


class NewLocation(Input):
    """A place with stock as asked for; without a name it is called by its code."""

    code: Code
    name: Name | None = None
    region: Region | None = None
    latitude: Number(-90, 90, 6, "latitude") | None = None
    longitude: Number(-180, 180, 6, "longitude") | None = None
    time_zone: TimeZone | None = None


class Location(Output):
    """A place with stock."""

    id: int
    code: str
    name: str
    region: str | None
    latitude: Decimal | None
    longitude: Decimal | None
    time_zone: str | None


class ChangedSettings(Input):
    """The settings of the shop that can change later; currency and time zone cannot."""

    name: Name = None
    locale: LocaleName = None


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
