"""The one background process: claims what is due, does it on native threads, says that it lives.

It is a plain process without gevent. Each thread writes through its own session of the writer, because the lock belongs
to an open file.
"""

import logging
import signal
import threading
import time
from typing import Any

from webapp import counters
from webapp.db import fence, guard, reading, writer
from webapp.db.guard import though_stopped
from webapp.db.postgres import Failed
from webapp.errors import Problem, Unavailable
from webapp.jobs import queue, registry
from webapp.jobs.progress import Context, Later, Stopping
from webapp.jobs.queue import Claim
from webapp.remote import client

THREADS = 2
BEAT_S = 10.0
RENEW_S = 3.0
LOOK_S = 0.1
GRACE_S = 20.0
WAIT_S = 2.0
log = logging.getLogger("takings.worker")


class Worker:
    """Does jobs until it is told to stop. name: under which its heartbeat stands."""

    def __init__(self, name: str = "worker", threads: int = THREADS, lease_ms: int = queue.LEASE_MS) -> None:
        self.name = name
        self.lease_ms = lease_ms
        self._threads = threads
        self._running: dict[int, tuple[Claim, threading.Thread]] = {}
        self._stop = threading.Event()
        self._beaten = self._renewed = self._looked = self._poured = float("-inf")
        self._version = -1

    def stop(self, *_: object) -> None:
        """Finish the transactions that run, give unfinished work back and return from `run`."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop` is called."""
        while not self._stop.is_set():
            try:
                self._turn()
            except (Unavailable, Failed) as error:
                log.warning("the worker waits: %s", error)
                self._stop.wait(WAIT_S)
            self._stop.wait(LOOK_S)
        self._leave(time.monotonic() + GRACE_S)
        writer.close()

    def _leave(self, deadline: float) -> None:
        """Wait for what runs; what only waits for an outside service is given back, and its answer not waited for."""
        for claim, thread in self._running.values():
            while thread.is_alive() and time.monotonic() < deadline and not client.is_asking(thread.ident):
                thread.join(LOOK_S)
            if client.is_asking(thread.ident):
                try:
                    writer.do(_release, (claim, 0))
                except (Problem, Failed) as error:  # then its lease ends by itself
                    log.warning("job %s %s goes on later: %s", claim.id, claim.kind, error)

    def _turn(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= BEAT_S:
            self._beaten = now
            writer.do(_beat, self.name)
        if now - self._poured >= counters.EVERY_S:
            self._poured = now
            counters.flush()
        self._reap()
        if self._running and now - self._renewed >= min(RENEW_S, self.lease_ms / 3000):
            self._renewed = now
            writer.do_many(_renew, [(claim, self.lease_ms) for claim, _ in self._running.values()])
        version = reading.data_version()
        if version != self._version or now - self._looked >= 1.0:
            self._version, self._looked = version, now
            self._look()

    def _reap(self) -> None:
        for job_id, (_, thread) in list(self._running.items()):
            if not thread.is_alive():
                del self._running[job_id]

    def _look(self) -> None:
        add_due()
        while len(self._running) < self._threads:
            claim = claim_next(self.lease_ms)
            if claim is None:
                return
            thread = threading.Thread(target=self._do, args=(claim,), name=f"job-{claim.id}", daemon=True)
            self._running[claim.id] = (claim, thread)
            thread.start()

    def _do(self, claim: Claim) -> None:
        try:
            perform(Context(claim, self._stop.is_set))
        except Unavailable as error:  # its lease ends by itself: whoever claims it then goes on where it was
            log.warning("job %s %s goes on later: %s", claim.id, claim.kind, error)
        except Exception:
            log.exception("job %s %s could not be ended", claim.id, claim.kind)
        finally:
            writer.close()


def run_forever(name: str = "worker") -> None:
    """Be the background process until SIGTERM or SIGINT."""
    worker = Worker(name)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, worker.stop)
    worker.run()


def run_pending(most: int = 1000) -> int:
    """Do what is due now, one after the other in this thread; return how many jobs were done."""
    for count in range(most):
        add_due()
        claim = claim_next()
        if claim is None:
            return count
        perform(Context(claim))
    return most


def claim_next(lease_ms: int = queue.LEASE_MS) -> Claim | None:
    """Claim the next job that a known handler can do; looks without the lock first."""
    kinds = list(registry.handlers)
    if guard.stopped() is not None:  # what would only be refused again waits, too
        kinds = [kind for kind in kinds if registry.handlers[kind].though_stopped]
    with reading.reading() as tx:
        job_id = queue.claimable(tx, kinds, queue.now_ms(tx))
    return None if job_id is None else writer.do(_claim_next, (kinds, lease_ms))


def take(job_id: int, by_force: bool = False) -> Claim | None:
    """Claim this job for this process, by force also from who holds it; None while somebody else does."""
    return writer.do(_claim, (job_id, by_force, queue.LEASE_MS))


def give_up(claim: Claim) -> None:
    """The claimed job is cancelled: who ran it was interrupted by a person."""
    writer.do(_end, (claim, "cancelled", None))


def add_due() -> None:
    """Queue what the timetable wants now; looks without the lock first."""
    with reading.reading() as tx:
        now_ms = queue.now_ms(tx)
        wanted = [entry for entry in registry.timetable.values() if queue.is_due(tx, entry, now_ms)]
    if wanted:
        writer.do_many(_add_due, wanted)


def perform(context: Context) -> str:
    """Do one claimed job to its end and write down how it ended; return its state from now on."""
    began = time.perf_counter()
    state = _perform(context)
    counters.JOB_SECONDS.observe(time.perf_counter() - began, context.claim.kind, state)
    return state


def _perform(context: Context) -> str:
    claim = context.claim
    state, error = "done", None
    try:
        with fence.fenced(lambda tx: queue.hold(tx, claim)):
            registry.handlers[claim.kind].run(context)
    except queue.Lost:
        log.warning("job %s %s was taken over by somebody else", claim.id, claim.kind)
        return "lost"
    except Later as later:
        writer.do(_release, (claim, later.delay_ms))
        return "queued"
    except (Stopping, Unavailable) as reason:
        writer.do(_release, (claim, 0))
        log.info("job %s %s goes on later: %s", claim.id, claim.kind, str(reason) or "the worker stops")
        return "queued"
    except queue.Cancelled:
        state = "cancelled"
    except Problem as problem:
        state, error = "failed", problem.detail
    except Exception as failure:
        log.exception("job %s %s failed", claim.id, claim.kind)
        state, error = "failed", f"An error of the program: {type(failure).__name__}."
    try:
        writer.do(_end, (claim, state, error))
    except queue.Lost:
        return "lost"
    return state


# ---- What the worker writes, as verbs of the writer ----


@though_stopped
def _claim(tx: Any, items: list[tuple[int, bool, int]]) -> list[Claim | None]:
    return [queue.claim(tx, job_id, by_force, lease_ms) for job_id, by_force, lease_ms in items]


@though_stopped
def _claim_next(tx: Any, items: list[tuple[list[str], int]]) -> list[Claim | None]:
    return [queue.claim_next(tx, kinds, lease_ms) for kinds, lease_ms in items]


@though_stopped
def _end(tx: Any, items: list[tuple[Claim, str, str | None]]) -> list[None]:
    for claim, state, error in items:
        queue.end(tx, claim, state, error)
    return [None] * len(items)


@though_stopped
def _release(tx: Any, items: list[tuple[Claim, int]]) -> list[None]:
    for claim, delay_ms in items:
        queue.release(tx, claim, delay_ms)
    return [None] * len(items)


@though_stopped
def _renew(tx: Any, items: list[tuple[Claim, int]]) -> list[bool]:
    return [queue.renew(tx, claim, lease_ms) for claim, lease_ms in items]


@though_stopped
def _add_due(tx: Any, items: list[registry.Entry]) -> list[int | None]:
    return [queue.add_due(tx, entry) for entry in items]


@though_stopped
def _beat(tx: Any, items: list[str]) -> list[None]:
    for name in items:
        queue.beat(tx, name)
    return [None] * len(items)
