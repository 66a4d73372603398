"""Fault 59: the clock jumps by hours, and back over midnight. History goes on by its numbers, and nothing is told twice."""

import random

import pytest

from tests import making
from tests.faults.test_22_to_24_missed_events import Program
from tests.live import toy
from tests.live.conftest import hub, turned
from tests.live.toy import run, sell
from webapp import clock
from webapp.db import reading, writer
from webapp.jobs import queue, registry, worker
from webapp.live import outbox, tail

__all__ = ["hub", "turned"]
NOON = clock.parse_time("2026-11-21T12:00:00Z")
HOUR = 3_600_000


def live_through(hub, at, seed, jumps=25):
    """A program that listens while the clock jumps up to two hours either way, and over midnight; then the ledger."""
    dice, now_ms, program = random.Random(seed), NOON, Program(hub)
    program.connect()
    program.listen()
    for number in range(jumps):
        now_ms += dice.choice((-2, -1, 1, 2)) * HOUR if number % 6 else dice.choice((-13, 13)) * HOUR
        at(clock.format_time(now_ms))
        sell(*range(1, dice.randint(2, 5)))
        if dice.random() < 0.3:
            program.cut_off(read_first=dice.random() < 0.5)
            program.connect()
        run(hub, 2)
    run(hub, 12)
    program.listen()
    assert program.known == toy.ledger()
    assert program.resets == []


@pytest.mark.parametrize("seed", range(5))
def test_events_come_in_order_of_commits_whatever_the_clock_says(hub, at, seed, figures):
    live_through(hub, at, seed)
    figures(59, jumps=25, doubled=0, out_of_order=0)


@pytest.mark.parametrize("seed", range(5))
def test_what_happened_at_several_times_and_is_read_at_once_is_told_in_order(hub, at, seed):
    live_through_in_one(hub, at, seed)


def test_the_control_a_build_that_orders_by_the_clock_is_caught(hub, at, monkeypatch):
    read = outbox.read_after
    by_time = lambda tx, seq, limit: sorted(read(tx, seq, limit), key=lambda event: (event.at_ms, event.seq))  # noqa: E731
    monkeypatch.setattr(tail.outbox, "read_after", by_time)

    with pytest.raises((AssertionError, tail.Gap)):
        for seed in range(20):
            live_through_in_one(hub, at, seed)


def live_through_in_one(hub, at, seed):
    """As above, but what happened at several times is read at once."""
    dice, now_ms, program = random.Random(seed), NOON, Program(hub)
    program.connect()
    program.listen()
    for _ in range(6):
        now_ms += dice.choice((-2, 2)) * HOUR
        at(clock.format_time(now_ms))
        sell(1, 2)
    run(hub, 12)
    program.listen()
    assert [known[0] for known in program.known] == [row[0] for row in toy.ledger()][-len(program.known) :]


def test_figures_equal_the_ledger_whatever_the_clock_says(shop, at):
    making.make_product()
    for hour in (12, 14, 10, 23, 1, 13):
        at(f"2026-11-21T{hour:02}:59:59Z")
        making.sell("TEA", hour + 1)
        making.sell("TEA")
    at("2026-11-20T23:30:00Z")
    making.sell("TEA")

    assert making.differences() == []


def test_a_lease_is_real_time_and_outlives_a_jump_of_the_clock(shop, at, monkeypatch):
    at("2026-11-21T12:00:00Z")
    monkeypatch.setitem(registry.handlers, "toy", registry.Handler("toy", lambda context: None))
    job_id = writer.do(lambda tx, items: [queue.add(tx, "toy")], None)
    assert worker.take(job_id) is not None

    at("2026-11-21T14:00:00Z")

    with reading.reading() as tx:
        assert queue.claimable(tx, ["toy"], clock.now_ms()) is None
    assert worker.take(job_id) is None


def test_work_that_was_due_when_it_was_queued_is_done_although_the_clock_is_put_back(shop, at, monkeypatch):
    at("2026-11-21T12:00:00Z")
    monkeypatch.setitem(registry.handlers, "toy", registry.Handler("toy", lambda context: None))
    queued, given_back, later = writer.do(
        lambda tx, items: [[queue.add(tx, "toy"), queue.add(tx, "toy"), queue.add(tx, "toy", run_after_ms=NOON + HOUR)]], None
    )  # fmt: skip
    held = worker.take(given_back)
    writer.do(lambda tx, items: [queue.release(tx, held)], None)

    at("2026-11-21T10:00:00Z")

    assert worker.take(queued) is not None
    assert worker.take(given_back) is not None
    assert worker.take(later) is None


def test_what_is_done_each_minute_is_done_although_the_clock_is_put_back(shop, at, monkeypatch):
    every = registry.Entry("toy", every_s=60)
    monkeypatch.setitem(registry.handlers, "toy", registry.Handler("toy", lambda context: None))
    at("2026-11-21T12:00:00Z")
    worker.perform(worker.Context(worker.take(writer.do(lambda tx, items: [queue.add_due(tx, every)], None))))

    at("2026-11-21T10:00:00Z")
    again = writer.do(lambda tx, items: [queue.add_due(tx, every)], None)
    worker.perform(worker.Context(worker.take(again)))
    at("2026-11-21T10:00:30Z")

    assert again is not None
    assert writer.do(lambda tx, items: [queue.add_due(tx, every)], None) is None
