"""The outbox: numbers follow commits and have no holes, rows are few, savepoints undo them, and old rows go."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.db import reading, writer
from webapp.errors import Conflict
from webapp.live import outbox
from webapp.live.outbox import Event


def rows():
    with reading.reading() as tx:
        found = tx.execute("select seq, last_seq, topic, event, first_id from outbox order by seq").fetchall()
    return [tuple(row) for row in found]


def happen(tx, changes):
    """Each change is (topic, event, first id, count); a count of 0 is refused after it has written."""
    results = []
    for topic, event, first_id, count in changes:
        try:
            with tx.savepoint():
                first = outbox.append(tx, topic, event, first_id, max(count, 1))
                if count == 0:
                    raise Conflict("refused")
            results.append({"seq": first})
        except Conflict as refusal:
            results.append(refusal)
    return results


def test_changes_that_follow_each_other_are_one_row(shop):
    writer.do_many(happen, [("orders", "placed", 1, 1), ("orders", "placed", 2, 3), ("orders", "placed", 5, 1)])

    assert rows() == [(1, 5, "orders", "placed", 1)]


def test_another_topic_event_or_a_leap_of_ids_is_another_row(shop):
    writer.do_many(
        happen,
        [("orders", "placed", 1, 1), ("stock", "moved", 2, 1), ("orders", "placed", 2, 1), ("orders", "returned", 3, 1),
         ("orders", "returned", 9, 1)],
    )  # fmt: skip

    assert [row[:2] for row in rows()] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_two_transactions_are_two_rows(shop):
    writer.do(happen, ("orders", "placed", 1, 1))
    writer.do(happen, ("orders", "placed", 2, 1))

    assert len(rows()) == 2


def test_an_undone_savepoint_takes_its_events_and_numbers_back(shop):
    tried = [("orders", "placed", 1, 1), ("orders", "placed", 2, 0), ("orders", "placed", 2, 1)]
    results = writer.do_many(happen, tried)

    assert [result["seq"] for result in results if isinstance(result, dict)] == [1, 2]
    assert rows() == [(1, 2, "orders", "placed", 1)]


changes = st.lists(
    st.tuples(
        st.sampled_from(["orders", "stock"]), st.sampled_from(["placed", "moved"]),
        st.integers(1, 50), st.integers(0, 5),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, min_size=1, max_size=4), st.data())
def test_read_back_it_says_each_change_once_in_order_however_it_is_read(shop, transactions, data):
    with reading.reading() as tx:
        before = outbox.position(tx)
    expected = []
    for transaction in transactions:
        results = writer.do_many(happen, transaction)
        for (topic, event, first_id, count), result in zip(transaction, results, strict=True):
            if isinstance(result, dict):
                expected += [(result["seq"] + i, topic, event, first_id + i) for i in range(count)]

    read, at = [], before
    with reading.reading() as tx:
        while events := outbox.read_after(tx, at, data.draw(st.integers(1, 7))):
            for one in events:
                read += [(seq, one.topic, one.event, i) for seq, i in enumerate(one.ids(), one.seq)]
            at = events[-1].last_seq

    assert read == expected
    assert [seq for seq, *_ in read] == list(range(before + 1, before + 1 + len(read)))


def test_a_part_of_a_run_keeps_its_ids():
    whole = Event(10, 19, "orders", "placed", 100, 0)

    assert whole.cut(12, 15) == Event(13, 15, "orders", "placed", 103, 0)
    assert list(whole.cut(12, 15).ids()) == [103, 104, 105]


# ---- What is kept ----

DAY = 86_400_000


def fill(count, at):
    for number in range(count):
        at(f"2026-11-21T{number % 24:02d}:00:00Z")
        writer.do(happen, ("orders", "placed", number + 1, 1000))


def prune(tx, items):
    return [outbox.prune(tx, now_ms, limit) for now_ms, limit in items]


def test_at_least_the_last_ten_thousand_changes_are_kept(shop, at):
    fill(15, at)
    later = at("2026-11-30T00:00:00Z")

    dropped = writer.do(prune, (later, 100))

    with reading.reading() as tx:
        assert outbox.history(tx)._replace(epoch="") == outbox.History("", 15_000, 5_000)
    assert dropped == 5


def test_at_least_a_day_is_kept(shop, at):
    fill(15, at)

    assert writer.do(prune, (at("2026-11-21T15:00:00Z"), 100)) == 0
    assert writer.do(prune, (at("2026-11-22T02:30:00Z"), 100)) == 3


def test_what_goes_is_always_the_old_end_even_when_the_clock_was_wrong(shop, at):
    at("2027-01-01T00:00:00Z")
    writer.do(happen, ("orders", "placed", 1, 1))
    fill(15, at)

    writer.do(prune, (at("2026-12-24T00:00:00Z"), 100))

    with reading.reading() as tx:
        assert outbox.history(tx).forgotten == 0
        assert sum(1 for _ in outbox.read_after(tx, 0, 20_000)) == 16


def test_pruning_goes_in_small_steps(shop, at):
    fill(15, at)
    later = at("2026-11-30T00:00:00Z")

    assert [writer.do(prune, (later, 2)) for _ in range(4)] == [2, 2, 1, 0]


def test_an_empty_history_is_at_its_beginning(shop):
    with reading.reading() as tx:
        assert outbox.history(tx) == outbox.History(shop.epoch, 0, 0)
        assert outbox.read_after(tx, 0, 10) == []


@pytest.mark.parametrize("since", [0, 3, 5, 6])
def test_reading_on_begins_behind_what_is_known(shop, since):
    writer.do(happen, ("orders", "placed", 1, 6))

    with reading.reading() as tx:
        events = outbox.read_after(tx, since, 100)

    assert [seq for one in events for seq in range(one.seq, one.last_seq + 1)] == list(range(since + 1, 7))
