"""Programs that watch one node each over WebSocket and come back with `since` whenever their line ends."""

import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import websocket

from tests.servers.takings import Server

LISTEN_S, AGAIN_S = 0.5, 0.1
SILENT_S = 45.0  # who hears nothing for so long comes anew: the contract's advice


class Watcher:
    """One of them. told: (seq, event, order id, its note) in the order in which they came; resets: reasons.

    returns: how often its line ended.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.told: list[tuple[int, str, int, str]] = []
        self.begins: int | None = None
        self.since = 0
        self.epoch = ""
        self.epochs: list[str] = []
        self.resets: list[str] = []
        self.returns = 0
        self.ready = threading.Event()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> "Watcher":
        """Watch from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Go."""
        self._ends.set()
        self._thread.join(20)

    def again(self) -> None:
        """Come back after a `stop`, from where it was then."""
        self._ends.clear()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ends.is_set():
            try:
                line = websocket.create_connection(self.server.ws_url, timeout=5, suppress_origin=True)
            except (OSError, websocket.WebSocketException):
                self._ends.wait(AGAIN_S)
                continue
            try:
                self._listen(line)
            except (OSError, websocket.WebSocketException):
                self._ends.wait(AGAIN_S)
            finally:
                line.shutdown()
            self.returns += 1

    def _listen(self, line: Any) -> None:
        wanted: dict[str, Any] = {"subscribe": ["orders"]}
        if self.begins is not None:
            wanted |= {"since": self.since, "epoch": self.epoch}
        line.send(json.dumps(wanted))
        line.settimeout(LISTEN_S)
        heard = time.monotonic()
        while not self._ends.is_set() and time.monotonic() - heard < SILENT_S:
            try:
                text = line.recv()
            except websocket.WebSocketTimeoutException:
                continue
            if not text:
                return
            heard = time.monotonic()
            said = json.loads(text)
            for message in said if isinstance(said, list) else [said]:
                self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        kind, seq = message["topic"], message.get("seq", 0)
        if kind == "orders":
            self.told.append((seq, message["event"], message["data"]["id"], message["data"]["note"]))
        elif kind in ("ready", "reset"):
            self.epoch = message["epoch"]
            if self.epoch not in self.epochs:
                self.epochs.append(self.epoch)
            if kind == "reset" or self.begins is None:
                self.begins, self.told = seq, []
            if kind == "reset":
                self.resets.append(message["reason"])
                self.since = seq
        self.since = max(self.since, seq)
        if kind == "ready":
            self.ready.set()


def watch(nodes: Sequence[Server], each: int = 2) -> list[Watcher]:
    """So many watchers on each of the nodes, all of them greeted."""
    watchers = [Watcher(node).start() for node in nodes for _ in range(each)]
    for watcher in watchers:
        assert watcher.ready.wait(30), "a watcher was not greeted"
    return watchers
