"""What the metrics layer asks the database: values of dimensions and the keeping of rollups."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from webapp.db import queries
from webapp.db.queries import Executes, Staged, columns_of
from webapp.metrics.definitions import Dimension

sql = queries.load("metrics")
ROLLUPS = ("sales_second", "sales_hour", "sales_day", "product_day", "product_month", "order_day")
UNSORTED = "product_unsorted"


# ---- Values of dimensions ----


def find_by_id(tx: Executes, name: str, value_id: int) -> list[int]:
    """The id in a list, empty when the dimension has no such value."""
    return [row[0] for row in sql.find_value_by_id.all(tx, name=name, id=value_id)]


def find_by_name(tx: Executes, name: str, text: str) -> list[int]:
    """The ids that a code, SKU, path or name means."""
    return [row[0] for row in sql.find_values_by_name.all(tx, name=name, text=text)]


def region_known(tx: Executes, region: str) -> bool:
    """Whether a place or a sale bears the region, or one inside it."""
    return sql.knows_region.value(tx, region=region) is not None


def category_lines(tx: Executes) -> dict[int, tuple[int, ...]]:
    """Each category with its line upwards: itself, the one above it, and so on to the root."""
    above = dict(sql.find_categories.all(tx))
    lines: dict[int, tuple[int, ...]] = {}
    for category in above:
        line, at = [category], above[category]
        while at is not None:
            line.append(at)
            at = above[at]
        lines[category] = tuple(line)
    return lines


def find_versions(tx: Executes, ids: Iterable[int]) -> list[tuple[int, ...]]:
    """(id, product_id, category_id, brand_id, vendor_id, price_tier_id, created_ms) of these versions; 0 is none."""
    return [tuple(row) for row in sql.find_versions.all(tx, ids=ids)]


def find_value_names(tx: Executes, dimension: Dimension) -> dict[int, str]:
    """How rows call the values of a dimension, by id."""
    return dict(sql.find_value_names.all(tx, name=dimension.name))


def find_value_titles(tx: Executes, name: str) -> dict[int, str]:
    """How people call the values of a dimension that has ids, by id."""
    return dict(sql.find_value_titles.all(tx, name=name))


def find_products(tx: Executes, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """SKU and today's name of these products, by id."""
    return {product_id: (sku, name) for product_id, sku, name in sql.find_products.all(tx, ids=ids)}


# ---- Keeping and making anew ----


def sums_ever(tx: Executes) -> tuple[int, ...]:
    """The seven measures of all time."""
    return tuple(sql.find_sums_ever.one(tx))


def add(tx: Executes, rollup: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a rollup, each to the row of its key if there is one."""
    getattr(sql, f"add_{rollup}").rows(tx, rows)


def stage(connection: Executes, rollup: str, rows: Sequence[Sequence[Any]]) -> Staged | None:
    """Rows for a rollup, laid ready before the transaction."""
    return getattr(sql, f"add_{rollup}").stage(connection, columns_of(rows), len(rows))


def sort_in(tx: Executes, limit: int) -> int:
    """So many of the rows that wait, neighbours in the rollups, become part of the products' days and months; return how many."""
    if sql.find_unsorted.value(tx) is None:
        return 0
    version_id, row_id = sql.find_unsorted_end.one(tx, limit=limit) or (1 << 62, 0)
    before = {"version_id": version_id, "id": row_id}
    sql.sort_into_days.run(tx, **before)
    sql.sort_into_months.run(tx, **before)
    return sql.drop_sorted.run(tx, **before)


def prune_seconds(tx: Executes, second: int) -> int:
    """Drop the seconds before this one; return how many rows."""
    return sql.prune_seconds.run(tx, second=second)


def clear(tx: Executes, rollup: str) -> None:
    """Empty a rollup."""
    getattr(sql, f"clear_{rollup}").run(tx)


def remake(tx: Executes, rollup: str, **span: int) -> None:
    """Fill an empty rollup from the ledger."""
    getattr(sql, f"rebuild_{rollup}").run(tx, **span)


def differences(tx: Executes, rollup: str, **span: int) -> list[tuple[Any, ...]]:
    """Rows that only the rollup has ('kept' first) or only the ledger gives ('ledger'), a hundred at most."""
    return [tuple(row) for row in getattr(sql, f"differ_{rollup}").all(tx, **span)]


def differences_since(tx: Executes, from_ms: int, from_day: int) -> list[tuple[Any, ...]]:
    """As `differences`, of the days since then alone."""
    return [tuple(row) for row in sql.differ_recent_days.all(tx, from_ms=from_ms, from_day=from_day)]


def stray_months(tx: Executes, months: Iterable[int]) -> list[tuple[Any, ...]]:
    """Rows of other months than these, which no day stands behind."""
    return [tuple(row) for row in sql.differ_product_month_outside.all(tx, months=months)]


def first_second(tx: Executes) -> int | None:
    """The oldest second that is kept, None when there is none."""
    return sql.find_first_second.value(tx)


def newest_day(tx: Executes) -> int | None:
    """The last day on which anything was sold or came back; None in a shop that has not sold yet."""
    day: int | None = sql.find_newest_day.value(tx)
    return day


def newest_hour(tx: Executes) -> int | None:
    """The begin of the last hour with a sale or a return; None in a shop that has not sold yet."""
    hour: int | None = sql.find_newest_hour.value(tx)
    return hour


def state_of_days(tx: Executes, from_day: int, to_day: int) -> tuple[Any, ...]:
    """A value that is another one after anything has been entered into these days, half-open, or after a rebuild."""
    return tuple(sql.find_state_of_days.one(tx, from_day=from_day, to_day=to_day))


def state_of_hours(tx: Executes, from_ms: int, to_ms: int) -> tuple[Any, ...]:
    """As `state_of_days`, of whole hours."""
    return tuple(sql.find_state_of_hours.one(tx, from_ms=from_ms, to_ms=to_ms))


def state_of_returns(tx: Executes, from_day: int) -> tuple[Any, ...]:
    """A value that is another one after any return on this day or later, or after a rebuild."""
    return tuple(sql.find_state_of_returns.one(tx, from_day=from_day))


class Entered(NamedTuple):
    """What a snapshot holds: history (its epoch, the number of rebuilds), the last order and the last return."""

    history: tuple[Any, ...]
    order_id: int
    return_id: int


def find_entered(tx: Executes) -> Entered:
    """How far the ledger goes; ids follow the order in which things were committed."""
    epoch, rebuilds, order_id, return_id = sql.find_entered.one(tx)
    return Entered((epoch, rebuilds), order_id or 0, return_id or 0)


def entered_into_days(tx: Executes, from_day: int, to_day: int, after_order: int, after_return: int) -> bool:
    """Whether an order or a return behind these ids lies in these days, half-open."""
    span = {"from_day": from_day, "to_day": to_day}
    return bool(sql.entered_into_days.value(tx, **span, after_order=after_order, after_return=after_return))


def entered_into_hours(tx: Executes, from_ms: int, to_ms: int, after_order: int, after_return: int) -> bool:
    """As `entered_into_days`, of whole hours."""
    span = {"from_ms": from_ms, "to_ms": to_ms}
    return bool(sql.entered_into_hours.value(tx, **span, after_order=after_order, after_return=after_return))


def days(tx: Executes) -> tuple[int, int] | None:
    """The first and the last day on which anything was sold or came back."""
    first, last = sql.find_days.one(tx)
    return None if first is None else (first, last)
