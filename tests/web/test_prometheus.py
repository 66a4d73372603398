"""GET /metrics on the real server: what happened is told, for all processes, and nothing that is anybody's."""

import json

import httpx
import websocket

from tests.faults.till import new_product
from tests.test_counters import told
from webapp import __version__


def figures(server) -> dict[str, float]:
    with server.client() as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return told(answer.content)


def test_orders_commits_requests_and_refusals_are_told(server):
    new_product(server)
    before = figures(server).get("takings_orders_total", 0)
    with server.client() as client:
        for number in range(12):
            sent = {"product_id": "TEA", "quantity": 1, "external_id": f"secret-{number}"}
            assert client.post("/orders", json=sent).status_code == 201
        assert client.post("/orders", json={"product_id": "NONE", "quantity": 1}).status_code == 422
        assert client.get("/nowhere/at/all").status_code == 404
    httpx.get(server.url, headers={"Host": "evil.example"})

    refused = "takings_refusals_total[('code', 'host')]"
    server.wait_for(lambda: figures(server)["takings_orders_total"] == before + 12 and refused in figures(server))
    now = figures(server)

    assert now[f"takings_build_info[('version', '{__version__}')]"] == 1
    assert now["takings_database_up"] == 1
    assert 1 <= now["takings_commit_items_count"] <= now["takings_commit_items_sum"]
    assert now["takings_fsync_seconds_count"] == now["takings_commit_items_count"]
    assert (
        now["takings_lock_wait_seconds_count"]
        >= now["takings_commit_seconds_count"]
        >= now["takings_fsync_seconds_count"]
    )
    order = "[('method', 'POST'), ('route', '/orders'), ('status', '2xx')]"
    assert now["takings_request_seconds_count" + order] == 12
    for code in ("unknown", "not_found", "host"):
        assert now[f"takings_refusals_total[('code', '{code}')]"] >= 1, code
    assert not [name for name in now if "secret" in name or "nowhere" in name]
    assert now["takings_database_bytes[('part', 'main')]"] > 0
    assert now["takings_memory_bytes"] > 1 << 20


def test_watchers_are_told_and_so_is_how_fast_they_heard(server):
    lines = [websocket.create_connection(server.ws_url, timeout=20) for _ in range(6)]
    for line in lines:
        line.send(json.dumps({"subscribe": ["orders"]}))
        assert json.loads(line.recv())["topic"] == "ready"
    server.wait_for(lambda: figures(server)["takings_watchers"] == 6)
    with server.client() as client:
        assert client.post("/orders", json={"product_id": "TEA", "quantity": 1}).status_code == 201
    for line in lines:
        line.recv()

    server.wait_for(lambda: figures(server)["takings_push_delay_seconds_count"] >= 1)
    for line in lines:
        line.close()
    server.wait_for(lambda: figures(server)["takings_watchers"] == 0)


def test_the_worker_tells_of_its_jobs_and_its_life(server):
    server.wait_for(lambda: "takings_job_seconds_count[('kind', 'prune'), ('state', 'done')]" in figures(server))

    assert figures(server)["takings_worker_beat_age_seconds"] < 30


def test_a_killed_process_takes_nothing_of_what_it_counted_with_it(server):
    with server.client() as client:
        assert client.post("/orders", json={"product_id": "TEA", "quantity": 1}).status_code == 201
    server.wait_for(lambda: (now := figures(server))["takings_changes_total"] == now["takings_seq"])  # all is poured
    before = figures(server)["takings_orders_total"]
    server.kill_worker()
    server.wait_for(lambda: len(server.web_processes()) == 2)

    server.wait_for(lambda: figures(server)["takings_orders_total"] >= before)
