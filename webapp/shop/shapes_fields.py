"""The types of the shop's members that come in."""

from typing import Annotated, Any

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator

from webapp.clock import Zone
from webapp.shop import rules
from webapp.web.fields import Choice, Number, Text, refuse


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


def _checked(kind: Any, check: Any) -> Any:
    return Annotated[kind, AfterValidator(check)]


Region = _checked(Text(6, blank=False, what="region"), _region)
TimeZone = _checked(Text(60, blank=False, what="time zone"), _time_zone)
LocaleName = _checked(Text(40, blank=False, what="locale"), _locale)
ChannelKind = Choice("online", "store", "marketplace")
Latitude = Number(-90, 90, 6, "latitude")
Longitude = Number(-180, 180, 6, "longitude")
