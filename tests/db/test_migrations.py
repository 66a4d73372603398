"""A shop of an older schema moves forward: what it holds stays, and what is kept of it differently is made anew."""

import sqlite3

import pytest

from tests import making
from tests.imports import making as files
from webapp.db import migrations, reading, store, writer

pytestmark = pytest.mark.sqlite


@pytest.fixture
def older(shop, monkeypatch):
    """The shop with one sale as it stood before migration 9: its file, closed."""
    making.make_product("TEA")
    making.sell("TEA", 2)
    path = store.path()
    reading.close()
    writer.close()
    with sqlite3.connect(path) as connection:
        connection.execute("drop index order_line_sold")
        connection.execute("create index order_line_product on order_line (product_id, order_id)")
        connection.execute("insert into product_month select 0, " + COLUMNS + " from product_month")
        connection.execute("delete from schema_migration where version = 9")
        later = connection.execute("select count(*) from schema_migration where version > 9").fetchone()[0]
    connection.close()
    if later:
        monkeypatch.setattr(migrations, "pending", lambda _: [entry for entry in migrations.known() if entry[0] == 9])
    return path


COLUMNS = (
    "version_id, channel_id, location_id, region, orders, gross_minor, returns_minor, units, units_returned,"
    " costed_minor, cost_minor"
)


def test_a_shop_with_sums_of_all_time_moves_to_those_of_its_months(older):
    assert making.query("select count(*) from product_month") == [(2,)]
    reading.close()
    connection = sqlite3.connect(older, isolation_level=None)

    done = migrations.migrate(connection, 0)

    assert done == ["0009_sold"]
    indexes = {name for (name,) in connection.execute("select name from sqlite_master where tbl_name = 'order_line'")}
    assert "order_line_sold" in indexes and "order_line_product" not in indexes
    connection.close()
    assert making.query("select count(*) from product_month where month > 0") == [(1,)]
    assert making.differences() == []


def test_the_control_sums_that_stay_behind_are_seen(older):
    assert [line for line in making.differences() if "product_month" in line]


def test_the_rows_behind_orders_and_returns_stay_with_them(shop, tmp_path):
    files.load(tmp_path, files.uci({"InvoiceNo": "7"}, {"InvoiceNo": "8"}, {"InvoiceNo": "C9", "Quantity": "-1"}))
    path, told = store.path(), sources()
    reading.close()
    writer.close()
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD_SOURCES)
    connection.close()

    connection = sqlite3.connect(path, isolation_level=None)
    done = migrations.migrate(connection, 0)
    connection.close()

    assert done[0] == "0014_sources"
    assert sources() == told and [len(rows) for rows in told] == [2, 1]


def sources():
    return making.query("select * from order_source"), making.query("select * from return_source")


OLD_SOURCES = """
create table source_row (
  import_id integer not null references import (id), first_row integer not null,
  order_id integer, return_id integer, rows text not null, primary key (import_id, first_row)
) strict, without rowid;
insert into source_row select import_id, first_row, order_id, null, rows from order_source;
insert into source_row select import_id, first_row, null, return_id, rows from return_source;
drop table order_source;
drop table return_source;
delete from schema_migration where version >= 14;
"""
