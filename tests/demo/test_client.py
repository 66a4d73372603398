"""webapp/demo/client.py: customers over HTTP, at the rhythm of the day, each order sent until it is answered."""

import threading
from random import Random

import httpx
import pytest

from webapp.clock import Zone, parse_time
from webapp.demo import client as clients
from webapp.demo import plan
from webapp.demo.client import Client

FIRST_DAY = 20_048
NOON = parse_time("2026-11-21T12:30:00Z")


class Shop:
    """A server that keeps what it was asked; `answers` says what POST /orders gets, one after the other."""

    def __init__(self, *answers, stop=None, after=10):
        self.answers = list(answers)
        self.asked = []
        self.stop, self.after = stop, after
        self.speed = 60

    def __call__(self, request):
        self.asked.append(request)
        if self.stop is not None and len(self.asked) >= self.after:
            self.stop.set()
        if request.url.path == "/demo/speed":
            said = {"speed": self.speed, "first_day": FIRST_DAY, "time_zone": "Europe/London", "now_ms": NOON}
            return httpx.Response(200, json=said)
        answer = self.answers.pop(0) if self.answers and request.url.path == "/orders" else 201
        if isinstance(answer, Exception):
            raise answer
        order = {"id": len(self.asked), "lines": [{"id": 7, "sku": "TEA-ICED-330", "quantity": 1}]}
        return httpx.Response(answer, json=order if answer == 201 else {"code": "out_of_stock"})

    def posts(self, path="/orders"):
        return [request for request in self.asked if request.method == "POST" and request.url.path == path]


@pytest.fixture
def calls(monkeypatch):
    """A client of such a server; it never really waits."""

    def make(*answers, after=10, seed=1):
        stop = threading.Event()
        monkeypatch.setattr(stop, "wait", lambda _s: stop.is_set())
        shop = Shop(*answers, stop=stop, after=after)
        http = httpx.Client(base_url="http://shop", transport=httpx.MockTransport(shop))
        made = Client(http, stop, Random(seed))
        made.first_day, made.zone = FIRST_DAY, Zone("Europe/London")
        return made, shop

    return make


def test_customers_come_by_the_rhythm_of_the_day(calls):
    client, _ = calls()
    client.speed = 1

    noon = client.rates(NOON)
    night = client.rates(parse_time("2026-11-21T03:30:00Z"))

    assert 10 < sum(noon) * 3600 < 45
    assert sum(night) < sum(noon) / 20
    assert night[:3] == [0, 0, 0]


def test_the_speed_is_a_factor_and_pause_is_none(calls):
    client, _ = calls()
    client.speed = 1
    once = sum(client.rates(NOON))

    client.speed = 60
    assert sum(client.rates(NOON)) == pytest.approx(60 * once)
    client.speed = 0
    assert sum(client.rates(NOON)) == 0


def test_it_orders_what_the_plan_sells_until_it_is_stopped(calls):
    client, shop = calls(after=400)

    client.run()

    orders = shop.posts()
    skus = {product.sku for product in plan.products()}
    assert client.placed == len(orders) > 10
    for order in orders:
        body = httpx.Response(200, content=order.content).json()
        assert {line["product_id"] for line in body["lines"]} <= skus
        assert all(line["quantity"] >= 1 for line in body["lines"])
        assert body.get("location") in {None, "quayside", "old-town", "station"}
    assert len({order.headers["Idempotency-Key"] for order in orders}) == len(orders)


def test_nobody_comes_while_it_is_paused(calls):
    client, shop = calls(after=40)
    shop.speed = 0

    client.run()

    assert not shop.posts()


def test_the_same_key_goes_with_every_try(calls):
    client, shop = calls(503, httpx.ConnectError("away"), 429, 201, after=1000)

    answer = client.send("POST", "/orders", {"lines": []})

    assert answer.status_code == 201
    assert len(shop.posts()) == 4
    assert len({request.headers["Idempotency-Key"] for request in shop.posts()}) == 1


def test_it_waits_longer_and_longer_while_the_server_is_away(calls, monkeypatch):
    client, _ = calls(*[httpx.ConnectError("away")] * 12, after=1000)
    waits = []
    monkeypatch.setattr(client.stop, "wait", lambda seconds: waits.append(seconds) or client.stop.is_set())

    client.send("POST", "/orders", {"lines": []})

    assert len(waits) == 12
    assert waits[0] < clients.FIRST_WAIT_S <= waits[3]
    assert max(waits) <= clients.LONGEST_WAIT_S


def test_a_stop_ends_it_while_the_server_is_away(calls):
    client, shop = calls(*[httpx.ConnectError("away")] * 10_000, after=50)
    shop.answers = [httpx.ConnectError("away")] * 10_000

    client.run()

    assert client.stop.is_set()
    assert client.placed == 0


def test_an_empty_shelf_is_filled_for_the_next_customer(calls):
    client, shop = calls(*[409] * 30, after=1000)

    for _ in range(30):
        client.come([1, 1, 1, 1, 1])

    deliveries = [r for r in shop.asked if r.url.path.startswith("/products/") and r.url.path.endswith("/stock")]
    assert client.refused == 30
    assert deliveries
    body = httpx.Response(200, content=deliveries[0].content).json()
    assert (body["change"], body["reason"]) == (clients.CASE, "delivery")
    assert not [r for r in deliveries if "/COF-" in r.url.path]


def test_things_come_back_now_and_then(calls):
    client, shop = calls(after=3000)

    client.run()

    back = [request for request in shop.asked if request.url.path.endswith("/returns")]
    assert 0 < len(back) < client.placed / 10
    assert len({request.url.path for request in back}) == len(back)


def test_without_an_address_it_says_how_it_is_used(capsys):
    assert clients.main([]) == 2
    assert "URL" in capsys.readouterr().err
