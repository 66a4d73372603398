"""Connections to PostgreSQL that are used as sqlite3's are: the same calls, the same rows, the same classes of errors.

psycopg is imported when the first connection is made, which is after gevent's patch: its waits then let others run.
Errors are raised as sqlite3's DB-API classes, so that one `except` serves both databases.
"""

import functools
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from webapp.db import bound, dialect, rows, waiting
from webapp.db.putoff import PutOff

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
REFUSED = ("0A", "21", "22", "23", "42", "44")  # classes of what is wrong with a statement, not with the server


class Failed(sqlite3.OperationalError):
    """The server, or the way to it, failed. sqlstate: PostgreSQL's code, None when there was no answer.

    put_off: a statement was refused while others were put off, so that nothing can be undone but the whole.
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


class Connection:
    """One session with the server. It belongs to one user at a time.

    prepares: its statements are prepared here, and not by psycopg, which throws away what others have prepared, too.
    puts_off: what gives no rows waits for the next statement that does, and goes to the server together with it.
    hints: what its user remembers from one transaction to the next, to foresee what it will ask.
    """

    def __init__(self, raw: Any, prepares: bool = False) -> None:
        from webapp.db.together import Together

        self._raw = raw
        self._together = Together(raw, rows.row_class)
        self._prepares = prepares
        self.puts_off = False
        self.hints: dict[Any, Any] = {}
        self._put_off = PutOff()
        self._foreseen: dict[tuple[Any, ...], Any] = {}
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
        values = bound.bind(statement, parameters)
        if statement.plain:
            if sql == "rollback":
                self._forget()
            elif self.puts_off:
                self._put_off.plain(statement.text)
                return None
        elif self._foreseen:
            if (found := self._foreseen.get(_key((statement.text, values)))) is not None:
                return found
            if not statement.reads:
                self._foreseen.clear()
        try:
            return self._send(statement.text, values, statement.plain, reads=statement.reads)
        except _psycopg().DataError as error:
            if values is None or not _is_about_nul(error):
                _fail(error, put_off=self.puts_off)
        return self._send(statement.text, [bound.without_nul(value) for value in values], statement.plain)

    def foresee(self, asked: Sequence[tuple[str, Any]]) -> None:
        """Ask all of this in one way there and back; who asks one of it before anything is written has the answer at once.

        Where nothing is put off each is asked when its turn comes, so that the one at fault shows.
        """
        texts = [one for one in map(_translated, asked) if _key(one) not in self._foreseen]
        if texts and self.puts_off:
            self._note(texts, self._all_of([*self._put_off.take(), *texts]))

    def begin(self, texts: Sequence[str], asked: Sequence[tuple[str, Any]]) -> list[list[Any]]:
        """Run statements of PostgreSQL's own, and behind them what is foreseen, in one way there and back; the rows of each."""
        self._forget()
        foreseen = [_translated(one) for one in asked]
        answers = self._all_of([*((text, None) for text in texts), *foreseen])
        self._note(foreseen, answers)
        return [answer.rows for answer in answers[: len(texts)]]

    def _note(self, texts: Sequence[Any], answers: Sequence[Any]) -> None:
        for one, answer in zip(reversed(texts), reversed(answers), strict=False):
            self._foreseen[_key(one)] = answer

    def _forget(self) -> None:
        self._put_off.clear()
        self._foreseen.clear()

    def run(self, text: str, parameters: Sequence[Any] | None = None) -> Any:
        """Run a statement of PostgreSQL's own, as it stands; several at once when there are no parameters."""
        self._foreseen.clear()
        try:
            return self._send(text, parameters, not parameters)
        except _psycopg().DataError as error:
            _fail(error, put_off=self.puts_off)

    def later(self, text: str) -> None:
        """Run a statement of PostgreSQL's own together with the next one."""
        self._put_off.plain(text)

    def _send(self, text: str, values: Sequence[Any] | None, plain: bool, reads: bool = False) -> Any:
        """One way there and back, with what was put off: but for savepoints where it only reads. Raises a DataError as it is."""
        if earlier := self._put_off.take(all_of_it=not (self.puts_off and reads)):
            return self._all_of([*earlier, (text, values)])[-1]
        try:
            if self._prepares and values:
                return self._together.send([(text, values)])[0]
            return self._raw.execute(text, values, prepare=False if plain else None)
        except _psycopg().Error as error:
            if isinstance(error, _psycopg().DataError):
                raise
            _fail(error, put_off=self.puts_off)

    def _all_of(self, asked: Sequence[Any]) -> Any:
        try:
            try:
                return self._together.send(asked)
            except _psycopg().DataError as error:
                if not _is_about_nul(error):
                    raise
            return self._together.send(
                [(text, [bound.without_nul(one) for one in values or ()]) for text, values in asked]
            )
        except _psycopg().Error as error:
            _fail(error, put_off=len(asked) > 1)

    def each(self, sql: str, parameters: Any = ()) -> Iterator[rows.Row]:
        """The rows of a query one after the other, fetched by some thousands: the answer need not fit into memory."""
        statement = dialect.translate(sql)
        if earlier := self._put_off.take():
            self._all_of(earlier)
        try:
            with self._raw.cursor("each_row") as cursor:
                cursor.itersize = STEP_ROWS
                cursor.execute(statement.text, bound.bind(statement, parameters))
                yield from cursor
        except _psycopg().Error as error:
            _fail(error)

    def insert_rows(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """How many rows were changed by a statement with `values :rows(...)`: each column goes as one array.

        Where statements are put off, how many were given.
        """
        many = dialect.translate_rows(sql)
        arrays = [bound.array(column, kind) for column, kind in zip(zip(*rows, strict=True), many.types, strict=True)]
        self._foreseen.clear()
        if self.puts_off:
            self._put_off.rows(sql, arrays)
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

    def fileno(self) -> int:
        """The descriptor of its socket."""
        return int(self._raw.fileno())

    def close(self) -> None:
        """End the session; what was open is undone."""
        self._raw.close()


def connect(address: str, *, write: bool = False, name: str = "takings", within_s: int = CONNECT_S) -> Connection:
    """A connection in autocommit mode. Raises Failed when the server does not answer, sqlite3.DatabaseError when too old."""
    psycopg = _psycopg()
    try:
        raw = _connection_class().connect(
            address, autocommit=True, cursor_factory=psycopg.RawCursor, row_factory=rows.of_cursor,
            prepare_threshold=None if write else PREPARED_AFTER, application_name=name, connect_timeout=within_s, keepalives_idle=4,
            keepalives_interval=2, keepalives_count=3, tcp_user_timeout=10_000,
        )  # fmt: skip
        raw.prepared_max = KNOWN_STATEMENTS
        raw.server_cursor_factory = psycopg.RawServerCursor
        _teach(raw.adapters)
        if raw.info.server_version < OLDEST:
            raise sqlite3.DatabaseError("PostgreSQL 13 or newer is needed.")
        raw.execute(_session_settings(write))
    except psycopg.Error as error:
        _fail(error)
    return Connection(raw, prepares=write)


# A machine that is cut off says nothing: what its session holds is given back by the server some seconds later, or all
# others would wait for its lock. (Over a Unix socket these mean nothing.)
_GONE = (
    "set tcp_keepalives_idle = 2; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 3; "
    "set tcp_user_timeout = '5s'; "
)


def _session_settings(write: bool) -> str:
    limits = f"set statement_timeout = '{WRITE_S if write else READ_S}s'; set lock_timeout = '{LOCK_S}s'; "
    idle_s, kind = (WRITE_IDLE_S, "synchronous_commit") if write else (READ_IDLE_S, "default_transaction_read_only")
    limits += f"set idle_in_transaction_session_timeout = '{idle_s}s'; "
    return (
        f"{limits}{_GONE}set timezone = 'UTC'; set jit = off; set plan_cache_mode = force_generic_plan; set {kind} = on"
    )


def _translated(asked: tuple[str, Any]) -> tuple[str, Sequence[Any] | None]:
    statement = dialect.translate(asked[0])
    return statement.text, bound.bind(statement, asked[1])


def _key(asked: tuple[str, Sequence[Any] | None]) -> tuple[Any, ...]:
    return (asked[0], *(asked[1] or ()))


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
    adapters.register_dumper(bound.Literal, StrDumperUnknown)
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


def _is_about_nul(error: Exception) -> bool:
    # Said by psycopg before anything is sent, so that the transaction stands.
    return isinstance(error, _psycopg().DataError) and "NUL" in str(error)


def _fail(error: Exception, put_off: bool = False) -> NoReturn:
    """Raise what sqlite3 would raise."""
    psycopg = _psycopg()
    if not isinstance(error, psycopg.Error):
        raise error
    words, state = str(error).strip(), error.sqlstate
    if state in _DAMAGE:
        raise Damaged(words) from error
    if put_off:
        raise Failed(words, state, put_off=state is not None and state[:2] in REFUSED) from error
    if isinstance(error, psycopg.IntegrityError):
        raise sqlite3.IntegrityError(words) from error
    if isinstance(error, (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError)):
        raise sqlite3.DatabaseError(words) from error
    raise Failed(words, state) from error
