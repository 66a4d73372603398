"""What closed days and hours came to, remembered by this process until something is entered into them.

The ledger is only added to: an order adds one to the `orders` of its day and hour, a return its units to `units_returned`.
Where these two sums of a span are what they were, all else in it is what it was. So an answer over a year reads, after
each sale, the sums of its days and what is open; only the first one reads every product of every month. A late entry into
a closed day changes its sums, and the span is read anew. Nothing is written for it.

These sums, and the products of the open day, are remembered too, with the last order and the last return that were in
them: what was entered since is looked into alone. So a day on which the whole catalogue is sold is no more to read than one
on which little is.

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

MANY = 64  # orders or returns, after each of which all is read again: so few rows stand beside what was read
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

    def last(self, key: Any) -> tuple[Any, Rows] | None:
        """The state and the rows under the key, whichever they are."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

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
    for part, state in _parts(tx, span):
        if state is None and source in ("product_day", "product_month"):
            yield part, _of_open(tx, source, what, keys, filters, part)
            continue
        make = partial(fetch, tx, source, what, keys, filters, **bounds(part), **more)
        asked = (source, what, tuple(keys), filters, part, repr(more))
        yield part, make() if state is None else remembered(tx, asked, state, make)


def remembered(tx: Any, asked: Any, state: Any, make: Callable[[], Rows]) -> Rows:
    """What `make` gives, or gave when the ledger was in the same state. Who asks must not change the rows.

    asked: names all that they depend on but the ledger. state: from `state_of_days` and its like.
    """
    if not isinstance(tx, ReadTx):
        return make()
    rows = memory.get(asked, state)
    if rows is None:
        rows = make()
        memory.keep(asked, state, rows)
    return rows


def _of_open(tx: Any, source: str, what: str, keys: Sequence[str], filters: Filters, part: Span) -> Rows:
    """The products of days or months that go on; a key may have several rows."""
    days, by_month = part, "month" in keys
    if part.source == "month":
        days = Span("day", _first_day(part.first), _first_day(part.last))
    told = ["day", *keys[1:]] if by_month else keys  # time stands first; its month is not known to SQL

    def follow(rows: Rows, since: dict[str, int]) -> Rows:
        added = fetch(tx, "product_day_since", what, told, filters, **bounds(days), **since)
        return rows + [(clock.month_of(row[0]), *row[1:]) for row in added] if by_month else rows + added

    asked = ("open", source, what, tuple(keys), filters, part)
    return kept_up(tx, asked, lambda: fetch(tx, source, what, keys, filters, **bounds(part)), follow)


def state_of_days(tx: Any, from_day: int, to_day: int) -> Any:
    """A value that is another one after anything has been entered into these days, half-open, or after a rebuild."""
    return kept_up(
        tx, ("days", from_day, to_day),
        lambda: [dao.state_of_days(tx, from_day, to_day)],
        lambda state, since: None if dao.entered_into_days(tx, from_day, to_day, **since) else state,
    )  # fmt: skip


def state_of_hours(tx: Any, from_ms: int, to_ms: int) -> Any:
    """As `state_of_days`, of whole hours."""
    return kept_up(
        tx, ("hours", from_ms, to_ms),
        lambda: [dao.state_of_hours(tx, from_ms, to_ms)],
        lambda state, since: None if dao.entered_into_hours(tx, from_ms, to_ms, **since) else state,
    )  # fmt: skip


def kept_up(
    tx: Any, asked: Any, make: Callable[[], Rows], follow: Callable[[Rows, dict[str, int]], Rows | None]
) -> Rows:
    """What `make` gives: what it gave, as `follow` changes it after the orders and returns entered since.

    follow: takes the rows and `after_order` and `after_return`, ids; None where they have to be made anew.
    """
    if not isinstance(tx, ReadTx):
        return make()
    now, held, rows = dao.find_entered(tx), memory.last(asked), None
    if held is not None and held[0] == now:
        return held[1]
    if held is not None and _follows(held[0], now):
        rows = follow(held[1], {"after_order": held[0].order_id, "after_return": held[0].return_id})
    if rows is None:
        rows = make()
    memory.keep(asked, now, rows)
    return rows


def _follows(then: dao.Entered, now: dao.Entered) -> bool:
    """Whether little was entered in between, into the same history."""
    return (
        then.history == now.history
        and then.order_id <= now.order_id and then.order_id // MANY == now.order_id // MANY
        and then.return_id <= now.return_id and then.return_id // MANY == now.return_id // MANY
    )  # fmt: skip


def _first_day(month: int) -> int:
    return (
        spans.BEFORE if month == spans.FIRST_MONTH else spans.AFTER if month == spans.AFTER else clock.first_day(month)
    )


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
    yield whole, state_of_days(tx, *days) if days else state_of_hours(tx, whole.first, whole.last)
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
        return span._replace(last=last), (_first_day(first), _first_day(last))
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
