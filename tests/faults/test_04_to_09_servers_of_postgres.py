"""Faults 4, 5, 7, 8 and 9 on PostgreSQL: the disk of its server fails, is full, is damaged, or its server may only be read.

A disk that does not take the log ends PostgreSQL's sessions: it recovers by itself, and meanwhile nothing is acknowledged.
"""

import random
import shutil
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults import seller
from tests.faults.clusters import cluster
from tests.faults.injection import failing, needs_strace, python, small_disk
from tests.faults.power_postgres import lay
from tests.faults.test_04_to_07_failing_disks import ORDER, check_reading, check_recovered, check_refusals, sell
from tests.faults.till import every_order, new_product
from tests.servers.takings import Server
from webapp.db import postgres

pytestmark = [pytest.mark.postgres, pytest.mark.long]  # make faults runs it
PAGE = 8192


@contextmanager
def selling(server, folder, broken="", database=""):
    """A shop on that server with three sales: (shop, client, their ids)."""
    shop = Server(folder, workers=1, broken=broken, TAKINGS_DATABASE=database or server.database())
    shop.start()
    try:
        new_product(shop)
        with shop.client() as client:
            client.timeout = 60  # a server that recovers may take longer than one that answers
            yield shop, client, [answer.json()["id"] for answer in sell(client, 3)]
    finally:
        shop.stop()


# ---- Fault 4: the log cannot be written, or its sync fails ----


def sell_until_it_goes_well(shop, client):
    """The refusals up to the first sale that is taken, and that one."""
    answers = sell(client)
    shop.wait_for(lambda: answers[-1].status_code == 201 or answers.extend(sell(client)), 60)
    return answers[:-1], answers[-1]


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "calls", "error"), [(4, "fdatasync", "EIO"), (4, "pwrite64", "EIO"), (5, "pwrite64", "ENOSPC")]
)
def test_a_log_that_cannot_be_written_ends_the_servers_sessions_and_nothing_acknowledged_is_lost(
    tmp_path, fault, calls, error, figures
):
    with cluster() as server, selling(server, tmp_path) as (shop, client, told):
        with failing(server.children(), calls, error):
            refused, taken = sell_until_it_goes_well(shop, client)

        check_refusals(refused, {"away", "disk", "full"})
        assert refused
        check_recovered(shop, client, [*told, taken.json()["id"]])
    figures(fault, injected=f"{calls} {error} under the log of the server", refused=len(refused), lost=0)


@needs_strace
def test_fault_4_the_control_a_build_that_believes_the_server_acknowledges_what_is_not_there(tmp_path):
    with cluster() as server, selling(server, tmp_path, broken="believe_the_server") as (shop, client, _):
        with failing(server.children(), "pwrite64", "EIO"):
            answer = sell(client)[0]
        server.wait_until_it_answers()
        shop.wait_for(lambda: client.get("/orders").status_code == 200)
        there = {order["id"] for order in every_order(shop)}

    assert answer.status_code == 201
    assert answer.json()["id"] not in there


# ---- Fault 5: no room for the tables ----


@contextmanager
def on_a_small_disk(server, megabytes):
    """The address of a shop whose tables lie on a disk of their own, and that disk."""
    folder = Path(tempfile.mkdtemp(prefix="takings-disk-"))
    folder.chmod(0o755)
    try:
        with small_disk(folder, megabytes) as disk:
            (tables := disk / "tables").mkdir()
            shutil.chown(tables, server.data.owner(), server.data.group())
            address = server.database()
            name = address.split("@/")[1].split("?")[0]
            server.say(f"create tablespace small location '{tables}'", f"alter database {name} set tablespace small")
            try:
                yield address, disk
            finally:
                server.drop(address)
    finally:
        folder.rmdir()


def fill(client, disk):
    """The answers up to one that is refused and five more, on a disk on which little is left."""
    room = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(bytes(max(0, room - (600 << 10))))
    answers = sell(client, note="x" * 2000)
    while answers[-1].status_code == 201:
        answers += sell(client, note="x" * 2000)
    return answers + sell(client, 5, note="x" * 2000)


@pytest.mark.slow
def test_fault_5_a_disk_of_the_tables_that_is_really_full(tmp_path, figures):
    with cluster() as server, on_a_small_disk(server, 40) as (address, disk):
        with selling(server, tmp_path, database=address) as (shop, client, told):
            answers = fill(client, disk)
            told += [answer.json()["id"] for answer in answers if answer.status_code == 201]
            check_refusals([answer for answer in answers if answer.status_code != 201], {"full"})
            check_reading(client, banner=True)
            (disk / "ballast").unlink()
            check_recovered(shop, client, told)
    figures(5, sold_until_full=len(told), lost=0)


@pytest.mark.slow
def test_fault_5_the_control_a_build_that_does_not_know_the_servers_words_is_seen(tmp_path):
    with cluster() as server, on_a_small_disk(server, 40) as (address, disk):
        with selling(server, tmp_path, broken="know_no_words", database=address) as (_, client, _):
            answers = fill(client, disk)

    assert {answer.json()["reason"] for answer in answers if answer.status_code != 201} == {"unknown"}


# ---- Fault 7: a server that takes no writes any more, as one does whose disk is nearly full, or a replica ----


@contextmanager
def read_only(server, shop, client):
    """While this lasts the server takes no writes, which its sessions have heard of."""
    server.say("alter system set default_transaction_read_only = on", "select pg_reload_conf()")
    try:
        shop.wait_for(lambda: sell(client)[0].status_code != 201)
        yield
    finally:
        server.say("alter system reset default_transaction_read_only", "select pg_reload_conf()")


@pytest.mark.slow
def test_fault_7_a_server_that_may_only_be_read_takes_no_sale_and_is_sold_into_again(tmp_path, figures):
    with cluster() as server, selling(server, tmp_path) as (shop, client, told):
        with read_only(server, shop, client):
            answers = sell(client, 4)
            check_refusals(answers, {"read_only"})
            check_reading(client, banner=True)
        shop.wait_for(lambda: sell(client)[0].status_code == 201)
        check_recovered(shop, client, told)
    figures(7, injected="default_transaction_read_only", refused=len(answers), lost=0)


@pytest.mark.slow
def test_fault_7_the_control_a_build_that_does_not_know_the_servers_words_is_seen(tmp_path):
    with cluster() as server, selling(server, tmp_path, broken="know_no_words") as (shop, client, _):
        with read_only(server, shop, client):
            reasons = {answer.json()["reason"] for answer in sell(client, 2)}

    assert reasons == {"unknown"}


# ---- Fault 8: a damaged page of a table ----


def start_damaged(server, folder, broken="", command="serve"):
    """A shop over a table of which a page is noise, and the backup that was made before."""
    database = seller.new_shop(None, sales=20, server=server)
    shop = Server(folder, workers=1, command=command, broken=broken, TAKINGS_DATABASE=database)
    made = shop.run("backup", str(folder / "good.pgdump"))
    assert made.returncode == 0, made.stderr
    with closing(postgres.connect(database)) as connection:
        file = server.data / connection.run("select pg_relation_filepath('orders')").fetchone()[0]
    server.kill()
    server.start()  # what was in its memory alone is in its files now
    server.kill()
    with file.open("r+b") as pages:
        pages.write(random.Random(8).randbytes(PAGE))
    server.start()
    shop.start()
    return shop


@pytest.mark.slow
def test_fault_8_a_damaged_page_is_found_at_the_start_and_a_restore_heals(tmp_path, figures):
    with cluster() as server:
        shop = start_damaged(server, tmp_path)
        try:
            with shop.client() as client:
                answer = client.post("/orders", json=ORDER)
                page = client.get("/products", headers={"Accept": "text/html"})
            shop.stop()
            backup = shop.run("backup", str(tmp_path / "bad.pgdump"))
            restored = shop.run("restore", str(tmp_path / "good.pgdump"))
            shop.start()
            with shop.client() as client:
                sold = client.post("/orders", json=ORDER)
        finally:
            shop.stop()

    assert (answer.status_code, answer.json()["reason"]) == (503, "stopped")
    assert "restore" in answer.json()["detail"]
    assert page.status_code == 200 and "Selling is stopped" in page.text and "restore" in page.text
    assert backup.returncode == 1 and not (tmp_path / "bad.pgdump").exists()
    assert (restored.returncode, sold.status_code) == (0, 201), restored.stderr
    figures(8, found="at the start, before the first sale", sold_on_damaged_file=0)


@pytest.mark.slow
def test_fault_8_the_control_a_build_that_checks_nothing_goes_on_over_a_damaged_page(tmp_path):
    with cluster() as server:
        # Without background work nobody else reads that page meanwhile.
        shop = start_damaged(server, tmp_path, broken="skip_checks", command="serve --web-only")
        try:
            with shop.client() as client:
                answer = client.post("/products", json={"sku": "NEW", "name": "New", "price": 1})
        finally:
            shop.stop()

    assert answer.status_code == 201, answer.text


# ---- Fault 9: the write-ahead log is cut off or torn ----


def crash(server, sales, broken=""):
    """(the data folder as a crash leaves it, the segment of the log, where the sales begin and end in it, the shop)."""
    database, said = seller.new_shop(None, server=server), server.folder / "said"
    server.say("select pg_switch_wal()", "checkpoint")
    begin = server.ask("select pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
    done = python("-m", "tests.faults.seller", database, str(said), str(sales), broken=broken)
    assert done.returncode == 0, done.stderr
    end = server.ask("select pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
    segment = server.ask("select pg_walfile_name(pg_current_wal_flush_lsn())")
    server.kill()
    base = server.folder / "crashed"
    server.data.rename(base)
    assert int(begin) >> 24 == int(end) >> 24, "the sales lie in several segments"
    return base, segment, int(begin) & 0xFFFFFF, int(end) & 0xFFFFFF, database


def cut_everywhere(sales, cuts, broken=""):
    """For each cut: (bytes, sales lost, whether they are the last ones, what is wrong)."""
    found = []
    with cluster() as server:
        base, segment, begin, end, database = crash(server, sales, broken)
        for number in range(cuts):
            cut = number * (end - begin) // cuts
            lay(base, server.data)
            with (server.data / "pg_wal" / segment).open("r+b") as log:
                log.seek(end - cut)
                log.write(random.Random(number).randbytes(cut) if number % 2 else bytes(cut))
            server.start()
            ids, wrong = seller.orders_of(database)
            server.stop()
            found.append((cut, sales - len(ids), ids == list(range(1, len(ids) + 1)), wrong))
    return found


def test_fault_9_a_cut_log_loses_its_last_sales_and_leaves_the_rest_whole(figures):
    found = cut_everywhere(sales=12, cuts=16)

    assert found[0][1] == 0
    assert all(in_order and not wrong for _, _, in_order, wrong in found)
    assert [lost for _, lost, _, _ in found] == sorted(lost for _, lost, _, _ in found)
    assert found[-1][1] > 0  # what is cut off is lost: no promise can change that
    figures(9, sales=12, lost_by_bytes_cut={str(cut): lost for cut, lost, _, _ in found[::5]}, unsound=0)


def test_fault_9_the_control_a_build_that_commits_a_sale_in_two_parts_is_left_unsound():
    found = cut_everywhere(sales=4, cuts=12, broken="commit_in_two")

    assert any(wrong for *_, wrong in found)
