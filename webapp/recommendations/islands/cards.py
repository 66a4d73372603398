"""The cards of open suggestions: all of them on their own page, the first few on Today."""

from collections.abc import Mapping
from typing import Any

from webapp.db import store
from webapp.live.islands import element_id, island
from webapp.recommendations import dao
from webapp.recommendations.islands import read
from webapp.recommendations.rules.present import has_gone

MOST, FEW = 24, 3
_SURE = {"high": 0, "medium": 1, "low": 2}
# Among what is as sure and brings as much, what cannot wait comes first.
_KINDS = {"restock": 0, "markdown": 1, "promote": 2, "reprice": 3, "bundle": 4, "watch": 5}


@island(
    "/recommendations/cards", topics=("advice", "products", "weather"), pace=0.5, template="recommendations/_cards.html"
)
def cards(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the open suggestions that hold, those that matter most first; `few`: three, and what was followed last."""
    few = bool(params.get("few"))
    advice = dao.find_latest_advice(tx)
    gone = frozenset() if advice is None else read.holds(tx, advice, now_ms).gone
    rows = [row for row in dao.find_suggestions(tx, now_ms, ("open",)) if not has_gone(row, advice["id"], gone)]
    rows.sort(key=_weight)
    shown = rows[: FEW if few else MOST]
    key = element_id("/recommendations/cards" + ("?few=1" if few else ""))
    return {
        "cards": read.cards(tx, shown, key), "count": len(rows), "few": few, "sold": dao.has_sold(tx), "key": key,
        "begun": advice is not None, "followed": _followed(tx, now_ms) if few else None,
    }  # fmt: skip


def _followed(tx: Any, now_ms: int) -> Any:
    """The suggestion that was accepted last today, while it stands: who accepts one on Today reads there that it was."""
    day_of = store.shop().zone.day_of
    today = day_of(now_ms)
    rows = [row for row in dao.find_suggestions(tx, now_ms, ("accepted",)) if day_of(row["decided_ms"]) == today]
    return max(rows, key=lambda row: (row["decided_ms"], row["id"]), default=None)


def _weight(row: Any) -> tuple[int, int, int, int]:
    """What is surest first, then what is expected to bring most money, then what cannot wait."""
    brings = 0 if row["effect_metric"] in (None, "units") else row["effect_low"] + row["effect_high"]
    return _SURE[row["confidence"]], -brings, _KINDS[row["kind"]], row["id"]
