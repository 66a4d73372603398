"""Sends what a file's tills sent, in their own rhythm, once each, however often it is interrupted."""

import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from webapp import clock
from webapp.imports.rules.lines import SALE
from webapp.replay.reading import Event, Played, Shop, as_body

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
KEEP_S = 1.0
LONGEST_GAP_MS = 60 * clock.MINUTE
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
Progress = Callable[[int, int | None, str], None]


class Stopped(Exception):
    """Somebody asked for the end."""


class Refused(Exception):
    """The shop at the other end does not do what it must."""


def ask_shop(http: httpx.Client) -> Shop:
    """What the shop at the other end is. Raises Refused, httpx.HTTPError."""
    said = _read(http, "/settings")
    codes = [
        {one["code"]: one["id"] for one in _read(http, f"{path}?limit=500")["items"]}
        for path in ("/channels", "/locations")
    ]
    return Shop(said["currency"], said["time_zone"], said["locale"], *codes)


def _read(http: httpx.Client, path: str) -> Any:
    answer = http.get(path, headers={"Accept": "application/json"})
    if answer.status_code != 200:
        raise Refused(f"{http.base_url} answered {answer.status_code} to {path}")
    return answer.json()


class Place:
    """How far a file has been played into a shop, kept beside the file, so that a stopped run goes on where it was.

    run: a name of this playing; with an event's row it makes the key under which that event is sent.
    """

    def __init__(self, path: Path, digest: str, url: str) -> None:
        self.path = path.with_name(f"{path.name}.replay")
        self.known = {"digest": digest, "url": url}
        self.run, self.done, self._kept = secrets.token_hex(6), 0, 0.0
        try:
            kept = json.loads(self.path.read_text("utf-8"))
            if {name: kept[name] for name in self.known} == self.known:
                self.run, self.done = str(kept["run"]), int(kept["done"])
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def keep(self, at_once: bool = False) -> None:
        """Write down how far it is, once a second at most."""
        now = time.monotonic()
        if at_once or now - self._kept >= KEEP_S:
            self._kept = now
            part = self.path.with_name(f"{self.path.name}.part")
            part.write_text(json.dumps({**self.known, "run": self.run, "done": self.done}), "utf-8")
            part.replace(self.path)

    def begin_anew(self) -> None:
        """Play it once more, from the beginning and under other keys."""
        self.run, self.done = secrets.token_hex(6), 0

    def forget(self) -> None:
        """It has been played to its end; the next time begins anew."""
        self.path.unlink(missing_ok=True)


class Player:
    """Plays events. speed: how many seconds of the file pass in one. stop: set it and `run` ends after what is under way."""

    def __init__(self, http: httpx.Client, played: Played, place: Place, speed: float, stop: threading.Event) -> None:
        self.http, self.events, self.place, self.speed, self.stop = http, played.events, place, speed, stop
        self.counts: Counter[str] = Counter()
        self._known: set[str] = set()
        self._placed: dict[int, dict[str, Any]] = {}
        self._wanted = {event.of for event in self.events if event.of is not None}

    def run(self, progress: Progress) -> bool:
        """Play what has not been played; False when it was stopped before the end."""
        total = len(self.events)
        began, due_s = time.monotonic(), 0.0
        last_ms = None
        try:
            for number in range(self.place.done, total):
                event = self.events[number]
                # Where a shop was closed, an hour of waiting is enough.
                due_s += min(event.at_ms - last_ms, LONGEST_GAP_MS) / 1000 / self.speed if last_ms is not None else 0
                last_ms = event.at_ms
                wait_s = due_s - (time.monotonic() - began)
                if (wait_s > 0 and self.stop.wait(wait_s)) or self.stop.is_set():
                    raise Stopped
                self.play(event)
                self.place.done = number + 1
                self.place.keep()
                progress(number + 1, total, f"Playing {clock.format_time(event.at_ms)[:16]}")
        except Stopped:
            self.place.keep(at_once=True)
            return False
        self.place.forget()
        return True

    # ---- One event ----

    def play(self, event: Event) -> None:
        """Send one sale or return."""
        if event.kind == SALE:
            self._sell(event)
        else:
            self._bring_back(event)

    def _sell(self, event: Event) -> None:
        answer = self._send_made("/orders", event.body, event)
        self.counts["orders" if answer.status_code == 201 else "refused"] += 1
        if answer.status_code == 201 and event.row in self._wanted:
            order = answer.json()
            ids = [line["id"] for line in order["lines"]]
            self._placed[event.row] = {"id": order["id"], "lines": dict(zip(event.sold, ids, strict=False)), "ids": ids}

    def _bring_back(self, event: Event) -> None:
        sale = self._sale(event)
        if sale is None:
            answer = self._send_made("/returns", event.body, event)
        else:
            lines = [
                {"line_id": sale["lines"][sold], "quantity": line["quantity"], "restock": line["restock"]}
                for sold, line in zip(event.sold, event.body["lines"], strict=True)
            ]
            said = {name: event.body[name] for name in ("reason", "note") if name in event.body}
            answer = self.send(f"/orders/{sale['id']}/returns", {**said, "lines": lines}, self._key(event))
        self.counts["returns" if answer.status_code == 201 else "refused"] += 1

    def _sale(self, event: Event) -> dict[str, Any] | None:
        """The order whose goods come back, if this run has placed it and says which lines they are."""
        if event.of is None or None in event.sold:
            return None
        sale = self._placed.get(event.of)
        if sale is None:  # it was placed before an interruption: the same key gives the same answer
            first = next(one for one in self.events if one.row == event.of)
            self._sell(first)
            self.counts["orders"] -= 1
            sale = self._placed.get(event.of)
        return sale if sale is not None and all(sold in sale["lines"] for sold in event.sold) else None

    def _key(self, event: Event) -> str:
        return f"replay-{self.place.run}-{event.row}"

    # ---- The line to the shop ----

    def _send_made(self, path: str, body: dict[str, Any], event: Event) -> httpx.Response:
        """Send it; where the shop does not know a product, make that first."""
        answer = self.send(path, body, self._key(event))
        if answer.status_code != 422 or not self._make(event.products):
            return answer
        return self.send(path, body, self._key(event))

    def _make(self, products: list[dict[str, Any]]) -> bool:
        new = [product for product in products if product["sku"] not in self._known]
        for product in new:
            self._known.add(product["sku"])
            name = hashlib.blake2b(product["sku"].encode(), digest_size=12).hexdigest()
            answer = self.send("/products", product, f"replay-{self.place.run}-{name}")
            self.counts["products"] += answer.status_code == 201
        return bool(new)

    def send(self, path: str, body: Any, key: str) -> httpx.Response:
        """The shop's answer, asked for until there is one, with the same key each time. Raises Stopped."""
        headers = {**JSON, "Idempotency-Key": key}
        wait_s = FIRST_WAIT_S
        while True:
            try:
                answer = self.http.post(path, content=as_body(body), headers=headers)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            except httpx.HTTPError:
                pass
            if self.stop.wait(wait_s):
                raise Stopped
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
