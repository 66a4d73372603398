"""The commands that keep the ledger safe: backup, restore, verify, rebuild. Each returns its exit status."""

import sqlite3
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from webapp import config
from webapp.config import Settings
from webapp.db import backup, dumps, engines, guard, moving, presence, reading, restore, store, writer
from webapp.db.backup import BackupError
from webapp.db.migrations import NewerSchema
from webapp.db.moving import MoveError
from webapp.errors import Problem
from webapp.metrics import rollups


def add_to(commands: Any) -> None:
    """The command line knows these commands."""
    made = commands.add_parser("backup", help="copy the ledger into FILE while the shop sells, and verify the copy")
    made.add_argument("file", type=Path, help="packed by its name: .gz, .xz, or neither")
    back = commands.add_parser("restore", help="put a verified backup in the database's place; the shop must not run")
    back.add_argument("file", type=Path)
    moved = commands.add_parser("move", help="copy the shop into another database, SQLite's or PostgreSQL's")
    moved.add_argument("source", metavar="FROM", help="as TAKINGS_DATABASE names it; the shop must not run")
    moved.add_argument("target", metavar="TO", help="an empty one; what was interrupted is gone on with")
    commands.add_parser("rebuild", help="make the rollups anew from the ledger")
    looked = commands.add_parser("verify", help="check every invariant of the ledger; a mismatch stops selling")
    looked.add_argument("--accept", action="store_true", help="go on selling with what is there, though it is wrong")


def opened(settings: Settings) -> bool:
    """The shop that the settings name is open; False, and said why, where there is none: these commands make no new one."""
    path = Path(settings.database)
    if not engines.is_server(settings.database) and not path.exists() and not presence.unfinished(path).exists():
        _failed(f"There is no database {settings.database}, which TAKINGS_DATABASE names; `serve` makes a new one.")
        return False
    store.open(settings)
    return True


def make_backup(given: Namespace, tell: Any) -> int:
    """FILE is a backup that counts, or nothing has changed there."""
    from webapp import verify

    assert verify  # it says how a backup is verified by being imported
    settings = config.load()
    if given.file.is_dir():
        return _failed(f"{given.file} is a folder: say the name that the backup gets.")
    if not opened(settings):
        return 1
    try:
        made = backup.make(store.path(), given.file, tell)
    except (BackupError, OSError) as error:
        return _failed(f"No backup was made. {error}")
    finally:
        writer.close()
        reading.close()
    print(f"{made.file} holds the ledger up to change {made.seq:,} ({made.bytes:,} bytes), verified.")
    print(f"Keep {config.key_path(settings)} as well, in another place: it opens what is sealed.")
    return 0


def restore_backup(given: Namespace, tell: Any) -> int:
    """The database is what FILE holds."""
    from webapp import verify

    assert verify
    settings = config.load()
    try:
        engine = engines.of_settings(settings)
        if engines.is_server(engine.address):
            done = dumps.restore(given.file, engine, settings.mode, tell)
        else:
            done = restore.restore(given.file, engine.path, settings.mode, tell)
    except (BackupError, OSError, Problem) as error:
        return _failed(f"Nothing was restored. {error}")
    for name in done.applied:
        print(f"applied {name}")
    print(f"The ledger stands at change {done.seq:,}, under the new epoch {done.epoch}.")
    if done.aside is not None:
        where = "the schema " if engines.is_server(engine.address) else ""
        print(f"What it replaced lies in {where}{done.aside}.")
    return 0


def move(given: Namespace, tell: Any) -> int:
    """TO holds the shop of FROM, verified to the cent."""
    from webapp import verify

    assert verify
    settings = config.load()
    source, target = (engines.of_settings(settings.replace(database=one)) for one in (given.source, given.target))
    try:
        done = moving.move(source, target, tell, rollups.settle)
    except (MoveError, NewerSchema, OSError, sqlite3.Error, Problem) as error:
        return _failed(f"The shop was not moved. {error}")
    print(
        f"{given.target} holds the shop: {done.rows:,} rows of {done.tables} tables, up to change {done.seq:,}, verified."
    )
    old, new = (config.key_path(settings.replace(database=one)) for one in (given.source, given.target))
    print(f"What is sealed opens with the same key: {old} is now looked for at {new}.")
    return 0


def rebuild(given: Namespace, tell: Any) -> int:
    """The rollups equal the ledger."""
    from webapp import verify

    if not opened(config.load()):
        return 1
    verify.rebuild()
    writer.close()
    print("The rollups were made anew.")
    return _say_state()


def check(given: Namespace, tell: Any) -> int:
    """Every check was made; a mismatch stops writing, unless a person accepts it."""
    from webapp import verify

    if not opened(config.load()):
        return 1
    found = []
    for name, differences in verify.run():
        print(f"{'ok  ' if not differences else 'WRONG'} {name}", flush=True)
        for line in differences:
            print(f"      {line}", flush=True)
        found.append((name, differences))
    try:
        if given.accept:
            print(f"Accepted: {len(verify.accept(verify.wrong(found)))} differences. Selling goes on.")
            return 0
        else:
            verify.judge(verify.report(found))
    except Problem as error:  # nothing can be written at all: what was found has been said
        print(f"The guard could not be told: {error}", file=sys.stderr)
    finally:
        writer.close()
    _say_state()
    return 1 if any(differences for _, differences in found) else 0


def _say_state() -> int:
    kind = guard.stopped()
    if kind is not None:
        print(f"Selling is stopped. {guard.ADVICE[kind]}", file=sys.stderr)
    return 0 if kind is None else 1


def _failed(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
