"""Several workers over one ledger, as on several machines: each piece of work is done once, by clocks that may be wrong.

Each test that could pass without what it is about has a control: a build of this process's own that lacks it.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from webapp import clock
from webapp.app import create_app
from webapp.db import reading, writer
from webapp.jobs import queue, registry, worker
from webapp.jobs.progress import Context

HOUR_NS = 3_600_000_000_000
OTHER = """
import json, os, sys, time

skew_ns = int(os.environ.get("SKEW_NS", "0"))
plain_ns = time.time_ns
time.time_ns = lambda: plain_ns() + skew_ns

from webapp import clock, config
from webapp.db import reading, store, writer
from webapp.jobs import queue, registry, worker
from webapp.jobs.progress import Context

control = os.environ.get("CONTROL", "")

def mark(tx, items):
    for claim, word in items:
        name = f"ran {claim.id} {claim.fence} {word} {os.getpid()}"
        tx.execute("insert into setting (name, value) values (?, ?)", (name, "x"))
    return [None] * len(items)

def look_and_take(lease_ms=queue.LEASE_MS):
    with reading.reading() as tx:
        job_id = queue.claimable(tx, list(registry.handlers), clock.now_ms())
    return None if job_id is None else writer.do(worker._claim, (job_id, True, lease_ms))

if control == "look_and_take":
    worker.claim_next = look_and_take
if control == "no_fence":
    queue.hold = lambda tx, held: None
if control == "own_clock":
    queue.now_ms = lambda tx: clock.now_ms()

@registry.job("note")
def note(context):
    writer.do(mark, (context.claim, "done"))

@registry.job("tick")
def tick(context):
    pass

@registry.job("wait")
def wait(context):
    writer.do(mark, (context.claim, "first"))
    print("waits", flush=True)
    sys.stdin.readline()
    writer.do(mark, (context.claim, "second"))

store.open(config.load(dotenv=None))
print("open", flush=True)
sys.stdin.readline()
"""
RACE = OTHER + "print(worker.run_pending(5000))"
FREEZE = OTHER + "print(worker.perform(Context(worker.claim_next(lease_ms=200))))"
TICKS = OTHER + "registry.every(2, 'tick'); worker.run_forever()"


@pytest.fixture
def start(environ):
    """Another process that has the ledger open: start(what it does, **environment); it begins when it is told a line."""
    begun = []

    def start(code, **more):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**environ, **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout.readline() == "open\n"
        return process

    yield start
    for process in begun:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def tell(process):
    """It goes on."""
    process.stdin.write("go\n")
    process.stdin.flush()


def until(condition, seconds=60):
    """What condition() gives, once it gives something. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
    return found


def add(kind, count=1):
    return writer.do_many(lambda tx, items: [queue.add(tx, kind, {"n": n}) for n in items], list(range(count)))


def marks():
    """What was written by whom: job, fence, word."""
    with reading.reading() as tx:
        names = [row[0] for row in tx.execute("select name from setting where name like 'ran %'").fetchall()]
    return [tuple(name.split()[1:4]) for name in names]


def jobs(kind):
    with reading.reading() as tx:
        return tx.execute("select * from job where kind = ? order by id", (kind,)).fetchall()


@pytest.mark.parametrize("control", ["", "look_and_take"])
def test_two_workers_race_for_a_thousand_jobs_and_each_is_run_once(start, control):
    count = 120 if control else 1000
    ids = add("note", count)
    racers = [start(RACE, CONTROL=control) for _ in range(2)]

    for racer in racers:
        tell(racer)
    done = [int(racer.communicate(timeout=280)[0]) for racer in racers]

    ran = sorted(int(job_id) for job_id, _, _ in marks())
    if control:
        assert len(ran) > len(set(ran)) or sum(done) > count  # what this test would see
        return
    assert ran == sorted(ids)
    assert sum(done) == count and min(done) > 0
    assert {(row["state"], row["fence"], row["attempts"]) for row in jobs("note")} == {("done", 1, 1)}


@pytest.mark.parametrize("control", ["", "no_fence"])
def test_a_worker_that_was_frozen_past_its_lease_writes_nothing_more(start, control):
    [job_id] = add("wait")
    frozen = start(FREEZE, CONTROL=control)
    tell(frozen)
    assert frozen.stdout.readline() == "waits\n"
    os.kill(frozen.pid, signal.SIGSTOP)
    registry.job("wait")(lambda context: None)

    heir = until(worker.claim_next)
    assert worker.perform(Context(heir)) == "done"
    os.kill(frozen.pid, signal.SIGCONT)
    tell(frozen)
    said = frozen.communicate(timeout=60)[0].strip()

    second = [mark for mark in marks() if mark[2] == "second"]
    assert said == "lost"
    assert (heir.id, heir.fence) == (job_id, 2)
    assert second == ([(str(job_id), "1", "second")] if control else [])  # the control has written under a lost lease
    assert jobs("wait")[0]["state"] == "done"


def test_each_write_of_a_job_is_undone_when_somebody_else_has_the_work(ledger):
    add("lose")
    written = []

    def steal(context):
        assert not writer.do(lambda tx, items: [tx.execute("update job set fence = fence + 1") and None], None)
        writer.do_many(lambda tx, items: [written.append(2) for _ in items], [1, 2])

    registry.job("lose")(steal)
    claim = worker.claim_next()

    assert worker.perform(Context(claim)) == "lost"
    assert written == []
    writer.do(lambda tx, items: [written.append(3)], None)
    assert written == [3]  # what is no job's is not asked


@pytest.mark.parametrize("control", ["", pytest.param("own_clock", marks=pytest.mark.postgres)])
def test_what_comes_again_is_queued_once_a_time_by_two_workers(start, database, control):
    skew = (
        HOUR_NS if database["TAKINGS_DATABASE"].startswith("postgres") else 0
    )  # a file has one machine, and its clock
    workers = [start(TICKS, CONTROL=control), start(TICKS, CONTROL=control, SKEW_NS=str(skew))]

    for one in workers:
        tell(one)
    made = until(lambda: len(found := jobs("tick")) >= 4 and [row["created_ms"] for row in found])

    between = [later - earlier for earlier, later in itertools.pairwise(made)]
    if control:
        assert min(between) < 2000  # each finds that the other's time is not now
    else:
        assert min(between) >= 2000


# ---- Clocks that are wrong ----


@pytest.fixture
def skewed(monkeypatch):
    """skewed(hours): this machine's clock goes wrong by so much."""
    plain = time.time_ns

    def skew(hours):
        monkeypatch.setattr(time, "time_ns", lambda: plain() + hours * HOUR_NS)

    return skew


def claim(job_id, **more):
    return writer.do(lambda tx, items: [queue.claim(tx, job_id, **more)], None)


@pytest.mark.postgres
@pytest.mark.parametrize("hours", [1, -1])
def test_a_wrong_clock_takes_no_work_early_and_keeps_none_late(ledger, skewed, hours):
    registry.job("note")(lambda context: None)
    held, short = add("note", 2)
    claim(held, lease_ms=60_000)

    skewed(hours)
    taken = claim(short, lease_ms=1)
    early = claim(held)
    skewed(0)
    late = until(lambda: claim(short))

    assert (taken.fence, early, late.fence) == (1, None, 2)


@pytest.mark.postgres
def test_a_wrong_clock_begins_nothing_before_its_time(ledger, skewed):
    registry.job("note")(lambda context: None)
    with reading.reading() as tx:
        soon_ms = queue.now_ms(tx) + 1_800_000
    writer.do(lambda tx, items: [queue.add(tx, "note", run_after_ms=soon_ms)], None)

    skewed(1)

    assert worker.claim_next() is None


@pytest.mark.postgres
def test_the_sign_of_life_of_a_machine_with_a_wrong_clock_is_one(ledger, settings, skewed):
    skewed(-1)
    writer.do(worker._beat, "worker")
    skewed(0)

    checks = json.loads(create_app(settings).test_client().get("/readyz").data)["checks"]

    assert checks["worker"] == "ok"


def test_a_clock_that_a_file_has_moved_is_everybodys(ledger, tmp_path):
    file = tmp_path / "clock"
    file.write_text("2030-01-01T00:00:00Z")
    clock.set_clock_file(file)
    try:
        with reading.reading() as tx:
            assert queue.now_ms(tx) == clock.parse_time("2030-01-01T00:00:00Z")
    finally:
        clock.set_clock_file(None)
