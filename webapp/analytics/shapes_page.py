"""What the page of Explore is asked: the question with the page's own defaults, its words, and its one address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from werkzeug.datastructures import MultiDict

from webapp.analytics import shapes_asked, shapes_view
from webapp.analytics.rules import words
from webapp.analytics.rules.words import Span
from webapp.errors import Invalid
from webapp.metrics import filters as filtering
from webapp.metrics import periods
from webapp.metrics.answers import Question
from webapp.text import Formatter

PERIOD = "28d"
MOST, ROWS, BUCKETS = 500, 50, 100
NAMES = ("metric", "by", "grain", "period", "from", "to", "compare", "sort", "limit", *filtering.NAMES)
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Explored:
    """A question as the page asks it. pairs: the query that asks it again, without sort and limit where they are as usual.

    against: what it is compared with in words, or "". so_far: what follows that while the period is open.
    """

    question: Question
    pairs: Pairs
    span: Span
    mode: str
    against: str
    so_far: str

    @property
    def over_time(self) -> bool:
        """Whether its rows stand in the order of time, so that a line can be drawn through them."""
        return self.question.grain is not None and self.question.sort == "-time"

    def address(self, path: str, *more: tuple[str, str], without: Iterable[str] = ()) -> str:
        """The question at a path, with some of its names taken away and others added; parameters are sorted."""
        gone = {*without}
        pairs = sorted([*(pair for pair in self.pairs if pair[0] not in gone), *more])
        return path + "?" + urlencode(pairs, quote_via=quote)


def explored(tx: Any, args: Any, now_ms: int, said: Formatter) -> Explored:
    """What the parameters ask: 28 days and, with nothing to tell apart, in buckets that fit. Raises Invalid as `question`."""
    asked = MultiDict((name, value) for name, value in pairs_of(args) if name in NAMES and value)
    settle(asked)
    try:
        span = shapes_view.span_of(periods.parse(asked, now_ms, tx.zone), tx.zone)
    except Invalid:  # which `question` says again, with all else that is wrong
        span = Span(None, None, None, False)
    asked.setdefault("compare", words.default_mode(span))
    if not asked.get("by") and not asked.get("grain"):
        asked["grain"] = words.grain(span.days)
    grain = asked.get("grain")
    if grain and asked.get("sort", "time") == "time":
        asked["sort"] = "-time"
    question = shapes_asked.question(tx, asked, now_ms, BUCKETS if grain else ROWS)
    question = replace(question, limit=min(question.limit or MOST, MOST))
    against, so_far = _against(question, span, asked["compare"], tx, said)
    return Explored(question, _pairs(question, asked), span, asked["compare"], against, so_far)


def settle(asked: MultiDict[str, str]) -> None:
    """A page's period: 28 days where none is named; dates win over a name that stands beside them in the form."""
    if asked.get("from") or asked.get("to"):
        asked.poplist("period")
    elif not asked.get("period"):
        asked["period"] = PERIOD


def _against(question: Question, span: Span, mode: str, tx: Any, said: Formatter) -> tuple[str, str]:
    earlier = question.compare
    then = None if earlier is None or earlier.from_ms is None else tx.zone.day_of(earlier.from_ms)
    against = words.against(span, mode, then, said)
    return against, (" at this time" if span.days == 1 else " at the same point") if against and span.open else ""


def _pairs(question: Question, asked: Any) -> Pairs:
    """The one query of a question: names as they resolve, so that the same question has the same address."""
    usual = BUCKETS if question.grain else ROWS
    pairs = [("metric", ",".join(metric.name for metric in question.metrics))]  # in one text, which keeps their order
    pairs += [("by", ",".join(question.by))] if question.by else []
    pairs += [("grain", question.grain)] if question.grain else []
    pairs += [(name, asked[name]) for name in ("period", "from", "to", "compare") if asked.get(name)]
    pairs += [("sort", question.sort)] if question.sort and question.sort != "-time" else []
    pairs += [("limit", str(question.limit))] if question.limit != usual else []
    return (*pairs, *question.filters.query())


def pairs_of(args: Any) -> list[tuple[str, str]]:
    """Names and values of a query in order, whatever holds them."""
    if isinstance(args, str):
        return parse_qsl(args.removeprefix("?"), max_num_fields=100)
    if hasattr(args, "getlist"):
        return [(name, str(value)) for name in args for value in args.getlist(name)]
    return [(name, str(value)) for name, value in dict(args).items()]


def figure_query(args: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of a query says which figure is meant: period, comparison and filters."""
    wanted = ("period", "from", "to", "compare", *filtering.NAMES)
    return [(name, value) for name, value in pairs_of(args) if name in wanted and value]
