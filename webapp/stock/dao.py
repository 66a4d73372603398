"""What the database knows of stock."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.db import queries

sql = queries.load("stock")
column_of, columns_of = queries.column_of, queries.columns_of
LAST = 2**62


def find_levels(tx: Any, product_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """How much lies where, by (product id, location id); what was never counted there is left out."""
    return {(row[0], row[1]): row[2] for row in sql.find_levels.all(tx, product_ids=product_ids)}


def find_levels_of(tx: Any, product_id: int) -> list[Any]:
    """How much of one product lies where: id, code and name of the location, quantity."""
    return sql.find_levels_of.all(tx, product_id=product_id)


def set_levels(tx: Any, levels: dict[tuple[int, int], int]) -> None:
    """Set how much lies where, by (product id, location id)."""
    sql.set_levels.rows(tx, [(*place, quantity) for place, quantity in levels.items()])


def insert_moves(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add moves, in the order of the table's columns."""
    sql.insert_moves.rows(tx, rows)


def insert_move_columns(tx: Any, columns: Sequence[Any], count: int) -> None:
    """As `insert_moves`, by columns (`Query.columns`)."""
    sql.insert_moves.columns(tx, columns, count)


def find_moves(tx: Any, product_id: int, before: int | None = None, limit: int = 50) -> list[Any]:
    """The moves of one product, newest first; `before` is the id to go on from."""
    return sql.find_moves.all(tx, product_id=product_id, before=LAST if before is None else before, limit=limit)


def find_differences(tx: Any, limit: int = 100) -> list[Any]:
    """Where a level is not the sum of its moves: product id, location id, level, moved."""
    return sql.find_differences.all(tx, limit=limit)
