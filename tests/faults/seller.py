"""A till without a network: sells through the real writer and says outside of the database what was acknowledged.

python -m tests.faults.seller DATABASE SAID COUNT [CHECKPOINT_EVERY]; it ends without closing anything, as a crash does.
"""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

from tests import making
from webapp import config
from webapp.db import presence, reading, store, writer
from webapp.db.writer import Key
from webapp.errors import Problem
from webapp.orders import actions as orders


def settings_of(database):
    """Settings of a shop at this place."""
    return config.load({"TAKINGS_DATABASE": str(database), "TAKINGS_LOG": "text"}, dotenv=None)


@contextmanager
def opened(database):
    """The shop at this place is open in this process."""
    try:
        yield store.open(settings_of(database))
    finally:
        writer.close()
        reading.close()
        presence.leave()


def new_shop(folder, sales=0):
    """A shop with two products and so many sales; the path of its database."""
    database = Path(folder) / "shop.db"
    with opened(database):
        making.make_product("TEA", stock=1_000_000, category="Drinks/Cold", brand="Pine")
        making.make_product("CUP", price="12.00", category="Ware")
        for _ in range(sales):
            making.sell("TEA")
    return database


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
        os.write(out, line.encode())
        if every and number % every == every - 1:
            writer.session().rest(0)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
