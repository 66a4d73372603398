"""The products that brought most: as few of them are read as can be among the best."""

from typing import Any

from webapp import clock
from webapp.db.reading import ReadTx
from webapp.metrics import closed, dao, spans
from webapp.metrics.compose import fetch
from webapp.metrics.filters import Filters
from webapp.metrics.spans import Span

Rows = list[tuple[Any, ...]]  # product id, net sales in minor units, units sold
_MOST = 5  # times as many as are wanted are looked up one by one; more are read in a row


def of_day(tx: Any, filters: Filters, day: int, best: int) -> Rows:
    """The products of a business day with most net sales, then the lowest id."""
    return fetch(
        tx, "product_day", "net_and_units", ["product"], filters, best=best, **closed.bounds(Span("day", day, day + 1))
    )


def of_months(tx: Any, filters: Filters, span: Span, best: int) -> Rows:
    """The products of months, rows to be added up.

    What is told of products that cannot be among so many best ones may lack the open day.
    """
    pieces = closed.read(tx, "product_month", "net_and_units", ["product"], filters, span)
    rows = list(next(pieces)[1])
    today = dao.newest_product_day(tx)
    goes_on = today is not None and span.first <= clock.month_of(today) < span.last
    if goes_on and today is not None and isinstance(tx, ReadTx) and not filters.of_products:
        some = _contenders(tx, filters, today, rows, best)
        if some is not None:
            return rows + fetch(
                tx, "products_of_day", "net_and_units", ["product"], filters, from_day=today, some=some
            )  # fmt: skip
    return rows + [row for _, more in pieces for row in more]


def _contenders(tx: Any, filters: Filters, today: int, rows: Rows, best: int) -> list[int] | None:
    """The products that the open day can bring among the best: those that all of its sales would lift to the last of them.

    None where one that had sold nothing could, or where they are too many.
    """
    sums = fetch(tx, "sales_day", "gross_and_returned", [], filters, from_day=today, to_day=spans.AFTER)
    if len(rows) < best or not sums:
        return None
    gross, returned = sums[0]
    least = sorted((row[1] for row in rows), reverse=True)[best - 1] - returned - gross
    some = [row[0] for row in rows if row[1] >= least]
    return some if least > 0 and len(some) <= _MOST * best else None
