"""A person decides: a suggestion is accepted, dismissed or taken back. Nothing else changes a price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.db.tx import Tx
from webapp.errors import Conflict, FieldError, Invalid, NotFound, Problem
from webapp.jobs import queue
from webapp.live import outbox
from webapp.products import actions_prices as prices
from webapp.products.actions_prices import Planned
from webapp.recommendations import actions, actions_guard, dao

TIMES = "advice_times"
WHO = "the shop"
LATE_MS = 5 * 60_000
LONGEST_MS = 366 * 86_400_000
MOST_REASON = 2_000
Results = list[dict[str, Any] | Problem]


@dataclass(frozen=True, slots=True)
class Accept:
    """Follow a suggestion. price_minor: another price within its bounds; starts_ms, ends_ms: now and its expiry where left
    out; confirm: a person has said a second time that the price is to rise."""

    id: int
    price_minor: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    confirm: bool = False
    who: str = WHO


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A suggestion is not wanted, for a reason in words."""

    id: int
    reason: str | None = None
    who: str = WHO


# ---- Accepting ----


def accept_suggestions(tx: Tx, items: Sequence[Accept]) -> Results:
    """The suggestions are followed; a price takes effect and ends at its times. A result is {"id", "seq"}.

    What is accepted already stays as it is. NotFound; Conflict when its time is over, `confirm` for a rise that is not
    confirmed, where another accepted price stands for the product or one like it, and where cost, stock, promotions or the
    limits of prices as they are now leave no room for it; Invalid at /price, /starts_at, /ends_at.
    """
    results: Results = []
    for item in items:
        row = dao.find_suggestion(tx, item.id, tx.now_ms)
        refusal = _refusal(row, item.id, ("open", "accepted"))
        if refusal is not None:
            results.append(refusal)
        elif row["state"] == "accepted":
            results.append({"id": row["id"], "seq": row["seq"]})
        else:
            results.append(_accept(tx, row, item))
    return results


def _refusal(row: Any, suggestion_id: int, states: Sequence[str]) -> Problem | None:
    if row is None:
        return NotFound(f"There is no suggestion {suggestion_id}.")
    if row["state"] in states:
        return None
    words = {"expired": "The time of this suggestion is over.", "dismissed": "This suggestion was dismissed.",
             "ended": "This suggestion was accepted and has ended.", "open": "This suggestion was not accepted.",
             "accepted": "This suggestion is accepted: end it first."}  # fmt: skip
    return Conflict(words[row["state"]])


def _accept(tx: Tx, row: Any, item: Accept) -> dict[str, Any] | Problem:
    starts_ms = max(item.starts_ms if item.starts_ms is not None else tx.now_ms, tx.now_ms)
    ends_ms = item.ends_ms if item.ends_ms is not None else max(row["expires_ms"], starts_ms + 1)
    price = None
    if row["suggested_minor"] is not None:
        price = item.price_minor if item.price_minor is not None else row["suggested_minor"]
    standing = None if price in (None, row["product_minor"]) else actions_guard.standing(tx, row)
    errors = _wrong_times(tx, row, item, starts_ms, ends_ms) + _wrong_price(row, item, standing)
    if errors:
        return Invalid("", *errors)
    if isinstance(standing, Problem):
        return standing
    refusal = None if price is None else _forbidden(tx, row, item, price, starts_ms, ends_ms)
    if refusal is not None:
        return refusal
    plan_id = None
    if price is not None and price != row["product_minor"]:
        planned = _plan(tx, row, item, price, starts_ms, ends_ms)
        if isinstance(planned, Problem):
            return planned
        plan_id = planned["id"]
    seq = outbox.append(tx, "advice", "accepted", row["id"])
    dao.accept_suggestion(
        tx, row["id"], decided_ms=tx.now_ms, decided_by=item.who, price_minor=price, starts_ms=starts_ms, ends_ms=ends_ms,
        plan_id=plan_id, seq=seq,
    )  # fmt: skip
    for moment in {starts_ms, ends_ms}:
        queue.add(tx, TIMES, {"at_ms": moment}, dedupe=True, run_after_ms=moment)
    return {"id": row["id"], "seq": seq}


def _wrong_times(tx: Tx, row: Any, item: Accept, starts_ms: int, ends_ms: int) -> list[FieldError]:
    errors = []
    if item.starts_ms is not None and item.starts_ms < tx.now_ms - LATE_MS:
        errors.append(FieldError("/starts_at", "too_small", "A price cannot begin in the past: sales were made."))
    if starts_ms >= row["expires_ms"]:
        errors.append(FieldError("/starts_at", "too_large", "The suggestion's own time is over by then."))
    if ends_ms <= starts_ms:
        errors.append(FieldError("/ends_at", "too_small", "It has to end after its begin, and after now."))
    if ends_ms - starts_ms > LONGEST_MS:
        errors.append(FieldError("/ends_at", "too_large", "It ends within a year."))
    return errors


def _wrong_price(row: Any, item: Accept, standing: tuple[int, int] | Problem | None) -> list[FieldError]:
    """What is wrong with the price, asked for or suggested; standing: what cost and limits of this moment allow."""
    if item.price_minor is not None and row["suggested_minor"] is None:
        return [FieldError("/price", "unknown", "This suggestion sets no price.")]
    price = item.price_minor if item.price_minor is not None else row["suggested_minor"]
    if item.price_minor is not None and price < row["floor_minor"]:
        return [FieldError("/price", "too_small", "This lies under the floor that the guardrails leave.")]
    if item.price_minor is not None and price > row["ceiling_minor"]:
        return [FieldError("/price", "too_large", "This lies over the ceiling that the guardrails leave.")]
    if isinstance(standing, tuple) and price < standing[0]:
        return [FieldError("/price", "too_small", actions_guard.BELOW)]
    if isinstance(standing, tuple) and price > standing[1]:
        return [FieldError("/price", "too_large", actions_guard.ABOVE)]
    return []


def _forbidden(tx: Tx, row: Any, item: Accept, price: int, starts_ms: int, ends_ms: int) -> Problem | None:
    """Why the price may not be set, beyond its bounds: not confirmed, or beside that of a product like it."""
    if price > row["product_minor"] and not item.confirm:
        words = "This raises a price. A rise needs a second confirmation, because it can cost goodwill."
        return Conflict(words, FieldError("/confirm", "confirm", words))
    for other in dao.find_suggestions(tx, tx.now_ms, ("accepted",)):
        if other["price_minor"] is None or not (other["starts_ms"] < ends_ms and starts_ms < other["ends_ms"]):
            continue
        if other["product_id"] == row["product_id"]:
            return Conflict("Another accepted price of this product stands: end it first.")
        if (
            other["category_id"] is not None
            and other["category_id"] == row["category_id"]
            and _moves(other, row, price)
        ):
            name = other["product_name"]
            return Conflict(
                f"The price of {name}, which buyers can take in its place, is being changed: end that first."
            )
    return None


def _moves(other: Any, row: Any, price: int) -> bool:
    return bool(other["price_minor"] != other["now_minor"] and price != row["product_minor"])


def _plan(tx: Tx, row: Any, item: Accept, price: int, starts_ms: int, ends_ms: int) -> Any:
    reason = f"{item.who} accepted suggestion {row['id']}: {row['title']}"[:200]
    return prices.plan_prices(tx, [Planned(row["product_id"], price, starts_ms, ends_ms, reason)])[0]


# ---- Dismissing and ending ----


def dismiss_suggestions(tx: Tx, items: Sequence[Dismiss]) -> Results:
    """The suggestions are not wanted; also those whose time is over. What is dismissed stays so.

    NotFound; Conflict for what is accepted or ended; Invalid at /reason.
    """
    results: Results = []
    for item in items:
        row = dao.find_suggestion(tx, item.id, tx.now_ms)
        refusal = _refusal(row, item.id, ("open", "expired", "dismissed"))
        if refusal is not None:
            results.append(refusal)
        elif item.reason is not None and len(item.reason) > MOST_REASON:
            results.append(
                Invalid("", FieldError("/reason", "too_long", f"A reason has at most {MOST_REASON} characters."))
            )
        elif row["state"] == "dismissed":
            results.append({"id": row["id"], "seq": row["seq"]})
        else:
            seq = outbox.append(tx, "advice", "dismissed", row["id"])
            dao.dismiss_suggestion(
                tx, row["id"], decided_ms=tx.now_ms, decided_by=item.who, reason=item.reason, seq=seq
            )
            results.append({"id": row["id"], "seq": seq})
    return results


def end_suggestions(tx: Tx, items: Sequence[int]) -> Results:
    """The accepted suggestions are at their end now, and the prices before them are back. What has ended stays so.

    NotFound; Conflict for what was not accepted.
    """
    results: Results = []
    for suggestion_id in items:
        row = dao.find_suggestion(tx, suggestion_id, tx.now_ms)
        refusal = _refusal(row, suggestion_id, ("accepted", "ended"))
        if refusal is not None:
            results.append(refusal)
        elif row["ended_ms"] is not None:
            results.append({"id": row["id"], "seq": row["seq"]})
        else:
            results.append(_end(tx, row))
    return results


def _end(tx: Tx, row: Any) -> dict[str, Any]:
    if row["plan_id"] is not None:
        prices.turn_prices(tx, [None])  # what should have ended before now ends at its own time
        prices.end_plans(tx, [row["plan_id"]])
    seq = outbox.append(tx, "advice", "ended", row["id"])
    dao.end_suggestion(tx, row["id"], min(row["ends_ms"], tx.now_ms), seq)
    queue.add(tx, actions.MEASURE, dedupe=True)
    return {"id": row["id"], "seq": seq}
