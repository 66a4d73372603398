"""How a figure of the dictionary is written, by its unit, and its change against an earlier one."""

from decimal import Decimal

from webapp.analytics.rules import changes, labels
from webapp.analytics.rules.labels import Label
from webapp.text import NONE, Formatter

Value = int | Decimal | None


def write(unit: str, value: Value, said: Formatter) -> str:
    """Return a figure as people read it: "£12.50", "1,204", "2.35", "54.1%"; an em dash where it is not known."""
    if value is None:
        return NONE
    if unit == "money":
        return said.money(int(value))
    if unit == "ratio":
        return said.percent(Decimal(value))
    return said.number(value.quantize(Decimal("0.01")) if isinstance(value, Decimal) else value)


def change(unit: str, now: Value, then: Value) -> tuple[Value, str]:
    """Return a change and its kind: of shares in points, of all else as a ratio; None without a base above zero."""
    if unit == "ratio":
        return changes.change(now, then).amount, "points"
    return changes.change(now, then).ratio, "ratio"


def plotted(unit: str, value: Value) -> float | None:
    """Return a figure as charts take it: amounts in minor units, shares in hundredths of a per cent."""
    if value is None:
        return None
    return float(value) * 10_000 if unit == "ratio" else float(value)


def label(unit: str, said: Formatter) -> Label:
    """Return what writes a plotted figure in full."""
    if unit == "money":
        return labels.full(said)
    if unit == "ratio":
        return lambda value: NONE if value is None else said.percent(Decimal(round(value)).scaleb(-4))
    places = Decimal("0.01") if unit == "number" else Decimal(1)
    return lambda value: NONE if value is None else said.number(_trimmed(Decimal(str(value)).quantize(places)))


def axis(unit: str, said: Formatter) -> list[Label]:
    """Return the short ways to write a tick of it."""
    return list(labels.axis(said)) if unit == "money" else []


def brief(unit: str, said: Formatter) -> Label:
    """Return what writes a plotted figure at the end of a line."""
    return labels.whole(said) if unit == "money" else label(unit, said)


def _trimmed(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value
