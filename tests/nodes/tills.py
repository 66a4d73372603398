"""Tills that sell to several nodes at once and never give up: an order has a key and goes from node to node until it is answered.

What was acknowledged is kept here, outside of the program under test; the order's note is its key. Each tenth order is sent
once more, elsewhere, after it was answered: the answer has to be the same.
"""

import http.client
import itertools
import json
import threading
import time
import uuid
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.servers.takings import Server

PATIENCE_S = 4.0
PAUSE_S = 0.05
AWAY_S = 2.0  # so long a till stays with the others after its own node did not answer
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Sale(NamedTuple):
    """An order as it was acknowledged. at: seconds of the monotonic clock; node: by whom, as a place in the list."""

    id: int
    seq: int
    at: float
    node: int


class Tills:
    """answered: sale by key. refused: what was neither a yes nor 'later'. unlike: keys whose second answer was another one."""

    def __init__(self, nodes: Sequence[Server], count: int = 6) -> None:
        self.nodes = nodes
        self.answered: dict[str, Sale] = {}
        self.refused: list[str] = []
        self.unlike: list[str] = []
        self.resent = self.replayed = 0
        self.began = time.monotonic()
        self._ends = threading.Event()
        self._gives_up = False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._sell, args=(number,), daemon=True) for number in range(count)]

    def start(self) -> "Tills":
        """Begin to sell."""
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds: float = 90) -> None:
        """Finish what is being sent and stop. Raises TimeoutError when an order is never answered."""
        self._ends.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.1))
            if thread.is_alive():
                raise TimeoutError("an order was not answered")

    def end(self) -> None:
        """Stop, whatever is not answered yet."""
        self._ends.set()
        self._gives_up = True

    def sold(self, more: int, by: int | None = None, seconds: float = 60) -> None:
        """Wait until so many more orders are acknowledged (by that node). Raises TimeoutError."""
        wanted, deadline = self.count(by) + more, time.monotonic() + seconds
        while self.count(by) < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self.count(by) - wanted + more} of {more} orders in {seconds} s; {self.refused[:3]}"
                )
            time.sleep(0.02)

    def count(self, by: int | None = None) -> int:
        """How many orders are acknowledged (by that node)."""
        with self._lock:
            return sum(by is None or sale.node == by for sale in self.answered.values())

    def longest_gap_s(self) -> float:
        """The longest time in which no order was acknowledged."""
        times = sorted([self.began, *(sale.at for sale in self.answered.values())])
        return max((after - before for before, after in itertools.pairwise(times)), default=0.0)

    # ---- One till ----

    def _sell(self, number: int) -> None:
        home, away_until = number % len(self.nodes), 0.0
        while not self._ends.is_set():
            key = uuid.uuid4().hex
            sale = self._until_answered(key, home if time.monotonic() >= away_until else home + 1)
            if sale is None:
                continue
            if sale.node != home and time.monotonic() >= away_until:
                away_until = time.monotonic() + AWAY_S
            with self._lock:
                self.answered[key] = sale
                again = len(self.answered) % 10 == 0
            if again:
                said = self._until_answered(key, sale.node + 1)
                self.replayed += 1
                if said is None or (said.id, said.seq) != (sale.id, sale.seq):
                    self.unlike.append(key)

    def _until_answered(self, key: str, at: int) -> Sale | None:
        body = json.dumps({"product_id": "TEA", "quantity": 1, "note": key}).encode()
        for attempt in itertools.count():
            self.resent += attempt > 0
            place = at % len(self.nodes)
            status, said = ask(self.nodes[place].url, "POST", "/orders", body, {"Idempotency-Key": key})
            if status == 201:
                order = json.loads(said)
                return Sale(order["id"], order["seq"], time.monotonic(), place)
            if 0 < status < 500:
                self.refused.append(f"{status} {said[:200]!r}")
                return None
            if self._gives_up:
                return None
            at += 1
            time.sleep(PAUSE_S)
        raise AssertionError


def ask(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of a request on a line of its own; status 0 where nobody answers in time."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        line.request(method, path, body, {**HEADERS, **(headers or {})})
        answer = line.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()


def tell(server: Server, path: str, body: object) -> dict[str, object]:
    """What the server answers to a POST that has to go well."""
    status, said = ask(server.url, "POST", path, json.dumps(body).encode())
    assert status < 300 and status, (status, said)
    return dict(json.loads(said))
