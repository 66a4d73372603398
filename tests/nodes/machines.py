"""A database and nodes of the real product, each on a machine of its own; and what it takes to kill them."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.nodes.network import BACK, STREET, Network, NotPossible
from tests.servers.postgres import USER, Postgres, is_installed
from tests.servers.processes import lives, tree
from tests.servers.takings import Server

SHOP, PORT = "shop", 5432


class Database(Postgres):
    """PostgreSQL on a machine at the back, safe as in production; it can be killed."""

    def __init__(self, network: Network, name: str = "base", **settings: str) -> None:
        self.network, self.name = network, name
        self.host = network.add(name, BACK)[BACK]
        super().__init__(safe=True, listen_addresses=self.host, port=str(PORT), **settings)

    def start(self) -> "Database":
        """Begin to answer, also at the back."""
        with self.network.inside(self.name):
            super().start()
        return self

    def _make(self) -> None:
        super()._make()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\nhost replication all samenet trust\n")

    def kill(self) -> None:
        """kill -9 of the server and all its sessions at one moment."""
        kill_server(self)

    def by_line(self, name: str = SHOP) -> str:
        """What TAKINGS_DATABASE says on the machines of the nodes."""
        return f"postgresql://{USER}@{self.host}:{PORT}/{name}"


class Node(Server):
    """`serve`, web processes and worker, on a machine that has a line to the street and one to the back."""

    def __init__(self, network: Network, name: str, folder: Path, address: str, **more: Any) -> None:
        self.network, self.name = network, name
        street = network.add(name, STREET, BACK)[STREET]
        super().__init__(
            folder, host=street, TAKINGS_DATABASE=address, TAKINGS_SECRET_KEY="k" * 40,
            TAKINGS_TRUSTED_PROXIES="10.91.1.0/24", **more,
        )  # fmt: skip

    def start(self) -> None:
        """Start on its machine and wait until it says that it listens."""
        with self.network.inside(self.name):
            super().start()

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run another command on its machine."""
        with self.network.inside(self.name):
            return super().run(*arguments, timeout=timeout)

    def kill(self) -> None:
        """kill -9 of all its processes at one moment."""
        kill(self.family())
        self.stop()


def kill(pids: list[int]) -> None:
    """kill -9 of these and all below them. They are stopped first, so that none sees another one die."""
    family = [pid for top in pids for pid in tree(top)]
    for how in (signal.SIGSTOP, signal.SIGKILL):
        for pid in family:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
    deadline = time.monotonic() + 20
    while any(lives(pid) for pid in family[1:]) and time.monotonic() < deadline:
        time.sleep(0.01)


def kill_server(server: Postgres) -> None:
    """kill -9 of a PostgreSQL server and all its sessions at one moment."""
    kill([server.pid])
    assert server._process is not None
    server._process.wait(30)
    server._process = None


@contextmanager
def network() -> Iterator[Network]:
    """A network for a test; the test is skipped, aloud, where none can be made."""
    if not is_installed():
        pytest.skip("two nodes are not tried here: PostgreSQL's server is not installed")
    if os.geteuid():
        pytest.skip("two nodes are not tried here: networks of one's own and PostgreSQL's user need root")
    try:
        made = Network()
    except NotPossible as why:
        pytest.skip(f"two nodes are not tried here: {why}")
    try:
        yield made
    finally:
        made.close()


class Pair:
    """Two nodes over one database; TEA is on sale. build: of both nodes."""

    def __init__(self, made: Network, folder: Path, build: str = "counting_jobs", workers: int = 1) -> None:
        self.network = made
        self.base = Database(made).start()
        self.base.say(f"create database {SHOP}")
        self.nodes = [
            Node(made, name, _folder(folder / name), self.base.by_line(), workers=workers, broken=build)
            for name in ("one", "two")
        ]

    def start(self) -> "Pair":
        """Both answer."""
        for node in self.nodes:
            node.start()
        return self

    def end(self) -> None:
        """All is gone."""
        for node in self.nodes:
            if node._process is not None:
                node.kill()
        self.base.remove()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement gives, asked beside all nodes."""
        return rows(self.base.address(SHOP), statement)


def rows(address: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement gives on this database."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
