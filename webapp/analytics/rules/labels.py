"""Amounts on charts: exact in full, shorter where that says the same, rounded where room is short."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from webapp import money
from webapp.text import NONE, Formatter

Label = Callable[[float | None], str]


def full(said: Formatter) -> Label:
    """Return a label that writes an amount to the last penny."""
    return lambda minor: said.money(None if minor is None else int(minor))


def whole(said: Formatter) -> Label:
    """Return a label that writes an amount rounded to whole units: "£7,390"."""

    def write(minor: float | None) -> str:
        if minor is None:
            return NONE
        unit = 10**said.places
        return said.money_parts(money.divide(int(minor), unit) * unit)[0]

    return write


def short(said: Formatter) -> Label:
    """Return a label for cells and tops: "£534", "£1.2k"."""
    return lambda minor: said.money_short(None if minor is None else int(minor))


def axis(said: Formatter) -> Sequence[Label]:
    """Return the short ways to write a tick, each silent where it would not be exact: "£2.5k", then "£2,250"."""

    def thousands(minor: float | None) -> str:
        return said.money_short(int(minor or 0)) if _short_is_exact(int(minor or 0), said.places) else ""

    def units(minor: float | None) -> str:
        return said.money_parts(int(minor or 0))[0] if int(minor or 0) % 10**said.places == 0 else ""

    return thousands, units


def _short_is_exact(minor: int, places: int) -> bool:
    amount = abs(Decimal(minor)).scaleb(-places)
    size = next((size for size in (10**12, 10**9, 10**6, 10**3) if amount >= size), 1)
    scaled = amount / size
    tenths = 1 if size == 1 or scaled >= 100 else 10
    return scaled * tenths == int(scaled * tenths)
