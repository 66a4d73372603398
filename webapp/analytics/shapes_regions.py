"""The regions as answers show them: what each brought, its share of the whole, its change, and which stand out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp import regions
from webapp.analytics.rules import growing
from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.answers import Row
from webapp.metrics.definitions import METRICS
from webapp.web.fields import Instant, Output, Ratio

TOLD = ("net_sales", "orders", "average_order_value", "units", "returns", "return_rate")


class RegionFiguresOut(Output, json_schema_serialization_defaults_required=False):
    """A region with its figures, its share of net sales, and those of the comparison; null is no region."""

    region: str | None
    name: str
    country: str | None
    share: Ratio | None
    previous: dict[str, Any] | None
    change_ratio: Ratio | None


class HighPerformersOut(Output):
    """Codes of the regions that stand out, the best first; each rests on ten orders or more."""

    grew_most: list[str]
    highest_average_order: list[str]


class RegionsOut(Output):
    """What each region brought in a period; their net sales, orders, units and returns sum to the totals."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    totals: dict[str, Any]
    regions: list[RegionFiguresOut]
    high_performers: HighPerformersOut


@dataclass(frozen=True)
class RegionRow:
    """A region by its code ("" for none) and name, with its figures and its share of net sales."""

    code: str
    name: str
    row: Row
    share: Decimal | None

    @property
    def country(self) -> str:
        """The country it is or lies in, "" where its code names none."""
        return regions.country(self.code)

    @property
    def orders_then(self) -> int | None:
        """How many orders the comparison rests on."""
        return int(self.row.compare["orders"] or 0) if self.row.compare else None

    @property
    def change_ratio(self) -> Any:
        """The change of its net sales as a fraction, None without a base."""
        return self.row.change_ratio["net_sales"] if self.row.change_ratio else None


def grew_most(rows: Sequence[RegionRow]) -> list[RegionRow]:
    """The regions whose net sales grew by the largest part."""
    return growing.grew_most(
        [one for one in rows if one.code], lambda one: one.change_ratio, lambda one: one.orders_then
    )


def highest_average(rows: Sequence[RegionRow], totals: Row) -> list[RegionRow]:
    """The regions whose average order lies furthest above that of the whole."""
    return growing.above(
        [one for one in rows if one.code], lambda one: one.row.values["average_order_value"],
        lambda one: one.row.values["orders"], totals.values["average_order_value"],
    )  # fmt: skip


def regions_json(said: Mapping[str, Any], totals: Row, rows: Sequence[RegionRow]) -> dict[str, Any]:
    """The whole of `GET /analytics/regions`; `said` is its frame."""
    currency = said["currency"]
    best = {
        "grew_most": [one.code for one in grew_most(rows)],
        "highest_average_order": [one.code for one in highest_average(rows, totals)],
    }
    return {
        **said, "totals": _figures(totals, currency), "regions": [_region(one, currency) for one in rows],
        "high_performers": best,
    }  # fmt: skip


def _region(one: RegionRow, currency: str) -> dict[str, Any]:
    return {
        "region": one.code or None, "name": one.name, "country": one.country or None, "share": one.share,
        **_figures(one.row, currency), "change_ratio": one.change_ratio,
    }  # fmt: skip


def _figures(row: Row, currency: str) -> dict[str, Any]:
    told = {name: shown(METRICS[name], row.values[name], currency) for name in TOLD}
    before = row.compare and {name: shown(METRICS[name], row.compare[name], currency) for name in TOLD}
    return {**told, "previous": before}


COLUMNS = (
    "kind", "region", "name", "country", "from", "to", "currency", *TOLD, "share",
    *(f"previous_{name}" for name in TOLD), "change_ratio",
)  # fmt: skip


def rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The total, then each region, as rows of a file."""
    span = [data["period"]["from"], data["period"]["to"], data["currency"]]
    yield ["total", None, None, None, *span, *_cells(data["totals"]), None]
    for one in data["regions"]:
        yield ["region", one["region"], one["name"], one["country"], *span, *_cells(one), one["change_ratio"]]


def _cells(figures: Mapping[str, Any]) -> list[Any]:
    before = figures["previous"] or {}
    return [*(figures[name] for name in TOLD), figures.get("share"), *(before.get(name) for name in TOLD)]
