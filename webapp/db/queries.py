"""Named SQL: one block per DAO function in sql/<feature>.sql, loaded once, run through a transaction.

A block begins with `-- name: find_recent`. Three marks are expanded when a block is loaded:
`values :rows(a, b, c)` takes many rows in chunks of fixed sizes (so that prepared statements are found again),
`in :ids` takes a list of any length, and `:use(matching)` stands for the block `-- fragment: matching` of the same
file, so that a condition that several queries share is written once. All other parameters are bound by name. The text is
SQLite's; a connection to PostgreSQL translates it (`dialect.py`), or takes the block `-- name: find_recent.postgres` below; what only
one condition of it differs in is a fragment with a variant, `-- fragment: matching.postgres`.
"""

import functools
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any, Protocol, TypeGuard

FOLDER = Path(__file__).resolve().parents[2] / "sql"
CHUNKS = (256, 128, 64, 32, 16, 8, 4, 2, 1)
FEW = 32  # fewer rows go by one statement: groups of orders are so small, and so many that each size comes again soon
TOGETHER = 1000  # rows of one statement that is told what they share
SHARED, COUNTS, OWN = "?", "? + column1", "own"  # kinds of columns
MANY = 64  # rows of which it pays to look for what they share
VARIANTS: dict[str, str] = {}  # the text of a block, and that of the `.postgres` block below it
_NAME = re.compile(r"^-- (name|fragment): (\w+)(\.postgres)?\s*$", re.MULTILINE)
_USE = re.compile(r":use\((\w+)\)")
_ROWS = re.compile(r"values\s+:rows\(([^)]*)\)")
_LIST = re.compile(r"\bin :(\w+)\b")
# What a query is turned into whose rows are laid ready. `where true` keeps `on conflict` from being read as a join's condition.
_STAGE = "create temporary table if not exists {} ({})"
_CLEAR = "delete from {}"
_LAY = "insert into {} values :rows({})"
_TAKE = "select {} from {} where true"
_SHARE = "select {} from (values {}) where true"


class Executes(Protocol):
    """What a query needs of a transaction: `execute(sql, parameters)` as sqlite3 has it."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...


class Foresight:
    """Stands for a transaction: it notes what is asked of it, and answers that there is nothing."""

    def __init__(self, tx: Any) -> None:
        self.now_ms = tx.now_ms
        self.connection = tx.connection
        self.hints: dict[Any, Any] = tx.connection.hints
        self.committed = tx.committed
        self.asked: list[tuple[str, Any]] = []

    def execute(self, sql: str, parameters: Any = ()) -> "Foresight":
        """Note one statement."""
        self.asked.append((sql, parameters))
        return self

    def fetchall(self) -> list[Any]:
        """No rows."""
        return []

    def fetchone(self) -> None:
        """No row."""


class Query:
    """One named statement; `all`, `one`, `value`, `run` and `rows` run it."""

    def __init__(self, name: str, sql: str) -> None:
        self.name = name
        rows = _ROWS.search(sql)
        self.width = len(rows.group(1).split(",")) if rows else 0
        self.lists = sorted(set(_LIST.findall(sql)))
        self.sql = _LIST.sub(r"in (select value from json_each(:\1))", sql)
        self._chunks: dict[int, str] = {}

    def _of(self, size: int) -> str:
        """The text for so many rows; always the same object, which a connection finds its prepared statement by."""
        text = self._chunks.get(size)
        if text is None:
            row = "(" + ", ".join("?" * self.width) + ")"
            text = self._chunks[size] = _ROWS.sub("values " + ", ".join([row] * size), self.sql)
        return text

    def _bind(self, parameters: dict[str, Any]) -> dict[str, Any]:
        for name in self.lists:
            parameters[name] = json.dumps(list(parameters[name]))
        return parameters

    def all(self, tx: Executes, **parameters: Any) -> list[Any]:
        """Every row."""
        return tx.execute(self.sql, self._bind(parameters)).fetchall()

    def each(self, tx: Executes, **parameters: Any) -> Iterable[Any]:
        """The rows one by one, while the transaction is open."""
        each = getattr(tx, "each", tx.execute)
        return each(self.sql, self._bind(parameters))

    def one(self, tx: Executes, **parameters: Any) -> Any:
        """The first row, or None."""
        return tx.execute(self.sql, self._bind(parameters)).fetchone()

    def value(self, tx: Executes, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = tx.execute(self.sql, self._bind(parameters)).fetchone()
        return None if row is None else row[0]

    def run(self, tx: Executes, **parameters: Any) -> int:
        """How many rows were changed."""
        return tx.execute(self.sql, self._bind(parameters)).rowcount

    def rows(self, tx: Executes, rows: Sequence[Sequence[Any]]) -> int:
        """How many rows were changed by a statement that holds `values :rows(...)`, fed with `rows`."""
        insert_rows = getattr(tx, "insert_rows", None)
        if insert_rows is not None:
            return insert_rows(self.sql, rows) if rows else 0
        total = len(rows)
        if total >= MANY:
            columns = columns_of(rows)
            if any(isinstance(column, list) for column in columns):
                return self.columns(tx, columns, total)
        return self._put(tx, rows)

    def columns(self, tx: Executes, columns: Sequence[Any], total: int) -> int:
        """As `rows`, fed with its columns: each a list of `total` values, a range that counts on by one, or the one value that
        all rows share."""
        alike = not any(isinstance(column, (list, range)) for column in columns)
        if alike or total < MANY or getattr(tx, "insert_rows", None) is not None:
            of_all = [column if isinstance(column, (list, range)) else [column] * total for column in columns]
            return self.rows(tx, list(zip(*of_all, strict=True)))
        kinds = tuple(
            [COUNTS if isinstance(one, range) else OWN if isinstance(one, list) else SHARED for one in columns]
        )
        own = [column for column in columns if isinstance(column, list)]
        width, changed = len(own), 0
        for start, size in _pieces(total, (TOGETHER, *CHUNKS)):
            said = [one[start] if isinstance(one, range) else one for one in columns if not isinstance(one, list)]
            bound = [None] * (size * width)
            for number, column in enumerate(own):
                bound[number::width] = column[start : start + size]
            changed += tx.execute(_by_columns(self.sql, kinds, size), said + bound).rowcount
        return changed

    def _put(self, tx: Executes, rows: Sequence[Sequence[Any]]) -> int:
        total, changed = len(rows), 0
        for start, size in _pieces(total, (total,) if total < FEW else CHUNKS):
            changed += tx.execute(self._of(size), (*chain.from_iterable(rows[start : start + size]),)).rowcount
        return changed

    def stage(self, connection: Executes, columns: Sequence[Any], total: int) -> "Staged | None":
        """Rows, given as `columns` takes them, laid ready before a transaction; None where that is no gain."""
        return Staged(connection, self, columns, total) if total and is_near(connection) else None


def is_near(connection: Any) -> TypeGuard[sqlite3.Connection]:
    """Whether the database is a file of this process: many small steps cost little. To PostgreSQL few statements go a long way."""
    return isinstance(connection, sqlite3.Connection)


class Staged:
    """Rows of one `insert ... values :rows(...)` that lie ready beside the database until its lock is taken, and are put into it
    by one statement then: what is done under the lock is neither bound nor parsed row by row.

    They lie in a temporary table of the connection, which it alone sees (sqlite.org/lang_createtable.html), until the next
    rows of the same query.
    """

    def __init__(self, connection: sqlite3.Connection, query: Query, columns: Sequence[Any], total: int) -> None:
        """Lay the rows down. The connection is in no transaction."""
        self.connection, self._query = connection, query
        make, clear, lay = _laying(query)
        connection.execute(make)
        connection.execute("begin")
        try:
            connection.execute(clear)
            lay.columns(connection, columns, total)
        finally:
            connection.execute("commit")

    def put(self, tx: Any, *added: int) -> bool:
        """Put them in, `added` to the numbers of their first columns. False where it is another connection's transaction."""
        if tx.connection is not self.connection:
            return False
        tx.execute(_taking(self._query, len(added)), added)
        return True


@functools.cache
def _laying(query: Query) -> tuple[str, str, Query]:
    """How rows of a query are laid ready: what makes their table, what empties it, and what fills it."""
    names = ", ".join(_staged_columns(query))
    table = f"temp.staged_{query.name}"
    return _STAGE.format(f"staged_{query.name}", names), _CLEAR.format(table), Query("lay", _LAY.format(table, names))


@functools.cache
def _taking(query: Query, added: int) -> str:
    """The query, fed from there; so many of the first columns are added to."""
    names = _staged_columns(query)
    chosen = [f"? + {name}" for name in names[:added]] + names[added:]
    return _ROWS.sub(_TAKE.format(", ".join(chosen), f"temp.staged_{query.name}"), query.sql)


def _staged_columns(query: Query) -> list[str]:
    return [f"c{number}" for number in range(query.width)]


def columns_of(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The columns of rows as `Query.columns` takes them: each a list, or the one value that it holds in all of them."""
    return [column_of(list(column)) for column in zip(*rows, strict=True)]


def column_of(values: list[Any]) -> Any:
    """Some values as a column: they, or the one value that they all are."""
    return values[0] if values[0] == values[-1] and values.count(values[0]) == len(values) else values


def _pieces(total: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each piece of so many rows begins, and its size: the largest of these that is left."""
    start = 0
    while start < total:
        size = next(size for size in sizes if size <= total - start)
        yield start, size
        start += size


@functools.lru_cache(maxsize=256)
def _by_columns(sql: str, kinds: tuple[str, ...], size: int) -> str:
    """An insert of so many rows. What they share, and where they count on from, is bound once, not row by row."""
    counts = [str(number) for number in range(size)] if COUNTS in kinds else [""] * size
    numbers = count(2 if COUNTS in kinds else 1)
    chosen = ", ".join([kind if kind != OWN else f"column{next(numbers)}" for kind in kinds])
    own = ["?"] * kinds.count(OWN)
    rows = ", ".join(["(" + ", ".join([number, *own] if number else own) + ")" for number in counts])
    return _ROWS.sub(_SHARE.format(chosen, rows), sql)


class Queries:
    """The queries of one file, as attributes."""

    def __init__(self, found: dict[str, Query]) -> None:
        self.__dict__.update(found)

    def __getattr__(self, name: str) -> Query:
        raise AttributeError(f"no query is named {name}")


@functools.cache
def load(feature: str) -> Queries:
    """Load sql/<feature>.sql. Raises FileNotFoundError when there is none, ValueError on a name given twice."""
    parts = _NAME.split((FOLDER / f"{feature}.sql").read_text("utf-8"))
    found: dict[str, Query] = {}
    fragments: dict[str, tuple[str, str]] = {}  # as SQLite has them, and as PostgreSQL has them
    for kind, name, variant, text in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        bare = _without_comments(text).strip().rstrip(";")
        ours = _USE.sub(lambda used: fragments[used[1]][0], bare)
        theirs = _USE.sub(lambda used: fragments[used[1]][1], bare)
        if not variant and (name in found or name in fragments):
            raise ValueError(f"sql/{feature}.sql names {name} twice")
        if kind == "fragment":
            fragments[name] = (fragments[name][0] if variant else ours, theirs)
            continue
        query = found[name] if variant else found.setdefault(name, Query(name, ours))
        if variant or theirs != ours:
            its = Query(name, theirs).sql
            if VARIANTS.setdefault(query.sql, its) != its:
                raise ValueError(f"sql/{feature}.sql: another block has the text of {name}, and another variant")
    return Queries(found)


def fill(query: Query, **names: str | Sequence[str]) -> str:
    """The text of a block whose `<table>` and such are filled in; each name has to be one that may stand in a schema.

    A mark for which no name is given stays. Raises ValueError on anything else than a name.
    """
    texts = {}
    for mark, given in names.items():
        several = [given] if isinstance(given, str) else given
        if not all(re.fullmatch(r"[a-z_][a-z0-9_]*", name) for name in several):
            raise ValueError(f"{given!r} is no name of a schema")
        texts[mark] = ", ".join(several)
    return re.sub(r"<(\w+)>", lambda found: texts.get(found[1], found[0]), query.sql)


def _without_comments(sql: str) -> str:
    return "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
