"""What the database knows of advice, of what became of it, and of what it is made from."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.db import queries

sql = queries.load("recommendations")
STATES = ("open", "accepted", "dismissed", "expired", "ended")
SHOWN = ("open", "accepted")
LIST = 200
MOST_PRODUCTS = 2_000
MOST_BASKETS = 20_000


# ---- Advice ----


def find_advice(tx: Any, advice_id: int) -> Any:
    """One advice with its brief, or None."""
    return sql.find_advice.one(tx, id=advice_id)


def find_latest_advice(tx: Any, by: str | None = None) -> Any:
    """The newest advice, of `model` or `rules` or of either; None when there is none."""
    return sql.find_latest_advice.one(tx) if by is None else sql.find_latest_advice_by.one(tx, by=by)


def find_asked(tx: Any, advice_id: int) -> str | None:
    """What a model was asked for an advice, as it is kept; None where nobody was."""
    asked: str | None = sql.find_asked.value(tx, id=advice_id)
    return asked


def insert_advice(tx: Any, **columns: Any) -> None:
    """Keep advice; every column of the table is given."""
    sql.insert_advice.run(tx, **columns)


# ---- Suggestions ----


def find_suggestion(tx: Any, suggestion_id: int, now_ms: int) -> Any:
    """One suggestion as it stands at this instant, or None."""
    return sql.find_suggestion.one(tx, id=suggestion_id, now_ms=now_ms)


def find_suggestions(tx: Any, now_ms: int, states: Iterable[str] = SHOWN, limit: int = LIST) -> list[Any]:
    """Suggestions that are in these states at this instant, the newest first.

    An open one whose time is over, or whose price is no longer the product's, is `expired`; an accepted one after its end
    is `ended`.
    """
    wanted = set(states)
    kept = wanted | ({"open"} if "expired" in wanted else set()) | ({"accepted"} if "ended" in wanted else set())
    rows = sql.find_of_kept_states.all(tx, states=sorted(kept), now_ms=now_ms, limit=limit)
    return [row for row in rows if row["state"] in wanted]


def find_kept(tx: Any, states: Iterable[str], now_ms: int) -> list[Any]:
    """Suggestions that are kept under these states, whatever time has done to them; `state` says that."""
    return sql.find_of_kept_states.all(tx, states=list(states), now_ms=now_ms, limit=10_000)


def find_running(tx: Any, now_ms: int) -> list[Any]:
    """The accepted suggestions whose time has begun and not ended."""
    return [row for row in find_suggestions(tx, now_ms, ("accepted",)) if row["starts_ms"] <= now_ms]


def insert_suggestion(tx: Any, **columns: Any) -> None:
    """Keep a suggestion, open."""
    sql.insert_suggestion.run(tx, **columns)


def renew_suggestion(tx: Any, **columns: Any) -> None:
    """An open suggestion is given again by newer advice."""
    sql.renew_suggestion.run(tx, **columns)


def expire_suggestion(tx: Any, suggestion_id: int, seq: int) -> None:
    """A suggestion is no longer given."""
    sql.expire_suggestion.run(tx, id=suggestion_id, seq=seq)


def accept_suggestion(tx: Any, suggestion_id: int, **columns: Any) -> None:
    """A suggestion is followed: decided_ms, decided_by, price_minor, starts_ms, ends_ms, plan_id, seq."""
    sql.accept_suggestion.run(tx, id=suggestion_id, **columns)


def dismiss_suggestion(tx: Any, suggestion_id: int, **columns: Any) -> None:
    """A suggestion is not wanted: decided_ms, decided_by, reason, seq."""
    sql.dismiss_suggestion.run(tx, id=suggestion_id, **columns)


def end_suggestion(tx: Any, suggestion_id: int, ended_ms: int, seq: int) -> None:
    """An accepted suggestion is at its end."""
    sql.end_suggestion.run(tx, id=suggestion_id, ended_ms=ended_ms, seq=seq)


def find_accepted_sales(tx: Any, suggestion_ids: Iterable[int]) -> dict[int, Any]:
    """units and total_minor that the products of accepted suggestions sold while they ran, by suggestion id."""
    return {row["id"]: row for row in sql.find_accepted_sales.all(tx, ids=suggestion_ids)}


# ---- The record ----


def find_with_results(tx: Any, limit: int = LIST) -> list[Any]:
    """Accepted suggestions with what was expected of them and what was measured, the newest first."""
    return sql.find_with_results.all(tx, limit=limit)


def count_decisions(tx: Any) -> list[Any]:
    """by, kind, state and count of all suggestions."""
    return sql.count_decisions.all(tx)


def find_to_measure(tx: Any, before_ms: int, now_ms: int, limit: int = 50) -> list[Any]:
    """Suggestions that began before an instant or have ended, and of which more can still be learned: id, kind, product_id,
    products, starts_ms, ends_ms."""
    return sql.find_to_measure.all(tx, before_ms=before_ms, now_ms=now_ms, limit=limit)


def set_measured(tx: Any, **columns: Any) -> None:
    """What an accepted suggestion did, as far as can be told now."""
    sql.set_measured.run(tx, **columns)


# ---- Calls of a model ----


def insert_call(tx: Any, **columns: Any) -> None:
    """A model was asked."""
    sql.insert_call.run(tx, **columns)


def find_last_call(tx: Any) -> Any:
    """How a model was asked last, or None."""
    return sql.find_last_call.one(tx)


def count_tokens(tx: Any, day: int) -> int:
    """Tokens spent on a business day, in and out."""
    spent: int = sql.count_tokens.value(tx, day=day)
    return spent


def find_spend(tx: Any, from_day: int, to_day: int) -> Any:
    """What a model cost on the days in [from_day, to_day), in millionths of a US dollar, as far as it is known.

    cost_micros of `priced` calls; `unpriced` calls read unpriced_in and wrote unpriced_out tokens at no known price.
    """
    return sql.find_spend.one(tx, from_day=from_day, to_day=to_day)


def find_largest_call(tx: Any) -> tuple[int, int] | None:
    """The most tokens that were read and written in the newest twenty answers; None where there is none."""
    row = sql.find_largest_call.one(tx)
    return None if row["tokens_in"] is None else (row["tokens_in"], row["tokens_out"])


def find_refresh(tx: Any) -> Any:
    """The refresh that waits or runs (id, state, created_ms, started_ms), or None."""
    return sql.find_refresh.one(tx)


def has_refreshed(tx: Any, since_ms: int) -> bool:
    """Whether a refresh has begun after an instant and ended."""
    return sql.find_refreshed.value(tx, since_ms=since_ms) is not None


def has_sold(tx: Any) -> bool:
    """Whether anything was ever sold."""
    return sql.find_any_order.value(tx) is not None


def has_sold_before(tx: Any, before_ms: int) -> bool:
    """Whether anything was sold before an instant."""
    return sql.find_order_before.value(tx, before_ms=before_ms) is not None


# ---- Settings of advice ----


def find_traits(tx: Any) -> dict[int, Any]:
    """served, guessed and never_rises by product id."""
    return {row["product_id"]: row for row in sql.find_traits.all(tx)}


def find_trait(tx: Any, product_id: int) -> Any:
    """served, guessed and never_rises of one product, or None."""
    return sql.find_trait.one(tx, product_id=product_id)


def find_never_rising(tx: Any) -> list[int]:
    """The products whose price never rises, by id."""
    return [row[0] for row in sql.find_never_rising.all(tx)]


def set_trait(tx: Any, **columns: Any) -> None:
    """Keep how a product is served and whether its price may rise."""
    sql.set_trait.run(tx, **columns)


def find_guardrails(tx: Any) -> dict[int, Any]:
    """What prices may do, by category id; 0 is the whole shop."""
    return {row["category_id"]: row for row in sql.find_guardrails.all(tx)}


def set_guardrail(tx: Any, **columns: Any) -> None:
    """Keep what the prices of a category may do."""
    sql.set_guardrail.run(tx, **columns)


def delete_guardrail(tx: Any, category_id: int) -> None:
    """The prices of a category go by those above it again."""
    sql.delete_guardrail.run(tx, category_id=category_id)


# ---- What advice is made from ----


def find_catalogue(tx: Any, limit: int = MOST_PRODUCTS) -> list[Any]:
    """What is sold: id, sku, name, price_minor, cost_minor, category_id, category, tracked, reorder_point, created_ms, stock."""
    return sql.find_catalogue.all(tx, limit=limit)


def find_catalogue_line(tx: Any, product_id: int) -> Any:
    """One product that is sold, as the catalogue has it, or None."""
    return sql.find_catalogue_line.one(tx, id=product_id)


def find_costs(tx: Any, product_ids: Iterable[int]) -> dict[int, int | None]:
    """What products cost, in minor units, by id; None where it is not known."""
    return dict(sql.find_costs.all(tx, product_ids=product_ids))


def find_baskets(tx: Any, from_ms: int, to_ms: int, limit: int = MOST_BASKETS) -> dict[int, list[list[int]]]:
    """The products of the newest orders of more than one line, by channel id: product ids alone, never who bought."""
    baskets: dict[tuple[int, int], list[int]] = {}
    for channel_id, order_id, product_id in sql.find_baskets.all(tx, from_ms=from_ms, to_ms=to_ms, limit=limit):
        baskets.setdefault((channel_id, order_id), []).append(product_id)
    found: dict[int, list[list[int]]] = {}
    for (channel_id, _), basket in baskets.items():
        found.setdefault(channel_id, []).append(basket)
    return found


def count_orders(tx: Any, from_ms: int, to_ms: int) -> int:
    """How many orders were placed between two instants."""
    count: int = sql.count_orders.value(tx, from_ms=from_ms, to_ms=to_ms)
    return count


def find_lowest_sold(tx: Any, product_ids: Sequence[int], since_ms: int) -> dict[int, int]:
    """The lowest price a unit, in minor units, at which products were sold since an instant; what was not sold is left out."""
    first_id = sql.find_first_order.value(tx, from_ms=since_ms)
    if first_id is None:
        return {}
    return dict(sql.find_lowest_sold.all(tx, product_ids=product_ids, first_id=first_id, from_ms=since_ms))


def find_learned(tx: Any, name: str) -> tuple[int, str] | None:
    """(day up to which the history was read, JSON) of what was learned under a name."""
    row = sql.find_learned.one(tx, name=name)
    return None if row is None else (row["day"], row["result"])


def set_learned(tx: Any, name: str, day: int, result: str, at_ms: int) -> None:
    """Keep what was learned."""
    sql.set_learned.run(tx, name=name, day=day, result=result, at_ms=at_ms)


def find_prices(tx: Any, product_ids: Iterable[int], since_ms: int) -> list[Any]:
    """product_id, price_minor, from_ms, to_ms of list prices that held since an instant, oldest first."""
    return sql.find_prices.all(tx, product_ids=product_ids, since_ms=since_ms)


def find_price_changes(tx: Any, since_ms: int) -> list[Any]:
    """product_id, starts_ms, ends_ms, now_minor, price_minor, state of accepted prices that began since an instant."""
    return sql.find_price_changes.all(tx, since_ms=since_ms)


def find_price_plans(tx: Any, product_ids: Iterable[int]) -> list[Any]:
    """Prices of these products that are planned or run: product_id, price_minor, from_ms, to_ms, state."""
    return sql.find_price_plans.all(tx, product_ids=product_ids)


def find_daily(tx: Any, product_ids: Sequence[int], from_day: int, to_day: int) -> list[Any]:
    """product_id, day, units, gross_minor of each day in [from_day, to_day) on which one of the products sold."""
    return sql.find_daily.all(tx, product_ids=product_ids, from_day=from_day, to_day=to_day)


def find_daily_by_place(tx: Any, product_ids: Sequence[int], from_day: int, to_day: int) -> list[Any]:
    """product_id, location_id (0: none), day, units of each day in [from_day, to_day)."""
    return sql.find_daily_by_place.all(tx, product_ids=product_ids, from_day=from_day, to_day=to_day)


def find_returned(tx: Any, from_day: int, to_day: int) -> list[Any]:
    """product_id, units, units_returned between two days."""
    return sql.find_returned.all(tx, from_day=from_day, to_day=to_day)
