"""How people call the values of dimensions and the filters that are on."""

from collections.abc import Iterable
from typing import Any

from webapp import clock
from webapp.metrics import dao
from webapp.metrics.definitions import DIMENSIONS
from webapp.metrics.filters import Filters, text
from webapp.text import NONE, Formatter

MONDAY = clock.week_start(0) + 7
_NOTHING = {
    "location": "No place", "region": "No region", "category": "No category", "brand": "No brand",
    "vendor": "No vendor", "price_tier": "No price tier",
}  # fmt: skip


def titles(tx: Any, name: str, keys: Iterable[Any], said: Formatter) -> dict[Any, str]:
    """The words for these values of a dimension: "Online", "Drinks/Cold", "Saturday", "09:00", "No brand"."""
    wanted = set(keys)
    if name == "product":
        return {one: title for one, (_, title) in dao.find_products(tx, wanted).items()}
    if name == "weekday":
        return {one: said.pattern(said.zone.noon(MONDAY + one - 1), "EEEE") for one in wanted}
    if name == "hour":
        return {one: f"{one:02d}:00" for one in wanted}
    if name == "region":
        return {one: said.region(one) if one else _NOTHING[name] for one in wanted}
    known = dict(dao.find_value_titles(tx, name))
    return {one: known.get(one) or (str(one) if one else _NOTHING.get(name, NONE)) for one in wanted}


def choices(tx: Any, name: str) -> list[tuple[str, str]]:
    """Every value of a dimension that has ids, to choose from: (query value, words), by its words."""
    return sorted(
        ((str(one), title) for one, title in dao.find_value_titles(tx, name).items()), key=lambda pair: pair[1]
    )


def spoken(tx: Any, filters: Filters, said: Formatter) -> list[tuple[str, str, str]]:
    """The filters that are on: (name, query value, words), as in ("channel", "1", "Channel: Online")."""
    found = []
    for name, values in filters.given.items():
        bare = {value: _bare(name, value) for value in values}
        words = titles(tx, name, bare.values(), said)
        for value, key in bare.items():
            only = " alone" if key != value else ""
            found.append((name, text(name, value), f"{DIMENSIONS[name].title}: {words[key]}{only}"))
    return found


def _bare(name: str, value: Any) -> Any:
    """The value without the mark that it means that very one."""
    if name == "category":
        return abs(value)
    return value.removeprefix("=") if name == "region" else value
