"""The dictionary of figures is one table, and what is written about it is made from it."""

from decimal import Decimal
from pathlib import Path

import pytest

from webapp.metrics import dictionary
from webapp.metrics.definitions import DIMENSIONS, MEASURES, METRICS, Metric, describe

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def test_the_written_dictionary_says_what_the_definitions_say():
    assert PAGE.read_text("utf-8") == dictionary.document()


def test_the_contracts_metrics_and_dimensions_are_all_there():
    assert {
        "net_sales", "gross_sales", "returns", "return_rate", "orders", "units", "units_returned",
        "average_order_value", "units_per_order", "average_unit_price", "cost", "gross_margin", "gross_margin_ratio",
        "cost_coverage",
    } == set(METRICS)  # fmt: skip
    assert list(DIMENSIONS) == [
        "product", "category", "brand", "vendor", "price_tier", "channel", "location", "region", "weekday", "hour"
    ]  # fmt: skip


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_entry_is_complete(metric):
    assert metric.title and metric.definition.endswith(".") and metric.formula and metric.version >= 1
    assert metric.measures <= set(MEASURES)
    assert set(metric.additive) <= set(DIMENSIONS)
    assert not (metric.bottom and metric.additive)
    assert describe(metric)["name"] == metric.name


def test_adding_a_metric_is_adding_one_entry():
    metric = Metric("sell_back", "Sell back", "ratio", "Returned pieces.", "a / b", ("units_returned",), ("units",))

    assert metric.value([0, 0, 0, 3, 1, 0, 0]) == Decimal("0.3333")


def test_fault_54_a_million_times_ten_pence_is_exactly_a_hundred_thousand_pounds():
    assert METRICS["net_sales"].value([10**6, 10 * 10**6, 0, 10**6, 0, 0, 0]) == 10_000_000


def test_fault_55_the_largest_orders_of_a_century_fit_into_an_answer():
    largest = 999_999_999 * 1_000_000 * 1_000

    assert METRICS["average_order_value"].value([1, largest, 0, 1, 0, 0, 0]) == largest


def test_a_margin_is_of_the_lines_that_have_a_cost_alone():
    measures = [2, 1000, 0, 2, 0, 400, 100]

    assert METRICS["gross_margin"].value(measures) == 300
    assert METRICS["gross_margin_ratio"].value(measures) == Decimal("0.7500")
    assert METRICS["cost_coverage"].value(measures) == Decimal("0.4000")
