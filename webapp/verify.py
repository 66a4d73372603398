"""Every invariant of the ledger, checked on one snapshot; and the rollups made anew."""

from collections.abc import Callable, Iterator
from typing import Any

from webapp.db import queries, reading, writer
from webapp.db.tx import Tx
from webapp.metrics import rollups

sql = queries.load("verify")
Check = Callable[[Any], list[str]]


def _integrity(tx: Any) -> list[str]:
    rows = [row[0] for row in tx.execute("pragma integrity_check(20)").fetchall()]
    return [] if rows == ["ok"] else rows


def _foreign_keys(tx: Any) -> list[str]:
    rows = tx.execute("pragma foreign_key_check").fetchall()
    return [f"{table} row {row} names a {parent} that is not there" for table, row, parent, _ in rows[:20]]


def _sequence(tx: Any) -> list[str]:
    found = []
    seq = reading.seq(tx)
    expected = 1  # where nothing is kept, nothing has happened
    for number, (first, last) in enumerate(sql.find_outbox_ranges.each(tx)):
        if number and first != expected:
            found.append(f"history has a hole: {expected} to {first - 1} is missing")
        expected = last + 1
    if expected != seq + 1:
        found.append(f"history ends at {expected - 1}, its counter says {seq}")
    for name, count, newest, counter in sql.find_numbers.all(tx):
        if count != counter or newest != counter:
            found.append(f"{name}: {count} rows, newest {newest}, counter {counter}")
    return found


def _named(query: queries.Query) -> Check:
    return lambda tx: [row[0] for row in query.all(tx, limit=20)]


CHECKS: list[tuple[str, Check]] = [
    ("integrity of the file", _integrity),
    ("foreign keys", _foreign_keys),
    ("sequence without holes", _sequence),
    ("orders equal their lines", _named(sql.find_order_differences)),
    ("returns equal their lines", _named(sql.find_return_differences)),
    ("no more came back than was sold", _named(sql.find_excess_returns)),
    ("stock equals its moves", _named(sql.find_stock_differences)),
    ("no tracked product below zero", _named(sql.find_below_zero)),
    ("one open price a product, and it is the product's", _named(sql.find_price_differences)),
    ("rollups equal the ledger", rollups.check),
]


def run() -> Iterator[tuple[str, list[str]]]:
    """(check, what differs) one after the other, all on the same snapshot."""
    with reading.reading() as tx:
        for name, check in CHECKS:
            yield name, check(tx)


def _rebuild(tx: Tx, items: list[Any]) -> list[Any]:
    rollups.rebuild(tx)
    return [{} for _ in items]


def rebuild() -> None:
    """Make the rollups anew from the ledger, in one transaction."""
    writer.do(_rebuild, None)
