"""Numbers, times and names as files write them; what cannot be read is a `Wrong` that says why."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from babel import Locale
from babel.numbers import get_currency_name

from webapp import clock, money
from webapp.clock import Zone

MOST_AHEAD_MS = 5 * clock.MINUTE
LARGEST_QUANTITY = 1_000_000
CODE, NAME, NOTE = 100, 200, 2_000
_GROUPS = {".": ",'", ",": ".'"}
_NUMBER = {
    mark: re.compile(
        rf"([-+]?)(?:(\d{{1,3}}(?:([{groups} \u00a0\u202f])\d{{3}})(?:\3\d{{3}})*)|(\d*))"
        rf"(?:{re.escape(mark)}(\d+))?([eE][-+]?\d{{1,3}})?(-?)",
        re.ASCII,
    )
    for mark, groups in _GROUPS.items()
}
_CURRENCY = r"([£$€¥\u20b9]|[A-Z]{3}(?![A-Za-z]))"
_MONEY = re.compile(rf"([-+]?)\s*{_CURRENCY}?\s*(.*?)\s*{_CURRENCY}?\s*(-?)", re.DOTALL)
_SIGNS = {"£": ("pound",), "€": ("euro",), "¥": ("yen", "yuan"), "\u20b9": ("rupee",), "$": ("dollar", "peso", "real")}
_DATE = r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})"
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?(?:\.?[Mm]\.?)?"
_WHEN = re.compile(rf"{_DATE}(?:[T,\s]\s*{_TIME}\s*(Z|z|[-+]\d{{2}}:?\d{{2}})?)?", re.ASCII)
_CODES = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class Wrong(NamedTuple):
    """Why a text is not what it should be."""

    detail: str


class Known(dict):  # type: ignore[type-arg]
    """What was made of each text so far, so that the same text is read once; forgets all when it grows large."""

    def __init__(self, read: Callable[[str], Any], most: int = 100_000) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, text: str) -> Any:
        if len(self) >= self._most:
            self.clear()
        value = self[text] = self._read(text)
        return value


def plain_number(text: str, mark: str) -> str | None:
    """The digits of a number as Python and JSON write them, or None where the text is no number.

    mark: the decimal mark. Thousands are set apart only in threes, so that "18500.00" is no number where the mark is a
    comma, rather than 1,850,000.
    """
    front, _, bare, _, end = _parts_of(text)
    match = _NUMBER[mark].fullmatch(front + bare + end)
    if not match:
        return None
    sign, grouped, group, digits, fraction, power, behind = match.groups()
    whole = grouped.replace(group, "") if grouped else digits
    if not whole and not fraction:
        return None
    minus = "-" if sign == "-" or (behind and not sign) else ""
    return f"{minus}{whole or '0'}{'.' + fraction if fraction else ''}{power or ''}"


def _parts_of(text: str) -> tuple[str, ...]:
    """The sign in front of an amount, its currency, its number, its currency once more, the sign behind it."""
    match = _MONEY.fullmatch(text.strip())
    return tuple(part or "" for part in match.groups()) if match else ("", "", text, "", "")


def read_quantity(text: str, mark: str) -> int | Wrong:
    """A whole number of pieces, negative for goods that came back; "6" and "6.0" are six."""
    number = plain_number(text, mark)
    if number is None:
        return Wrong("is missing" if not text.strip() else "is not a number")
    whole, _, fraction = number.partition(".")
    if "e" in number.lower() or fraction.strip("0"):
        return Wrong("is not a whole number")
    quantity = int(whole) if len(whole) < 20 else LARGEST_QUANTITY + 1
    if abs(quantity) > LARGEST_QUANTITY:
        return Wrong(f"is more than {LARGEST_QUANTITY:,}")
    return quantity


def read_amount(text: str, mark: str, currency: str) -> int | Wrong:
    """An amount of money in minor units, exactly; it may be negative. Finer than the minor unit is Wrong, and so is
    what names another currency than the shop's: nothing here knows what it is worth."""
    number = plain_number(text, mark)
    if number is None:
        return Wrong("is missing" if not text.strip() else "is not a number")
    _, before, _, behind, _ = _parts_of(text)
    if not all(_means(sign, currency) for sign in (before, behind) if sign):
        return Wrong(f"is not in {currency}")
    try:
        return money.to_minor(number, currency, least=-money.MAX_MINOR)
    except money.MoneyError as error:
        if error.code == "too_precise":
            return Wrong(f"is finer than {money.json_number(1, currency)}")
        return Wrong("is too large" if error.code in ("too_large", "too_small") else "is not a number")


@cache
def _means(sign: str, currency: str) -> bool:
    """Whether a sign or a code of three letters can stand for the currency: a dollar may be of many countries."""
    words = get_currency_name(currency, locale="en").casefold().split()
    return sign == currency if sign.isalpha() else any(word in words for word in _SIGNS[sign])


def read_time(text: str, order: str, zone: Zone, now_ms: int) -> int | Wrong:
    """The instant of a local date and time; a bare date is noon, an offset in the text counts.

    order: `ymd`, `dmy` or `mdy`; a year of four digits in front is always a year.
    """
    text = text.strip()
    match = _WHEN.fullmatch(text)
    if not match:
        return Wrong("is not a date and time" if text else "is missing")
    first, _, second, third, hour, minute, seconds, fraction, half, offset = match.groups()
    day = _day_of(first, second, third, order)
    if day is None:
        return Wrong(f"is not a date written {_ORDERS[order]}")
    at = None if hour is None else _clock_time(int(hour), int(minute), int(seconds or 0), half)
    if hour is not None and at is None:
        return Wrong("has a clock time that does not exist")
    if day < 0:
        return Wrong("lies before 1970")
    millis = int((fraction or "0").ljust(3, "0")[:3])
    ms = _instant(day, at, offset, zone) + millis
    if ms < 0:
        return Wrong("lies before 1970")
    return ms if ms <= now_ms + MOST_AHEAD_MS else Wrong("lies in the future")


_ORDERS = {"ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}


def _day_of(first: str, second: str, third: str, order: str) -> int | None:
    if len(first) == 4 or (order == "ymd" and len(first) == 2 and len(third) <= 2):
        year, month, day = first, second, third
    elif order == "ymd" or len(first) > 2:
        return None
    else:
        year, month, day = (third, second, first) if order == "dmy" else (third, first, second)
    if len(year) == 2:
        year = ("19" if int(year) >= 70 else "20") + year
    if len(year) != 4 or len(day) > 2:
        return None
    try:
        return clock.parse_date(f"{year}-{month.zfill(2)}-{day.zfill(2)}")
    except clock.TimeError as error:
        return -1 if "1970" in error.detail else None


def _clock_time(hour: int, minute: int, second: int, half: str | None) -> int | None:
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _instant(day: int, at: int | None, offset: str | None, zone: Zone) -> int:
    if at is None:
        return zone.noon(day)
    if offset is None:
        return zone.at(day, at)
    digits = offset[1:].replace(":", "")
    ahead = 0 if offset in "Zz" else (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if offset[0] == "-" else 1)
    return day * clock.DAY + at * clock.SECOND - ahead * clock.MINUTE


def read_code(text: str) -> str | Wrong:
    """A SKU or code: without spaces around it, case kept, at most 100 characters."""
    code = nice(text)
    if not code:
        return Wrong("is missing")
    return code if len(code) <= CODE else Wrong(f"is longer than {CODE} characters")


def nice(text: str) -> str:
    """The text without spaces around it, in normal form C."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def unguarded(text: str) -> str:
    """A text of our export without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def customer_code(text: str) -> str | None:
    """A customer's pseudonymous code; `17850.0`, as spreadsheets leave it, is 17850."""
    code = nice(text)
    if code.endswith(".0") and code[:-2].isdigit():
        code = code[:-2]
    return code[:CODE] or None


_OTHER_NAMES = {
    "eire": "IE", "usa": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB",
    "czech republic": "CZ", "rsa": "ZA", "uae": "AE", "korea": "KR", "holland": "NL", "hong kong": "HK", "macao": "MO",
}  # fmt: skip


@cache
def _countries() -> dict[str, str]:
    names = Locale.parse("en").territories
    found = {
        name.casefold(): code
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    return {**found, **_OTHER_NAMES}


_NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


def region_of(text: str) -> str | None:
    """The ISO 3166-1 code of a country's English name; a code stays; a name without a code stays as it is."""
    name = nice(text)
    if not name or _CODES.fullmatch(name):
        return name or None
    return _countries().get(name.casefold(), name[:CODE])
