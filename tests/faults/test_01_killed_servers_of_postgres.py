"""Fault 1 on PostgreSQL: its server is killed under load, all of it or one process. What was acknowledged stays, once."""

import os
import random
import signal

import pytest

from tests.faults.clusters import cluster
from tests.faults.test_01_killed_workers import lost_and_doubled
from tests.faults.till import Tills, new_product, sound
from tests.servers.takings import Server

pytestmark = pytest.mark.postgres

SALES_BETWEEN = 40


def kill_everything(server):
    """kill -9 of all its processes; somebody starts it again."""
    server.kill()
    server.start()


def kill_one_session(server):
    """kill -9 of the process that writes for one web process: the server ends all others and recovers by itself."""
    for pid in server.sessions("takings writer")[:1]:
        os.kill(pid, signal.SIGKILL)


def kill_one_of_its_own(server):
    """kill -9 of a process that looks after the files."""
    os.kill(random.choice(server.children()), signal.SIGKILL)


KINDS = (kill_everything, kill_one_session, kill_one_of_its_own)


def sell_and_kill(folder, kills, broken="", kinds=KINDS):
    """(orders lost, orders doubled, the tills, whether it verifies) after so many kills with sales between them."""
    with cluster() as server:
        shop = Server(folder, broken=broken, TAKINGS_DATABASE=server.database())
        shop.start()
        try:
            new_product(shop)
            tills = Tills(shop).start()
            for number in range(kills):
                shop.wait_for(lambda wanted=(number + 1) * SALES_BETWEEN: len(tills.answered) >= wanted, 60)
                kinds[number % len(kinds)](server)
                server.wait_until_it_answers()
            shop.wait_for(lambda: len(tills.answered) >= (kills + 1) * SALES_BETWEEN, 60)
            tills.stop()
            return *lost_and_doubled(shop, tills), tills, sound(shop)
        finally:
            shop.stop()


def check(folder, kills, figures):
    """Nothing is lost or doubled, and what was sent twice was booked once."""
    lost, doubled, tills, whole = sell_and_kill(folder, kills)

    assert (lost, doubled) == (0, 0)
    assert whole
    assert tills.resent > 0
    figures(
        1,
        kills_of_the_database_server=kills,
        acknowledged=len(tills.answered),
        lost=0,
        doubled=0,
        sent_again=tills.resent,
    )


def test_no_acknowledged_order_is_lost_or_doubled_when_the_database_server_is_killed(tmp_path, figures):
    check(tmp_path, 3, figures)


@pytest.mark.long
def test_thirty_kills_of_the_database_server(tmp_path, figures):
    check(tmp_path, 30, figures)


@pytest.mark.slow
def test_the_control_a_build_whose_commits_are_not_on_disk_loses_orders(tmp_path):
    lost, *_ = sell_and_kill(tmp_path, 2, broken="confirm_early", kinds=[kill_everything])

    assert lost > 0
