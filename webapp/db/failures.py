"""What a failing disk, file or memory means in words, and whether this process is in such trouble now."""

import errno
import mmap
import os
import resource
import sqlite3
from pathlib import Path

from webapp.db.postgres import Failed
from webapp.errors import Unavailable

RETRY_S = 5
LITTLE_SPACE = 1 << 20
WORDS = {
    "full": "The disk is full: nothing was kept and selling waits. It goes on by itself as soon as there is space again.",
    "read_only": "The disk can only be read: nothing was kept and selling waits. It goes on by itself when that is over.",
    "disk": "The disk refuses what is written: nothing was confirmed and selling waits. It goes on by itself when that is over.",
    "away": "The database does not answer: nothing was confirmed and selling waits. It goes on by itself when that is over.",
    "damaged": "The database file is damaged: nothing was kept. Stop the shop and restore a backup.",
    "memory": "There is not enough memory for this right now; nothing was kept.",
    "busy": "The ledger is busy; nothing was written.",
    "unknown": "The ledger cannot be written right now; nothing was confirmed.",
}
_DISK = ("full", "read_only", "disk", "away")


class _Now:
    """The trouble that the last write met, in this process or in one that was forked from the same; None when all is well.

    It is one byte of memory that they share: the disk fails under all of them, and every screen says so.
    """

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    @property
    def trouble(self) -> str | None:
        """A word of WORDS, or None."""
        return ("", *_DISK)[self._byte[0]] or None

    @trouble.setter
    def trouble(self, reason: str | None) -> None:
        self._byte[0] = ("", *_DISK).index(reason or "")


Now = _Now()


def met(error: BaseException, path: Path) -> Unavailable:
    """What those are told whose group failed; a failing disk is remembered until a write goes well again."""
    if isinstance(error, Unavailable):
        return error
    reason = reason_of(error, path)
    if reason in _DISK:
        Now.trouble = reason
    retry_s = RETRY_S if reason in _DISK or reason == "damaged" else 1
    return Unavailable(f"{WORDS[reason]} Send it again with the same key.", retry_after=retry_s, reason=reason)


def well() -> None:
    """A write went well."""
    Now.trouble = None


def reason_of(error: BaseException, path: Path) -> str:
    """A word of WORDS. A write that fails may mean a full disk, a limit, a read-only disk or a broken one."""
    name = getattr(error, "sqlite_errorname", "") or ""
    number = getattr(error, "errno", None)
    if is_damage(error):
        return "damaged"
    if getattr(error, "is_lost", False):
        return "away"
    if isinstance(error, MemoryError) or name.endswith("NOMEM"):
        return "memory"
    if name == "SQLITE_FULL" or number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "full"
    if name.startswith("SQLITE_READONLY") or number == errno.EROFS:
        return "read_only"
    if name.startswith("SQLITE_IOERR") and isinstance(error, Failed):
        return "disk"
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) or isinstance(error, OSError):
        return _look(path)
    return "busy" if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) else "unknown"


def at_start(error: OSError | sqlite3.Error) -> str | None:
    """Why a command could not even begin, in one line; None where the disk has nothing to do with it."""
    name, number = getattr(error, "sqlite_errorname", "") or "", getattr(error, "errno", None)
    where = getattr(error, "filename", None)
    if name.startswith("SQLITE_READONLY") or number == errno.EROFS:
        why = "The disk can only be read, and a shop has to write from its first moment"
    elif name == "SQLITE_FULL" or number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        why = "The disk is full"
    elif getattr(error, "is_lost", False):
        why = "PostgreSQL does not answer"
    elif number in (errno.EACCES, errno.EPERM):
        why = "This user may not write here"
    else:
        return None
    return f"{why}: {where or error}"


def is_damage(error: BaseException) -> bool:
    """Whether SQLite found the file itself to be wrong."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return isinstance(error, sqlite3.DatabaseError) and name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _look(path: Path) -> str:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    try:
        disk = os.statvfs(path.parent)
        largest = max(file.stat().st_size for file in (path, Path(f"{path}-wal")) if file.exists())
    except (OSError, ValueError):
        return "disk"
    if disk.f_flag & os.ST_RDONLY:
        return "read_only"
    near_limit = limit != resource.RLIM_INFINITY and largest + LITTLE_SPACE > limit
    return "full" if near_limit or disk.f_bavail * disk.f_frsize < LITTLE_SPACE else "disk"
