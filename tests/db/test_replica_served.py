"""Two web processes that read from a replica: what one acknowledged is in every later answer of both.

The control is a build that does not look how far the replica has come.
"""

import pytest

from tests.servers import postgres
from tests.servers.takings import Server

pytestmark = [
    pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed"), pytest.mark.slow
]  # fmt: skip


@pytest.fixture(scope="module")
def servers():
    """A server and its replica."""
    primary = postgres.Postgres().start()
    replica = primary.replica()
    yield primary, replica
    replica.remove()
    primary.remove()


def sold(server, address):
    """The units that a question to the metrics layer finds."""
    with server.client() as client:
        answer = client.get(address, headers={"Accept": "application/json"}).raise_for_status().json()
    return answer["totals"]["units"]


@pytest.mark.parametrize("broken", ["", "believe_the_replica"])
def test_what_one_process_acknowledged_is_in_every_answer_of_all(tmp_path, servers, broken):
    primary, replica = servers
    address = primary.database()
    name = address.split("@/")[1].split("?")[0]
    replica.catch_up()
    server = Server(
        tmp_path, broken=broken, TAKINGS_DATABASE=address, TAKINGS_REPLICA=replica.address(name), TAKINGS_WORKERS="2"
    )
    server.start()
    try:
        with server.client() as client:
            client.post("/products", json={"sku": "TEA", "name": "Tea", "price": 2.4}).raise_for_status()
        server.wait_for(lambda: (sold(server, "/explore?metric=units&period=all"), answered(server, "replica"))[1] > 0)
        missing = 0
        for round_ in range(1, 13):
            (replica.pause, replica.resume)[round_ % 2]()
            with server.client() as client:
                client.post("/orders", json={"product_id": "TEA", "quantity": 1}).raise_for_status()
            found = [sold(server, f"/explore?metric=units&period=all&by=channel&limit={one}") for one in range(1, 5)]
            missing += sum(units != round_ for units in found)

        if broken:
            assert missing > 0  # the control: what this test would see
        else:
            assert missing == 0
            server.wait_for(lambda: answered(server, "lagging") > 0)
    finally:
        replica.resume()
        server.stop()
        primary.drop(address)


def answered(server, who):
    """How many heavy reads were answered by it, as /metrics says."""
    with server.client() as client:
        lines = client.get("/metrics").raise_for_status().text.splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith(f'takings_replica_reads_total{{by="{who}"}}')
    )
