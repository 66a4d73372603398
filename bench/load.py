"""A small HTTP load maker: one process, one epoll, keep-alive connections, prebuilt requests."""

import argparse
import importlib.metadata
import json
import os
import platform
import select
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.servers.processes import tree

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 60.0


class Result:
    """What a run gave. latencies in milliseconds, in the order of answers."""

    def __init__(self, seconds: float, latencies: list[float], statuses: dict[int, int]) -> None:
        self.seconds, self.latencies, self.statuses = seconds, sorted(latencies), statuses

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency under which that share of answers lies, in milliseconds."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] if self.latencies else 0.0


def drive(port: int, requests: Callable[[], bytes], connections: int, seconds: float) -> Result:
    """Keep `connections` busy for some seconds; each sends its next request when it has its answer.

    What was asked is waited for, so that answers and what is stored can be compared. Raises SystemExit where it never comes.
    """
    poll, open_sockets = select.epoll(), {}
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(sock.fileno(), select.EPOLLIN)
        open_sockets[sock.fileno()] = [sock, b"", 0.0]
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    began = last = time.perf_counter()
    busy = len(open_sockets)
    for held in open_sockets.values():
        held[2] = time.perf_counter()
        held[0].sendall(requests())
    while busy and time.perf_counter() - began < seconds + PATIENCE_S:
        for fd, _ in poll.poll(0.1):
            held = open_sockets[fd]
            received = held[0].recv(65_536)
            if not received:
                raise SystemExit(f"port {port} hung up in the middle of an answer")
            held[1] += received
            length = complete(held[1])
            if not length:
                continue
            last = time.perf_counter()
            latencies.append((last - held[2]) * 1000)
            status = int(held[1][9:12])
            statuses[status] = statuses.get(status, 0) + 1
            held[1], held[2] = held[1][length:], last
            if last - began < seconds:
                held[0].sendall(requests())
            else:
                busy -= 1
    for held in open_sockets.values():
        held[0].close()
    if busy:
        raise SystemExit(f"port {port} left {busy} requests without an answer")
    return Result(last - began, latencies, statuses)


def complete(received: bytes) -> int:
    """The length of the first answer in what was received; 0 while some of it is missing."""
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return 0
    at = received.lower().find(b"content-length:", 0, head)
    if at < 0:
        return head + 4
    length = head + 4 + int(received[at + 15 : received.find(b"\r\n", at)])
    return length if len(received) >= length else 0


def post(path: str, bodies: Iterator[bytes], keys: bool, kind: str = "application/json") -> Callable[[], bytes]:
    """A maker of POST requests, each with its own body and, if asked for, its own key."""
    salt, count = os.urandom(4).hex(), iter(range(1 << 62))

    def make() -> bytes:
        body = next(bodies)
        key = f"Idempotency-Key: {salt}-{next(count)}\r\n" if keys else ""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n{key}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return make


def get(path: str, accept: str = "application/json") -> Callable[[], bytes]:
    """A maker of GET requests, as a browser sends them: packed answers are welcome."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    return lambda: request


# ---- The servers ----


def cpu_seconds(pid: int) -> float:
    """CPU time that a process tree has used."""
    total = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def pss_bytes(pid: int) -> int:
    """Proportional memory of a process tree."""
    total = 0
    for one in tree(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, PermissionError):
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    return total


def gunicorn(
    application: str, port: int, folder: Path, workers: int = 2, quiet: bool = False
) -> subprocess.Popen[bytes]:
    """Stock gunicorn with gevent workers for a WSGI application of this repository. quiet: its complaints are not heard."""
    bare = folder / "bare.py"  # else the configuration of this repository would be read
    bare.touch()
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(bare), "-k", "gevent", "-w", str(workers), "-b", f"127.0.0.1:{port}",
        "--keep-alive", "75", "--log-level", "error", "--no-control-socket", application,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL if quiet else None)


def free_port() -> int:
    """A port that is free, below the range of outgoing connections."""
    for port in range(18_000, 19_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")


def wait_for(port: int, seconds: float = 30) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def median(values: list[float]) -> float:
    """The median, rounded for people."""
    return round(statistics.median(values), 3)


def medians(rounds: list[dict[str, float]]) -> dict[str, Any]:
    """The median of each figure over the rounds; those that are called `ratio_...` stand together under `ratios`."""
    found = {name: median([one[name] for one in rounds]) for name in rounds[0]}
    ratios = {name: found.pop(name) for name in [*found] if name.startswith("ratio_")}
    return {**found, "ratios": {name.removeprefix("ratio_"): value for name, value in ratios.items()}}


def parser(program: str, **defaults: bool | int | float) -> argparse.ArgumentParser:
    """What a bench can be told: `--name VALUE` for each default, of its type, and a bare `--name` where it is False."""
    told = argparse.ArgumentParser(prog=f"python -m {program}")
    for name, default in defaults.items():
        if default is False:
            told.add_argument(f"--{name}", action="store_true")
        else:
            told.add_argument(f"--{name}", type=type(default), default=default)
    return told


def say(figures: dict[str, Any]) -> None:
    """Print the figures as JSON, with the machine they were taken on."""
    print(json.dumps({**figures, "machine": machine()}, indent=2))


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it is."""
    libraries = ("flask", "gunicorn", "gevent", "flask-sock")
    return {
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "kernel": platform.release(),
        "python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version,
        **{name: importlib.metadata.version(name) for name in libraries},
    }  # fmt: skip
