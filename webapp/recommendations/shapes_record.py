"""The record of advice: what was expected of each accepted suggestion, what came, and how often who was right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.recommendations import shapes, shapes_words
from webapp.recommendations.rules import record
from webapp.text import Formatter
from webapp.web.fields import DollarsOut, Instant, MoneyOut, Output, Ratio

WHO = ("rules", "model")
VERDICTS = {
    "right": ("good", "As expected"),
    "wrong": ("bad", "The other way"),
    "cannot_tell": ("warn", "Cannot tell"),
    "running": ("info", "Too early"),
}
_SAID = {"right": "right", "wrong": "wrong", "unclear": "cannot_tell", "open": "running"}


class SoldOut(Output):
    """What the product of a suggestion sold while it ran."""

    units: int
    total: MoneyOut


class EntryOut(Output):
    """An accepted suggestion: expected against measured. `verdict`: right, wrong, cannot_tell, running."""

    id: int
    kind: str
    by: str
    state: str
    title: str
    product: shapes.ProductOut | None
    starts_at: Instant
    ends_at: Instant
    expected: shapes.EffectOut | None
    measured: shapes.MeasuredOut | None
    sold: SoldOut | None
    verdict: str


class WhoOut(Output):
    """How one source of advice has done; `right_ratio` is of what could be told, null where nothing could."""

    by: str
    suggested: int
    accepted: int
    dismissed: int
    right: int
    wrong: int
    cannot_tell: int
    running: int
    right_ratio: Ratio | None


class RecordOut(Output):
    """What came of advice. `spent_30d_usd`: what asking a model cost in 30 business days, null where no price was known."""

    currency: str
    items: list[EntryOut]
    by: list[WhoOut]
    spent_30d_usd: DollarsOut | None


class AskedOut(Output):
    """What a model was sent: the instructions, the question with its facts as one JSON text, the shape of the answer."""

    system: str
    user: str
    answer_schema: dict[str, Any]


class MadeOut(Output):
    """One advice with everything that it was made from. `cost_usd`: null where no price was known or nobody was asked.

    `asked`: what a model was sent, word for word, one member each time it was asked; `brief` stays in the shop.
    """

    id: int
    source: shapes.SourceOut
    made_at: Instant
    expires_at: Instant
    tokens_in: int
    tokens_out: int
    cost_usd: DollarsOut | None
    summary: str
    asked: list[AskedOut]
    brief: dict[str, Any]
    answer: Any
    checked: shapes.CheckedOut


def verdict(row: Any) -> str:
    """How a suggestion did, by the rule that offers less of what keeps failing."""
    return _SAID[record.verdict(row)]


def record_json(
    rows: Sequence[Any], sales: Mapping[int, Any], decisions: Sequence[Any], spend: Any, currency: str
) -> dict[str, Any]:
    """The record as JSON. sales: units and total_minor by suggestion id; decisions: by, kind, state, count.

    spend: what a model cost in 30 days, as `dao.find_spend` gives it.
    """
    return {
        "currency": currency, "items": [_entry(row, sales.get(row["id"]), currency) for row in rows],
        "by": [_who(by, rows, decisions) for by in WHO],
        "spent_30d_usd": _dollars(spend["cost_micros"] if spend["priced"] else None),
    }  # fmt: skip


RECORD_COLUMNS = (
    "id", "kind", "by", "title", "sku", "product", "starts_at", "ends_at", "expected", "expected_low", "expected_high",
    "measured_low", "measured", "measured_high", "units_low", "units_high", "sold_units", "sold_total", "currency", "verdict",
)  # fmt: skip


def record_rows(told: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The record as a table: what was expected in units or money a day, what was measured as ratios to what would have been."""
    for item in told["items"]:
        expected, measured, sold = (item[name] or {} for name in ("expected", "measured", "sold"))
        product = item["product"] or {}
        yield (
            item["id"], item["kind"], item["by"], item["title"], product.get("sku"), product.get("name"),
            item["starts_at"], item["ends_at"], *(expected.get(name) for name in ("metric", "low", "high")),
            *(measured.get(name) for name in ("low", "middle", "high", "units_low", "units_high")),
            sold.get("units"), sold.get("total"), told["currency"], item["verdict"],
        )  # fmt: skip


def _entry(row: Any, sold: Any, currency: str) -> dict[str, Any]:
    ends_ms = row["ends_ms"] if row["ended_ms"] is None else row["ended_ms"]
    return {
        **{name: row[name] for name in ("id", "kind", "by", "state", "title")},
        "product": None if row["product_id"] is None
        else {"id": row["product_id"], "sku": row["sku"], "name": row["product_name"]},
        "starts_at": shapes.time_json(row["starts_ms"]), "ends_at": shapes.time_json(ends_ms),
        "expected": shapes.effect_json({**dict(row), "effect_unit": "per day", "effect_basis": ""}, currency)
        if _is_comparable(row) else None,
        "measured": shapes.measured_json(row),
        "sold": None if sold is None
        else {"units": sold["units"], "total": money.from_minor(sold["total_minor"], currency)},
        "verdict": verdict(row),
    }  # fmt: skip


def _is_comparable(row: Any) -> bool:
    """Whether what was expected can be held against what is measured: of a price; what the weather does is taken out before."""
    return row["price_minor"] is not None


def _who(by: str, rows: Sequence[Any], decisions: Sequence[Any]) -> dict[str, Any]:
    told = [verdict(row) for row in rows if row["by"] == by]
    counts = {name: told.count(name) for name in VERDICTS}
    states = [(row["state"], row["count"]) for row in decisions if row["by"] == by]
    clear = counts["right"] + counts["wrong"]
    return {
        "by": by, "suggested": sum(count for _, count in states), "accepted": len(told),
        "dismissed": sum(count for state, count in states if state == "dismissed"), **counts,
        "right_ratio": round(Decimal(counts["right"]) / clear, 4) if clear else None,
    }  # fmt: skip


def record_page(
    rows: Sequence[Any], sales: Mapping[int, Any], decisions: Sequence[Any], spend: Any, said: Formatter
) -> dict[str, Any]:
    """The record in words, for its page."""
    entries = [
        {
            "row": row, "sales": sales.get(row["id"]), "verdict": VERDICTS[verdict(row)],
            "who": "House rules" if row["by"] == "rules" else "Model",
            "expected": None if row["effect_metric"] is None or not _is_comparable(row)
            else shapes_words.effect(row["effect_metric"], row["effect_low"], row["effect_high"], said),
            "measured": row["words"],
        }
        for row in rows
    ]  # fmt: skip
    return {
        "entries": entries, "sources": [_who(by, rows, decisions) for by in WHO], "spend": shapes_words.spend(spend, said),
    }  # fmt: skip


def made_json(row: Any, brief: dict[str, Any], asked: str | None) -> dict[str, Any]:
    """One advice with its brief, what a model was asked, as kept, and the answer as it came."""
    times = [] if asked is None else json.loads(asked)
    return {
        "id": row["id"], "source": shapes.source_json(row, row["reason"]), "made_at": shapes.time_json(row["made_ms"]),
        "expires_at": shapes.time_json(row["expires_ms"]), "tokens_in": row["tokens_in"], "tokens_out": row["tokens_out"],
        "cost_usd": _dollars(row["cost_micros"]), "summary": row["summary"], "brief": brief,
        "asked": [{"system": one["system"], "user": one["user"], "answer_schema": one["schema"]} for one in times],
        "answer": None if row["answer"] is None else _json(row["answer"]),
        "checked": shapes.checked_json(row),
    }  # fmt: skip


def _dollars(micros: int | None) -> Decimal | None:
    return None if micros is None else money.from_millionths(micros)


def _json(text: str) -> Any:
    """What a JSON text says; a text that is none, as it stands."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return text
