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
# Stands for a day that cannot be read, so that the rest of its row can be looked at.
_ANY = {"day": "1970-01-01"}
Validate = Callable[[type[NewDays], Any], NewDays]
Locations = Mapping[int | str, Any]
# The day that it is at a location.
Today = Callable[[Any], int]
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


def from_rows(
    rows: list[dict[str, str]], lines: list[int], validate: Validate, locations: Locations, today: Today
) -> list[Given]:
    """The days of a file as the action takes them. lines: where each row begins.

    Raises Invalid: the line and column of every fault, also of what only the shop can know of a row that has others.
    """
    found: list[Given] = []
    errors: list[tuple[int, FieldError]] = []
    for start in range(0, len(rows), SLICE):
        piece = dict(enumerate(rows[start : start + SLICE], start))
        days, wrong = _read(piece, validate, errors, lines)
        for number, one in days:
            location, faults = locations.get(one.location), []
            for name, code, said in _faults(one, location, today):
                if number not in wrong or not (code == "missing" or name in wrong[number]):
                    faults.append((number, _at_line(number, lines, name, code, said)))
            errors += faults
            if location is not None and number not in wrong and not faults:
                found.append(_taken(one, location))
    if errors:
        raise Invalid("", *(error for _, error in sorted(errors, key=lambda one: one[0])[:MOST_FAULTS]))
    return found


def _read(
    piece: dict[int, dict[str, str]], validate: Validate, errors: list[tuple[int, FieldError]], lines: list[int]
) -> tuple[list[tuple[int, NewDay]], dict[int, set[str]]]:
    """The rows of a piece, and which fields are wrong of which of them; those rows come without these fields."""
    wrong: dict[int, set[str]] = {}
    try:
        return list(zip(piece, validate(NewDays, {"days": list(piece.values())}).days, strict=True)), wrong
    except Invalid as problem:
        for error in problem.errors:
            _, _, index, *names = (error.pointer or "").split("/")
            number, name = min(piece) + int(index), "/".join(names)
            wrong.setdefault(number, set()).add(name)
            errors.append((number, _at_line(number, lines, name, error.code, error.detail)))
    if len(errors) >= MOST_FAULTS:
        return [], wrong
    sound = {
        number: {**_ANY, **{name: text for name, text in row.items() if name not in wrong.get(number, ())}}
        for number, row in piece.items() if "location" not in wrong.get(number, ())
    }  # fmt: skip
    days = validate(NewDays, {"days": list(sound.values())}).days if sound else []
    return list(zip(sound, days, strict=True)), wrong


def _at_line(number: int, lines: list[int], name: str, code: str, said: str) -> FieldError:
    return FieldError(f"/days/{number}/{name}", code, f"Line {lines[number]}, {name}: {said}")


def given(days: list[NewDay], locations: Locations, today: Today) -> list[Given]:
    """The days as the action takes them.

    Raises Invalid, every fault at once: no such location, a day that has not ended, no mean, low above high.
    """
    found: list[Given] = []
    errors: list[FieldError] = []
    for index, one in enumerate(days):
        location = locations.get(one.location)
        faults = [FieldError(f"/days/{index}/{name}", code, said) for name, code, said in _faults(one, location, today)]
        errors += faults
        if location is not None and not faults:
            found.append(_taken(one, location))
    if errors:
        raise Invalid("", *errors[:MOST_FAULTS])
    return found


def _taken(one: NewDay, location: Any) -> Given:
    low, high, rain = (None if v is None else float(v) for v in (one.low_c, one.high_c, one.rain_mm))
    mean = float(one.mean_c) if one.mean_c is not None else ((low or 0.0) + (high or 0.0)) / 2
    return (location["id"], one.day, mean, low, high, rain, one.condition)


def _faults(one: NewDay, location: Any, today: Today) -> Iterator[tuple[str, str, str]]:
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
