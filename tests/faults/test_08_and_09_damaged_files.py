"""Faults 8 and 9: a page of the database is damaged; the write-ahead log is cut off or torn."""

import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests import making
from tests.faults import seller
from tests.faults.injection import python
from tests.servers.takings import Server
from webapp import schedule, verify
from webapp.db import guard, store, writer
from webapp.errors import Unavailable
from webapp.jobs import worker

assert schedule  # the nightly checks are registered by being imported
PAGE = 4096
of_sqlite = pytest.mark.sqlite("it damages SQLite's own file; PostgreSQL's server has a test of its own")
ORDER = {"product_id": "TEA", "quantity": 1}


def damage(database, name="orders_total"):
    """Random bytes stand where a page of this table or index stood."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        root = connection.execute("select rootpage from sqlite_master where name = ?", (name,)).fetchone()[0]
    with database.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(random.Random(8).randbytes(PAGE))


def start_damaged(tmp_path, broken=""):
    """A server over a shop of which a page is damaged, and the backup that was made before."""
    database = seller.new_shop(tmp_path, sales=20)
    server = Server(tmp_path, workers=1, broken=broken)
    made = server.run("backup", str(tmp_path / "good.db.gz"))
    assert made.returncode == 0, made.stderr
    damage(database)
    server.start()
    return server


@of_sqlite
def test_fault_8_a_damaged_page_is_found_at_the_start_and_a_restore_heals(tmp_path, figures):
    server = start_damaged(tmp_path)
    try:
        with server.client() as client:
            answer = client.post("/orders", json=ORDER)
            page = client.get("/products", headers={"Accept": "text/html"})
            products = client.get("/products")
        server.stop()
        backup = server.run("backup", str(tmp_path / "bad.db.gz"))
        restored = server.run("restore", str(tmp_path / "good.db.gz"))
        server.start()
        with server.client() as client:
            sold = client.post("/orders", json=ORDER)
    finally:
        server.stop()

    assert (answer.status_code, answer.json()["reason"]) == (503, "stopped")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "restore" in answer.json()["detail"]
    assert "Selling is stopped" in page.text and "restore" in page.text
    assert (page.status_code, products.status_code) == (200, 200)
    assert backup.returncode == 1 and not (tmp_path / "bad.db.gz").exists()
    assert (restored.returncode, sold.status_code) == (0, 201)
    assert list(tmp_path.glob("shop.db.replaced-*"))
    figures(8, found="at the start, before the first sale", sold_on_damaged_file=0)


@of_sqlite
def test_fault_8_the_control_a_build_that_checks_nothing_sells_on_a_damaged_file(tmp_path):
    server = start_damaged(tmp_path, broken="skip_checks")
    try:
        with server.client() as client:
            answer = client.post("/products", json={"sku": "NEW", "name": "New", "price": 1})
    finally:
        server.stop()

    assert answer.status_code == 201


def test_fault_8_the_night_finds_what_happened_by_day(shop, at):
    at("2026-11-21T12:00:00Z")
    making.make_product()
    making.sell("TEA")
    worker.run_pending()
    damage_sums()

    at("2026-11-22T05:00:00Z")
    worker.run_pending()

    assert guard.stopped() == "rollups"
    with pytest.raises(Unavailable, match="rebuild"):
        making.sell("TEA")
    verify.rebuild()
    assert making.sell("TEA") == 2


def damage_sums():
    """Somebody else's hand in the kept sums."""
    making.spoil("update sales_day set gross_minor = gross_minor + 1")


@of_sqlite
def test_what_is_written_while_a_page_is_damaged_is_a_503_and_stops_the_shop(shop):
    making.make_product()
    making.sell("TEA")
    writer.close()
    damage(store.path(), "orders")

    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            making.sell("TEA")

    assert refused.value.extra["reason"] in ("stopped", "damaged")
    assert guard.marker(store.path()).exists()


# ---- Fault 9 ----


def crash(tmp_path, sales, broken=""):
    """A ledger whose last sales stand in the write-ahead log alone, as a crash leaves it."""
    base = seller.new_shop(tmp_path)
    done = python("-m", "tests.faults.seller", str(base), str(tmp_path / "said"), str(sales), broken=broken)
    assert done.returncode == 0, done.stderr
    return base


def cut_log(base, folder, cut, torn=False):
    """(sales left, what is wrong) when the log has lost its last bytes, or they are noise."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(base, folder / "shop.db")
    log = base.with_name("shop.db-wal").read_bytes()
    kept = log[: len(log) - cut]
    (folder / "shop.db-wal").write_bytes(kept + random.Random(cut).randbytes(cut) if torn else kept)
    ids, wrong = seller.orders_of(folder / "shop.db")
    return ids, wrong


def cut_everywhere(tmp_path, sales, cuts, broken=""):
    """For each cut: (bytes, sales lost, whether they are the last ones, what is wrong)."""
    base = crash(tmp_path, sales, broken)
    size = base.with_name("shop.db-wal").stat().st_size
    found = []
    for number in range(cuts):
        cut = number * size // cuts
        ids, wrong = cut_log(base, tmp_path / "cut", cut, torn=bool(number % 2))
        found.append((cut, sales - len(ids), ids == list(range(1, len(ids) + 1)), wrong))
    return found


@of_sqlite
def test_fault_9_a_cut_log_loses_its_last_sales_and_leaves_the_rest_whole(tmp_path, figures):
    found = cut_everywhere(tmp_path, sales=12, cuts=16)

    assert found[0][1] == 0
    assert all(in_order and not wrong for _, _, in_order, wrong in found)
    assert [lost for _, lost, _, _ in found] == sorted(lost for _, lost, _, _ in found)
    assert found[-1][1] > 0  # what is cut off is lost: no promise can change that
    figures(9, sales=12, lost_by_bytes_cut={str(cut): lost for cut, lost, _, _ in found[::5]}, unsound=0)


@of_sqlite
def test_fault_9_the_control_a_build_that_commits_a_sale_in_two_parts_is_left_unsound(tmp_path):
    found = cut_everywhere(tmp_path, sales=4, cuts=12, broken="commit_in_two")

    assert any(wrong for *_, wrong in found)
