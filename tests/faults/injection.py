"""Ways to make a disk fail under the real program: strace's injected errors and kills, small disks, limits."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "tests" / "servers" / "broken"


def _traces():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


needs_strace = pytest.mark.skipif(not _traces(), reason="strace is not here, or may not trace: apt install strace")


@contextmanager
def attached(pids, *words):
    """While this lasts strace follows these processes and all that they start, with these words."""
    called = ["strace", "-f", "-o", "/dev/null", *words]
    for pid in pids:
        called += ["-p", str(pid)]
    tracer = subprocess.Popen(called, stderr=subprocess.PIPE, text=True)
    waiting = {str(pid) for pid in pids}
    while waiting:
        line = tracer.stderr.readline()
        assert line, "strace could not attach"
        waiting -= set(re.findall(r"\d+", line))  # attached, or gone before it could be
    threading.Thread(target=tracer.stderr.read, daemon=True).start()
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(10)


def failing(pids, calls, error):
    """While this lasts, these system calls of these processes fail: failing([7], "fdatasync", "EIO")."""
    return attached(pids, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}")


@contextmanager
def small_disk(folder, megabytes):
    """A disk of its own, of so many megabytes, at this folder; skips aloud where none may be mounted."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here: a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def limited(pids, limit, most):
    """While this lasts the processes have a soft limit: limited([7], resource.RLIMIT_FSIZE, 65536)."""
    before = {pid: resource.prlimit(pid, limit) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, limit, (most, hard))
    try:
        yield
    finally:
        for pid, both in before.items():
            with suppress(ProcessLookupError):  # it did not outlive it
                resource.prlimit(pid, limit, both)


def python(*words, strace=(), broken="", timeout=120, **environ):
    """Run Python on the program, under strace if asked, as a broken build if asked."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("TAKINGS_")}
    if broken:
        known |= {"BROKEN_BUILD": broken, "PYTHONPATH": str(BROKEN)}
    traced = ["strace", "-f", "-qq", *strace] if strace else []
    return subprocess.run(
        [*traced, sys.executable, *words], cwd=ROOT, env={**known, **environ}, capture_output=True, timeout=timeout
    )
