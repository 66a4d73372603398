"""Moves the schema forward, one numbered file in one transaction each; never back, never half."""

import re
from pathlib import Path
from typing import Any

from webapp.db import queries
from webapp.db.queries import FOLDER

MIGRATIONS = FOLDER / "migrations"


class NewerSchema(RuntimeError):
    """The database was written by a newer Takings."""


def known() -> list[tuple[int, str, Path]]:
    """(version, name, file) of every migration, in order."""
    found = []
    for file in sorted(MIGRATIONS.glob("[0-9]*.sql")):
        number, _, name = file.stem.partition("_")
        found.append((int(number), name, file))
    return found


def version(connection: Any) -> int:
    """The newest migration that this database has; 0 for an empty one."""
    if not queries.load("db").count_migration_tables.value(connection):
        return 0
    return connection.execute("select coalesce(max(version), 0) from schema_migration").fetchone()[0]


def pending(connection: Any) -> list[tuple[int, str, Path]]:
    """What is still to be applied. Raises NewerSchema when the database is ahead of this program."""
    files, has = known(), version(connection)
    newest = files[-1][0]
    if has > newest:
        raise NewerSchema(f"The database has schema {has}, this Takings knows up to {newest}: use a newer Takings.")
    return [entry for entry in files if entry[0] > has]


def migrate(connection: Any, now_ms: int) -> list[str]:
    """Apply what is pending, each file whole in its own transaction. The caller holds the lock.

    Returns the names applied. Raises NewerSchema, and the database's error with nothing of that file applied.
    """
    done = []
    for number, name, file in pending(connection):
        connection.execute("begin immediate")
        try:
            connection.execute(
                "create table if not exists schema_migration"
                " (version integer primary key, name text not null, applied_ms integer not null) strict"
            )
            for statement in statements(file.read_text("utf-8")):
                connection.execute(statement)
            connection.execute("insert into schema_migration values (?, ?, ?)", (number, name, now_ms))
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        done.append(file.stem)
    return done


def statements(script: str) -> list[str]:
    """The statements of a migration: comments dropped, split at a semicolon that ends a line."""
    bare = "\n".join(re.sub(r"\s*--.*$", "", line) for line in script.splitlines())
    return [part.strip() for part in re.split(r";\s*\n", bare + "\n") if part.strip()]
