"""Files that are known again: rejected rows that were mended, and headers for which a person said what they mean."""

import json
from dataclasses import replace
from typing import Any

from webapp import clock
from webapp.db import reading, store
from webapp.errors import Invalid
from webapp.imports import actions, dao
from webapp.imports.rules import mending
from webapp.imports.rules.recognise import Found
from webapp.imports.rules.understood import AMOUNTS, understood
from webapp.imports.shapes import Mapping

READ = {"quantity", "placed_at", *AMOUNTS}


def recall(found: Found, channels: Any) -> Found:
    """What was recognised, or what was said before of such a file in its place.

    channels: the codes that exist. Raises Invalid: mended rows of an import that this shop does not have.
    """
    of = mending.mended_import(found.columns, found.rows)
    with reading.reading() as tx:
        if of is not None:
            return _mended(found, dao.find_import(tx, of), of)
        if found.mapping.source != "other" or not found.mapping.header:
            return found
        kept = dao.find_mapping(tx, mending.header_key(found.columns))
    return found if kept is None else _remembered(found, kept, channels)


def _mended(found: Found, row: Any, of: int) -> Found:
    if row is None:
        raise Invalid(f"These are rejected rows of import {of}, which this shop does not have.")
    first, columns = Mapping.from_text(row["mapping"]), json.loads(row["preview"] or "{}").get("columns", [])
    found.mapping = mending.mended_mapping(found.mapping, first, columns, found.columns, first.mends or of)
    found.doubts = []
    return found


def _remembered(found: Found, kept: Any, channels: Any) -> Found:
    said = Mapping.from_text(kept["mapping"])
    candidate = replace(
        found.mapping, columns=said.columns, time_zone=said.time_zone,
        channel=said.channel if said.channel in channels else None,
    )  # fmt: skip
    as_before = replace(candidate, decimal=said.decimal, dates=said.dates)
    found.remembered = kept["file_name"]
    # What this very file cannot be read by was meant for another.
    if _unread(found, as_before) <= _unread(found, candidate):
        found.mapping, found.doubts = as_before, []
    else:
        found.mapping = candidate
    return found


def _unread(found: Found, mapping: Mapping) -> int:
    rows = [dict(zip(found.columns, cells, strict=False)) for cells in found.rows[:200]]
    mapping = replace(mapping, columns={name: column for name, column in mapping.columns.items() if name in READ})
    read = understood(mapping, found.columns, rows, store.shop().currency, clock.now_ms())
    return sum(len(row["errors"]) for row in read)


def remember(found_columns: list[str], mapping: Mapping, file_name: str) -> actions.Remembered | None:
    """What is to be kept of a mapping that a person gave, None for a file that is known without."""
    if mapping.source != "other" or mapping.mends is not None or not mapping.header:
        return None
    return actions.Remembered(mending.header_key(found_columns), mapping.as_text(), file_name)
