"""A PostgreSQL server that faults are done to: its own, safe as in production, and killed, traced or cut off at will."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import postgres, processes

# What nobody waits for is written as late as can be: then what is not on disk is seen to be missing.
SETTINGS = {
    "shared_buffers": "32MB", "autovacuum": "off", "max_connections": "60", "wal_writer_delay": "10s",
    "dynamic_shared_memory_type": "mmap",  # in its folder, for who is killed takes nothing along
}  # fmt: skip


class Cluster(postgres.Postgres):
    """A server that syncs its commits. It lies in memory, which outlives its processes; power cuts are simulated."""

    def __init__(self, **settings: str) -> None:
        folder = Path(tempfile.mkdtemp(prefix="takings-pg-", dir=postgres.memory()))
        super().__init__(folder, safe=True, **{**SETTINGS, **settings})
        self.tracer: list[str] = []

    def start(self) -> "Cluster":
        """Begin to answer, under `tracer` where there is one; after a kill it recovers first."""
        if not self.tracer:
            super().start()
            return self
        options = [one for name, value in self.settings.items() for one in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [*self.tracer, *postgres._as_user(), str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder),
             "-h", "", *options],
            stdout=(self.folder / "log").open("ab"), stderr=subprocess.STDOUT, cwd=self.folder,
        )  # fmt: skip
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self) -> None:
        """Return when somebody may connect."""
        self._run("pg_isready", "-h", str(self.folder), "-U", postgres.USER, "-t", "20", tries=400)

    def family(self) -> list[int]:
        """The process above all, and all below it."""
        return [self.pid, *self.children()]

    def children(self) -> list[int]:
        """Everything below the first process: those that serve sessions, and those that look after the files."""
        return processes.children(self.pid)

    def sessions(self, name: str = "") -> list[int]:
        """The processes that serve sessions, by the name that those gave themselves."""
        from webapp.db import postgres as database

        connection = database.connect(self.address("postgres"), name="faults")
        try:
            rows = connection.run(
                "select pid from pg_stat_activity where application_name like $1 and pid <> pg_backend_pid()"
                " and backend_type = 'client backend'",
                [f"%{name}%"],
            ).fetchall()
        finally:
            connection.close()
        return [row[0] for row in rows]

    def kill(self) -> None:
        """kill -9 of every process of the server at once: nothing is written, closed or said."""
        victims = self.family()
        for pid in victims:  # none of them sees another one's end
            os.kill(pid, signal.SIGSTOP)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait(30)
        self._process = None
        deadline = time.monotonic() + 20
        while any(processes.lives(pid) for pid in victims):
            assert time.monotonic() < deadline, "a process outlived kill -9"
            time.sleep(0.005)

    def is_up(self) -> bool:
        """Whether the first process is there."""
        return self._process is not None and self._process.poll() is None

    def gone(self) -> None:
        """It has ended by itself."""
        assert self._process is not None
        self._process.wait(60)
        self._process = None


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """A server of its own for a while."""
    made = Cluster(**settings)
    made.start()
    try:
        yield made
    finally:
        if made.is_up():
            made.stop(signal.SIGQUIT)
        shutil.rmtree(made.folder, ignore_errors=True)
