"""What the tests of two nodes are worth: builds that are broken in one named way are caught by the same account."""

import pytest

from tests.nodes.account import SOLD, WATCHED, Account
from tests.nodes.machines import SHOP, Pair, network
from tests.nodes.tills import Tills, tell
from tests.nodes.watchers import watch

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture
def broken(tmp_path):
    """broken(build): two nodes of that build, and TEA to sell."""
    pairs = []
    with network() as made:

        def start(build):
            both = Pair(made, tmp_path, build=build)
            pairs.append(both)
            both.start()
            tell(both.nodes[0], "/products", {"sku": "TEA", "name": "Tea", "price": 2.40, "stock": 0, "oversell": True})
            return both

        yield start
        for both in pairs:
            both.end()


def test_a_build_that_forgets_keys_is_caught(broken):
    pair = broken("forget_keys")
    account, tills = Account(pair.base.address(SHOP)), Tills(pair.nodes).start()

    tills.sold(40)
    pair.nodes[0].kill()
    tills.sold(40, by=1)
    tills.stop()

    assert account.sales(tills) != SOLD


def test_a_build_that_leaves_events_out_is_caught(broken):
    pair = broken("leave_out_each_tenth")
    account, watchers, tills = Account(pair.base.address(SHOP)), watch(pair.nodes), Tills(pair.nodes).start()

    tills.sold(60)
    tills.stop()

    assert account.watching(watchers, seconds=5) != WATCHED
    for watcher in watchers:
        watcher.stop()


def test_a_build_that_queues_without_looking_is_caught(broken):
    pair = broken("queue_without_looking")
    account, tills = Account(pair.base.address(SHOP)), Tills(pair.nodes).start()

    pair.nodes[0].wait_for(lambda: account.ticked() >= 8, 120)
    tills.stop()

    assert account.work()["early"]
