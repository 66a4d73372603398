"""Two programs in C: a crowd of screens that costs little to measure with, and the least that a sender can do."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import load

HERE = Path(__file__).resolve().parent
SUBSCRIBE = '{"subscribe":["orders","analytics"]}'


@functools.cache
def compiled(name: str) -> Path:
    """That program, made once a run. Raises SystemExit where there is no C compiler: it says so aloud, with status 0."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        load.say({"left_out": "there is no C compiler on this machine"})
        raise SystemExit(0)
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, True)
    made = folder / name
    subprocess.run([compiler, "-O2", "-Wall", "-o", str(made), str(HERE / f"{name}.c")], check=True)
    return made


class Crowd:
    """Screens of one server, in a process of their own. Seconds are of time.monotonic()."""

    def __init__(self, port: int, subscribe: str = SUBSCRIBE) -> None:
        command = [str(compiled("crowd")), str(port), subscribe]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def connect(self, count: int) -> float:
        """So many more; the seconds that their handshakes took."""
        return self._ask(f"connect {count}", "connected")[1]

    def settle(self, milliseconds: int = 1_000) -> None:
        """Nothing is sent to them any more."""
        self._ask(f"settle {milliseconds}", "quiet")

    def arm(self, mark: str) -> None:
        """From now on that text is looked for."""
        self._ask(f"mark {mark}", "armed")

    def marked(self) -> tuple[float, float, float]:
        """When the first, the middle and the last of them was sent the mark. Raises SystemExit where one never was."""
        first, middle, last = self._read("marked")
        return first, middle, last

    def close(self) -> None:
        """All go; the process waits for more."""
        self._ask("close", "closed")

    def end(self) -> None:
        """All go, and the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, command: str, expected: str) -> list[float]:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._read(expected)

    def _read(self, expected: str) -> list[float]:
        assert self._process.stdout is not None
        word, *figures = self._process.stdout.readline().split() or ["ended"]
        if word != expected:
            raise SystemExit(f"the crowd said {word} {figures} for {expected}")
        return [float(figure) for figure in figures]


@contextmanager
def sender() -> Iterator[tuple[int, int]]:
    """Port and process of the least that a sender can do."""
    port = load.free_port()
    process = subprocess.Popen([str(compiled("sender")), str(port)])
    try:
        load.wait_for(port)
        yield port, process.pid
    finally:
        process.kill()
        process.wait(10)
