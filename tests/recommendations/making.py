"""Short ways to briefs, drafts and advice that is kept."""

from decimal import Decimal
from typing import Any

from webapp.db import reading, writer
from webapp.products import dao as products
from webapp.recommendations import actions, actions_decide, dao
from webapp.recommendations.actions import NewAdvice
from webapp.recommendations.actions_decide import Accept, Dismiss
from webapp.recommendations.rules.brief import Brief, CatalogueLine, Draft, Effect, Fact, Price

DAY = 86_400_000


def fact(number: int = 1, about: str = "mover_up", product: int = 1, **more: Any) -> Fact:
    """A fact of a product."""
    told = {
        "text": "Tea sold 412 in the last 7 days, 38.0% more than in the 7 days before.", "label": "units of Tea sold",
        "value": Decimal(412), "unit": "units", "period": "the last 7 days", "shown": "412", "direction": 1,
        "query": "/explore?metric=units&product=1&from=2026-11-14&to=2026-11-20", "product_ids": (product,),
    }  # fmt: skip
    return Fact(id=f"f{number}", about=about, **{**told, **more})


def line(product: int = 1, name: str = "Tea", **more: Any) -> CatalogueLine:
    """A product as briefs know it."""
    told = {"sku": name.upper(), "category": "Drinks/Cold", "price": 240, "cost": 80}
    return CatalogueLine(id=product, name=name, **{**told, **more})


def brief(*facts: Fact, lines: tuple[CatalogueLine, ...] = (line(),), **more: Any) -> Brief:
    """A brief of these facts."""
    told: dict[str, Any] = {
        "as_of_ms": 0, "day": 20_778, "currency": "GBP", "locale": "en_GB", "shop": "Harbour & Pine", "season": "autumn",
        "season_index": Decimal("0.96"), "season_basis": "one year", "weather": (), "products": lines,
    }  # fmt: skip
    return Brief(facts=facts or (fact(),), **{**told, **more})


def price(suggested: int = 220, now: int = 240, floor: int = 200, ceiling: int = 260, lowest: int = 230) -> Price:
    """A price step in pence."""
    return Price(now, suggested, floor, ceiling, lowest)


def draft(kind: str = "promote", product: int | None = 1, step: Price | None = None, **more: Any) -> Draft:
    """A suggestion for a product."""
    told: dict[str, Any] = {"title": f"{kind} it", "why": "It sells.", "facts": ("f1",), "confidence": "medium"}
    return Draft(kind, product, **{**told, **more}, price=step)


def reprice(suggested: int = 220, product: int = 1, **more: Any) -> Draft:
    """A suggested price, with what is expected of it."""
    effect = Effect("gross_profit", 120, 480, "from its elasticity")
    return draft("reprice", product, price(suggested), effect=effect, **more)


def keep(*drafts: Draft, by: str = "rules", **more: Any) -> dict[str, int]:
    """Advice of these drafts is the newest."""
    told: dict[str, Any] = {
        "brief": brief(), "summary": "A day.", "grounds": "g", "suggested": len(drafts),
        "reason": "no_key" if by == "rules" else None, "provider": None if by == "rules" else "openai",
    }  # fmt: skip
    return writer.do(actions.keep_advice, NewAdvice(by=by, drafts=drafts, **{**told, **more}))


def cost_once(low: int = 200, high: int = 280) -> None:
    """Every product once had a lower and a higher price, long ago: what was ever asked for it leaves room."""
    writer.do(_age, (low, high))


def _age(tx: Any, items: Any) -> list[None]:
    for low, high in items:
        for product_id, from_ms in tx.execute("select product_id, from_ms from price where to_ms is null").fetchall():
            begin = from_ms - 300 * DAY
            tx.execute(
                "update price set from_ms = :at where to_ms is null and product_id = :id",
                {"at": from_ms - 100 * DAY, "id": product_id},
            )
            past = [(low, begin, begin + 100 * DAY), (high, begin + 100 * DAY, begin + 200 * DAY)]
            products.insert_prices(tx, [(tx.next("price"), product_id, price, *when, None) for price, *when in past])
    return [None] * len(items)


def accept(suggestion: int = 1, **more: Any) -> Any:
    """The result or refusal of accepting it."""
    return writer.do_many(actions_decide.accept_suggestions, [Accept(suggestion, **more)])[0]


def dismiss(suggestion: int = 1, reason: str | None = None) -> Any:
    """The result or refusal of dismissing it."""
    return writer.do_many(actions_decide.dismiss_suggestions, [Dismiss(suggestion, reason)])[0]


def end(suggestion: int = 1) -> Any:
    """The result or refusal of taking it back."""
    return writer.do_many(actions_decide.end_suggestions, [suggestion])[0]


def suggestion(suggestion_id: int, now_ms: int) -> Any:
    """The suggestion as it stands."""
    with reading.reading() as tx:
        return dao.find_suggestion(tx, suggestion_id, now_ms)


def shown(now_ms: int, *states: str) -> list[tuple[int, str, str]]:
    """(id, kind, state) of suggestions, the oldest first."""
    with reading.reading() as tx:
        found = dao.find_suggestions(tx, now_ms, states or dao.SHOWN)
    return sorted((row["id"], row["kind"], row["state"]) for row in found)
