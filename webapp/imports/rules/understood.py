"""The first rows of a file as they are understood, before anything is kept."""

from typing import Any

from webapp import clock, money
from webapp.clock import Zone
from webapp.imports.rules.lines import Belongs, LineReader
from webapp.imports.rules.values import Wrong
from webapp.imports.shapes import Mapping

AMOUNTS = ("price", "discount", "total", "cost")


def understood(
    mapping: Mapping, columns: list[str], rows: list[dict[str, str]], currency: str, now_ms: int
) -> list[dict[str, Any]]:
    """For each row what its cells mean: {"values": {"price": 1234.50, ...}, "errors": [{"field", "detail", "value"}]}.

    A value that cannot be read is None and has an error; amounts are Decimals, times are UTC.
    """
    zone = Zone(mapping.time_zone or "UTC")
    reader = LineReader(mapping, columns, Belongs(currency, zone, {mapping.channel or "online": 0}, {}, now_ms))
    return [_row(reader, row, currency) for row in rows]


def _row(reader: LineReader, row: dict[str, str], currency: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors = []
    for name, column in sorted(reader.mapping.columns.items(), key=lambda meant: reader.at.get(meant[0], 0)):
        cell = row.get(column, "")
        found = _cell(reader, name, cell)
        values[name] = None if isinstance(found, Wrong) else _shown(name, found, currency)
        if isinstance(found, Wrong):
            errors.append({"field": column, "detail": found.detail, "value": cell})
    return {"values": values, "errors": errors}


def _cell(reader: LineReader, name: str, cell: str) -> Any:
    if name in ("placed_at", "entered_at"):
        return reader.times[cell] if cell.strip() or name == "placed_at" else None
    if name == "quantity":
        return reader.quantities[cell]
    if name in AMOUNTS:
        return reader.amounts[cell] if cell.strip() or name == "price" else None
    if name == "sku":
        return reader.codes[cell]
    return reader.regions[cell] if name == "region" else cell


def _shown(name: str, found: Any, currency: str) -> Any:
    if found is None or found == "":
        return None
    if name in AMOUNTS:
        return money.from_minor(found, currency)
    return clock.format_time(found) if name in ("placed_at", "entered_at") else found
