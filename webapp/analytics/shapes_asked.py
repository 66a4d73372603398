"""What a request for figures asks, read from its query; everything that is wrong with it is refused at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from webapp.errors import FieldError, Invalid, invalid_parameter
from webapp.metrics import ask, periods
from webapp.metrics import filters as filtering
from webapp.metrics.ask import Question
from webapp.metrics.filters import Filters
from webapp.metrics.periods import Period

MOST_TOP, MOST_ROWS = 100, 10_000
TOP, ROWS = 10, 100
_EVER = Period("all", None, None, True)
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """Period, comparison, filters, and how many best sellers."""

    period: Period
    compare: Period | None
    filters: Filters
    top: int


class _Refusals:
    """Gathers what is wrong instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def take(self, instead: T, read: Callable[..., T], *args: Any, **more: Any) -> T:
        """What `read` gives; `instead` where it refuses."""
        try:
            return read(*args, **more)
        except Invalid as refusal:
            self.errors += refusal.errors
            return instead

    def raise_any(self) -> None:
        """Raise Invalid with all of it."""
        if self.errors:
            raise Invalid("" if len(self.errors) == 1 else "Some parameters are refused.", *self.errors)


def figures(tx: Any, args: Mapping[str, Any], now_ms: int, default: str = "all") -> Asked:
    """What `/analytics` is asked for; without a period `default`. Raises Invalid with every parameter at fault."""
    refusals = _Refusals()
    asked = _figures(refusals, tx, args, now_ms, default)
    refusals.raise_any()
    return asked


def _figures(refusals: _Refusals, tx: Any, args: Mapping[str, Any], now_ms: int, default: str) -> Asked:
    period = refusals.take(_EVER, periods.parse, args, now_ms, tx.zone, default)
    mode = refusals.take("none", periods.compare_mode, args)
    filters = refusals.take(filtering.ALL, filtering.resolve, tx, args)
    top = refusals.take(None, _whole, args, "top", TOP, MOST_TOP) or TOP
    return Asked(period, periods.compare(period, mode, now_ms, tx.zone), filters, top)


def question(tx: Any, args: Any, now_ms: int, limit: int | None = ROWS) -> Question:
    """What `/explore` is asked; `limit` where the query has none. Raises Invalid with every parameter at fault."""
    refusals = _Refusals()
    asked = _figures(refusals, tx, args, now_ms, "all")
    rows = refusals.take(limit, _whole, args, "limit", limit, MOST_ROWS)
    names = _listed(args, "metric") or ["net_sales"]
    shape = {"by": _listed(args, "by"), "grain": args.get("grain") or None, "sort": args.get("sort") or None}
    found = refusals.take(None, ask.question, names, period=asked.period, filters=asked.filters,
                          compare=asked.compare, limit=rows, **shape)  # fmt: skip
    refusals.raise_any()
    assert found is not None
    return found


def _listed(args: Any, name: str) -> list[str]:
    return [part for text in args.getlist(name) for part in text.split(",") if part]


def _whole(args: Mapping[str, Any], name: str, default: int | None, most: int) -> int | None:
    text = args.get(name)
    if not text:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 20:
        raise invalid_parameter(name, "not_a_number", f"{name} is a whole number.")
    if int(text) < 1:
        raise invalid_parameter(name, "too_small", f"{name} is at least 1.")
    if int(text) > most:
        raise invalid_parameter(name, "too_large", f"{name} is at most {most:,}.")
    return int(text)
