"""What the pages of figures ask the database, besides the metrics layer."""

import json
from collections.abc import Iterable, Sequence
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


def find_last_day(tx: Executes) -> int | None:
    """The last business day with a sale or a return; None in a shop that has not sold yet."""
    return sql.find_last_day.value(tx)


# ---- Saved views ----


def find_views(tx: Executes) -> list[Any]:
    """Every saved view (id, name, query, created_ms, seq) by its name."""
    return sql.find_views.all(tx)


def insert_views(tx: Executes, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save views: (id, name, query, created_ms, seq)."""
    sql.insert_views.rows(tx, rows)


def delete_view(tx: Executes, view_id: int) -> bool:
    """Forget a view; whether it was there."""
    return sql.delete_view.run(tx, id=view_id) > 0


# ---- Late entries ----


def find_late(
    tx: Executes, kind: str, closes: Sequence[tuple[int, int]], span: tuple[int, int], limit: int
) -> list[Any]:
    """Days with entries after their close, the latest first: day, entries, minor, last_ms, first_id and last_id.

    kind: `orders` or `returns`. closes: days and the instants at which they closed. span: instants, half-open.
    """
    query = {"orders": sql.find_late_orders, "returns": sql.find_late_returns}[kind]
    return query.all(tx, closes=json.dumps(closes), from_ms=span[0], to_ms=span[1], limit=limit)
