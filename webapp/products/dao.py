"""What the database knows of products."""

from collections.abc import Iterable
from typing import Any

from webapp.db import queries
from webapp.products import rules

sql = queries.load("products")


# ---- For a sale ----


def find_for_sale(tx: Any, ids: Iterable[int], skus: Iterable[str]) -> tuple[dict[int, Any], dict[str, Any]]:
    """What a sale has to know of products: by id and by SKU, every row in both.

    A row has id, sku, name, price_minor, cost_minor, version_id, tracked, oversell, archived and the ids of category,
    brand, vendor and price tier. What is unknown is left out.
    """
    ids, skus = list(ids), list(skus)
    rows = sql.find_for_sale_by_id.all(tx, ids=ids) if ids else []
    if skus:
        rows = [*rows, *sql.find_for_sale_by_sku.all(tx, skus=skus)]
    return {row[0]: row for row in rows}, {row[1]: row for row in rows}


def prices_at(tx: Any, moments: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The price in minor units of each (product id, instant); before the first price it is the first one."""
    wanted = set(moments)
    histories: dict[int, list[tuple[int, int]]] = {}
    if wanted:
        for product_id, price, from_ms, _ in sql.find_prices_of.all(tx, product_ids={one for one, _ in wanted}):
            histories.setdefault(product_id, []).append((from_ms, price))
    return {
        (product_id, ms): rules.price_at(histories[product_id], ms)
        for product_id, ms in wanted
        if product_id in histories
    }


def price_at(tx: Any, product_id: int, ms: int) -> int | None:
    """The price of a product at an instant, in minor units; None for an unknown product."""
    return prices_at(tx, [(product_id, ms)]).get((product_id, ms))
