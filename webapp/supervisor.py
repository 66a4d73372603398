"""Runs the web processes, the worker and, in the sample shop, the little client; reloads and stops them cleanly.

It alone holds the listening socket. A reload starts new web processes on it, with the program and settings as they are on
disk by then, waits until they are ready, and only then asks the old ones to end: nobody who connects finds nobody.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from webapp import counters
from webapp.config import Settings
from webapp.db import store

ROOT = Path(__file__).resolve().parents[1]
NEXT_PORTS = 50
START_S = 30.0
STOP_S = 30.0
READY = "READY_FD"  # processes.py reads it
GUNICORN = ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
WORK = ["-m", "webapp", "work"]
Process = subprocess.Popen[bytes]


class _Stop(Exception):
    """A signal asked for the end."""


def run(settings: Settings, *, worker: bool, client: bool, meanwhile: Callable[[], None] | None = None) -> int:
    """Listen, print the address, and stay until a signal or the end of the web processes.

    meanwhile: what is done while the web processes start, and has to be done before the address is printed.

    SIGTERM and SIGINT end it, SIGHUP reloads. Exit status 1 when the port is taken (the sample shop takes the next free
    one and says so).
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # "open your log files again": there are none
    listener = _listen(settings, next_free=client)
    if listener is None:
        print(f"Port {settings.port} is taken: choose another with TAKINGS_PORT.", file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    url = settings.own_url(port)
    figures = Path(tempfile.mkdtemp(prefix="takings-figures-"))
    os.environ[counters.FOLDER] = str(counters.make_folder(figures))
    database = store.engine().address  # the children's folder is another one than the caller's may be
    family = _Family(
        listener, {**os.environ, "TAKINGS_PORT": str(port), "TAKINGS_DATABASE": database}, settings.workers
    )
    family.environ.pop("TAKINGS_DATABASE_FILE", None)
    family.environ.pop("NOTIFY_SOCKET", None)
    try:
        web = family.start_web()
        if meanwhile is not None:
            meanwhile()
        if worker:
            family.start("worker", WORK)
        if not (family.ready(web) and _answers(url, family)):
            print("The web processes did not start.", file=sys.stderr)
            return 1
        _on_hang_up(family)
        print(f"Takings listens on {url}", flush=True)
        _tell_manager("READY=1")
        if client:
            family.start("client", ["-m", "webapp.demo.client", url])
        return family.watch()
    except _Stop:
        return 0
    finally:
        _tell_manager("STOPPING=1")
        family.stop()
        shutil.rmtree(figures, ignore_errors=True)


def _stop(*_: object) -> None:
    raise _Stop


def _on_hang_up(family: "_Family") -> None:
    """Reload on SIGHUP, except where it means that the terminal has gone, or is to mean nothing (nohup)."""
    if sys.stdin is not None and sys.stdin.isatty():
        signal.signal(signal.SIGHUP, _stop)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, family.reload_soon)


def _tell_manager(*lines: str) -> None:
    """Tell systemd, where it started us and listens (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        try:
            manager.sendto("\n".join(lines).encode(), address.replace("@", "\0", 1))
        except OSError:
            pass


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


class _Web:
    """One generation of web processes; `told` is where they say that they are ready."""

    def __init__(self, process: Process, told: int) -> None:
        self.process, self.told = process, told


class _Family:
    """The processes that belong together. leaving: web processes that answer what they have begun, then end."""

    def __init__(self, listener: socket.socket, environ: dict[str, str], workers: int) -> None:
        self.listener = listener
        self.environ = environ
        self.workers = workers
        self.members: dict[str, tuple[Process, list[str]]] = {}
        self.leaving: list[Process] = []
        self._reload = False

    def start(self, name: str, command: list[str]) -> None:
        """Start a member."""
        self.members[name] = (self._spawn(command, self.environ), command)

    def _spawn(self, command: list[str], environ: dict[str, str], passed: tuple[int, ...] = ()) -> Process:
        # A session of its own: Ctrl-C reaches the parent alone.
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environ, pass_fds=passed, start_new_session=True,
            preexec_fn=_die_with_parent,
        )  # fmt: skip

    def start_web(self) -> _Web:
        """Start web processes beside those that may run already."""
        told, tell = os.pipe()
        listening = self.listener.fileno()
        command = [*GUNICORN, "--bind", f"fd://{listening}"]
        process = self._spawn(command, {**self.environ, READY: str(tell)}, (listening, tell))
        os.close(tell)
        self.leaving += [held[0] for name, held in self.members.items() if name == "web"]
        self.members["web"] = (process, command)
        return _Web(process, told)

    def ready(self, web: _Web) -> bool:
        """Wait until every web process has said that it is ready; False when they end before, or take too long."""
        deadline, missing = time.monotonic() + START_S, self.workers
        try:
            while missing > 0 and time.monotonic() < deadline:
                if select.select([web.told], [], [], 0.2)[0]:
                    said = os.read(web.told, 256)
                    if not said:
                        return False
                    missing -= len(said)
                elif web.process.poll() is not None:
                    return False
            return missing <= 0
        finally:
            os.close(web.told)

    def reload_soon(self, *_: object) -> None:
        """A signal asks for new processes."""
        self._reload = True

    def reload(self) -> None:
        """New web processes take over from the old ones, which end when they have answered; the worker starts anew."""
        _tell_manager("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        old = self.members["web"]
        web = self.start_web()
        if self.ready(web):
            old[0].terminate()
            if "worker" in self.members:
                self.members["worker"][0].terminate()  # it is started again as soon as it has ended
            print("New web processes have taken over.", flush=True)
        else:
            self.leaving = [process for process in self.leaving if process is not old[0]]
            self.leaving.append(web.process)
            self.members["web"] = old
            web.process.terminate()
            print("The new web processes did not start; the old ones go on.", file=sys.stderr, flush=True)
        _tell_manager("READY=1")

    def watch(self) -> int:
        """Stay until the web processes end; a worker or client that dies is started again."""
        while True:
            time.sleep(0.5)
            if self._reload:
                self._reload = False
                self.reload()
            self.leaving = [process for process in self.leaving if process.poll() is None]
            for name, (process, command) in list(self.members.items()):
                if process.poll() is None:
                    continue
                if name == "web":
                    print("The web processes ended.", file=sys.stderr)
                    return 1
                counters.ended(process.pid)
                time.sleep(0.5)
                self.start(name, command)

    def alive(self, name: str) -> bool:
        """Whether a member runs."""
        return self.members[name][0].poll() is None

    def stop(self) -> None:
        """Ask all to end, the client first; who does not listen is killed."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        ending = [self.members[name][0] for name in ("client", "web", "worker") if name in self.members]
        ending += self.leaving
        for process in ending:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in ending:
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
