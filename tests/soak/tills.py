"""Tills and people in a process of their own: mixed requests at a steady rate, each sent until it is answered.

The clock of a request starts when it was due. What was acknowledged is kept here, outside of the program under test.
"""

import collections
import http.client
import json
import random
import threading
import time
import uuid
from multiprocessing.connection import Connection
from typing import Any

THREADS = 16
PRODUCTS = 40
PATIENCE_S = 20.0
ORDER, BATCH, RETURN, PRICE, STOCK, FIGURES, PAGE, LIST = (
    "order",
    "batch",
    "return",
    "price",
    "stock",
    "figures",
    "page",
    "list",
)
MIX = [ORDER] * 58 + [BATCH] * 4 + [RETURN] * 8 + [PRICE] * 3 + [STOCK] * 4 + [FIGURES] * 12 + [PAGE] * 5 + [LIST] * 6
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
HTML = {"Accept": "text/html"}


class Tills:
    """rate: requests a second, None for as many as are answered. orders, returns: what was acknowledged, ids by key."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rate: float | None = None
        self.orders: dict[str, list[int]] = {}
        self.returns: dict[str, int] = {}
        self.lines: collections.deque[tuple[int, int]] = collections.deque(maxlen=5_000)  # (order, line) to take back
        self.answered: collections.Counter[str] = collections.Counter()
        self.refused: list[str] = []
        self.resent = 0
        self.took_ms: dict[str, list[float]] = collections.defaultdict(list)
        self._lock = threading.Lock()
        self._due = 0.0
        self._threads: list[threading.Thread] = []
        self._selling = threading.Event()

    # ---- What is asked of it ----

    def start(self, rate: float | None) -> None:
        """Ask at that rate from now on."""
        self.rate, self._due = rate, time.monotonic()
        self._selling.set()
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Finish what is being asked; whether all of it was answered."""
        self._selling.clear()
        for thread in self._threads:
            thread.join(90)
        return not any(thread.is_alive() for thread in self._threads)

    def count(self) -> int:
        """Answers so far."""
        return sum(self.answered.values())

    def figures(self) -> dict[str, Any]:
        """What was acknowledged and refused, and how long it took."""
        return {
            "orders": list(self.orders.values()), "returns": list(self.returns.values()), "refused": self.refused,
            "answered": dict(self.answered), "resent": self.resent,
            "took_ms": {name: percentiles(sorted(taken)) for name, taken in self.took_ms.items()},
        }  # fmt: skip

    # ---- One thread ----

    def _work(self, number: int) -> None:
        dice = random.Random(f"{number} {time.time_ns()}")
        line = _Line(self.port)
        while self._selling.is_set():
            due = self._next()
            kind = dice.choice(MIX)
            if not self._ask(line, kind, dice):
                continue
            took = (time.monotonic() - due) * 1000
            with self._lock:
                self.answered[kind] += 1
                if len(self.took_ms[kind]) < 500_000:
                    self.took_ms[kind].append(took)
        line.close()

    def _next(self) -> float:
        if self.rate is None:
            return time.monotonic()
        with self._lock:
            due, self._due = self._due, self._due + 1 / self.rate
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        return due

    def _ask(self, line: "_Line", kind: str, dice: random.Random) -> bool:
        request = getattr(self, f"_{kind}")(dice)
        if request is None:
            return False
        method, path, body, headers = request
        key = uuid.uuid4().hex if method == "POST" else None
        status, said = self._until_answered(
            line, method, path, body, {**headers, **({"Idempotency-Key": key} if key else {})}
        )
        if status >= 400:
            with self._lock:
                self.refused.append(f"{method} {path}: {status} {said[:300]!r}")
        elif key is not None:
            self._acknowledged(kind, key, json.loads(said))
        return True

    def _until_answered(
        self, line: "_Line", method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Any:
        while True:
            try:
                status, said = line.ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                status, said = 503, b""
                time.sleep(0.05)
            if status != 503:
                return status, said
            with self._lock:
                self.resent += 1
            time.sleep(0.1)

    def _acknowledged(self, kind: str, key: str, said: Any) -> None:
        with self._lock:
            if kind == ORDER:
                self.orders[key] = [said["id"]]
                self.lines.append((said["id"], said["lines"][0]["id"]))
            elif kind == BATCH:
                self.orders[key] = [one["id"] for one in said["results"] if one["status"] == 201]
            elif kind == RETURN:
                self.returns[key] = said["returns"][-1]["id"]

    # ---- Requests: method, path, body, headers ----

    def _order(self, dice: random.Random) -> Any:
        lines = [{"product_id": sku(dice), "quantity": dice.randint(1, 3)} for _ in range(dice.choice((1, 1, 1, 2, 4)))]
        body = lines[0] if len(lines) == 1 else {"lines": lines}
        return "POST", "/orders", json.dumps({**body, "channel": dice.choice(("online", "store"))}).encode(), JSON

    def _batch(self, dice: random.Random) -> Any:
        rows = [{"product_id": sku(dice), "quantity": 1} for _ in range(5)]
        return "POST", "/orders/batch", json.dumps(rows).encode(), JSON

    def _return(self, dice: random.Random) -> Any:
        with self._lock:
            if len(self.lines) < 50:
                return None
            order_id, line_id = self.lines.popleft()
        body = {"lines": [{"line_id": line_id, "quantity": 1}], "reason": "soak"}
        return "POST", f"/orders/{order_id}/returns", json.dumps(body).encode(), JSON

    def _price(self, dice: random.Random) -> Any:
        return "PATCH", f"/products/{sku(dice)}", json.dumps({"price": dice.randint(100, 900) / 100}).encode(), JSON

    def _stock(self, dice: random.Random) -> Any:
        return "POST", f"/products/{sku(dice)}/stock", b'{"change": 50}', JSON

    def _figures(self, dice: random.Random) -> Any:
        return "GET", "/analytics", None, JSON

    def _page(self, dice: random.Random) -> Any:
        return "GET", dice.choice(("/", "/orders", "/products")), None, HTML

    def _list(self, dice: random.Random) -> Any:
        return "GET", dice.choice(("/orders?limit=20", "/explore?metric=net_sales&by=product&period=today")), None, JSON


class _Line:
    """One connection that is kept, and made again where it breaks."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body. Raises OSError or HTTPException where the line breaks."""
        try:
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.http.close()
            raise

    def close(self) -> None:
        """Go."""
        self.http.close()


def sku(dice: random.Random) -> str:
    """One of the goods."""
    return f"P{dice.randrange(PRODUCTS)}"


def percentiles(taken: list[float]) -> dict[str, float]:
    """Milliseconds that half, 99 of 100 and all stayed under."""
    if not taken:
        return {}
    return {
        name: round(taken[min(int(len(taken) * at), len(taken) - 1)], 1)
        for name, at in (("p50", 0.5), ("p99", 0.99), ("max", 1))
    }


def main(line: Connection, port: int) -> None:
    """The process."""
    tills = Tills(port)
    while True:
        command, *arguments = line.recv()
        if command == "end":
            return
        line.send(getattr(tills, command)(*arguments))
