"""A copy of the ledger that is taken while the shop sells, and counts only when it has been opened and verified.

On PostgreSQL `dumps.py` makes it. Here the copy is SQLite's online backup from one snapshot: what was acknowledged before it
began is in it, nothing is torn, and nobody waits. It is packed by its name (.gz, .xz, or not at all), read back, and only then
given its name.
"""

import gzip
import hashlib
import lzma
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from webapp.clock import Zone
from webapp.db import queries, sqlite, store
from webapp.db.reading import ReadTx

PAGES = 2048
CHUNK = 1 << 20
KEPT_DAYS, KEPT_WEEKS = 7, 4
OLD_MS = 2 * 86_400_000
STAMP = "%Y%m%dT%H%M%SZ"
Tell = Callable[[int, int | None, str], None]
Verify = Callable[[Any], list[str]]
sql = queries.load("db")


class BackupError(RuntimeError):
    """There is no backup, or it cannot be restored; says why. Nothing was replaced."""


class Made(NamedTuple):
    """A backup that counts. seq: the last change in it. bytes: its size as it lies there."""

    file: Path
    seq: int
    bytes: int


class Kept(NamedTuple):
    """A backup in the folder of scheduled ones."""

    file: Path
    at_ms: int
    bytes: int


class _Known:
    verify: Verify | None = None


def verified_by(verify: Verify) -> None:
    """From now on a backup counts only when `verify(tx)` finds nothing wrong with it, in words."""
    _Known.verify = verify


def verifier() -> Verify:
    """How a backup is verified."""
    if _Known.verify is None:
        raise RuntimeError("nobody has said how a backup is verified: import webapp.verify")
    return _Known.verify


def make(source: Path, target: Path, tell: Tell | None = None) -> Made:
    """The file `target` is a verified backup of the database `source`, as it was when this began.

    Raises BackupError, and OSError when the disk is full; whatever was at `target` is then still there.
    """
    tell = tell or _nobody
    if store.on_server():
        from webapp.db import dumps

        return dumps.make(store.engine(), target, tell)
    target.parent.mkdir(parents=True, exist_ok=True)
    plain, packed = (target.with_name(f".{target.name}.{os.getpid()}.{kind}") for kind in ("copy", "part"))
    try:
        private(plain)
        seq = copy(source, plain, tell)
        tell(0, None, "Verifying")
        check(plain)
        private(packed)
        _check_packed(packed, _pack(plain, packed, target.suffix, tell))
        os.replace(packed, target)
        sync_folder(target.parent)
    except sqlite3.Error as error:
        raise BackupError(f"The copy could not be made: {error}.") from error
    finally:
        for leftover in (plain, packed):
            leftover.unlink(missing_ok=True)
    return Made(target, seq, target.stat().st_size)


def copy(source: Path, target: Path, tell: Tell) -> int:
    """`target` holds one snapshot of `source`, on disk, as one plain file; returns its last change."""
    with closing(sqlite.connect(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as to:
        live.execute("begin")  # the snapshot stays the same however many steps it takes
        seq = sql.find_seq.value(live) or 0
        to.execute("pragma synchronous=off")
        live.backup(to, pages=PAGES, progress=lambda _, left, pages: tell(pages - left, pages, "Copying"))
        live.execute("rollback")
        to.execute("pragma journal_mode=delete")
    sync(target)
    return int(seq)


def check(file: Path) -> None:
    """The file is a whole ledger of this schema. Raises BackupError with what is wrong."""
    verify = verifier()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("pragma query_only=on")
        try:
            kept = dict(sql.find_settings.all(connection))
            wrong = verify(ReadTx(connection, Zone(kept["time_zone"]), kept["currency"]))
        except (sqlite3.DatabaseError, KeyError) as error:
            wrong = [str(error)]
    if wrong:
        raise BackupError("It does not verify: " + "; ".join(wrong[:5]))


def _pack(plain: Path, packed: Path, suffix: str, tell: Tell) -> str:
    """Write the packed file and put it on disk; the digest of what went in."""
    digest, done, total = hashlib.sha256(), 0, plain.stat().st_size
    with plain.open("rb") as source, packed.open("wb") as file:
        with _packing(file, suffix) as into:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                into.write(chunk)
                done += len(chunk)
                tell(done, total, "Packing")
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


@contextmanager
def _packing(file: IO[bytes], suffix: str) -> Iterator[Any]:
    if suffix == ".gz":
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as into:
            yield into
    elif suffix == ".xz":
        with lzma.LZMAFile(file, "wb", preset=1) as into:
            yield into
    else:
        yield file


def _check_packed(packed: Path, digest: str) -> None:
    read = hashlib.sha256()
    for chunk in unpacked(packed):
        read.update(chunk)
    if read.hexdigest() != digest:
        raise BackupError("What was read back is not what was written: the disk cannot be trusted.")


def unpacked(file: Path) -> Iterator[bytes]:
    """The database in a backup, whatever the file is called. Raises BackupError when it is none, or cut off."""
    with file.open("rb") as raw:
        begin = raw.read(16)
        raw.seek(0)
        source: Any = raw
        if begin.startswith(b"\x1f\x8b"):
            source = gzip.GzipFile(fileobj=raw)
        elif begin.startswith(b"\xfd7zXZ"):
            source = lzma.LZMAFile(raw)  # noqa: SIM115 it ends with `raw`
        first = True
        try:
            while chunk := source.read(CHUNK):
                if first and not chunk.startswith(b"SQLite format 3\0"):
                    raise BackupError(f"{file} is no backup of Takings.")
                first = False
                yield chunk
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise BackupError(f"{file} cannot be unpacked: {error}.") from error
    if first:
        raise BackupError(f"{file} is empty.")


def private(file: Path) -> None:
    """The file is there, empty, and nobody else may read it."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))


def sync(file: Path) -> None:
    """What the file holds is on disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """The names in the folder are on disk."""
    sync(folder)


def _nobody(done: int, total: int | None, what: str) -> None:
    pass


# ---- The folder of scheduled ones ----


def folder(database: Path) -> Path:
    """Where scheduled backups of this database lie: `backups` beside it."""
    return database.parent / "backups"


def name_at(database: Path, now_ms: int) -> Path:
    """The file of a backup that is taken now."""
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime(STAMP)
    return folder(database) / f"{database.stem}-{stamp}{suffix()}"


def suffix() -> str:
    """How the names of scheduled backups end: a packed file of SQLite, or PostgreSQL's own format."""
    return ".pgdump" if store.on_server() else ".db.gz"


def kept(database: Path) -> list[Kept]:
    """The backups in that folder, newest first. What has its name there has been verified."""
    found = []
    for file in folder(database).glob(f"{database.stem}-*{suffix()}"):
        try:
            at = datetime.strptime(file.name.removesuffix(suffix())[len(database.stem) + 1 :], STAMP)
            found.append(Kept(file, int(at.replace(tzinfo=UTC).timestamp() * 1000), file.stat().st_size))
        except (ValueError, OSError):  # somebody else's file, or gone meanwhile
            continue
    return sorted(found, key=lambda one: (-one.at_ms, one.file))


def warning(tx: Any, database: Path, mode: str, now_ms: int) -> str | None:
    """What a person should know: there is no backup, or the last good one is older than two days; None when all is well.

    A shop younger than that may have none yet, and the sample shop never needs one.
    """
    lying = kept(database)
    since_ms = lying[0].at_ms if lying else int(sql.find_made_ms.value(tx) or 0)
    if mode == "demo" or now_ms - since_ms <= OLD_MS:
        return None
    return "The last backup is older than two days" if lying else "There is no backup yet"


def superfluous(backups: list[Kept], zone: Zone) -> list[Kept]:
    """Those that rotation drops: the newest of each of the last 7 days and of each of the last 4 weeks stay."""
    stay: set[Path] = set()
    for length, most in ((1, KEPT_DAYS), (7, KEPT_WEEKS)):
        newest: dict[int, Path] = {}
        for one in sorted(backups, key=lambda one: -one.at_ms):
            newest.setdefault((zone.day_of(one.at_ms) + 3) // length, one.file)  # day 0 was a Thursday
        stay |= {newest[span] for span in sorted(newest, reverse=True)[:most]}
    return [one for one in backups if one.file not in stay]
