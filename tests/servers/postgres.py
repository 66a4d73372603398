"""A PostgreSQL server that tests start themselves: in a folder of its own, on a socket in it, without a way in from outside.

A new shop's database is a copy of one that has the schema already, which takes some ten milliseconds. `server.replica()`
is a streaming replica of the whole server: it can be paused, ended, started again and promoted.
"""

import atexit
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from webapp.db import programs

USER = "postgres"
MEMORY, LEAST_BYTES = "/dev/shm", 4 << 30
PROGRAMS = ("initdb", "postgres", "pg_isready", "pg_dump", "pg_restore", "pg_basebackup")
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
}
_numbers = count(1)


def is_installed() -> bool:
    """Whether the programs of PostgreSQL's server are on this machine."""
    return programs.folder(*PROGRAMS) is not None


class Postgres:
    """One server. safe: commits are on disk when they are said to be, as in production."""

    def __init__(self, folder: Path | None = None, safe: bool = False, **settings: str) -> None:
        found = programs.folder(*PROGRAMS)
        if found is None:
            raise RuntimeError("PostgreSQL's server is not installed")
        self.programs = found
        self.folder = folder or Path(tempfile.mkdtemp(prefix="takings-pg-", dir=None if safe else memory()))
        self.data = self.folder / "data"
        self.safe = safe
        self.settings = {**({} if safe else QUICK), "max_connections": "200", **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._template = ""

    def start(self) -> "Postgres":
        """Begin to answer; the data folder is made when there is none."""
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            _own(self.folder)
            self._make()
        options = [one for name, value in self.settings.items() for one in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [*_as_user(), str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", "", *options],
            stdout=(self.folder / "log").open("ab"), stderr=subprocess.STDOUT, cwd=self.folder,
        )  # fmt: skip
        self._run("pg_isready", "-h", str(self.folder), "-U", USER, "-t", "20", tries=200)
        return self

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """End: SIGTERM waits for sessions, SIGINT ends them, SIGQUIT ends at once, without a last checkpoint."""
        if self._process is not None:
            os.kill(self.pid, how)
            self._process.wait(30)
            self._process = None

    @property
    def pid(self) -> int:
        """The process above all of the server's."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def remove(self) -> None:
        """The server and its data are gone."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def replica(self, folder: Path | None = None, **settings: str) -> "Replica":
        """A new streaming replica of this server, which runs; it answers reads, and has all that was written up to now."""
        return Replica(self, folder, **settings).start()

    def address(self, name: str) -> str:
        """What TAKINGS_DATABASE says for this database."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def database(self, empty: bool = False) -> str:
        """The address of a new database: with the schema and nothing in it, or without either."""
        name = f"shop_{os.getpid()}_{next(_numbers)}"
        self.say(f"create database {name} template {'template0' if empty else self._made()} strategy file_copy")
        return self.address(name)

    def drop(self, address: str) -> None:
        """A database is gone, whoever is still connected."""
        self.say(f"drop database if exists {address.split('@/')[1].split('?')[0]} with (force)")

    def say(self, *statements: str) -> None:
        """Run statements of PostgreSQL, above all shops."""
        for statement in statements:
            self.ask(statement)

    def ask(self, statement: str, database: str = "postgres") -> Any:
        """The first value of the first row that a statement gives; None where it gives none."""
        from webapp.db import postgres

        with closing(postgres.connect(self.address(database), write=True, name="tests")) as connection:
            cursor = connection.run(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _make(self) -> None:
        self._run(
            "initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"
        )

    def _made(self) -> str:
        if not self._template:
            from webapp import clock
            from webapp.db import migrations, postgres

            self.say("create database takings_template template template0")
            with closing(postgres.connect(self.address("takings_template"), write=True)) as connection:
                migrations.migrate(connection, clock.now_ms())
            self._template = "takings_template"
        return self._template

    def _run(self, program: str, *arguments: str, tries: int = 1) -> None:
        for left in range(tries, 0, -1):
            done = subprocess.run([*_as_user(), str(self.programs / program), *arguments], capture_output=True, cwd="/")
            if done.returncode == 0:
                return
            if left == 1:
                raise RuntimeError(done.stderr.decode() or done.stdout.decode())


class Replica(Postgres):
    """A streaming replica of another server, until it is promoted. What it has not replayed yet, it does not answer.

    Its name (`server.name`) is its application_name with the server above it, for synchronous_standby_names.
    """

    def __init__(self, above: Postgres, folder: Path | None = None, **settings: str) -> None:
        super().__init__(folder, above.safe, **settings)
        self.above = above
        self.name = f"replica_{next(_numbers)}"
        self._template = above._template

    def catch_up(self, within_s: float = 20) -> None:
        """All that the server above has written up to now can be read here. Raises TimeoutError."""
        self.above.ask("select pg_logical_emit_message(true, 'tests', 'here')")  # a record to wait for
        position = self.above.ask("select pg_current_wal_flush_lsn()::text")
        self._until(f"select pg_last_wal_replay_lsn() >= '{position}'", within_s)

    def pause(self) -> None:
        """It goes on receiving what the server above writes, and replays nothing of it."""
        self.say("select pg_wal_replay_pause()")
        self._until("select pg_get_wal_replay_pause_state() = 'paused'", 20)

    def resume(self) -> None:
        """It replays again."""
        self.say("select pg_wal_replay_resume()")

    def follow(self, above: Postgres) -> None:
        """It is a replica of another server from now on, one that was promoted: the history that both had goes on there."""
        self.above = above
        where = f"host={above.folder} user={USER} application_name={self.name}"
        self.say(
            f"alter system set primary_conninfo = '{where}'", "alter system set primary_slot_name = ''",
            "select pg_reload_conf()",
        )  # fmt: skip

    def promote(self) -> None:
        """It is a server of its own from now on, with a history of its own, and can be written to."""
        self.say("select pg_promote(true, 30)")

    def _make(self) -> None:
        # The slot keeps on the server above what this one has not received yet, however long it is away.
        self._run(
            "pg_basebackup", "-D", str(self.data), "-R", "-X", "stream", "-C", "-S", self.name, "-c", "fast",
            "--no-sync", "-d", f"host={self.above.folder} user={USER} application_name={self.name}",
        )  # fmt: skip

    def _until(self, question: str, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not self.ask(question):
            if time.monotonic() > deadline:
                raise TimeoutError(question)
            time.sleep(0.01)


def memory() -> str | None:
    """A folder in memory with room for many shops, where files are made and dropped in a third of the time; None without one."""
    try:
        room = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY if room >= LEAST_BYTES and os.access(MEMORY, os.W_OK) else None


def _as_user() -> list[str]:
    # The server refuses to run as root.
    return (
        ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", "--pdeathsig", "KILL"]
        if os.geteuid() == 0
        else []
    )


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
        for parent in folder.parents:
            if parent.stat().st_mode & 0o001 == 0:
                parent.chmod(parent.stat().st_mode | 0o011)


@functools.cache
def shared() -> Postgres:
    """The server of this test process, started when it is first asked for, gone at its end."""
    server = Postgres().start()
    atexit.register(server.remove)
    return server
