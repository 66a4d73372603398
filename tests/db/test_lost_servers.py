"""A PostgreSQL server that is killed under those who read and look, and comes back."""

import pytest

from tests import making
from tests.servers.postgres import Postgres
from webapp.db import reading, writer
from webapp.errors import Unavailable

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server():
    """A server of these tests alone."""
    made = Postgres().start()
    yield made
    made.remove()


@pytest.fixture
def database(server, tmp_path):
    """A shop on it."""
    address = server.database()
    yield {"TAKINGS_DATABASE": address, "TAKINGS_FOLDER": str(tmp_path)}
    server.drop(address)


def test_who_looks_for_commits_sees_a_server_that_came_back_as_something_new(shop, server):
    making.make_product()
    before = reading.data_version()

    server.stop()
    server.start()

    assert reading.data_version() != before
    assert reading.data_version() == reading.data_version()


def test_who_looks_for_commits_while_the_server_is_away_is_told_so(shop, server):
    reading.data_version()

    server.stop()
    try:
        with pytest.raises(Unavailable):
            reading.data_version()
    finally:
        server.start()


def test_what_was_read_before_the_server_was_killed_stands(shop, server):
    making.make_product("TEA")

    with reading.reading() as tx:
        found = tx.execute("select sku from product").fetchall()
        server.stop()
    server.start()

    assert [tuple(row) for row in found] == [("TEA",)]
    assert making.sell("TEA") == 1


def test_who_writes_can_go_while_the_server_is_away(shop, server):
    making.make_product("TEA")

    server.stop()
    try:
        writer.close()
    finally:
        server.start()

    assert making.sell("TEA") == 1
