"""Fault 3 on PostgreSQL: the power of its server is cut at any moment. No acknowledged sale is lost, and it recovers sound."""

import sqlite3
from contextlib import closing

import pytest

from tests.faults.clusters import cluster
from tests.faults.injection import needs_strace
from tests.faults.power_postgres import after_cut, record
from webapp import verify
from webapp.clock import Zone
from webapp.db import postgres
from webapp.db.reading import ReadTx

pytestmark = [pytest.mark.postgres, pytest.mark.long]  # make faults runs it


def left(server, database):
    """The ids that the ledger holds after the server has recovered, and what is wrong with it."""
    try:
        server.start()
        with closing(postgres.connect(database)) as connection:
            tx = ReadTx(connection, Zone("Europe/London"), "GBP")
            connection.execute("begin isolation level repeatable read read only")
            ids = {row[0] for row in connection.execute("select id from orders").fetchall()}
            return ids, verify.differences(tx)
    except (sqlite3.DatabaseError, RuntimeError) as error:
        return set(), [str(error)]
    finally:
        if server.is_up():
            server.stop()


def cut_power(seeds, sales=60, broken=""):
    """(cuts, cuts that lost acknowledged sales, sales lost, cuts after which something is wrong)."""
    losing = lost = unsound = 0
    with cluster(
        wal_init_zero="off"
    ) as server:  # a new piece of the log is as long as it will be, without its zeros written
        base, calls, database = record(server, sales, every=17, broken=broken)
        server.settings |= {"fsync": "off"}  # of what is only looked at nothing need be kept
        for seed in seeds:
            told = after_cut(base, calls, seed, server)
            ids, wrong = left(server, database)
            missing = len(set(told) - ids)
            losing, lost, unsound = losing + bool(missing), lost + missing, unsound + bool(wrong)
    return len(seeds), losing, lost, unsound


@needs_strace
@pytest.mark.timeout(1800)
def test_no_power_cut_of_a_hundred_loses_an_acknowledged_sale(figures):
    cuts, losing, lost, unsound = cut_power(range(100))
    figures(3, cuts=cuts, sales_lost=lost, unsound=unsound)

    assert (losing, lost, unsound) == (0, 0, 0)


@needs_strace
def test_the_control_a_build_whose_commits_are_not_on_disk_loses_sales(figures):
    cuts, losing, lost, _ = cut_power(range(12), broken="confirm_early")
    figures(
        3, control="synchronous_commit=off", control_cuts=cuts, control_cuts_with_losses=losing, control_sales_lost=lost
    )

    assert losing > 0
