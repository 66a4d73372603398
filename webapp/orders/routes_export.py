"""The whole of a list of orders as rows of our own export: what is imported from it gives the same figures again.

Where filters and a period say all of it, the list is a figure: it holds every sale that counts there and every return that
counts there, on its own day, whenever the goods were sold. A list that is narrowed by what no figure knows (state, sums,
words) holds its orders with all that came back of them.
"""

from collections.abc import Iterator
from typing import Any

from webapp.db import reading, store
from webapp.orders import dao
from webapp.orders.routes_list import RETURN_SORTS, Wanted
from webapp.orders.shapes import outgoing

SLICE = 500
Row = tuple[Any, ...]


def rows(wanted: Wanted) -> Iterator[Row]:
    """The rows of the sales in the order of the list, and those of the returns that belong to it, slice after slice."""
    currency, after = store.shop().currency, None
    while True:
        found, ids, (orders, lines), back = reading.heavy_here(_slice, wanted, after)
        for order_id in ids:
            yield from outgoing.sale_rows(orders[order_id], lines[order_id], currency)
        for line in back:
            yield outgoing.return_row(line, currency)
        if len(found) < SLICE:
            break
        after = (found[-1][wanted.value], found[-1]["id"])
    if wanted.is_figure:
        yield from returns(wanted)


def _slice(tx: Any, wanted: Wanted, after: Any) -> tuple[list[Any], list[int], tuple[Any, Any], list[Any]]:
    found = dao.find_page(tx, wanted.sort, SLICE, after, wanted.condition)
    ids = [row["id"] for row in found]
    sold = (dao.find_orders(tx, ids), dao.find_export_lines(tx, ids)) if ids else ({}, {})
    return found, ids, sold, [] if wanted.is_figure or not ids else _of_orders(tx, ids)


def _of_orders(tx: Any, order_ids: list[int]) -> list[Any]:
    entries = dao.find_returns_of(tx, order_ids)
    return _lines(tx, [row["id"] for one in order_ids for row in entries.get(one, [])])


def _lines(tx: Any, return_ids: list[int]) -> list[Any]:
    found = dao.find_export_returns(tx, return_ids) if return_ids else {}
    return [line for one in return_ids for line in found.get(one, [])]


def returns(wanted: Wanted, sort: str = RETURN_SORTS[0]) -> Iterator[Row]:
    """The rows of the returns under the filters and in the period of a list, the newest first if not sorted else."""
    currency, after = store.shop().currency, None

    def find(tx: Any) -> tuple[list[Any], list[Any]]:
        found = dao.find_return_page(tx, sort, SLICE, after, wanted.condition)
        return found, _lines(tx, [row["id"] for row in found])

    while True:
        found, lines = reading.heavy_here(find)
        for line in lines:
            yield outgoing.return_row(line, currency)
        if len(found) < SLICE:
            return
        after = (found[-1]["returned_ms"], found[-1]["id"])
