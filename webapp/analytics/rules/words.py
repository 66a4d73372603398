"""What periods, comparisons and places are called on the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.text import Formatter

TITLES = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "7 days",
    "28d": "28 days",
    "90d": "90 days",
    "wtd": "This week",
    "mtd": "This month",
    "qtd": "This quarter",
    "ytd": "This year",
    "12m": "12 months",
    "all": "All time",
}
SEGMENTS = (("today", "Today"), ("7d", "7 days"), ("28d", "28 days"), ("ytd", "Year"))
_BEFORE = {
    "wtd": "last week",
    "mtd": "last month",
    "qtd": "last quarter",
    "ytd": "last year",
    "12m": "the 12 months before",
}
_GRAINS = ((1, "hour"), (35, "day"), (200, "week"), (1200, "month"), (4000, "quarter"))
BUCKETS = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month", "quarter": "Quarter", "year": "Year"}


@dataclass(frozen=True, slots=True)
class Span:
    """A period as words need it: its name, its first and last business day (None without one), whether it is open."""

    name: str | None
    first: int | None
    last: int | None
    open: bool

    @property
    def days(self) -> int | None:
        """How many business days it has; None without an end."""
        return None if self.first is None or self.last is None else self.last - self.first + 1


def title(span: Span, said: Formatter) -> str:
    """Return the name of a period as a heading: "Today", "28 days", "3 Nov 2026 to 9 Nov 2026"."""
    if span.name in TITLES:
        return TITLES[span.name]
    if span.first is not None and span.first == span.last:
        return said.long_date(span.first)
    if span.last is None:
        return f"Since {said.short_date(span.first)}" if span.first is not None else "All time"
    return f"{said.short_date(span.first)} to {said.short_date(span.last)}" if span.first is not None else (
        f"Until {said.short_date(span.last)}"
    )  # fmt: skip


def dates(span: Span, said: Formatter) -> str:
    """Return the dates of a period in short, for the corner of a section."""
    if span.first is None or span.last is None:
        return title(span, said)
    if span.first == span.last:
        return said.date(span.first)
    return f"{said.day_month(span.first)} to {said.short_date(span.last)}"


def against(span: Span, mode: str, then_first: int | None, said: Formatter) -> str:
    """Return what a period is compared with: "last Saturday", "yesterday", "the 28 days before"; "" for nothing."""
    if mode == "none" or then_first is None or span.first is None:
        return ""
    back = span.first - then_first
    if span.days == 1:
        return _single(span, back, then_first, said)
    if mode == "last_year":
        return "a year earlier"
    if mode == "previous" and span.name in _BEFORE:
        return _BEFORE[span.name]
    return f"the {span.days} days before" if back == span.days else f"the same weekdays, {back // 7} weeks before"


def _single(span: Span, back: int, then: int, said: Formatter) -> str:
    if back == 1:
        return "yesterday" if span.name == "today" else "the day before"
    if back == 7:
        weekday = said.pattern(said.zone.noon(then), "EEEE")
        return f"last {weekday}" if span.name == "today" else f"the {weekday} before"
    return "the same weekday last year" if back == 364 else said.short_date(then)


def choices(span: Span, said: Formatter) -> list[tuple[str, str]]:
    """Return the comparisons that make sense for a period, with their words for the select."""
    if span.first is None:
        return []
    if span.days == 1:
        weekday = said.pattern(said.zone.noon(span.first), "EEEE")
        last = f"against last {weekday}" if span.name == "today" else f"against the {weekday} before"
        before = "against yesterday" if span.name == "today" else "against the day before"
        return [("weekday", last), ("previous", before), ("last_year", "against last year"), ("none", "on its own")]
    before = _BEFORE.get(span.name or "", f"the {span.days} days before" if span.days else "the time before")
    return [("previous", f"against {before}"), ("last_year", "against a year earlier"), ("none", "on its own")]


def default_mode(span: Span) -> str:
    """Return what a page compares with when it is not told: a day with its weekday, all else with what was before."""
    return "weekday" if span.days == 1 else "previous"


def grain(days: int | None) -> str:
    """Return the buckets in which so many days are drawn: few enough to be told apart."""
    if days is None:
        return "month"
    return next((name for most, name in _GRAINS if days <= most), "year")


def things(names: Sequence[tuple[str, int]], most: int = 3) -> str:
    """Return what was bought in one line: "Oat cold brew × 2, rye crackers and 3 more"."""
    said = [name if count == 1 else f"{name} × {count}" for name, count in names[:most]]
    rest = len(names) - most
    return ", ".join(said) + (f" and {rest} more" if rest > 0 else "")
