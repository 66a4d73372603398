"""What a search asks the database: bounded questions by index, and by the small tables of names; no ledger is read through."""

from typing import Any

from webapp.db import queries
from webapp.search import rules
from webapp.search.rules import Words
from webapp.text import like

sql = queries.load("search")
MOST = rules.MOST_OF_A_KIND


def find_products(tx: Any, sought: Words) -> list[Any]:
    """Products (id, sku, name, archived) by part of a name or SKU, by GTIN or number."""
    return sql.find_products.all(
        tx, text=sought.text, number=sought.number, pattern=like(*sought.text.lower().split()), limit=MOST
    )


def find_orders(tx: Any, sought: Words) -> list[Any]:
    """Orders (id, placed_ms, total_minor, external_id) of that number, or whose number elsewhere begins so."""
    exact = sql.find_order.all(tx, number=sought.number)
    elsewhere = sql.find_orders.all(tx, text=sought.text, end=sought.end, limit=MOST)
    return _once(exact, elsewhere)


def find_customers(tx: Any, sought: Words) -> list[Any]:
    """Customers (id, code, newest_id) of that number, or whose pseudonymous code begins so."""
    exact = sql.find_customer.all(tx, number=sought.number)
    return _once(exact, sql.find_customers.all(tx, text=sought.text, end=sought.end, limit=MOST))


def _once(exact: list[Any], others: list[Any]) -> list[Any]:
    known = {row["id"] for row in exact}
    return [*exact, *(row for row in others if row["id"] not in known)][:MOST]


def find_imports(tx: Any, sought: Words) -> list[Any]:
    """Imports (id, file_name, created_ms) by their number or part of their file's name."""
    return sql.find_imports.all(tx, number=sought.number, pattern=like(*sought.text.lower().split()), limit=MOST)


def find_regions(tx: Any, from_day: int) -> list[str]:
    """The regions of places and of what was sold since that day."""
    return [row[0] for row in sql.find_regions.all(tx, from_day=from_day)]
