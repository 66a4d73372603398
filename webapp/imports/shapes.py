"""What a file's columns mean, as it comes in and goes out."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from webapp import clock
from webapp.errors import FieldError, Invalid
from webapp.web.fields import Choice, Code, Flag, Input, Text

FIELDS = (
    "sku", "quantity", "price", "placed_at", "external_id", "order_id", "name", "discount", "channel", "location", "region",
    "customer", "payment", "note", "lot", "kind", "total", "cost", "category", "brand", "vendor", "price_tier", "currency",
    "restock", "reason", "line_id",
)  # fmt: skip
NEEDED = ("sku", "quantity", "price", "placed_at")
ALIASES = {"product_id": "sku", "product": "sku", "date": "placed_at", "customer_id": "customer", "invoice": "external_id"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252")
DELIMITERS = (",", ";", "\t", "|", "json")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file is read: which column holds what, and how numbers, dates and text are written.

    `columns` leads from our name to the file's. `source` is `uci` or `export` for files that are known, else `other`.
    A file is known again by its bytes and this.
    """

    columns: dict[str, str] = field(default_factory=dict)
    decimal: str = "."
    dates: str = "ymd"
    time_zone: str | None = None
    channel: str | None = None
    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"
    source: str = "other"

    def as_json(self) -> dict[str, Any]:
        """The mapping as the contract shows it."""
        return asdict(self)

    def as_text(self) -> str:
        """The mapping in one canonical form, so that equal ones are equal texts."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_text(text: str) -> "Mapping":
        """The mapping that `as_text` wrote."""
        return Mapping(**json.loads(text))

    def missing(self) -> list[str]:
        """What has to be mapped before rows can become orders."""
        return [name for name in NEEDED if not self.columns.get(name)]


class MappingIn(Input):
    """A mapping as sent; what is left out is recognised."""

    columns: dict[Text(40), Text(1000)] | None = None  # type: ignore[valid-type]
    decimal: Choice(".", ",") | None = None  # type: ignore[valid-type]
    dates: Choice("ymd", "dmy", "mdy") | None = None  # type: ignore[valid-type]
    time_zone: Text(100) | None = None  # type: ignore[valid-type]
    channel: Code | None = None  # type: ignore[valid-type]
    delimiter: Choice(*DELIMITERS) | None = None  # type: ignore[valid-type]
    header: Flag | None = None  # type: ignore[valid-type]
    encoding: Choice(*ENCODINGS) | None = None  # type: ignore[valid-type]
    source: Choice("uci", "export", "other") | None = None  # type: ignore[valid-type]


class StartIn(Input):
    """What starts an import that waits for its mapping."""

    mapping: MappingIn | None = None


def merged(found: Mapping, given: MappingIn | None, names: list[str], at: str = "/mapping") -> Mapping:
    """What was recognised, with what was given in its place; an empty column name takes a field away.

    names: the file's columns. Raises Invalid: a field that we do not know, a column that the file does not have, a zone
    that does not exist.
    """
    if given is None:
        return found
    errors: list[FieldError] = []
    columns = dict(found.columns) if given.columns is None or found.source != "other" else {}
    for key, column in (given.columns or {}).items():
        name = ALIASES.get(key, key)
        if name not in FIELDS:
            errors.append(FieldError(f"{at}/columns/{key}", "unknown_field", f"There is nothing called {key} to read."))
        elif column and column not in names:
            errors.append(FieldError(f"{at}/columns/{key}", "unknown", f"The file has no column {column}."))
        else:
            columns[name] = column
    if given.time_zone is not None and not _is_zone(given.time_zone):
        errors.append(FieldError(f"{at}/time_zone", "unknown", f"There is no time zone {given.time_zone}."))
    if errors:
        raise Invalid("", *errors)
    others = {name: value for name, value in given if name != "columns" and value is not None}
    return replace(found, columns={name: column for name, column in columns.items() if column}, **others)


def check(mapping: Mapping, at: str = "/mapping") -> None:
    """Raises Invalid when something that every order needs is not mapped."""
    missing = [FieldError(f"{at}/columns/{name}", "missing", f"Say which column holds the {_WORDS[name]}.") for name in mapping.missing()]
    if missing:
        raise Invalid("", *missing)


def preview_text(columns: list[str], rows: list[list[str]], doubts: list[str], most: int = 10) -> str:
    """What was found in a file, as it is kept: the columns, the first rows by column, what to look at, no totals yet."""
    first = [dict(zip(columns, cells, strict=False)) for cells in rows[:most]]
    return json.dumps({"columns": columns, "first_rows": first, "doubts": doubts, "totals": None}, ensure_ascii=False)


_WORDS = {"sku": "product code", "quantity": "quantity", "price": "price", "placed_at": "date"}


def _is_zone(name: str) -> bool:
    try:
        clock.Zone(name)
    except ValueError:
        return False
    return True
