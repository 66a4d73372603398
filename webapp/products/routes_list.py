"""What a list of products was asked for: filters, a search and an order, all in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from webapp.errors import all_of, invalid_parameter, refusals
from webapp.metrics import filters
from webapp.products import dao
from webapp.text import like
from webapp.web import paging, validate
from webapp.web.openapi import FILTERS, PAGING, Query

NAMES = ("category", "brand", "vendor", "product", "price_tier")
ARCHIVED = {"false": 0, "true": 1, "all": -1}
STOCK = ("low", "out")
_VALUES = {"id": "id", "sku": "sku", "name": "name", "price": "price_minor"}
QUERY = [
    *(one for one in FILTERS if one.name in NAMES),
    Query("q", "Part of a name or SKU, a GTIN, an id"),
    Query("sort", "name if left out", {"type": "string", "enum": list(dao.SORTS)}),
    Query("archived", "false if left out", {"type": "string", "enum": list(ARCHIVED)}),
    Query("stock", "low: at or under the reorder point; out: none left", {"type": "string", "enum": list(STOCK)}),
    *PAGING,
]


@dataclass(frozen=True)
class Wanted:
    """A list as asked for: `matching` are the parameters of the queries."""

    sort: str
    matching: dict[str, Any]
    filters: filters.Filters

    def place(self, row: Any) -> list[Any]:
        """What tells a product's place in the order."""
        return [row[_VALUES[self.sort.lstrip("-")]], row["id"]]


def ask(tx: Any) -> tuple[paging.Asked, Wanted]:
    """The page and the list that this request asks for. Raises Invalid with every parameter at fault."""
    with validate.naming(lambda: refusals(lambda: parse(tx, request.args))):
        asked = paging.ask()
    return asked, parse(tx, asked.args)


def parse(tx: Any, args: Mapping[str, Any]) -> Wanted:
    """The list that the query asks for. Raises Invalid with every parameter at fault."""
    q = (args.get("q") or "").strip()[:200]
    found, sort, archived, in_stock = all_of(
        lambda: filters.resolve(tx, args),
        lambda: _one_of(args, "sort", tuple(dao.SORTS)) or "name",
        lambda: _one_of(args, "archived", tuple(ARCHIVED)) or "false",
        lambda: _one_of(args, "stock", STOCK) or "",
    )
    matching: dict[str, Any] = {
        "archived": ARCHIVED[archived],
        "stock": in_stock,
        "pattern": like(q.lower()) if q else None,
        "q": q,
        "number": int(q) if q.isascii() and q.isdigit() and len(q) < 19 else -1,
    }
    for name in NAMES:
        values = found.categories if name == "category" else getattr(found, name)
        matching[name], matching[f"any_{name}"] = values, int(not values)
    return Wanted(sort, matching, found)


def _one_of(args: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str | None:
    value: str | None = args.get(name) or None
    if value is not None and value not in known:
        raise invalid_parameter(name, "unknown", f"This must be one of {', '.join(known)}.")
    return value
