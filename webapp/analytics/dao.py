"""What the pages of figures ask the database, besides the metrics layer."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes

sql = queries.load("analytics")
LAST_MS = 2**62


def find_feed(tx: Executes, channels: Sequence[int], locations: Sequence[int], now_ms: int, limit: int) -> list[Any]:
    """The orders that happened last (id, placed_ms, total_minor, channel, kind, location), newest first.

    channels and locations: ids, each empty for any; location 0 is none.
    """
    return sql.find_feed.all(
        tx, now_ms=now_ms, limit=limit, channels=channels, locations=locations,
        any_channel=int(not channels), any_location=int(not locations),
    )  # fmt: skip


def find_shelf(tx: Executes, product_ids: Iterable[int]) -> dict[int, Any]:
    """How these products stand on the shelf (id, tracked, reorder_point, quantity over all locations), by id."""
    return {row["id"]: row for row in sql.find_shelf.all(tx, ids=list(product_ids))}


def find_first_day(tx: Executes) -> int | None:
    """The first business day with a sale or a return; None in a shop that has not sold yet."""
    return sql.find_first_day.value(tx)
