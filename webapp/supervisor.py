"""Runs the web processes, the worker and, in the sample shop, the little client; stops all of them cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from webapp.config import Settings

ROOT = Path(__file__).resolve().parents[1]
NEXT_PORTS = 50
START_S = 30.0
STOP_S = 30.0


class _Stop(Exception):
    """A signal asked for the end."""


def run(settings: Settings, *, worker: bool, client: bool) -> int:
    """Listen, print the address, and stay until a signal or the end of the web processes.

    Exit status 1 when the port is taken (the sample shop takes the next free one and says so).
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    listener = _listen(settings, next_free=client)
    if listener is None:
        print(f"Port {settings.port} is taken: choose another with TAKINGS_PORT.", file=sys.stderr)
        return 1
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    family = _Family(listener, {**os.environ, "TAKINGS_PORT": str(port)})
    try:
        family.start("web", [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"])
        if worker:
            family.start("worker", [sys.executable, "-m", "webapp", "work"])
        if not _answers(url, family):
            print("The web processes did not start.", file=sys.stderr)
            return 1
        print(f"Takings listens on {url}", flush=True)
        if client:
            family.start("client", [sys.executable, "-m", "webapp.demo.client", url])
        return family.watch()
    except _Stop:
        return 0
    finally:
        family.stop()


def _stop(*_: object) -> None:
    raise _Stop


def _listen(settings: Settings, next_free: bool) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    for port in range(settings.port, settings.port + (NEXT_PORTS if next_free and settings.port else 1)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
        except OSError:
            listener.close()
            continue
        listener.listen(2048)
        if port != settings.port:
            print(f"Port {settings.port} is taken, so the next free one is used.", flush=True)
        return listener
    return None


class _Family:
    """The processes that belong together."""

    def __init__(self, listener: socket.socket, environ: dict[str, str]) -> None:
        self.listener = listener
        self.environ = environ
        self.members: dict[str, tuple[subprocess.Popen[bytes], list[str]]] = {}

    def start(self, name: str, command: list[str]) -> None:
        """Start a member in a session of its own, so that Ctrl-C reaches the parent alone."""
        environ = dict(self.environ)
        passed: tuple[int, ...] = ()
        if name == "web":
            command = [*command, "--bind", f"fd://{self.listener.fileno()}"]
            passed = (self.listener.fileno(),)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, pass_fds=passed, start_new_session=True, preexec_fn=_die_with_parent
        )
        self.members[name] = (process, command)

    def watch(self) -> int:
        """Stay until the web processes end; a worker or client that dies is started again."""
        while True:
            time.sleep(0.5)
            for name, (process, command) in list(self.members.items()):
                if process.poll() is None:
                    continue
                if name == "web":
                    print("The web processes ended.", file=sys.stderr)
                    return 1
                time.sleep(0.5)
                self.start(name, command)

    def alive(self, name: str) -> bool:
        """Whether a member runs."""
        return self.members[name][0].poll() is None

    def stop(self) -> None:
        """Ask all to end, the client first; who does not listen is killed."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for name in ("client", "web", "worker"):
            if name in self.members:
                process = self.members[name][0]
                if process.poll() is None:
                    process.terminate()
        deadline = time.monotonic() + STOP_S
        for process, _ in self.members.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        self.listener.close()


def _die_with_parent() -> None:
    """Where the system can: end when the parent is killed."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    except (OSError, AttributeError):
        pass


def _answers(url: str, family: _Family) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and family.alive("web"):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.05)
    return False
