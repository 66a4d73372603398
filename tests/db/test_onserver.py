"""A group on PostgreSQL: two ways there and back, the one at fault alone is refused, and who met another runs again."""

import threading
from contextlib import closing

import pytest

from tests import making
from webapp.db import onserver, store, writer
from webapp.db.group import Request
from webapp.db.together import Together
from webapp.errors import Problem
from webapp.live import outbox
from webapp.orders import actions as orders

pytestmark = pytest.mark.postgres


def order(number, sku="TEA"):
    """A request for one order under a key of its own."""
    key = writer.Key("ana", f"k{number}", "POST /orders", b"%d" % number)
    return Request(orders.place_orders, (making.draft(sku),), key, single=True)


@pytest.fixture
def session(shop):
    """A session that writes."""
    with closing(writer.new_session()) as opened:
        yield opened


@pytest.fixture
def ways(monkeypatch):
    """What went to the server in each way there and back."""
    sent, send = [], Together.send

    def noted(self, asked):
        sent.append([text for text, _ in asked])
        return send(self, asked)

    monkeypatch.setattr(Together, "send", noted)
    return sent


def commit(session, *requests):
    """One group, all of which was there when its turn was asked for."""
    session.commit(lambda: requests, lambda: requests)
    return [request.outcome()[0] for request in requests]


def test_a_group_of_orders_is_two_ways_there_and_back(session, ways):
    making.make_product(stock=100)
    commit(session, order(1), order(2))
    ways.clear()

    results = commit(session, *map(order, range(3, 7)))

    assert [result["id"] for result in results] == [3, 4, 5, 6]
    asking, writing = ways
    assert asking[0] == "begin" and "pg_advisory_xact_lock" in asking[1]
    assert writing[0].startswith("with part_0 as (insert into orders") and writing[-1] == "commit"
    assert len(writing) == 3
    assert making.value("select quantity from stock_level") == 94
    assert making.differences() == []


def test_what_was_foreseen_for_others_than_came_is_asked_again(session):
    making.make_product(stock=100)
    making.make_product("MUG", stock=5)
    came, foreseen = [order(1), order(2, "MUG")], [order(1)]
    commit(session, order(0), order(9, "MUG"))

    session.commit(lambda: came, lambda: foreseen)

    assert [request.outcome()[0]["id"] for request in came] == [3, 4]
    assert sorted(making.query("select product_id, quantity from stock_level")) == [(1, 98), (2, 3)]


def test_what_was_read_ahead_is_not_believed_after_something_was_written(session):
    making.make_product(stock=10)
    commit(session, order(0))

    def make_dearer(tx, items):
        tx.execute("update product set price_minor = 500")
        return [{}]

    commit(session, order(1), Request(make_dearer, (None,)), order(2))

    assert making.query("select total_minor from orders order by id") == [(240,), (240,), (500,)]


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_group_that_met_another_transaction_is_run_again(session, state):
    runs = []

    def meets(tx, items):
        runs.append(outbox.append(tx, "test", "counted", 1))
        if len(runs) <= onserver.REPEATS:
            tx.connection.run(f"do $$ begin raise exception 'met' using errcode = '{state}'; end $$")
        return [{"seq": runs[-1]}]

    (result,) = commit(session, Request(meets, (None,)))

    assert result == {"seq": 1}
    assert runs == [1] * (onserver.REPEATS + 1)
    assert making.query("select seq, last_seq from outbox") == [(1, 1)]


def test_it_is_run_again_some_times_and_no_more(session):
    runs = []

    def always_meets(tx, items):
        runs.append(tx)
        tx.connection.run("do $$ begin raise exception 'met' using errcode = '40001'; end $$")

    request = Request(always_meets, (None,))
    session.commit(lambda: [request])

    with pytest.raises(Problem) as refused:
        request.outcome()
    assert refused.value.status == 503
    assert len(runs) == onserver.REPEATS + 1
    assert commit(session, Request(lambda tx, items: [{"seq": outbox.append(tx, "test", "counted", 1)}], (None,))) == [
        {"seq": 1}
    ]


def test_a_real_deadlock_with_a_stranger_ends_with_both_having_written(session):
    with closing(store.engine().connect(write=True)) as stranger:
        stranger.execute("begin")
        stranger.execute("update setting set value = 'His' where name = 'locale'")
        runs = []

        def crosses(tx, items):
            runs.append(tx)
            tx.connection.run("set local deadlock_timeout = '20ms'")  # who looks first is who gives way
            tx.execute("update setting set value = 'Mine' where name = 'name'")
            if len(runs) == 1:
                other.start()
                wait_until_blocked(stranger.pid)
            tx.execute("update setting set value = 'Mine' where name = 'locale'")
            return [{}]

        def go_on():
            stranger.execute("update setting set value = 'His' where name = 'name'")
            stranger.execute("commit")

        other = threading.Thread(target=go_on)
        commit(session, Request(crosses, (None,)))
        other.join(20)

    assert len(runs) > 1
    assert making.query("select name, value from setting where name in ('name', 'locale') order by name") == [
        ("locale", "Mine"), ("name", "Mine")
    ]  # fmt: skip


def wait_until_blocked(pid):
    """Until that session waits for a lock."""
    with closing(store.engine().connect()) as connection:
        while not connection.run("select count(*) from pg_locks where pid = $1::int and not granted", [pid]).fetchone()[
            0
        ]:
            pass


def test_what_is_prepared_is_known_also_after_an_undone_transaction(session):
    connection = session.connection()
    for number in range(4):  # until psycopg has prepared something of its own, which it lets go with all else
        connection.execute("select value from counter where name = :name", {"name": f"n{number}"})
    making.make_product(stock=10)
    commit(session, order(1))
    connection.execute("begin")
    connection.execute("rollback")

    assert commit(session, order(2))[0]["id"] == 2
    assert connection.run("select count(*) from pg_prepared_statements").fetchone()[0] < 20


def test_one_at_fault_does_not_take_the_others_of_its_group_along(session):
    making.make_product(stock=10)

    def twice(tx, items):
        tx.execute("insert into channel (id, code, name, kind) values (1, 'online', 'Again', 'online')")

    good, bad, late = order(1), Request(twice, (None,)), order(2)
    session.commit(lambda: [good, bad, late], lambda: [good, bad, late])

    assert (good.outcome()[0]["id"], late.outcome()[0]["id"]) == (1, 2)
    with pytest.raises(Exception, match="duplicate key"):
        bad.outcome()
    assert making.differences() == []


def test_a_single_statement_in_a_savepoint_is_undone_with_it(session):
    making.make_product()

    def undone(tx, items):
        try:
            with tx.savepoint():
                tx.execute("update channel set name = :name", {"name": "Nobody's"})
                raise KeyError
        except KeyError:
            return [None]

    commit(session, Request(undone, (None,)))

    assert making.value("select count(*) from channel where name = 'Nobody''s'") == 0
