"""The dictionary of figures: each metric has one entry, and adding a metric is adding an entry.

A metric is made of measures, the sums that rollups hold: a signed sum of them, and for quotients a measure (or a
signed sum) to divide by. `docs/metrics.md` is made from this table.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

from webapp import money

MEASURES = ("orders", "gross", "returns", "units", "units_returned", "costed", "cost")
Measures = Sequence[int]
Unit = Literal["money", "count", "number", "ratio"]
PLACES = ("channel", "location", "region")
PRODUCTS = ("product", "category", "brand", "vendor", "price_tier")
CLOCK = ("weekday", "hour")
EVERY = (*PRODUCTS, *PLACES, *CLOCK)


@dataclass(frozen=True)
class Dimension:
    """Something sales are told apart by. title: as people read it."""

    name: str
    title: str


@dataclass(frozen=True)
class Edition:
    """What a figure meant under an earlier version. since, until: dates, the last one excluded."""

    version: int
    since: str
    until: str
    definition: str
    formula: str


@dataclass(frozen=True)
class Metric:
    """One figure and all there is to say about it.

    top and bottom: measures with their sign, "-returns"; bottom is empty where nothing is divided. unit: money (minor
    units, a quotient rounded half away from zero), count, number and ratio (four decimals, half even). additive: the
    dimensions over which its rows add up to the total. good: 1 where more is better, -1 where less is, 0 neither.
    version: what the figure means, by number; a change of meaning takes the next one, with `since` the date from which
    it holds, and leaves what it was in `earlier`.
    """

    name: str
    title: str
    unit: Unit
    definition: str
    formula: str
    top: tuple[str, ...]
    bottom: tuple[str, ...] = ()
    additive: tuple[str, ...] = ()
    good: int = 1
    version: int = 1
    since: str = "2026-11-21"
    earlier: tuple[Edition, ...] = ()

    def value(self, measures: Measures) -> int | Decimal | None:
        """The figure of these measures: an integer (money, counts) or a Decimal; None without a base."""
        above = _sum(self.top, measures)
        if not self.bottom:
            return above
        below = _sum(self.bottom, measures)
        if below == 0:
            return None
        return money.divide(above, below) if self.unit == "money" else money.ratio(above, below)

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it needs."""
        return frozenset(name.lstrip("-") for name in (*self.top, *self.bottom))

    def additive_over(self, dimensions: Sequence[str]) -> bool:
        """Whether rows by these dimensions add up to the total."""
        return all(name in self.additive for name in dimensions)


def _sum(signed: Sequence[str], measures: Measures) -> int:
    return sum(-measures[_AT[name[1:]]] if name[0] == "-" else measures[_AT[name]] for name in signed)


_AT = {name: place for place, name in enumerate(MEASURES)}

_ENTRIES = (
    Metric(
        "net_sales", "Net sales", "money",
        "What was sold in the period less what was given back in it; a return counts on its own day.",
        "gross_sales - returns", ("gross", "-returns"), additive=EVERY,
    ),
    Metric(
        "gross_sales", "Sales before returns", "money",
        "The sum of the line totals (quantity times price less discount, as charged, tax included) of orders placed in "
        "the period.",
        "sum of line totals", ("gross",), additive=EVERY,
    ),
    Metric(
        "returns", "Returns", "money",
        "What was given back for goods returned in the period, whenever they had been sold.",
        "sum of returned amounts", ("returns",), additive=EVERY, good=-1,
    ),
    Metric(
        "return_rate", "Return rate", "ratio",
        "Returns as a share of the sales before returns of the same period.",
        "returns / gross_sales", ("returns",), ("gross",), good=-1,
    ),
    Metric(
        "orders", "Orders", "count",
        "Orders placed in the period that hold at least one matching line; each counts once in each row, "
        "so that rows by product, category, brand, vendor or price tier can sum to more than the total.",
        "count of orders", ("orders",), additive=(*PLACES, *CLOCK),
    ),
    Metric(
        "units", "Units sold", "count",
        "Pieces sold in the period; returned ones are not taken off.",
        "sum of quantities", ("units",), additive=EVERY,
    ),
    Metric(
        "units_returned", "Units returned", "count",
        "Pieces that came back in the period, restocked or not.",
        "sum of returned quantities", ("units_returned",), additive=EVERY, good=-1,
    ),
    Metric(
        "average_order_value", "Average order", "money",
        "The matching lines' sales before returns over the orders that hold them. A return makes no order smaller.",
        "gross_sales / orders", ("gross",), ("orders",),
    ),
    Metric(
        "units_per_order", "Units per order", "number",
        "Pieces sold over the orders that hold them.",
        "units / orders", ("units",), ("orders",),
    ),
    Metric(
        "average_unit_price", "Average unit price", "money",
        "Sales before returns over pieces sold: what a piece brought after discounts.",
        "gross_sales / units", ("gross",), ("units",),
    ),
    Metric(
        "cost", "Cost of goods", "money",
        "What the goods sold had cost at the moment of sale, less that of goods returned; lines without one stay out.",
        "sum of quantity * cost, sales less returns", ("cost",), additive=EVERY, good=0,
    ),
    Metric(
        "gross_margin", "Gross margin", "money",
        "Net sales of the lines that have a cost, less that cost.",
        "costed_sales - cost", ("costed", "-cost"), additive=EVERY,
    ),
    Metric(
        "gross_margin_ratio", "Margin", "ratio",
        "The gross margin as a share of the net sales of the lines that have a cost.",
        "gross_margin / costed_sales", ("costed", "-cost"), ("costed",),
    ),
    Metric(
        "cost_coverage", "Cost coverage", "ratio",
        "The share of net sales whose lines have a cost: how far the margin can be trusted. Above 1 where goods "
        "without a known cost came back.",
        "costed_sales / net_sales", ("costed",), ("gross", "-returns"), good=0,
    ),
)  # fmt: skip

METRICS = {metric.name: metric for metric in _ENTRIES}
# Figures that no question to the layer names, because they move by themselves.
OF_THE_MOMENT = {
    "last_minute": Metric(
        "last_minute", "The last minute", "money",
        "Sales before returns of the orders placed in the sixty seconds up to now, later than a minute ago and not later "
        "than now, beside the sixty seconds before. It counts by when a sale was placed and moves without orders; a "
        "return does not lower it.",
        "gross_sales of (now - 60 s, now]", ("gross",), additive=PLACES,
    ),
}  # fmt: skip

DIMENSIONS = {
    name: Dimension(name, title)
    for name, title in (
        ("product", "Product"),
        ("category", "Category"),
        ("brand", "Brand"),
        ("vendor", "Vendor"),
        ("price_tier", "Price tier"),
        ("channel", "Channel"),
        ("location", "Location"),
        ("region", "Region"),
        ("weekday", "Weekday"),
        ("hour", "Hour"),
    )
}
GRAINS = ("hour", "day", "week", "month", "quarter", "year")


def describe(metric: Metric) -> dict[str, object]:
    """The entry as `GET /explore` and `/explore/metrics` show it."""
    return {
        "name": metric.name,
        "title": metric.title,
        "unit": metric.unit,
        "definition": metric.definition,
        "formula": metric.formula,
        "version": metric.version,
        "valid_from": metric.since,
        "earlier": [asdict(edition) for edition in metric.earlier],
        "additive": list(metric.additive),
        "good": metric.good,
    }
