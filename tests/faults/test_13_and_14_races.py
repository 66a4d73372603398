"""Faults 13 and 14: many buyers for the last goods, and somebody who holds the database."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager

import httpx

from tests.faults.till import every_order, new_product, sound
from tests.servers.takings import ON_POSTGRES, Server
from webapp.db import postgres


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


def test_fault_13_exactly_what_is_there_is_sold(server, figures):
    statuses = race(server)

    assert statuses == {201: 50, 409: 78}
    with server.client() as client:
        assert client.get("/products/LAST").json()["stock"] == 0
    assert sound(server)
    figures(13, in_stock=50, asked_for=128, sold=statuses[201], refused=statuses[409])


def test_fault_13_the_control_a_build_that_does_not_look_sells_more(tmp_path):
    server = Server(tmp_path, broken="sell_what_is_not_there")
    server.start()

    try:
        statuses = race(server)
    finally:
        server.stop()

    assert statuses[201] > 50


@contextmanager
def held(server):
    """A stranger keeps everybody from writing."""
    if ON_POSTGRES:
        with closing(postgres.connect(server.address, write=True, name="stranger")) as stranger:
            stranger.run("begin; lock table orders in exclusive mode")
            yield
        return
    with closing(sqlite3.connect(server.database, isolation_level=None)) as stranger:
        stranger.execute("begin immediate")
        yield
        stranger.execute("rollback")


def reads_while_held(server):
    """How many of 20 reads were answered while a stranger held the database and an order waited; and that order."""
    new_product(server)
    sent, begun = {}, threading.Event()

    def sell():
        with server.client() as client:
            begun.set()
            sent["answer"] = client.post("/orders", json={"product_id": "TEA", "quantity": 1})

    waiting = threading.Thread(target=sell)
    answered = 0
    with held(server):
        waiting.start()
        assert begun.wait(10)
        for _ in range(20):
            time.sleep(0.025)  # else all may be answered before the order has come
            try:
                with server.client() as client:
                    client.timeout = httpx.Timeout(2)
                    answered += client.get("/healthz").status_code == 200 and waiting.is_alive()
            except httpx.TimeoutException:
                break
    waiting.join(30)
    return answered, sent["answer"].status_code


def test_fault_14_a_held_database_delays_orders_alone(tmp_path, figures):
    server = Server(tmp_path, workers=1, TAKINGS_WRITER="loop")
    server.start()

    try:
        answered, order = reads_while_held(server)
        orders = len(every_order(server))
    finally:
        server.stop()

    assert (answered, order, orders) == (20, 201, 1)
    figures(14, other_requests_answered_meanwhile=answered, of=20)


def test_fault_14_the_control_a_build_that_waits_where_nothing_else_can_run_answers_nobody(tmp_path):
    build = "wait_inside_the_client" if ON_POSTGRES else "wait_inside_sqlite"
    # The process of jobs writes, too: were it the one that waits inside, the web process would wait outside for its turn.
    server = Server(tmp_path, workers=1, command="serve --web-only", broken=build, TAKINGS_WRITER="loop")
    server.start()

    try:
        answered, _ = reads_while_held(server)
    finally:
        server.stop()

    assert answered < 20
