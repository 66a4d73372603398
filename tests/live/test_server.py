"""The live channel of the real thing: gunicorn with two workers, sockets over TCP, workers that are killed."""

import json
import random
import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest
import websocket
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Message, TextMessage

PATIENCE_S = 20
SPREAD = 8  # so many connections that both workers have some


@pytest.fixture(scope="module")
def shop_server(server):
    """The server with something to sell."""
    with server.client() as client:
        client.post("/products", json={"sku": "TEA", "name": "Iced tea", "price": 2.40}).raise_for_status()
    return server


def place(server, quantity=1, count=1):
    """Orders, one request each; their ids."""
    with server.client() as client:
        answers = [client.post("/orders", json={"product_id": "TEA", "quantity": quantity}) for _ in range(count)]
    return [answer.raise_for_status().json()["id"] for answer in answers]


def ledger(server):
    """Every order of the shop, oldest first."""
    found, address = [], "/orders?limit=500&format=json"
    with server.client() as client:
        while address:
            page = client.get(address).raise_for_status().json()
            found += [order["id"] for order in page["items"]]
            address = page["next"]
    return found[::-1]


class Screen:
    """A program that keeps what it is told, and comes back for what it missed."""

    def __init__(self, server, topics=("orders",)):
        self.server = server
        self.topics = list(topics)
        self.orders, self.seqs, self.resets = [], [], []
        self.since = self.epoch = self.line = None
        self.states = []

    def connect(self):
        self.line = websocket.create_connection(self.server.ws_url, timeout=PATIENCE_S)
        wanted = {"subscribe": self.topics}
        if self.since is not None:
            wanted |= {"since": self.since, "epoch": self.epoch}
        self.line.send(json.dumps(wanted))
        return self

    def listen(self, until):
        """Take messages until until(self) is true or the line ends; whether it was."""
        try:
            while not until(self):
                text = self.line.recv()
                if not text:
                    return False
                message = json.loads(text)
                for one in message if isinstance(message, list) else [message]:
                    self._take(one)
        except (OSError, websocket.WebSocketException):
            return False
        return True

    def _take(self, message):
        if message["topic"] == "ready":
            self.epoch = message["epoch"]
            self.since = max(self.since or 0, message["seq"])
        elif message["topic"] == "orders":
            self.seqs.append(message["seq"])
            self.orders.append(message["data"]["id"])
            self.since = message["seq"]
        elif message["topic"] == "reset":
            self.resets.append(message["reason"])
        elif message["topic"] == "analytics":
            self.states.append(message)

    def ready(self):
        assert self.connect().listen(lambda screen: screen.epoch is not None)
        return self


def knows(order_id):
    return lambda screen: order_id in screen.orders[-200:]


def test_an_order_is_on_the_screens_of_every_worker(shop_server):
    screens = [Screen(shop_server).ready() for _ in range(SPREAD)]

    (order_id,) = place(shop_server)

    for screen in screens:
        assert screen.listen(knows(order_id))
        assert screen.orders == [order_id]
        screen.line.close()


def test_the_event_is_the_order_as_it_is_read(shop_server):
    screen = Screen(shop_server).ready()
    (order_id,) = place(shop_server, quantity=3)
    message = json.loads(screen.line.recv())

    with shop_server.client() as client:
        shown = client.get(f"/orders/{order_id}", headers={"Accept": "application/json"}).json()

    assert (message["event"], message["seq"], message["data"]) == ("placed", shown["seq"], shown)
    screen.line.close()


def test_the_state_of_the_shop_follows_its_orders(shop_server):
    screen = Screen(shop_server, ["orders", "analytics"]).ready()

    (order_id,) = place(shop_server)

    with shop_server.client() as client:
        shown = client.get("/analytics", headers={"Accept": "application/json"}).json()
    assert screen.listen(lambda one: one.states and one.states[-1]["data"]["orders"] == shown["orders"])
    assert order_id in screen.orders
    assert screen.states[-1]["data"]["total_revenue"] == shown["total_revenue"]
    screen.line.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_screens_that_are_cut_off_at_random_end_with_exactly_the_ledgers_orders(shop_server, seed):
    before = set(ledger(shop_server))
    chance = random.Random(seed)
    screens = [Screen(shop_server).ready() for _ in range(4)]
    tills = [threading.Thread(target=place, args=(shop_server, 1, 25)) for _ in range(4)]
    for till in tills:
        till.start()
    while any(till.is_alive() for till in tills):
        screen = chance.choice(screens)
        wanted = len(screen.orders) + chance.randint(0, 4)
        screen.line.settimeout(0.2)
        screen.listen(lambda one, wanted=wanted: len(one.orders) >= wanted)
        screen.line.shutdown()
        screen.connect()
    for till in tills:
        till.join()

    expected = [order_id for order_id in ledger(shop_server) if order_id not in before]
    assert len(expected) == 100
    for screen in screens:
        screen.line.settimeout(PATIENCE_S)
        screen.listen(lambda one: len(one.orders) >= 100)
        assert sorted(screen.orders) == sorted(expected)
        assert screen.seqs == sorted(set(screen.seqs))
        assert screen.resets == []
        screen.line.close()


def test_a_killed_worker_costs_no_screen_an_order(shop_server):
    screens = [Screen(shop_server).ready() for _ in range(SPREAD)]
    first = place(shop_server, count=3)
    shop_server.kill_worker()
    later = _place_through_a_restart(shop_server, 5)

    for screen in screens:
        while not screen.listen(knows(later[-1])):
            screen.connect()
        assert screen.orders == first + later
        screen.line.close()


def _place_through_a_restart(server, count):
    placed = []
    while len(placed) < count:
        try:
            placed += place(server)
        except httpx.TransportError:
            continue
    return placed


# ---- The handshake ----


def handshake(server, more=b"", **headers):
    """(answer head, socket) of a handshake with these headers, and of what is sent right behind it."""
    parts = urlsplit(server.url)
    lines = {
        "Host": parts.netloc, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    lines.update((name.replace("_", "-"), text) for name, text in headers.items())
    sock = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S)
    request = "GET /live HTTP/1.1\r\n" + "".join(f"{name}: {text}\r\n" for name, text in lines.items() if text) + "\r\n"
    sock.sendall(request.encode() + more)
    head = b""
    while b"\r\n\r\n" not in head:
        head += sock.recv(1)
    return head.decode(), sock


def heard(sock, enough):
    """Events of the protocol that come until enough(event)."""
    client, events = Connection(ConnectionType.CLIENT), []
    while True:
        data = sock.recv(65_536)
        if not data:
            return events
        client.receive_data(data)
        for event in client.events():
            events.append(event)
            if enough(event):
                return events


def subscription(topics):
    return Connection(ConnectionType.CLIENT).send(Message(data=json.dumps({"subscribe": topics})))


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused_with_403(shop_server, origin):
    head, sock = handshake(shop_server, Origin=origin)

    assert head.startswith("HTTP/1.1 403 ")
    sock.close()


def test_the_own_origin_is_let_in(shop_server):
    head, sock = handshake(shop_server, Origin=shop_server.url)

    assert head.startswith("HTTP/1.1 101 ")
    sock.close()


@pytest.mark.parametrize(
    "wrong", [{"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Key": "short"}, {"Sec_WebSocket_Key": ""}]
)
def test_a_broken_handshake_is_a_400(shop_server, wrong):
    head, sock = handshake(shop_server, **wrong)

    assert head.startswith("HTTP/1.1 400 ")
    sock.close()


def test_a_plain_request_to_the_channel_is_answered_as_everywhere(shop_server):
    with shop_server.client() as client:
        refused, options, posted = client.get("/live"), client.options("/live"), client.post("/live")

    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert posted.status_code == 405
    assert refused.headers["X-Request-Id"] and options.headers["X-Request-Id"]


def test_the_handshake_is_answered_with_the_id_of_its_request(shop_server):
    head, sock = handshake(shop_server, X_Request_Id="screen-7")

    assert "\r\nX-Request-Id: screen-7\r\n" in head
    sock.close()


def test_no_extension_is_agreed_on(shop_server):
    head, sock = handshake(shop_server, Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits")

    assert head.startswith("HTTP/1.1 101 ")
    assert "extensions" not in head.lower()
    sock.close()


def test_what_is_sent_behind_the_handshake_is_heard(shop_server):
    _, sock = handshake(shop_server, more=subscription(["orders"]))

    (event,) = heard(sock, lambda event: isinstance(event, TextMessage))

    assert json.loads(event.data)["topic"] == "ready"
    sock.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\x81\xff\0\0\0\0\x10\0\0\0\1\2\3\4", 1009), (b"\x82\x81\1\2\3\4x", 1003), (b"\x81\x82\0\0\0\0\xff\xfe", 1007)],
)
def test_a_flood_a_binary_and_broken_text_end_with_their_code(shop_server, data, code):
    _, sock = handshake(shop_server)
    sock.sendall(data + b"x" * 200_000 if code == 1009 else data)

    events = heard(sock, lambda event: isinstance(event, CloseConnection))

    assert events[-1].code == code
    sock.close()


def test_twenty_one_messages_in_a_second_are_too_many(shop_server):
    _, sock = handshake(shop_server)
    sock.sendall(subscription([]) * 21)

    events = heard(sock, lambda event: isinstance(event, CloseConnection))

    assert events[-1].code == 1008
    sock.close()


# ---- Server-sent events ----


def test_events_are_streamed_and_taken_up_again(shop_server):
    def read(count, **headers):
        found = []
        with shop_server.client() as client, client.stream("GET", "/events?topics=orders", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    found.append(line[4:])
                if len(found) == count:
                    return found

    (ready,) = read(1)
    placed = place(shop_server, count=3)
    ids = read(4, **{"Last-Event-ID": ready})

    assert len(placed) == 3
    seqs = [int(one.rpartition("-")[2]) for one in ids]
    assert seqs[:3] == sorted(set(seqs[:3])) and seqs[3] == seqs[2]


# ---- The end, and a new beginning ----


def test_a_restart_says_1012_and_every_screen_takes_up_where_it_was(shop_server):
    screens = [Screen(shop_server).ready() for _ in range(4)]
    first = place(shop_server, count=2)
    for screen in screens:
        assert screen.listen(knows(first[-1]))

    shop_server.restart()

    codes = []
    for screen in screens:
        _, data = screen.line.recv_data()
        codes.append(int.from_bytes(data[:2], "big"))
        screen.connect()
    later = place(shop_server, count=2)
    for screen in screens:
        assert screen.listen(knows(later[-1]))
        assert screen.orders == first + later
        assert screen.resets == []
        screen.line.close()
    assert codes == [1012] * 4
