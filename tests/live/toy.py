"""A small ledger, a hub with clocks that a test turns, and clients over real sockets that speak RFC 6455 by wsproto."""

import json
import select
import socket

from jinja2 import DictLoader, Environment
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Message, Ping, Pong, TextMessage

from webapp import clock
from webapp.db import reading, writer
from webapp.errors import Conflict, Invalid
from webapp.live import outbox
from webapp.live.core import Hub
from webapp.live.islands import Islands
from webapp.live.topics import Topics

# ---- The ledger: orders of an amount, and goods that come back ----


def place(tx, amounts):
    """Place an order for each amount; an amount of nothing is refused."""
    results, rows = [], []
    for amount in amounts:
        if amount <= 0:
            results.append(Conflict("nothing is sold for nothing"))
            continue
        order_id = tx.next("orders")
        seq = outbox.append(tx, "orders", "placed", order_id)
        rows.append((order_id, seq, tx.now_ms, tx.now_ms, 0, 0, 0, 1, amount, 1))
        results.append({"id": order_id, "seq": seq})
    for row in rows:
        tx.execute(
            "insert into orders (id, seq, placed_ms, entered_ms, day, hour_ms, hour, channel_id, total_minor, lines)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row,
        )  # fmt: skip
    return results


def take_back(tx, order_ids):
    """Take the whole order back."""
    results = []
    for order_id in order_ids:
        return_id = tx.next("returns")
        seq = outbox.append(tx, "orders", "returned", return_id)
        tx.execute(
            "insert into returns"
            " (id, seq, order_id, returned_ms, entered_ms, day, hour_ms, hour, channel_id, total_minor)"
            " values (?, ?, ?, ?, ?, 0, 0, 0, 1, 0)", (return_id, seq, order_id, tx.now_ms, tx.now_ms),
        )  # fmt: skip
        results.append({"id": order_id, "seq": seq})
    return results


def rename(tx, names):
    """Something that no program listens to, and that takes a number of history."""
    return [{"seq": outbox.append(tx, "shop", "changed", 1)} for _ in names]


def sell(*amounts):
    """Place orders in one transaction; what each became."""
    return writer.do_many(place, list(amounts))


def ledger():
    """(seq, event, order) of every order and return, in order: what a client has to end with."""
    with reading.reading() as tx:
        rows = tx.execute(
            "select seq, 'placed', id from orders union all select seq, 'returned', order_id from returns order by 1"
        ).fetchall()
    return [tuple(row) for row in rows]


def ask(tx, sql, *values):
    return tx.execute(sql, values).fetchone()[0]


def shape(tx, events):
    """Each order as of its number."""
    shaped = []
    for event in events:
        for seq, changed_id in enumerate(event.ids(), event.seq):
            order_id = changed_id
            if event.event == "returned":
                order_id = ask(tx, "select order_id from returns where id = ?", changed_id)
            amount = ask(tx, "select total_minor from orders where id = ?", order_id)
            back = ask(tx, "select count(*) from returns where order_id = ? and seq <= ?", order_id, seq)
            data = {"id": order_id, "amount": amount, "status": "returned" if back else "placed"}
            shaped.append((seq, event.event, event.at_ms, json.dumps(data)))
    return shaped


def newest(tx):
    """The newest 50 orders as they stand now."""
    rows = tx.execute("select id, total_minor from orders order by id desc limit 50")
    return json.dumps([{"id": order_id, "amount": amount} for order_id, amount in rows])


def totals(tx, now_ms):
    """Orders and money of all time."""
    count, amount = tx.execute("select count(*), coalesce(sum(total_minor), 0) from orders").fetchone()
    return json.dumps({"as_of": f"{now_ms}", "seq": outbox.position(tx), "orders": count, "amount": amount})


# ---- The hub ----


class Clock:
    """Seconds that go on only when a test says so."""

    def __init__(self):
        self.seconds = 1000.0
        self.ms = 1_790_000_000_000

    def now(self):
        return self.seconds

    def now_ms(self):
        return self.ms

    def forward(self, seconds):
        self.seconds += seconds
        self.ms += round(seconds * 1000)


TEMPLATES = {
    "count.html": "<p {{ island_attrs }}>{{ count }} orders</p>",
    "second.html": "<p {{ island_attrs }}>{{ second }}</p>",
    "today.html": "<p {{ island_attrs }}>{{ day }}</p>",
    "page.html": "<main>{{ island('/count') }}{{ island('/count?least=2') }}</main>",
}


def make_islands():
    islands = Islands()
    islands.renderings = []

    @islands.island("/count", topics=["orders"], pace=0.25, template="count.html")
    def count(tx, parameters, now_ms):
        least = int(parameters.get("least", 0))
        if least < 0:
            raise Invalid("least is not below nothing")
        islands.renderings.append("/count")
        return {"count": tx.execute("select count(*) from orders where total_minor >= ?", (least,)).fetchone()[0]}

    @islands.island("/second", topics=[], template="second.html", clock=True)
    def second(tx, parameters, now_ms):
        islands.renderings.append("/second")
        return {"second": now_ms // 1000}

    @islands.island("/imports/<number>/progress", topics=["jobs"], template="second.html")
    def progress(tx, parameters, now_ms):
        return {"second": parameters["number"]}

    @islands.island("/today", topics=["orders"], template="today.html")
    def today(tx, parameters, now_ms):
        return {"day": clock.format_day(tx.zone.day_of(now_ms))}

    islands.install(Environment(loader=DictLoader(TEMPLATES), autoescape=True))
    return islands


def make_hub(turned, **more):
    topics = Topics()
    topics.topic("orders", shape, newest=newest)
    topics.topic("analytics", state=totals, follows=["orders"])
    return Hub(more.pop("source", reading), topics, make_islands(), turned.now, turned.now_ms, **more)


def run(hub, rounds=4):
    """What a pulse does, some times over; the clock is moved a little so that no tick has to wait."""
    for _ in range(rounds):
        hub.now.__self__.forward(0.06)
        hub.pump()
        hub.tick()
        while hub.paint():
            hub.tick()


# ---- A client ----


class Client:
    """One watcher: `say` sends, `hear` answers with what has come, arrays taken apart."""

    def __init__(self, hub=None, pair=None, buffered=b""):
        ours, theirs = pair or socket.socketpair()
        self.sock = ours
        self.sock.setblocking(False)
        self.ws = Connection(ConnectionType.CLIENT)
        self.code = None
        self.pongs = []
        self.ended = False
        self.frames = []
        self._text = ""
        if hub is not None:
            self.fd = theirs.detach()
            hub.adopt(self.fd, buffered)
            run(hub, 1)

    def say(self, message):
        text = message if isinstance(message, str) else json.dumps(message)
        self.send(self.ws.send(Message(data=text)))

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            pass

    def ping(self, payload=b"are you there"):
        self.send(self.ws.send(Ping(payload=payload)))

    def hear(self):
        """The messages that have come since the last time."""
        heard = []
        while select.select([self.sock], [], [], 0)[0]:
            try:
                data = self.sock.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                self.ended = True
                break
            if self.ws.state is ConnectionState.CLOSED:
                continue
            self.ws.receive_data(data)
            for event in self.ws.events():
                heard += self._take(event)
        return heard

    def _take(self, event):
        if isinstance(event, CloseConnection):
            self.code = event.code
        elif isinstance(event, Pong):
            self.pongs.append(bytes(event.payload))
        elif isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                message, self._text = json.loads(self._text), ""
                self.frames.append(message)
                return message if isinstance(message, list) else [message]
        return []

    def close(self):
        self.sock.close()


def told(messages):
    """(seq, event, order) of the order events among messages."""
    return [(one["seq"], one["event"], one["data"]["id"]) for one in messages if one["topic"] == "orders"]


def small_buffers():
    """A pair of sockets that hold little, so that a reader who does not read is soon felt."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return ours, theirs
