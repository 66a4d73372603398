"""Two nodes over one PostgreSQL, in networks of their own, while tills sell at both and programs watch both.

After each blow the ledger is what was acknowledged, every watcher was told it once and in order, no work was done twice.
"""

import signal
from contextlib import contextmanager

import pytest

from tests.nodes.account import SOLD, WATCHED, WORKED, Account
from tests.nodes.machines import SHOP
from tests.nodes.tills import Tills
from tests.nodes.watchers import watch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ONE, TWO = 0, 1
SOME = 30


@contextmanager
def under_load(pair):
    """Tills sell and programs watch while the body does something to the shop; then everything is accounted for."""
    account = Account(pair.base.address(SHOP))
    watchers = watch(pair.nodes)
    tills = Tills(pair.nodes).start()
    try:
        tills.sold(SOME)
        yield tills
        tills.stop()
        assert account.sales(tills) == SOLD
        assert account.watching(watchers) == WATCHED
        assert account.work() == WORKED
        assert account.ticked() and tills.replayed
    finally:
        tills.end()
        for watcher in watchers:
            watcher.stop()


def test_a_node_that_is_cut_off_from_its_database_stops_nobody_and_comes_back(pair):
    with under_load(pair) as tills:
        pair.network.cut("one")
        tills.sold(SOME, by=TWO)
        pair.network.heal("one")
        tills.sold(SOME, by=ONE)


@pytest.mark.parametrize("number", [ONE, TWO])
def test_a_killed_node_takes_nothing_with_it(pair, number):
    with under_load(pair) as tills:
        pair.nodes[number].kill()
        tills.sold(SOME, by=1 - number)
        pair.nodes[number].start()
        tills.sold(SOME, by=number)


def test_a_killed_database_keeps_what_was_acknowledged_and_both_nodes_go_on(pair):
    with under_load(pair) as tills:
        pair.base.kill()
        pair.base.start()
        tills.sold(SOME, by=ONE)
        tills.sold(SOME, by=TWO)


def test_a_restart_of_each_of_them_under_load_is_seen_by_nobody_but_the_clock(pair):
    with under_load(pair) as tills:
        for node in pair.nodes:
            node.restart()
        pair.base.stop(signal.SIGINT)
        pair.base.start()
        tills.sold(SOME, by=ONE)
        tills.sold(SOME, by=TWO)


def test_at_the_end_the_ledger_verifies(pair):
    done = pair.nodes[ONE].run("verify")

    assert done.returncode == 0, done.stdout
