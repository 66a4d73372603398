"""The channels as answers show them: what each brought, its share of the whole, and its change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp.analytics.shapes import PeriodOut, shown
from webapp.metrics.answers import Row
from webapp.metrics.definitions import METRICS
from webapp.web.fields import Instant, Output, Ratio

TOLD = ("net_sales", "orders", "average_order_value", "units", "returns", "return_rate")


class ChannelFiguresOut(Output, json_schema_serialization_defaults_required=False):
    """A channel with its figures, its share of net sales, and those of the comparison."""

    id: int
    code: str
    name: str
    kind: str
    share: Ratio | None
    previous: dict[str, Any] | None
    change_ratio: Ratio | None


class ChannelsOut(Output):
    """What each channel brought in a period; their net sales, orders, units and returns sum to the totals."""

    as_of: Instant
    seq: int
    currency: str
    period: PeriodOut
    compare: PeriodOut | None
    totals: dict[str, Any]
    channels: list[ChannelFiguresOut]


@dataclass(frozen=True)
class ChannelRow:
    """A channel (id, code, name, kind) with its figures, its share of net sales, and the orders it rested on before."""

    channel: Mapping[str, Any]
    row: Row
    share: Decimal | None

    @property
    def orders_then(self) -> int | None:
        """How many orders the comparison rests on."""
        return int(self.row.compare["orders"] or 0) if self.row.compare else None


def channels(said: Mapping[str, Any], totals: Row, rows: Sequence[ChannelRow]) -> dict[str, Any]:
    """The whole of `GET /analytics/channels`; `said` is its frame."""
    currency = said["currency"]
    return {**said, "totals": _figures(totals, currency), "channels": [_channel(row, currency) for row in rows]}


def _channel(one: ChannelRow, currency: str) -> dict[str, Any]:
    return {
        "id": one.channel["id"], "code": one.channel["code"], "name": one.channel["name"], "kind": one.channel["kind"],
        "share": one.share, **_figures(one.row, currency),
        "change_ratio": one.row.change_ratio["net_sales"] if one.row.change_ratio else None,
    }  # fmt: skip


def _figures(row: Row, currency: str) -> dict[str, Any]:
    told = {name: shown(METRICS[name], row.values[name], currency) for name in TOLD}
    before = row.compare and {name: shown(METRICS[name], row.compare[name], currency) for name in TOLD}
    return {**told, "previous": before}


COLUMNS = (
    "kind", "channel", "name", "from", "to", "currency", *TOLD, "share", *(f"previous_{name}" for name in TOLD),
    "change_ratio",
)  # fmt: skip


def rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The total, then each channel, as rows of CSV."""
    span = [data["period"]["from"], data["period"]["to"], data["currency"]]
    yield ["total", None, None, *span, *_cells(data["totals"], None)]
    for one in data["channels"]:
        yield ["channel", one["code"], one["name"], *span, *_cells(one, one["share"]), one["change_ratio"]]


def _cells(figures: Mapping[str, Any], share: Any) -> list[Any]:
    before = figures["previous"] or {}
    return [*(figures[name] for name in TOLD), share, *(before.get(name) for name in TOLD)]
