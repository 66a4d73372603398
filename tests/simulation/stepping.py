"""The steps of writing: between any two of them a process, or the server of the database, can be made to die."""

import functools
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from webapp.db import onserver, sqlite

AT_COMMIT = -1


class Death(NamedTuple):
    """Who dies at which step (0: nobody; AT_COMMIT). away: a server that comes back only when all is answered."""

    at: int = 0
    whose: str = "process"
    away: bool = False

    def __str__(self) -> str:
        who = "" if self.whose == "process" else f"the {self.whose} "
        when = "the first commit" if self.at == AT_COMMIT else f"step {self.at}"
        return f", {who}to die at {when}" if self.at else ""


class Step:
    """Counts the steps of writing; at the step that it was told somebody dies."""

    left = 0
    end: Callable[[], object]

    @classmethod
    def take(cls, commits: bool = False) -> None:
        """One more step begins."""
        if cls.left == AT_COMMIT:
            if commits:
                cls.left = 0
                cls.end()
        elif cls.left:
            cls.left -= 1
            if not cls.left:
                cls.end()


def _step(run: Callable[..., Any], *words: Any) -> Any:
    """A statement of a connection that writes is a step; COMMIT is one more when it has come back."""
    Step.take(words[0] == "commit")
    done = run(*words)
    if words[0] == "commit":
        Step.take()
    return done


class SteppingFile(sqlite3.Connection):
    """A connection to a file that counts when it is open."""

    is_open = False

    def execute(self, *words: Any) -> Any:
        """As the connection does it."""
        return _step(super().execute, *words) if self.is_open else super().execute(*words)


class SteppingServer:
    """A connection to PostgreSQL that counts."""

    def __init__(self, real: Any) -> None:
        self.__dict__["real"] = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        return functools.partial(_step, found) if name in ("execute", "run", "run_all", "insert_rows") else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.real, name, value)


def count() -> None:
    """In this process every connection that writes takes steps from now on."""
    sqlite.connect = functools.partial(_connect, sqlite.connect)
    onserver.ServerSession.connection = _stepping(onserver.ServerSession.connection)  # type: ignore[assignment,method-assign]


def _connect(honest: Callable[..., Any], path: Path, *, write: bool = False) -> Any:
    if not write:
        return honest(path)
    plain = sqlite3.connect
    sqlite3.connect = functools.partial(plain, factory=SteppingFile)  # type: ignore[assignment]
    try:
        made = honest(path, write=True)
    finally:
        sqlite3.connect = plain
    made.is_open = True
    return made


def _stepping(honest: Callable[[Any], Any]) -> Callable[[Any], SteppingServer]:
    known: dict[Any, SteppingServer] = {}

    def connection(session: Any) -> SteppingServer:
        real, held = honest(session), known.get(session)
        if held is None or held.real is not real:
            held = known[session] = SteppingServer(real)
        return held

    return connection


def die() -> None:
    """This process is killed."""
    os.kill(os.getpid(), signal.SIGKILL)
