"""Days of sales beside days of weather: what the regressions of sensitivity.py are fed with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from webapp.weather.rules import climate, day_of_year

WET_MM = 5.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeatherDay:
    """The weather of a business day at a location; rain_mm None where it is unknown (such days are left out)."""

    location: int
    day: int
    mean_c: float
    rain_mm: float | None


@dataclass(frozen=True, slots=True)
class DaySale:
    """Units of one product at one location on one business day (days since 1970-01-01). Days without a row count as 0
    units between the product's first and last day at the location, unless `closed` of learn() lists them.

    usable: False where the shelf was empty. marks: names of what else was special ("promotion", "holiday"); each
    gets its own level.
    """

    product: int
    category: int
    location: int
    day: int
    units: float
    usable: bool = True
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cells:
    """One series at one location, a cell a usable day with known weather.

    weather: degrees above the normal, wet. marks: one column for each name.
    """

    location: int
    day: NDArray[np.int64]
    units: Floats
    weather: Floats
    marks: Floats


def known_weather(weather: Sequence[WeatherDay]) -> dict[tuple[int, int], tuple[float, float]]:
    """(location, day) -> degrees above the normal, and 1.0 on a wet day. Where no rain is known anywhere, no day is wet."""
    rainy = any(day.rain_mm is not None for day in weather)
    above = anomalies(weather)
    return {
        cell: (above[cell], float((day.rain_mm or 0.0) >= WET_MM))
        for day in weather
        if (cell := (day.location, day.day)) in above and (day.rain_mm is not None or not rainy)
    }


def anomalies(weather: Sequence[WeatherDay]) -> dict[tuple[int, int], float]:
    """(location, day) -> degrees above the mean of the 31 days of the year around it, over all years given.

    Days whose temperature is none, or that too few days lie around (20), are absent.
    """
    places: dict[int, list[WeatherDay]] = {}
    for each in weather:
        if math.isfinite(each.mean_c) and abs(each.mean_c) < 70:
            places.setdefault(each.location, []).append(each)
    found = {}
    for location, days in places.items():
        normals = climate((each.day, each.mean_c) for each in days)
        for each in days:
            normal = normals.get(day_of_year(each.day))
            if normal is not None:
                found[location, each.day] = each.mean_c - normal.mean_c
    return found


def cells_of(
    rows: Sequence[DaySale],
    known: Mapping[tuple[int, int], tuple[float, float]],
    closed: frozenset[tuple[int, int]],
) -> list[Cells]:
    """The series of one product, a place after the other; days without a sale are 0 between its first and last."""
    names = sorted({mark for row in rows for mark in row.marks})
    places: dict[int, dict[int, DaySale]] = {}
    for row in rows:
        days = places.setdefault(row.location, {})
        days[row.day] = replace(row, units=row.units + days[row.day].units) if row.day in days else row
    found = []
    for location, days in places.items():
        span = [
            day
            for day in range(min(days), max(days) + 1)
            if (location, day) in known and (location, day) not in closed and (day not in days or days[day].usable)
        ]
        if span:
            marks = [[float(day in days and name in days[day].marks) for name in names] for day in span]
            found.append(
                Cells(
                    location,
                    np.array(span),
                    np.array([days[day].units if day in days else 0.0 for day in span]),
                    np.array([known[location, day] for day in span]),
                    np.array(marks, dtype=float).reshape(len(span), len(names)),
                )
            )
    return found


def by_location(members: Sequence[Sequence[Cells]]) -> list[list[Cells]]:
    """The same series, a list for each location."""
    places: dict[int, list[Cells]] = {}
    for cells in members:
        for each in cells:
            places.setdefault(each.location, []).append(each)
    return list(places.values())


def merged(cells: Sequence[Cells]) -> Cells:
    """The products of one location as one series; a mark counts by the share of the products that bear it."""
    days = np.unique(np.concatenate([each.day for each in cells]))
    units, weather = np.zeros(len(days)), np.zeros((len(days), 2))
    marked = np.zeros(len(days))
    for each in cells:
        at = np.searchsorted(days, each.day)
        units[at] += each.units
        weather[at] = each.weather
        marked[at] += each.marks.any(axis=1) / len(cells) if each.marks.size else 0.0
    return Cells(cells[0].location, days, units, weather, marked[:, None] if marked.any() else np.zeros((len(days), 0)))


def weekdays(days: NDArray[np.int64]) -> Floats:
    """A column for each day of the week; which one is first does not matter here."""
    return np.asarray(np.eye(7)[days % 7], dtype=float)


def tents(days: NDArray[np.int64], every: int) -> Floats:
    """A broken line with a knot every so many days, as columns that add up to 1; the first is left out as the level."""
    first = int(days.min())
    knots = max(2, math.ceil((int(days.max()) - first) / every) + 1)
    at = (days - first) / every
    columns = np.maximum(0.0, 1 - np.abs(at[:, None] - np.arange(knots)[None, :]))
    return np.asarray(columns[:, 1:], dtype=float)
