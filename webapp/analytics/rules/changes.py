"""Now against then: by how much, and when there is too little to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp import money

FEW_ORDERS = 10


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two figures. ratio: None where the base is not above zero. few: it rests on few orders."""

    amount: int | Decimal | None
    ratio: Decimal | None
    few: bool = False


NOTHING = Change(None, None)


def change(now: int | Decimal | None, then: int | Decimal | None, orders_then: int | None = None) -> Change:
    """Compare two figures of one kind; None where either is not known.

    orders_then: how many orders the earlier one rests on; under ten of them no ratio is given, but that it is few.
    A base of zero or below has no ratio, because "+∞ %" and a share of a loss say nothing.
    """
    if now is None or then is None:
        return NOTHING
    few = orders_then is not None and orders_then < FEW_ORDERS
    return Change(now - then, None if few else _ratio(now, then), few)


def _ratio(now: int | Decimal, then: int | Decimal) -> Decimal | None:
    if then <= 0:
        return None
    if isinstance(now, int) and isinstance(then, int):
        return money.ratio(now - then, then)
    return ((Decimal(now) - Decimal(then)) / Decimal(then)).quantize(Decimal("0.0001"))


def points(now: Decimal | None, then: Decimal | None, orders_then: int | None = None) -> Change:
    """Compare two shares: the amount is in points, the ratio stays out of it."""
    found = change(now, then, orders_then)
    return Change(None, None, True) if found.few else Change(found.amount, None)


def shares(values: Sequence[int | None], thens: Sequence[int | None]) -> list[tuple[float | None, float | None]]:
    """Return each value and its earlier one as parts of the largest of all, for bars of one list."""
    longest = max((value for value in (*values, *thens) if value is not None), default=0)
    if longest <= 0:
        return [(0.0, None) for _ in values]
    return [
        (None if value is None else value / longest, None if then is None else then / longest)
        for value, then in zip(values, thens, strict=True)
    ]


def parts(values: Sequence[int]) -> list[Decimal | None]:
    """Return what part of their sum each is; None for all where the sum is not above zero or one of them is below it:
    the others would be more than the whole."""
    whole = sum(values)
    return [money.ratio(value, whole) if whole > 0 and min(values) >= 0 else None for value in values]


def average(total: int, count: int) -> int | None:
    """Return the average of a sum, half away from zero; None of nothing."""
    return money.divide(total, count) if count else None
