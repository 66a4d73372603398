"""The two kinds of database behind one face: how to connect, to lock, to begin, and to see that something was committed."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from webapp.config import Settings
from webapp.db import postgres, sqlite
from webapp.db.lock import FileLock

CHANNEL = "takings"
POLL_S = 1.0
AGAIN_S = 0.5


class Engine(Protocol):
    """A database of one kind. address: as TAKINGS_DATABASE says it. path: beside which its files lie."""

    address: str
    path: Path
    begin: str

    def connect(self, *, write: bool = False) -> Any:
        """A connection in autocommit mode."""

    def alone(self) -> Any:
        """A context in which no other process opens, migrates or exchanges this database."""

    def version(self) -> int:
        """A number that is another one after each commit of any process; exact."""

    def heard(self) -> int:
        """The same for who looks many times a second: it may turn some milliseconds late."""

    def spoke(self, connection: Any) -> None:
        """This process has committed on this connection."""

    def follow(self, told: Callable[[], None]) -> None:
        """Call `told` whenever another process's commit was notified, where commits are; from any thread."""

    def closing(self) -> Any:
        """A context in which connections may be closed."""

    def close(self, connections: list[Any]) -> None:
        """Close connections that read, and what this engine itself has open."""

    def forget(self) -> None:
        """After a fork: leave what is open to the parent."""


def of(address: str, folder: Path | None = None) -> Engine:
    """The engine for a value of TAKINGS_DATABASE. folder: where the files of a shop on a server lie; var where left out."""
    if is_server(address):
        return Server(address, (folder or Path("var")).absolute())
    return File(Path(address).absolute())


def of_settings(settings: Settings) -> Engine:
    """The engine of the database that the settings name."""
    folder = settings.folder
    return of(settings.database, Path(folder) if folder else None)


def is_server(address: str) -> bool:
    """Whether the database is PostgreSQL's."""
    return address.startswith(("postgresql://", "postgres://"))


class File:
    """SQLite: one file, with its log and its locks beside it."""

    begin = "begin"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = str(path)
        self._watcher: Any = None

    def connect(self, *, write: bool = False) -> sqlite3.Connection:
        """A connection in autocommit mode. Raises sqlite3.OperationalError when the file cannot be opened."""
        return sqlite.connect(self.path, write=write)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the body runs, this process holds the writers' lock."""
        with closing(FileLock(self.path)) as lock, lock:
            yield

    def version(self) -> int:
        """A number that turns with each commit of any process; costs microseconds."""
        if self._watcher is None:
            self._watcher = self.connect()
        return sqlite.data_version(self._watcher)

    heard = version
    closing = alone  # the last one to close writes a checkpoint

    def spoke(self, connection: Any) -> None:
        """A look costs nothing, so nothing is told."""

    def follow(self, told: Callable[[], None]) -> None:
        """Nobody notifies."""

    def close(self, connections: list[Any]) -> None:
        """Close these and the one that looks."""
        connections = [*connections, *([self._watcher] if self._watcher is not None else [])]
        self._watcher = None
        if connections:
            with self.alone():
                for connection in connections:
                    connection.close()

    def forget(self) -> None:
        """The parent's connection is not closed here."""
        self._watcher = None


class Server:
    """PostgreSQL: one schema of one database; files of the shop lie in a folder under the database's name."""

    begin = "begin isolation level repeatable read read only"

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.path = folder / (_name(address) or "takings")
        self._watcher: Any = None
        self._ear: _Ear | None = None
        self._told: list[Callable[[], None]] = []
        self._seen: tuple[str, int] = ("", 0)

    def connect(self, *, write: bool = False) -> postgres.Connection:
        """A connection in autocommit mode. Raises postgres.Failed when the server does not answer."""
        return postgres.connect(self.address, write=write, name=f"takings {'writer' if write else 'reader'}")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the body runs, no other process is in such a body; writing goes on."""
        with closing(self.connect(write=True)) as connection:
            connection.run(OPENING)
            yield

    def version(self) -> int:
        """A number that turns with each commit of any session. Raises postgres.Failed when the server does not answer.

        The server's snapshot is another one when any transaction that wrote has ended, and never comes back to what it was
        while the server lives.
        """
        try:
            snapshot = self._look()
        except sqlite3.Error as error:
            self._watcher = None
            if not getattr(error, "is_lost", False):
                raise
            snapshot = self._look()  # a server that was started again: over a new connection
        if snapshot != self._seen[0]:
            self._seen = (snapshot, self._seen[1] + 1)
        return self._seen[1]

    def _look(self) -> str:
        if self._watcher is None:
            self._watcher = self.connect()
            # A server that was killed gives numbers that were not on disk anew, so that an old snapshot may come again.
            self._seen = ("", self._seen[1])
        return look(self._watcher)

    def heard(self) -> int:
        """How often a commit was notified, or seen by the slow look behind that."""
        if self._ear is None:
            self.version()
            self._ear = _Ear(self.address, self._seen[0], self._told)
        return self._ear.count

    def spoke(self, connection: postgres.Connection) -> None:
        """Let this process's own look turn at once."""
        if self._ear is not None:
            self._ear.own.add(connection.pid)
            self._ear.count += 1

    def follow(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a commit of another session was heard or found; from the thread that listens."""
        self._told.append(told)

    def closing(self) -> Any:
        """Anybody may close a session at any time."""
        return nullcontext()

    def close(self, connections: list[Any]) -> None:
        """Close these, the one that looks and the one that listens."""
        for connection in [*connections, *([self._watcher] if self._watcher is not None else [])]:
            connection.close()
        self._watcher = None
        if self._ear is not None:
            self._ear.stop()
            self._ear = None

    def forget(self) -> None:
        """The parent's connections are not closed here."""
        self._watcher = self._ear = None


class _Ear:
    """Listens in a thread of its own (a greenlet where gevent runs); whatever fails, it listens again."""

    def __init__(self, address: str, seen: str, told: list[Callable[[], None]]) -> None:
        self.count = 0
        self._told = told
        self.own: set[int] = set()  # sessions whose commits are counted without being heard
        self._address = address
        self._seen = seen
        self._ended = False
        threading.Thread(target=self._listen, name="takings-ear", daemon=True).start()

    def stop(self) -> None:
        """It ends when it next wakes."""
        self._ended = True

    def _listen(self) -> None:
        while not self._ended:
            try:
                with closing(postgres.connect(self._address, name="takings ear")) as connection:
                    connection.run(f"listen {CHANNEL}")
                    self._follow(connection)
            except Exception:  # the server is away: what was missed is seen by the first look afterwards
                self._seen = ""
                self.own.clear()  # the new server's sessions may bear the same numbers
                time.sleep(AGAIN_S)

    def _follow(self, connection: postgres.Connection) -> None:
        while not self._ended:
            if (seen := look(connection)) != self._seen:
                self._seen = seen
                self._turn()
            for notice in connection.notices(POLL_S):
                if notice.pid not in self.own:
                    self._turn()

    def _turn(self) -> None:
        self.count += 1
        for told in self._told:
            told()


def look(connection: postgres.Connection) -> str:
    """The server's snapshot in words: another one when any transaction that wrote has ended."""
    return str(connection.run("select pg_current_snapshot()::text").fetchone()[0])


OPENING = "select pg_advisory_lock(hashtext('takings opening ' || current_schema()))"


def _name(address: str) -> str:
    """The name of the database, and of the schema where the address names one."""
    parts = urlsplit(address)
    name = unquote(parts.path.lstrip("/"))
    options = dict(parse_qsl(parts.query)).get("options", "")
    schema = options.partition("search_path=")[2].partition(",")[0].strip()
    return "-".join(part for part in (name, schema) if part)
