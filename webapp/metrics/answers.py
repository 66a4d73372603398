"""One question to the metrics layer and its answer: rows, what a limit cut off, totals, each beside its comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.errors import invalid_parameter
from webapp.metrics import buckets, dao, sums
from webapp.metrics.definitions import DIMENSIONS, MEASURES, PRODUCTS, Metric
from webapp.metrics.filters import ALL, Filters
from webapp.metrics.periods import Period
from webapp.metrics.sums import Sums

Value = int | Decimal | None
MOST_ROWS = 100_000
_ZERO = (0,) * len(MEASURES)


@dataclass(frozen=True)
class Question:
    """What is asked: metrics (the first one sorts), by which dimensions, at which grain, of what, when.

    sort: `time`, `-time` (the newest first) or a metric's name (descending); None is time where there is a grain and else
    the first metric.
    limit: rows at most, None for all.
    """

    metrics: tuple[Metric, ...]
    period: Period
    by: tuple[str, ...] = ()
    grain: str | None = None
    filters: Filters = ALL
    compare: Period | None = None
    sort: str | None = None
    limit: int | None = 100

    @property
    def asks_orders(self) -> bool:
        """Whether any of its metrics needs orders to be counted."""
        return any("orders" in metric.measures for metric in self.metrics)

    @property
    def reads_lines(self) -> bool:
        """Whether it is answered from the lines of the period rather than from rollups."""
        time = buckets.time_of(self.grain)
        return any(
            sums.reads_lines(keys, self.filters, when, orders=self.asks_orders)
            for keys, when in ((self.by, time), ((), None))
        )


@dataclass
class Row:
    """Figures by metric name: `values`, those of the comparison, and the change, which is None without a base.

    keys: the values of its dimensions, ids but for region, weekday and hour. time: its bucket. compare is None where
    there is nothing to compare with.
    """

    keys: tuple[Any, ...] = ()
    time: int | None = None
    open: bool = False
    measures: Sequence[int] = _ZERO
    then: Sequence[int] | None = None
    values: dict[str, Value] = field(default_factory=dict)
    compare: dict[str, Value] | None = None
    change: dict[str, Value] | None = None
    change_ratio: dict[str, Value] | None = None


@dataclass
class Answer:
    """Rows in order, what the limit cut off as one row, and the totals; where additive, rows and rest sum to these."""

    question: Question
    now_ms: int
    rows: list[Row]
    rest: Row
    totals: Row


def answer(tx: Any, question: Question, now_ms: int) -> Answer:
    """The answer to a question, exact at `now_ms`.

    Raises Invalid (too_large) when all of more than 100,000 rows are asked for, without a limit.
    """
    now = _totals(tx, question, question.period)
    then = _totals(tx, question, question.compare) if question.compare else None
    totals = _finished(Row(measures=now, then=then), question.metrics)
    if not question.by and question.grain is None:
        return Answer(question, now_ms, [totals], _rest(question, [], totals, [totals]), totals)
    rows = _rows(tx, question, now_ms)
    rows.sort(key=_order(tx, question))
    shown = rows if question.limit is None else rows[: question.limit]
    for row in shown:
        _finished(row, question.metrics)
    return Answer(question, now_ms, shown, _rest(question, rows[len(shown) :], totals, shown), totals)


def _totals(tx: Any, question: Question, period: Period) -> list[int]:
    found = sums.collect(tx, period.from_ms, period.to_ms, (), question.filters, orders=question.asks_orders)
    return found.get((), [*_ZERO])


def _rows(tx: Any, question: Question, now_ms: int) -> list[Row]:
    now, then = _gathered(tx, question), _gathered_then(tx, question)
    if question.grain is None:
        return [
            Row(key, measures=now.get(key, _ZERO), then=then.get(key, _ZERO) if question.compare else None)
            for key in {**now, **then}
        ]
    grain, shift = question.grain, question.compare.shift if question.compare else None
    times = buckets.listed(grain, question.period, now_ms, tx.zone, (key[0] for key in now))
    told = {key[1:]: None for key in (*now, *then)} if question.by else {(): None}
    rows = []
    for time, keys in _grid(question, list(times), list(told), {*now, *then}):
        ends_later = buckets.end_of(grain, time, tx.zone) > now_ms
        compared = shift is not None and buckets.has_earlier(grain, time, shift, tx.zone)
        for key in keys:
            earlier = then.get((time, *key), _ZERO) if compared else None
            rows.append(Row(key, time, ends_later, now.get((time, *key), _ZERO), earlier))
    return rows


def _grid(
    question: Question, times: list[int], told: list[tuple[Any, ...]], sold: set[tuple[Any, ...]]
) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """The buckets with the keys that are rows in them: all, or of a large grid those that the limit can show.

    In order of time these are the first buckets; in order of a metric, what was sold and the first buckets, whose rows
    without sales are as good as any other.
    """
    if len(times) * len(told) <= MOST_ROWS:
        yield from ((time, told) for time in times)
        return
    if question.limit is None:
        raise invalid_parameter("grain", "too_large", f"This makes over {MOST_ROWS:,} rows; ask for less at once.")
    whole = -(-(question.limit + 1) // len(told))
    if _by_time(question):
        first = times[-whole:] if question.sort == "-time" else times[:whole]
        yield from ((time, told) for time in first)
        return
    by_time: dict[int, list[tuple[Any, ...]]] = {}
    for key in sold:
        by_time.setdefault(key[0], []).append(key[1:])
    yield from ((time, told if number < whole * 2 else by_time.get(time, [])) for number, time in enumerate(times))


def _by_time(question: Question) -> bool:
    return question.sort in ("time", "-time") or (question.sort is None and question.grain is not None)


def _gathered(tx: Any, question: Question) -> Sums:
    """The measures of the period by (bucket, *keys), or by keys alone."""
    period, grain, time = question.period, question.grain, buckets.time_of(question.grain)
    found = sums.collect(
        tx, period.from_ms, period.to_ms, question.by, question.filters, time=time, orders=question.asks_orders
    )
    if grain is None or time is None:
        return found
    return sums.fold(found, lambda key: (buckets.bucket_of(grain, time, key[0]), *key[1:]))


def _gathered_then(tx: Any, question: Question) -> Sums:
    """The measures of the comparison, under the bucket of the period to which each of its times corresponds."""
    period, grain = question.compare, question.grain
    if period is None or period.shift is None:
        return {}
    shift, time = period.shift, buckets.time_of(grain, period.shift)
    found = sums.collect(
        tx, period.from_ms, period.to_ms, question.by, question.filters, time=time, orders=question.asks_orders
    )
    if grain is None or time is None:
        return found

    def later(key: tuple[Any, ...]) -> tuple[Any, ...] | None:
        bucket = buckets.forward(grain, time, key[0], shift, tx.zone)
        return None if bucket is None else (bucket, *key[1:])

    return sums.fold(found, later)


def _rest(question: Question, cut: list[Row], totals: Row, shown: list[Row]) -> Row:
    """Totals less the rows that are shown: what was cut, and earlier days to which no row corresponds."""
    rest = Row(measures=_less(totals.measures, [row.measures for row in shown]))
    if totals.then is not None:
        rest.then = _less(totals.then, [row.then for row in shown if row.then is not None])
    _finished(rest, question.metrics)
    if any(key in PRODUCTS for key in question.by):
        # Orders overlap between products, so that those of the rows that were cut are not known.
        unknown = dict.fromkeys(metric.name for metric in question.metrics if "orders" in metric.measures)
        for values in (rest.values, rest.compare, rest.change, rest.change_ratio):
            if values is not None:
                values.update(unknown)
        if not cut and "orders" in unknown:
            rest.values["orders"] = 0
    return rest


def _less(total: Sequence[int], parts: list[Sequence[int]]) -> list[int]:
    return [whole - sum(part[place] for part in parts) for place, whole in enumerate(total)]


def _finished(row: Row, metrics: Sequence[Metric]) -> Row:
    row.values = {metric.name: metric.value(row.measures) for metric in metrics}
    if row.then is not None:
        row.compare = {metric.name: metric.value(row.then) for metric in metrics}
        row.change = {name: _minus(row.values[name], row.compare[name]) for name in row.values}
        row.change_ratio = {name: _ratio(row.change[name], row.compare[name]) for name in row.values}
    return row


def _minus(now: Value, then: Value) -> Value:
    return None if now is None or then is None else now - then


def _ratio(change: Value, base: Value) -> Decimal | None:
    return None if change is None or base is None else money.ratio(change, base)


def _order(tx: Any, question: Question) -> Any:
    """A sort key: time or a metric descending, then the dimensions as they are shown; None stands last."""
    by_time = _by_time(question)
    forward = -1 if question.sort == "-time" else 1
    first = next((metric for metric in question.metrics if metric.name == question.sort), question.metrics[0])
    names = [_names(tx, key) for key in question.by]

    def order(row: Row) -> tuple[Any, ...]:
        shown = tuple(
            (known is not None and key not in known, known.get(key, "") if known is not None else key)
            for known, key in zip(names, row.keys, strict=True)
        )
        value = None if by_time else first.value(row.measures)
        return (() if by_time else (value is None, -(value or 0))) + (forward * (row.time or 0), *shown)

    return order


def _names(tx: Any, dimension: str) -> dict[Any, str] | None:
    """How the values of a dimension are shown; None where they show as they are. Products stand by their id."""
    if dimension in ("product", "region", "weekday", "hour"):
        return None
    return dao.find_value_names(tx, DIMENSIONS[dimension])
