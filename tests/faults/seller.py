"""A till without a network: sells through the real writer and says outside of the database what was acknowledged.

python -m tests.faults.seller DATABASE SAID COUNT [CHECKPOINT_EVERY]; it ends without closing anything, as a crash does.
DATABASE is what TAKINGS_DATABASE says.
"""

import os
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests import making
from tests.servers import postgres
from tests.servers.takings import ON_POSTGRES
from webapp import config
from webapp.db import engines, presence, reading, store, writer
from webapp.db.writer import Key
from webapp.errors import Problem
from webapp.orders import actions as orders


def environ_of(database):
    """What says where this shop is; the files of one on a server lie beside the server's socket."""
    found = {"TAKINGS_DATABASE": str(database)}
    if engines.is_server(str(database)):
        found["TAKINGS_FOLDER"] = dict(parse_qsl(urlsplit(database).query))["host"]
    return found


def settings_of(database):
    """Settings of a shop at this place."""
    return config.load({**environ_of(database), "TAKINGS_LOG": "text"}, dotenv=None)


@contextmanager
def opened(database):
    """The shop at this place is open in this process."""
    try:
        yield store.open(settings_of(database))
    finally:
        writer.close()
        reading.close()
        presence.leave()


def new_shop(folder, sales=0, server=None):
    """A shop with two products and so many sales; its file in the folder, or its address on the server."""
    if server is None and ON_POSTGRES:
        server = postgres.shared()
    database = Path(folder) / "shop.db" if server is None else server.database()
    with opened(database):
        making.make_product("TEA", stock=1_000_000, category="Drinks/Cold", brand="Pine")
        making.make_product("CUP", price="12.00", category="Ware")
        for _ in range(sales):
            making.sell("TEA")
    return database


def no_shop(folder):
    """Where a shop may be put: a file that is not there in the folder, or an empty database."""
    return postgres.shared().database(empty=True) if ON_POSTGRES else Path(folder) / "shop.db"


def sell(number):
    """The id of sale `number`; the second time it is the same sale."""
    key = Key("till", f"sale-{number}", "POST /orders", b"sale")
    sale = making.draft("TEA" if number % 3 else "CUP", number % 5 + 1)
    return writer.do(orders.place_orders, sale, key)["id"]


def orders_of(database):
    """The ids in the ledger, and what `verify` finds wrong."""
    with opened(database):
        return [row[0] for row in making.query("select id from orders order by id")], making.differences()


def acknowledged(said):
    """Ids by the number of the sale, as the till was told."""
    lines = [line.split() for line in Path(said).read_text().splitlines()] if Path(said).exists() else []
    return {int(number): int(answer) for word, number, answer in lines if word == "ack"}


def main(database, said, count, every=0):
    """Sell so many; one line a sale."""
    store.open(settings_of(database))
    out = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number in range(count):
        try:
            line = f"ack {number} {sell(number)}\n"
        except Problem as problem:
            line = f"refused {number} {problem.extra.get('reason')}\n"
            wait_for_the_server()
        os.write(out, line.encode())
        if every and number % every == every - 1:
            settle()
    os._exit(0)


def wait_for_the_server():
    """One that was killed answers again; a file is there at once."""
    while store.on_server():
        try:
            reading.position()
            return
        except (Problem, sqlite3.Error):
            time.sleep(0.02)


def settle():
    """The log is moved into the database."""
    if not store.on_server():
        writer.session().rest(0)
        return
    with closing(store.engine().connect()) as connection:
        connection.run("checkpoint")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
