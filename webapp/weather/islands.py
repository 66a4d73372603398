"""Live pieces of the weather: now, the days ahead, and a location's days against its season."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webapp.charts import Axis, Line, Tick, line_chart
from webapp.clock import day_to_date
from webapp.db import store
from webapp.errors import NotFound
from webapp.live.islands import island
from webapp.shop import dao as shop
from webapp.text import Formatter
from webapp.weather import dao, rules, shapes_page
from webapp.weather.shapes import degrees

DAYS = 90


@island("/weather/now", topics=["weather"], pace=1.0, template="weather/_now.html")
def show_now(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """Each location's weather, its class and why, or since when it is unknown; `full=1` stands on the weather's own page."""
    standing = dao.standing(tx, now_ms)
    source = dao.find_sources(tx).get(standing[0].source) if standing else None
    link = parameters.get("full") != "1"
    return {"rows": shapes_page.now_rows(standing, now_ms), "source": source, "link": link}


@island("/weather/ahead", topics=["weather"], pace=1.0, template="weather/_ahead.html")
def show_ahead(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The days ahead at each location."""
    standing = dao.standing(tx, now_ms)
    source = dao.find_sources(tx).get(standing[0].source) if standing else None
    return {**shapes_page.ahead_table(standing), "source": source}


@island("/weather/history", topics=["weather"], pace=5.0, template="weather/_history.html")
def show_history(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The last 90 days of a location (`location`: its code) against what is usual in its season."""
    row = shop.locations(tx).get(parameters.get("location") or "")
    if row is None:
        raise NotFound(f"There is no location {parameters.get('location') or ''}.")
    today = shapes_page.zone_of(row, tx.zone).day_of(now_ms)
    days = list(range(today - DAYS, today))
    known = {day["day"]: day["mean_c"] for day in dao.history(tx, [row["id"]], days[0], days[-1])}
    normals = dao.find_normals(tx, [row["id"]], {rules.day_of_year(day) for day in days})
    usual = [normals.get((row["id"], rules.day_of_year(day))) for day in days]
    seen = [known.get(day) for day in days]
    chart = _chart(row, days, seen, [normal.mean_c if normal else None for normal in usual]) if known else None
    return {"location": row, "chart": chart, "known": len(known), "season": any(usual)}


def _chart(row: Any, days: list[int], seen: list[float | None], usual: list[float | None]) -> Any:
    said = store.shop().formatter
    lines = [Line("Usual", usual, "then")] if any(value is not None for value in usual) else []
    summary = f"Mean temperature of each day at {row['name']} in degrees Celsius, the last {DAYS} days"
    return line_chart(
        f"weather-{row['id']}", [*lines, Line("Seen", seen)], _axis(days, said), label=lambda value: _degrees(value, said),
        axis_label=(lambda value: _whole(value, said),), brief=lambda value: _degrees(value, said),
        summary=summary + (" against what is usual at that time of the year." if lines else "."), zero=False,
    )  # fmt: skip


def _axis(days: list[int], said: Formatter) -> Axis:
    ticks = [Tick(day, said.day_month(day)) for day in days if day_to_date(day).day == 1]
    return Axis(days, [said.long_date(day) for day in days], ticks)


def _degrees(value: float | None, said: Formatter) -> str:
    return said.number(degrees(value)) + ("" if value is None else " °C")


def _whole(value: float | None, said: Formatter) -> str:
    return said.number(None if value is None else Decimal(round(value))) + "°"
