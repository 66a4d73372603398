"""What may still be spent on a model today, in tokens and in money."""

from typing import Any

from webapp import money
from webapp.config import Settings
from webapp.recommendations import dao
from webapp.recommendations.rules import costs
from webapp.recommendations.rules.costs import Tokens


def tokens_left(tx: Any, settings: Settings, now_ms: int) -> int:
    """How many tokens the next answer may have; 0 where the tokens or the money of the business day are spent.

    Money is spent, too, where a call like the largest of the newest answers would pass the limit. What was asked today
    before a price was known counts at the present price.
    """
    day = tx.zone.day_of(now_ms)
    most = max(settings.llm_budget - dao.count_tokens(tx, day), 0)
    if not most or settings.llm_spend is None:
        return most
    spend, largest = dao.find_spend(tx, day, day + 1), dao.find_largest_call(tx)
    unpriced = costs.cost(settings.llm_price, Tokens(spend["unpriced_in"], spend["unpriced_out"])) or 0
    expected = costs.UNSEEN if largest is None else Tokens(*largest)
    limit = money.to_millionths(settings.llm_spend)
    return costs.most_written(settings.llm_price, limit, spend["cost_micros"] + unpriced, expected, most)
