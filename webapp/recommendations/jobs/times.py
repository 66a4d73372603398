"""What comes at set times: prices begin and end, suggestions expire. Queued for the very moment, and looked after each minute.

A shop that has sold for four weeks and never learned does not wait for the daily time: its history is read within the minute.
"""

from webapp import clock
from webapp.db import reading, writer
from webapp.jobs import queue
from webapp.jobs.progress import Context
from webapp.products import actions_prices as prices
from webapp.recommendations import actions, dao

WORTH_LEARNING_MS = 28 * 86_400_000


def keep_times(context: Context) -> None:
    """Every price that is due has begun or ended, every suggestion whose time is over is expired or ended, and a new shop learns."""
    writer.do(prices.turn_prices, None)
    with reading.reading() as tx:
        now_ms = clock.now_ms()
        over = any(row["state"] in ("expired", "ended") for row in dao.find_kept(tx, ("open", "accepted"), now_ms))
        new = not queue.was_queued(tx, actions.LEARN) and dao.has_sold_before(tx, now_ms - WORTH_LEARNING_MS)
    if over:
        writer.do(actions.expire, None)
    if new:
        writer.do(actions.request_learning, None)
