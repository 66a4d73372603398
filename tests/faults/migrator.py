"""Migrates a database of PostgreSQL and is killed right before one of its statements.

python -m tests.faults.migrator NUMBER [BUILD]: 0 lives to its end; TAKINGS_DATABASE says where. BUILD commits each statement by itself.
"""

import os
import signal
import sys

from webapp import cli
from webapp.db import migrations, postgres


def by_statement(connection, now_ms):
    """Each statement of a migration is committed on its own."""
    made = "create table if not exists schema_migration (version integer primary key, name text not null, applied_ms integer not null)"
    connection.execute(made)
    done = []
    for number, name, file in migrations.pending(connection):
        for statement in migrations.statements(file.read_text("utf-8")):
            connection.execute(statement)
        connection.execute("insert into schema_migration values (?, ?, ?)", (number, name, now_ms))
        done.append(file.stem)
    return done


def main(number, build=""):
    """Migrate, or die on the way."""
    if build:
        migrations.migrate = by_statement
    count = 0
    send = postgres.Connection._send

    def counted(self, *statement, **how):
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return send(self, *statement, **how)

    postgres.Connection._send = counted
    sys.exit(cli.main(["migrate"]))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
