"""A file of sales as what tills would send: bodies in the order of their time, read by the readers of imports."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webapp import clock, money
from webapp.clock import Zone
from webapp.imports import shapes
from webapp.imports.jobs import files
from webapp.imports.jobs.gather import Gatherer
from webapp.imports.jobs.unpack import head_of, measure
from webapp.imports.rules.lines import SALE, Belongs, Head, Line
from webapp.imports.rules.recognise import HEAD, recognise
from webapp.web.jsonio import dumps

NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Shop:
    """What rows are read against, as the shop that is played into tells it."""

    currency: str
    time_zone: str
    locale: str
    channels: Mapping[str, int]
    locations: Mapping[str, int]


@dataclass(slots=True)
class Event:
    """One sale or return of the file. at_ms: when it happened there. row: its first row, by which it is known.

    products: what its lines are, for a shop that does not have them yet. of: the row of its sale, where the file has that;
    sold: the line ids that its lines bear in the file (of a return: of the lines that come back).
    """

    at_ms: int
    row: int
    kind: str
    body: dict[str, Any]
    products: list[dict[str, Any]]
    of: int | None = None
    sold: tuple[str | None, ...] = ()


class Played:
    """A file's events in the order of their time. digest: of its unpacked bytes; refused: rows that are no sale."""

    def __init__(self, path: Path, shop: Shop) -> None:
        found = recognise(head_of(path, HEAD), month_first=shop.locale in files.MONTH_FIRST)
        mapping = replace(found.mapping, channel=found.mapping.channel or "online", time_zone=shop.time_zone)
        shapes.check(mapping)
        _, self.digest = measure(path)
        places = {code: (number, None) for code, number in shop.locations.items()}
        against = Belongs(shop.currency, Zone(shop.time_zone), shop.channels, places, clock.now_ms())
        self._codes = {number: code for code, number in shop.channels.items()}
        self._places = {number: code for code, number in shop.locations.items()}
        self._currency = shop.currency
        self.refused = 0
        with tempfile.TemporaryDirectory(prefix="takings-replay-") as folder, Gatherer(Path(folder)) as gatherer:
            files.read_through(path, mapping, found.columns, against, gatherer, lambda rows: None)
            self.events = sorted(self._events(gatherer), key=lambda event: (event.at_ms, event.row))

    def _events(self, gatherer: Gatherer) -> Iterator[Event]:
        for _, parts, faults in gatherer.entries():
            if parts is None:
                self.refused += bool(faults)
                continue
            sale = parts.get(SALE)
            of = sale[1][0][0] if sale else None
            for name, (head, lines) in parts.items():
                yield self._event(head, lines, None if name == SALE else of)

    def _event(self, head: Head, lines: list[Line], of: int | None) -> Event:
        kind, external_id, at_ms, channel, location, region, _, payment, note, reason, *_ = head
        said = f"{external_id}: {note}" if external_id and note else external_id or note
        body: dict[str, Any] = {"note": said[:NOTE] if said else None, "channel": self._codes.get(channel)}
        body["location"] = self._places.get(location)
        body["region"] = region if location is None else None
        if kind == SALE:
            body |= {"payment": payment, "lines": [self._sold(line) for line in lines]}
        else:
            body |= {"reason": reason, "lines": [self._back(line) for line in lines]}
        body = {name: value for name, value in body.items() if value is not None}
        numbers = tuple(line[9][6] if line[9] is not None else None for line in lines)
        return Event(at_ms, lines[0][0], kind, body, [self._product(line) for line in lines], of, numbers)

    def _sold(self, line: Line) -> dict[str, Any]:
        said = {"product_id": line[2], "quantity": line[4], "price": self._amount(line[5])}
        return {**said, "discount": self._amount(line[6])} if line[6] else said

    def _back(self, line: Line) -> dict[str, Any]:
        restock = line[9] is not None and bool(line[9][5])
        return {"product_id": line[2], "quantity": line[4], "price": self._amount(line[5]), "restock": restock}

    def _product(self, line: Line) -> dict[str, Any]:
        more = line[9] or (None,) * 5
        known = {"category": more[1], "brand": more[2], "vendor": more[3], "price_tier": more[4]}
        cost = None if line[8] is None else self._amount(line[8])
        said = {"sku": line[2], "name": line[3] or line[2], "price": self._amount(line[5]), "cost": cost, **known}
        return {name: value for name, value in said.items() if value is not None}

    def _amount(self, minor: int) -> Any:
        return money.from_minor(minor, self._currency)


def as_body(value: Any) -> bytes:
    """The JSON that is sent; always the same bytes for the same event."""
    return dumps(value).encode()
