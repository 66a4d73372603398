"""What a price is asked with: each product's prices, costs, pace, stock and limits, read for rules/pricing.py."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.metrics import ask as metrics
from webapp.metrics import dao as dimensions
from webapp.metrics.filters import Filters
from webapp.recommendations import dao
from webapp.recommendations.jobs.learning import Learned
from webapp.recommendations.jobs.sales import Sales, Spans, period
from webapp.recommendations.rules import outlook, price_now, rails
from webapp.recommendations.rules.facts import Sold
from webapp.recommendations.rules.facts_around import Shelf
from webapp.recommendations.rules.pricing import PriceQuestion, endings
from webapp.shop import dao as shop

DAY_MS = 86_400_000
MOST_QUESTIONS = 200
# A week so many standard deviations from the weeks before it is no usual week: its price is left alone.
ANOMALY = 4.0
# For how many days lasts what does not sell at all.
LONGEST = 1_000


@dataclass(slots=True)
class Known:
    """What was read of all products at once."""

    catalogue: Mapping[int, Any]
    sales: Sales
    shelves: Mapping[int, Shelf]
    learned: Learned
    ahead: Sequence[tuple[float, bool]]
    now_ms: int


@dataclass(slots=True)
class _Read:
    """What is read once for all questions."""

    prices: Mapping[int, list[Any]]
    sold: Mapping[int, int]
    moving: Mapping[str, set[int]]
    guardrails: Mapping[int, Any]
    lines: Mapping[int, tuple[int, ...]]
    traits: Mapping[int, Any]
    endings: tuple[int, ...]
    substitutes: Mapping[int, frozenset[int]]
    unusual: set[int]
    elsewhere: set[int]


def ask(tx: Any, known: Known, spans: Spans) -> list[PriceQuestion]:
    """A question for each of the products that bring most, in order of what they bring."""
    ids = sorted(known.sales.month, key=lambda one: (-known.sales.month[one].net, one))[:MOST_QUESTIONS]
    ids = [*ids, *(one for one in known.shelves if one not in known.sales.month)][:MOST_QUESTIONS]
    read = _Read(
        prices=_prices(tx, ids),
        sold=dao.find_lowest_sold(tx, ids, known.now_ms - 30 * DAY_MS),
        moving=_moving(tx, known),
        guardrails=dao.find_guardrails(tx),
        lines=dimensions.category_lines(tx),
        traits=dao.find_traits(tx),
        endings=endings([row["price_minor"] for row in known.catalogue.values()]),
        substitutes=_substitutes(known.catalogue),
        unusual=_unusual(tx, ids, spans),
        elsewhere=_on_marketplaces(tx, known, spans),
    )
    return [_question(known, read, known.catalogue[product_id]) for product_id in ids]


def _question(known: Known, read: _Read, row: Any) -> PriceQuestion:
    product_id, category, now = row["id"], row["category_id"] or 0, row["price_minor"]
    history = price_now.history(read.prices[product_id], now, known.now_ms)
    lowest = min(history.pop("lowest"), read.sold.get(product_id, now))
    never = bool(product_id in read.traits and read.traits[product_id]["never_rises"])
    limits = rails.holding(read.guardrails, read.lines.get(category, ()))
    return PriceQuestion(
        product_id=product_id,
        now=now,
        cost=row["cost_minor"],
        lowest_30d=lowest,
        **history,
        **_demand(known, product_id, category),
        stocked_out=price_now.is_gone(row),
        anomaly=product_id in read.unusual,
        promoted=product_id in read.moving["promoted"],
        busy=bool(read.moving["busy"] & read.substitutes[product_id]),
        substitutes=read.substitutes[product_id],
        marketplace=product_id in read.elsewhere,
        endings=read.endings,
        rails=rails.guardrails(limits, never),
    )


def _prices(tx: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in dao.find_prices(tx, ids, 0):
        found[row["product_id"]].append(row)
    return found


def _moving(tx: Any, known: Known) -> dict[str, set[int]]:
    """The products under an accepted promotion, and those whose price an accepted suggestion or a plan moves now."""
    accepted = dao.find_suggestions(tx, known.now_ms, ("accepted",))
    busy = {row["product_id"] for row in accepted if row["price_minor"] is not None}
    busy |= {row["product_id"] for row in dao.find_price_plans(tx, list(known.catalogue))}
    return {"promoted": price_now.promoted(accepted), "busy": busy}


def _substitutes(catalogue: Mapping[int, Any]) -> dict[int, frozenset[int]]:
    """For each product those that a buyer can take in its place: the others of its very category, and itself."""
    by_category: dict[int | None, set[int]] = defaultdict(set)
    for product_id, row in catalogue.items():
        by_category[row["category_id"]].add(product_id)
    return {
        product_id: frozenset(by_category[row["category_id"]]) if row["category_id"] else frozenset({product_id})
        for product_id, row in catalogue.items()
    }


def _demand(known: Known, product_id: int, category: int) -> dict[str, Any]:
    """Pace, elasticity, season, weather and stock cover of one product."""
    sold: Sold | None = known.sales.month.get(product_id)
    shelf = known.shelves.get(product_id)
    effects = known.learned.products.get(product_id) or known.learned.categories.get(category)
    return {
        "units_per_day": (sold.units if sold else 0) / 28, "elasticity": known.learned.elasticity.get(product_id),
        "season": _season(known, category), "weather": outlook.demand(effects, known.ahead),
        "cover_days": None if shelf is None else float(LONGEST if shelf.cover_days is None else shelf.cover_days),
    }  # fmt: skip


def _season(known: Known, category: int) -> float:
    months = known.learned.months.get(category, {})
    return months.get(clock.month_of(known.now_ms // DAY_MS) % 12 + 1, 1.0)


def _on_marketplaces(tx: Any, known: Known, spans: Spans) -> set[int]:
    """The products that a marketplace sold of late: its terms may want the same price there."""
    channels = tuple(sorted({row["id"] for row in shop.channels(tx).values() if row["kind"] == "marketplace"}))
    if not channels:
        return set()
    when, only = period(tx, spans.month), Filters(channel=channels)
    answer = metrics.ask(tx, ["units"], period=when, now_ms=known.now_ms, by=["product"], filters=only, limit=None)
    return {row.keys[0] for row in answer.rows if row.values["units"]}


def _unusual(tx: Any, ids: Sequence[int], spans: Spans) -> set[int]:
    """The products whose last week is not like the eight before it."""
    week, first = spans.week, spans.week.from_day - 56
    weeks: dict[int, list[int]] = defaultdict(lambda: [0] * 9)
    for row in dao.find_daily(tx, ids, first, week.to_day + 1):
        weeks[row["product_id"]][(row["day"] - first) // 7] += row["units"]
    found = set()
    for product_id, units in weeks.items():
        usual = statistics.median(units[:8])
        spread = max(statistics.median(abs(one - usual) for one in units[:8]) * 1.4826, usual**0.5, 1.0)
        if abs(units[8] - usual) > ANOMALY * spread:
            found.add(product_id)
    return found
