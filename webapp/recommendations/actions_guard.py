"""A suggested price is looked at again when somebody accepts it: against cost, stock, promotions and limits as they are then."""

from typing import Any

from webapp.db.tx import Tx
from webapp.errors import Conflict, Problem
from webapp.metrics import dao as dimensions
from webapp.recommendations import dao
from webapp.recommendations.rules import price_now, pricing, rails

BELOW = (
    "Its cost or the limits of prices changed since this was suggested: it lies under the floor that they leave now."
)
ABOVE = "The limits of prices changed since this was suggested: it lies over the ceiling that they leave now."


def standing(tx: Tx, row: Any) -> tuple[int, int] | Problem:
    """Floor and ceiling of the product's price at this moment, minor units; Conflict, coded as pricing.REASONS, for none.

    row: an open suggestion, whose product is not archived.
    """
    line = dao.find_catalogue_line(tx, row["product_id"])
    trait = dao.find_trait(tx, row["product_id"])
    limits = rails.holding(dao.find_guardrails(tx), dimensions.category_lines(tx).get(row["category_id"], ()))
    accepted = dao.find_suggestions(tx, tx.now_ms, ("accepted",))
    found = pricing.standing(
        price_now.question(
            line, dao.find_prices(tx, [row["product_id"]], 0), tx.now_ms,
            is_promoted=row["product_id"] in price_now.promoted(accepted),
            rails=rails.guardrails(limits, bool(trait and trait["never_rises"])),
        )
    )  # fmt: skip
    if isinstance(found, tuple):
        return found
    return Conflict(f"The price of {line['name']} stays for now: {pricing.REASONS[found]}.", code=found)
