"""What was accepted: on the page of advice with what it has sold, and by name at the till."""

from collections.abc import Mapping
from typing import Any

from webapp.live.islands import element_id, island
from webapp.recommendations import dao
from webapp.recommendations.islands import read

NAMED = 6


@island(
    "/recommendations/running",
    topics=("advice", "products", "orders"),
    pace=2.0,
    template="recommendations/_running.html",
)
def running(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the accepted suggestions with what their products have sold since they began."""
    rows = dao.find_suggestions(tx, now_ms, ("accepted",))
    sales = dao.find_accepted_sales(tx, [row["id"] for row in rows]) if rows else {}
    cards = read.cards(tx, rows, element_id("/recommendations/running"))
    return {"cards": [{**card, "sales": sales.get(card["row"]["id"])} for card in cards], "now": now_ms}


@island("/recommendations/sell", topics=("advice", "products"), pace=1.0, template="recommendations/_sell.html")
def sell(tx: Any, params: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Give the promotions and prices that run now, for who sells: what is to be offered, and until when."""
    rows = [row for row in dao.find_running(tx, now_ms) if row["kind"] in ("promote", "bundle", "markdown", "reprice")]
    named = read.names(tx, rows)
    return {"rows": rows[:NAMED], "more": max(len(rows) - NAMED, 0), "names": named}
