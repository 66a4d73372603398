"""Connections to SQLite, as they are opened."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from webapp.db import sqlite

# Who opens a database takes this byte of its log's index alone, to see whether others have it open: walformat.html, 2.3.
TAKE = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"


def is_held(path: Path) -> bool:
    """Whether another process finds the log of this database in use."""
    done = subprocess.run([sys.executable, "-c", TAKE, f"{path}-shm"], capture_output=True, text=True)
    assert done.returncode == 0 or "BlockingIOError" in done.stderr, done.stderr
    return done.returncode != 0


@pytest.fixture
def log(tmp_path):
    """A database that is open, with a commit in its log."""
    path = tmp_path / "some.db"
    with closing(sqlite.connect(path, write=True)) as writer:
        writer.execute("create table t (a)")
        yield path


def test_a_look_at_the_log_leaves_it_held_by_who_has_it_open(log):
    looks = [sqlite.log_bytes(log) for _ in range(3)]

    assert looks[0] > 0
    assert is_held(log)


def test_the_control_a_look_that_closes_what_it_read_gives_the_log_up(log):
    os.close(os.open(f"{log}-shm", os.O_RDONLY))

    assert not is_held(log)


def test_a_look_at_the_log_of_a_database_that_was_made_anew_is_a_look_at_that_one(log):
    sqlite.log_bytes(log)
    for file in log.parent.glob("some.db*"):
        file.unlink()

    assert sqlite.log_bytes(log) == 0
    with closing(sqlite.connect(log, write=True)) as writer:
        writer.execute("create table t (a)")
        assert sqlite.log_bytes(log) > 0
        assert is_held(log)


def test_a_reader_waits_for_a_moment_and_a_writer_does_it_by_himself(tmp_path):
    writer, reader = sqlite.connect(tmp_path / "some.db", write=True), sqlite.connect(tmp_path / "some.db")

    waits = [connection.execute("pragma busy_timeout").fetchone()[0] for connection in (reader, writer)]
    reader.close()
    writer.close()

    assert waits == [sqlite.READING_MS, 0]
