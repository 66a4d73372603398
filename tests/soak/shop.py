"""The shop under test: the real `serve`, in production mode, on a disk of its own, with services that a test can break."""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.servers import weather
from tests.servers.llm import LlmServer, Said
from tests.servers.takings import Server
from tests.soak.database import Database
from tests.soak.tills import PRODUCTS

DISK_MB = 1_024
PLACE = {"code": "pier", "name": "Pier", "latitude": 50.82, "longitude": -0.14, "region": "GB-BNH"}


class Shop(Server):
    """Logs of each start stand in a file of their own. database: `sqlite` or `postgres`, either on the small disk.

    server: PostgreSQL's, where it is the database.
    """

    def __init__(self, folder: Path, database: str = "sqlite", broken: str = "") -> None:
        self.disk = Disk(folder / "disk")
        self.server: Database | None = None
        address = str(self.disk.folder / "shop.db")
        if database == "postgres":
            self.server = Database(self.disk.folder)
            self.server.start()
            address = self.server.database(empty=True)
        self.clock = folder / "clock"
        self.clock.write_text("+0")
        self.model = LlmServer("compatible")
        self.weather = weather.WeatherServer(lambda: time.time_ns() // 1_000_000)
        super().__init__(
            self.disk.folder, broken=broken, TAKINGS_LOG="json", TAKINGS_CLOCK_FILE=str(self.clock),
            TAKINGS_WEATHER="openweather", TAKINGS_WEATHER_KEY=weather.KEY, TAKINGS_WEATHER_URL=self.weather.url,
            TAKINGS_LLM_MODEL="model-of-the-soak", TAKINGS_LLM_BUDGET="100000000", TAKINGS_DATABASE=address,
            **self.model.settings,
        )  # fmt: skip
        self.folder_of_logs = folder
        self.logs: list[Path] = []

    def start(self) -> None:
        """Start, on the same port as before, with a new file for its log."""
        self.log = self.folder_of_logs / f"serve-{len(self.logs) + 1}.log"
        self.log.touch()
        self.logs.append(self.log)
        self._read = 0
        super().start()

    def stock(self) -> None:
        """What is sold."""
        with self.client() as client:
            client.post("/locations", json=PLACE).raise_for_status()
            for number in range(PRODUCTS):
                category = ("Drinks/Cold", "Food", "Skincare", "Paper")[number % 4]
                said = {
                    "sku": f"P{number}",
                    "name": f"Product {number}",
                    "price": 2.40,
                    "cost": 1,
                    "category": category,
                }
                client.post("/products", json={**said, "stock": 10_000_000}).raise_for_status()

    def pids(self) -> dict[str, list[int]]:
        """The processes by what they do."""
        found: dict[str, list[int]] = {"serve": [self.pid], "web": [], "master": [], "worker": []}
        for pid in self.family()[1:]:
            words = command_of(pid)
            if "gunicorn" in words:
                found["web" if parent_of(pid) in found["master"] else "master"].append(pid)
            elif "webapp work" in words:
                found["worker"].append(pid)
        if self.server is not None:
            found["database"] = self.server.processes
        return found

    def kill(self, what: str) -> int:
        """kill -9 of one process of that kind; its id, 0 where there is none."""
        pids = self.pids()[what]
        if not pids:
            return 0
        os.kill(pids[0], signal.SIGKILL)
        return pids[0]

    def services(self, well: bool) -> None:
        """The services of weather and models answer, or do not."""
        self.weather.bend = {} if well else {"current": 500, "ahead": 500}
        self.model.steps = [{"summary": "", "suggestions": []}] if well else [Said(500, b"down", {})]

    def said(self) -> list[tuple[Path, str]]:
        """Every line of its logs, with the file that it is in."""
        return [(file, line) for file in self.logs for line in file.read_text("utf-8", "replace").splitlines()]

    def close(self) -> None:
        """All of it is gone."""
        self.stop()
        self.model.close()
        self.weather.close()
        if self.server is not None:
            self.server.remove()
        self.disk.close()


class Disk:
    """A small disk of its own where one may be mounted, else a folder whose files may grow no further."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0
        self._held: dict[int, tuple[int, int]] = {}

    def fill(self, pids: list[int]) -> None:
        """Nothing more can be written."""
        if self.mounted:
            with (self.folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
                os.posix_fallocate(filler.fileno(), 0, max(shutil.disk_usage(self.folder).free - (1 << 20), 1))
                filler.seek(0, os.SEEK_END)
                while True:
                    filler.write(bytes(4096))
            return
        for pid in pids:
            self._held[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, self._held[pid][1]))

    def free(self) -> None:
        """There is room again."""
        if self.mounted:
            (self.folder / "filler").unlink(missing_ok=True)
        for pid, limits in self._held.items():
            if Path(f"/proc/{pid}").exists():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        self._held.clear()

    def close(self) -> None:
        """It is gone."""
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)


def command_of(pid: int) -> str:
    """The words of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    """The process above."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def read_line(line: str) -> dict[str, Any] | None:
    """A line of the log as JSON, or None where it is none."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
