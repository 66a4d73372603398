"""Connections to PostgreSQL that are used as sqlite3's are: the same calls, the same rows, the same classes of errors.

psycopg is imported when the first connection is made, which is after gevent's patch: its waits then let others run.
Errors are raised as sqlite3's DB-API classes, so that one `except` serves both databases.
"""

import functools
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from webapp.db import dialect, waiting

OLDEST = 130000
KNOWN_STATEMENTS = 400
PREPARED_AFTER = 2
STEP_ROWS = 2000
READ_S, WRITE_S, LOCK_S, CONNECT_S = 60, 900, 20, 5
READ_IDLE_S, WRITE_IDLE_S = 900, 60  # a process that stands still must not hold the others up
_DAMAGE = {"XX001": "SQLITE_CORRUPT", "XX002": "SQLITE_CORRUPT"}
_NAMES = {
    **_DAMAGE, "53100": "SQLITE_FULL", "58030": "SQLITE_IOERR", "25006": "SQLITE_READONLY", "53200": "SQLITE_NOMEM",
    "57014": "SQLITE_INTERRUPT", "55P03": "SQLITE_BUSY",
}  # fmt: skip
AGAIN = frozenset({"40001", "40P01"})


class Failed(sqlite3.OperationalError):
    """The server, or the way to it, failed. sqlstate: PostgreSQL's code, None when there was no answer.

    put_off: it was among statements that went out together, and which of them it was is not known.
    """

    def __init__(self, words: str, sqlstate: str | None, put_off: bool = False) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate
        self.put_off = put_off
        name = _NAMES.get(sqlstate or "")
        if name is not None:
            self.sqlite_errorname = name

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone: the server ended, was ended, or cannot be reached."""
        return (
            self.sqlstate is None or self.sqlstate[:2] == "08" or self.sqlstate in ("57P01", "57P02", "57P03", "25P03")
        )

    @property
    def may_be_repeated(self) -> bool:
        """Whether two transactions met, so that the same one may go well the next time."""
        return self.sqlstate in AGAIN


class Damaged(sqlite3.DatabaseError):
    """The server found its own files to be wrong."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.sqlite_errorname = "SQLITE_CORRUPT"


class Row(tuple):  # type: ignore[type-arg]
    """One row, by place and by name, as sqlite3.Row."""

    __slots__ = ()
    places: dict[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if key.__class__ is str else key)

    def keys(self) -> list[str]:
        """The names of its columns."""
        return list(self.places)


@functools.lru_cache(maxsize=1024)
def _row_class(names: tuple[str, ...]) -> type[Row]:
    return type("Row", (Row,), {"__slots__": (), "places": {name: place for place, name in enumerate(names)}})


def _make_rows(cursor: Any) -> Any:
    described = cursor.description
    return tuple if described is None else _row_class(tuple(column.name for column in described))


class Connection:
    """One session with the server. It belongs to one user at a time.

    puts_off: what gives no rows waits for the next statement that does, and goes to the server together with it.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.puts_off = False
        self._waiting: list[tuple[str, Sequence[Any] | None, bool | None]] = []
        self._busy = _psycopg().pq.TransactionStatus.IDLE

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; one that failed counts until it is rolled back."""
        return not self._raw.closed and self._raw.info.transaction_status != self._busy

    @property
    def pid(self) -> int:
        """The number of the server's process."""
        return int(self._raw.info.backend_pid)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run one statement, written for SQLite; the cursor has fetchall, fetchone and rowcount, and can be gone through."""
        statement = dialect.translate(sql)
        prepare = False if statement.plain else None
        bound = _bound(statement, parameters)
        if sql == "rollback":
            self._waiting.clear()
        elif self.puts_off and statement.plain:
            self._waiting.append((statement.text, bound, prepare))
            return None
        try:
            return self._send(statement.text, bound, prepare)
        except _psycopg().DataError as error:
            if bound is None or not _is_about_nul(error):
                _fail(error)
        return self._send(statement.text, [_without_nul(value) for value in bound], prepare)

    def run(self, text: str, parameters: Sequence[Any] | None = None) -> Any:
        """Run a statement of PostgreSQL's own, as it stands; several at once when there are no parameters."""
        try:
            return self._send(text, parameters, None if parameters else False)
        except _psycopg().DataError as error:
            _fail(error)

    def run_several(self, text: str) -> list[list[Any]]:
        """Run statements that stand one after the other, as they stand; the rows of each."""
        cursor = self.run(text)
        found = []
        try:
            while True:
                found.append(cursor.fetchall() if cursor.description else [])
                if not cursor.nextset():
                    return found
        except _psycopg().Error as error:
            _fail(error)

    def later(self, text: str) -> None:
        """Run a statement of PostgreSQL's own together with the next one."""
        self._waiting.append((text, None, False))

    def _send(self, text: str, parameters: Sequence[Any] | None, prepare: bool | None) -> Any:
        """One way there and back for this statement and all that waits. A DataError of this one alone is raised as it is."""
        earlier, self._waiting = self._waiting, []
        try:
            if not earlier:
                return self._raw.execute(text, parameters, prepare=prepare)
            with self._raw.pipeline():
                for one in earlier:
                    self._raw.execute(one[0], one[1], prepare=one[2])
                cursor = self._raw.execute(text, parameters, prepare=prepare)
            return cursor
        except Exception as error:
            if isinstance(error, _psycopg().DataError) and (not earlier or _is_about_nul(error)):
                raise
            _fail(error, put_off=bool(earlier))

    def each(self, sql: str, parameters: Any = ()) -> Iterator[Row]:
        """The rows of a query one after the other, fetched by some thousands: the answer need not fit into memory."""
        statement = dialect.translate(sql)
        if self._waiting:
            self.run("select 1")
        try:
            with self._raw.cursor("each_row") as cursor:
                cursor.itersize = STEP_ROWS
                cursor.execute(statement.text, _bound(statement, parameters))
                yield from cursor
        except _psycopg().Error as error:
            _fail(error)

    def insert_rows(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """How many rows were changed by a statement with `values :rows(...)`: each column goes as one array.

        Where statements are put off, how many were given.
        """
        many = dialect.translate_rows(sql)
        arrays = [_array(column, kind) for column, kind in zip(zip(*rows, strict=True), many.types, strict=True)]
        if self.puts_off:
            self._waiting.append((many.text, arrays, None))
            return len(rows)
        changed: int = self.run(many.text, arrays).rowcount
        return changed

    def notices(self, timeout_s: float) -> Iterator[Any]:
        """What was notified, as it comes, until `timeout_s` have passed."""
        try:
            yield from self._raw.notifies(timeout=timeout_s)
        except _psycopg().Error as error:
            _fail(error)

    def copy(self, text: str) -> Any:
        """A COPY, as psycopg has it."""
        return self._raw.cursor().copy(text)

    def close(self) -> None:
        """End the session; what was open is undone."""
        self._raw.close()


def connect(address: str, *, write: bool = False, name: str = "takings") -> Connection:
    """A connection in autocommit mode. Raises Failed when the server does not answer, sqlite3.DatabaseError when too old."""
    psycopg = _psycopg()
    try:
        raw = _connection_class().connect(
            address, autocommit=True, cursor_factory=psycopg.RawCursor, row_factory=_make_rows,
            prepare_threshold=PREPARED_AFTER, application_name=name, connect_timeout=CONNECT_S, keepalives_idle=10,
            keepalives_interval=5, keepalives_count=3, tcp_user_timeout=20_000,
        )  # fmt: skip
        raw.prepared_max = KNOWN_STATEMENTS
        raw.server_cursor_factory = psycopg.RawServerCursor
        _teach(raw.adapters)
        if raw.info.server_version < OLDEST:
            raise sqlite3.DatabaseError("PostgreSQL 13 or newer is needed.")
        raw.execute(_session_settings(write))
    except psycopg.Error as error:
        _fail(error)
    return Connection(raw)


def _session_settings(write: bool) -> str:
    limits = f"set statement_timeout = '{WRITE_S if write else READ_S}s'; set lock_timeout = '{LOCK_S}s'; "
    idle_s, kind = (WRITE_IDLE_S, "synchronous_commit") if write else (READ_IDLE_S, "default_transaction_read_only")
    limits += f"set idle_in_transaction_session_timeout = '{idle_s}s'; "
    return f"{limits}set timezone = 'UTC'; set jit = off; set {kind} = on"


@functools.cache
def _connection_class() -> Any:
    return waiting.connection_class(_psycopg().Connection)


@functools.cache
def _psycopg() -> Any:
    import psycopg

    return psycopg


def _teach(adapters: Any) -> None:
    """Whole numbers are bigint, a bool is 1 or 0 or true or false as the place wants it, a sum of whole numbers is whole."""
    from psycopg.adapt import Loader
    from psycopg.types.numeric import Int8Dumper
    from psycopg.types.string import StrDumper, StrDumperUnknown

    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(str, StrDumper)
    adapters.register_dumper(_Literal, StrDumperUnknown)
    adapters.register_dumper(bool, _bool_dumper())

    class Number(Loader):
        def load(self, data: Any) -> int | float:
            text = bytes(data)
            return float(text) if b"." in text or b"N" in text else int(text)

    adapters.register_loader("numeric", Number)


@functools.cache
def _bool_dumper() -> Any:
    from psycopg.adapt import Dumper

    class Bit(Dumper):
        oid = 0

        def dump(self, obj: Any) -> bytes:
            return b"1" if obj else b"0"

    return Bit


def _bound(statement: dialect.Statement, parameters: Any) -> Sequence[Any] | None:
    if not statement.names:
        return None if isinstance(parameters, dict) else tuple(parameters) or None
    if not statement.lists:
        return [parameters[name] for name in statement.names]
    return [
        _Literal(_array_of_json(parameters[name])) if name in statement.lists else parameters[name]
        for name in statement.names
    ]


class _Literal(str):
    """Text whose type the statement knows."""

    __slots__ = ()


def _array_of_json(text: str) -> str:
    return _array(json.loads(text), "")


def _array(column: Sequence[Any], kind: str) -> "_Literal":
    if kind in ("bigint", "double precision"):
        return _Literal("{" + ",".join(["NULL" if one is None else repr(one + 0) for one in column]) + "}")
    return _Literal("{" + ",".join(map(_element, column)) + "}")


def _is_about_nul(error: Exception) -> bool:
    # Said by psycopg before anything is sent, so that the transaction stands.
    return isinstance(error, _psycopg().DataError) and "NUL" in str(error)


def _without_nul(value: Any) -> Any:
    """PostgreSQL's texts cannot hold U+0000: the sign for what cannot be shown stands for it."""
    return value.__class__(value.replace("\0", "\ufffd")) if isinstance(value, str) else value


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        value = _without_nul(value)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bytes):
        return '"\\\\x' + value.hex() + '"'
    return str(int(value)) if isinstance(value, bool) else str(value)


def _fail(error: Exception, put_off: bool = False) -> NoReturn:
    """Raise what sqlite3 would raise."""
    psycopg = _psycopg()
    if not isinstance(error, psycopg.Error):
        raise error
    words, state = str(error).strip(), error.sqlstate
    if state in _DAMAGE:
        raise Damaged(words) from error
    if put_off:
        raise Failed(words, state, put_off=isinstance(error, psycopg.DatabaseError) and state is not None) from error
    if isinstance(error, psycopg.IntegrityError):
        raise sqlite3.IntegrityError(words) from error
    if isinstance(error, (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError)):
        raise sqlite3.DatabaseError(words) from error
    raise Failed(words, state) from error
