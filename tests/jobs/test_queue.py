"""The queue: leases, fences and states."""

import pytest

from webapp.db import reading, writer
from webapp.errors import Conflict, NotFound
from webapp.jobs import queue, registry
from webapp.live import outbox


def in_tx(work):
    """What `work(tx)` gives, in a transaction of its own."""

    def verb(tx, items):
        return [work(tx)]

    return writer.do(verb, None)


def add(kind="sum", **more):
    return in_tx(lambda tx: queue.add(tx, kind, {"n": 1}, **more))


def claim(job_id, **more):
    return in_tx(lambda tx: queue.claim(tx, job_id, **more))


def state(job_id):
    with reading.reading() as tx:
        return queue.find(tx, job_id)["state"]


def test_work_is_claimed_by_one_alone(ledger):
    job_id = add()

    first, second = claim(job_id), claim(job_id)

    assert (first.argument, first.fence, second) == ({"n": 1}, 1, None)


def test_an_ended_lease_lets_another_go_on_from_the_position(ledger):
    job_id = add()
    dead = claim(job_id, lease_ms=-1)
    in_tx(lambda tx: queue.keep(tx, dead, {"row": 7}, lease_ms=-1))

    heir = claim(job_id)

    assert (heir.position, heir.fence) == ({"row": 7}, 2)


def test_who_lost_his_claim_writes_nothing_more(ledger):
    job_id = add()
    old = claim(job_id)
    claim(job_id, by_force=True)

    def both(tx):
        outbox.append(tx, "jobs", "progress", 99)
        queue.keep(tx, old, {"row": 1})

    before = reading.position()
    with pytest.raises(queue.Lost):
        in_tx(both)
    with pytest.raises(queue.Lost):
        in_tx(lambda tx: queue.end(tx, old, "done"))

    assert reading.position() == before
    assert state(job_id) == "running"


def test_waiting_work_is_cancelled_at_once_and_running_work_is_asked(ledger):
    waiting, running = add(), add()
    held = claim(running)

    states = [in_tx(lambda tx, job=job: queue.cancel(tx, job)) for job in (waiting, running, running)]

    assert states == ["cancelled", "cancelling", "cancelling"]
    with pytest.raises(queue.Cancelled):
        in_tx(lambda tx: queue.keep(tx, held))
    with pytest.raises(Conflict):
        in_tx(lambda tx: queue.cancel(tx, waiting))


def test_cancelled_work_can_be_gone_on_with_and_running_work_not_twice(ledger):
    job_id = add()
    in_tx(lambda tx: queue.cancel(tx, job_id))

    in_tx(lambda tx: queue.requeue(tx, job_id))

    assert claim(job_id) is not None
    with pytest.raises(Conflict):
        in_tx(lambda tx: queue.requeue(tx, job_id))


def test_the_same_waiting_work_is_not_queued_twice(ledger):
    first = add(dedupe=True)

    assert add(dedupe=True) == first
    assert add() != first


def test_work_that_never_ends_is_given_up(ledger):
    told = []
    registry.job("sum", ended=lambda tx, argument, state, error: told.append((argument, state, error)))(
        lambda context: None
    )
    job_id = add()
    for _ in range(queue.MOST_ATTEMPTS):
        assert claim(job_id, lease_ms=-1) is not None

    assert claim(job_id, lease_ms=-1) is None
    assert state(job_id) == "failed"
    assert told == [({"n": 1}, "failed", "It was begun 5 times and never came to its end.")]


def test_given_back_work_is_not_counted_as_an_attempt(ledger):
    job_id = add()
    for _ in range(3 * queue.MOST_ATTEMPTS):
        held = claim(job_id)
        in_tx(lambda tx, held=held: queue.release(tx, held))

    assert state(job_id) == "queued"


def test_the_timetable_queues_each_kind_once_until_it_is_due_again(ledger):
    registry.every(60, "prune")
    entry = registry.timetable["prune"]

    first = in_tx(lambda tx: queue.add_due(tx, entry))
    again = in_tx(lambda tx: queue.add_due(tx, entry))

    assert (first, again) == (1, None)
    with reading.reading() as tx:
        assert queue.is_due(tx, entry, in_tx(lambda tx: tx.now_ms) + 60_000)


def test_daily_work_waits_for_its_clock_time(ledger):
    registry.daily("03:30", "close")
    entry = registry.timetable["close"]
    day = ledger.zone.day_of(in_tx(lambda tx: tx.now_ms)) + 1

    with reading.reading() as tx:
        assert not queue.is_due(tx, entry, ledger.zone.at(day, 3 * 3600))
        assert queue.is_due(tx, entry, ledger.zone.at(day, 4 * 3600))
    in_tx(lambda tx: queue.add(tx, "close"))
    with reading.reading() as tx:
        assert queue.is_due(tx, entry, ledger.zone.at(day, 4 * 3600))
        assert not queue.is_due(tx, entry, in_tx(lambda tx: tx.now_ms))


def test_an_unknown_job_is_not_found(ledger):
    with reading.reading() as tx, pytest.raises(NotFound):
        queue.find(tx, 12)


def test_every_change_of_state_is_told(ledger):
    job_id = add()
    held = claim(job_id)
    in_tx(lambda tx: queue.end(tx, held, "done"))

    with reading.reading() as tx:
        events = [(event.topic, event.event, event.first_id) for event in outbox.read_after(tx, 0, 100)]

    assert events == [("jobs", "queued", job_id), ("jobs", "running", job_id), ("jobs", "done", job_id)]
