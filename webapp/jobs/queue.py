"""The queue in the ledger: added, claimed with a lease and a fence, ended; every function takes an open transaction.

A lease ends when its holder stops renewing it. The fence rises with each claim, and each write of a job is made under
its fence, so that work goes on after a crash and is never done by two. Leases and due times are measured by one clock: that of
the machine for a file, that of the server for PostgreSQL, where machines may disagree about the time.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.db import queries, store
from webapp.db.fence import Fenced
from webapp.errors import Conflict, NotFound
from webapp.jobs import registry
from webapp.live import outbox

LEASE_MS = 10_000
MOST_ATTEMPTS = 5
KEEP_MS = 7 * 86_400_000
ENDED = ("done", "failed", "cancelled")
sql = queries.load("jobs")


class Lost(Fenced):
    """Somebody else has taken this work; what was being written under the old claim is undone."""

    default_code = "lost"


class Cancelled(Conflict):
    """A person asked this work to stop."""

    default_code = "cancelled"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one piece of work, as long as its fence is the highest."""

    id: int
    kind: str
    argument: dict[str, Any]
    position: dict[str, Any]
    fence: int
    attempts: int


def add(
    tx: Any, kind: str, argument: dict[str, Any] | None = None, dedupe: object = None, run_after_ms: int = 0
) -> int:
    """Queue work and return its id.

    argument: JSON. dedupe: anything true gives back the work of the same kind and argument that has not ended yet.
    """
    text = json.dumps(argument or {}, sort_keys=True, separators=(",", ":"))
    if dedupe:
        known = waiting(tx, kind, argument)
        if known is not None:
            return known
    job_id, at_ms = tx.next("job"), now_ms(tx)
    sql.insert_job.run(tx, id=job_id, kind=kind, argument=text, run_after_ms=run_after_ms or at_ms, created_ms=at_ms)
    _say(tx, kind, "queued", job_id)
    return int(job_id)


def waiting(tx: Any, kind: str, argument: dict[str, Any] | None = None) -> int | None:
    """The work of this kind and argument that waits or runs, the oldest, or None."""
    text = json.dumps(argument or {}, sort_keys=True, separators=(",", ":"))
    found: int | None = sql.find_waiting.value(tx, kind=kind, argument=text)
    return found


def find(tx: Any, job_id: int) -> Any:
    """The work as it stands. Raises NotFound."""
    row = sql.find_job.one(tx, id=job_id)
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return row


def now_ms(tx: Any) -> int:
    """What time it is for work, in a transaction or a snapshot: by the clock that all share who work for this shop.

    A clock that a test has moved is the same for all in any case.
    """
    here = getattr(tx, "now_ms", None) or clock.now_ms()
    return here if clock.is_moved() or not store.on_server() else int(sql.find_server_ms.value(tx, now_ms=here))


def claimable(tx: Any, kinds: list[str], now_ms: int) -> int | None:
    """The id of the next work of these kinds that is due, or whose worker died."""
    return sql.find_claimable.value(tx, kinds=kinds, now_ms=now_ms, real_ms=_real_ms())


def claim_next(tx: Any, kinds: list[str], lease_ms: int = LEASE_MS) -> Claim | None:
    """Take the next work of these kinds that is due or was left, which nobody else is about to take; None without any."""
    at_ms = now_ms(tx)
    while (row := sql.pick_claimable.one(tx, kinds=kinds, now_ms=at_ms, real_ms=_real_ms())) is not None:
        held = claim(tx, row["id"], lease_ms=lease_ms)
        if held is not None:
            return held
    return None


def claim(tx: Any, job_id: int, by_force: bool = False, lease_ms: int = LEASE_MS) -> Claim | None:
    """Take the work, or None when somebody else was faster. by_force: also from who holds it; he loses it."""
    taken = sql.claim_job.run(
        tx, id=job_id, now_ms=now_ms(tx), real_ms=_real_ms(), lease_ms=lease_ms, by_force=int(by_force)
    )
    if not taken:
        return None
    row = sql.find_job.one(tx, id=job_id)
    held = Claim(
        row["id"], row["kind"], json.loads(row["argument"]), json.loads(row["position"]), row["fence"], row["attempts"]
    )
    if held.attempts > MOST_ATTEMPTS:
        end(tx, held, "failed", f"It was begun {MOST_ATTEMPTS} times and never came to its end.")
        return None
    _say(tx, held.kind, "running", job_id)
    return held


def renew(tx: Any, held: Claim, lease_ms: int = LEASE_MS) -> bool:
    """Hold on to the work; False when somebody else has it."""
    return bool(sql.renew_lease.run(tx, id=held.id, fence=held.fence, real_ms=_real_ms(), lease_ms=lease_ms))


def keep(tx: Any, held: Claim, position: dict[str, Any] | None = None, lease_ms: int = LEASE_MS) -> None:
    """Remember the position in the caller's transaction. Raises Cancelled or Lost, which undo that transaction."""
    text = None if position is None else json.dumps(position)
    kept = sql.keep_position.run(tx, id=held.id, fence=held.fence, position=text, real_ms=_real_ms(), lease_ms=lease_ms)
    if not kept:
        row = find(tx, held.id)
        if row["fence"] == held.fence and row["state"] == "cancelling":
            raise Cancelled("It was cancelled.")
        raise Lost("Somebody else has taken this work.")


def hold(tx: Any, held: Claim) -> None:
    """Nobody else has taken the work, nor does before this transaction has ended. Raises Lost, which undoes it."""
    if sql.find_fence.value(tx, id=held.id) != held.fence:
        raise Lost("Somebody else has taken this work.")


def end(tx: Any, held: Claim, state: str, error: str | None = None) -> None:
    """The work has ended: `done`, `failed` or `cancelled`; its feature is told in the same transaction. Raises Lost."""
    if not sql.end_job.run(tx, id=held.id, fence=held.fence, state=state, error=error, now_ms=now_ms(tx)):
        raise Lost("Somebody else has taken this work.")
    _tell(tx, held.kind, held.argument, state, error)
    _say(tx, held.kind, state, held.id)


def _say(tx: Any, kind: str, event: str, job_id: int) -> None:
    # What comes again by itself is no change of the shop: it takes no number of its history.
    if kind not in registry.timetable:
        outbox.append(tx, "jobs", event, job_id)


def _tell(tx: Any, kind: str, argument: dict[str, Any], state: str, error: str | None) -> None:
    handler = registry.handlers.get(kind)
    if handler is not None and handler.ended is not None:
        handler.ended(tx, argument, state, error)


def release(tx: Any, held: Claim, delay_ms: int = 0) -> None:
    """Give the work back unfinished; the next worker goes on with it, after a delay."""
    if sql.release_job.run(tx, id=held.id, fence=held.fence, now_ms=now_ms(tx), delay_ms=delay_ms):
        _say(tx, held.kind, "queued", held.id)


def cancel(tx: Any, job_id: int) -> str:
    """Ask the work to stop; its state from now on: `cancelled` at once or `cancelling`. Raises Conflict when it has ended."""
    if not sql.cancel_job.run(tx, id=job_id, now_ms=tx.now_ms):
        row = find(tx, job_id)
        if row["state"] == "cancelling":
            return "cancelling"
        raise Conflict(f"It is {row['state']} already.")
    row = find(tx, job_id)
    if row["state"] == "cancelled":
        _tell(tx, row["kind"], json.loads(row["argument"]), "cancelled", None)
    outbox.append(tx, "jobs", row["state"], job_id)
    return str(row["state"])


def requeue(tx: Any, job_id: int) -> None:
    """Go on with work that was cancelled or has failed, from its position. Raises Conflict in any other state."""
    if not sql.requeue_job.run(tx, id=job_id):
        raise Conflict(f"It is {find(tx, job_id)['state']}.")
    outbox.append(tx, "jobs", "queued", job_id)


def is_due(tx: Any, entry: registry.Entry, now_ms: int) -> bool:
    """Whether the timetable wants this kind of work now, also where the clock was put back; tx may be a snapshot."""
    last_ms = sql.find_last_created.value(tx, kind=entry.kind)
    if entry.daily_at_s is None:
        return last_ms is None or not 0 <= now_ms - last_ms < entry.every_s * 1000
    if tx.zone.local_seconds(now_ms) < entry.daily_at_s:
        return False
    return last_ms is None or bool(tx.zone.day_of(last_ms) < tx.zone.day_of(now_ms))


def was_queued(tx: Any, kind: str) -> bool:
    """Whether work of this kind was ever queued, as far as it is remembered."""
    return sql.find_last_created.value(tx, kind=kind) is not None


def add_due(tx: Any, entry: registry.Entry) -> int | None:
    """Queue what the timetable wants now, or None when it is not due."""
    sql.lock_timetable.run(tx)
    return add(tx, entry.kind, dedupe=True) if is_due(tx, entry, now_ms(tx)) else None


def prune(tx: Any, limit: int = 500) -> int:
    """Forget periodic work that ended more than a week ago; return how many."""
    kinds = list(registry.timetable)
    return sql.delete_ended.run(tx, kinds=kinds, before_ms=tx.now_ms - KEEP_MS, limit=limit) if kinds else 0


def count_open(tx: Any) -> list[Any]:
    """Kind, state, count and since_ms of the work that has not ended."""
    return sql.count_open.all(tx)


def beat(tx: Any, name: str) -> None:
    """A background process is alive now."""
    sql.beat.run(tx, name=name, at_ms=now_ms(tx))


def last_beat_ms(tx: Any, name: str = "worker") -> int | None:
    """When a background process was last alive, by the clock of `now_ms`."""
    return sql.find_beat.value(tx, name=name)


def _real_ms() -> int:
    # A lease measures real time: a shop's clock may stand still or be moved by a test.
    return time.time_ns() // 1_000_000
