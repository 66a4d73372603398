"""What a file's columns mean, as it comes in and goes out."""

import csv
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from webapp import clock, money
from webapp.errors import FieldError, Invalid
from webapp.web.fields import Choice, Code, Flag, Input, Instant, Output, Text

FIELDS = (
    "sku", "quantity", "price", "placed_at", "external_id", "order_id", "name", "discount", "channel", "location", "region",
    "customer", "payment", "note", "lot", "kind", "total", "cost", "category", "brand", "vendor", "price_tier", "currency",
    "restock", "reason", "line_id", "entered_at",
)  # fmt: skip
NEEDED = ("sku", "quantity", "price", "placed_at")
UCI_NEEDED = {*NEEDED, "external_id", "name"}
ALIASES = {
    "product_id": "sku",
    "product": "sku",
    "date": "placed_at",
    "customer_id": "customer",
    "invoice": "external_id",
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252")
DELIMITERS = (",", ";", "\t", "|", "json")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file is read: which column holds what, and how numbers, dates and text are written.

    `columns` leads from our name to the file's. `source` is `uci` or `export` for files that are known, else `other`;
    `mends` is the import whose rejected rows these are.
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
    mends: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The mapping as the contract shows it."""
        return {name: value for name, value in asdict(self).items() if name != "mends" or value is not None}

    def as_text(self) -> str:
        """The mapping in one canonical form, so that equal ones are equal texts."""
        return json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

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
    merged = replace(found, columns={name: column for name, column in columns.items() if column}, **others)
    if merged.source == "uci" and not merged.columns.keys() >= UCI_NEEDED:
        return replace(merged, source="other")  # only the whole of such a file is read as one
    return merged


def check(mapping: Mapping, at: str = "/mapping") -> None:
    """Raises Invalid when something that every order needs is not mapped."""
    missing = [
        FieldError(f"{at}/columns/{name}", "missing", f"Say which column holds the {_WORDS[name]}.")
        for name in mapping.missing()
    ]
    if missing:
        raise Invalid("", *missing)


def preview_text(
    columns: list[str], rows: list[list[str]], doubts: list[str], remembered: str | None = None, most: int = 10
) -> str:
    """What was found in a file, as it is kept: the columns, the first rows by column, what to look at, no totals yet.

    remembered: the file for which its mapping was given.
    """
    first = [dict(zip(columns, cells, strict=False)) for cells in rows[:most]]
    found = {"columns": columns, "first_rows": first, "doubts": doubts, "remembered": remembered, "totals": None}
    return json.dumps(found, ensure_ascii=False)


_WORDS = {"sku": "product code", "quantity": "quantity", "price": "price", "placed_at": "date"}
# What a person maps on the page: the fields that files have most, with the words for them.
FIELD_WORDS = (
    ("sku", "Product code"), ("name", "Product name"), ("quantity", "Quantity"), ("price", "Price of one"),
    ("placed_at", "Date and time"), ("external_id", "Invoice or order number"), ("discount", "Discount"),
    ("customer", "Customer code"), ("region", "Country or region"), ("channel", "Channel"), ("location", "Place"),
    ("category", "Category"), ("brand", "Brand"), ("vendor", "Vendor"), ("cost", "Cost of one"), ("note", "Note"),
)  # fmt: skip

# How files may be written, with the words for it.
ENCODING_WORDS = (
    ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with mark"), ("utf-16", "UTF-16 with mark"),
    ("utf-16-le", "UTF-16, low byte first"), ("utf-16-be", "UTF-16, high byte first"), ("windows-1252", "Windows-1252"),
)  # fmt: skip
DELIMITER_WORDS = (
    (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar"), ("json", "One JSON object a line"),
)  # fmt: skip
DECIMAL_WORDS = ((".", "Point: 1234.50"), (",", "Comma: 1234,50"))
DATE_WORDS = (("ymd", "Year, month, day"), ("dmy", "Day, month, year"), ("mdy", "Month, day, year"))


def _is_zone(name: str) -> bool:
    try:
        clock.Zone(name)
    except ValueError:
        return False
    return True


# ---- Out ----


class ErrorOut(Output):
    """A row that was not imported; row 1 is the first below the header."""

    row: int
    field: str
    detail: str
    value: str | None


class UnderstoodOut(Output):
    """One of the first rows as it is understood, by what its columns hold."""

    values: dict[str, Any]
    errors: list[dict[str, str]]


class PreviewOut(Output, json_schema_serialization_defaults_required=False):
    """What a file was recognised as, and what its rows would come to (null until they are counted)."""

    columns: list[str]
    first_rows: list[dict[str, str]]
    mapping: dict[str, Any]
    known: bool
    remembered: str | None
    missing: list[str]
    doubts: list[str]
    understood: list[UnderstoodOut] | None = None
    totals: dict[str, Any] | None


class ImportOut(Output):
    """A file that was given; imported + repeated + rejected = read."""

    id: int
    state: str
    file_name: str
    rows: int | None
    read: int
    imported: int
    repeated: int
    rejected: int
    mended: int
    error: str | None
    errors: list[ErrorOut]
    errors_url: str
    preview: PreviewOut
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class ImportsOut(Output):
    """A page of imports, newest first."""

    items: list[ImportOut]
    next: str | None


class ErrorsOut(Output):
    """A page of rows that were not imported."""

    items: list[ErrorOut]
    next: str | None


def error_json(row: Any) -> dict[str, Any]:
    """A row that was not imported."""
    return {"row": row["row_number"], "field": row["field"], "detail": row["detail"], "value": row["value"]}


COLUMNS = (
    "id", "file_name", "state", "rows", "read", "imported", "repeated", "rejected", "mended", "error", "created_at",
    "started_at", "ended_at",
)  # fmt: skip


def cells(row: Any) -> list[Any]:
    """An import as a row of the list's file, in the order of COLUMNS."""
    shown = import_json(row, [])
    return [shown[name] for name in COLUMNS]


def import_json(row: Any, errors: list[Any]) -> dict[str, Any]:
    """An import as the contract shows it; errors: the first hundred."""
    return {
        "id": row["id"], "state": row["state"], "file_name": row["file_name"], "rows": row["total_rows"],
        "read": row["read_rows"], "imported": row["imported"], "repeated": row["repeated"], "rejected": row["rejected"],
        "mended": row["mended"], "error": row["error"], "errors": [error_json(error) for error in errors],
        "errors_url": f"/imports/{row['id']}/errors", "preview": preview_json(row),
        "created_at": clock.format_time(row["created_ms"]), "started_at": _time(row["started_ms"]),
        "ended_at": _time(row["ended_ms"]),
    }  # fmt: skip


def preview_json(row: Any) -> dict[str, Any]:
    """What was found in a file, its sums as money."""
    mapping, found = Mapping.from_text(row["mapping"]), json.loads(row["preview"] or "{}")
    return {
        "columns": found.get("columns", []), "first_rows": found.get("first_rows", []), "mapping": mapping.as_json(),
        "known": mapping.source != "other" or mapping.mends is not None, "remembered": found.get("remembered"),
        "missing": mapping.missing(), "doubts": found.get("doubts", []),
        "totals": totals_json(found.get("totals")),
    }  # fmt: skip


def totals_json(totals: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a file would come to."""
    if totals is None:
        return None
    gross, returned, currency = totals["gross_minor"], totals["returned_minor"], totals["currency"]
    return {
        "rows": totals["rows"], "orders": totals["orders"], "returns": totals["returns"], "units": totals["units"],
        "rejected": totals["rejected"], "refused": totals.get("refused", []), "gross_sales": money.from_minor(gross, currency),
        "returned": money.from_minor(returned, currency), "net_sales": money.from_minor(gross - returned, currency),
        "currency": currency, "from": _time(totals["from_ms"]), "to": _time(totals["to_ms"]),
    }  # fmt: skip


def _time(ms: int | None) -> str | None:
    return None if ms is None else clock.format_time(ms)


def source_rows(row: Any) -> dict[str, Any]:
    """The rows of a file behind a sale or a return: its name, its columns, and each row's number and cells."""
    mapping, found = Mapping.from_text(row["mapping"]), json.loads(row["preview"] or "{}")
    rows = [(entry["row"], _cells(entry["text"], mapping.delimiter)) for entry in json.loads(row["rows"])]
    columns = [] if mapping.delimiter == "json" else found.get("columns", [])
    return {"import_id": row["import_id"], "file_name": row["file_name"], "columns": columns, "rows": rows}


def _cells(text: str, delimiter: str) -> list[str]:
    if delimiter == "json":
        return [text]
    return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])
