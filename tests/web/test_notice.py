"""The piece above every page: it says why nothing can be sold, without a commit that would announce it."""

import os

import pytest

from tests import making
from tests.making import spoil
from webapp import verify
from webapp.db import failures, guard, reading, store
from webapp.live import islands, topics
from webapp.live.screens import Screens
from webapp.web import notice


class Clock:
    """A clock that stands until the test moves it."""

    seconds = 100.0

    def now(self):
        """Seconds."""
        return self.seconds

    def now_ms(self):
        """Milliseconds."""
        return int(self.seconds * 1000)


@pytest.fixture
def client(program):
    """A client of the whole program."""
    return program.test_client()


@pytest.fixture
def watched(client):
    """look() gives what a page that was opened long ago would be shown now, or None when nothing new is to be seen."""
    making.make_product(stock=10)
    clock = Clock()
    screens = Screens(topics.known, islands.known, clock.now, clock.now_ms)
    screens.watch(notice.ADDRESS)

    def look():
        clock.seconds += 1
        screen = screens.due()
        assert screen is not None, "it is not looked at by itself"
        with reading.reading() as tx:
            screen.next = screen.paint(tx, clock.now_ms())
        [(shown, new)] = screens.reveal(10**9)
        return shown.shown.message if new else None

    return look


@pytest.fixture(autouse=True)
def well():
    """The disk is well again afterwards."""
    yield
    failures.well()


def test_it_comes_when_a_check_stops_the_shop_and_goes_when_a_person_has_decided(watched):
    assert "<p>" not in watched()
    assert watched() is None

    spoil("update stock_level set quantity = 99")
    found = list(verify.run())
    verify.judge(verify.report(found))

    assert "Selling is stopped; everything can still be read." in watched()
    assert watched() is None
    verify.accept(verify.wrong(found))
    assert "<p>" not in watched()


def test_the_marker_of_a_damaged_file_and_the_trouble_of_a_disk_are_seen_though_nothing_commits(watched):
    watched()

    guard.mark(store.path(), "damaged")
    assert "restore FILE" in watched()
    guard.unmark(store.path())
    assert "<p>" not in watched()
    failures.Now.trouble = "full"
    assert "The disk is full" in watched()
    failures.well()
    assert "<p>" not in watched()


def test_the_trouble_that_one_process_met_is_known_to_those_forked_from_the_same(shop):
    child = os.fork()
    if child == 0:
        failures.met(OSError(28, "No space left on device"), store.path())
        os._exit(0)
    os.waitpid(child, 0)

    assert failures.Now.trouble == "full"
    assert guard.notice().text == failures.WORDS["full"]


def test_every_page_has_it_and_where_nothing_can_be_read_it_is_said_without_being_live(client, monkeypatch):
    page = client.get("/settings", headers={"Accept": "text/html"}).text
    assert 'data-island="/notice"' in page

    guard.mark(store.path(), "damaged")
    monkeypatch.setattr(islands.known, "place", _fail)

    page = client.get("/nowhere", headers={"Accept": "text/html"}).text
    assert "Selling is stopped" in page
    assert 'data-island="/notice"' not in page


def _fail(address):
    raise OSError(5, "Input/output error")
