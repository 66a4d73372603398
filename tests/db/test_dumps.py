"""Backups of a shop on PostgreSQL: made by its own tools, verified, read back, and put back beside what stands there."""

from pathlib import Path

import pytest

from tests import making
from tests.servers import postgres
from webapp import clock, config, verify
from webapp.db import backup, dumps, engines, presence, reading, store, writer
from webapp.db.backup import BackupError

assert verify  # it says how a backup is verified by being imported
pytestmark = pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed")


def quiet(*_):
    """Progress that nobody watches."""


def open_shop(address, folder):
    """The shop of this address is open in this process."""
    settings = {"TAKINGS_DATABASE": address, "TAKINGS_FOLDER": str(folder), "TAKINGS_LOG": "text"}
    return store.open(config.load(settings, dotenv=None))


@pytest.fixture
def server():
    """The tests' own server."""
    return postgres.shared()


@pytest.fixture
def sold(server, tmp_path):
    """A shop with a sale, and a backup of it; nobody has it open."""
    address = server.database()
    open_shop(address, tmp_path)
    making.make_product()
    making.sell("TEA", 3)
    made = backup.make(store.path(), tmp_path / "a.pgdump")
    leave()
    yield address, made
    leave()
    server.drop(address)


def leave():
    """This process has no shop open."""
    writer.close()
    reading.close()
    presence.leave()


def test_what_was_backed_up_stands_again_and_what_was_there_keeps_another_name(sold, tmp_path):
    address, made = sold
    before = open_shop(address, tmp_path).epoch
    making.sell("TEA", 5)
    leave()

    done = dumps.restore(made.file, engines.of(address, tmp_path), "production", quiet)

    assert done.seq == made.seq == 2
    assert open_shop(address, tmp_path).epoch == done.epoch != before
    assert making.query("select sum(total_minor) from orders") == [(720,)]
    assert making.differences() == []
    assert making.sell("TEA") == 2
    assert making.query(f"select sum(total_minor) from {done.aside}.orders") == [(720 + 1200,)]


def test_a_backup_goes_into_an_empty_database(sold, server, tmp_path):
    _, made = sold
    fresh = server.database(empty=True)

    done = dumps.restore(made.file, engines.of(fresh, tmp_path), "production", quiet)

    assert done.aside is None
    open_shop(fresh, tmp_path)
    assert making.query("select sum(total_minor) from orders") == [(720,)]
    leave()
    server.drop(fresh)


@pytest.mark.parametrize("how", ["cut off", "something else", "another mode"])
def test_what_is_no_backup_of_this_shop_replaces_nothing(sold, tmp_path, how):
    address, made = sold
    bad, whole = tmp_path / "bad.pgdump", made.file.read_bytes()
    bad.write_bytes({"cut off": whole[: len(whole) // 2], "something else": b"x" * 999}.get(how, whole))

    with pytest.raises(BackupError):
        dumps.restore(bad, engines.of(address, tmp_path), "demo" if how == "another mode" else "production", quiet)

    open_shop(address, tmp_path)
    assert making.query("select sum(total_minor) from orders") == [(720,)]


def test_a_shop_that_runs_is_not_replaced(sold, tmp_path):
    address, made = sold
    open_shop(address, tmp_path)
    making.query("select 1")

    with pytest.raises(BackupError, match="is running"):
        dumps.restore(made.file, engines.of(address, tmp_path), "production", quiet)


def test_a_file_that_gives_fewer_rows_than_the_ledger_has_is_no_backup(sold, tmp_path, monkeypatch):
    address, _ = sold
    open_shop(address, tmp_path)
    counted = dumps._counted
    monkeypatch.setattr(dumps, "_counted", lambda file: {**counted(file), "order_line": 0})

    with pytest.raises(BackupError, match="order_line: 0 rows of 1"):
        backup.make(store.path(), tmp_path / "b.pgdump")

    assert not list(tmp_path.glob("*b.pgdump*"))


def test_a_password_stands_in_no_argument():
    from webapp.db import programs

    called, environ = programs.command("pg_dump", "postgresql://ana:s3cret@127.0.0.1/shop?sslmode=prefer")

    assert "s3cret" not in " ".join(called)
    assert environ["PGPASSWORD"] == "s3cret"


def test_the_name_of_a_backup_says_when(sold, tmp_path):
    address, _ = sold
    open_shop(address, tmp_path)

    file = backup.name_at(store.path(), clock.parse_time("2026-11-21T03:30:00Z"))

    assert file.parent == Path(tmp_path, "backups") and file.name.endswith("-20261121T033000Z.pgdump")
