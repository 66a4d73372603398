"""What the pages of figures ask the database, besides the metrics layer."""

from collections.abc import Iterable
from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes

sql = queries.load("analytics")


def find_shelf(tx: Executes, product_ids: Iterable[int]) -> dict[int, Any]:
    """How these products stand on the shelf (id, tracked, reorder_point, quantity over all locations), by id."""
    return {row["id"]: row for row in sql.find_shelf.all(tx, ids=list(product_ids))}


def find_first_day(tx: Executes) -> int | None:
    """The first business day with a sale or a return; None in a shop that has not sold yet."""
    return sql.find_first_day.value(tx)
