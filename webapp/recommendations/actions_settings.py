"""Settings of advice: how a product is served, which prices never rise, what the prices of a category may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.errors import NotFound, Problem, invalid
from webapp.live import outbox
from webapp.products import dao as products
from webapp.recommendations import dao
from webapp.recommendations.rules import traits

Results = list[dict[str, Any] | Problem]


@dataclass(frozen=True, slots=True)
class Trait:
    """How a product is served ('hot', 'cold', 'rain' or ''), and whether its price may rise; None leaves it as it is."""

    product: int | str
    served: str | None = None
    never_rises: bool | None = None


@dataclass(frozen=True, slots=True)
class Guardrail:
    """What the prices of a category (0: of the whole shop) may do; ratios in hundredths of a percent (1000 is 10 %)."""

    category_id: int
    least_margin_bp: int
    most_step_bp: int
    most_90d_bp: int
    cool_down_days: int
    never_rises: bool = False


def set_traits(tx: Any, items: Sequence[Trait]) -> Results:
    """The products are served so, said by a person. NotFound; Invalid at /served. A result is {"id", "seq"}."""
    known = dao.find_traits(tx)
    results: Results = []
    for item in items:
        row = products.find_product(tx, item.product)
        if row is None:
            results.append(NotFound(f"There is no product {item.product}."))
        elif item.served is not None and item.served not in traits.SERVED:
            results.append(invalid("/served", "unknown", "A product is served hot, cold, for rain, or none of them."))
        else:
            results.append(_set_trait(tx, row, item, known.get(row["id"])))
    return results


def _set_trait(tx: Any, row: Any, item: Trait, known: Any) -> dict[str, Any]:
    guess = traits.guess(row["name"], row["category"])
    served = item.served if item.served is not None else known["served"] if known else guess
    guessed = item.served is None and (known is None or bool(known["guessed"]))
    never = item.never_rises if item.never_rises is not None else bool(known and known["never_rises"])
    seq = outbox.append(tx, "advice", "trait", row["id"])
    dao.set_trait(
        tx,
        product_id=row["id"],
        served=served,
        guessed=int(guessed),
        never_rises=int(never),
        changed_ms=tx.now_ms,
        seq=seq,
    )
    return {"id": row["id"], "seq": seq}


def guess_traits(tx: Any, items: Sequence[None]) -> Results:
    """Every product that nobody has said anything of has its guess; {"guessed": how many are new or different}."""
    return [{"guessed": _guess_all(tx)} for _ in items]


def _guess_all(tx: Any) -> int:
    known, count = dao.find_traits(tx), 0
    for row in dao.find_catalogue(tx):
        told, guess = known.get(row["id"]), traits.guess(row["name"], row["category"])
        if (told is None and guess) or (told is not None and told["guessed"] and told["served"] != guess):
            never = int(bool(told and told["never_rises"]))
            seq = outbox.append(tx, "advice", "trait", row["id"])
            dao.set_trait(
                tx, product_id=row["id"], served=guess, guessed=1, never_rises=never, changed_ms=tx.now_ms, seq=seq
            )
            count += 1
    return count


def set_guardrails(tx: Any, items: Sequence[Guardrail]) -> Results:
    """The prices of the categories keep within these bounds from the next advice on. NotFound; Invalid for each bound."""
    categories = {row["id"] for row in products.find_names(tx, "category")}
    results: Results = []
    for item in items:
        refusal = _refused(item)
        if item.category_id and item.category_id not in categories:
            results.append(NotFound(f"There is no category {item.category_id}."))
        elif refusal is not None:
            results.append(refusal)
        else:
            results.append(_set_guardrail(tx, item))
    return results


def _refused(item: Guardrail) -> Problem | None:
    for name, most in (
        ("least_margin_bp", 100_000),
        ("most_step_bp", 5_000),
        ("most_90d_bp", 9_000),
        ("cool_down_days", 365),
    ):
        value = getattr(item, name)
        if value < 0:
            return invalid(f"/{name}", "too_small", "This cannot be less than nothing.")
        if value > most:
            return invalid(f"/{name}", "too_large", f"This is at most {most}.")
    return None


def _set_guardrail(tx: Any, item: Guardrail) -> dict[str, Any]:
    seq = outbox.append(tx, "advice", "guardrail", item.category_id)
    dao.set_guardrail(
        tx, category_id=item.category_id, least_margin_bp=item.least_margin_bp, most_step_bp=item.most_step_bp,
        most_90d_bp=item.most_90d_bp, cool_down_days=item.cool_down_days, never_rises=int(item.never_rises),
        changed_ms=tx.now_ms, seq=seq,
    )  # fmt: skip
    return {"id": item.category_id, "seq": seq}


def drop_guardrails(tx: Any, items: Sequence[int]) -> Results:
    """The prices of these categories go by the bounds of the categories above them again, or the shop's."""
    results: Results = []
    for category_id in items:
        dao.delete_guardrail(tx, category_id)
        results.append({"id": category_id, "seq": outbox.append(tx, "advice", "guardrail", category_id)})
    return results
