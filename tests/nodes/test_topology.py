"""deploy/compose.yaml without containers: two web nodes, one worker, PostgreSQL with a streaming replica, a proxy in front."""

import json
from types import SimpleNamespace

import httpx
import pytest

from tests.nodes.account import SOLD, WATCHED, Account
from tests.nodes.machines import kill
from tests.nodes.proxy import Proxy
from tests.nodes.tills import Tills, ask, tell
from tests.nodes.watchers import watch
from tests.servers import postgres
from tests.servers.takings import Server

pytestmark = [
    pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed"), pytest.mark.slow,
    pytest.mark.timeout(600),
]  # fmt: skip
ROWS = 500
MAPPING = {"columns": {name: name for name in ("date", "sku", "quantity", "price", "name")}, "dates": "ymd"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """All of it, and TEA to sell."""
    primary = postgres.Postgres(safe=True).start()
    address = primary.database()
    replica = primary.replica()
    shared = tmp_path_factory.mktemp("shared")
    common = {
        "TAKINGS_DATABASE": address, "TAKINGS_REPLICA": replica.address(address.split("@/")[1].split("?")[0]),
        "TAKINGS_SECRET_KEY": "k" * 40, "TAKINGS_FOLDER": str(shared),
    }  # fmt: skip
    worker = Server(tmp_path_factory.mktemp("work"), command="work", **common)
    webs = [
        Server(tmp_path_factory.mktemp(name), workers=1, command="serve --web-only", **common)
        for name in ("one", "two")
    ]
    proxy = Proxy(webs)
    try:
        for server in (worker, *webs):
            server.start()
        tell(webs[0], "/products", {"sku": "TEA", "name": "Tea", "price": 2.40})
        yield SimpleNamespace(primary=primary, replica=replica, address=address, worker=worker, webs=webs, proxy=proxy)
    finally:
        proxy.close()
        for server in (*webs, worker):
            server.stop()
        replica.remove()
        primary.remove()


def found(server, path):
    """What a server answers as JSON."""
    status, said = ask(server.url, "GET", path)
    assert status == 200, said
    return json.loads(said)


def ready(server):
    """Whether a server can do its work: the database, the schema and the worker are well."""
    return ask(server.url, "GET", "/readyz")[0] == 200


def ended(shop, address):
    """The import as it stands when it has come to an end, or after a minute."""
    try:
        shop.worker.wait_for(lambda: found(shop.proxy, address)["state"] in ("done", "failed"), 60)
    except TimeoutError:
        pass
    return found(shop.proxy, address)


def test_both_nodes_are_ready_while_the_worker_lives(shop):
    for web in shop.webs:
        web.wait_for(lambda web=web: ready(web))


def test_what_is_sold_through_the_proxy_is_watched_through_it_and_stands_on_both(shop):
    account, watchers = Account(shop.address), watch([shop.proxy], each=4)
    tills = Tills([shop.proxy]).start()

    tills.sold(60)
    tills.stop()
    watched = account.watching(watchers)
    for watcher in watchers:
        watcher.stop()

    assert (account.sales(tills), watched) == (SOLD, WATCHED)
    assert all(count > 4 for count in shop.proxy.served)
    one, two = (found(web, "/orders?limit=500")["items"] for web in shop.webs)
    assert one == two and len(one) == tills.count()


def test_a_file_that_is_sent_to_one_is_imported_by_the_worker_and_seen_on_both(shop, tmp_path):
    before = found(shop.proxy, "/analytics")["orders"]
    rows = [f"2026-01-{day % 28 + 1:02d}T10:00:00Z,CUP,1,3.50,Cup\n" for day in range(ROWS)]
    file = tmp_path / "sales.csv"
    file.write_text("date,sku,quantity,price,name\n" + "".join(rows))
    answer = httpx.post(
        f"{shop.proxy.url}/imports", files={"file": file.open("rb")}, data={"mapping": json.dumps(MAPPING)},
        headers={"Accept": "application/json"}, timeout=30,
    )  # fmt: skip
    address = answer.raise_for_status().headers["Location"]

    told = ended(shop, address)

    assert (told["state"], told["imported"], told["rejected"]) == ("done", ROWS, 0)
    assert [found(web, "/analytics")["orders"] - before for web in shop.webs] == [ROWS, ROWS]


def test_figures_that_the_replica_answers_hold_what_was_acknowledged_just_before(shop):
    for web in shop.webs:
        for _ in range(5):
            order = tell(shop.proxy, "/orders", {"product_id": "TEA", "quantity": 1})
            told = found(web, "/explore?metric=orders&by=product")

            assert told["seq"] >= order["seq"]


def test_one_node_may_be_killed_and_the_proxy_goes_on_with_the_other(shop):
    account = Account(shop.address)
    tills = Tills([shop.proxy]).start()
    tills.sold(20)

    kill([shop.webs[0].pid])
    tills.sold(40)
    shop.webs[0].restart()
    tills.sold(20)
    tills.stop()

    assert account.sales(tills) == SOLD
    assert shop.worker.run("verify").returncode == 0
