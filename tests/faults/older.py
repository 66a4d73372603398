"""A shop as an earlier version of the schema had it, with what a shop of today holds, as far as that version had room for it."""

import subprocess
from contextlib import closing

from tests.faults import seller
from webapp.db import engines, migrations, programs

FIRST = 1
FIRST_ON_A_SERVER = 9  # PostgreSQL came with it
KEPT = "create table schema_migration (version integer primary key, name text not null, applied_ms integer not null) strict"
FILE = "insert into import (id, file_name, path, sha256, mapping, state, created_ms) values (1, 'a.csv', 'a', '', '{}', 'done', 0)"


def tables_of(version):
    """The tables of a version of the schema, in the order in which they are made."""
    found = ["schema_migration"] if version else []
    for _, _, file in migrations.known()[:version]:
        for statement in migrations.statements(file.read_text("utf-8")):
            words = statement.lower().split()
            if words[:2] == ["create", "table"]:
                found.append(words[2])
            elif words[:2] == ["drop", "table"]:
                found.remove(words[2])
    return found


def whole():
    """(version, tables) of every whole version of the schema, from nothing on."""
    return [(version, set(tables_of(version))) for version in range(len(migrations.known()) + 1)]


def schema_of(database):
    """(newest migration, tables) of the shop at this place."""
    asked = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
    if engines.is_server(str(database)):
        asked = "select tablename from pg_tables where schemaname = current_schema()"
    with closing(_connect(database)) as connection:
        return migrations.version(connection), {row[0] for row in connection.execute(asked).fetchall()}


def make(place, database, version):
    """What is empty becomes the shop of that database in this version, where each order was made from a row of a file."""
    with closing(_connect(database)) as today, closing(_connect(place)) as old:
        old.execute("begin immediate")
        old.execute(KEPT)
        for number, name, file in migrations.known()[:version]:
            for statement in migrations.statements(file.read_text("utf-8")):
                old.execute(statement)
            old.execute("insert into schema_migration values (?, ?, 0)", (number, name))
        there = set(tables_of(len(migrations.known())))
        for table in tables_of(version)[1:]:
            if table in there:
                _copy(today, old, table)
        old.execute(FILE)
        old.execute("insert into source_row select 1, id, id, null, '[]' from orders")
        old.execute("commit")


def dump(database, file):
    """A backup of a shop on a server, by PostgreSQL's own program, whatever its schema is."""
    called, environ = programs.command("pg_dump", str(database))
    subprocess.run([*called, "--format=custom", "--no-owner", f"--file={file}"], env=environ, check=True)


def _connect(database):
    return engines.of_settings(seller.settings_of(database)).connect(write=True)


def _copy(today, old, table):
    names = [column[0] for column in old.execute(f"select * from {table} limit 0").description]
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    old.execute(f"delete from {table}")  # what the migrations put there
    for row in today.execute(f"select {columns} from {table} order by 1").fetchall():
        old.execute(f"insert into {table} ({columns}) values ({marks})", tuple(row))
