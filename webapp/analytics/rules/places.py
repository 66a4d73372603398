"""Where sales came from, as a shopkeeper says it: stores by their place, all else by its channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """One place or channel with what it took now and then. filter: the query name and value that shows it alone."""

    key: str
    name: str
    filter: tuple[str, int] | None
    value: int
    then: int | None
    orders_then: int


@dataclass(frozen=True, slots=True)
class Took:
    """What one pair of channel and location took; location 0 is none."""

    channel_id: int
    location_id: int
    value: int
    then: int | None
    orders_then: int


def sources(
    rows: Iterable[Took], channels: Mapping[int, Mapping[str, Any]], locations: Mapping[int, Mapping[str, Any]],
    most: int = 7,
) -> list[Source]:  # fmt: skip
    """Return sales by source, the largest first; those behind the seventh become "Other", so that the sum stays.

    channels: id to {"name", "kind"}; locations: id to {"name"}. A channel of kind `store` is told by location.
    """
    found: dict[str, Source] = {}
    for row in rows:
        key, name, narrowed = _named(row, channels, locations)
        before = found.get(key, Source(key, name, narrowed, 0, None, 0))
        then = before.then if row.then is None else (before.then or 0) + row.then
        found[key] = Source(key, name, narrowed, before.value + row.value, then, before.orders_then + row.orders_then)
    ordered = sorted(found.values(), key=lambda source: (-source.value, source.name))
    if len(ordered) <= most:
        return ordered
    rest = ordered[most - 1 :]
    thens = [source.then for source in rest if source.then is not None]
    other = Source(
        "other", "Other", None, sum(source.value for source in rest), sum(thens) if thens else None,
        sum(source.orders_then for source in rest),
    )  # fmt: skip
    return [*ordered[: most - 1], other]


def _named(
    row: Took, channels: Mapping[int, Mapping[str, Any]], locations: Mapping[int, Mapping[str, Any]]
) -> tuple[str, str, tuple[str, int]]:
    channel = channels[row.channel_id]
    if channel["kind"] == "store" and row.location_id in locations:
        return f"l{row.location_id}", locations[row.location_id]["name"], ("location", row.location_id)
    return f"c{row.channel_id}", channel["name"], ("channel", row.channel_id)
