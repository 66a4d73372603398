"""Suggestions as cards show them: the row in words, its price drawn between its bounds, the facts that it rests on."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from webapp import charts, clock
from webapp.db import store
from webapp.products import dao as products
from webapp.recommendations import dao, shapes_words
from webapp.recommendations.rules import afterwards, facts_around, present, stored
from webapp.recommendations.rules.brief import Brief, Fact, Price
from webapp.recommendations.rules.present import Present
from webapp.recommendations.rules.words import Words
from webapp.text import Formatter
from webapp.weather import dao as weather

# Kinds that change something which sales can show.
_MEASURED = ("promote", "reprice", "bundle", "markdown")


@lru_cache(maxsize=32)
def _brief(epoch: str, advice_id: int, text: str) -> Brief:
    # Advice is never changed, so that a brief is read once.
    return stored.read_brief(text)


def brief(row: Any) -> Brief:
    """The brief of an advice."""
    return _brief(store.shop().epoch, row["id"], row["brief"])


def facts(tx: Any, rows: Sequence[Any]) -> dict[int, list[Fact]]:
    """The facts that each suggestion rests on, by its id."""
    briefs = {}
    for advice_id in {row["advice_id"] for row in rows}:
        advice = dao.find_advice(tx, advice_id)
        briefs[advice_id] = {fact.id: fact for fact in brief(advice).facts}
    return {
        row["id"]: [
            briefs[row["advice_id"]][one] for one in json.loads(row["facts"]) if one in briefs[row["advice_id"]]
        ]
        for row in rows
    }


def holds(tx: Any, advice: Any, now_ms: int) -> Present:
    """What of the newest advice holds beside the weather of now."""
    said = store.shop().formatter
    return present.present(brief(advice), present.places(weather.standing(tx, now_ms), said), said)


def cards(tx: Any, rows: Sequence[Any], key: str) -> list[dict[str, Any]]:
    """What the template of a card needs, for each row in order. key: what the ids of the drawings begin with.

    The facts of what is open no longer have the time that they are of.
    """
    said = store.shop().formatter
    rests_on = facts(tx, rows)
    named = names(tx, rows)
    sources = {advice_id: dao.find_advice(tx, advice_id) for advice_id in {row["advice_id"] for row in rows}}
    for row in rows:
        if row["state"] != "open":
            as_of_ms = brief(sources[row["advice_id"]]).as_of_ms
            rests_on[row["id"]] = [present.dated(fact, as_of_ms, said) for fact in rests_on[row["id"]]]
    return [card(row, rests_on[row["id"]], sources[row["advice_id"]], named, said, key) for row in rows]


def names(tx: Any, rows: Sequence[Any]) -> dict[int, Any]:
    """The products that suggestions name beside their own, by id."""
    ids = sorted({one for row in rows for one in json.loads(row["products"])})
    return {row["id"]: row for row in products.find_products(tx, ids)} if ids else {}


def card(
    row: Any, rests_on: Sequence[Fact], advice: Any, named: dict[int, Any], said: Formatter, key: str
) -> dict[str, Any]:
    """One suggestion in words and drawings."""
    style, word, _ = shapes_words.KINDS[row["kind"]]
    seen = row["kind"] in _MEASURED
    shown = row["suggested_minor"] if row["price_minor"] is None else row["price_minor"]
    by_model, days = row["by"] == "model", _whole_days(row)
    return {
        "row": row, "tag": (style, word), "band": band(row, said, f"{key}-band-{row['id']}"), "why": _why(row, said),
        "effect": None if row["effect_metric"] is None
        else shapes_words.effect(row["effect_metric"], row["effect_low"], row["effect_high"], said),
        "expects": shapes_words.EXPECTS.get(row["kind"], "Expected"),
        "action": shapes_words.action(row["kind"], shown, said),
        "rises": shown is not None and row["now_minor"] is not None and shown > row["now_minor"],
        "who": shapes_words.source(row["by"], advice["provider"] if by_model else None, advice["model"] if by_model else None),
        "facts": rests_on, "evidence": shapes_words.EVIDENCE[row["confidence"]],
        "others": [named[one] for one in json.loads(row["products"]) if one in named and one != row["product_id"]],
        "state": shapes_words.STATES[row["state"]],
        "smallest": shapes_words.smallest(row["smallest"], days, said) if seen else "",
        "shows": shapes_words.smallest_shortly(row["smallest"], days, said) if seen else "",
    }  # fmt: skip


def _why(row: Any, said: Formatter) -> str:
    """Why, without the sentence that says in words what the drawing of the price shows."""
    if row["suggested_minor"] is None:
        return str(row["why"])
    price = Price(*(row[f"{name}_minor"] for name in ("now", "suggested", "floor", "ceiling", "lowest_30d")))
    drawn = facts_around.price_step(Words(said), row["product_name"], price)
    return str(row["why"]).replace(drawn, "").strip() or str(row["why"])


def _whole_days(row: Any) -> int:
    """For how many whole days a suggestion stands, from the day on which it was made."""
    zone = store.shop().zone
    return afterwards.whole_days(zone.day_of(row["expires_ms"] - 1) - zone.day_of(row["made_ms"]) + 1)


def band(row: Any, said: Formatter, key: str) -> Markup | None:
    """The price now and the one suggested, drawn between floor and ceiling; None where no price is meant."""
    if row["suggested_minor"] is None:
        return None
    minor = {name: row[f"{name}_minor"] for name in ("now", "suggested", "floor", "ceiling", "lowest_30d")}
    marks = [
        charts.Mark("then", "lowest of 30 days", minor["lowest_30d"]),
        charts.Mark("now", "now", minor["now"]),
        charts.Mark("next", "suggested", minor["suggested"]),
    ]
    return charts.band(
        key, minor["floor"], minor["ceiling"], marks, label=lambda value: said.money(None if value is None else round(value)),
        summary=shapes_words.price(minor, said),
    )  # fmt: skip


def local(tx: Any, ms: int | None) -> str:
    """An instant as a field of date and time holds it."""
    zone: clock.Zone = tx.zone
    return shapes_words.local(ms, zone)
