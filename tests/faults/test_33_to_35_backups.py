"""Faults 23 and 33 to 35: a backup while selling, put back elsewhere, of an old schema, under live clients; migrations."""

import gzip
import json
import os
import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from tests import making
from tests.faults import older, seller
from tests.faults.injection import needs_strace, python
from tests.faults.till import Tills, new_product, sound
from tests.servers import postgres
from tests.servers.takings import ON_POSTGRES, Server

ORDER = {"product_id": "TEA", "quantity": 1}
PACKED = "a.pgdump" if ON_POSTGRES else "a.db.gz"
NAMES = (
    ["a.pgdump"]
    if ON_POSTGRES
    else ["a.db.gz", *(pytest.param(name, marks=pytest.mark.long) for name in ("a.db.xz", "a.db"))]
)
of_sqlite = pytest.mark.sqlite("it is about SQLite's own file")


def command(*words, database, broken="", strace=()):
    """Run `python -m webapp ...` over this database."""
    return python("-m", "webapp", *words, broken=broken, strace=strace, **seller.environ_of(database))


# ---- Fault 33 ----


def back_up_while_selling(tmp_path, name, sales=60, broken=""):
    """(sales acknowledged before the backup began, those that it holds, what is wrong with it, its restore's seconds)."""
    server = Server(tmp_path, workers=2)
    server.start()
    try:
        new_product(server)
        tills = Tills(server, 4).start()
        server.wait_for(lambda: len(tills.answered) >= sales, 60)
        if broken:  # what stands in the log alone is told from what a checkpoint has moved meanwhile
            tills.stop()
        before = set(tills.answered.values())
        made = command("backup", str(tmp_path / name), database=server.address, broken=broken)
        tills.stop()
    finally:
        server.stop()
    assert made.returncode == 0, made.stderr
    elsewhere = seller.no_shop(tmp_path / "elsewhere")
    began = time.perf_counter()
    restored = command("restore", str(tmp_path / name), database=elsewhere)
    took = time.perf_counter() - began
    assert restored.returncode == 0, restored.stderr
    ids, wrong = seller.orders_of(elsewhere)
    return before, set(ids), wrong, took


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_fault_33_a_backup_while_selling_holds_every_sale_acknowledged_before_it_began(tmp_path, name, figures):
    before, ids, wrong, took = back_up_while_selling(tmp_path, name)

    assert before <= ids
    assert wrong == []
    assert not [file for file in os.listdir(tmp_path) if file.startswith(".a")]
    figures(33, acknowledged_before=len(before), missing=0, restore_seconds=round(took, 1))


@of_sqlite
def test_fault_33_the_control_a_build_that_copies_the_file_loses_sales(tmp_path):
    before, ids, _, _ = back_up_while_selling(tmp_path, "shop.db.gz", sales=5, broken="copy_the_file")

    assert before - ids


# ---- What does not verify, and a running shop ----


def spoil(file, how):
    """The backup is damaged in one way."""
    data = gzip.decompress(file.read_bytes())
    if how == "cut off":
        file.write_bytes(file.read_bytes()[:-2000])
    elif how == "another file":
        file.write_bytes(b"not a database at all" * 100)
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "a byte of a page":
        page = bytearray(data)
        page[9 * 4096 + 5 : 9 * 4096 + 300] = bytes(295)
        file.write_bytes(gzip.compress(bytes(page)))
    else:
        plain = file.with_suffix(".plain")
        plain.write_bytes(data)
        with closing(sqlite3.connect(plain, isolation_level=None)) as connection:
            connection.execute(how)
        file.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()


SPOILED = [
    "cut off", "another file", "empty", "a byte of a page", "update orders set total_minor = 1",
    "update sales_day set orders = orders + 1", "update setting set value = 'demo' where name = 'mode'",
    "insert into schema_migration values (9999, 'future', 0)",
]  # fmt: skip


@of_sqlite
def test_a_backup_that_does_not_verify_is_refused_and_nothing_is_replaced(tmp_path):
    database = seller.new_shop(tmp_path, sales=30)
    good = tmp_path / "good.db.gz"
    assert command("backup", str(good), database=database).returncode == 0

    for number, how in enumerate(SPOILED):
        bad = tmp_path / f"{number}.db.gz"
        shutil.copyfile(good, bad)
        spoil(bad, how)
        done = command("restore", str(bad), database=database)
        assert done.returncode in (1, 2), how
        assert b"Traceback" not in done.stderr, how

    assert seller.orders_of(database) == (list(range(1, 31)), [])
    assert not list(tmp_path.glob("shop.db.re*")) + list(tmp_path.glob("*.unfinished"))


def test_a_running_shop_is_not_replaced(server, tmp_path):
    new_product(server, "RUNS")
    made = server.run("backup", str(tmp_path / PACKED))
    refused = server.run("restore", str(tmp_path / PACKED))

    assert made.returncode == 0
    assert (refused.returncode, "running" in refused.stderr) == (1, True)
    with server.client() as client:
        assert client.get("/products/RUNS").status_code == 200


# ---- Fault 23 ----


def first_event(server, since):
    """The topic of the first thing that a program is told that comes back with this id."""
    with (
        server.client() as client,
        client.stream("GET", "/events?topics=orders", headers={"Last-Event-ID": since}) as told,
    ):
        for line in told.iter_lines():
            if line.startswith("data:"):
                return json.loads(line[5:])
    return None


def restore_under_a_client(tmp_path, broken=""):
    """What a program that was connected before a restore is told when it comes back after it."""
    server = Server(tmp_path, workers=1)
    server.start()
    try:
        new_product(server)
        with server.client() as client:
            client.post("/orders", json=ORDER)
            server.run("backup", str(tmp_path / PACKED))
            seq = [client.post("/orders", json=ORDER).json()["seq"] for _ in range(2)][-1]
        with server.client() as client:
            epoch = client.get("/", headers={"Accept": "text/html"}).text.partition('data-epoch="')[2][:8]
        server.stop()
        done = command("restore", str(tmp_path / PACKED), database=server.address, broken=broken)
        assert done.returncode == 0, done.stderr
        server.start()
        with server.client() as client:
            for _ in range(4):  # the new history has passed the place where the program was
                assert client.post("/orders", json=ORDER).status_code == 201
        return first_event(server, f"{epoch}-{seq}")
    finally:
        server.stop()


def test_fault_23_a_program_that_was_connected_before_a_restore_is_reset(tmp_path, figures):
    told = restore_under_a_client(tmp_path)

    assert (told["topic"], told["reason"]) == ("reset", "restored")
    assert len(told["data"]["orders"]) == 5
    figures(23, silent_gaps=0)


@pytest.mark.long
def test_fault_23_the_control_a_restore_that_keeps_the_epoch_leaves_a_silent_gap(tmp_path):
    told = restore_under_a_client(tmp_path, broken="keep_the_epoch_of_a_server" if ON_POSTGRES else "keep_the_epoch")

    assert told["topic"] != "reset"


# ---- Fault 34 ----


def old_shop(tmp_path, sales=20):
    """The shop of the first version of the schema that there was on this database."""
    if ON_POSTGRES:
        old, version = postgres.shared().database(empty=True), older.FIRST_ON_A_SERVER
    else:
        old, version = tmp_path / "old.db", older.FIRST
    older.make(old, seller.new_shop(tmp_path, sales=sales), version)
    return old


def old_backup(tmp_path):
    """A backup that was made of it then."""
    old = old_shop(tmp_path)
    if ON_POSTGRES:
        older.dump(old, tmp_path / PACKED)
        return tmp_path / PACKED
    return old


def restore_old(tmp_path, broken=""):
    """The schema after an old backup was restored elsewhere, and where that is."""
    elsewhere = seller.no_shop(tmp_path / "elsewhere")
    done = command("restore", str(old_backup(tmp_path)), database=elsewhere, broken=broken)
    assert done.returncode == 0, done.stderr
    return older.schema_of(elsewhere), elsewhere


def test_fault_34_an_old_backup_restored_elsewhere_is_migrated_and_sound(tmp_path, figures):
    schema, elsewhere = restore_old(tmp_path)

    assert schema == older.whole()[-1]
    assert seller.orders_of(elsewhere) == (list(range(1, 21)), [])
    with seller.opened(elsewhere):
        assert making.query("select order_id from order_source order by 1") == [(id,) for id in range(1, 21)]
    figures(34, lost=0, schema=f"{older.FIRST_ON_A_SERVER if ON_POSTGRES else older.FIRST} to {schema[0]}")


def test_fault_34_the_control_a_restore_that_does_not_migrate_is_seen(tmp_path):
    build = "restore_without_migrating_a_server" if ON_POSTGRES else "restore_without_migrating"
    schema, _ = restore_old(tmp_path, broken=build)

    assert schema != older.whole()[-1]


# ---- Fault 35 ----


def migrate_and_kill(tmp_path, points, broken=""):
    """(kills, those that left a schema between two versions) when `migrate` is killed at its writes."""
    old = old_shop(tmp_path, sales=3)
    whole = older.whole()
    finished = tmp_path / "finished.db"
    shutil.copyfile(old, finished)
    command("migrate", database=finished)
    assert older.schema_of(finished) == whole[-1]
    kills = between = 0
    for point in points:
        folder = tmp_path / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        database = folder / "shop.db"
        shutil.copyfile(old, database)
        inject = ("-o", "/dev/null", "-e", "trace=pwrite64", "-e", f"inject=pwrite64:signal=SIGKILL:when={point}")
        done = command("migrate", database=database, broken=broken, strace=inject)
        if done.returncode == 0:
            break
        kills += 1
        between += older.schema_of(database) not in whole
        if broken and between:
            break
        if not broken:
            assert command("migrate", database=database).returncode == 0
            assert seller.orders_of(database) == ([1, 2, 3], [])
    return kills, between


@of_sqlite
@needs_strace
@pytest.mark.slow
def test_fault_35_a_migration_that_is_killed_is_whole_or_not_there(tmp_path, figures):
    kills, between = migrate_and_kill(tmp_path, (10, 13))

    assert (kills, between) == (2, 0)


@of_sqlite
@needs_strace
@pytest.mark.long
def test_fault_35_a_migration_killed_at_each_of_its_writes(tmp_path, figures):
    kills, between = migrate_and_kill(tmp_path, range(1, 400))

    assert kills > 10
    assert between == 0
    figures(35, kills=kills, between=between)


@of_sqlite
@needs_strace
def test_fault_35_the_control_a_migration_by_statement_is_left_half_done(tmp_path):
    _, between = migrate_and_kill(tmp_path, range(12, 40, 3), broken="migrate_by_statement")

    assert between > 0


@pytest.mark.long
def test_the_restored_shop_sells(tmp_path):
    database = seller.new_shop(tmp_path, sales=3)
    command("backup", str(tmp_path / PACKED), database=database)
    command("restore", str(tmp_path / PACKED), database=database)
    server = Server(tmp_path, workers=1, TAKINGS_DATABASE=str(database))
    server.start()
    try:
        with server.client() as client:
            assert client.post("/orders", json=ORDER).status_code == 201
    finally:
        server.stop()
    assert sound(server)
