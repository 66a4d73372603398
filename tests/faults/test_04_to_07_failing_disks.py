"""Faults 4 to 7: the disk does not confirm, is full, over a limit, or can only be read.

Selling stops with a clear 503, reading goes on, nothing that was acknowledged is gone, and selling goes on by itself.
"""

import resource
import shutil
import threading
from contextlib import contextmanager

import httpx
import pytest

from tests import making
from tests.faults.injection import failing, limited, needs_strace, small_disk
from tests.faults.till import every_order, new_product, sound
from tests.servers.takings import Server
from webapp.db import failures, reading, writer
from webapp.errors import Unavailable

pytestmark = [
    pytest.mark.long,  # make faults runs it
    pytest.mark.sqlite("it is about SQLite's own files; PostgreSQL's server has a test of its own"),
]

ORDER = {"product_id": "TEA", "quantity": 1}
KINDS = [
    pytest.param(4, "fdatasync", "EIO", {"disk"}, id="fault_4_the_disk_does_not_confirm"),
    pytest.param(5, "pwrite64", "ENOSPC", {"full"}, id="fault_5_the_disk_is_full"),
    pytest.param(7, "pwrite64", "EROFS", {"disk", "read_only"}, id="fault_7_the_disk_can_only_be_read"),
]  # fmt: skip


@pytest.fixture(scope="module", params=["loop", pytest.param("thread", marks=pytest.mark.long)])
def running(tmp_path_factory, request):
    """One web process, its writer in the loop or on a thread."""
    server = Server(tmp_path_factory.mktemp("failing"), workers=1, TAKINGS_WRITER=request.param)
    server.start()
    new_product(server)
    yield server
    server.stop()


def sell(client, count=1, **more):
    """The answers of so many sales."""
    return [client.post("/orders", json={**ORDER, **more}) for _ in range(count)]


def check_refusals(answers, reasons):
    """Every answer is a 503 that says why and when to come again, and shows no trace."""
    for answer in answers:
        problem = answer.json()
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert int(answer.headers["Retry-After"]) >= 1
        assert problem["reason"] in reasons
        assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()


def check_reading(client, banner):
    """Everything can be read; pages say above all else that selling waits, or do not."""
    assert client.get("/analytics").status_code == 200
    assert client.get("/orders").status_code == 200
    page = client.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert ("Selling waits for the disk" in page.text) == banner


def check_recovered(server, client, told):
    """It sells again by itself, the banner goes, and what was acknowledged is there."""
    (answer,) = sell(client)
    assert answer.status_code == 201
    check_reading(client, banner=False)
    ids = [order["id"] for order in every_order(server)]
    assert {*told, answer.json()["id"]} <= set(ids)
    assert len(ids) == len(set(ids))
    assert sound(server)


def sell_while_it_fails(server, calls, error):
    """(ids that were acknowledged, those while it failed among them, the answers while it failed)."""
    with server.client() as client:
        told = [answer.json()["id"] for answer in sell(client, 3)]
        with failing(server.family(), calls, error):
            answers = sell(client, 4)
            check_reading(client, banner=any(answer.status_code == 503 for answer in answers))
    return told, [answer.json()["id"] for answer in answers if answer.status_code == 201], answers


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("fault, calls, error, reasons", KINDS)
def test_selling_stops_reading_goes_on_and_it_recovers_alone(running, fault, calls, error, reasons, figures):
    told, meanwhile, answers = sell_while_it_fails(running, calls, error)

    check_refusals(answers, reasons)
    assert not meanwhile
    with running.client() as client:
        check_recovered(running, client, told)
    figures(fault, injected=f"{calls} {error}", refused=len(answers), lost=0)


@contextmanager
def over_the_limit(server):
    """While this lasts no file of the server may grow."""
    log = (server.folder / "shop.db-wal").stat().st_size
    with limited(server.web_processes(), resource.RLIMIT_FSIZE, log + 8192):
        yield


FAILS = {
    4: lambda server: failing(server.family(), "fdatasync", "EIO"),
    5: lambda server: failing(server.family(), "pwrite64", "ENOSPC"),
    6: over_the_limit,
}


@needs_strace
@pytest.mark.parametrize("fault", FAILS)
def test_fault_4_to_6_the_control_a_build_that_believes_the_disk_loses_what_it_acknowledged(tmp_path, fault):
    server = Server(tmp_path, workers=1, broken="believe_the_disk", TAKINGS_WRITER="loop")
    server.start()
    try:
        new_product(server)
        with server.client() as client:
            sell(client, 3)
            with FAILS[fault](server):
                meanwhile = [answer.json()["id"] for answer in sell(client, 4) if answer.status_code == 201]
        there = {order["id"] for order in every_order(server)}
    finally:
        server.stop()

    assert meanwhile
    assert set(meanwhile) - there or len(set(meanwhile)) < len(meanwhile)


@pytest.mark.slow
def test_fault_5_a_disk_that_is_really_full(tmp_path, figures):
    with small_disk(tmp_path / "disk", 6) as disk:
        (disk / "ballast").write_bytes(bytes(2 << 20))
        server = Server(disk, workers=1)
        server.log = tmp_path / "server.log"
        server.log.touch()
        server.start()
        try:
            new_product(server)
            with server.client() as client:
                answers = [sell(client, note="x" * 2000)[0]]
                while answers[-1].status_code == 201:
                    answers += sell(client, note="x" * 2000)
                answers += sell(client, 5, note="x" * 2000)
                told = [answer.json()["id"] for answer in answers if answer.status_code == 201]
                check_refusals([answer for answer in answers if answer.status_code != 201], {"full"})
                check_reading(client, banner=True)
                (disk / "ballast").unlink()
                check_recovered(server, client, told)
            figures(5, sold_until_full=len(told), lost=0)
        finally:
            server.stop()


@pytest.mark.slow
def test_fault_6_a_limit_on_the_size_of_files_is_a_full_disk(running, figures):
    with running.client() as client:
        told = [answer.json()["id"] for answer in sell(client, 3)]
        with over_the_limit(running):
            answers = sell(client, 4)
            check_reading(client, banner=True)
        check_refusals(answers, {"full"})
        check_recovered(running, client, told)
    figures(6, refused=len(answers), lost=0)


# ---- Inside: the connection is dropped, and a transaction that a failing disk left open is undone ----


def fail_once(monkeypatch):
    """The connection under which a write failed, and the one that the next write used."""
    making.make_product()
    session = writer.session()
    failed = session.connection()
    failed.execute("pragma query_only = on")  # the next statement that writes is SQLITE_READONLY
    with pytest.raises(Unavailable) as refused:
        making.sell("TEA")
    assert refused.value.extra["reason"] == "read_only"
    return failed, session.connection()


def test_fault_7_a_connection_that_may_only_read_is_dropped_and_its_transaction_undone(shop, monkeypatch):
    failed, following = fail_once(monkeypatch)

    assert following is not failed
    assert making.sell("TEA") == 1
    assert failures.Now.trouble is None
    assert making.differences() == []


def test_fault_7_the_control_a_build_that_keeps_the_connection_is_seen(shop, monkeypatch):
    monkeypatch.setattr(writer.Session, "_drop", lambda self: None)

    failed, following = fail_once(monkeypatch)

    assert following is failed
    failed.execute("pragma query_only = off")


def test_a_reader_under_which_the_file_failed_is_not_used_again(shop):
    with reading.reading() as tx:
        first = tx.connection
    with pytest.raises(Exception, match="no such table"), reading.reading() as tx:
        tx.execute("select * from nowhere")

    with reading.reading() as tx:
        assert tx.connection is not first


@pytest.fixture(autouse=True)
def room(tmp_path):
    """Say aloud when what the test's own shops lie on is too full to test with."""
    if shutil.disk_usage(tmp_path).free < 200 << 20:
        pytest.skip("the disk of this machine is nearly full itself")


# ---- A disk that does not answer at all for a while ----


@needs_strace
@pytest.mark.long
def test_a_disk_that_does_not_answer_holds_up_no_reader_and_new_sales_are_refused(tmp_path, figures):
    server = Server(tmp_path, workers=1, TAKINGS_WRITER="thread")
    server.start()
    held, refused = [], []

    def wait_for_the_disk():
        with httpx.Client(base_url=server.url, timeout=60) as client:  # more than one of these syncs takes
            held.extend(sell(client))

    try:
        new_product(server)
        with server.client() as client, failing(server.web_processes(), "fdatasync", "EIO:delay_enter=12000000"):
            waiting = threading.Thread(target=wait_for_the_disk)
            waiting.start()
            reads = 0
            while waiting.is_alive():
                assert client.get("/analytics?period=today").status_code == 200
                reads += waiting.is_alive()
                if reads % 50 == 1 and (answer := stalled(server)) is not None:
                    refused.append(answer)
        assert reads > 10
        assert held[0].status_code == 503
        with server.client() as client:
            check_recovered(server, client, [])
    finally:
        server.stop()

    check_refusals(refused, {"stalled", "disk"})
    assert any(answer.json()["reason"] == "stalled" for answer in refused)
    figures(4, reads_while_it_stood_still=reads)


def stalled(server):
    """The answer to one more sale, or None when it waits, too."""
    try:
        return httpx.post(f"{server.url}/orders", json=ORDER, timeout=0.5)
    except httpx.ReadTimeout:
        return None
