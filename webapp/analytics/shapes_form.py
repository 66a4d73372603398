"""The form of Explore: what can be chosen, what is, and what stands behind "More filters"."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.analytics.rules import words
from webapp.metrics import labels
from webapp.metrics.definitions import DIMENSIONS, METRICS
from webapp.metrics.filters import NAMES, Filters, text
from webapp.text import Formatter

GRAINS = (("hour", "each hour"), ("day", "each day"), ("week", "each week"), ("month", "each month"),
          ("quarter", "each quarter"), ("year", "each year"))  # fmt: skip
COMPARES = (("previous", "the time before"), ("weekday", "the same weekdays"), ("last_year", "a year earlier"),
            ("none", "nothing"))  # fmt: skip
LIMITS = (10, 25, 50, 100, 250, 500)
MOST_CHOICES = 300
_PICKED = ("channel", "location", "category", "brand", "vendor", "price_tier")
Choices = Sequence[tuple[str, str]]


def choices(tx: Any, said: Formatter) -> dict[str, Any]:
    """Everything that the selects of the form offer."""
    week = [(str(day), name) for day, name in labels.titles(tx, "weekday", range(1, 8), said).items()]
    hours = [(str(hour), f"{hour:02d}:00") for hour in range(24)]
    found = {name: labels.choices(tx, name)[:MOST_CHOICES] for name in _PICKED}
    return {
        "metrics": [(metric.name, metric.title) for metric in METRICS.values()],
        "dimensions": [(one.name, one.title) for one in DIMENSIONS.values()],
        "grains": GRAINS,
        "periods": [(name, title) for name, title in words.TITLES.items()],
        "compares": COMPARES,
        "limits": [(str(limit), f"{limit} rows") for limit in LIMITS],
        "filters": [
            (name, DIMENSIONS[name].title, found[name]) for name in _PICKED if len(found[name]) > 1
        ] + [("weekday", "Weekday", week), ("hour", "Hour", hours)],
    }  # fmt: skip


def typed(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """What a query says, by name, for the fields of the form."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).extend(value.split(",") if name in ("metric", "by") else [value])
    return found


def more_filters(filters: Filters, offered: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Filters that no field of the form can hold: several values of one name, or that very category."""
    held: dict[str, set[str]] = {name: {value for value, _ in listed} for name, _, listed in offered["filters"]}
    kept = []
    for name in NAMES:
        values = [text(name, value) for value in getattr(filters, name)]
        single = len(values) == 1 and (name in ("product", "region") or values[0] in held.get(name, ()))
        if values and not single:
            kept += [(name, value) for value in values]
    return kept
