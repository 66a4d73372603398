"""Two `serve` over one PostgreSQL, as on two machines: what is sold to one stands on the other, live too."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.live.test_server import Screen, knows
from tests.servers import postgres
from tests.servers.takings import Server
from webapp.db import engines

pytestmark = [
    pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed"), pytest.mark.slow
]  # fmt: skip


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """Two servers, each with a folder and a worker of its own, over one database."""
    address = postgres.shared().database()
    first, second = (
        Server(tmp_path_factory.mktemp(name), workers=1, TAKINGS_DATABASE=address, TAKINGS_SECRET_KEY="k" * 40)
        for name in ("first", "second")
    )
    first.start()
    second.start()
    with first.client() as client:
        client.post("/products", json={"sku": "TEA", "name": "Tea", "price": 2.4}).raise_for_status()
    yield first, second
    first.stop()
    second.stop()
    postgres.shared().drop(address)


def sell(server, key=None, quantity=1):
    """An order, as its answer."""
    headers = {"Idempotency-Key": key} if key else {}
    with server.client() as client:
        answer = client.post("/orders", json={"product_id": "TEA", "quantity": quantity}, headers=headers)
    return answer.raise_for_status().json()


def found(server, address):
    """What the server answers as JSON."""
    with server.client() as client:
        return client.get(address, headers={"Accept": "application/json"}).raise_for_status().json()


def test_an_order_to_one_stands_on_the_pages_and_screens_of_the_other(machines):
    first, second = machines
    screen = Screen(second).ready()

    order = sell(first)

    assert found(second, f"/orders/{order['id']}")["total"] == order["total"]
    assert found(second, "/orders")["items"][0] == found(first, f"/orders/{order['id']}")
    assert screen.listen(knows(order["id"]))
    screen.line.close()


def test_what_both_sell_at_once_has_numbers_without_a_hole(machines):
    first, _ = machines
    before = sell(first)["id"]

    with ThreadPoolExecutor(8) as clients:
        orders = list(clients.map(lambda number: sell(machines[number % 2]), range(60)))

    assert sorted(order["id"] for order in orders) == list(range(before + 1, before + 61))
    done = first.run("verify")
    assert done.returncode == 0, done.stdout


def test_the_same_key_at_both_is_one_order(machines):
    with ThreadPoolExecutor(8) as clients:
        orders = list(clients.map(lambda number: sell(machines[number % 2], key="one-and-the-same"), range(16)))

    assert len({order["id"] for order in orders}) == 1


def test_work_is_done_once_by_one_of_the_two(machines):
    first, second = machines
    with first.client() as client:
        client.post("/backups").raise_for_status()
    deadline, jobs = time.monotonic() + 60, []

    with closing(engines.of(first.address).connect()) as connection:
        while {state for state, *_ in jobs} != {"done"}:
            assert time.monotonic() < deadline
            jobs = connection.execute("select state, attempts, fence from job where kind like 'backup%'").fetchall()
    lying = [file for server in machines for file in (server.folder / "backups").glob("*.pgdump")]

    assert {(attempts, fence) for _, attempts, fence in jobs} == {(1, 1)}
    assert 1 <= len(lying) <= len(jobs)
    assert found(second, "/backups")["job"]["state"] == "done"
