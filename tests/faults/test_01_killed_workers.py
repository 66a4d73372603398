"""Fault 1: web processes are killed in the middle of commits, under load. What was acknowledged stays, once."""

import pytest

from tests.faults.till import Tills, every_order, new_product, sound
from tests.servers.takings import Server

KILLS = 8
SALES_BETWEEN = 60


def sell_and_kill(server, kills=KILLS):
    """The tills after so many kills, a number of sales between each."""
    new_product(server)
    tills = Tills(server).start()
    for number in range(kills):
        server.wait_for(lambda wanted=(number + 1) * SALES_BETWEEN: len(tills.answered) >= wanted, 60)
        server.kill_worker()
    server.wait_for(lambda: len(tills.answered) >= (kills + 1) * SALES_BETWEEN, 60)
    tills.stop()
    return tills


def lost_and_doubled(server, tills):
    """(acknowledged orders that are not there, orders beyond the acknowledged ones)."""
    there = {order["id"] for order in every_order(server)}
    acknowledged = list(tills.answered.values())
    return len(set(acknowledged) - there), len(there) - len(set(acknowledged)) + len(acknowledged) - len(
        set(acknowledged)
    )


@pytest.mark.slow
def test_no_acknowledged_order_is_lost_or_doubled(server):
    tills = sell_and_kill(server)

    assert lost_and_doubled(server, tills) == (0, 0)
    assert sound(server)


@pytest.mark.slow
def test_the_control_a_build_that_answers_before_it_commits_loses_orders(tmp_path):
    server = Server(tmp_path, broken="acknowledge_before_commit", TAKINGS_WRITER="loop")
    server.start()

    try:
        tills = sell_and_kill(server, kills=3)
        lost, _ = lost_and_doubled(server, tills)
    finally:
        server.stop()

    assert lost > 0
