"""What must be true after everything: the ledger is what was acknowledged, each watcher was told it, no work was done twice."""

import itertools
import time
from collections import Counter
from typing import Any

from tests.nodes.machines import rows
from tests.nodes.tills import Tills
from tests.nodes.watchers import Watcher

TICK_S = 2
EVENTS = """
select outbox.seq + i, event, orders.id, note
from outbox, generate_series(0, last_seq - outbox.seq) as i, orders
where topic = 'orders' and orders.id = first_id + i
order by 1
"""
TICKS = "select id, state, created_ms, fence from job where kind = 'tick' order by id"
STEPS = "select note, count(*) from stock_move where note like 'step %' group by note"


class Account:
    """Opened before something is done to the shop, judged afterwards. address: of the database, beside the nodes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.before = self._ask("select coalesce(max(id), 0) from orders")[0][0]
        self.begun = self._ask("select coalesce(max(id), 0) from job")[0][0]

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return rows(self.address, statement)

    def sales(self, tills: Tills) -> dict[str, Any]:
        """How many acknowledged orders are missing, how many stand there beside them, whose second answer differed."""
        there = self._ask(f"select note, id from orders where id > {self.before}")
        told = {(key, sale.id) for key, sale in tills.answered.items()}
        return {
            "lost": len(told - set(there)), "doubled": len(there) - len(told & set(there)), "unlike": len(tills.unlike),
            "refused": tills.refused[:3],
        }  # fmt: skip

    def watching(self, watchers: list[Watcher], seconds: float = 60) -> dict[str, Any]:
        """How many were not told exactly what the ledger holds since they came, in its order; and the resets."""
        events = [tuple(row) for row in self._ask(EVENTS)]
        last = events[-1][0]
        deadline = time.monotonic() + seconds
        while any(one.since < last for one in watchers) and time.monotonic() < deadline:
            time.sleep(0.05)
        wrong = [one for one in watchers if one.told != [event for event in events if event[0] > (one.begins or 0)]]
        return {"wrong": len(wrong), "resets": [reason for one in watchers for reason in one.resets]}

    def work(self) -> dict[str, Any]:
        """Steps of jobs that were taken twice, ended jobs of the timetable without their step, and those that came too early."""
        steps = dict(self._ask(STEPS))
        ticks = self._ask(TICKS)
        early = [later[0] for one, later in itertools.pairwise(ticks) if later[2] - one[2] < TICK_S * 1000]
        return {
            "twice": {note: count for note, count in steps.items() if count > 1},
            "missing": [row[0] for row in ticks if row[1] == "done" and row[0] > self.begun and f"step {row[0]} 0" not in steps],
            "early": early, "states": sorted({row[1] for row in ticks} - {"done", "queued", "running"}),
        }  # fmt: skip

    def ticked(self) -> int:
        """How many jobs of the timetable have ended."""
        return Counter(row[1] for row in self._ask(TICKS))["done"]


SOLD = {"lost": 0, "doubled": 0, "unlike": 0, "refused": []}
WATCHED = {"wrong": 0, "resets": []}
WORKED = {"twice": {}, "missing": [], "early": [], "states": []}
