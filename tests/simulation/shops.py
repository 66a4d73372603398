"""Where the shops of the simulation lie, and the program that every process of them is forked from.

`Files` keeps them as SQLite files in memory: a process that is killed loses nothing that the kernel has, so a disk would
only make it slower (power cuts are a fault test of their own). `Databases` keeps each in a database of a PostgreSQL server
of its own, which can be killed under them.
"""

import atexit
import contextlib
import functools
import gc
import io
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.servers.postgres import Postgres, memory
from webapp import clock, config
from webapp.db import presence, reading, store, writer

KINDS = (
    ("GBP", "Europe/London"), ("USD", "America/New_York"), ("NZD", "Pacific/Auckland"), ("JPY", "Asia/Tokyo"),
    ("KWD", "Asia/Kuwait"),
)  # fmt: skip
DATABASES = ("sqlite", "postgres")
_numbers = itertools.count(1)


class Shops:
    """What both kinds have: a folder in memory that goes with them, and one clock for all processes."""

    can_fall = False  # whether there is a server that can be killed

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="takings-", dir=memory()))

    def settings(self, address: str, currency: str, zone: str) -> config.Settings:
        """The settings of a shop's processes; all read the same clock."""
        return config.load(
            {"TAKINGS_DATABASE": address, "TAKINGS_CURRENCY": currency, "TAKINGS_TIME_ZONE": zone, "TAKINGS_LOG": "text",
             "TAKINGS_CLOCK_FILE": str(self.clock), "TAKINGS_FOLDER": str(self.folder)}, dotenv=None,
        )  # fmt: skip

    @property
    def clock(self) -> Path:
        """The file that says what time it is."""
        return self.folder / "clock"

    def close(self) -> None:
        """All of it is gone."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Files(Shops):
    """Shops as SQLite files."""

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Path] = {}
        self._number = 0

    def new(self, currency: str, zone: str) -> str:
        """The address of a new shop without products."""
        if currency not in self._made:
            self._made[currency] = self.folder / f"{currency}.db"
            with opened(self.settings(str(self._made[currency]), currency, zone)):
                pass
        self._number += 1
        made = self._made[currency]
        address = self.folder / f"{self._number}.db"
        shutil.copyfile(made, address)
        return str(address)

    def drop(self, address: str) -> None:
        """The shop is gone."""
        for file in self.folder.glob(f"{self.name(address)}*"):
            file.unlink()

    def name(self, address: str) -> str:
        """What a shop's files in the folder begin with."""
        return Path(address).name


class Databases(Shops):
    """Shops as databases of one PostgreSQL server."""

    kind, can_fall = "postgres", True

    def __init__(self) -> None:
        super().__init__()
        self.server, self._made = _server()

    def new(self, currency: str, zone: str) -> str:
        """The address of a new shop without products."""
        if currency not in self._made:
            address = self.server.database()
            with opened(self.settings(address, currency, zone)):
                pass
            self._made[currency] = self.name(address)
        name = f"history_{os.getpid()}_{next(_numbers)}"
        self.server.say(f"create database {name} template {self._made[currency]} strategy file_copy")
        return self.server.address(name)

    def drop(self, address: str) -> None:
        """The shop is gone, and whoever is still connected."""
        self.server.drop(address)
        for file in self.folder.glob(f"{self.name(address)}*"):
            file.unlink()

    def name(self, address: str) -> str:
        """What a shop's files in the folder begin with."""
        return address.split("@/")[1].split("?")[0]

    def fall(self) -> None:
        """The server ends at once, as after kill -9: sessions are cut off, nothing is written down any more."""
        self.server.stop()

    def rise(self) -> None:
        """The server answers again."""
        self.server.start()


@functools.cache
def _server() -> tuple[Postgres, dict[str, str]]:
    """The server of this process, gone at its end, and what is made on it once: a shop of each currency."""
    server = Postgres().start()
    atexit.register(server.remove)
    return server, {}


def at(database: str | None = None) -> Any:
    """The places of this kind; of TEST_DATABASE's where none is said."""
    kind = database or os.environ.get("TEST_DATABASE", DATABASES[0])
    return Databases() if kind == Databases.kind else Files()


@contextlib.contextmanager
def opened(settings: config.Settings) -> Any:
    """A shop is open in this very process, and leaves nothing open that a forked one could inherit."""
    try:
        yield store.open(settings)
    finally:
        writer.close()
        writer.use(None)
        reading.close()
        presence.leave()
        clock.set_clock_file(None)


def program(places: Any) -> Any:
    """The application, warm: what is loaded late is loaded, so that its forks need not do it."""
    from webapp.app import create_app

    settings = places.settings(places.new(*KINDS[0]), *KINDS[0])
    with opened(settings), contextlib.redirect_stderr(io.StringIO()):
        app = create_app(settings)
        client = app.test_client()
        client.post("/products", json={"sku": "TEA", "name": "Tea", "price": 1, "stock": 9, "category": "Drinks"})
        client.patch("/products/TEA", json={"price": 2})
        order = client.post("/orders", json={"product_id": "TEA", "quantity": 2}).get_json()
        back = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
        client.post(f"/orders/{order['id']}/returns", json=back)
        for path in ("/orders", "/analytics", "/products", "/returns", "/explore?metric=net_sales&by=category"):
            client.get(path, headers={"Accept": "application/json"})
    gc.collect()
    gc.freeze()  # a fork that looks for garbage would copy all that it was forked with
    return app
