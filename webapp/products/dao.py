"""What the database knows of products, their versions, prices and names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.db import queries
from webapp.products import rules

sql = queries.load("products")
LAST = 2**62
SORTS = {
    "id": sql.find_by_id,
    "-id": sql.find_by_id_down,
    "sku": sql.find_by_sku,
    "-sku": sql.find_by_sku_down,
    "name": sql.find_by_name,
    "-name": sql.find_by_name_down,
    "price": sql.find_by_price,
    "-price": sql.find_by_price_down,
}
_NAMES = {
    "category": (sql.find_categories, sql.find_category_ids, sql.insert_categories),
    "brand": (sql.find_brands, sql.find_brand_ids, sql.insert_brands),
    "vendor": (sql.find_vendors, sql.find_vendor_ids, sql.insert_vendors),
    "price_tier": (sql.find_price_tiers, sql.find_price_tier_ids, sql.insert_price_tiers),
}


# ---- For a sale ----


def find_for_sale(tx: Any, ids: Iterable[int], skus: Iterable[str]) -> tuple[dict[int, Any], dict[str, Any]]:
    """What a sale has to know of products: by id and by SKU, every row in both.

    A row has id, sku, name, price_minor (of the present, also where a planned price is due and not yet set), cost_minor,
    version_id, tracked, oversell, archived and the ids of category, brand, vendor and price tier. What is unknown is left
    out. A snapshot has no present: there the price is the one that was set last.
    """
    ids, skus, now_ms = list(ids), list(skus), getattr(tx, "now_ms", 0)
    rows = sql.find_for_sale_by_id.all(tx, ids=ids, now_ms=now_ms) if ids else []
    if skus:
        rows = [*rows, *sql.find_for_sale_by_sku.all(tx, skus=skus, now_ms=now_ms)]
    return {row[0]: row for row in rows}, {row[1]: row for row in rows}


def prices_at(tx: Any, moments: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The price in minor units of each (product id, instant); before the first price it is the first one."""
    wanted = set(moments)
    histories: dict[int, list[tuple[int, int]]] = {}
    if wanted:
        for product_id, price, from_ms, _, _ in sql.find_prices_of.all(tx, product_ids={one for one, _ in wanted}):
            histories.setdefault(product_id, []).append((from_ms, price))
    return {
        (product_id, ms): rules.price_at(histories[product_id], ms)
        for product_id, ms in wanted
        if product_id in histories
    }


def price_at(tx: Any, product_id: int, ms: int) -> int | None:
    """The price of a product at an instant, in minor units; None for an unknown product."""
    return prices_at(tx, [(product_id, ms)]).get((product_id, ms))


# ---- Products ----


def find_ids(tx: Any, skus: Iterable[str]) -> dict[str, int]:
    """The ids of products by SKU; unknown ones are left out."""
    return {row[0]: row[1] for row in sql.find_ids.all(tx, skus=skus)}


def find_product(tx: Any, reference: int | str) -> Any:
    """A product by its id (a number) or its SKU (a text), or None."""
    if isinstance(reference, int):
        return sql.find_shown.one(tx, ids=[reference])
    return sql.find_shown_by_sku.one(tx, sku=reference)


def find_products(tx: Any, ids: Iterable[int]) -> list[Any]:
    """Products by id, in order of id."""
    return sql.find_shown.all(tx, ids=ids)


def find_list(tx: Any, matching: Mapping[str, Any], sort: str, after: tuple[Any, int] | None, limit: int) -> list[Any]:
    """Products of a list; `after` is the (value, id) of the last one seen; matching: see `no_filter`."""
    value, last_id = after if after is not None else (None, None)
    return SORTS[sort].all(tx, **matching, first=int(after is None), after=value, after_id=last_id, limit=limit)


def count_matching(tx: Any, matching: Mapping[str, Any]) -> int:
    """How many products a list holds."""
    return sql.count_matching.value(tx, **matching)


def find_tags(tx: Any, product_ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of products, in order; a product without any is left out."""
    found: dict[int, list[str]] = {}
    for product_id, tag in sql.find_tags.all(tx, product_ids=product_ids):
        found.setdefault(product_id, []).append(tag)
    return found


def insert_products(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add products, in the order of the query's columns."""
    sql.insert_products.rows(tx, rows)


def insert_versions(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add versions: (id, product_id, name, category_id, brand_id, vendor_id, price_tier_id, created_ms)."""
    sql.insert_versions.rows(tx, rows)


def insert_prices(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add prices: (id, product_id, price_minor, from_ms, to_ms, reason)."""
    sql.insert_prices.rows(tx, rows)


def end_price(tx: Any, product_id: int, now_ms: int) -> None:
    """The open price of a product ends."""
    sql.end_price.run(tx, product_id=product_id, now_ms=now_ms)


def insert_tags(tx: Any, rows: Sequence[tuple[int, str]]) -> None:
    """Tag products: (product_id, tag)."""
    sql.insert_tags.rows(tx, rows)


def delete_tags(tx: Any, product_id: int) -> None:
    """Take all tags from a product."""
    sql.delete_tags.run(tx, product_id=product_id)


def update_product(tx: Any, columns: Mapping[str, Any]) -> None:
    """Write a product as it is from now on; every column of the query is given."""
    sql.update_product.run(tx, **columns)


def track(tx: Any, ids: Iterable[int]) -> None:
    """From now on the stock of these products is counted."""
    sql.track.run(tx, ids=ids)


def find_price_history(tx: Any, product_id: int, before: int | None = None, limit: int = 50) -> list[Any]:
    """The prices of one product, newest first; `before` is the id to go on from."""
    return sql.find_price_history.all(tx, product_id=product_id, before=LAST if before is None else before, limit=limit)


# ---- Prices that begin and end by themselves ----


def insert_plan(tx: Any, **columns: Any) -> None:
    """Plan a price: id, product_id, price_minor, from_ms, to_ms, reason, seq."""
    sql.insert_plan.run(tx, **columns)


def find_plan(tx: Any, plan_id: int) -> Any:
    """A planned price, or None."""
    return sql.find_plan.one(tx, id=plan_id)


def find_open_plans(tx: Any, product_ids: Iterable[int]) -> list[Any]:
    """The planned prices of these products that have not come to their end, by their begin."""
    return sql.find_open_plans.all(tx, product_ids=product_ids)


def find_plan_differences(tx: Any, limit: int = 20) -> list[str]:
    """Planned prices that contradict themselves, in words: one that runs is not its product's, or two overlap."""
    return [row[0] for row in sql.find_plan_differences.all(tx, limit=limit)]


def find_due_plans(tx: Any, now_ms: int, limit: int = 500) -> list[Any]:
    """The planned prices that have to begin or to end by now, in the order in which they were to."""
    return sql.find_due_plans.all(tx, now_ms=now_ms, limit=limit)


def begin_plan(tx: Any, plan_id: int, before_minor: int, price_id: int) -> None:
    """A planned price runs from now on."""
    sql.begin_plan.run(tx, id=plan_id, before_minor=before_minor, price_id=price_id)


def close_plan(tx: Any, plan_id: int, state: str, now_ms: int) -> None:
    """A planned price is `ended` or `cancelled`."""
    sql.close_plan.run(tx, id=plan_id, state=state, now_ms=now_ms)


def override_plans(tx: Any, product_id: int) -> None:
    """What runs for a product does not come back to the price before it."""
    sql.override_plans.run(tx, product_id=product_id)


def find_open_price(tx: Any, product_id: int) -> Any:
    """The row (id, price_minor, from_ms) of the price that holds."""
    return sql.find_open_price.one(tx, product_id=product_id)


def lowest_price(tx: Any, product_id: int, since_ms: int) -> int | None:
    """The lowest list price since an instant, in minor units."""
    lowest: int | None = sql.find_lowest_price.value(tx, product_id=product_id, since_ms=since_ms)
    return lowest


# ---- Categories, brands, vendors, price tiers ----


def find_names(tx: Any, kind: str) -> list[Any]:
    """Every category (id, parent_id, name, path), brand, vendor or price_tier (id, name), in order."""
    return _NAMES[kind][0].all(tx)


def find_name_ids(tx: Any, kind: str, names: Iterable[str]) -> dict[str, int]:
    """The ids of those names (of a category: paths) that are known."""
    return {row["name"]: row["id"] for row in _NAMES[kind][1].all(tx, names=names)}


def insert_names(tx: Any, kind: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add (id, name), of categories (id, parent_id, name, path)."""
    _NAMES[kind][2].rows(tx, rows)
