"""What a file is, by its first rows: encoding, delimiter, header, decimal mark, order of dates, and what its columns mean."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import FieldError, Invalid, Unsupported
from webapp.imports.rules.cells import NDJSON, Damaged, detect_encoding, names_of, open_text, parse_object
from webapp.imports.shapes import Mapping

HEAD = 1 << 18
SAMPLE = 2_000
_UCI = {
    "external_id": ("invoiceno", "invoice"), "sku": ("stockcode",), "name": ("description",), "quantity": ("quantity",),
    "placed_at": ("invoicedate",), "price": ("unitprice", "price"), "customer": ("customerid",), "region": ("country",),
}  # fmt: skip
_EXPORT = {
    name: (name.replace("_", ""),)
    for name in (
        "kind", "order_id", "external_id", "placed_at", "channel", "location", "region", "sku", "name", "category", "brand",
        "vendor", "price_tier", "lot", "quantity", "price", "discount", "total", "cost", "currency", "restock", "reason", "note",
        "line_id", "entered_at",
    )
} | {"customer": ("customerid",)}  # fmt: skip
_EXPORT_SIGNS = {"kind", "order_id", "placed_at", "sku", "quantity", "price", "total", "currency"}
_LIKELY = {
    "sku": (
        "sku", "stockcode", "artikel", "productcode", "itemcode", "articlenumber", "article", "productid", "itemid", "product",
        "item", "code",
    ),
    "quantity": ("quantity", "qty", "units", "pieces", "count", "menge", "anzahl", "quantite"),
    "price": ("price", "unitprice", "itemprice", "priceperunit", "preis", "einzelpreis", "prix"),
    "placed_at": ("placedat", "date", "datetime", "timestamp", "orderdate", "invoicedate", "createdat", "soldat", "time", "datum", "day"),
    "external_id": (
        "externalid", "invoiceno", "invoice", "orderno", "orderid", "ordernumber", "receipt", "receiptno", "transactionid",
        "order", "bestellung", "bestellnummer", "rechnung", "rechnungsnummer", "beleg", "belegnummer", "bon", "bonnummer",
    ),
    "name": ("name", "description", "productname", "itemname", "title", "bezeichnung", "product", "item", "article", "artikel"),
    "customer": ("customer", "customerid", "customercode", "client", "kunde", "kundennummer"),
    "region": ("region", "country", "land"),
    "channel": ("channel", "kanal"), "location": ("location", "store", "shop", "branch", "filiale", "standort"),
    "discount": ("discount", "rabatt"),
    "category": ("category",), "brand": ("brand",), "vendor": ("vendor", "supplier"), "cost": ("cost", "unitcost"),
    "note": ("note", "comment", "remarks"), "lot": ("lot", "batch"), "currency": ("currency",), "payment": ("payment",),
}  # fmt: skip
_PLAIN = re.compile(r"\W|_")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")  # which a text of rows has no use for
_NUMBER = re.compile(r"[-+]?[\d.,' \u00a0]*\d", re.ASCII)
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})\b", re.ASCII)


@dataclass(slots=True)
class Found:
    """What was recognised; `rows` are the first ones, `doubts` what a person should look at, `remembered` the file for
    which a person said what such columns mean."""

    mapping: Mapping
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    remembered: str | None = None

    @property
    def known(self) -> bool:
        """Whether the file is one that needs no mapping."""
        return self.mapping.source != "other" or self.mapping.mends is not None


def recognise(head: bytes, month_first: bool = False, **given: object) -> Found:
    """What a file is by its first bytes; `given` overrides encoding, delimiter or header.

    month_first: how an ambiguous date is read. Raises Unsupported for what is not text, Invalid for nothing at all.
    """
    encoding = str(given.get("encoding") or detect_encoding(head))
    text = _decode(head, encoding)
    delimiter = str(given.get("delimiter") or _delimiter(text))
    rows = _objects(text) if delimiter == NDJSON else _rows(text, delimiter)
    if not any(cell.strip() for row in rows for cell in row):
        raise Invalid("", FieldError("/file", "missing", "There is nothing in the file."))
    has_header = given.get("header")
    header = delimiter == NDJSON or (_has_header(rows) if has_header is None else bool(has_header))
    columns = names_of(rows[0] if header else [str(n) for n in range(1, len(rows[0]) + 1)])
    body = rows[1:] if header else rows
    mapping, doubts = _mapping(columns, body, header, month_first)
    return Found(
        Mapping(delimiter=delimiter, header=header, encoding=encoding, **mapping),
        columns,
        body[:SAMPLE],
        doubts,  # type: ignore[arg-type]
    )


def _decode(head: bytes, encoding: str) -> str:
    with open_text(io.BytesIO(head), encoding) as text:  # type: ignore[arg-type]
        decoded = text.read().removeprefix("\ufeff")
    if len(_CONTROLS.findall(decoded[:2_000])) > len(decoded[:2_000]) // 50 or (
        encoding.startswith("utf-16") and "," not in decoded and len(decoded) < 2
    ):
        raise Unsupported("This is not a file of rows. CSV, TSV and NDJSON are read, also in .gz, .xz or .zip.")
    if len(head) >= HEAD:  # the last line may be cut
        decoded = decoded[: max(decoded.rfind("\n"), decoded.rfind("\r")) + 1] or decoded
    return decoded


def _delimiter(text: str) -> str:
    start = text.lstrip()
    if start.startswith("{") and not isinstance(parse_object(start.splitlines()[0]), Damaged):
        return NDJSON
    lines = text[:40_000].splitlines(keepends=True)[:40]
    return max((",", ";", "\t", "|"), key=lambda mark: _evenness(lines, mark))


def _evenness(lines: list[str], mark: str) -> tuple[float, int]:
    """How evenly a delimiter cuts the lines, and in how many columns."""
    widths = Counter(len(row) for row in _parsed(lines, mark) if row)
    if not widths:
        return 0.0, 0
    width, times = max(widths.items(), key=lambda entry: (entry[1] * (entry[0] > 1), entry[0]))
    return (round(times / widths.total(), 1), width) if width > 1 else (0.0, 1)


def _parsed(lines: list[str], mark: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(lines, delimiter=mark))
    except csv.Error:
        pass
    return rows


def _rows(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in _parsed(io.StringIO(text, newline="").readlines(), delimiter) if row]


def _objects(text: str) -> list[list[str]]:
    """The members' names in order of appearance, then the rows."""
    found = [
        entry for line in text.splitlines()[:SAMPLE] if line.strip() and isinstance(entry := parse_object(line), dict)
    ]
    names = list(dict.fromkeys(name for entry in found for name in entry))
    return [names, *([entry.get(name, "") for name in names] for entry in found)]


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns: nothing in it is a number or a date, though something below is."""
    if not rows:
        return True
    first = [_plain(cell) for cell in rows[0]]
    words = {word for likely in _LIKELY.values() for word in likely}
    if sum(cell in words for cell in first) >= 2:
        return True
    return not any(_NUMBER.fullmatch(cell.strip()) or _DATE.match(cell.strip()) for cell in rows[0])


def _plain(name: str) -> str:
    return _PLAIN.sub("", name).casefold()


def _mapping(
    columns: list[str], rows: Sequence[list[str]], header: bool, month_first: bool
) -> tuple[dict[str, Any], list[str]]:
    plain = {_plain(name): name for name in reversed(columns)} if header else {}
    source, found = _known(plain)
    if source == "other":
        found = _likely(plain)
    # Where no column is known by its name, the marks of all of them tell.
    every = [] if {"price", "placed_at"} <= found.keys() else [cell.strip() for row in rows for cell in row]
    numbers = (
        _cells(columns, rows, found, "price", "discount", "cost", "total") if "price" in found else _numbers(every)
    )
    decimal, number_doubt = _decimal(numbers)
    times = _cells(columns, rows, found, "placed_at") if "placed_at" in found else every
    dates, date_doubt = _dates(times, month_first or source == "uci")
    mapping: dict[str, Any] = {"columns": found, "decimal": decimal, "dates": dates, "source": source}
    if source == "uci":
        mapping["time_zone"] = "Europe/London"
    return mapping, [doubt for doubt in (number_doubt, date_doubt) if doubt and source == "other"]


def _known(plain: dict[str, str]) -> tuple[str, dict[str, str]]:
    if all(sign.replace("_", "") in plain for sign in _EXPORT_SIGNS):
        return "export", {name: plain[names[0]] for name, names in _EXPORT.items() if names[0] in plain}
    uci = {name: next((plain[word] for word in words if word in plain), "") for name, words in _UCI.items()}
    if all(uci.values()) and len(plain) == len(_UCI):
        return "uci", uci
    return "other", {}


def _likely(plain: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in _LIKELY.items():
        column = next((plain[word] for word in words if word in plain and plain[word] not in found.values()), None)
        if column is not None:
            found[name] = column
    return found


def _cells(columns: list[str], rows: Sequence[list[str]], found: dict[str, str], *names: str) -> list[str]:
    places = [columns.index(found[name]) for name in names if name in found]
    return [row[place].strip() for row in rows for place in places if place < len(row) and row[place].strip()]


def _numbers(cells: list[str]) -> list[str]:
    return [cell for cell in cells if _NUMBER.fullmatch(cell) and not _DATE.match(cell)]


def _decimal(cells: list[str]) -> tuple[str, str | None]:
    """The decimal mark of these numbers, and a doubt where none of them tells it apart from a thousands mark."""
    votes: Counter[str] = Counter()
    unclear = False
    for cell in cells:
        marks = [sign for sign in cell if sign in ".,"]
        if not marks:
            continue
        behind = len(cell) - 1 - cell.rfind(marks[-1])
        if len(set(marks)) == 2 or behind != 3:
            votes[marks[-1]] += 1
        elif len(marks) > 1:
            votes["," if marks[-1] == "." else "."] += 1
        else:
            unclear = True
    if votes:
        return votes.most_common(1)[0][0], None
    return ".", "No price shows which sign is the decimal mark." if unclear else None


def _dates(cells: list[str], month_first: bool) -> tuple[str, str | None]:
    """The order in which these dates are written, and a doubt where day and month could be either."""
    first_above = second_above = False
    seen = 0
    for cell in cells:
        match = _DATE.match(cell)
        if not match:
            continue
        if len(match.group(1)) == 4:
            return "ymd", None
        seen += 1
        first_above |= int(match.group(1)) > 12
        second_above |= int(match.group(2)) > 12
    if first_above != second_above:
        return ("dmy" if first_above else "mdy"), None
    if not seen:
        return "ymd", None
    return "mdy" if month_first else "dmy", "The dates could be day first or month first."
