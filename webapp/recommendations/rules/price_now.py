"""What stands behind a product's price at one moment: how it moved, whether it is promoted, whether it is there."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.recommendations.rules.price_terms import Guardrails, PriceQuestion

DAY_MS = 86_400_000
PROMOTIONS = ("promote", "bundle")


def history(rows: Sequence[Any], now: int, now_ms: int) -> dict[str, Any]:
    """base, prices_90d, observed range, lowest of 30 days and days since the last change of one product's list prices."""
    recent = [row["price_minor"] for row in rows if _holds(row, now_ms - 90 * DAY_MS, now_ms)]
    lowest = [row["price_minor"] for row in rows if _holds(row, now_ms - 30 * DAY_MS, now_ms)]
    every = [row["price_minor"] for row in rows if row["from_ms"] <= now_ms] or [now]
    changes = [row["from_ms"] for row in rows[1:] if row["from_ms"] <= now_ms]
    return {
        "base": _usual(rows, now, now_ms), "prices_90d": tuple(recent) or (now,), "observed_low": min(*every, now),
        "observed_high": max(*every, now), "lowest": min(*lowest, now) if lowest else now,
        "days_since_change": (now_ms - max(changes)) // DAY_MS if changes else None,
    }  # fmt: skip


def _holds(row: Any, since_ms: int, now_ms: int) -> bool:
    return row["from_ms"] <= now_ms and (row["to_ms"] is None or row["to_ms"] > since_ms)


def _usual(rows: Sequence[Any], now: int, now_ms: int) -> int:
    """The list price that held longest in the last 180 days."""
    held: dict[int, int] = defaultdict(int)
    since_ms = now_ms - 180 * DAY_MS
    for row in rows:
        from_ms, to_ms = max(row["from_ms"], since_ms), now_ms if row["to_ms"] is None else min(row["to_ms"], now_ms)
        held[row["price_minor"]] += max(to_ms - from_ms, 0)
    return max(held, key=lambda price: (held[price], price == now), default=now)


def promoted(accepted: Iterable[Any]) -> set[int]:
    """The products that accepted suggestions put forward; accepted: rows of suggestions."""
    return {
        product_id
        for row in accepted if row["kind"] in PROMOTIONS
        for product_id in (row["product_id"], *json.loads(row["products"])) if product_id is not None
    }  # fmt: skip


def is_gone(row: Mapping[str, Any]) -> bool:
    """Whether a product that is counted is out of stock; row: of the catalogue."""
    return bool(row["tracked"]) and (row["stock"] or 0) <= 0


def question(row: Any, prices: Sequence[Any], now_ms: int, *, is_promoted: bool, rails: Guardrails) -> PriceQuestion:
    """What `pricing.standing` asks of one product when its price is about to be set; prices: its list prices, oldest first."""
    told = history(prices, row["price_minor"], now_ms)
    return PriceQuestion(
        product_id=row["id"], now=row["price_minor"], cost=row["cost_minor"], lowest_30d=told.pop("lowest"), **told,
        units_per_day=1.0, stocked_out=is_gone(row), promoted=is_promoted, rails=rails,
    )  # fmt: skip
