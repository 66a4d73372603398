"""The guard: what a check finds stops writing, reading goes on, and a person decides."""

import pytest

from tests import making
from tests.making import spoil
from webapp import verify
from webapp.db import guard, store, writer
from webapp.errors import Unavailable
from webapp.jobs import queue


@pytest.fixture
def sold(shop):
    """A shop with a sale."""
    making.make_product(stock=10)
    making.sell("TEA", 3)


def refused():
    """How a sale is refused now."""
    with pytest.raises(Unavailable) as problem:
        making.sell("TEA")
    return problem.value


def test_a_sound_shop_goes_on(sold):
    assert verify.check_at_start() == {"stopped": None, "found": []}
    assert verify.check_fully() == {"stopped": None, "found": []}
    assert making.sell("TEA") == 2


@pytest.mark.parametrize(
    "statement, check, kind, advice",
    [
        ("update sales_day set gross_minor = 0", verify.check_at_start, "rollups", "rebuild"),
        ("update order_day set orders = 9", verify.check_fully, "rollups", "rebuild"),
        ("update orders set total_minor = 1", verify.check_fully, "ledger", "--accept"),
        ("update stock_level set quantity = 99", verify.check_fully, "ledger", "--accept"),
    ],
)
def test_what_is_wrong_stops_writing_and_says_what_to_do(sold, statement, check, kind, advice):
    spoil(statement)

    assert check()["stopped"] == kind

    problem = refused()
    assert (problem.status, problem.extra["reason"], problem.retry_after) == (503, "stopped", guard.RETRY_S)
    assert advice in problem.detail
    assert making.query("select count(*) from orders") == [(1,)]


def test_the_control_without_the_barrier_it_would_be_sold(sold, monkeypatch):
    monkeypatch.setattr(guard, "barrier", lambda tx, path: None)
    spoil("update orders set total_minor = 1")
    verify.check_fully()

    assert making.sell("TEA") == 2


def test_a_rebuild_heals_the_sums_and_selling_goes_on(sold):
    spoil("delete from sales_day")
    verify.check_at_start()

    verify.rebuild()

    assert making.sell("TEA") == 2
    assert guard.notice() is None


def test_a_rebuild_does_not_open_a_ledger_that_contradicts_itself(sold):
    spoil("update stock_level set quantity = 99")
    verify.check_fully()

    verify.rebuild()

    assert refused().extra["reason"] == "stopped"


def test_what_a_person_accepts_stops_nothing_again_and_something_new_does(sold):
    spoil("update stock_level set quantity = 99")
    verify.check_fully()

    accepted = verify.accept(verify.wrong(verify.run()))

    assert len(accepted) == 1
    assert making.sell("TEA") == 2
    spoil("update stock_level set quantity = 99")
    spoil("update returns set total_minor = 1")
    spoil("update orders set total_minor = 7 where id = 2")
    assert verify.check_fully()["stopped"] == "ledger"


def test_a_quick_check_does_not_open_what_a_full_one_stopped(sold):
    spoil("update stock_level set quantity = 99")
    verify.check_fully()

    assert verify.check_at_start()["stopped"] == "ledger"
    assert refused()


def test_the_machinery_goes_on_while_writing_is_stopped(sold):
    spoil("update stock_level set quantity = 99")
    verify.check_fully()
    from webapp.jobs import worker

    writer.do(worker._beat, "worker")

    assert making.value("select count(*) from heartbeat") == 1
    with pytest.raises(Unavailable):
        writer.do(lambda tx, items: [queue.add(tx, "prune")], None)


def test_the_marker_stops_writing_where_the_file_takes_no_row(sold):
    guard.mark(store.path(), "damaged")

    assert "restore" in refused().detail
    assert guard.stopped() == "file"
    guard.unmark(store.path())
    assert making.sell("TEA") == 2


def test_every_page_says_that_selling_is_stopped(sold, client):
    spoil("update stock_level set quantity = 99")
    verify.check_fully()

    for address in ("/", "/sell", "/orders", "/products", "/imports", "/settings", "/backups", "/nowhere"):
        page = client.get(address, headers={"Accept": "text/html"})
        assert 'role="alert"><p><b>Selling is stopped' in page.text, address
        assert page.status_code == (404 if address == "/nowhere" else 200)
