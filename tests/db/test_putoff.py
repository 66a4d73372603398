"""What is put off until the next statement that gives rows: one statement a group, and savepoints that nobody needs stay here."""

from webapp.db.putoff import PutOff

COUNTERS = "insert into counter (name, value) values :rows(name, value)"
CHANNELS = "insert into channel (id, code, name, kind) values :rows(id, code, name, kind)"


def texts(put_off):
    """The statements that would go to the server now."""
    return [text for text, _ in put_off.take()]


def test_inserts_into_several_tables_are_one_statement_with_all_their_arrays():
    put_off = PutOff()
    put_off.rows(COUNTERS, ["{a}", "{1}"])
    put_off.rows(CHANNELS, ["{4}", "{x}", "{X}", "{online}"])

    ((text, arrays),) = put_off.take()

    assert text == (
        "with part_0 as (insert into counter (name, value) select * from unnest($1::text[], $2::bigint[])), "
        "part_1 as (insert into channel (id, code, name, kind) "
        "select * from unnest($3::bigint[], $4::text[], $5::text[], $6::text[])) select 1"
    )
    assert arrays == ["{a}", "{1}", "{4}", "{x}", "{X}", "{online}"]
    assert put_off.take() == []


def test_a_table_stands_once_in_each_because_a_statement_does_not_see_its_own_rows():
    put_off = PutOff()
    put_off.rows(COUNTERS, ["{a}", "{1}"])
    put_off.rows(CHANNELS, ["{4}", "{x}", "{X}", "{online}"])
    put_off.rows(COUNTERS, ["{a}", "{2}"])

    first, second = put_off.take()

    assert "counter" in first[0] and "channel" in first[0]
    assert second == (
        "insert into counter (name, value) select * from unnest($1::text[], $2::bigint[])",
        ["{a}", "{2}"],
    )


def test_a_savepoint_that_ends_before_anything_is_sent_never_leaves():
    put_off = PutOff()
    put_off.plain("savepoint level_1")
    put_off.rows(COUNTERS, ["{a}", "{1}"])
    put_off.plain("release level_1")
    put_off.rows(CHANNELS, ["{4}", "{x}", "{X}", "{online}"])

    assert len(put_off.take()) == 1


def test_what_was_put_off_in_a_savepoint_is_undone_with_it_and_nothing_else_is():
    put_off = PutOff()
    put_off.rows(COUNTERS, ["{a}", "{1}"])
    put_off.plain("savepoint level_1")
    put_off.rows(CHANNELS, ["{4}", "{x}", "{X}", "{online}"])
    put_off.plain("savepoint level_2")
    put_off.plain("rollback to level_1")
    put_off.plain("release level_1")

    assert texts(put_off) == ["insert into counter (name, value) select * from unnest($1::text[], $2::bigint[])"]


def test_a_savepoint_goes_out_before_what_was_written_in_it():
    put_off = PutOff()
    put_off.plain("savepoint level_1")
    put_off.rows(COUNTERS, ["{a}", "{1}"])
    put_off.plain("savepoint level_2")

    assert texts(put_off)[0] == "savepoint level_1"
    put_off.plain("rollback to level_1")
    assert put_off.take(all_of_it=True) == [("savepoint level_2", None), ("rollback to level_1", None)]


def test_the_control_a_savepoint_in_which_nothing_was_written_waits():
    put_off = PutOff()
    put_off.plain("savepoint level_1")

    assert put_off.take() == []
    assert put_off.take(all_of_it=True) == [("savepoint level_1", None)]
