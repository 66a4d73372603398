"""What the pages of figures ask the database, besides the metrics layer."""

import json
from collections.abc import Iterable, Mapping, Sequence
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

    kind: `orders` or `returns`. closes: days in a row and the instants at which they closed. span: instants, half-open.
    """
    query = {"orders": sql.find_late_orders, "returns": sql.find_late_returns}[kind]
    return query.all(tx, closes=json.dumps(closes), from_ms=span[0], to_ms=span[1], limit=limit)


# ---- A product ----

FAR = 1 << 62


def find_stock_course(tx: Executes, product_id: int, locations: Sequence[int], most: int) -> list[Any]:
    """The newest moves of a product, by quarter of an hour since 1970 and reason: quarter, reason, change, moves, entered_ms.

    locations: ids, none for all of them. entered_ms: when the first of them was entered.
    """
    return sql.find_stock_course.all(
        tx, product_id=product_id, any_location=int(not locations), locations=locations, most=most
    )


def find_stock_level(tx: Executes, product_id: int, locations: Sequence[int]) -> int | None:
    """How much of a product there is at these locations (none: at all of them); None where nobody has counted it."""
    return sql.find_stock_level.value(
        tx, product_id=product_id, any_location=int(not locations), locations=locations
    )  # fmt: skip


def find_return_reasons(
    tx: Executes, product_id: int, span: tuple[int | None, int | None], places: Mapping[str, Sequence[int]], most: int, limit: int
) -> list[Any]:  # fmt: skip
    """Why a product came back in a span, among its newest `most` returned lines: reason ("" for none), units, minor."""
    return sql.find_return_reasons.all(tx, **_within(product_id, span, places), most=most, limit=limit)


def count_held(
    tx: Executes, product_id: int, span: tuple[int | None, int | None], places: Mapping[str, Sequence[int]], walked: int, most: int,
    after_order: int = 0,
) -> Any:  # fmt: skip
    """How many of the newest orders of a span hold a product, `most` at most, and when the first was placed: orders, first_ms.

    after_order: only orders behind this id are looked at.
    """
    within = _behind(tx, after_order, _within(product_id, span, places))
    return sql.count_held.one(tx, **within, walked=walked, most=most)


def find_beside(
    tx: Executes, product_id: int, span: tuple[int | None, int | None], places: Mapping[str, Sequence[int]], walked: int,
    most: int, limit: int, after_order: int = 0,
) -> list[Any]:  # fmt: skip
    """What those orders hold besides: product_id and in how many of them, the most frequent first."""
    within = _behind(tx, after_order, _within(product_id, span, places))
    return sql.find_beside.all(tx, **within, walked=walked, most=most, limit=limit)


def _behind(tx: Executes, after_order: int, within: Mapping[str, Any]) -> dict[str, Any]:
    """With the bucket of lines behind which no such order can stand."""
    if after_order:
        bucket = sql.find_bucket_behind.value(tx, after_order=after_order)
    else:
        bucket = sql.find_first_bucket.value(tx, from_ms=within["from_ms"], to_ms=within["to_ms"])
    return {**within, "after_order": after_order, "first_bucket": FAR if bucket is None else bucket}


def _within(
    product_id: int, span: tuple[int | None, int | None], places: Mapping[str, Sequence[int]]
) -> dict[str, Any]:  # fmt: skip
    from_ms, to_ms = span
    channels, locations = places["channel"], places["location"]
    return {
        "product_id": product_id, "from_ms": -FAR if from_ms is None else from_ms, "to_ms": FAR if to_ms is None else to_ms,
        "channels": channels, "any_channel": int(not channels),
        "locations": locations, "any_location": int(not locations),
    }  # fmt: skip
