"""Who has the database open: every process of a shop shares a lock, and a restore takes it alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Here:
    path: Path | None = None
    descriptor = -1


def arrive(database: Path) -> bool:
    """This process and its children have the database open from now on; False while a restore replaces it."""
    if _Here.path == database:
        return True
    leave()
    descriptor = _open(database)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _Here.path, _Here.descriptor = database, descriptor
    return True


def leave() -> None:
    """This process has no database open any more."""
    if _Here.descriptor >= 0:
        os.close(_Here.descriptor)
    _Here.path, _Here.descriptor = None, -1


@contextmanager
def alone(database: Path) -> Iterator[bool]:
    """Whether nobody has the database open; where so, nobody can open it meanwhile."""
    descriptor = _open(database)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def unfinished(database: Path) -> Path:
    """The marker that stands while a restore exchanges files."""
    return Path(f"{database}.unfinished")


def _open(database: Path) -> int:
    return os.open(f"{database}.open", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
