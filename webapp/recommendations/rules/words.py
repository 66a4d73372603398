"""The figures and phrases of facts, by the one formatter: a slot shows a figure alone, a sentence shows it in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import urlencode

from webapp import clock, money
from webapp.text import MINUS, Formatter

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole business days [from_day, to_day], and how a sentence calls them ("the last 7 days")."""

    words: str
    from_day: int
    to_day: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.to_day - self.from_day + 1


def explore(metric: str, span: Span, **filters: int | str) -> str:
    """The address whose total is the figure: the metric over the days of the span, of what the filters name."""
    period = [("from", clock.format_day(span.from_day)), ("to", clock.format_day(span.to_day))]
    return "/explore?" + urlencode([("metric", metric), *sorted(filters.items()), *period])


def tenth(value: float | Decimal) -> Decimal:
    """Rounded half even to one decimal; never a negative zero."""
    rounded = Decimal(str(value)).quantize(_TENTH, rounding=ROUND_HALF_EVEN)
    return rounded if rounded else abs(rounded)


def direction(value: float | Decimal | None) -> int | None:
    """+1, -1 or 0 by the sign; None of None."""
    return None if value is None else (value > 0) - (value < 0)


class Words:
    """How figures read in one shop. Money comes in minor units, shares as percent."""

    def __init__(self, formatter: Formatter) -> None:
        self.formatter = formatter
        self.currency = formatter.currency

    def count(self, value: int) -> str:
        """ "1,204"."""
        return self.formatter.number(value)

    def money(self, minor: int) -> str:
        """ "£12.40"."""
        return self.formatter.money(minor)

    def major(self, minor: int) -> Decimal:
        """The amount in major units, with the currency's decimals."""
        return money.from_minor(minor, self.currency)

    def percent(self, value: Decimal) -> str:
        """ "38.0%", without a sign: the words around it say up or down."""
        return f"{self.formatter.number(abs(tenth(value)))}%"

    def signed(self, value: Decimal) -> str:
        """ "+3.1", "−0.4", "0.0"."""
        sign = "+" if value > 0 else MINUS if value < 0 else ""
        return sign + self.formatter.number(abs(value))

    def signed_money(self, minor: int) -> str:
        """ "+£3.10", "−£0.40"."""
        return self.formatter.signed_money(minor)

    def points(self, value: Decimal) -> str:
        """ "2.1 points", without a sign."""
        return f"{self.formatter.number(abs(tenth(value)))} points"

    def degrees(self, value: Decimal) -> str:
        """ "31.2 °C", with a sign below zero."""
        return f"{MINUS if value < 0 else ''}{self.formatter.number(abs(tenth(value)))} °C"

    def days(self, value: int) -> str:
        """ "1 day", "12 days"."""
        return self.formatter.plural(value, "day", "days")

    def listed(self, names: Sequence[str]) -> str:
        """ "A, B and C"."""
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def change(value: Decimal, shown: str) -> str:
    """ "38.0% more", "12.0% less", "as much"."""
    return "as much" if not value else f"{shown} {'more' if value > 0 else 'less'}"
