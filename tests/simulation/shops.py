"""Where the shops of the simulation lie, and the program that every process of them is forked from.

`Files` keeps them as SQLite files in memory: a process that is killed loses nothing that the kernel has, so a disk would
only make it slower (power cuts are a fault test of their own). Another database needs a class with the same methods.
"""

import contextlib
import gc
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from webapp import clock, config
from webapp.db import presence, reading, store, writer

KINDS = (
    ("GBP", "Europe/London"), ("USD", "America/New_York"), ("NZD", "Pacific/Auckland"), ("JPY", "Asia/Tokyo"),
    ("KWD", "Asia/Kuwait"),
)  # fmt: skip


class Files:
    """Shops as files in a folder that goes with them. address: where to make it, else in memory where that can be."""

    def __init__(self, address: str | None = None) -> None:
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="takings-", dir=address or memory))
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
        for file in self.folder.glob(f"{Path(address).name}*"):
            file.unlink()

    def settings(self, address: str, currency: str, zone: str) -> config.Settings:
        """The settings of its processes; all read the same clock."""
        return config.load(
            {"TAKINGS_DATABASE": address, "TAKINGS_CURRENCY": currency, "TAKINGS_TIME_ZONE": zone, "TAKINGS_LOG": "text",
             "TAKINGS_CLOCK_FILE": str(self.clock)}, dotenv=None,
        )  # fmt: skip

    @property
    def clock(self) -> Path:
        """The file that says what time it is."""
        return self.folder / "clock"

    def close(self) -> None:
        """All of it is gone."""
        shutil.rmtree(self.folder, ignore_errors=True)


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


def program(places: Files) -> Any:
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
