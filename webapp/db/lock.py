"""The lock that every writer, checkpoint and closing of a connection holds: two files taken in turn.

Who waits holds the gate, so it is next when the main file falls free; with one file alone, two busy
processes starve each other. The lock belongs to an open file description: open it after a fork.
"""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from webapp.errors import Unavailable

STEP_S = 0.0002
LONGEST_STEP_S = 0.002


class FileLock:
    """A fair lock between processes and threads, each with its own FileLock on the same paths."""

    def __init__(self, database: Path) -> None:
        self._gate = _open(Path(f"{database}.gate"))
        self._main = _open(Path(f"{database}.lock"))

    def acquire(self, sleep: Callable[[float], object] = time.sleep, timeout_s: float = 20.0) -> None:
        """Hold the lock. `sleep` gives way while waiting. Raises Unavailable after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        _take(self._gate, sleep, deadline)
        try:
            _take(self._main, sleep, deadline)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def release(self) -> None:
        """Give the lock up."""
        fcntl.flock(self._main, fcntl.LOCK_UN)

    def __enter__(self) -> "FileLock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def close(self) -> None:
        """Close both files; the lock falls free if it was held."""
        for descriptor in (self._gate, self._main):
            if descriptor >= 0:
                os.close(descriptor)
        self._gate = self._main = -1


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _take(descriptor: int, sleep: Callable[[float], object], deadline: float) -> None:
    step = STEP_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable("The ledger is busy; nothing was written.") from None
            sleep(step)
            step = min(step * 1.5, LONGEST_STEP_S)
