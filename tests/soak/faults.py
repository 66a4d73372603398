"""A fault every minute, in turn. Each says what lines it may leave in the log; all others have to be explained."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.soak.shop import Shop

SHORT_S, AWAY_S = 6.0, 1.0
AFTERWARDS_S = 45.0  # as long after a fault its lines are expected
CUT = (
    r"Error handling request",
    r"Worker \(pid:\d+\) was sent SIG(KILL|TERM)",
    r"Worker exiting",
    r"Handling signal",
    r"Booting worker",
    r"^FATAL connection to client lost",
)
LEAVING = r"^unavailable: (As many screens|The server is being stopped|The ledger is busy)"
NO_ROOM = (
    r"the ledger could not be written: (database or disk is full|disk I/O error|unable to open)", r"^unavailable: ",
    r"the log could not be moved into the database", r"the transaction could not be undone",
    r"the worker waits: ", r"the database does not answer: ", r"job \d+ .* goes on later",
)  # fmt: skip
# What PostgreSQL says in its own log, and the shop of it, where it cannot write, or is killed and comes back.
NO_SERVER = (
    r"the ledger could not be written: ", r"(terminating|closed the) connection", r"the database system is ",
    r"the live channel waits: ", r"a subscription waits: ", r" is painted later: ",
    r"could not (write|extend|resize|create|open) .*No space left on device", r"connection .* failed: ",
    # a query that its server worked at with several processes
    r"postmaster exited during a parallel transaction", r"could not map dynamic shared memory segment",
)  # fmt: skip


@dataclass
class Fault:
    """A fault and its traces: what may be said of it in the log, and which statuses of 500 and more it may cause."""

    name: str
    happen: Callable[["Faults"], Any]
    lines: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()


@dataclass
class Happened:
    """When a fault began and ended, in real seconds."""

    fault: Fault
    began: float
    ended: float
    seen: str = ""


@dataclass
class Faults:
    """Lets one happen after the other. ask: asks the crowd of watchers something."""

    shop: Shop
    ask: Callable[..., Any]
    happened: list[Happened] = field(default_factory=list)

    def next(self, fault: Fault) -> Happened:
        """It happens now, and has ended when this returns."""
        began = time.time()
        seen = fault.happen(self)
        self.happened.append(Happened(fault, began, time.time(), str(seen or "")))
        return self.happened[-1]

    def explains(self, at: float, message: str, status: int | None = None) -> bool:
        """Whether a fault that was under way, or had just ended, explains a line of the log."""
        for one in self.happened:
            if one.began - 1 <= at <= one.ended + AFTERWARDS_S:
                if status is not None and status in one.fault.statuses:
                    return True
                if status is None and any(re.search(line, message) for line in one.fault.lines):
                    return True
        return False

    # ---- What can happen ----

    def kill_web(self) -> str:
        """One of the web processes is killed; gunicorn starts another."""
        killed = self.shop.kill("web")
        self.shop.wait_for(lambda: len(self.shop.pids()["web"]) == 2, 30)
        return f"pid {killed}"

    def kill_worker(self) -> str:
        """The process of jobs is killed; the supervisor starts another."""
        killed = self.shop.kill("worker")
        self.shop.wait_for(lambda: any(pid != killed for pid in self.shop.pids()["worker"]), 30)
        return f"pid {killed}"

    def restart(self) -> str:
        """All of it is stopped in order and started again."""
        began = time.monotonic()
        status = self.shop.stop()
        stopped = time.monotonic() - began
        self.shop.start()
        return f"exit status {status}, down for {time.monotonic() - began:.1f} s, {stopped:.1f} of it to stop"

    def crash(self) -> str:
        """All of it is killed at once and started again."""
        began = time.monotonic()
        for pid in self.shop.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.shop.stop(signal.SIGKILL)
        self.shop.start()
        return f"down for {time.monotonic() - began:.1f} s"

    def fill_disk(self) -> str:
        """The disk is full for some seconds."""
        pids = self.shop.pids()
        self.shop.disk.fill([*pids["web"], *pids["worker"], *pids.get("database", ())])
        time.sleep(SHORT_S)
        self.shop.disk.free()
        ended = self.shop.server is not None and self.shop.server.tend()
        how = "tmpfs" if self.shop.disk.mounted else "RLIMIT_FSIZE"
        return f"{how}{', which ended the server' if ended else ''}"

    def kill_database(self) -> str:
        """The server of the database is killed at once, and started again when nothing of it is left."""
        assert self.shop.server is not None
        began = time.monotonic()
        self.shop.server.kill()
        time.sleep(AWAY_S)
        self.shop.server.start()
        return f"away for {time.monotonic() - began:.1f} s"

    def move_clock(self) -> str:
        """The clock jumps two hours ahead, one back, and to where it was."""
        for said in ("+7200", "-3600", "+0"):
            self.shop.clock.write_text(said)
            time.sleep(SHORT_S / 3)
        return "+2 h, -1 h"

    def slow_watchers(self) -> str:
        """Some watchers read a little now and then."""
        return f"{self.ask('slow', 40.0)} watchers for 40 s"

    def silent_watchers(self) -> str:
        """Some watchers read nothing, for longer than that is borne."""
        return f"{self.ask('silent', 90.0)} watchers for 90 s"

    def no_services(self) -> str:
        """The services of weather and of the model fail; advice is asked for meanwhile."""
        self.shop.services(well=False)
        with self.shop.client() as client:
            status = client.post("/recommendations").status_code
        time.sleep(SHORT_S)
        self.shop.services(well=True)
        return f"advice asked for: {status}"


KINDS = [
    Fault("a web process is killed", Faults.kill_web, CUT),
    Fault("slow watchers", Faults.slow_watchers),
    Fault("the process of jobs is killed", Faults.kill_worker, (*CUT, r"was taken over by somebody else")),
    Fault("silent watchers", Faults.silent_watchers),
    Fault("the disk is full", Faults.fill_disk, (*NO_ROOM, *NO_SERVER), (503,)),
    Fault("the clock jumps", Faults.move_clock),
    Fault("weather and model are down", Faults.no_services, (r"the model gave no advice", r"weather", r"job \d+ .* failed")),
    Fault("all is stopped and started", Faults.restart, (*CUT, r"The web processes ended", LEAVING), (503,)),
    Fault("all is killed and started", Faults.crash, CUT, (503,)),
]  # fmt: skip


ON_SERVER = Fault("the database is killed", Faults.kill_database, (*NO_ROOM, *NO_SERVER), (503,))


def round_of(on_server: bool) -> list[Fault]:
    """Each kind once; with a server of the database, that is killed after each third."""
    return [
        one for number, fault in enumerate(KINDS) for one in (fault, *[ON_SERVER] * (on_server and number % 3 == 0))
    ]


def in_turn(on_server: bool) -> Iterator[Fault]:
    """One kind after the other, again and again."""
    while True:
        yield from round_of(on_server)
