"""Connections to SQLite, as they are opened."""

from webapp.db import sqlite


def test_a_reader_waits_for_a_moment_and_a_writer_does_it_by_himself(tmp_path):
    writer, reader = sqlite.connect(tmp_path / "some.db", write=True), sqlite.connect(tmp_path / "some.db")

    waits = [connection.execute("pragma busy_timeout").fetchone()[0] for connection in (reader, writer)]
    reader.close()
    writer.close()

    assert waits == [sqlite.READING_MS, 0]
