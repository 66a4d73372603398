"""The one formatter of numbers, money and dates for people: by the shop's locale, "—" for what is not known."""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, get_decimal_symbol

from webapp import clock, money, regions

if TYPE_CHECKING:
    from collections.abc import Callable

NONE = "—"
MINUS = "\N{MINUS SIGN}"
_SHORT = ((10**12, "tn"), (10**9, "bn"), (10**6, "m"), (10**3, "k"))


def nice_text(value: str) -> str:
    """The text in the normal form C of Unicode, without white space at its ends."""
    return unicodedata.normalize("NFC", value).strip()


def like(*words: str) -> str:
    """A pattern for `like ... escape '\\'` that finds the words in their order, wherever they stand."""
    plain = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
    return "%" + "%".join(plain) + "%"


def _proper(text: str) -> str:
    return text.replace("-", MINUS)


class Formatter:
    """What is shown to people, in one locale, currency and time zone; the same value is formatted once."""

    def __init__(self, locale: str, currency: str, zone: clock.Zone) -> None:
        self.locale = Locale.parse(locale.replace("-", "_"))
        self.currency, self.zone = currency, zone
        self.places = money.decimals(currency)
        self._point = get_decimal_symbol(self.locale)
        self._money: Callable[[int], str] = lru_cache(maxsize=8192)(self._format_money)
        self._whole: Callable[[int], str] = lru_cache(maxsize=4096)(self._format_whole)
        self._short: Callable[[int], str] = lru_cache(maxsize=4096)(self._format_short)
        self._tenths: Callable[[Decimal], str] = lru_cache(maxsize=4096)(self._format_tenths)
        self._clock: Callable[[int], str] = lru_cache(maxsize=4096)(self._format_clock)
        self._day: Callable[[int, str], str] = lru_cache(maxsize=4096)(self._format_day)

    # ---- Money ----

    def money(self, minor: int | None) -> str:
        """ "£4,827.40"."""
        return NONE if minor is None else self._money(minor)

    def signed_money(self, minor: int | None) -> str:
        """ "+£48.20" or "−£3.10"; nothing before a zero."""
        return NONE if minor is None else ("+" if minor > 0 else "") + self._money(minor)

    def money_parts(self, minor: int | None) -> tuple[str, str]:
        """The whole units and what follows from the decimal mark on: ("£4,827", ".40")."""
        text = self.money(minor)
        found = re.search(rf"{re.escape(self._point)}\d{{{self.places}}}(?!\d)", text) if self.places else None
        return (text[: found.start()], text[found.start() :]) if found else (text, "")

    def money_short(self, minor: int | None) -> str:
        """ "£4.8k", "£1.2m"; under a thousand without decimals."""
        return NONE if minor is None else self._short(minor)

    def _format_short(self, minor: int) -> str:
        amount = abs(money.from_minor(minor, self.currency))
        digits, tail = self._shortened(amount)
        # The pattern of the locale says where the sign of the currency stands: that of 0 has one digit.
        sample = _proper(
            format_currency(
                -1 if minor < 0 and digits != "0" else 1, self.currency, locale=self.locale, decimal_quantization=False
            )
        )
        one = format_decimal(1, locale=self.locale)
        return self._pattern(sample).replace(one, digits + tail, 1)

    def _pattern(self, sample: str) -> str:
        zeros = f"{self._point}{format_decimal(0, locale=self.locale) * self.places}"
        return sample.replace(zeros, "", 1) if self.places else sample

    def _shortened(self, amount: Decimal) -> tuple[str, str]:
        for size, tail in _SHORT:
            scaled = amount / size
            if scaled >= Decimal("0.9995"):
                places = Decimal("0.1") if scaled < Decimal("99.95") else Decimal(1)
                return self._plain(scaled.quantize(places, rounding=ROUND_HALF_EVEN)), tail
        return self._plain(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), ""

    def _plain(self, number: Decimal) -> str:
        return format_decimal(number, locale=self.locale, decimal_quantization=False)

    def _format_money(self, minor: int) -> str:
        return _proper(format_currency(money.from_minor(minor, self.currency), self.currency, locale=self.locale))

    # ---- Numbers ----

    def number(self, value: int | Decimal | None) -> str:
        """A count by the locale's grouping: "30,211"; a Decimal keeps its decimals."""
        if value is None:
            return NONE
        if isinstance(value, int):
            return self._whole(value)
        places = max(-int(value.as_tuple().exponent), 0)
        return _proper(format_decimal(value, format="#,##0." + "0" * places if places else "#,##0", locale=self.locale))

    def number_short(self, value: int | None) -> str:
        """ "4.8k"; under a thousand as it is."""
        if value is None:
            return NONE
        digits, tail = self._shortened(abs(Decimal(value)))
        return (MINUS if value < 0 else "") + digits + tail

    def percent(self, fraction: Decimal | None) -> str:
        """A fraction as "54.1%"."""
        return NONE if fraction is None else _proper(self._tenths(fraction * 100)) + "%"

    def ratio(self, fraction: Decimal | None) -> str:
        """A change as "+9.3%" or "−4.0%"."""
        return NONE if fraction is None else self._signed_tenths(fraction * 100) + "%"

    def points(self, fraction: Decimal | None) -> str:
        """A difference of two fractions as "+1.2 pt"."""
        return NONE if fraction is None else self._signed_tenths(fraction * 100) + "\N{NARROW NO-BREAK SPACE}pt"

    def plural(self, count: int | None, one: str, many: str) -> str:
        """ "1 order", "2 orders"."""
        return NONE if count is None else f"{self.number(count)} {one if count == 1 else many}"

    def _format_tenths(self, value: Decimal) -> str:
        rounded = value.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
        return format_decimal(rounded or abs(rounded), format="#,##0.0", locale=self.locale)

    def _signed_tenths(self, value: Decimal) -> str:
        return ("+" if value >= Decimal("0.05") else "") + _proper(self._tenths(value))

    def _format_whole(self, value: int) -> str:
        return _proper(format_decimal(value, locale=self.locale))

    # ---- Places ----

    def region(self, code: str | None) -> str:
        """What people call a region, by its ISO 3166 code: "Bristol", "Germany"; a text that is no code stays as it is."""
        return regions.name(code, self.locale) if code else NONE

    # ---- Times ----

    def time(self, ms: int | None) -> str:
        """The local clock time: "14:37"."""
        return NONE if ms is None else self._clock(ms // 1000)

    def _format_clock(self, second: int) -> str:
        return format_time(self.zone.local(second * 1000), "HH:mm", locale=self.locale)

    def datetime(self, ms: int | None) -> str:
        """The local date and time: "21 Nov 2026, 14:37"."""
        return NONE if ms is None else f"{self._day(self.zone.day_of(ms), 'd MMM y')}, {self.time(ms)}"

    def until(self, ms: int | None) -> str:
        """The end of what holds until an instant: "21 Nov 2026, 07:00", at midnight "the end of 20 Nov 2026"."""
        if ms is None:
            return NONE
        day = self.zone.day_of(ms - 1)
        return f"the end of {self.short_date(day)}" if self.zone.bounds(day)[1] == ms else self.datetime(ms)

    def date(self, day: int | None) -> str:
        """ "Saturday 21 November"."""
        return NONE if day is None else self._day(day, "EEEE d MMMM")

    def long_date(self, day: int | None) -> str:
        """ "Saturday 21 November 2026"."""
        return NONE if day is None else self._day(day, "EEEE d MMMM y")

    def short_date(self, day: int | None) -> str:
        """ "21 Nov 2026"."""
        return NONE if day is None else self._day(day, "d MMM y")

    def day_month(self, day: int | None) -> str:
        """ "21 Nov"."""
        return NONE if day is None else self._day(day, "d MMM")

    def weekday(self, day: int | None) -> str:
        """ "Sat"."""
        return NONE if day is None else self._day(day, "EEE")

    def month(self, day: int | None) -> str:
        """ "November 2026"."""
        return NONE if day is None else self._day(day, "LLLL y")

    def age(self, seconds: float | None) -> str:
        """How long ago, in the largest unit that fits: "3 s", "12 min", "5 h", "2 days"."""
        if seconds is None:
            return NONE
        whole = max(int(seconds), 0)
        if whole < 60:
            return f"{whole} s"
        if whole < 3600:
            return f"{whole // 60} min"
        return f"{whole // 3600} h" if whole < 172_800 else f"{whole // 86_400} days"

    def _format_day(self, day: int, pattern: str) -> str:
        return format_date(clock.day_to_date(day), pattern, locale=self.locale)

    def pattern(self, ms: int, pattern: str) -> str:
        """The instant by a CLDR pattern, such as "EEE d MMM HH:mm"."""
        return format_datetime(self.zone.local(ms), pattern, locale=self.locale)
