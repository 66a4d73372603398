"""One text of SQL for two databases: what is translated, and what is left as it stands."""

import pytest

from webapp.db import dialect, migrations


@pytest.mark.parametrize(
    "sql, text, names",
    [
        ("select :a, :b, :a", "select $1, $2, $1", ("a", "b")),
        ("select ':a' || :b", "select ':a' || $1", ("b",)),
        ("select 'it''s :a', x::bigint", "select 'it''s :a', x::bigint", ()),
        ("where :a is null or x = :a", "where $1::text is null or x = $2", ("a", "a")),
        ("and (:flag or x = 1)", "and (($1 <> 0) or x = 1)", ("flag",)),
        ("case when :flag then 1 end", "case when ($1 <> 0) then 1 end", ("flag",)),
        ("x between :a and :b or y", "x between $1 and $2 or y", ("a", "b")),
        ("x in (select value from json_each(:ids))", "x = any($1)", ("ids",)),
        ("x not in (select value from json_each(:ids))", "x <> all($1)", ("ids",)),
        ("name like :p escape '\\'", "name ilike $1 escape '\\'", ("p",)),
        ("from orders o indexed by orders_total where o.id = ?", "from orders o where o.id = $1", ()),
        ("from a cross join b x on x.id = a.id", "from a join b x on x.id = a.id", ()),
        ("where rowid in (select rowid from t)", "where ctid in (select ctid from t)", ()),
    ],
)
def test_a_statement_says_the_same_on_postgresql(sql, text, names):
    found = dialect.translate(sql)

    assert (found.text, found.names) == (text, names)


def test_many_rows_go_as_one_array_a_column_of_the_tables_types():
    found = dialect.translate_rows(
        "insert into counter (name, value) values :rows(name, value) on conflict (name) do update set value = excluded.value"
    )

    assert found.types == ("text", "bigint")
    assert found.text.startswith(
        "insert into counter (name, value) select * from unnest($1::text[], $2::bigint[]) on conflict"
    )


def test_a_table_has_wider_numbers_and_texts_that_are_compared_by_their_bytes():
    made = dialect.migration(
        "create table t (\n  id integer primary key, text text not null, b blob, r real check (r > 0), name text\n) strict, without rowid"
    )

    assert made == (
        'create table t (\n  id bigint primary key, text text collate "C" not null, b bytea, r double precision check (r > 0),'
        ' name text collate "C"\n)'
    )


def test_every_table_of_every_migration_is_known_with_its_columns_and_its_key():
    said = [
        statement.split()
        for _, _, file in migrations.known()
        for statement in migrations.statements(file.read_text("utf-8"))
    ]
    made = [words[2] for words in said if words[:2] == ["create", "table"]]
    dropped = [words[2] for words in said if words[:2] == ["drop", "table"]]

    assert dropped and list(dialect.tables()) == [table for table in made if table not in dropped]
    for table, columns in dialect.tables().items():
        assert dialect.keys_of(table) and set(dialect.keys_of(table)) <= set(columns), table
