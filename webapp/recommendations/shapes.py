"""What advice looks like from outside: suggestions, the facts they stand on, who says so, and what became of them."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import WithJsonSchema

from webapp import clock, money
from webapp.recommendations.rules.brief import Brief, Fact
from webapp.web.fields import Instant, MoneyOut, Output, Ratio

MOST_REFUSED = 200
STATES = ("open", "accepted", "dismissed", "expired", "ended")
Figure = Annotated[Decimal, WithJsonSchema({"type": "number"})]


class ProductOut(Output):
    """A product, as a suggestion names it."""

    id: int
    sku: str
    name: str


class PriceOut(Output):
    """A price step within its guardrails; `lowest_30d` is the lowest list or sold price of 30 days."""

    now: MoneyOut
    suggested: MoneyOut
    floor: MoneyOut
    ceiling: MoneyOut
    lowest_30d: MoneyOut


class EffectOut(Output):
    """What is expected a day, as an 80 % interval: money for net_sales and gross_profit, a count for units."""

    metric: str
    low: Figure
    high: Figure
    unit: str
    basis: str


class MeasuredOut(Output):
    """What an accepted suggestion did against what would have happened; ratios, with an 80 % placebo interval."""

    low: Ratio | None
    middle: Ratio | None
    high: Ratio | None
    smallest: Ratio | None
    units_low: int | None
    units_high: int | None
    significant: bool
    weeks: int
    words: str
    final: bool
    at: Instant


class SuggestionOut(Output, json_schema_serialization_defaults_required=False):
    """One piece of advice and what became of it; `smallest_effect` is the least change that can be seen afterwards."""

    id: int | None
    kind: str
    state: str
    by: str
    product: ProductOut | None
    products: list[ProductOut] | None = None
    title: str
    why: str
    facts: list[str]
    price: PriceOut | None
    effect: EffectOut | None
    confidence: str
    smallest_effect: Ratio | None
    made_at: Instant
    expires_at: Instant
    decided_at: Instant | None
    decided_by: str | None
    reason: str | None
    accepted_price: MoneyOut | None
    starts_at: Instant | None
    ends_at: Instant | None


class FactOut(Output):
    """A computed figure; where `query` is not null, that answer's total or first row holds `value`."""

    id: str
    text: str
    value: Figure
    unit: str
    query: str | None


class SourceOut(Output):
    """Who gave the advice: the house rules, or a model from a prompt; `reason` says why it is not the model's, or not newer."""

    by: str
    provider: str | None
    model: str | None
    prompt: str | None
    took_ms: int
    reason: str | None


class SeasonOut(Output):
    """The time of the year; `index` is what it usually sells against a usual month."""

    name: str
    index: Figure | None
    basis: str


class RefusedOut(Output):
    """A suggestion that was not shown, and why."""

    reason: str
    text: str


class CheckedOut(Output):
    """How many suggestions were made; those neither shown nor refused were decided already, or of a kind that kept failing."""

    suggested: int
    shown: int
    refused: list[RefusedOut]


class AdviceOut(Output):
    """What is worth doing now."""

    as_of: Instant
    seq: int
    fresh: bool
    currency: str
    advice_id: int | None
    refreshing: bool
    source: SourceOut
    weather: dict[str, Any]
    season: SeasonOut
    facts: list[FactOut]
    suggestions: list[SuggestionOut]
    summary: str
    checked: CheckedOut


class RefreshOut(Output):
    """A refresh that was begun or joined; it is told of on the page, and in GET /recommendations when it has ended."""

    id: int
    state: str
    see: str


# ---- Made of rows ----


def time_json(ms: int | None) -> str | None:
    """An instant, or null."""
    return None if ms is None else clock.format_time(ms)


def fact_json(fact: Fact) -> dict[str, Any]:
    """A fact as the contract shows it."""
    return {"id": fact.id, "text": fact.text, "value": fact.value, "unit": fact.unit, "query": fact.query}


def season_json(brief: Brief) -> dict[str, Any]:
    """The season of a brief."""
    return {"name": brief.season, "index": brief.season_index, "basis": brief.season_basis}


def source_json(row: Any, reason: str | None) -> dict[str, Any]:
    """Who gave the advice; reason: why it is no model's, or no newer."""
    return {
        "by": row["by"], "provider": row["provider"], "model": row["model"], "prompt": row["prompt"],
        "took_ms": row["took_ms"], "reason": reason,
    }  # fmt: skip


def checked_json(row: Any) -> dict[str, Any]:
    """What the checks made of the answer; texts are plain and short."""
    kept = json.loads(row["checked"])
    refused = [
        {"reason": str(one["reason"]), "text": str(one["text"])[:MOST_REFUSED]} for one in kept.get("refused", ())
    ]
    counts = {name: kept.get(name, 0) for name in ("suggested", "shown")}
    return {**counts, "refused": refused}


def products_in(rows: Iterable[Any]) -> list[int]:
    """The ids of all products that suggestions name."""
    return sorted({one for row in rows for one in json.loads(row["products"])})


def suggestion_json(row: Any, names: Mapping[int, Any], currency: str, facts: Iterable[str] = ()) -> dict[str, Any]:
    """A suggestion as the contract shows it.

    names: the rows of the products that it names, by id; facts: the numbers of its facts in this answer.
    """
    shown: dict[str, Any] = {
        "id": row["id"], "kind": row["kind"], "state": row["state"], "by": row["by"],
        "product": _product(row["product_id"], row["sku"], row["product_name"]),
        "title": row["title"], "why": row["why"], "facts": list(facts),
        "price": _price(row, currency), "effect": effect_json(row, currency), "confidence": row["confidence"],
        "smallest_effect": ratio(row["smallest"]), "made_at": time_json(row["made_ms"]),
        "expires_at": time_json(row["expires_ms"]), "decided_at": time_json(row["decided_ms"]),
        "decided_by": row["decided_by"], "reason": row["reason"],
        "accepted_price": None if row["price_minor"] is None else money.from_minor(row["price_minor"], currency),
        "starts_at": time_json(row["starts_ms"]),
        "ends_at": time_json(row["ended_ms"] if row["ended_ms"] is not None else row["ends_ms"]),
    }  # fmt: skip
    if row["kind"] == "bundle":
        known = (names.get(one) for one in json.loads(row["products"]))
        shown["products"] = [_product(one["id"], one["sku"], one["name"]) for one in known if one is not None]
    return shown


def _product(product_id: int | None, sku: str | None, name: str | None) -> dict[str, Any] | None:
    return None if product_id is None else {"id": product_id, "sku": sku, "name": name}


def _price(row: Any, currency: str) -> dict[str, Any] | None:
    if row["suggested_minor"] is None:
        return None
    names = ("now", "suggested", "floor", "ceiling", "lowest_30d")
    return {name: money.from_minor(row[f"{name}_minor"], currency) for name in names}


def effect_json(row: Any, currency: str) -> dict[str, Any] | None:
    """What is expected a day, in the metric's own unit."""
    if row["effect_metric"] is None:
        return None

    def value(number: int) -> int | Decimal:
        return number if row["effect_metric"] == "units" else money.from_minor(number, currency)

    return {
        "metric": row["effect_metric"], "low": value(row["effect_low"]), "high": value(row["effect_high"]),
        "unit": row["effect_unit"], "basis": row["effect_basis"],
    }  # fmt: skip


def ratio(value: float | None) -> Decimal | None:
    """A ratio of statistics as the contract writes ratios."""
    return None if value is None else round(Decimal(value), 4)


def measured_json(row: Any) -> dict[str, Any] | None:
    """What was measured of an accepted suggestion; None where nothing was yet."""
    if row["at_ms"] is None:
        return None
    return {
        **{name: ratio(row[name]) for name in ("low", "middle", "high", "smallest")},
        "units_low": row["units_low"], "units_high": row["units_high"], "significant": bool(row["significant"]),
        "weeks": row["weeks"], "words": row["words"], "final": bool(row["final"]), "at": time_json(row["at_ms"]),
    }  # fmt: skip
