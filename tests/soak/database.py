"""The PostgreSQL server under a soak: on the shop's small disk, safe as in production, killed and started again.

Nothing but the soak starts it: where it ends, as it does when its own log has no room, that is what a manager of services
would do.
"""

import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.servers import processes
from tests.servers.postgres import Postgres

# Little enough for the small disk; whatever is said of an error stands in lines that are told apart.
SETTINGS = {
    "shared_buffers": "64MB", "max_wal_size": "128MB", "min_wal_size": "32MB", "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ", "log_error_verbosity": "terse", "log_statement": "none",
}  # fmt: skip
GONE_S = 20.0
SAID = re.compile(r"^(\S+ \S+) UTC \[\d+\] (ERROR|FATAL|PANIC|WARNING):  (.*)$")


class Database(Postgres):
    """A server in a folder of that disk."""

    def __init__(self, disk: Path) -> None:
        super().__init__(disk / "postgres", safe=True, **SETTINGS)

    @property
    def processes(self) -> list[int]:
        """The process above all, and all below it; none where it has ended."""
        return [self.pid, *processes.children(self.pid)] if self.lives else []

    @property
    def lives(self) -> bool:
        """Whether the process above all runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9 of the process above all; returns when those below have seen it and are gone."""
        first, *below = self.processes
        self.stop(signal.SIGKILL)
        until = time.monotonic() + GONE_S
        while left := [pid for pid in below if processes.lives(pid)]:
            if time.monotonic() > until:
                raise TimeoutError(f"{GONE_S:g} s after {first} was killed these go on: {left}")
            time.sleep(0.01)

    def tend(self) -> bool:
        """It runs; whether it had ended and was started again."""
        if self.lives:
            return False
        self._process = None
        self.start()
        return True

    def complaints(self) -> Iterator[tuple[float, str]]:
        """(when, what) it said of errors, in its own log."""
        log = self.folder / "log"
        for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
            if found := SAID.match(line):
                at = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
                yield at, f"{found[2]} {found[3]}"
