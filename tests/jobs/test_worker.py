"""The worker: does what is due, survives crashes, stops when asked."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.servers.llm import KEY, LlmServer
from webapp.db import reading, writer
from webapp.errors import Invalid
from webapp.jobs import queue, registry, worker
from webapp.jobs.progress import Context, Stopping
from webapp.remote.client import Service


def add(kind, argument=None):
    def verb(tx, items):
        return [queue.add(tx, kind, argument)]

    return writer.do(verb, None)


def found(job_id):
    with reading.reading() as tx:
        return queue.find(tx, job_id)


def test_what_is_due_is_done_in_order(ledger):
    done = []
    registry.job("note")(lambda context: done.append(context.argument["n"]))
    for n in (1, 2, 3):
        add("note", {"n": n})
    add("of nobody")

    count = worker.run_pending()

    assert (count, done) == (3, [1, 2, 3])


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (Invalid("The file is damaged."), "failed", "The file is damaged."),
        (RuntimeError("x"), "failed", "An error of the program: RuntimeError."),
        (queue.Cancelled("It was cancelled."), "cancelled", None),
    ],
)
def test_how_work_ended_is_kept(ledger, error, state, words):
    def fail(context):
        raise error

    registry.job("fail")(fail)
    job_id = add("fail")

    worker.run_pending()

    assert (found(job_id)["state"], found(job_id)["error"]) == (state, words)


def test_a_stopping_worker_gives_its_work_back(ledger):
    registry.job("long")(lambda context: context.breathe())
    job_id = add("long")
    claim = worker.claim_next()

    assert worker.perform(Context(claim, stopping=lambda: True)) == "queued"
    assert (found(job_id)["state"], found(job_id)["attempts"]) == ("queued", 0)


def test_a_worker_runs_jobs_on_threads_and_ends_when_told(ledger):
    first_runs, go_on = threading.Event(), threading.Event()

    def slow(context):
        first_runs.set()
        assert go_on.wait(20)

    registry.job("slow")(slow)
    registry.job("quick")(lambda context: go_on.set())
    slow_id = add("slow")
    boss = worker.Worker()
    thread = threading.Thread(target=boss.run)
    thread.start()
    assert first_runs.wait(20)
    quick_id = add("quick")
    assert go_on.wait(20)

    boss.stop()
    thread.join(30)

    assert not thread.is_alive()
    assert {found(slow_id)["state"], found(quick_id)["state"]} == {"done"}
    with reading.reading() as tx:
        assert queue.last_beat_ms(tx) is not None


def test_a_stop_does_not_wait_for_an_outside_service_and_its_work_is_given_back(ledger, monkeypatch):
    monkeypatch.setattr(worker, "GRACE_S", 3600.0)
    boss = worker.Worker()
    thread = threading.Thread(target=boss.run)
    with LlmServer("openai", "hang") as model:
        service = Service("The model", deadline_s=3600, most_bytes=100, tries=1)
        headers = {"authorization": f"Bearer {KEY}"}
        registry.job("ask")(lambda _: service.ask("POST", f"{model.url}/chat/completions", headers=headers, json={}))
        job_id = add("ask")
        thread.start()
        assert model.was_asked.wait(20)

        boss.stop()
        thread.join(30)

        assert not thread.is_alive()
        assert (found(job_id)["state"], found(job_id)["attempts"]) == ("queued", 0)


def test_a_thread_that_is_stopped_in_the_middle_goes_on_at_its_position(ledger):
    seen = []

    def count(context):
        for step in range(context.position.get("step", 0), 10):
            seen.append(step)
            if step == 4 and "stopped" not in seen:
                seen.append("stopped")
                raise Stopping
            context.write(keep, (context, {"step": step + 1}))

    def keep(tx, items):
        for context, position in items:
            context.keep(tx, position)
        return [None] * len(items)

    registry.job("count")(count)
    job_id = add("count")

    assert worker.run_pending() == 2
    assert seen == [0, 1, 2, 3, 4, "stopped", 4, 5, 6, 7, 8, 9]
    assert found(job_id)["state"] == "done"


KILLED = """
import sys
from webapp import config
from webapp.db import store, writer
from webapp.jobs import registry, worker

def count(context):
    for step in range(context.position.get("step", 0), 1000):
        context.write(keep, (context, step + 1))
        print(step, flush=True)
        if step == 2:
            sys.stdin.read()

def keep(tx, items):
    for context, step in items:
        context.keep(tx, {"step": step})
        tx.execute("insert into setting (name, value) values (?, 'x')", (f"step-{step}",))
    return [None] * len(items)

store.open(config.load(dotenv=None))
registry.job("count")(count)
worker.run_forever()
"""


def test_a_killed_worker_loses_nothing_and_does_nothing_twice(ledger, environ):
    job_id = add("count")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=environ
    )
    lines = [process.stdout.readline().strip() for _ in range(3)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    steps = []

    def count(context):
        steps.append(context.position["step"])

    registry.job("count")(count)
    assert worker.run_pending() == 0  # its lease still holds
    assert worker.perform(Context(worker.take(job_id, by_force=True))) == "done"

    assert lines == ["0", "1", "2"]
    assert steps == [3]


def test_sigterm_ends_the_worker_gracefully(ledger, environ):
    job_id = add("count")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED.replace("if step == 2", "if False")],
        env=environ,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.terminate()

    process.communicate(timeout=30)

    assert process.returncode == 0
    assert found(job_id)["state"] in ("queued", "done")
    assert found(job_id)["leased_until_ms"] == 0
