"""Waits that end: one clock for a process looks twice a second whose time is over.

A timer for each request costs more than the rest of its reading, and nobody minds half a second in thirty.
"""

import time
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent

from webapp.db import reading

LOOK_S = 0.5


class Wait:
    """Surrounds what a greenlet waits for; after `seconds` what `error()` makes is raised there.

    Only where greenlets are: a thread that waits on its own is not interrupted. It may be waited again.
    """

    __slots__ = ("error", "greenlet", "seconds", "since", "until")

    def __init__(self, seconds: float, error: Callable[[], BaseException]) -> None:
        self.seconds, self.error = seconds, error
        self.greenlet: Any = None

    def __enter__(self) -> "Wait":
        self.since = time.monotonic()
        self.until = self.since + self.seconds
        if reading.cooperative():
            self.greenlet = getcurrent()
            waiting.add(self)
            if not _Clock.runs:
                _Clock.start()
        return self

    def __exit__(self, kind: Any, raised: Any, trace: Any) -> bool | None:
        waiting.discard(self)
        return None

    def end(self) -> None:
        """Raise the error where it waits. Called in the hub, where nothing else can wake it in between."""
        if self in waiting:
            waiting.discard(self)
            self.greenlet.throw(self.error())


waiting: set[Wait] = set()


class _Clock:
    runs = False

    @classmethod
    def start(cls) -> None:
        import gevent

        cls.runs = True
        gevent.spawn(cls._run)

    @classmethod
    def _run(cls) -> None:
        import gevent

        loop = gevent.get_hub().loop
        while True:
            gevent.sleep(LOOK_S)
            loop.run_callback(end_overdue)


def end_overdue() -> None:
    """End the waits whose time is over."""
    now = time.monotonic()
    for wait in [one for one in waiting if one.until <= now]:
        wait.end()
