"""Opening a shop's database: first start, later starts, what does not fit."""

import sqlite3

import pytest

from webapp import config
from webapp.config import ConfigError
from webapp.db import migrations, reading, sqlite, store, writer


def settings_for(tmp_path, **more):
    """Settings of a database in a folder."""
    return config.load({"TAKINGS_DATABASE": str(tmp_path / "shop.db"), **more}, dotenv=None)


@pytest.fixture(autouse=True)
def closed():
    """Close what a test opened."""
    yield
    writer.close()
    reading.close()


def test_a_new_shop_has_its_channels_and_one_location(tmp_path):
    store.open(settings_for(tmp_path))

    with reading.reading() as tx:
        assert [row[0] for row in tx.execute("select code from channel order by id")] == [
            "online",
            "store",
            "marketplace",
        ]
        assert [row[0] for row in tx.execute("select code from location")] == ["main"]
        assert reading.seq(tx) == 0


def test_a_database_of_the_other_mode_is_refused(tmp_path):
    store.open(settings_for(tmp_path))

    with pytest.raises(ConfigError, match="TAKINGS_MODE"):
        store.open(settings_for(tmp_path, TAKINGS_MODE="demo"))


@pytest.mark.parametrize("name, value", [("TAKINGS_CURRENCY", "EUR"), ("TAKINGS_TIME_ZONE", "Europe/Berlin")])
def test_another_currency_or_zone_stops_the_start(tmp_path, name, value):
    store.open(settings_for(tmp_path))

    with pytest.raises(ConfigError, match=name):
        store.open(settings_for(tmp_path, **{name: value}))


def test_a_newer_schema_is_refused(tmp_path):
    store.open(settings_for(tmp_path))
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("insert into schema_migration values (9999, 'future', 0)")
    connection.commit()
    connection.close()

    with pytest.raises(migrations.NewerSchema):
        store.open(settings_for(tmp_path))


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path, monkeypatch):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_good.sql").write_text("-- A.\ncreate table a (id integer primary key);\n")
    (folder / "0002_bad.sql").write_text(
        "-- B.\ncreate table b (id integer primary key);\ninsert into nowhere values (1);\n"
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", folder)
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)

    with pytest.raises(sqlite3.OperationalError):
        migrations.migrate(connection, 0)

    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    assert "a" in tables and "b" not in tables
    assert migrations.version(connection) == 1
    connection.close()


def test_commits_are_synced_and_checkpoints_are_the_writers_own(tmp_path):
    store.open(settings_for(tmp_path))
    connection = writer.session().connection()

    assert connection.execute("pragma synchronous").fetchone()[0] == 2
    assert connection.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert connection.execute("pragma wal_autocheckpoint").fetchone()[0] == 0


def test_what_waits_in_the_log_is_counted_and_a_checkpoint_empties_it(tmp_path):
    settings = settings_for(tmp_path)
    store.open(settings)
    connection = writer.session().connection()
    connection.execute("create table big (a text) strict")
    connection.execute("insert into big values (?)", ("x" * 1_000_000,))
    before = sqlite.log_bytes(store.path())

    sqlite.checkpoint(connection)

    assert before > 1_000_000
    assert sqlite.log_bytes(store.path()) == 0
