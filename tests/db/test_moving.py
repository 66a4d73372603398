"""A shop moves from SQLite to PostgreSQL and back: every row, every number, to the cent; what was interrupted goes on."""

from functools import partial

import pytest

from tests import making
from tests.imports import making as files
from tests.servers import postgres
from webapp import config, verify
from webapp.config import ConfigError
from webapp.db import engines, moving, presence, reading, store, writer
from webapp.db.moving import MoveError
from webapp.imports.jobs import entering
from webapp.metrics import rollups

assert verify  # it says how a shop is verified by being imported
pytestmark = pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed")

move = partial(moving.move, settle=rollups.settle)


def quiet(*_):
    """Progress that nobody watches."""


def leave():
    """This process has no shop open."""
    writer.close()
    reading.close()
    presence.leave()


@pytest.fixture
def visit(tmp_path):
    """Open the shop of an address in this process."""

    def open_shop(address):
        values = {"TAKINGS_DATABASE": address, "TAKINGS_FOLDER": str(tmp_path), "TAKINGS_LOG": "text"}
        return store.open(config.load(values, dotenv=None))

    yield open_shop
    leave()


@pytest.fixture
def file(visit, tmp_path):
    """The address of a shop on SQLite with sales, a return, stock and words that are hard to write down; nobody has it open."""
    address = str(tmp_path / "shop.db")
    visit(address)
    making.make_product(stock=100, category="Drinks/Cold", brand="Pine")
    making.make_product("PIE", "3.10", name='Pie "à la" \\ crème\tand {more}, NULL')
    for number in range(30):
        making.sell(
            "TEA" if number % 3 else "PIE", 1 + number % 2, note=f"line one\nline {number}" if number % 5 == 0 else None
        )
    making.take_back(2, 1)
    leave()
    return address


@pytest.fixture
def empty():
    """The address of an empty database on PostgreSQL."""
    address = postgres.shared().database(empty=True)
    yield address
    leave()
    postgres.shared().drop(address)


def everything(address, folder):
    """All rows of all tables."""
    connection = engines.of(address, folder).connect()
    found = {
        table: sorted(
            (
                tuple(row)
                for row in connection.execute(f"select {', '.join(moving.columns(table))} from {table}").fetchall()
            ),
            key=repr,
        )
        for table in moving.order()
    }
    connection.close()
    return found


def test_a_shop_goes_to_postgresql_and_back_and_nothing_has_changed(file, empty, visit, tmp_path):
    back, before = str(tmp_path / "back.db"), everything(file, tmp_path)

    done = move(engines.of(file), engines.of(empty, tmp_path), quiet)
    move(engines.of(empty, tmp_path), engines.of(back), quiet)

    assert everything(empty, tmp_path) == before == everything(back, tmp_path)
    assert done.seq == 33 and done.rows == sum(map(len, before.values()))
    epoch = dict(before["epoch"])[1]
    assert visit(empty).epoch == epoch
    assert making.differences() == []
    assert making.sell("TEA") == 31


def test_what_was_interrupted_goes_on_and_meanwhile_nobody_opens_the_target(file, empty, visit, tmp_path, monkeypatch):
    monkeypatch.setattr(moving, "STEP", 7)

    def stop(done, total, what):
        if what == "Copying order_line" and done == 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(engines.of(file), engines.of(empty, tmp_path), stop)
    with pytest.raises(ConfigError, match="being moved"):
        visit(empty)
    leave()
    copied = []
    move(engines.of(file), engines.of(empty, tmp_path), lambda done, total, what: copied.append((what, done)))

    assert ("Copying orders", 7) not in copied and ("Copying order_line", 14) not in copied
    assert everything(empty, tmp_path) == everything(file, tmp_path)


def test_a_shop_that_has_sold_since_the_move_began_is_not_gone_on_with(file, empty, visit, tmp_path):
    def stop(done, total, what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(engines.of(file), engines.of(empty, tmp_path), stop)
    visit(file)
    making.sell("TEA")
    leave()

    with pytest.raises(MoveError, match="has sold since"):
        move(engines.of(file), engines.of(empty, tmp_path), quiet)


def test_a_target_that_holds_a_shop_is_left_alone(file, empty, visit, tmp_path):
    move(engines.of(file), engines.of(empty, tmp_path), quiet)

    with pytest.raises(MoveError, match="holds a shop already"):
        move(engines.of(file), engines.of(empty, tmp_path), quiet)


def test_a_cent_that_is_lost_on_the_way_is_seen(file, empty, tmp_path, monkeypatch):
    write = moving._write

    def lossy(into, table, names, rows):
        if table == "orders":
            place = names.index("total_minor")
            rows = [(*row[:place], row[place] - (row[0] == 5), *row[place + 1 :]) for row in map(tuple, rows)]
        write(into, table, names, rows)

    monkeypatch.setattr(moving, "_write", lossy)

    with pytest.raises(MoveError, match="orders is not the same"):
        move(engines.of(file), engines.of(empty, tmp_path), quiet)


def test_a_shop_that_runs_is_not_moved(file, empty, tmp_path):
    with presence.alone(engines.of(file).path), pytest.raises(MoveError, match="is running"):
        move(engines.of(file), engines.of(empty, tmp_path), quiet)


def test_a_shop_that_is_not_there_is_not_made_by_moving_it(empty, tmp_path):
    nowhere = tmp_path / "nowhere.db"

    with pytest.raises(MoveError, match="no shop at"):
        move(engines.of(str(nowhere)), engines.of(empty, tmp_path), quiet)

    assert not nowhere.exists()


def test_what_an_import_left_unsorted_is_sorted_in_on_the_other_side(file, empty, visit, tmp_path, monkeypatch):
    monkeypatch.setattr(entering._Entering, "_sort_in", lambda self: None)
    visit(file)
    files.load(tmp_path, files.uci({}, {"InvoiceNo": "2"}))
    assert making.value("select count(*) from product_unsorted") > 0
    leave()

    move(engines.of(file), engines.of(empty, tmp_path), quiet)
    visit(empty)

    assert making.value("select count(*) from product_unsorted") == 0
    assert making.value("select sum(units) from product_month") == making.value("select sum(quantity) from order_line")
    assert making.differences() == []
