"""Heavy reads take turns: a process does some at a time, some more wait a while, and the others are asked to come again.

Each may hold a hundred megabytes while it is done; without a bound a crowd of them takes memory and time from everybody.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from webapp.errors import Unavailable

_SAID = "More is being asked of the figures than can be read at a time. Ask again in a moment."


class Turns:
    """So many at once; so many more wait, each at most so long. semaphore: makes one that greenlets can wait for."""

    def __init__(
        self, semaphore: Callable[[int], Any], at_once: int = 2, waiting: int = 16, wait_s: float = 10.0
    ) -> None:
        self._free = semaphore(at_once)
        self.most_waiting, self.wait_s = waiting, wait_s
        self.waiting = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Surrounds what is done when it is one's turn. Raises Unavailable where that takes too long."""
        if not self._free.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._free.release()

    def _wait(self) -> None:
        if self.waiting >= self.most_waiting:
            raise Unavailable(_SAID, retry_after=2, reason="crowded")
        self.waiting += 1
        try:
            came = self._free.acquire(timeout=self.wait_s)
        finally:
            self.waiting -= 1
        if not came:
            raise Unavailable(_SAID, retry_after=2, reason="crowded")
