"""A program that watches: it keeps what it is told, is cut off, falls behind, and takes up where it was."""

from decimal import Decimal
from typing import Any

from tests.live import toy
from tests.simulation.asks import differs
from tests.simulation.model import Ledger
from tests.simulation.node import Node

NEWEST = 50


class Watcher:
    """heard: (seq, event, data) of `orders` since `begins`; state: the last of `analytics`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client: toy.Client | None = None
        self.node: Node | None = None
        self.heard: list[tuple[int, str, Any]] = []
        self.begins: int | None = None  # the change after which everything has to be told; None: not known yet
        self.since: int | None = None
        self.epoch: str | None = None
        self.state: dict[str, Any] | None = None
        self.first_page: list[dict[str, Any]] = []
        self.resets = 0

    def connect(self, node: Node) -> None:
        """Come, or come back with `since`. Raises node.Died."""
        self.client, self.node = node.watch(), node
        wanted: dict[str, Any] = {"subscribe": ["orders", "analytics"]}
        if self.since is not None:
            wanted |= {"since": self.since, "epoch": self.epoch}
        self.client.say(wanted)
        node.tell("pulse", 1)

    def listen(self) -> None:
        """Read what has come."""
        if self.client is None:
            return
        for message in self.client.hear():
            self._take(message)
        if self.client.ended or self.client.code is not None:
            self.leave()

    def _take(self, message: dict[str, Any]) -> None:
        topic = message["topic"]
        if topic == "reset":
            self.resets += 1
            self.heard, self.begins, self.since = [], message["seq"], message["seq"]
            self.first_page = message["data"]["orders"]
        elif topic == "ready":
            if self.begins is None:
                self.begins = message["seq"]
            self.since, self.epoch = max(self.since or 0, message["seq"]), message["epoch"]
        elif topic == "orders":
            if message["seq"] <= (self.since or 0):
                raise AssertionError(f"{self.name} was told {message['seq']} after {self.since}")
            self.heard.append((message["seq"], message["event"], message["data"]))
            self.since = message["seq"]
        elif topic == "analytics":
            self.state = message["data"]
        elif topic == "error":
            raise AssertionError(f"{self.name} was told an error: {message}")

    def leave(self) -> None:
        """Cut off."""
        if self.client is not None:
            self.client.close()
        self.client = self.node = None

    def wrong(self, ledger: Ledger) -> str:
        """What it knows otherwise than the model, in words."""
        events = [event for event in ledger.events if self.begins is not None and event.seq > self.begins]
        told, expected = [(seq, event) for seq, event, _ in self.heard], [(one.seq, one.event) for one in events]
        if told != expected:
            missed, more = sorted(set(expected) - set(told)), sorted(set(told) - set(expected))
            return f"{self.name} missed {missed[:5]}, was told {more[:5]} that never were"
        for (seq, _, data), event in zip(self.heard, events, strict=True):
            if said := differs(plain(event.data), data):
                return f"{self.name}, event {seq}: {said}"
        return self._wrong_page(ledger)

    def _wrong_page(self, ledger: Ledger) -> str:
        known = [one.id for one in ledger.orders.values() if one.seq <= (self.begins or 0)]
        newest = sorted(known, reverse=True)[:NEWEST]
        if self.resets and [order["id"] for order in self.first_page] != newest:
            return f"{self.name} was reset to other orders than the newest"
        return ""


def plain(value: Any) -> Any:
    """As a client reads it that takes numbers with a point for floats."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value
