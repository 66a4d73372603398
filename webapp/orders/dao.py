"""The orders feature's queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes, Query, Staged
from webapp.orders.shapes import SoldLine

sql = queries.load("orders")
column_of, columns_of = queries.column_of, queries.columns_of
WALK, FEW = 1_500, 2_000  # orders that are walked past at first; that are looked up one by one then
WALK_RETURNS = 200  # returns that are walked past at first
OFTEN = 3  # a walk in time that has found this part of a page goes on: so many walks will fill it


def find_taken(tx: Executes, external_ids: Iterable[str]) -> dict[tuple[int, str], int]:
    """Order ids by (channel_id, external_id)."""
    wanted = list(external_ids)
    return {(row[1], row[2]): row[0] for row in sql.find_taken.all(tx, external_ids=wanted)} if wanted else {}


def find_taken_returns(tx: Executes, external_ids: Iterable[str]) -> dict[tuple[int, str], int]:
    """Return ids by (channel_id, external_id)."""
    wanted = list(external_ids)
    return {(row[1], row[2]): row[0] for row in sql.find_taken_returns.all(tx, external_ids=wanted)} if wanted else {}


def insert_orders(tx: Executes, orders: Sequence[Sequence[Any]]) -> None:
    """Orders, columns in the order of sql/orders.sql."""
    sql.insert_orders.rows(tx, orders)


def insert_lines(tx: Executes, lines: Sequence[Sequence[Any]]) -> None:
    """Lines of orders that are there, columns in the order of sql/orders.sql."""
    sql.insert_lines.rows(tx, lines)


def go_by_columns(count: int) -> bool:
    """Whether so many orders at once are put in by columns."""
    return count >= queries.MANY


def insert_order_columns(tx: Executes, columns: Sequence[Any], count: int) -> None:
    """As `insert_orders`, by columns (`Query.columns`)."""
    sql.insert_orders.columns(tx, columns, count)


def insert_line_columns(tx: Executes, columns: Sequence[Any], count: int) -> None:
    """As `insert_lines`, by columns (`Query.columns`)."""
    sql.insert_lines.columns(tx, columns, count)


def stage_lines(connection: Executes, owners: list[int], lines: Sequence[Sequence[Any]]) -> Staged | None:
    """Lines, laid ready before the transaction. owners: the place of each one's order; ids of both count from 0 so far."""
    total = len(owners)
    return sql.insert_lines.stage(connection, [range(total), owners, *columns_of(lines)], total)


def insert_returns(tx: Executes, returns: Sequence[Sequence[Any]], lines: Sequence[Sequence[Any]]) -> None:
    """Returns and their lines, columns in the order of sql/orders.sql."""
    sql.insert_returns.rows(tx, returns)
    sql.insert_return_lines.rows(tx, lines)


def find_orders(tx: Executes, ids: Sequence[int]) -> dict[int, Any]:
    """Orders with the codes of channel and location, by id."""
    return {row["id"]: row for row in sql.find_orders.all(tx, ids=ids)}


def find_lines(tx: Executes, order_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Lines with SKU and the name of their moment, by order id."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sql.find_lines.all(tx, ids=order_ids):
        found[row["order_id"]].append(row)
    return found


def find_returns_of(tx: Executes, order_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Returns by order id, as entered."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sql.find_returns_of.all(tx, ids=order_ids):
        found[row["order_id"]].append(row)
    return found


def find_return_lines(tx: Executes, return_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return lines with SKU and name, by return id."""
    found: dict[int, list[Any]] = defaultdict(list)
    if return_ids:
        for row in sql.find_return_lines.all(tx, ids=return_ids):
            found[row["return_id"]].append(row)
    return found


def find_returns(tx: Executes, ids: Sequence[int]) -> dict[int, Any]:
    """Returns with the codes of channel and location, by id."""
    return {row["id"]: row for row in sql.find_returns.all(tx, ids=ids)}


def find_sold(tx: Executes, order_ids: Sequence[int]) -> dict[int, dict[int, SoldLine]]:
    """What each line of these orders sold and how much came back, by order id and line id."""
    lines = find_lines(tx, order_ids)
    returns = find_returns_of(tx, order_ids)
    back = find_return_lines(tx, [row["id"] for rows in returns.values() for row in rows])
    sold = {
        order_id: {
            row["id"]: SoldLine(
                row["id"],
                row["product_id"],
                row["version_id"],
                row["quantity"],
                row["price_minor"],
                row["total_minor"],
                row["cost_minor"],
                row["lot"],
            )
            for row in rows
        }
        for order_id, rows in lines.items()
    }
    for order_id, rows in returns.items():
        for row in (line for entry in rows for line in back[entry["id"]]):
            line = sold[order_id][row["order_line_id"]]
            line.returned += row["quantity"]
            line.returned_minor += row["amount_minor"]
    return sold


def find_newest(tx: Executes, limit: int) -> list[int]:
    """The ids of the newest orders, newest first."""
    return [row[0] for row in sql.find_newest.all(tx, limit=limit)]


def find_last_return(tx: Executes) -> int:
    """The highest id of a return, 0 without any."""
    return int(sql.find_last_return.value(tx) or 0)


def find_feed(tx: Executes, now_ms: int, limit: int) -> list[int]:
    """The ids of the orders that happened last, newest first."""
    return [row[0] for row in sql.find_feed.all(tx, now_ms=now_ms, limit=limit)]


def find_source_rows(tx: Executes, order_id: int) -> list[Any]:
    """The rows of files from which this order was made."""
    return sql.find_source_rows.all(tx, order_id=order_id)


def find_sorted(tx: Executes) -> int:
    """The order up to which the words of notes are sorted in, 0 before the first."""
    return int(sql.find_sorted.value(tx) or 0)


def find_unsorted(tx: Executes, sorted_id: int, limit: int) -> list[Any]:
    """The next orders behind that one whose notes wait to be sorted in: id and note."""
    return sql.find_unsorted.all(tx, sorted_id=sorted_id, limit=limit)


def insert_words(tx: Executes, uses: Sequence[tuple[str, int]]) -> None:
    """Words of notes with the ids of the orders that hold them; what is there already stays."""
    sql.add_words.rows(tx, [(word,) for word in sorted({word for word, _ in uses})])
    sql.add_uses.rows(tx, uses)


def set_sorted(tx: Executes, order_id: int) -> None:
    """The words of notes are sorted in up to this order."""
    sql.set_sorted.run(tx, order_id=order_id)


def find_page(
    tx: Executes, sort: str, limit: int, after: tuple[int, int] | None, condition: dict[str, Any]
) -> list[Any]:
    """Order ids with their sorting values, one page of `limit` behind the position `after` (value, id).

    What many orders fulfil is found soon by walking down the list. Where a while of that has found little, what few
    orders can fulfil is looked up, and else the walk goes on from where it was.
    """
    query, edge, bound = _SORTS[sort]
    place = _place(sort, after, condition)
    if condition["q"] is not None:
        condition = {**condition, "sorted_id": find_sorted(tx)}
    looked_up = [(rare, few) for asked, rare, few in _RARE if asked(sort, condition)]
    stop = edge.value(tx, walk=WALK, **place, **condition) if looked_up else None
    if stop is None:
        return query.all(tx, limit=limit, **place, **condition)
    tried = condition["q"] is not None and not sql.names_product.value(tx, **condition)
    few = _candidates(tx, looked_up[:1], condition) if tried else None
    if few is not None:
        return _page_of(tx, few, sort, limit, after, condition)
    rows = query.all(tx, limit=limit, **place, **condition | bound(stop, condition))
    if len(rows) * (OFTEN if "placed_at" in sort else 1) < limit:
        few = _candidates(tx, looked_up[tried:], condition)
        if few is not None:
            return _page_of(tx, few, sort, limit, after, condition)
    if len(rows) < limit:
        rows += query.all(tx, limit=limit - len(rows), **_beyond(sort, stop), **condition)
    return rows


def _place(sort: str, after: tuple[int, int] | None, condition: dict[str, Any]) -> dict[str, int]:
    """The position behind which a page begins: `after`, or where what the condition asks for begins in that order.

    A plan takes one bound at each end of an index, and it may be the position's."""
    down, least, most = sort.startswith("-"), condition["min_total"], condition["max_total"]
    if "total" not in sort:
        first = (condition["to_ms"], -1) if down else (condition["from_ms"] - 1, 1 << 62)
    elif down:
        first = (1 << 62 if most is None else most, 1 << 62)
    else:
        first = (-1 if least is None else least, -1)
    value, last_id = first if after is None else min(first, after) if down else max(first, after)
    return {"after_value": value, "after_id": last_id}


def _beyond(sort: str, stop: int) -> dict[str, int]:
    """The position behind everything that a walk to this value has passed."""
    return {"after_value": stop, "after_id": -1 if sort.startswith("-") else 1 << 62}


def _narrowed(
    name: str, choose: Callable[[int, int], int], beyond: int
) -> Callable[[int, dict[str, Any]], dict[str, Any]]:
    """The condition `name` moved to where a walk ends, or left where it is narrower."""

    def narrow(stop: int, condition: dict[str, Any]) -> dict[str, Any]:
        held = condition[name]
        return {name: stop + beyond if held is None else choose(stop + beyond, held)}

    return narrow


_SORTS = {
    "-placed_at": (sql.find_page_newest, sql.find_edge_newest, _narrowed("from_ms", max, 0)),
    "placed_at": (sql.find_page_oldest, sql.find_edge_oldest, _narrowed("to_ms", min, 1)),
    "-total": (sql.find_page_largest, sql.find_edge_largest, _narrowed("min_total", max, 0)),
    "total": (sql.find_page_smallest, sql.find_edge_smallest, _narrowed("max_total", min, 0)),
}
# Whether a list asks for it; the orders that can fulfil it; how many of them are few.
_RARE: list[tuple[Callable[[str, dict[str, Any]], bool], Query, int]] = [
    (lambda _, condition: condition["q"] is not None, sql.find_candidates_by_words, FEW),
    (lambda _, condition: not condition["any_line"], sql.find_candidates_by_versions, FEW),
    (
        lambda _, condition: condition["min_total"] is not None or condition["max_total"] is not None,
        sql.find_candidates_by_total,
        FEW,
    ),
    (lambda _, condition: condition["status"] in ("returned", "partly_returned"), sql.find_candidates_returned, FEW),
    (lambda sort, _: "total" in sort, sql.find_candidates_by_period, 5 * FEW),
]


def _candidates(tx: Executes, looked_up: list[tuple[Query, int]], condition: dict[str, Any]) -> list[int] | None:
    """Every order that can fulfil one of the conditions, where those are few; None where no condition is so rare."""
    for query, few in looked_up:
        found = [row[0] for row in query.all(tx, limit=few + 1, **condition)]
        if len(found) <= few:
            return found
    return None


def _page_of(
    tx: Executes, ids: list[int], sort: str, limit: int, after: tuple[int, int] | None, condition: dict[str, Any]
) -> list[Any]:
    rows = _behind(sql.find_places.all(tx, ids=ids), "placed_ms" if "placed_at" in sort else "total_minor", sort, after)
    return _first(tx, rows, sql.find_matching, limit, condition)


def _first(tx: Executes, rows: list[Any], matching: Query, limit: int, condition: dict[str, Any]) -> list[Any]:
    """The first of these rows that a list shows; as few as may be are looked at."""
    found: list[Any] = []
    for start in range(0, len(rows), 2 * limit):
        piece = rows[start : start + 2 * limit]
        shown = {row[0] for row in matching.all(tx, ids=[row["id"] for row in piece], **condition)}
        found += [row for row in piece if row["id"] in shown]
        if len(found) >= limit:
            break
    return found[:limit]


def _behind(rows: list[Any], value: str, sort: str, after: tuple[int, int] | None) -> list[Any]:
    """These rows in their order, without those up to a position."""
    down = sort.startswith("-")
    rows = sorted(rows, key=lambda row: (row[value], row["id"]), reverse=down)
    if after is None:
        return rows
    return [row for row in rows if ((row[value], row["id"]) < after) == down and (row[value], row["id"]) != after]


def find_return_page(
    tx: Executes, sort: str, limit: int, after: tuple[int, int] | None, condition: dict[str, Any]
) -> list[Any]:
    """Return ids with their times, one page behind a position, under the period and the filters of a list of orders.

    A product that comes back often is found by a walk, another one is looked up, as in `find_page`.
    """
    query, edge, bound = _RETURN_SORTS[sort]
    place = _place(sort, after, condition)
    stop = None if condition["any_line"] else edge.value(tx, walk=WALK_RETURNS, **place, **condition)
    if stop is None:
        return query.all(tx, limit=limit, **place, **condition)
    rows = query.all(tx, limit=limit, **place, **condition | bound(stop, condition))
    if len(rows) * 2 * OFTEN < limit:
        few = [row[0] for row in sql.find_return_candidates.all(tx, limit=FEW + 1, **condition)]
        if len(few) <= FEW:
            places = _behind(sql.find_return_places.all(tx, ids=few), "returned_ms", sort, after)
            return _first(tx, places, sql.find_matching_returns, limit, condition)
    if len(rows) < limit:
        rows += query.all(tx, limit=limit - len(rows), **_beyond(sort, stop), **condition)
    return rows


_RETURN_SORTS = {
    "-returned_at": (sql.find_returns_newest, sql.find_returns_edge_newest, _narrowed("from_ms", max, 0)),
    "returned_at": (sql.find_returns_oldest, sql.find_returns_edge_oldest, _narrowed("to_ms", min, 1)),
}


def sum_matching(tx: Executes, order_ids: Sequence[int], condition: dict[str, Any]) -> dict[int, int]:
    """What the lines that the filters mean came to, by order id."""
    return dict(sql.sum_matching.all(tx, ids=order_ids, **condition))


def sum_matching_returns(tx: Executes, return_ids: Sequence[int], condition: dict[str, Any]) -> dict[int, int]:
    """What was given back for the lines that the filters mean, by return id."""
    return dict(sql.sum_matching_returns.all(tx, ids=return_ids, **condition))


def find_export_lines(tx: Executes, order_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Lines as the export has them, by order id."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sql.find_export_lines.all(tx, ids=order_ids):
        found[row["order_id"]].append(row)
    return found


def find_export_returns(tx: Executes, return_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return lines as the export has them, by return id."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sql.find_export_return_lines.all(tx, ids=return_ids):
        found[row["return_id"]].append(row)
    return found
