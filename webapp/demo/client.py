"""`python -m webapp.demo.client URL`: customers of the sample shop, who order over HTTP as tills do.

They come by the rhythm of the plan's weekday, season, weather and hour, as fast as the switch on the page says, send a
fresh Idempotency-Key with each order and the same one with each further try, now and then bring something back, and
have a delivery made where a shelf is empty. While the server is away the client waits, longer and longer.
"""

import secrets
import signal
import sys
import threading
from collections import deque
from itertools import accumulate
from random import Random
from typing import Any

import httpx

from webapp import clock
from webapp.clock import Zone
from webapp.demo import plan, truths
from webapp.demo.demand import Sale, at_place

ASK_S = 2.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
REMEMBERED = 300
CASE = 48
RETURNS = 0.025


class Stopped(Exception):
    """Somebody asked the client to end."""


class Client:
    """Customers at every place at once. stop: set it and `run` ends after the request under way."""

    def __init__(self, http: httpx.Client, stop: threading.Event, dice: Random | None = None) -> None:
        self.http = http
        self.stop = stop
        self.dice = dice or Random()
        self.recent: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.speed, self.first_day, self.zone = 0, 0, Zone("UTC")
        self.placed = self.refused = self.returned = 0
        self._ahead_ms = 0

    def run(self) -> None:
        """Order until stopped."""
        try:
            while True:
                self.ask()
                rates = self.rates(self.now_ms())
                gap_s = self.dice.expovariate(sum(rates)) if sum(rates) > 0 else ASK_S * 2
                # A gap that reaches beyond the next question is drawn anew: waiting customers have no memory.
                if self.stop.wait(min(gap_s, ASK_S)):
                    return
                if gap_s <= ASK_S:
                    self.come(rates)
        except Stopped:
            return

    def now_ms(self) -> int:
        """The shop's present."""
        return clock.now_ms() + self._ahead_ms

    def ask(self) -> None:
        """Ask how fast customers come."""
        said = self.send("GET", "/demo/speed").json()
        self.speed, self.first_day = said["speed"], said["first_day"]
        self._ahead_ms = said["now_ms"] - clock.now_ms()
        if said["time_zone"] != self.zone.name:
            self.zone = Zone(said["time_zone"])

    # ---- One customer ----

    def rates(self, now_ms: int) -> list[float]:
        """Orders a second at each place now."""
        day = self.zone.day_of(now_ms)
        _, hour = self.zone.hour_of(now_ms)
        return [self._rate(place, day, hour) for place in plan.PLACES]

    def _rate(self, place: plan.Place, day: int, hour: int) -> float:
        lines = sum(truths.expected_lines(place, day, self.first_day))
        size = sum(number * share for number, share in enumerate(place.sizes, start=1)) / sum(place.sizes)
        return self.speed * lines / size * place.hours[hour] / sum(place.hours) / 3600

    def come(self, rates: list[float]) -> None:
        """One customer orders, and perhaps another brings something back."""
        place = self.dice.choices(plan.PLACES, cum_weights=list(accumulate(rates)))[0]
        wanted = at_place(self.dice, place, self.zone.day_of(self.now_ms()), self.first_day, self.zone)
        if wanted:
            self.order(self.dice.choice(wanted))
        if self.recent and self.dice.random() < RETURNS:
            self.bring_back(self.dice.randrange(len(self.recent)))

    def order(self, sale: Sale) -> None:
        """Send one order; where something is missing, have it delivered for the next customer."""
        products = plan.products()
        body: dict[str, Any] = {
            "channel": sale.place.channel, "payment": sale.payment,
            "lines": [{"product_id": products[line.product].sku, "quantity": line.quantity} for line in sale.lines],
        }  # fmt: skip
        if sale.place.location is not None:
            body["location"] = sale.place.location
        else:
            body["region"] = sale.region
        answer = self.send("POST", "/orders", body)
        if answer.status_code == 201:
            self.placed += 1
            self.recent.append(answer.json())
        else:
            self.refused += 1
            if answer.status_code == 409:
                self.refill(sale)

    def refill(self, sale: Sale) -> None:
        """A case of each product that was asked for and is counted arrives where the sale was refused."""
        for line in sale.lines:
            product = plan.products()[line.product]
            if product.tracked and truths.supplied(product.vendor, sale.day - self.first_day):
                entry = {"change": CASE, "location": sale.place.location or plan.WAREHOUSE, "reason": "delivery"}
                self.send("POST", f"/products/{product.sku}/stock", entry)

    def bring_back(self, position: int) -> None:
        """Something of a recent order comes back; nobody brings back a coffee."""
        order = self.recent[position]
        del self.recent[position]
        lines = [line for line in order["lines"] if not line["sku"].startswith(("COF-", "CHOC-HOT"))]
        if not lines:
            return
        line = self.dice.choice(lines)
        body = {
            "lines": [{"line_id": line["id"], "quantity": 1, "restock": self.dice.random() < truths.RESTOCKED}],
            "reason": self.dice.choice(truths.RETURN_REASONS),
        }
        if self.send("POST", f"/orders/{order['id']}/returns", body).status_code == 201:
            self.returned += 1

    # ---- The line to the server ----

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The server's answer, asked for until there is one; the same key goes with every try. Raises Stopped."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Idempotency-Key"] = f"demo-{secrets.token_hex(12)}"
        wait_s = FIRST_WAIT_S
        while not self.stop.is_set():
            try:
                answer = self.http.request(method, path, json=body, headers=headers)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            except httpx.HTTPError:
                pass
            if self.stop.wait(wait_s * (0.5 + self.dice.random() / 2)):
                break
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        raise Stopped


def main(arguments: list[str] | None = None) -> int:
    """Order at the address given until SIGTERM or SIGINT. Exit status 0, or 2 without an address."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("usage: python -m webapp.demo.client URL", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with httpx.Client(base_url=given[0], timeout=10, trust_env=False) as http:
        Client(http, stop).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
