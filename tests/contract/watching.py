"""Programs that watch the real server: over WebSocket and over server-sent events, and both workers at once."""

import http.client
import json
from decimal import Decimal

import httpx
import websocket

PATIENCE_S = 20


def read(text):
    """JSON with its decimals as they were written."""
    return json.loads(text, parse_float=Decimal)


class Watcher:
    """A program on `/live`: every message in the order in which it came, an array of them one by one."""

    def __init__(self, server, wanted=None, origin=None):
        self.line = websocket.create_connection(
            server.ws_url, timeout=PATIENCE_S, origin=origin, suppress_origin=origin is None
        )
        self.heard = []
        self.frames = []
        if wanted is not None:
            self.say(wanted)

    def say(self, wanted):
        """Send a message; what is no text is sent as JSON."""
        self.line.send(wanted if isinstance(wanted, str) else json.dumps(wanted))

    def frame(self):
        """The messages of the next frame; nothing when the line has ended."""
        text = self.line.recv()
        if not text:
            return []
        said = read(text)
        self.frames.append(said)
        told = said if isinstance(said, list) else [said]
        self.heard += told
        return told

    def until(self, enough):
        """Listen until enough(message) of one that comes; that message."""
        while told := self.frame():
            for message in told:
                if enough(message):
                    return message
        raise AssertionError(f"the line ended: {self.heard[-3:]}")

    def topic(self, name):
        """Listen until something of the topic comes."""
        return self.until(lambda message: message["topic"] == name)

    def told(self, name="orders"):
        """What has come of one topic."""
        return [message for message in self.heard if message["topic"] == name]

    def close_code(self):
        """The code with which the server ends the line."""
        while True:
            kind, data = self.line.recv_data()
            if kind == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")

    def close(self):
        """Go without a word."""
        self.line.shutdown()


def ready(server, *topics, **more):
    """A watcher that has been told `ready`."""
    watcher = Watcher(server, {"subscribe": list(topics), **more})
    watcher.topic("ready")
    return watcher


def both(server, *topics, count=8, **more):
    """So many watchers that each of the two workers serves some of them."""
    return [ready(server, *topics, **more) for _ in range(count)]


class Stream:
    """Server-sent events as a client reads them: {"event", "id", "data"} each, comments apart."""

    def __init__(self, server, query="topics=orders", **headers):
        self.client = httpx.Client(base_url=server.url, timeout=PATIENCE_S)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        self.answer = self.client.send(self.client.build_request("GET", f"/events?{query}", headers=sent), stream=True)
        self.lines = self.answer.iter_lines()
        self.comments = []

    def next(self):
        """The next event."""
        event = {}
        for line in self.lines:
            if line.startswith(":"):
                self.comments.append(line)
            elif line:
                name, _, value = line.partition(": ")
                assert name not in event, "data stands on one line"
                event[name] = value
            elif "data" in event:
                return {**event, "data": read(event["data"])}
        raise AssertionError("the stream ended")

    def until(self, enough):
        """Read until enough(event); all events up to there."""
        found = [self.next()]
        while not enough(found[-1]):
            found.append(self.next())
        return found

    def close(self):
        """Go."""
        self.answer.close()
        self.client.close()


class Till:
    """Posts over connections of its own, so that now one worker answers and now the other."""

    def __init__(self, server):
        self.server = server

    def send(self, method, path, data=None, **headers):
        """A request over a new connection; its JSON. Raises OSError or HTTPException where the line breaks."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        try:
            body = None if data is None else json.dumps(data)
            line.request(
                method, path, body, {"Accept": "application/json", "Content-Type": "application/json", **headers}
            )
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        assert answer.status < 300, text
        return read(text) if text else None

    def get(self, path):
        """GET of JSON."""
        return self.send("GET", path)

    def place(self, quantity=1, **more):
        """An order of TEA."""
        return self.send("POST", "/orders", {"product_id": "TEA", "quantity": quantity, **more})

    def take_back(self, order, quantity=1):
        """A return of its first line; the order as it is then."""
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        return self.send("POST", f"/orders/{order['id']}/returns", {"lines": lines})

    def ledger(self):
        """The id of every order, oldest first."""
        found, address = [], "/orders?limit=500&sort=placed_at"
        while address:
            page = self.get(address)
            found += [order["id"] for order in page["items"]]
            address = page["next"]
        return sorted(found)
