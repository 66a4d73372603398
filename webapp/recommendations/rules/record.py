"""How often advice was right: expected against measured, rules against model, and which kinds are offered less for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# So many measured to the end, and less than a third of them right: the kind is offered less.
LEAST_MEASURED, LEAST_RIGHT = 3, 1 / 3
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Score:
    """How advice of one origin (and kind) did. right, wrong: the whole interval lies on the meant side, or on the other;
    unclear: neither, or nothing could be told yet; open: not measured to the end."""

    right: int = 0
    wrong: int = 0
    unclear: int = 0
    open: int = 0

    @property
    def measured(self) -> int:
        """How many were measured to the end."""
        return self.right + self.wrong + self.unclear

    @property
    def told(self) -> int:
        """How many showed which way they went."""
        return self.right + self.wrong


def verdict(row: Mapping[str, Any]) -> str:
    """`right`, `wrong`, `unclear` or `open` of an accepted suggestion with its measurement.

    row: kind, effect_metric, low and high (share of units, 80 %), final, now_minor, price_minor (as accepted), cost_minor.
    Judged by what was expected of it: units, or where the price moved net sales or gross profit, of units x price. What
    cannot be said of that (a cost that is not known) is unclear.
    """
    if row["kind"] == "watch":
        return "unclear"  # looking at a product is not meant to sell more of it
    if not row["final"]:
        return "open"
    if row["low"] is None or row["high"] is None:
        return "unclear"
    change = _change(row)
    if change is None:
        return "unclear"
    return "right" if change[0] > 0 else "wrong" if change[1] < 0 else "unclear"


def _change(row: Mapping[str, Any]) -> Interval | None:
    """The interval of the change of what was to grow, in a unit of its own; None where it is not known."""
    now, then, cost = row["price_minor"], row["now_minor"], row["cost_minor"]
    units: Interval = (row["low"], row["high"])
    metric = _metric(row)
    if metric == "units" or now is None or then is None or now == then:
        return units
    if metric == "gross_profit" and cost is None:
        return None
    cost = cost if metric == "gross_profit" else 0
    low, high = sorted((1 + share) * (now - cost) - (then - cost) for share in units)
    return low, high


def _metric(row: Mapping[str, Any]) -> str:
    """What was expected to grow; where nothing was said, what clears stock is to sell more, another price to take more."""
    return str(row["effect_metric"] or ("net_sales" if row["kind"] == "reprice" else "units"))


def scores(rows: Iterable[Mapping[str, Any]], *names: str) -> dict[tuple[Any, ...], Score]:
    """The scores by the columns named (`by`, `kind`), of accepted suggestions."""
    counts: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[tuple(row[name] for name in names)][verdict(row)] += 1
    return {key: Score(**found) for key, found in sorted(counts.items())}


def failing(rows: Iterable[Mapping[str, Any]], by: str) -> frozenset[str]:
    """The kinds whose advice, given by `rules` or `model`, keeps failing: measured often enough, and seldom right."""
    mine = (row for row in rows if row["by"] == by)
    return frozenset(
        key[0]
        for key, score in scores(mine, "kind").items()
        if score.told >= LEAST_MEASURED and score.right / score.told < LEAST_RIGHT
    )
