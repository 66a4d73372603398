"""A till that never gives up: every order has a key, and is sent until it is answered."""

import itertools
import threading
import time
import uuid
from collections.abc import Callable

import httpx

from tests.servers.takings import Server


class Tills:
    """Some tills that sell at once. answered: id by key; refused: the statuses of refusals."""

    def __init__(
        self, server: Server, count: int = 8, body: Callable[[], dict] | None = None, keys: bool = True
    ) -> None:
        self.server, self.keys = server, keys
        self.body = body or (lambda: {"product_id": "TEA", "quantity": 1})
        self.answered: dict[str, int] = {}
        self.refused: list[int] = []
        self.resent = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._sell, daemon=True) for _ in range(count)]

    def _sell(self) -> None:
        with self.server.client() as client:
            while not self._stop.is_set():
                self.send(client, uuid.uuid4().hex)

    def send(self, client: httpx.Client, key: str) -> None:
        """Send one order until it is answered."""
        body = self.body()
        for attempt in itertools.count():
            self.resent += attempt > 0
            try:
                answer = client.post("/orders", json=body, headers={"Idempotency-Key": key} if self.keys else {})
            except httpx.TransportError:
                time.sleep(0.01)
                continue
            if answer.status_code == 201:
                self.answered[key] = answer.json()["id"]
                return
            if answer.status_code < 500:
                self.refused.append(answer.status_code)
                return

    def start(self) -> "Tills":
        """Begin to sell."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Finish what is being sent and stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


def new_product(server: Server, sku: str = "TEA", **more: object) -> int:
    """A product on a running server, by id."""
    with server.client() as client:
        answer = client.post("/products", json={"sku": sku, "name": sku, "price": 2.40, **more})
        answer.raise_for_status()
        return answer.json()["id"]


def every_order(server: Server) -> list[dict]:
    """Every order that the server has."""
    found, address = [], "/orders?limit=500"
    with server.client() as client:
        while address:
            page = client.get(address).json()
            found += page["items"]
            address = page["next"]
    return found


def sound(server: Server) -> bool:
    """Whether `verify` finds nothing wrong."""
    done = server.run("verify")
    return done.returncode == 0
