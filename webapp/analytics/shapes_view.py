"""What a page of figures is asked to show: period, comparison and filters, and the words for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from webapp import clock
from webapp.analytics.rules import words
from webapp.analytics.rules.words import Span
from webapp.metrics import filters as filtering
from webapp.metrics import periods
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period
from webapp.text import Formatter

PAGE_DEFAULT = "today"


@dataclass(frozen=True)
class View:
    """A period with its comparison under filters. span: the same period for words. against: "last Saturday" or "".

    asked: the query of period and comparison as it stood in the address.
    """

    period: Period
    compare: Period | None
    mode: str
    filters: Filters
    span: Span
    against: str
    asked: tuple[tuple[str, str], ...]

    @property
    def day(self) -> int | None:
        """The one business day it shows; None for longer periods and for parts of a day."""
        whole = self.period.from_day is not None and self.period.to_day is not None
        return self.span.first if whole and self.span.days == 1 else None

    @property
    def day_then(self) -> int | None:
        """The business day that the one day is compared with."""
        if self.day is None or self.compare is None or self.compare.shift is None:
            return None
        return self.compare.shift.back(self.day)

    @property
    def so_far(self) -> str:
        """What follows the name of the comparison while the period is open."""
        if not self.span.open:
            return ""
        return " at this time" if self.span.days == 1 else " at the same point"

    @property
    def about(self) -> str:
        """Return the query under which a figure of this page is explained: period, comparison and filters."""
        return self.address("")

    def of_days(self, first: int, last: int) -> str:
        """Return the query of these days, the last one included, under the filters."""
        days = [("from", clock.format_day(first)), ("to", clock.format_day(last))]
        return "?" + urlencode(sorted([*days, *self.filters.query()]), quote_via=quote)

    def address(self, path: str, *more: tuple[str, str], timed: bool = True) -> str:
        """Return the canonical address of an island; `timed` ones depend on period and comparison, too. more: other names."""
        pairs = [*(self.asked if timed else ()), *self.filters.query(), *more]
        return path + ("?" + urlencode(sorted(pairs), quote_via=quote) if pairs else "")


def view(
    tx: Any, args: Mapping[str, Any], now_ms: int, said: Formatter, default: str = PAGE_DEFAULT
) -> View:  # fmt: skip
    """Return what the parameters ask for; without a period `default`, a day against the same weekday.

    Raises Invalid with the parameter for wrong periods, comparisons and unknown filter values.
    """
    period = periods.parse(args, now_ms, tx.zone, default)
    span = span_of(period, tx.zone)
    mode = periods.compare_mode(args, words.default_mode(span))
    compare = periods.compare(period, mode, now_ms, tx.zone)
    then = None if compare is None or compare.from_ms is None else tx.zone.day_of(compare.from_ms)
    named = [(name, str(args[name])) for name in ("from", "to") if args.get(name)] or [("period", period.name or "all")]
    return View(
        period, compare, mode, filtering.resolve(tx, args), span, words.against(span, mode, then, said),
        (*named, ("compare", mode)),
    )  # fmt: skip


def last_finished(view: View, now_ms: int, zone: Any) -> int:
    """Return the last business day of the period that is over: a day that is not would look like a collapse."""
    if view.period.to_ms is not None and view.period.to_ms <= now_ms:
        return zone.day_of(view.period.to_ms - 1)
    return zone.day_of(now_ms) - 1


def span_of(period: Period, zone: Any) -> Span:
    """Return a period in business days, the last one included."""
    first = None if period.from_ms is None else zone.day_of(period.from_ms)
    last = None if period.to_ms is None else zone.day_of(period.to_ms - 1)
    return Span(period.name, first, last, period.open)
