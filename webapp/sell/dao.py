"""What the till asks the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes
from webapp.text import like

sql = queries.load("sell")
TILES = 60
PRICE_LIST = 20_000
CATEGORIES = 12


def find_often_sold(tx: Executes, sold: Mapping[int, int], limit: int = TILES) -> list[int]:
    """Ids of the products sold most, of `sold` by id, then the others by name as far as there is room."""
    for_sale = [row[0] for row in sql.find_for_sale.all(tx, ids=list(sold))]
    found = sorted(for_sale, key=lambda one: (-sold[one], one))[:limit]
    others = [row[0] for row in sql.find_first.all(tx, limit=limit)] if len(found) < limit else []
    return (found + [one for one in others if one not in found])[:limit]


def find_in_category(tx: Executes, path: str, limit: int = TILES) -> list[int]:
    """Ids of the products in a category and below it, by name."""
    return [row[0] for row in sql.find_in_category.all(tx, path=path, limit=limit)]


def find_by_words(tx: Executes, text: str, limit: int = TILES) -> list[int]:
    """Ids of the products whose name or SKU holds the text."""
    anywhere = like(text)
    return [row[0] for row in sql.find_by_words.all(tx, anywhere=anywhere, begins=anywhere[1:], limit=limit)]


def find_by_codes(tx: Executes, code: str, codes: Sequence[str]) -> int | None:
    """The id of the product with this SKU or one of these GTINs."""
    return sql.find_by_codes.value(tx, code=code, codes=codes)


def find_goods(tx: Executes, ids: Sequence[int], location_id: int) -> dict[int, Any]:
    """Products as a tile shows them, by id; quantity is what lies at the location, None where it was never there."""
    return {row["id"]: row for row in sql.find_goods.all(tx, ids=ids, location_id=location_id)} if ids else {}


def find_price_list(tx: Executes, location_id: int) -> list[Any]:
    """Everything that can be sold."""
    return sql.find_price_list.all(tx, location_id=location_id, limit=PRICE_LIST)


def find_categories(tx: Executes) -> list[Any]:
    """The categories at the top: name, path, number of products."""
    return sql.find_categories.all(tx, limit=CATEGORIES)
