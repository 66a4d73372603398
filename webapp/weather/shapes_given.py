"""Days that a person gives: read from JSON, from a form or from CSV, each fault named by row and field."""

import csv
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import Any

from webapp.errors import FieldError, Invalid, Malformed
from webapp.weather.shapes import COLUMNS, MOST_DAYS, NewDay, NewDays
from webapp.web.csvio import unguarded

# What other programs call our columns; Open-Meteo's own names among them.
ALIASES = {
    "code": "location", "date": "day", "time": "day", "temperature_2m_mean": "mean_c", "temp_c": "mean_c",
    "temperature_c": "mean_c", "temperature_2m_min": "low_c", "temperature_2m_max": "high_c",
    "precipitation_sum": "rain_mm", "rain_sum": "rain_mm",
}  # fmt: skip
FIELDS = tuple(name for name in COLUMNS if name != "source")
SLICE = 256
MOST_FAULTS = 100
Validate = Callable[[type[NewDays], Any], NewDays]
Given = tuple[int, int, float, float | None, float | None, float | None, str | None]


def read_csv(sent: bytes, location: str | None = None) -> tuple[list[dict[str, str]], list[int]]:
    """The rows of a file as a form would send them, and the number of the line at which each begins.

    location: of rows that name none. Comma, semicolon or tab; with a semicolon a decimal comma is read, too.
    Raises Malformed (no UTF-8, no CSV) and Invalid: a column that is not known, none for the day, no rows, too many.
    """
    try:
        text = sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("The file is not UTF-8.") from None
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        columns = _columns(next(reader, []), location)
        rows, lines, began = [], [], reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(columns, cells, location, mark == ";"))
                lines.append(began)
            began = reader.line_num + 1
            if len(rows) > MOST_DAYS:
                raise Invalid("", FieldError("/days", "too_large", f"At most {MOST_DAYS:,} days can be given."))
    except csv.Error as error:
        raise Malformed(f"The file cannot be read near line {reader.line_num}: {error}.") from None
    if not rows:
        raise Invalid("", FieldError("/days", "missing", "The file has no days."))
    return rows, lines


def _columns(header: list[str], location: str | None) -> list[str]:
    names = [name.strip().lower().partition(" (")[0] for name in header]
    columns = [ALIASES.get(name, name) for name in names]
    errors = [
        FieldError(f"/columns/{number}", "unknown_field", f"The column {name[:60]!r} is not known.")
        for number, name in enumerate(columns) if name not in COLUMNS
    ]  # fmt: skip
    if len(set(columns)) < len(columns):
        errors.append(FieldError("/columns", "duplicate", "A column stands there twice."))
    needed = ["day"] if location else ["location", "day"]
    errors += [
        FieldError("/columns", "missing", f"There is no column {name}.") for name in needed if name not in columns
    ]
    if errors:
        raise Invalid("", *errors)
    return columns


def _row(columns: list[str], cells: list[str], location: str | None, commas: bool) -> dict[str, str]:
    row = {} if location is None else {"location": location}
    for number, cell in enumerate(cells):
        name, text = columns[number] if number < len(columns) else f"column {number + 1}", unguarded(cell.strip())
        if text and name != "source":
            row[name] = text.replace(",", ".") if commas and name.endswith(("_c", "_mm")) else text
    return row


def check_rows(rows: list[dict[str, str]], lines: list[int], validate: Validate) -> Iterator[list[NewDay]]:
    """The checked days, a slice at a time; Invalid after the last one names the line and field of every fault."""
    errors: list[FieldError] = []
    for start in range(0, len(rows), SLICE):
        try:
            days = validate(NewDays, {"days": rows[start : start + SLICE]}).days
        except Invalid as problem:
            errors += [_at_line(error, lines, start) for error in problem.errors]
            continue
        yield days
    if errors:
        raise Invalid("", *errors[:MOST_FAULTS])


def _at_line(error: FieldError, lines: list[int], start: int) -> FieldError:
    _, _, number, *names = (error.pointer or "").split("/")
    index = start + int(number)
    name = "/".join(names)
    return FieldError(f"/days/{index}/{name}", error.code, f"Line {lines[index]}, {name}: {error.detail}")


def given(
    days: list[NewDay], locations: Mapping[int | str, Any], today: Callable[[Any], int], lines: list[int] | None = None
) -> list[Given]:
    """The days as the action takes them. today: the day that it is at a location. lines: of a file, for its faults.

    Raises Invalid, every fault at once: no such location, a day that has not ended, no mean, low above high.
    """
    found: list[Given] = []
    errors: list[FieldError] = []
    for index, one in enumerate(days):
        location = locations.get(one.location)
        faults = list(_faults(one, location, today))
        if faults or location is None:
            where = f"Line {lines[index]}, " if lines else ""
            errors += [
                FieldError(f"/days/{index}/{name}", code, f"{where}{name}: {said}" if lines else said)
                for name, code, said in faults
            ]
            continue
        low, high, rain = (None if v is None else float(v) for v in (one.low_c, one.high_c, one.rain_mm))
        mean = float(one.mean_c) if one.mean_c is not None else ((low or 0.0) + (high or 0.0)) / 2
        found.append((location["id"], one.day, mean, low, high, rain, one.condition))
    if errors:
        raise Invalid("", *errors[:MOST_FAULTS])
    return found


def _faults(one: NewDay, location: Any, today: Callable[[Any], int]) -> Iterator[tuple[str, str, str]]:
    low, mean, high = one.low_c, one.mean_c, one.high_c
    if location is None:
        yield "location", "unknown", f"There is no location {one.location}."
    elif one.day >= today(location):
        yield "day", "in_the_future", "This day has not ended."
    if mean is None and (low is None or high is None):
        yield "mean_c", "missing", "Give the mean, or low and high."
    if low is not None and high is not None and low > high:
        yield "low_c", "too_large", "The low is above the high."
    if mean is not None and ((low is not None and low > mean) or (high is not None and high < mean)):
        yield "mean_c", "unknown", "The mean does not lie between low and high."
