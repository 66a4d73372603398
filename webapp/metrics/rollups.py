"""The rollups: sums of the ledger, kept in the sale's own transaction and equal to what a recount gives.

A day, an hour or a month holds what was sold and what came back in it, by place (channel, location, region; 0 and ''
stand for none). `product_*` split it by product version. `order_day` counts orders by one
value of one product dimension, once each: a line's own `category`, and `category_tree`, which holds its ancestors too.
What an import adds to products lies in `product_unsorted` first, which every reader of `product_*` counts in.
"""

from collections.abc import Iterable
from typing import Any

from webapp import clock
from webapp.db.queries import Executes, is_near
from webapp.db.tx import Tx
from webapp.metrics import dao
from webapp.metrics.buffer import KEPT_S, MOST, Buffer, ReturnFact, SaleFact

__all__ = [
    "KEPT_S",
    "Buffer",
    "ReturnFact",
    "SaleFact",
    "add",
    "add_returns",
    "add_sales",
    "check",
    "check_recent",
    "oldest_ms",
    "prune",
    "rebuild",
    "room",
    "settle",
    "sort_in",
    "sort_later",
]


def add_sales(tx: Tx, facts: Iterable[SaleFact]) -> None:
    """From the commit on, every rollup holds these orders."""
    tx.buffer(Buffer).add_sales(facts, oldest_ms(tx))


def add(tx: Tx, gathered: Buffer) -> None:
    """From the commit on, every rollup holds what was gathered, which is used up."""
    tx.buffer(Buffer).merge(gathered)


def sort_later(tx: Tx) -> None:
    """What this transaction adds to products waits beside their rollups until `sort_in`; every figure holds it meanwhile.

    On PostgreSQL nothing waits: others write beside it there.
    """
    tx.buffer(Buffer).later = is_near(tx.connection)


def sort_in(tx: Tx, limits: Iterable[int]) -> list[int]:
    """The verb by which so many of the rows that wait are sorted into the rollups; the results are how many that were."""
    return [dao.sort_in(tx, limit) for limit in limits]


def settle(tx: Executes) -> None:
    """Nothing waits any more."""
    while dao.sort_in(tx, 100_000):
        pass


def oldest_ms(tx: Tx) -> int:
    """The oldest instant that is kept by the second."""
    return tx.now_ms - KEPT_S * 1000


def add_returns(tx: Tx, facts: Iterable[ReturnFact]) -> None:
    """From the commit on, every rollup holds these returns, on the day on which the goods came back."""
    tx.buffer(Buffer).add_returns(facts)


def room(tx: Tx) -> int:
    """How many minor units more the sums of all time can take, with what this transaction has added so far."""
    held = [abs(sum_) for sum_ in dao.sums_ever(tx)]
    for sums in tx.buffer(Buffer).added():
        held = [one + abs(more) for one, more in zip(held, sums, strict=True)]
    return MOST - max(held)


# ---- Making anew, checking, pruning ----


def rebuild(tx: Tx) -> None:
    """Every rollup is made anew from the ledger, and what a process remembers of the old ones is read again."""
    tx.next("rebuild")
    for rollup in (*dao.ROLLUPS, dao.UNSORTED):
        dao.clear(tx, rollup)
    dao.remake(tx, "sales_second", from_ms=_oldest_ms(tx.now_ms))
    for rollup in ("sales_hour", "sales_day", "product_day", "order_day"):
        dao.remake(tx, rollup)
    for month, span in _months(tx):
        dao.remake(tx, "product_month", month=month, **span)


def check(tx: Executes) -> list[str]:
    """What differs between the kept rollups and the ledger, in words; empty when all is well."""
    found: list[str] = []
    second = dao.first_second(tx)
    if second is not None:
        found += _named("sales_second", dao.differences(tx, "sales_second", from_ms=second * 1000))
    for rollup in ("sales_hour", "sales_day", "product_day", "order_day"):
        found += _named(rollup, dao.differences(tx, rollup))
    months = list(_months(tx))
    for month, span in months:
        found += _named("product_month", dao.differences(tx, "product_month", month=month, **span))
    return found + _named("product_month", dao.stray_months(tx, [month for month, _ in months]))


def check_recent(tx: Any, days: int = 7) -> list[str]:
    """What differs in the newest days that have sales; reads no more than what happened in them."""
    newest = dao.days(tx)
    if newest is None:
        return []
    from_day = newest[1] - days + 1
    return _named("sales_day", dao.differences_since(tx, tx.zone.bounds(from_day)[0], from_day))


def prune(tx: Tx, now_ms: int) -> int:
    """Seconds older than three hours are gone; return how many rows that were."""
    return dao.prune_seconds(tx, _oldest_ms(now_ms) // 1000)


def _oldest_ms(now_ms: int) -> int:
    return (now_ms // 1000 - KEPT_S) * 1000


def _months(tx: Executes) -> Iterable[tuple[int, dict[str, int]]]:
    days = dao.days(tx)
    if days is not None:
        for month in range(clock.month_of(days[0]), clock.month_of(days[1]) + 1):
            yield month, {"from_day": clock.first_day(month), "to_day": clock.first_day(month + 1)}


def _named(rollup: str, rows: list[tuple]) -> list[str]:
    said = {"kept": "is kept, but the ledger does not say so", "ledger": "is what the ledger says, but it is not kept"}
    return [f"{rollup}: {row[1:]} {said[row[0]]}" for row in rows]
