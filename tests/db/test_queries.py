"""Named SQL: its marks, and what it refuses."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.db import dialect, queries


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a file of queries from a text."""
    monkeypatch.setattr(queries, "FOLDER", tmp_path)

    def make(text):
        (tmp_path / "x.sql").write_text(text)
        queries.load.cache_clear()
        return queries.load("x")

    yield make
    queries.load.cache_clear()


@pytest.fixture
def table():
    """A table of pairs."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table pair (a integer, b text)")
    return connection


def test_many_rows_go_in_by_chunks(load, table):
    sql = load("-- name: add\n-- Add.\ninsert into pair (a, b) values :rows(a, b);\n")

    changed = sql.add.rows(table, [(number, str(number)) for number in range(1000)])

    assert changed == 1000
    assert table.execute("select count(*), sum(a) from pair").fetchone() == (1000, 499500)


def test_the_rows_of_a_small_group_go_in_by_one_statement_that_is_found_again(load, table):
    sql = load("-- name: add\n-- Add.\ninsert into pair (a, b) values :rows(a, b);\n")
    said = []
    table.set_trace_callback(said.append)

    for _ in range(2):
        sql.add.rows(table, [(number, "x") for number in range(23)])

    inserts = [text for text in said if text.startswith("insert")]
    assert len(inserts) == 2 and sql.add._of(23) is sql.add._of(23)


CELLS = st.none() | st.integers(-1, 1) | st.sampled_from(["", "x"])


@given(
    st.data(),
    st.integers(1, 400) | st.sampled_from([999, 1000, 1001, 2300]),
    st.sampled_from(["", " on conflict (a) do update set b = 'again'"]),
)
def test_rows_go_in_as_they_are_whatever_they_share(data, count, clash):
    table = sqlite3.connect(":memory:")
    table.execute("create table trio (a unique, b, c)")
    shared = data.draw(st.lists(CELLS, min_size=3, max_size=3))
    varies = data.draw(st.lists(st.booleans(), min_size=3, max_size=3))
    if clash:
        varies[0] = True  # else each row would meet the first
    rows = [[f"{number}" if vary else one for vary, one in zip(varies, shared, strict=True)] for number in range(count)]
    if not varies[0]:
        table.execute("drop table trio")
        table.execute("create table trio (a, b, c)")
    add = queries.Query("add", f"insert into trio (a, b, c) values :rows(a, b, c){clash}")

    assert add.rows(table, rows) == count
    assert [list(row) for row in table.execute("select a, b, c from trio order by rowid")] == rows
    if clash:
        add.rows(table, rows)
        assert table.execute("select count(*), count(*) filter (where b = 'again') from trio").fetchone() == (
            count,
            count,
        )
    table.close()


@given(
    st.lists(st.sampled_from(["counts", "own", "shared"]), min_size=3, max_size=3),
    st.integers(0, 200) | st.sampled_from([999, 1000, 1001, 2300]),
    st.integers(-(2**40), 2**62),
)
def test_columns_are_the_rows_that_they_stand_for(kinds, count, first):
    table = sqlite3.connect(":memory:")
    table.execute("create table trio (a, b, c)")
    of_kind = {
        "counts": range(first, first + count),
        "own": [None if number % 7 == 3 else f"x{number}" for number in range(count)],
        "shared": "all",
    }
    columns = [of_kind[kind] for kind in kinds]
    rows = [["all" if column == "all" else column[number] for column in columns] for number in range(count)]
    add = queries.Query("add", "insert into trio (a, b, c) values :rows(a, b, c)")

    assert add.columns(table, columns, count) == count
    assert [list(row) for row in table.execute("select a, b, c from trio order by rowid")] == rows
    table.close()


@pytest.mark.parametrize("wanted", [[], [1], [1, 5, 900], list(range(2000))])
def test_a_list_of_any_length_is_one_parameter(load, table, wanted):
    sql = load(
        "-- name: add\n-- Add.\ninsert into pair (a, b) values :rows(a, b);\n"
        "-- name: find\n-- Find.\nselect a from pair where a in :wanted order by a;\n"
    )
    sql.add.rows(table, [(number, "") for number in range(1000)])

    found = [row[0] for row in sql.find.all(table, wanted=wanted)]

    assert found == [number for number in wanted if number < 1000]


def test_a_fragment_stands_in_many_queries(load, table):
    sql = load(
        "-- fragment: small\n-- Small ones.\na < :most\n\n"
        "-- name: find\n-- Find.\nselect a from pair where :use(small);\n"
    )
    table.execute("insert into pair values (1, ''), (9, '')")

    assert [row[0] for row in sql.find.all(table, most=5)] == [1]


def test_a_fragment_that_differs_on_postgresql_differs_in_each_query_that_uses_it(load):
    sql = load(
        "-- fragment: held\n-- H.\n\n-- fragment: held.postgres\n-- H.\nfor update\n\n"
        "-- fragment: whole\n-- W.\nfrom pair where a = :a :use(held)\n\n"
        "-- name: find\n-- F.\nselect a as differing :use(whole);\n-- name: other\n-- O.\nselect b as the_same from pair;\n"
    )

    assert "for update" not in sql.find.sql
    assert dialect.translate(sql.find.sql).text == "select a as differing from pair where a = $1 for update"
    assert sql.other.sql not in queries.VARIANTS


def test_a_name_given_twice_is_refused(load):
    with pytest.raises(ValueError, match="twice"):
        load("-- name: a\n-- A.\nselect 1;\n-- name: a\n-- A.\nselect 2;\n")


def test_a_query_that_is_not_there_says_its_name(load):
    with pytest.raises(AttributeError, match="missing"):
        load("-- name: a\n-- A.\nselect 1;\n").missing  # noqa: B018


def test_two_blocks_with_one_text_cannot_have_two_variants(load):
    with pytest.raises(ValueError, match="another variant"):
        load(
            "-- name: a\n-- A.\nselect 1 as both;\n-- name: a.postgres\n-- A.\nselect 2;\n"
            "-- name: b\n-- B.\nselect 1 as both;\n-- name: b.postgres\n-- B.\nselect 3;\n"
        )
