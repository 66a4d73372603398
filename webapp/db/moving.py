"""Copies a shop from one database into another, SQLite's or PostgreSQL's: streamed, gone on with where it was interrupted.

Each table is copied by its primary key, some thousand rows a transaction, and how far it has come stands in the target in the
same transaction. Ids, `seq` and the name of the history stay. It counts when both sides have the same rows and sums and the
target verifies; until then nobody can open the target.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, NamedTuple

from webapp import clock
from webapp.clock import Zone
from webapp.db import backup, dialect, migrations, onserver, presence, queries
from webapp.db.engines import Engine, File
from webapp.db.postgres import Connection
from webapp.db.reading import ReadTx

STEP = 10_000

sql = queries.load("moving")
database = queries.load("db")
serving = queries.load("server")
Tell = Callable[[int, int | None, str], None]


class MoveError(RuntimeError):
    """The shop was not moved; says why. The source is as it was."""


class Moved(NamedTuple):
    """What stands in the target now. totals: the sum of all orders in minor units."""

    tables: int
    rows: int
    seq: int
    total_minor: int


def move(source: Engine, target: Engine, tell: Tell, settle: Callable[[Any], None]) -> Moved:
    """The target holds the shop of the source. Raises MoveError; a second call goes on with a move that was interrupted.

    settle: called with the target's connection in the last transaction, for what a kind of database keeps in its own way.
    """
    if source.address == target.address:
        raise MoveError("Both are the same database.")
    if isinstance(source, File) and not source.path.is_file():
        raise MoveError(f"There is no shop at {source.path}.")
    target.path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        for engine in (source, target):
            if not held.enter_context(presence.alone(engine.path)):
                raise MoveError(f"The shop is running on {engine.path.name}: stop it first.")
        held.enter_context(source.alone())
        out = held.enter_context(closing(source.connect(write=True)))
        into = held.enter_context(closing(target.connect(write=True)))
        for connection in (out, into):
            if isinstance(connection, Connection):
                if onserver.is_in_use(connection):
                    raise MoveError("The shop is running: stop it first.")
                connection.run("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        _begin(out, into)
        held.enter_context(_one_snapshot(out, source))
        rows = sum(_copy(out, into, table, tell) for table in order())
        tell(0, None, "Verifying")
        return _finish(out, into, rows, settle)


def order() -> list[str]:
    """The tables, those that are named by others first."""
    return [*dialect.tables(), "schema_migration"]


def columns(table: str) -> list[str]:
    """The columns of a table."""
    return ["version", "name", "applied_ms"] if table == "schema_migration" else list(dialect.columns_of(table))


@contextmanager
def _one_snapshot(connection: Any, engine: Engine) -> Any:
    connection.execute(engine.begin)
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("rollback")


def _begin(out: Any, into: Any) -> None:
    """The target has today's schema and says which move has begun. Raises MoveError when it is another one, or in use."""
    if migrations.version(out) == 0:
        raise MoveError("There is no shop in the source.")
    if migrations.pending(out):
        raise MoveError("The source has an old schema: run `python -m webapp migrate` with it first.")
    mark = f"{database.find_epoch.value(out)}@{database.find_seq.value(out) or 0}"
    if database.count_move_tables.value(into):
        if sql.find_mark.value(into) != mark:
            raise MoveError("Another move into this database was begun, or the shop has sold since: give an empty one.")
        return
    if migrations.version(into) != 0:
        raise MoveError("The target holds a shop already: give an empty database.")
    migrations.migrate(into, clock.now_ms())
    into.execute("begin immediate")
    for statement in migrations.statements(sql.make_progress.sql + ";\n"):
        into.execute(statement)
    sql.clear_guard.run(into)
    sql.clear_migrations.run(into)
    sql.insert_mark.run(into, mark=mark)
    into.execute("commit")


def _copy(out: Any, into: Any, table: str, tell: Tell) -> int:
    """Copy what is missing of one table; how many rows it has now."""
    names, keys = columns(table), dialect.keys_of(table)
    at = [names.index(key) for key in keys]
    done, last = sql.find_progress.one(into, table_name=table) or (0, None)
    after = None if last is None else _values(last)
    while True:
        rows = _read(out, table, names, keys, after)
        if not rows:
            return int(done)
        after = [rows[-1][place] for place in at]
        done += len(rows)
        into.execute("begin immediate")
        _write(into, table, names, rows)
        sql.keep_progress.run(into, table_name=table, rows_done=done, last_key=repr(after))
        into.execute("commit")
        tell(done, None, f"Copying {table}")


def _values(text: str) -> list[Any]:
    import ast

    values: list[Any] = ast.literal_eval(text)
    return values


def _read(out: Any, table: str, names: list[str], keys: list[str], after: list[Any] | None) -> Sequence[Any]:
    query = sql.read_first if after is None else sql.read_after
    places = [f":k{number}" for number in range(len(keys))]
    text = queries.fill(query, table=table, columns=names, keys=keys).replace("<places>", ", ".join(places))
    bound = {f"k{number}": value for number, value in enumerate(after or ())}
    rows: Sequence[Any] = out.execute(text, {**bound, "limit": STEP}).fetchall()
    return rows


def _write(into: Any, table: str, names: list[str], rows: Sequence[Any]) -> None:
    if isinstance(into, Connection):
        text = queries.fill(sql.copy_rows, table=table, columns=names)
        kinds = [dialect.columns_of(table)[name] for name in names] if table != "schema_migration" else None
        with into.copy(text) as copy:
            copy.set_types(kinds or ["bigint", "text", "bigint"])
            for row in rows:
                copy.write_row(row)
    else:
        text = queries.fill(sql.insert_rows, table=table, columns=names).replace(
            "<places>", ", ".join("?" * len(names))
        )
        into.executemany(text, [tuple(row) for row in rows])


def _finish(out: Any, into: Any, rows: int, settle: Callable[[Any], None]) -> Moved:
    for table in order():
        here, there = (_sums(connection, table) for connection in (out, into))
        if here != there:
            raise MoveError(f"{table} is not the same on both sides: {here} and {there}.")
    kept = dict(database.find_settings.all(into))
    into.execute("begin")
    try:
        wrong = backup.verifier()(ReadTx(into, Zone(kept["time_zone"]), kept["currency"]))
        seq, total = database.find_seq.value(into) or 0, sql.find_total.value(into)
    finally:
        into.execute("rollback")
    if wrong:
        raise MoveError("It does not verify: " + "; ".join(wrong[:5]))
    into.execute("begin immediate")
    settle(into)
    into.execute(sql.drop_progress.sql)
    into.execute("commit")
    if isinstance(into, Connection):
        into.execute("analyze")
    return Moved(len(order()), rows, int(seq), int(total))


def _sums(connection: Any, table: str) -> tuple[float, ...]:
    """How many rows a table has, and a sum of each column: money as it is, other numbers modulo a prime, texts by length."""
    found: list[float] = [connection.execute(queries.fill(serving.count_rows, table=table)).fetchone()[0]]
    for name in columns(table):
        kind = (
            "bigint"
            if table == "schema_migration" and name != "name"
            else dialect.tables().get(table, {}).get(name, "text")
        )
        if name.endswith("_minor"):
            query = sql.sum_money
        else:
            query = {"bigint": sql.sum_numbers, "double precision": sql.sum_reals}.get(kind, sql.sum_lengths)
        value = connection.execute(queries.fill(query, table=table, column=name)).fetchone()[0]
        found.append(int(value) if query is not sql.sum_reals else float(f"{value:.9g}"))
    return tuple(found)
