"""One soak from its begin to its end: load, faults, watchers; then what must hold."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from tests.soak import crowd, logs, promises, tills
from tests.soak.faults import Fault, Faults, in_turn
from tests.soak.files import Files
from tests.soak.memory import EACH_S, Memory
from tests.soak.shop import Shop

WARM_S, MEASURED_S = 3.0, 5.0
FILE_EACH_S = 20.0
CAUGHT_UP_S, LONGEST_S = 60.0, 600.0  # without anything that moves; in all
FEW = 10  # watchers that are slow in turn, and as many that are silent


@dataclass
class Plan:
    """minutes of load; a fault every so many seconds; rate of requests a second, None for half of what is measured.

    database: `sqlite` or `postgres`.
    """

    minutes: float = 20.0
    every_s: float = 60.0
    rate: float | None = None
    watchers: int = 500
    database: str = "sqlite"
    broken: str = ""


class Other:
    """A process of the soak that is asked things, one at a time."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.line: Connection
        self.line, inner = context.Pipe()
        self.process = context.Process(target=work, args=(inner, *arguments), daemon=True)
        self.process.start()

    def ask(self, command: str, *arguments: Any) -> Any:
        """Its answer."""
        self.line.send((command, *arguments))
        return self.line.recv()

    def end(self) -> None:
        """It ends."""
        with contextlib.suppress(OSError, ValueError):
            self.line.send(("end",))
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()


class Soak:
    """tell: where to say what happens."""

    def __init__(self, plan: Plan, folder: Path, tell: Callable[[str], None]) -> None:
        self.plan, self.tell = plan, tell
        self.shop = Shop(folder, plan.database, plan.broken)
        self.memory, self.files = Memory(), Files()
        self.others: list[Other] = []
        self.broken_promises: dict[str, list[str]] = {}

    def run(self) -> dict[str, Any]:
        """Live through it; the report."""
        report: dict[str, Any] = {"database": self.plan.database, "minutes": self.plan.minutes}
        try:
            self._open()
            report["capacity_per_s"] = self._choose_rate()
            self.tills = self._other(tills.main, self.shop.port)
            self.tills.ask("start", self.rate)
            self._live()
            report |= self._end()
        except (httpx.HTTPError, OSError, RuntimeError) as error:
            last = [line[:300] for _, line in self.shop.said() if '"takings.access"' not in line][-8:]
            self._promise("it lives through what happens", [f"{type(error).__name__}: {error}", *last])
        finally:
            for other in self.others:
                other.end()
            self.shop.close()
        rows = self.memory.rows()
        return {
            **report,
            "memory": rows,
            "broken": {one: lines for one, lines in self.broken_promises.items() if lines},
        }

    def _open(self) -> None:
        self.shop.start()
        self.shop.stock()
        self.crowd = self._other(crowd.main, self.shop.port, self.plan.watchers, FEW)
        self.faults = Faults(self.shop, self.crowd.ask)
        self._until(lambda: self.crowd.ask("standing")["connected"] == self.plan.watchers, 90, "watchers get in")

    def _choose_rate(self) -> float | None:
        """Half of what was measured, which is returned, or what was asked for."""
        capacity = None if self.plan.rate else self._measure()
        self.rate = self.plan.rate or max((capacity or 0) / 2, 1.0)
        load = f"{self.rate:.0f} requests a second, {self.plan.watchers} watchers, {self.plan.minutes:g} minutes"
        self.tell(f"{load} on {self.plan.database}")
        return None if capacity is None else round(capacity, 1)

    def _other(self, work: Callable[..., None], *arguments: Any) -> Other:
        self.others.append(Other(work, *arguments))
        return self.others[-1]

    def _measure(self) -> float:
        """Requests a second that are answered when as many are asked as can be, while everybody watches."""
        measured = self._other(tills.main, self.shop.port)
        measured.ask("start", None)
        time.sleep(WARM_S)
        before, began = measured.ask("count"), time.monotonic()
        time.sleep(MEASURED_S)
        rate = (measured.ask("count") - before) / (time.monotonic() - began)
        measured.ask("stop")
        self.before = measured.ask("figures")
        self.tell(f"measured: {rate:.0f} requests a second")
        return rate

    # ---- The load and the faults ----

    def _live(self) -> None:
        began = time.monotonic()
        ends, turn = began + self.plan.minutes * 60, in_turn(self.shop.server is not None)
        fault_at, file_at, look_at = began + self.plan.every_s / 2, began, began
        with self.shop.client() as client:
            while (now := time.monotonic()) < ends:
                if now >= look_at:
                    look_at = now + EACH_S
                    self.memory.sample(self.shop.pids())
                if now >= file_at:
                    file_at = now + FILE_EACH_S
                    self.files.bring(client)
                if now >= fault_at and now < ends - self.plan.every_s / 4:
                    fault_at += self.plan.every_s
                    self._let_happen(next(turn), now - began)
                time.sleep(0.2)
        self.memory.sample(self.shop.pids())

    def _let_happen(self, fault: Fault, at: float) -> None:
        one = self.faults.next(fault)
        self.tell(f"{at:6.0f} s  {fault.name}: {one.seen}")

    # ---- What must hold ----

    def _end(self) -> dict[str, Any]:
        promise = self._promise
        promise("every request was answered", [] if self.tills.ask("stop") else ["some were not, within 90 s"])
        asked = self.tills.ask("figures")
        before = getattr(self, "before", {"orders": [], "returns": [], "refused": []})
        promise("nothing good was refused", (asked["refused"] + before["refused"])[:5])
        with self.shop.client() as client:
            promise("every file was read to its end", self.files.finish(client))
            ledger = promises.Ledger(client)
            self._catch_up(client, ledger)
        told = self.crowd.ask("accounts")
        promise(
            "ledger = acknowledged: orders",
            promises.orders_kept(ledger, asked["orders"] + before["orders"], self.files.asked),
        )
        promise("ledger = acknowledged: returns", promises.returns_kept(ledger, asked["returns"] + before["returns"]))
        promise("every watcher = ledger", promises.watchers_told(ledger, told, self.plan.watchers))
        promise("verify finds nothing", promises.verified(self.shop.run("verify")))
        promise("memory is flat", [str(row) for row in self.memory.grown()])
        for other in self.others:
            other.end()
        self.shop.stop()
        odd = logs.unexplained(self.shop.said(), self.faults)
        if self.shop.server is not None:
            odd += logs.of_server(self.shop.server.complaints(), self.faults)
        promise("no unexplained line in the log", [f"{count} x {line}" for line, count in odd.most_common(12)])
        return self._report(asked, told, ledger)

    def _promise(self, name: str, broken: list[str]) -> None:
        self.broken_promises[name] = broken
        self.tell(
            f"{'broken' if broken else 'kept  '}  {name}{''.join(f'{chr(10)}          {line}' for line in broken)}"
        )

    def _catch_up(self, client: httpx.Client, ledger: promises.Ledger) -> None:
        """Everybody comes back, and is told what was missed."""
        last = ledger.changes[-1][0] if ledger.changes else 0
        self.crowd.ask("behave")
        began = moved = time.monotonic()
        found: dict[str, int] = {}
        while moved - began < LONGEST_S and time.monotonic() - moved < CAUGHT_UP_S:  # a busy machine takes its time
            before, found = found, self.crowd.ask("standing")
            if found["connected"] == self.plan.watchers and found["told_to"] >= last:
                return
            if found != before:
                moved = time.monotonic()
            time.sleep(0.2)
        said = f"after {time.monotonic() - began:.0f} s {found}, the last change is {last}"
        self._promise("watchers come back and catch up", [said, f"connections of each process: {self._lines()}"])

    def _until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        try:
            self.shop.wait_for(lambda: condition() or time.sleep(0.2), seconds)
        except TimeoutError:
            self._promise(what, [f"not within {seconds:g} s: {self.crowd.ask('standing')}"])

    def _lines(self) -> dict[int, int]:
        """How many connections each web process has open."""
        return {pid: len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.shop.pids()["web"]}

    def _report(self, asked: dict[str, Any], told: dict[str, Any], ledger: promises.Ledger) -> dict[str, Any]:
        return {
            "rate_per_s": round(self.rate, 1), "watchers": self.plan.watchers,
            "orders": len(ledger.orders), "returns": len(ledger.returns), "files": self.files.count,
            "answered": asked["answered"], "sent_again": asked["resent"], "took_ms": asked["took_ms"],
            "events_told": told["events"], "lines_ended": told["codes"],
            "faults": [{"fault": one.fault.name, "seen": one.seen} for one in self.faults.happened],
        }  # fmt: skip
