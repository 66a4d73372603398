"""What a list of orders adds up to: its figure, the returns that count in the same time, and what of each order counts.

A figure anywhere in the product opens the list of exactly its orders; here the list proves the figure.
"""

from collections.abc import Sequence
from typing import Any

from webapp.metrics import ask as metrics
from webapp.orders import dao
from webapp.orders.routes_list import RETURN_SORTS, Wanted
from webapp.orders.shapes import outgoing

MOST_RETURNS = 8  # the list of returns has the others


def sums(tx: Any, wanted: Wanted, order_ids: Sequence[int]) -> dict[str, Any]:
    """Sold, returned and net of the whole list, its newest returns, and the part of each shown order that is meant.

    Amounts are in minor units. `added` is None where the list is narrowed by what no figure knows (state, sum, words).
    """
    parts = dao.sum_matching(tx, order_ids, wanted.condition) if wanted.filters.of_products and order_ids else {}
    if not wanted.is_figure:
        return {"added": None, "returns": [], "parts": parts, "return_parts": {}}
    found = metrics.headline(tx, wanted.filters, wanted.period)
    rows = dao.find_return_page(tx, RETURN_SORTS[0], MOST_RETURNS + 1, None, wanted.condition)
    ids = [row["id"] for row in rows[:MOST_RETURNS]]
    entries, lines = (dao.find_returns(tx, ids), dao.find_return_lines(tx, ids)) if ids else ({}, {})
    returned = dao.sum_matching_returns(tx, ids, wanted.condition) if wanted.filters.of_products and ids else {}
    return {
        "added": {name: found.value(name) for name in ("orders", "gross_sales", "returns", "net_sales")},
        "returns": [outgoing.return_json(entries[one], lines[one], tx.currency) for one in ids],
        "more_returns": len(rows) > MOST_RETURNS,
        "parts": parts,
        "return_parts": returned,
    }
