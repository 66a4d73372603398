"""Backups of a shop on PostgreSQL: pg_dump's own format, of one snapshot that verifies, and put back by pg_restore.

A backup counts only when the snapshot that it holds was verified, and when the file, read back as a whole, gives as many
rows of each table as the snapshot has. It is put back beside what stands there, which keeps another schema's name.
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from webapp import clock
from webapp.clock import Zone
from webapp.db import backup, dialect, engines, guard, migrations, onserver, presence, programs, queries
from webapp.db.backup import STAMP, BackupError, Made, Tell
from webapp.db.postgres import Connection
from webapp.db.reading import ReadTx
from webapp.db.restore import Restored, rename_history

SUFFIX = ".pgdump"
MAGIC = b"PGDMP"
sql = queries.load("db")
serving = queries.load("server")


def make(engine: engines.Engine, target: Path, tell: Tell) -> Made:
    """The file `target` is a verified backup, as the database was when this began; selling goes on.

    Raises BackupError, and OSError when the disk is full; whatever was at `target` is then still there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        backup.private(aside)
        with _snapshot(engine) as (connection, name, schema):
            seq = sql.find_seq.value(connection) or 0
            tell(0, None, "Verifying")
            _check(connection)
            tell(0, None, "Copying")
            _run("pg_dump", engine.address, "--format=custom", "--compress=6", "--no-owner", "--no-privileges",
                 f"--snapshot={name}", f"--schema={schema}", f"--file={aside}")  # fmt: skip
            backup.sync(aside)
            tell(0, None, "Reading back")
            _compare(_counted(aside), _rows(connection))
        os.replace(aside, target)
        backup.sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)
    return Made(target, int(seq), target.stat().st_size)


@contextmanager
def _snapshot(engine: engines.Engine) -> Iterator[tuple[Connection, str, str]]:
    """A session on one snapshot, the name by which pg_dump reads the same one, and the schema of the shop."""
    with closing(engine.connect()) as connection:
        connection.run("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        connection.execute(engine.begin)
        name = connection.run("select pg_export_snapshot()").fetchone()[0]
        yield connection, name, _schema(connection)


def _schema(connection: Connection) -> str:
    return str(connection.run("select current_schema()").fetchone()[0])


def _check(connection: Connection) -> None:
    kept = dict(sql.find_settings.all(connection))
    if "time_zone" not in kept:
        raise BackupError("It does not verify: it holds no shop.")
    wrong = backup.verifier()(ReadTx(connection, Zone(kept["time_zone"]), kept["currency"]))
    if wrong:
        raise BackupError("It does not verify: " + "; ".join(wrong[:5]))


def _rows(connection: Connection) -> dict[str, int]:
    """How many rows each table of the shop has."""
    return {
        table: connection.execute(queries.fill(serving.count_rows, table=table)).fetchone()[0]
        for table in [*dialect.tables(), "schema_migration"]
    }


def _counted(file: Path) -> dict[str, int]:
    """How many rows of each table the file gives when all of it is read. Raises BackupError when it cannot be."""
    where = programs.folder("pg_restore")
    reading = [str((where or Path()) / "pg_restore"), "--data-only", "--file=-", str(file)]
    found: dict[str, int] = {}
    with subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        table = None
        for line in process.stdout:
            if table is None:
                if line.startswith(b"COPY ") and line.rstrip().endswith(b"FROM stdin;"):
                    table = line.split(b"(")[0].split()[1].decode().rpartition(".")[2].strip('"')
                    found[table] = 0
            elif line == b"\\.\n":
                table = None
            else:
                found[table] += 1
        said = process.stderr.read().decode("utf-8", "replace").strip()
    if process.returncode:
        raise BackupError(f"{file} cannot be read: {said.splitlines()[-1] if said else 'pg_restore failed'}.")
    return found


def _compare(found: dict[str, int], rows: dict[str, int]) -> None:
    wrong = [
        f"{table}: {found.get(table, 0)} rows of {count}"
        for table, count in rows.items()
        if found.get(table, 0) != count
    ]
    if wrong:
        raise BackupError("What was read back is not what was written: " + "; ".join(wrong[:5]))


def restore(file: Path, engine: engines.Engine, mode: str, tell: Tell) -> Restored:
    """The database holds what the backup holds, in today's schema, under a new epoch; what was there is kept aside.

    Raises BackupError when the backup does not verify, is of another mode or when the shop runs, migrations.NewerSchema when
    a newer Takings made it; what was there stands again then.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    with file.open("rb") as begin:
        if begin.read(len(MAGIC)) != MAGIC:
            raise BackupError(f"{file} is no backup of a shop on PostgreSQL.")
    engine.path.parent.mkdir(parents=True, exist_ok=True)
    with presence.alone(engine.path) as free, engine.alone(), closing(engine.connect(write=True)) as connection:
        if not free or onserver.is_in_use(connection):
            raise BackupError("The shop is running: stop it first.")
        connection.run("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        with _exchanged(connection, engine.path) as (schema, aside):
            tell(0, None, "Unpacking")
            _unpack(file, engine, connection, schema)
            tell(0, None, "Verifying")
            applied = _prepare(connection, mode)
            seq, epoch = rename_history(connection, secrets.token_hex(4))
    guard.unmark(engine.path)
    return Restored(seq, epoch, None if aside is None else Path(aside), applied)


@contextmanager
def _exchanged(connection: Connection, path: Path) -> Iterator[tuple[str, str | None]]:
    """An empty schema in the place of the shop's, and the name that the old one has now; back again when the body fails."""
    schema = _schema(connection)
    aside = f"replaced_{datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime(STAMP).lower()}"
    marker = presence.unfinished(path)
    had = bool(sql.count_migration_tables.value(connection))
    marker.write_text("A restore was interrupted: run it again.\n", "utf-8")
    backup.sync_folder(path.parent)
    try:
        connection.run(f'begin; alter schema "{schema}" rename to "{aside}"; create schema "{schema}"; commit')
        yield schema, aside if had else None
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        connection.run(
            f'begin; drop schema if exists "{schema}" cascade; alter schema "{aside}" rename to "{schema}"; commit'
        )
        marker.unlink()
        raise
    if not had:
        connection.run(f'drop schema "{aside}" cascade')
    marker.unlink()
    backup.sync_folder(path.parent)


def _unpack(file: Path, engine: engines.Engine, connection: Connection, schema: str) -> None:
    source = _schema_of(file)
    if source != schema:
        connection.run(f'drop schema "{schema}"; create schema "{source}"')
    _run(
        "pg_restore",
        engine.address,
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--schema={source}",
        str(file),
    )
    if source != schema:
        connection.run(f'alter schema "{source}" rename to "{schema}"')
    _analyze(connection, schema)


def _analyze(connection: Connection, schema: str) -> None:
    # Not the whole database: a page of the shop that was put aside may be what made this restore necessary.
    named = "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables where schemaname = $1"
    connection.run(f"analyze {connection.run(named, [schema]).fetchone()[0]}")


def _schema_of(file: Path) -> str:
    where = programs.folder("pg_restore")
    said = subprocess.run(
        [str((where or Path()) / "pg_restore"), "--list", str(file)], capture_output=True, text=True, check=False
    )
    for line in said.stdout.splitlines():
        words = line.split()
        if words[3:4] == ["TABLE"] and words[5:6] == ["schema_migration"]:
            return words[4]
    raise BackupError(f"{file} is no backup of Takings, or cannot be read. {said.stderr.strip()}")


def _prepare(connection: Connection, mode: str) -> list[str]:
    held = dict(sql.find_settings.all(connection))
    if held.get("mode") != mode:
        raise BackupError(f"It is of a shop in {held.get('mode')} mode, and this is {mode} mode.")
    applied = migrations.migrate(connection, clock.now_ms())
    connection.execute("begin")
    _check(connection)
    connection.execute("rollback")
    return applied


def _run(program: str, address: str, *arguments: str) -> None:
    """Raises BackupError with what the program says when it fails."""
    try:
        called, environ = programs.command(program, address)
    except FileNotFoundError as error:
        raise BackupError(f"{error}.") from error
    done = subprocess.run([*called, *arguments], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program}: {(done.stderr.strip() or 'it failed').splitlines()[-1]}")
