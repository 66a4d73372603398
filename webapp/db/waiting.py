"""How a greenlet waits for PostgreSQL: on one watcher of its loop, where gevent's `poll` makes several objects a wait."""

import select
import sys
from typing import Any

READ, WRITE = 1, 2  # as psycopg and libev name them


def connection_class(plain: Any) -> Any:
    """psycopg's connection; under gevent one whose waits let all other greenlets run."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("select"):
        return plain
    look = monkey.get_original("select", "poll")

    class Cooperative(plain):  # type: ignore[misc]
        """Waits by the loop of the thread that it is used in."""

        def wait(self, gen: Any, interval: float = 0.0, timeout: float | None = None) -> Any:
            """Drive what psycopg does on the socket to its end."""
            if timeout is not None:
                return super().wait(gen, interval, timeout)
            descriptor = self.pgconn.socket
            try:
                wanted = next(gen)
                while True:
                    wanted = gen.send(_ready(look, descriptor, wanted))
            except StopIteration as end:
                return end.value

    return Cooperative


def _ready(look: Any, descriptor: int, wanted: int) -> int:
    """What of READ and WRITE the socket is ready for, after waiting for that."""
    poll = look()
    mask = (select.POLLIN if wanted & READ else 0) | (select.POLLOUT if wanted & WRITE else 0)
    poll.register(descriptor, mask)
    found = poll.poll(0)
    if not found:
        _sleep(descriptor, wanted)
        found = poll.poll(0)
    signs = found[0][1] if found else 0
    ready = (READ if signs & select.POLLIN else 0) | (WRITE if signs & select.POLLOUT else 0)
    return ready or (wanted if signs else 0)  # a socket that broke is told to libpq by reading from it


def _sleep(descriptor: int, wanted: int) -> None:
    from gevent import get_hub

    hub = get_hub()
    watcher = hub.loop.io(descriptor, int(wanted) & 3)
    try:
        hub.wait(watcher)
    finally:
        watcher.close()
