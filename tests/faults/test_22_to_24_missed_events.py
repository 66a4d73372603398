"""Faults 22, 23 and 24 and trap 6: what a client has in the end is the ledger. Each has a broken build that it catches.

A program is cut off at random points, misses what happens meanwhile, and comes back with `since` and `epoch`.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live import toy
from tests.live.conftest import client, hub, turned
from tests.live.toy import run, sell, told
from webapp.db import reading, writer
from webapp.live import crowd, feeding, outbox, tail

__all__ = ["client", "hub", "turned"]  # fixtures of the live channel's tests


class Program:
    """Keeps what it is told, as a careful client would, and takes up where it was cut off."""

    def __init__(self, hub):
        self.hub = hub
        self.known = []
        self.since = None
        self.epoch = None
        self.resets = []
        self.line = None

    def connect(self):
        self.line = toy.Client(self.hub)
        wanted = {"subscribe": ["orders"]}
        if self.since is not None:
            wanted |= {"since": self.since, "epoch": self.epoch}
        self.line.say(wanted)
        run(self.hub, 1)

    def listen(self):
        for message in self.line.hear():
            self.take(message)

    def take(self, message):
        if message["topic"] == "reset":
            self.resets.append(message["reason"])
            self.known = [(message["seq"], "reset", order["id"]) for order in reversed(message["data"]["orders"])]
        if message["topic"] == "orders":
            assert message["seq"] > (self.since or 0), "an event came twice, or out of order"
            self.known += told([message])
        self.since = max(self.since or 0, message["seq"]) if message["topic"] != "reset" else message["seq"]
        self.epoch = message.get("epoch", self.epoch)

    def cut_off(self, read_first):
        # Either everything that was written is read, or it is lost on the way.
        if read_first:
            self.listen()
        self.line.close()
        self.line = None
        run(self.hub, 1)


def random_history(hub, seed, steps):
    """A program lives through random sales, returns, renamings, cuts and pauses; it ends connected and in step."""
    chance, program = random.Random(seed), Program(hub)
    program.connect()
    program.listen()
    for _ in range(steps):
        kind = chance.choice(["sell", "sell", "batch", "return", "rename", "run", "cut", "back", "refused"])
        if kind == "sell":
            sell(chance.randint(1, 900))
        elif kind == "batch":
            sell(*(chance.randint(1, 9) for _ in range(chance.randint(2, 40))))
        elif kind == "refused":
            sell(0, 5, -1)
        elif kind == "return" and toy.ledger():
            writer.do(toy.take_back, 1)
        elif kind == "rename":
            writer.do(toy.rename, "x")
        elif kind == "cut" and program.line is not None:
            program.cut_off(chance.random() < 0.5)
        elif kind == "back" and program.line is None:
            program.connect()
        else:
            run(hub, 1)
            if program.line is not None and chance.random() < 0.5:
                program.listen()
    if program.line is None:
        program.connect()
    run(hub, 12)
    program.listen()
    return program


def check_the_ledger(hub, seed, steps=60):
    program = random_history(hub, seed, steps)
    assert program.known == toy.ledger()
    assert program.resets == []


@pytest.mark.parametrize("seed", range(12))
def test_fault_22_a_client_cut_off_at_random_points_ends_with_exactly_the_ledgers_orders(hub, seed, figures):
    check_the_ledger(hub, seed)
    figures(22, histories=1, missed=0, twice=0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_fault_22_whatever_happens_meanwhile(hub, seed, steps):
    known = len(toy.ledger())

    program = random_history(hub, seed, steps)

    assert program.known == toy.ledger()[known:]


def test_trap_7_a_client_that_tried_many_times_in_vain_still_gets_everything(hub):
    program = Program(hub)
    program.connect()
    program.listen()
    for amount in range(1, 12):
        sell(amount)
        program.cut_off(read_first=False)
        program.connect()
    run(hub)
    program.listen()

    assert program.known == toy.ledger()


def first_caught(check, seeds=range(40)):
    """Whether one of the seeds fails the check."""
    for seed in seeds:
        try:
            check(seed)
        except AssertionError:
            return True
    return False


def test_the_check_of_fault_22_catches_a_build_that_forgets_what_was_missed(hub, monkeypatch):
    monkeypatch.setattr(feeding, "begin", from_now_on)

    assert first_caught(lambda seed: check_the_ledger(hub, seed))


def test_the_check_of_fault_22_catches_a_build_that_replays_from_one_too_far(hub, monkeypatch):
    replay_from(monkeypatch, 1)

    assert first_caught(lambda seed: check_the_ledger(hub, seed))


def test_the_check_of_fault_22_catches_a_build_that_replays_what_was_heard(hub, monkeypatch):
    replay_from(monkeypatch, -1)

    assert first_caught(lambda seed: check_the_ledger(hub, seed))


def replay_from(monkeypatch, shift):
    honest = tail.Tail.after

    def shifted(self, seq, upto, names):
        return honest(self, min(max(seq + shift, 0), upto), upto, names)

    monkeypatch.setattr(tail.Tail, "after", shifted)


def from_now_on(wanted, history, told_to=None):
    return begin(wanted._replace(since=None), history, told_to)


begin = feeding.begin


# ---- Fault 23: what is no longer kept, or belongs to another history, is a reset and never a silent gap ----


def forget_up_to(seq):
    """Prune the outbox as far as that, as a day later."""

    def prune(tx, items):
        return [tx.execute("delete from outbox where last_seq <= ?", (one,)).rowcount for one in items]

    writer.do(prune, seq)


def come_back_after(hub, what):
    """A program that knows some orders is away while `what` happens; answers with it, back again."""
    program = Program(hub)
    program.connect()
    sell(1, 2, 3)
    run(hub)
    program.cut_off(read_first=True)
    what()
    sell(4)
    program.connect()
    run(hub)
    program.listen()
    return program


def pruned():
    for amount in range(1, 60):
        sell(amount)
    forget_up_to(50)


def restored():
    def rewrite(tx, items):
        return [tx.execute("update epoch set value = ?", (one,)).rowcount for one in items]

    writer.do(rewrite, "another")


def check_for_a_reset(hub, what, reason):
    program = come_back_after(hub, what)
    newest = [order for _, event, order in toy.ledger() if event == "placed"][-50:]
    assert [order for _, _, order in program.known] == newest, "a silent gap"
    assert program.resets == [reason]


def test_fault_23_a_since_that_is_no_longer_kept_is_a_reset(hub):
    check_for_a_reset(hub, pruned, "history")


def test_fault_23_another_epoch_is_a_reset(hub):
    check_for_a_reset(hub, restored, "restored")


def test_fault_23_a_since_of_the_future_is_a_reset(hub, client):
    one = client({"subscribe": ["orders"], "since": 77})

    reset, ready = one.hear()

    assert (reset["reason"], reset["seq"], ready["topic"]) == ("restored", 0, "ready")


def test_a_reset_holds_the_newest_orders_and_the_state(hub, client):
    sell(*range(1, 60))
    one = client({"subscribe": ["orders", "analytics"], "since": 3, "epoch": "of another shop"})
    sell(7)
    run(hub)

    reset, ready, *later = one.hear()

    assert (reset["topic"], reset["reason"], reset["seq"], reset["epoch"]) == ("reset", "restored", 59, hub.tail.epoch)
    assert [order["id"] for order in reset["data"]["orders"]] == list(range(59, 9, -1))
    assert reset["data"]["analytics"]["orders"] == 59
    assert (ready["topic"], ready["seq"]) == ("ready", 59)
    assert told(later) == [(60, "placed", 60)]


def test_without_an_epoch_only_since_is_compared(hub, client):
    sell(1, 2)
    one = client({"subscribe": ["orders"], "since": 1})
    run(hub)

    assert told(one.hear()) == [(2, "placed", 2)]


def test_the_check_of_fault_23_catches_a_build_that_trusts_every_since(hub, monkeypatch):
    monkeypatch.setattr(feeding, "begin", trusting)

    with pytest.raises(AssertionError):
        check_for_a_reset(hub, restored, "restored")


def test_the_check_of_fault_23_catches_a_build_that_reads_past_what_was_pruned(hub, monkeypatch):
    monkeypatch.setattr(feeding, "begin", trusting)
    monkeypatch.setattr(outbox, "history", lambda tx: replaced(tx))
    monkeypatch.setattr(tail.outbox, "history", lambda tx: replaced(tx))

    def replaced(tx):
        return outbox.History(outbox.sql.find_epoch.value(tx), outbox.position(tx), 0)

    with pytest.raises(AssertionError):
        check_for_a_reset(hub, pruned, "history")


def trusting(wanted, history, told_to=None):
    behind = crowd.Behind(wanted.since if wanted.since is not None else history.position)
    behind.ready = history.position
    return behind


def test_a_history_that_changes_under_the_hub_sends_everybody_away(hub, client):
    program = Program(hub)
    program.connect()
    sell(1)
    run(hub)
    program.listen()

    restored()
    sell(2)
    run(hub)
    program.listen()
    gone = program.line.code
    program.connect()
    run(hub)
    program.listen()

    assert (gone, program.resets) == (1012, ["restored"])


def test_a_worker_that_slept_past_what_is_kept_leaves_no_silent_gap(hub):
    program = Program(hub)
    program.connect()
    for amount in range(1, 20):
        sell(amount)
    forget_up_to(10)
    run(hub)
    program.listen()
    assert program.line.code == 1012
    program.connect()
    run(hub)
    program.listen()

    assert [order for _, _, order in program.known] == list(range(1, 20))
    assert program.resets == ["history"]


# ---- Fault 24: what happens between a page's state and its subscription is neither lost nor told twice ----


def read_page(position_last=False):
    """What a page knows: the position, and the orders as of it."""
    with reading.reading() as tx:
        seq = outbox.position(tx)
        state = [tuple(row) for row in tx.execute("select seq, 'placed', id from orders order by seq")]
    if position_last:
        sell(9)
        with reading.reading() as later:
            seq = outbox.position(later)
    return seq, state


def load_then_subscribe(hub, between, read=read_page):
    """A page reads its state, something happens, it subscribes, something happens: what it knows in the end."""
    sell(1, 2)
    program = Program(hub)
    program.since, program.known = read()
    between()
    program.connect()
    sell(4)
    run(hub)
    program.listen()
    return program


def check_the_gap(hub, read=read_page):
    program = load_then_subscribe(hub, lambda: sell(3), read)
    assert program.known == toy.ledger()


def test_fault_24_what_happens_between_load_and_subscription_is_told_once(hub, figures):
    check_the_gap(hub)
    figures(24, gaps=0)


def test_fault_24_also_where_the_hub_has_seen_it_already(hub, client):
    client({"subscribe": ["orders"]})

    program = load_then_subscribe(hub, lambda: (sell(3), run(hub)))

    assert program.known == toy.ledger()


def test_fault_24_an_island_that_changed_before_the_subscription_is_sent(hub, client):
    with reading.reading() as tx:
        seq = outbox.position(tx)
        toy.make_islands().render("/count", tx, 0)
    client({"islands": ["/count"]})
    sell(3)
    page = client({"islands": ["/count"], "since": seq, "epoch": hub.tail.epoch})
    run(hub, 8)

    assert [one["html"] for one in page.hear() if one["topic"] == "island"][-1].endswith(">1 orders</p>")


def test_the_check_of_fault_24_catches_a_build_that_starts_with_the_subscription(hub, monkeypatch):
    monkeypatch.setattr(feeding, "begin", from_now_on)

    with pytest.raises(AssertionError):
        check_the_gap(hub)


def test_the_check_of_fault_24_catches_a_build_that_reads_the_position_after_the_state(hub):
    with pytest.raises(AssertionError):
        check_the_gap(hub, lambda: read_page(position_last=True))


# ---- Trap 6: no event before its commit ----


def check_silence_before_commit(hub, client, place):
    """While the transaction is open nothing is heard; when it is rolled back, nothing ever; after commit, once."""
    one = client({"subscribe": ["orders"]})
    one.hear()
    heard_inside = []

    def watched(tx, items):
        results = place(tx, items)
        run(hub, 2)
        heard_inside.extend(told(one.hear()))
        if 13 in items:
            raise RuntimeError("the disk is full")
        return results

    with pytest.raises(RuntimeError):
        writer.do_many(watched, [5, 13])
    run(hub)
    heard_after_failure = told(one.hear())
    writer.do_many(watched, [5, 6])
    run(hub)

    assert (heard_inside, heard_after_failure) == ([], [])
    assert told(one.hear()) == toy.ledger() == [(1, "placed", 1), (2, "placed", 2)]


def test_trap_6_no_event_is_heard_before_its_commit_and_none_of_what_was_undone(hub, client):
    check_silence_before_commit(hub, client, toy.place)


def test_the_check_of_trap_6_catches_a_build_that_tells_from_within_the_transaction(hub, client):
    def tells_early(tx, amounts):
        results = toy.place(tx, amounts)
        event = tail.Shaped(1, "orders", '{"topic":"orders","seq":1,"event":"placed","data":{"id":1}}')
        news = tail.News(hub.tail.history(), 0, 1, frozenset({"orders"}), [event], False)
        hub._tell(news)
        return results

    with pytest.raises(AssertionError):
        check_silence_before_commit(hub, client, tells_early)


def test_a_refused_item_leaves_no_event_and_no_hole(hub, client):
    one = client({"subscribe": ["orders"]})

    sell(1, 0, 2)
    with pytest.raises(toy.Conflict):
        writer.do(toy.place, 0)
    sell(3)
    run(hub)

    assert [seq for seq, _, _ in told(one.hear())] == [1, 2, 3]
