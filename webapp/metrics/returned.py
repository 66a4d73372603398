"""Returns by the day of their sale: beside the day on which they came back, by which they count everywhere else."""

from collections.abc import Sequence
from typing import Any

from webapp.metrics import closed, dao
from webapp.metrics.compose import fetch
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period
from webapp.metrics.spans import BEFORE, FIRST_MS, LAST_MS


def by_day_of_sale(tx: Any, filters: Filters, period: Period) -> dict[int, int]:
    """What has come back by now of the goods sold on each business day of the period, in minor units.

    Reads the returns since the period's begin when there are new ones; run it through `reading.heavy`.
    """
    return dict(_sums(tx, "returned_of_sales", ["day"], filters, period))


def of_no_known_sale(tx: Any, filters: Filters, period: Period) -> int:
    """What came back in the period of goods whose sale is not known, in minor units."""
    rows = _sums(tx, "returned_unsold", [], filters, period)
    return int(rows[0][0]) if rows else 0


def _sums(tx: Any, source: str, keys: Sequence[str], filters: Filters, period: Period) -> closed.Rows:
    span = {
        "from_ms": FIRST_MS if period.from_ms is None else period.from_ms,
        "to_ms": LAST_MS if period.to_ms is None else period.to_ms,
    }
    from_day = BEFORE if period.from_ms is None else tx.zone.day_of(period.from_ms)
    asked = (source, filters, period.from_ms, period.to_ms)
    return closed.remembered(
        tx, asked, dao.state_of_returns(tx, from_day), lambda: fetch(tx, source, "returned", keys, filters, **span)
    )
