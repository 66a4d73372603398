"""What a job knows of itself while it runs, and how it tells the screens."""

import time
from collections.abc import Callable
from typing import Any

from webapp.db import writer
from webapp.db.guard import though_stopped
from webapp.errors import Unavailable
from webapp.jobs import queue
from webapp.jobs.queue import Claim
from webapp.live import outbox

PACE_S = 0.25


class Stopping(Exception):
    """The worker is to end; the work is given back and goes on later from its position."""


class Later(Exception):
    """The work cannot go on yet; it is given back and tried again after `delay_ms`."""

    def __init__(self, delay_ms: int = 1_000) -> None:
        super().__init__(delay_ms)
        self.delay_ms = delay_ms


class Context:
    """One run of one job. `argument` is what it was queued with, `position` what it kept last.

    `tell(done, total, what)` is for a person who watches this process.
    """

    def __init__(
        self,
        claim: Claim,
        stopping: Callable[[], bool] = lambda: False,
        tell: Callable[[int, int | None, str], None] | None = None,
    ) -> None:
        self.claim = claim
        self.argument = claim.argument
        self.position = claim.position
        self.tell = tell or _nobody
        self._stopping = stopping
        self._told = 0.0
        self._renewed = time.monotonic()

    def keep(self, tx: Any, position: dict[str, Any] | None = None) -> None:
        """Call this inside each transaction of the job: remembers the position with what is written, renews the lease
        and tells the screens, four times a second at most. Raises queue.Cancelled and queue.Lost, which undo it all."""
        queue.keep(tx, self.claim, position)
        now = time.monotonic()
        if now - self._told >= PACE_S:
            self._told = now
            outbox.append(tx, "jobs", "progress", self.claim.id)

    def breathe(self) -> None:
        """Call this now and then where nothing is written: renews the lease. Raises queue.Cancelled, queue.Lost, Stopping."""
        if self._stopping():
            raise Stopping
        if time.monotonic() - self._renewed >= 1.0:
            self._renewed = time.monotonic()
            writer.do(_keep, self)

    def write(self, action: Callable[[Any, list[Any]], list[Any]], item: Any) -> Any:
        """`writer.do` that goes on trying while the disk is busy or full. Raises Stopping, and the item's refusal."""
        pause = 0.05
        while True:
            if self._stopping():
                raise Stopping
            try:
                return writer.do(action, item)
            except Unavailable:
                if pause > 20:
                    raise
                time.sleep(pause)
                pause *= 2


def _nobody(done: int, total: int | None, what: str) -> None:
    pass


@though_stopped
def _keep(tx: Any, contexts: list[Context]) -> list[None]:
    for context in contexts:
        context.keep(tx)
    return [None] * len(contexts)
