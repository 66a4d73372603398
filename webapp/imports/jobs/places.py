"""The channels and locations that our own export names: a shop that lacks them has them before its rows are entered."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from webapp.db import reading
from webapp.errors import Conflict
from webapp.imports.jobs.files import BREATH_ROWS
from webapp.imports.jobs.readers import Rows
from webapp.imports.rules.cells import Damaged, Layout
from webapp.imports.rules.lines import Belongs
from webapp.imports.rules.values import nice, read_code, region_of, unguarded
from webapp.imports.shapes import Mapping
from webapp.jobs.progress import Context
from webapp.shop import actions
from webapp.shop import dao as shop
from webapp.shop.shapes import NewChannel, NewLocation


class Places:
    """What the rows of a file name: channels with how many of their rows stand at a location, locations by region."""

    def __init__(self) -> None:
        self.channels: Counter[str] = Counter()
        self.in_stores: Counter[str] = Counter()
        self.regions: dict[str, Counter[str | None]] = {}

    def add(self, channel: str, location: str, region: str) -> None:
        """One more row."""
        self.channels[channel] += 1
        if location:
            self.in_stores[channel] += 1
            self.regions.setdefault(location, Counter())[region_of(region)] += 1

    def kind(self, channel: str) -> str:
        """`store` for a channel that sells at places, else `online`; the export does not say."""
        return "store" if 2 * self.in_stores[channel] > self.channels[channel] else "online"

    def region(self, location: str) -> str | None:
        """The region of most of its rows; None where some have none, so that these stay without."""
        found = self.regions[location]
        return None if None in found else found.most_common(1)[0][0]


def named(path: Path, mapping: Mapping, columns: list[str], breathe: Callable[[], None] = lambda: None) -> Places:
    """The places that the rows of a file name. breathe: called now and then. Raises as `Rows`."""
    places = Places()
    with Rows(path, Layout(mapping.encoding, mapping.delimiter, mapping.header), columns) as rows:
        at = [
            rows.columns.index(column) if (column := mapping.columns.get(name)) in rows.columns else None
            for name in ("channel", "location", "region")
        ]
        known: dict[str, str] = {}
        for row, (cells, _) in enumerate(rows):
            if row % BREATH_ROWS == 0:
                breathe()
            if not isinstance(cells, Damaged):
                said = ["" if place is None else cells[place] for place in at]
                for text in said:
                    if text not in known:
                        known[text] = nice(unguarded(text))
                places.add(*(known[text] for text in said))
    del places.channels[""]
    return places


def make(context: Context, path: Path, mapping: Mapping, columns: list[str]) -> None:
    """The shop has every channel and location of the file; what cannot be one is left to the rows that name it."""
    places = named(path, mapping, columns, context.breathe)
    with reading.reading() as tx:
        channels = {row["code"] for row in shop.find_channels(tx)}
        locations = {row["code"] for row in shop.find_locations(tx)}
    for code in filter(_is_code, sorted(places.channels.keys() - channels)):
        _make(context, actions.create_channels, NewChannel.model_construct(code=code, kind=places.kind(code)))
    for code in filter(_is_code, sorted(places.regions.keys() - locations)):
        _make(context, actions.create_locations, NewLocation.model_construct(code=code, region=places.region(code)))


def foreseen(shop: Belongs, path: Path, mapping: Mapping, columns: list[str]) -> Belongs:
    """What the rows of a file will be read against, when the places it names have been made."""
    places = named(path, mapping, columns)
    locations: dict[str, tuple[int, str | None]] = {code: (0, places.region(code)) for code in places.regions}
    return shop._replace(
        channels={**dict.fromkeys(places.channels, 0), **shop.channels}, locations={**locations, **shop.locations}
    )


def _is_code(text: str) -> bool:
    return isinstance(read_code(text), str) and text.isprintable()


def _make(context: Context, action: Any, item: Any) -> None:
    with suppress(Conflict):  # another process made it meanwhile
        context.write(action, item)
