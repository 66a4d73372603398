"""Puts one query together from the pieces in sql/metrics.sql: names of pieces are chosen, values are bound."""

import functools
import json
from collections.abc import Sequence
from operator import add
from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes
from webapp.metrics.filters import NAMES, PRODUCT_NAMES, Filters

sql = queries.load("metrics")
_UNSORTED = {"product_day": "unsorted_day", "product_month": "unsorted_month"}


def fetch(
    tx: Any, source: str, what: str, keys: Sequence[str], filters: Filters, **values: Any
) -> list[tuple[Any, ...]]:
    """One row a group: the values of the keys, then the sums of `what`, from one source under the filters.

    source, what and keys: the names of pieces `from_...`, `select_...` and `key_...`. values: what the source's piece
    needs; a list `value` asks for these values of `order_day`, where filters by product do not apply by themselves. The days
    and months of products are read with what waits to be sorted into them.
    """
    rows = _fetch(tx, source, what, keys, filters, values)
    if source in _UNSORTED and queries.is_near(tx.connection) and sql.find_unsorted.value(tx):
        return _added_up(rows + _fetch(tx, _UNSORTED[source], what, keys, filters, values), len(keys))
    return rows


def _added_up(rows: list[tuple[Any, ...]], keys: int) -> list[tuple[Any, ...]]:
    """One row a group, its sums added."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in rows:
        group, sums = row[:keys], row[keys:]
        held = found.get(group)
        found[group] = sums if held is None else tuple(map(add, held, sums))
    return [group + sums for group, sums in found.items()]


def _fetch(
    tx: Executes, source: str, what: str, keys: Sequence[str], filters: Filters, given: dict[str, Any]
) -> list[tuple[Any, ...]]:
    values = dict(given)
    names = [name for name in NAMES if getattr(filters, name) and (source != "order_day" or name not in PRODUCT_NAMES)]
    conditions = (*names, "value") if "value" in values else tuple(names)
    text = _statement(source, what, tuple(keys), conditions)
    for name in names:
        values[name] = filters.categories if name == "category" else getattr(filters, name)
    bound = {name: json.dumps(value) if isinstance(value, list | tuple) else value for name, value in values.items()}
    return [tuple(row) for row in tx.execute(text, bound).fetchall() if row[-1] is not None]


@functools.lru_cache(maxsize=512)
def _statement(source: str, what: str, keys: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    columns = [*(_piece("key", key) for key in keys), _piece("select", what)]
    parts = ["select", ", ".join(columns), _piece("from", source)]
    parts += ["and " + _piece("where", name) for name in conditions]
    if keys:
        parts.append("group by " + ", ".join(str(place + 1) for place in range(len(keys))))
    return " ".join(parts)


def _piece(kind: str, name: str) -> str:
    return getattr(sql, f"{kind}_{name}").sql
