"""Puts a verified backup in the place of the database; what was there is kept aside, and history gets a new name."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from webapp import clock
from webapp.db import backup, guard, migrations, presence, queries, sqlite
from webapp.db.backup import STAMP, BackupError, Tell
from webapp.db.lock import FileLock

sql = queries.load("db")
guarding = queries.load("guard")


class Restored(NamedTuple):
    """What stands now. aside: where the replaced database lies, None when there was none. applied: migrations."""

    seq: int
    epoch: str
    aside: Path | None
    applied: list[str]


def restore(file: Path, database: Path, mode: str, tell: Tell) -> Restored:
    """The database is what the backup holds, in today's schema, under a new epoch.

    Raises BackupError when the backup does not verify, is of another mode or when the shop runs, migrations.NewerSchema
    when a newer Takings made it; nothing was replaced then.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    database.parent.mkdir(parents=True, exist_ok=True)
    fresh = database.with_name(f"{database.name}.restore")
    with presence.alone(database) as free:
        if not free:
            raise BackupError("The shop is running: stop it first.")
        try:
            _unpack(file, fresh, tell)
            applied, seq, epoch = _prepare(fresh, mode, tell)
            aside = _exchange(fresh, database)
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{fresh}{suffix}").unlink(missing_ok=True)
    return Restored(seq, epoch, aside, applied)


def _unpack(file: Path, fresh: Path, tell: Tell) -> None:
    done = 0
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as into:
        for chunk in backup.unpacked(file):
            into.write(chunk)
            done += len(chunk)
            tell(done, None, "Unpacking")


def _prepare(fresh: Path, mode: str, tell: Tell) -> tuple[list[str], int, str]:
    tell(0, None, "Verifying")
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            rows = [row[0] for row in connection.execute("pragma integrity_check(5)").fetchall()]
            if rows != ["ok"]:
                raise BackupError("It does not verify: " + "; ".join(rows))
            held = dict(sql.find_settings.all(connection))
            if held.get("mode") != mode:
                raise BackupError(f"It is of a shop in {held.get('mode')} mode, and this is {mode} mode.")
            connection.execute("pragma synchronous=full")
            applied = migrations.migrate(connection, clock.now_ms())
            connection.execute("pragma journal_mode=delete")
        backup.check(fresh)
        return applied, *_rename_history(fresh)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"It does not verify: {error}.") from error


def _rename_history(fresh: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        renamed = rename_history(connection, secrets.token_hex(4))
    backup.sync(fresh)
    return renamed


def rename_history(connection: Any, epoch: str) -> tuple[int, str]:
    """A new epoch: who followed the old history is told to start anew. What the guard found was of another file."""
    connection.execute("begin immediate")
    guarding.rename_epoch.run(connection, value=epoch)
    guarding.accept.run(connection, accepted="[]")
    seq = sql.find_seq.value(connection) or 0
    connection.execute("commit")
    return int(seq), epoch


def _exchange(fresh: Path, database: Path) -> Path | None:
    """The fresh file stands in the database's place; the old one has another name, with its log."""
    with closing(FileLock(database)) as lock, lock, _unfinished(database):
        aside = _put_aside(database) if database.exists() else None
        for suffix in ("-wal", "-shm"):  # a log of another file would be taken for the new one's
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        os.replace(fresh, database)
        backup.sync_folder(database.parent)
        guard.unmark(database)
    return aside


def _put_aside(database: Path) -> Path:
    _settle(database)
    stamp = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime(STAMP)
    aside = database.with_name(f"{database.name}.replaced-{stamp}")
    for suffix in ("", "-wal"):
        if Path(f"{database}{suffix}").exists():
            _link(Path(f"{database}{suffix}"), Path(f"{aside}{suffix}"))
    backup.sync_folder(database.parent)
    return aside


def _settle(database: Path) -> None:
    # Where the old file is sound its log is moved into it; where it is not, both are kept as they are.
    try:
        with closing(sqlite.connect(database, write=True)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error:
        pass


def _link(name: Path, other: Path) -> None:
    other.unlink(missing_ok=True)
    try:
        os.link(name, other)
    except OSError:  # a file system without second names
        os.rename(name, other)


@contextmanager
def _unfinished(database: Path) -> Iterator[None]:
    """While the files are exchanged a marker says so: after a crash in between nobody takes half for whole."""
    marker = presence.unfinished(database)
    marker.write_text("A restore was interrupted: run it again.\n", "utf-8")
    backup.sync_folder(database.parent)
    try:
        yield
    except BaseException:
        if database.exists():  # nothing was exchanged yet
            marker.unlink()
        raise
    marker.unlink()
    backup.sync_folder(database.parent)
