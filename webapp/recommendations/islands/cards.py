"""The cards of open suggestions: all of them on their own page, the first few on Today."""

from collections.abc import Mapping
from typing import Any

from webapp.live.islands import element_id, island
from webapp.recommendations import dao
from webapp.recommendations.islands import read

MOST, FEW = 24, 3
# What cannot wait comes first, then what is surest.
_KINDS = {"restock": 0, "markdown": 1, "reprice": 2, "promote": 3, "bundle": 4, "watch": 5}
_SURE = {"high": 0, "medium": 1, "low": 2}


@island("/recommendations/cards", topics=("advice", "products"), pace=0.5, template="recommendations/_cards.html")
def cards(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the open suggestions, those that matter most first; `few` gives the first three, for Today."""
    few = bool(params.get("few"))
    rows = sorted(dao.find_suggestions(tx, now_ms, ("open",)), key=_weight)
    shown = rows[: FEW if few else MOST]
    key = element_id("/recommendations/cards" + ("?few=1" if few else ""))
    return {
        "cards": read.cards(tx, shown, key), "count": len(rows), "few": few, "sold": dao.has_sold(tx), "key": key,
        "begun": bool(rows) or dao.find_latest_advice(tx) is not None,
    }  # fmt: skip


def _weight(row: Any) -> tuple[int, int, int]:
    return _KINDS[row["kind"]], _SURE[row["confidence"]], row["id"]
