"""deploy/nginx.conf in a real nginx before a real server: the door, the till, the screens, a large file."""

import base64
import json

import httpx
import pytest
import websocket

from tests.servers import nginx
from tests.servers.nginx import NAME, PASSWORD, WHO, Nginx
from tests.servers.takings import Server

pytestmark = pytest.mark.skipif(bool(nginx.missing()), reason=nginx.missing())
SITE = f"https://{NAME}"


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """nginx before a shop that sells TEA."""
    server = Server(
        tmp_path_factory.mktemp("shop"), TAKINGS_PUBLIC_URL=SITE, TAKINGS_TRUSTED_PROXIES="127.0.0.1",
        TAKINGS_SECRET_KEY="k" * 40,
    )  # fmt: skip
    server.start()
    try:
        with server.client() as client:
            sent = {"sku": "TEA", "name": "Tea", "price": 2.40, "stock": 100_000}
            client.post("/products", json=sent, headers={"Host": NAME}).raise_for_status()
        proxy = Nginx(server, tmp_path_factory.mktemp("nginx"))
        try:
            yield proxy
        finally:
            proxy.close()
    finally:
        server.stop()


@pytest.fixture
def outside(door):
    """Somebody who knows the password."""
    with httpx.Client(
        base_url=f"https://127.0.0.1:{door.port}",
        headers={"Host": NAME},
        auth=(WHO, PASSWORD),
        verify=False,
        timeout=20,
    ) as client:
        yield client


def test_the_door_lets_in_who_knows_the_password_and_keeps_the_figures_inside(outside):
    assert outside.get("/", auth=None).status_code == 401
    page = outside.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200 and page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert [outside.get(path).status_code for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]


def test_an_order_is_taken_once_under_its_key(outside):
    sent = {"json": {"product_id": "TEA", "quantity": 2}, "headers": {"Idempotency-Key": "behind-the-door"}}
    first, again = outside.post("/orders", **sent), outside.post("/orders", **sent)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    assert len(first.headers["X-Request-Id"]) == 32  # nginx's own, which its log has too


def test_a_form_of_the_shops_own_page_is_taken_and_one_of_another_site_is_not(outside):
    form = {"data": {"product_id": "TEA", "quantity": "1"}}

    taken = outside.post("/orders", headers={"Origin": SITE, "Accept": "text/html"}, **form)
    foreign = outside.post("/orders", headers={"Origin": "https://evil.example", "Accept": "text/html"}, **form)

    assert taken.status_code == 303 and taken.headers["Location"].startswith("/")
    assert foreign.status_code == 403


def test_a_screen_and_a_stream_are_told_of_a_sale_at_once(door, outside):
    word = base64.b64encode(f"{WHO}:{PASSWORD}".encode()).decode()
    line = websocket.create_connection(
        f"wss://127.0.0.1:{door.port}/live", timeout=20, host=NAME, origin=SITE, sslopt={"cert_reqs": 0},
        header=[f"Authorization: Basic {word}"],
    )  # fmt: skip
    line.send(json.dumps({"subscribe": ["orders"]}))
    assert json.loads(line.recv())["topic"] == "ready"

    with outside.stream("GET", "/events?topics=orders") as stream:
        said = stream.iter_lines()
        next(said)  # it has begun
        placed = outside.post("/orders", json={"product_id": "TEA", "quantity": 1}).json()
        streamed = next(text for text in said if text.startswith("data:") and f'"id":{placed["id"]}' in text)

    told = json.loads(line.recv())
    line.close()
    assert (told["event"], told["data"]["id"]) == ("placed", placed["id"])
    assert str(placed["seq"]) in streamed


def test_a_file_of_several_megabytes_comes_through(outside):
    rows = b"date,sku,quantity,price,name\n" + b"2026-01-01T10:00:00Z,CUP,1,3.50,Cup\n" * 100_000
    mapping = {"columns": {name: name for name in ("date", "sku", "quantity", "price", "name")}, "dates": "ymd"}

    answer = outside.post(
        "/imports", files={"file": ("sales.csv", rows)}, data={"mapping": json.dumps(mapping)},
        headers={"Accept": "application/json"},
    )  # fmt: skip

    assert answer.status_code in (201, 202), answer.text
