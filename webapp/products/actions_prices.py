"""Prices that begin and end at set times: planned, set when they are due, taken back at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.errors import Conflict, NotFound, Problem
from webapp.live import outbox
from webapp.products import dao

Results = list[dict[str, Any] | Problem]
_COLUMNS = (
    "id", "gtin", "name", "price_minor", "cost_minor", "category_id", "brand_id", "vendor_id", "price_tier_id",
    "version_id", "oversell", "reorder_point", "archived",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """A price in minor units that holds from from_ms up to to_ms; reason: what the history of prices says of it."""

    product_id: int
    price_minor: int
    from_ms: int
    to_ms: int
    reason: str


def plan_prices(tx: Any, items: Sequence[Planned]) -> Results:
    """The prices will begin and end at their times, those that are due already have begun; a result is {"id", "seq"}.

    A begin in the past is now. NotFound; Conflict `archived` and, where another planned price of the product overlaps,
    `conflict`.
    """
    results: Results = []
    for item in items:
        row = dao.find_product(tx, item.product_id)
        if row is None:
            results.append(NotFound(f"There is no product {item.product_id}."))
        elif row["archived"]:
            results.append(Conflict(f"{row['name']} is archived and no longer sold.", code="archived"))
        elif _overlaps(tx, item):
            results.append(Conflict(f"Another price of {row['name']} is set for that time."))
        else:
            results.append(_plan(tx, item))
    turn_prices(tx, [None])
    return results


def _overlaps(tx: Any, item: Planned) -> bool:
    plans = dao.find_open_plans(tx, [item.product_id])
    return any(plan["from_ms"] < item.to_ms and item.from_ms < plan["to_ms"] for plan in plans)


def _plan(tx: Any, item: Planned) -> dict[str, Any]:
    plan_id = tx.next("price_plan")
    seq = outbox.append(tx, "products", "price_planned", item.product_id)
    dao.insert_plan(
        tx, id=plan_id, product_id=item.product_id, price_minor=item.price_minor,
        from_ms=max(item.from_ms, tx.now_ms), to_ms=item.to_ms, reason=item.reason, seq=seq,
    )  # fmt: skip
    return {"id": plan_id, "seq": seq}


def turn_prices(tx: Any, items: Sequence[None]) -> list[dict[str, int]]:
    """Every planned price that is due has begun or ended, in the history at its own instant; {"turned": how many}.

    It may come late: what was sold meanwhile had the right price, because a sale looks at the plans too.
    """
    turned = 0
    while plans := dao.find_due_plans(tx, tx.now_ms):
        plan = plans[0]  # one at a time: what one does to its product, the next one has to see
        if plan["state"] == "planned":
            _begin(tx, plan)
        else:
            _end(tx, plan, plan["to_ms"])
            dao.close_plan(tx, plan["id"], "ended", tx.now_ms)
        turned += 1
    return [{"turned": turned} for _ in items]


def _begin(tx: Any, plan: Any) -> None:
    row = dao.find_product(tx, plan["product_id"])
    if row["archived"]:
        dao.close_plan(tx, plan["id"], "cancelled", tx.now_ms)
        return
    price_id = _set(tx, row, plan["price_minor"], plan["from_ms"], plan["reason"])
    dao.begin_plan(tx, plan["id"], row["price_minor"], price_id)


def _end(tx: Any, plan: Any, at_ms: int) -> None:
    row = dao.find_product(tx, plan["product_id"])
    if plan["before_minor"] is not None and row["price_minor"] != plan["before_minor"]:
        _set(tx, row, plan["before_minor"], at_ms, f"end of: {plan['reason']}")


def _set(tx: Any, row: Any, price_minor: int, at_ms: int, reason: str) -> int:
    """The price holds from an instant on; the id of its row in the history."""
    at_ms = max(at_ms, dao.find_open_price(tx, row["id"])["from_ms"])
    price_id: int = tx.next("price")
    dao.end_price(tx, row["id"], at_ms)
    dao.insert_prices(tx, [(price_id, row["id"], price_minor, at_ms, None, reason)])
    seq = outbox.append(tx, "products", "changed", row["id"])
    new = {**{name: row[name] for name in _COLUMNS}, "price_minor": price_minor, "seq": seq, "changed_ms": tx.now_ms}
    dao.update_product(tx, new)
    return price_id


def end_plans(tx: Any, items: Sequence[int]) -> Results:
    """The planned prices of these ids are taken back now; what has ended already stays as it is. NotFound."""
    results: Results = []
    for plan_id in items:
        plan = dao.find_plan(tx, plan_id)
        if plan is None:
            results.append(NotFound(f"There is no planned price {plan_id}."))
            continue
        if plan["state"] == "running":
            _end(tx, plan, tx.now_ms)
        if plan["state"] in ("planned", "running"):
            dao.close_plan(tx, plan_id, "ended" if plan["state"] == "running" else "cancelled", tx.now_ms)
        results.append({"id": plan_id})
    return results
