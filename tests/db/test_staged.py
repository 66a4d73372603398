"""Rows that lie ready beside a database, and are put into it by one statement."""

import sqlite3

import pytest

from webapp.db import sqlite
from webapp.db.queries import Query, columns_of
from webapp.db.tx import Tx

ADD = Query("add_sums", "insert into sums (id, owner, text) values :rows(id, owner, text)")
COUNT = Query(
    "add_counts",
    "insert into counts (day, n) values :rows(day, n) on conflict (day) do update set n = counts.n + excluded.n",
)


@pytest.fixture
def connection(tmp_path):
    made = sqlite.connect(tmp_path / "beside.db", write=True)
    made.execute("create table sums (id integer primary key, owner integer, text text)")
    made.execute("create table counts (day integer primary key, n integer)")
    yield made
    made.close()


def transaction(connection):
    return Tx(connection, 0, None, "GBP", {})


def staged(query, connection, rows):
    return query.stage(connection, columns_of(rows), len(rows))


def read(connection, sql):
    return [tuple(row) for row in connection.execute(sql)]


def test_rows_are_put_in_with_numbers_added_to_their_first_columns(connection):
    held = staged(ADD, connection, [(n, n // 2, f"line {n}") for n in range(300)])

    assert read(connection, "select count(*) from sums") == [(0,)]
    assert held.put(transaction(connection), 1_000, 70)
    assert read(connection, "select * from sums order by id") == [
        (1_000 + n, 70 + n // 2, f"line {n}") for n in range(300)
    ]


def test_rows_that_are_there_are_added_to(connection):
    COUNT.rows(connection, [(1, 5)])

    staged(COUNT, connection, [(1, 2), (2, 3)]).put(transaction(connection))

    assert read(connection, "select * from counts order by day") == [(1, 7), (2, 3)]


def test_only_the_latest_rows_of_a_query_lie_ready(connection):
    staged(COUNT, connection, [(1, 1), (2, 1)])
    staged(COUNT, connection, [(3, 1)]).put(transaction(connection))

    assert read(connection, "select * from counts") == [(3, 1)]


def test_what_was_put_in_is_undone_with_its_transaction_and_can_be_put_in_again(connection):
    held = staged(COUNT, connection, [(1, 1)])
    connection.execute("begin")
    held.put(transaction(connection))
    connection.execute("rollback")

    assert read(connection, "select * from counts") == []
    assert held.put(transaction(connection))
    assert read(connection, "select * from counts") == [(1, 1)]


def test_another_connection_does_not_find_them(connection, tmp_path):
    held = staged(COUNT, connection, [(1, 1)])
    other = sqlite.connect(tmp_path / "beside.db", write=True)
    try:
        assert not held.put(transaction(other))
        assert read(other, "select * from counts") == []
    finally:
        other.close()


def test_nobody_waits_while_rows_are_laid_down(connection, tmp_path):
    other = sqlite.connect(tmp_path / "beside.db", write=True)
    try:
        other.execute("begin immediate")
        staged(COUNT, connection, [(1, 1)])
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection.execute("begin immediate")
    finally:
        other.close()


def test_where_statements_are_few_nothing_is_staged(connection):
    assert staged(COUNT, connection, []) is None
    assert staged(COUNT, object(), [(1, 1)]) is None
