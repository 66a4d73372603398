"""Checks of settings: each takes the text and returns the value, or raises ValueError with the reason."""

import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

from webapp import money
from webapp.clock import Zone


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return check


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from least to most."""

    def check(text: str) -> int:
        digits = text.replace("_", "").replace(",", "")
        if not re.fullmatch(r"[0-9]{1,12}", digits) or not least <= int(digits) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(digits)

    return check


class Price(NamedTuple):
    """What a million tokens cost, read and written, in US dollars."""

    read: Decimal
    written: Decimal

    def __str__(self) -> str:
        return f"{self.read}/{self.written}"


def dollars(text: str) -> Decimal:
    """An amount of US dollars: up to six digits, and up to six decimals behind a point."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError("must be an amount in US dollars such as 2.50, with at most six decimals")
    return Decimal(text)


def price(text: str) -> Price:
    """Two amounts of US dollars, of a million tokens read and written."""
    read, sign, written = text.partition("/")
    try:
        if sign:
            return Price(dollars(read.strip()), dollars(written.strip()))
    except ValueError:
        pass
    raise ValueError("must be what a million tokens cost in US dollars, read and written, such as 0.40/1.60") from None


def text(text: str) -> str:
    """At most 200 printable characters."""
    if len(text) > 200 or not text.isprintable():
        raise ValueError("must be at most 200 printable characters")
    return text


def secret(text: str) -> str:
    """At least 32 characters."""
    if len(text) < 32:
        raise ValueError("must have at least 32 characters")
    return text


def database(text: str) -> str:
    """A path, or the address of a PostgreSQL database."""
    if "://" in text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a path or postgresql://...")
    return text


def postgres(text: str) -> str:
    """The address of a PostgreSQL database."""
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be postgresql://...")
    return text


def url(*schemes: str) -> Callable[[str], str]:
    """An address of one of these schemes, without a slash at its end."""

    def check(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname or (parts.port is not None and parts.port == 0):
            raise ValueError(f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return text.rstrip("/")

    return check


def currency(text: str) -> str:
    """A currency of ISO 4217."""
    money.decimals(text)
    return text


def zone(text: str) -> str:
    """A time zone of the IANA list."""
    return Zone(text).name


def locale(text: str) -> str:
    """A locale that babel knows, written like en_GB."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError):
        raise ValueError(f"{text!r} is no locale such as en_GB") from None


def networks(text: str) -> list[str]:
    """Addresses or networks, separated by commas."""
    try:
        return [str(ipaddress.ip_network(part.strip(), strict=False)) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError("must be addresses or networks, separated by commas") from None


def host(text: str) -> str:
    """A name or address to listen on."""
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", text):
        raise ValueError("must be the name or address of this machine to listen on")
    return text


def called(host: str) -> str:
    """The host part of the address at which this machine itself calls what listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # to listen on, never to be called by
    return f"[{host}]" if ":" in host else host


def address(text: str) -> str:
    """A mail address."""
    if "@" not in text or any(sign in text for sign in "\r\n"):
        raise ValueError("must be a mail address")
    return text


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
