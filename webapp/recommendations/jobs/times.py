"""What comes at set times: prices begin and end, suggestions expire. Queued for the very moment, and looked after each minute."""

from webapp import clock
from webapp.db import reading, writer
from webapp.jobs.progress import Context
from webapp.products import actions_prices as prices
from webapp.recommendations import actions, dao


def keep_times(context: Context) -> None:
    """Every price that is due has begun or ended and every suggestion whose time is over is expired or ended."""
    writer.do(prices.turn_prices, None)
    with reading.reading() as tx:
        now_ms = clock.now_ms()
        over = any(row["state"] in ("expired", "ended") for row in dao.find_kept(tx, ("open", "accepted"), now_ms))
    if over:
        writer.do(actions.expire, None)
