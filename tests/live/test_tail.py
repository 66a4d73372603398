"""The tail: from memory or from the outbox, in large steps or small, it tells the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live import toy
from webapp.db import reading, writer
from webapp.live import tail
from webapp.live.tail import Gap, Tail
from webapp.live.topics import Topics

ORDERS = frozenset({"orders"})


def make_tail(shape=toy.shape):
    topics = Topics()
    topics.topic("orders", shape, newest=toy.newest)
    made = Tail(reading, topics)
    made.jump()
    return made


def follow(one):
    """Everything up to the present; the numbers of the events that were found on the way."""
    seqs = []
    while news := one.step(shape=True):
        seqs += [shaped.seq for shaped in news.shaped]
    return seqs


def test_a_look_sees_every_commit_and_nothing_else(shop):
    one = make_tail()

    before = one.moved()
    toy.sell(1)

    assert (before, one.moved(), one.moved()) == (False, True, False)


def test_it_steps_through_history_without_a_hole(shop):
    one = make_tail()

    toy.sell(*range(1, 700))

    assert follow(one) == list(range(1, 700))
    assert one.step(shape=True) is None


def test_only_what_somebody_listens_to_is_shaped(shop):
    shaped = []
    one = make_tail(lambda tx, events: shaped.extend(events) or toy.shape(tx, events))

    toy.sell(1)
    news = one.step(shape=False)

    assert (news.shaped, shaped, news.topics) == ([], [], ORDERS)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_comes_after_a_number_does_not_depend_on_where_it_is_kept(shop, data):
    toy.sell(*range(1, data.draw(st.integers(2, 400))))
    one = make_tail()
    if data.draw(st.booleans()):
        writer.do(toy.rename, "x")
    toy.sell(*range(1, data.draw(st.integers(2, 300))))
    follow(one)
    since = max(0, one.position - data.draw(st.integers(0, 800)))

    told, at = [], since
    while at < one.position:
        found, at = one.after(at, one.position, ORDERS)
        told += [shaped.seq for shaped in found]

    assert told == [seq for seq, _, _ in toy.ledger() if seq > since]


def test_a_thousand_who_come_back_at_once_are_told_from_one_reading(shop):
    shapings = []
    toy.sell(*range(1, 1000))
    one = make_tail(lambda tx, events: shapings.append(len(events)) or toy.shape(tx, events))

    for since in (10, 200, 17, 3) * 50:
        one.after(since, one.position, ORDERS)

    assert len(shapings) == 1


def test_what_memory_has_let_go_is_read_again(shop, monkeypatch):
    monkeypatch.setattr(tail, "KEEP_BYTES", 500)
    one = make_tail()
    toy.sell(*range(1, 50))
    follow(one)

    found, _ = one.after(0, one.position, ORDERS)

    assert sum(len(shaped.text) for shaped in one._kept) <= 500
    assert [shaped.seq for shaped in found] == list(range(1, 50))


def test_a_frame_is_bounded(shop):
    one = make_tail()
    toy.sell(*range(1, 1000))
    news = one.step(shape=True)

    cut = tail.frames_of(news.shaped, ORDERS, news.before, news.last)

    assert [last for _, last in cut] == [200, 256]
    assert len(one.after(0, one.position, ORDERS)[0]) == tail.FRAME_EVENTS


def test_what_is_forgotten_is_a_gap_and_never_a_hole(shop):
    one = make_tail()
    for amount in range(1, 10):
        toy.sell(amount)

    def forget(tx, seqs):
        return [tx.execute("delete from outbox where seq <= ?", (seq,)).rowcount for seq in seqs]

    writer.do(forget, 5)

    with pytest.raises(Gap):
        one.step(shape=True)
    with pytest.raises(Gap):
        make_tail().after(4, 9, ORDERS)
    assert [shaped.seq for shaped in make_tail().after(5, 9, ORDERS)[0]] == [6, 7, 8, 9]


def test_an_event_is_shaped_as_of_its_own_number(shop):
    one = make_tail()
    toy.sell(480)
    writer.do(toy.take_back, 1)

    news = one.step(shape=True)

    assert '"status": "placed"' in news.shaped[0].text
    assert '"status": "returned"' in news.shaped[1].text
