"""The real Takings as a test drives it: started, killed, restarted, over a database of its own."""

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.servers import postgres
from tests.servers.processes import children, tree

ROOT = Path(__file__).resolve().parents[2]


ON_POSTGRES = os.environ.get("TEST_DATABASE", "sqlite") == "postgres"


class Server:
    """`python -m webapp serve` in a folder of its own, on a database of its own where none is given.

    broken: a broken build's name. host: where it listens. settings: more TAKINGS_ names.
    """

    def __init__(
        self, folder: Path, workers: int = 2, command: str = "serve", broken: str = "", host: str = "127.0.0.1", **settings: str
    ) -> None:  # fmt: skip
        self.folder = folder
        self.host = host
        self.database = folder / "shop.db"
        self.port = 0
        self.command = command
        self.log = folder / "server.log"
        self.log.touch()
        self._read = 0
        self.address = settings.pop("TAKINGS_DATABASE", None) or _fresh(self.database)
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TAKINGS_")},
            "TAKINGS_DATABASE": self.address, "TAKINGS_FOLDER": str(folder), "TAKINGS_WORKERS": str(workers), "TAKINGS_LOG": "text",
            "PYTHONUNBUFFERED": "1", **settings,
        }  # fmt: skip
        if host != "127.0.0.1":
            self.environ["TAKINGS_HOST"] = host
        if broken:
            self.environ |= {"BROKEN_BUILD": broken, "PYTHONPATH": str(Path(__file__).parent / "broken")}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where its live channel listens."""
        return f"ws://{self.host}:{self.port}/live"

    @property
    def pid(self) -> int:
        """The process id of `serve`, above all others."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it says that it listens (`work` says nothing); a restart takes the same port."""
        environ = {**self.environ, "TAKINGS_PORT": str(self.port)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "webapp", *self.command.split()], cwd=ROOT, env=environ, stdout=log, stderr=log
            )
        if self.command == "work":
            return
        started = len(self.lines)
        deadline = time.monotonic() + 60
        while not (found := [one for one in self.lines[self._read :] if one.startswith("Takings listens on")]):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the server did not start:\n" + "\n".join(self.lines[started - 1 :][-30:]))
            time.sleep(0.02)
        self._read = len(self.lines)
        self.port = int(found[-1].rsplit(":", 1)[1])

    @property
    def lines(self) -> list[str]:
        """What it has printed so far, over all its starts."""
        return self.log.read_text("utf-8", "replace").splitlines()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Stop it; return its exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            return self._process.wait(40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(10)

    def restart(self, how: int = signal.SIGTERM) -> None:
        """Stop and start again on the same port and database."""
        self.stop(how)
        self.start()

    def web_processes(self) -> list[int]:
        """The process ids of the gunicorn workers."""
        assert self._process is not None
        masters = [pid for pid in children(self._process.pid) if "gunicorn" in _command(pid)]
        return [pid for master in masters for pid in children(master)]

    def family(self) -> list[int]:
        """The process ids of `serve` and all below it."""
        assert self._process is not None
        return tree(self._process.pid)

    def kill_worker(self) -> int:
        """kill -9 one web process; gunicorn starts another."""
        victims = self.web_processes()
        os.kill(victims[0], signal.SIGKILL)
        return victims[0]

    def client(self, **more: object) -> httpx.Client:
        """An HTTP client of it."""
        return httpx.Client(base_url=self.url, timeout=20, **more)  # type: ignore[arg-type]

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run another command over the same database."""
        return subprocess.run(
            [sys.executable, "-m", "webapp", *arguments], cwd=ROOT, env=self.environ, capture_output=True, text=True,
            timeout=timeout,
        )  # fmt: skip

    def wait_for(self, condition: object, seconds: float = 20) -> None:
        """Wait until condition() is true. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not condition():  # type: ignore[operator]
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.01)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return ""


@functools.cache
def _fresh(database: Path) -> str:
    """The database of a folder: a file, or with TEST_DATABASE=postgres one of the tests' own server."""
    return postgres.shared().database() if ON_POSTGRES else str(database)
