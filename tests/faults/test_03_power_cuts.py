"""Fault 3: the power is cut at any moment, and unsynced sectors are lost at random. No acknowledged sale is."""

import sqlite3
from contextlib import closing

import pytest

from tests.faults import power, seller
from tests.faults.injection import needs_strace
from webapp import verify
from webapp.clock import Zone
from webapp.db import sqlite
from webapp.db.reading import ReadTx

pytestmark = [
    pytest.mark.long,  # make faults runs it
    pytest.mark.sqlite("it is about SQLite's own files; PostgreSQL's server has a test of its own"),
]


def left(folder):
    """The ids that the ledger holds after it has recovered, and what is wrong with it."""
    with closing(sqlite.connect(folder / "shop.db")) as connection:
        tx = ReadTx(connection, Zone("Europe/London"), "GBP")
        connection.execute("begin")
        return {row[0] for row in connection.execute("select id from orders")}, verify.differences(tx)


def cut_power(tmp_path, seeds, sales=30, broken=""):
    """(cuts, cuts that lost acknowledged sales, sales lost, cuts after which something is wrong)."""
    database = seller.new_shop(tmp_path)
    base = database.read_bytes()
    events = power.record(database, sales, every=7, broken=broken)
    losing = lost = unsound = 0
    for seed in seeds:
        told = power.after_cut(base, events, seed, tmp_path / "after")
        try:
            ids, wrong = left(tmp_path / "after")
        except sqlite3.DatabaseError as error:
            ids, wrong = set(), [str(error)]
        missing = len(set(told) - ids)
        losing, lost, unsound = losing + bool(missing), lost + missing, unsound + bool(wrong)
    return len(seeds), losing, lost, unsound


@needs_strace
@pytest.mark.slow
def test_no_power_cut_of_a_hundred_loses_an_acknowledged_sale(tmp_path, figures):
    cuts, losing, lost, unsound = cut_power(tmp_path, range(100))
    figures(3, cuts=cuts, sales_lost=lost, unsound=unsound)

    assert (losing, lost, unsound) == (0, 0, 0)


@needs_strace
@pytest.mark.long
def test_no_power_cut_of_ten_thousand_loses_an_acknowledged_sale(tmp_path, figures):
    cuts, losing, lost, unsound = cut_power(tmp_path, range(10_000), sales=60)
    figures(3, cuts=cuts, sales_lost=lost, unsound=unsound)

    assert (losing, lost, unsound) == (0, 0, 0)


@needs_strace
def test_the_control_a_build_that_does_not_sync_its_commits_loses_sales(tmp_path, figures):
    cuts, losing, lost, _ = cut_power(tmp_path, range(40), broken="sync_seldom")
    figures(
        3, control="synchronous=NORMAL", control_cuts=cuts, control_cuts_with_losses=losing, control_sales_lost=lost
    )

    assert losing > 0
