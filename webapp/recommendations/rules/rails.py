"""Which limits hold for a product's price: its category's own, else those of the category above, else the shop's."""

from collections.abc import Mapping
from typing import Any

from webapp.recommendations.rules.pricing import Guardrails

WHOLE_SHOP = 0
COLUMNS = ("least_margin_bp", "most_step_bp", "most_90d_bp", "cool_down_days", "never_rises")
# What holds where nobody has said anything: DECISIONS section 4; 20 % on top of the cost.
USUAL = {"least_margin_bp": 2_000, "most_step_bp": 1_000, "most_90d_bp": 2_000, "cool_down_days": 14, "never_rises": 0}


def holding(kept: Mapping[int, Any], line: tuple[int, ...]) -> Mapping[str, Any]:
    """The columns of the limits that hold in a category; line: the category and those above it, itself first."""
    for category in (*line, WHOLE_SHOP):
        if category in kept:
            return kept[category]
    return USUAL


def guardrails(row: Mapping[str, Any], never_rises: bool = False) -> Guardrails:
    """The limits as arithmetic takes them. never_rises: the product itself is on the list of those that never rise."""
    return Guardrails(
        least_margin=row["least_margin_bp"] / 10_000,
        most_step=row["most_step_bp"] / 10_000,
        most_90d=row["most_90d_bp"] / 10_000,
        cool_down_days=row["cool_down_days"],
        never_rises=bool(row["never_rises"]) or never_rises,
    )
