"""Rejected rows as a file to mend: why each was refused, which row it was, and its own columns as they stood."""

import csv
import json
from typing import Any

from webapp.imports.rules.cells import NDJSON, Damaged, parse_object
from webapp.imports.rules.mending import AT_IMPORT, AT_ROW, OWN, SIGNS
from webapp.imports.rules.values import unguarded
from webapp.imports.shapes import Mapping


def columns(of: Any) -> list[str]:
    """The header of the file: what says which row it was, then the columns that it had."""
    own = _found(of)
    return [*SIGNS, *(own[OWN:] if Mapping.from_text(of["mapping"]).mends is not None else own)]


def cells(of: Any, errors: list[Any]) -> list[str]:
    """A rejected row of an import with all that is wrong with it; a row that was mended in vain keeps its first number."""
    mapping = Mapping.from_text(of["mapping"])
    own = _own(errors[0]["text"] or "", mapping, _found(of))
    row, origin = str(errors[0]["row_number"]), str(of["id"])
    if mapping.mends is not None:
        if len(own) > AT_IMPORT:
            row, origin = own[AT_ROW], own[AT_IMPORT]
        own = [unguarded(cell) for cell in own[OWN:]]  # as the reader took them; the file guards them anew
    said = ("; ".join(error[name] or "" for error in errors) for name in ("field", "detail", "value"))
    return [row, *said, origin, *own]


def _found(of: Any) -> list[str]:
    return list(json.loads(of["preview"] or "{}").get("columns", []))


def _own(text: str, mapping: Mapping, names: list[str]) -> list[str]:
    if mapping.delimiter == NDJSON:
        members = parse_object(text)
        return [text] if isinstance(members, Damaged) else [members.get(name, "") for name in names]
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=mapping.delimiter), [])
    except csv.Error:
        return [text]
