"""THE table of background work: what runs when, and what follows which topic."""

from typing import Any

from webapp import clock, counters, verify
from webapp.config import Settings
from webapp.db import queries, writer
from webapp.db.tx import Tx
from webapp.demo import weather as sample
from webapp.imports import jobs as imports
from webapp.jobs import queue, registry, worker
from webapp.jobs.progress import Context
from webapp.live import outbox
from webapp.live.bell import ringing
from webapp.metrics import rollups
from webapp.orders import jobs as orders
from webapp.recommendations import jobs as advising
from webapp.shop import jobs as safekeeping
from webapp.weather import jobs as weather
from webapp.web import logs

KEPT_MS = 8 * 86_400_000
SLICE = 500
sql = queries.load("db")


def _prune(tx: Tx, limits: list[int]) -> list[Any]:
    """Forget what is past its time, a slice of each: outbox, kept answers, seconds, ended jobs; what an import left unsorted."""
    return [
        {
            "dropped": outbox.prune(tx, tx.now_ms, limit)
            + sql.prune_kept.run(tx, before_ms=tx.now_ms - KEPT_MS, limit=limit)
            + rollups.prune(tx, tx.now_ms)
            + rollups.sort_in(tx, [limit])[0]
            + (queue.prune(tx, limit) or 0)
        }
        for limit in limits
    ]


@registry.job("prune")
def prune(context: Context) -> None:
    """Slice after slice until little is left to forget."""
    while writer.do(_prune, SLICE)["dropped"] >= SLICE:
        context.breathe()


@registry.job("check", though_stopped=True)
def check(context: Context) -> None:
    """Every invariant is checked; something new that is wrong stops writing until a person has decided."""
    verify.check_fully(context.breathe)


registry.every(60, "prune")
registry.every(orders.LOOK_S, orders.KIND)
registry.every(weather.LOOK_S, weather.KIND)
registry.daily("03:30", "backup")
registry.daily("04:15", "check")
registry.daily("04:40", advising.LEARN)
registry.daily("05:10", advising.MEASURE)
registry.every(60, advising.TIMES)
assert imports and safekeeping and advising and sample  # their jobs are registered by being imported


def work(settings: Settings) -> int:
    """Run the worker until it is told to stop."""
    import sys

    clock.set_clock_file(settings.clock_file)
    logs.setup(settings.log or ("text" if sys.stderr.isatty() else "json"))
    counters.start()
    with ringing():
        worker.run_forever()
    counters.stop()
    return 0
