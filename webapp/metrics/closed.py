"""What closed days and hours came to, remembered by this process until something is entered into them.

The ledger is only added to: an order adds one to the `orders` of its day and hour, a return its units to `units_returned`.
Where these two sums of a span are what they were, all else in it is what it was. So an answer over a year reads, after
each sale, the sums of its days and what is open; only the first one reads every product of every month. A late entry into
a closed day changes its sums, and the span is read anew. Nothing is written for it.

Only committed snapshots remember: what a transaction sees may be undone.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any

from webapp import clock
from webapp.db.reading import ReadTx
from webapp.metrics import dao, spans
from webapp.metrics.compose import fetch
from webapp.metrics.filters import Filters
from webapp.metrics.spans import Span

MOST, MOST_OF_ONE = 40_000, 6_000  # rows that a process remembers, some 400 bytes each, and of one span
Rows = list[tuple[Any, ...]]


class Memory:
    """Rows by what was asked, each with the state of the ledger that they belong to; the longest unused go first."""

    def __init__(self) -> None:
        self._held: OrderedDict[Any, tuple[Any, Rows]] = OrderedDict()
        self._rows = 0
        self._lock = Lock()

    def get(self, key: Any, state: Any) -> Rows | None:
        """The rows under the key, if they were kept in this state."""
        with self._lock:
            held = self._held.get(key)
            if held is None or held[0] != state:
                return None
            self._held.move_to_end(key)
            return held[1]

    def keep(self, key: Any, state: Any, rows: Rows) -> None:
        """Remember the rows, unless they are too many."""
        if len(rows) > MOST_OF_ONE:
            return
        with self._lock:
            older = self._held.pop(key, None)
            self._rows += len(rows) + 1 - (len(older[1]) + 1 if older else 0)
            self._held[key] = (state, rows)
            while self._rows > MOST:
                self._rows -= len(self._held.popitem(last=False)[1][1]) + 1

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._rows = 0


memory = Memory()


def read(
    tx: Any, source: str, what: str, keys: Sequence[str], filters: Filters, span: Span, **more: Any
) -> Iterator[tuple[Span, Rows]]:
    """The rows of a span as `compose.fetch` gives them, in pieces of time that follow each other, to be added up.

    source, what, keys, more: as `fetch` takes them. What is asked for must be a sum over time.
    """
    if source == "product_month" and "month" not in keys and isinstance(tx, ReadTx):
        yield from _months(tx, what, keys, filters, span)
        return
    for part, state in _parts(tx, span):
        make = partial(fetch, tx, source, what, keys, filters, **bounds(part), **more)
        asked = (source, what, tuple(keys), filters, part, repr(more))
        yield part, make() if state is None else remembered(tx, asked, state, make)


def remembered(tx: Any, asked: Any, state: Any, make: Callable[[], Rows]) -> Rows:
    """What `make` gives, or gave when the ledger was in the same state. Who asks must not change the rows.

    asked: names all that they depend on but the ledger. state: from `dao.state_of_days` and its like.
    """
    if not isinstance(tx, ReadTx):
        return make()
    rows = memory.get(asked, state)
    if rows is None:
        rows = make()
        memory.keep(asked, state, rows)
    return rows


def _months(tx: Any, what: str, keys: Sequence[str], filters: Filters, span: Span) -> Iterator[tuple[Span, Rows]]:
    """Months up to the newest day from memory, and the newest day, which alone is read after each sale."""
    newest = dao.newest_hour(tx)
    today = spans.BEFORE if newest is None else tx.zone.day_of(newest)
    present = spans.FIRST_MONTH if newest is None else clock.month_of(today)
    goes_on = span.first <= present < span.last
    day = Span("day", today, spans.AFTER)

    def read_day() -> Rows:
        return fetch(tx, "product_day", what, keys, filters, **bounds(day))

    def make() -> Rows:
        whole = fetch(tx, "product_month", what, keys, filters, **bounds(span))
        return _less(whole, read_day(), len(keys)) if goes_on else whole

    from_day = spans.BEFORE if span.first == spans.FIRST_MONTH else clock.first_day(span.first)
    to_day = today if goes_on else spans.AFTER if span.last == spans.AFTER else clock.first_day(span.last)
    asked = ("months", what, tuple(keys), filters, span, to_day)
    yield span, remembered(tx, asked, dao.state_of_days(tx, from_day, to_day), make)
    if goes_on:
        yield day, read_day()


def _less(rows: Rows, parts: Rows, keys: int) -> Rows:
    """The sums of `rows` less those of `parts`; the first columns are keys."""
    less = {row[:keys]: row[keys:] for row in parts}
    return [
        row if (part := less.get(row[:keys])) is None
        else (*row[:keys], *(one - other for one, other in zip(row[keys:], part, strict=True)))
        for row in rows
    ]  # fmt: skip


def bounds(span: Span) -> dict[str, int]:
    """The span as the sources in sql/metrics.sql take it."""
    unit = {"month": "month", "day": "day", "hour": "ms", "moments": "ms"}[span.source]
    return {f"from_{unit}": span.first, f"to_{unit}": span.last}


def _parts(tx: Any, span: Span) -> Iterator[tuple[Span, Any]]:
    """The closed part of a span with the state that it is in; what lies before and behind it with None."""
    whole, days = _closed(tx, span) if isinstance(tx, ReadTx) else (None, None)
    if whole is None or whole.first >= whole.last:
        yield span, None
        return
    if span.first < whole.first:
        yield span._replace(last=whole.first), None
    yield whole, dao.state_of_days(tx, *days) if days else dao.state_of_hours(tx, whole.first, whole.last)
    if whole.last < span.last:
        yield span._replace(first=whole.last), None


def _closed(tx: Any, span: Span) -> tuple[Span | None, tuple[int, int] | None]:
    """The part before the newest month, day or hour that anything is known of, and its days; None where hours tell."""
    newest = dao.newest_hour(tx)
    if newest is None:
        return None, None
    zone, first, last = tx.zone, span.first, span.last
    today = zone.day_of(newest)
    if span.source == "month":
        last = min(last, clock.month_of(today))
        from_day = spans.BEFORE if first == spans.FIRST_MONTH else clock.first_day(first)
        return span._replace(last=last), (from_day, clock.first_day(last))
    if span.source == "day":
        last = min(last, today)
        return span._replace(last=last), (first, last)
    from_ms = None if first == spans.FIRST_MS else first
    if span.source == "moments":
        first = first if from_ms is None else spans.hour_from(first, zone)
        return span._replace(first=first, last=zone.hour_of(min(last, newest))[0]), None
    days = spans.day_from(from_ms, zone), zone.day_of(min(last, zone.bounds(today)[0]))
    first = first if from_ms is None else zone.bounds(days[0])[0]
    return span._replace(first=first, last=zone.bounds(days[1])[0]), days
