"""Faults 13 and 14: many buyers for the last goods, and somebody who holds the database."""

import sqlite3
import threading
from collections import Counter

import httpx

from tests.faults.till import every_order, new_product, sound
from tests.servers.takings import Server


def race(server, stock=50, buyers=16, each=8):
    """How often each status was answered when more is asked for than there is."""
    new_product(server, "LAST", stock=stock)
    statuses = Counter()

    def buy():
        with server.client() as client:
            for _ in range(each):
                statuses[client.post("/orders", json={"product_id": "LAST", "quantity": 1}).status_code] += 1

    threads = [threading.Thread(target=buy) for _ in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_fault_13_exactly_what_is_there_is_sold(server):
    statuses = race(server)

    assert statuses == {201: 50, 409: 78}
    with server.client() as client:
        assert client.get("/products/LAST").json()["stock"] == 0
    assert sound(server)


def test_the_control_a_build_that_does_not_look_sells_more(tmp_path):
    server = Server(tmp_path, broken="sell_what_is_not_there")
    server.start()

    try:
        statuses = race(server)
    finally:
        server.stop()

    assert statuses[201] > 50


def reads_while_held(server):
    """How many of 20 reads were answered while a stranger held the database and an order waited; and that order."""
    new_product(server)
    stranger = sqlite3.connect(server.database, isolation_level=None)
    stranger.execute("begin immediate")
    sent = {}

    def sell():
        with server.client() as client:
            sent["answer"] = client.post("/orders", json={"product_id": "TEA", "quantity": 1})

    waiting = threading.Thread(target=sell)
    waiting.start()
    answered = 0
    try:
        for _ in range(20):
            try:
                with server.client() as client:
                    client.timeout = httpx.Timeout(2)
                    answered += client.get("/healthz").status_code == 200 and waiting.is_alive()
            except httpx.TimeoutException:
                break
    finally:
        stranger.execute("rollback")
        stranger.close()
    waiting.join(30)
    return answered, sent["answer"].status_code


def test_fault_14_a_held_database_delays_orders_alone(tmp_path):
    server = Server(tmp_path, workers=1, TAKINGS_WRITER="loop")
    server.start()

    try:
        answered, order = reads_while_held(server)
        orders = len(every_order(server))
    finally:
        server.stop()

    assert (answered, order, orders) == (20, 201, 1)


def test_the_control_a_build_that_waits_inside_sqlite_answers_nobody(tmp_path):
    server = Server(tmp_path, workers=1, broken="wait_inside_sqlite", TAKINGS_WRITER="loop")
    server.start()

    try:
        answered, _ = reads_while_held(server)
    finally:
        server.stop()

    assert answered < 20
