"""Machines of a test, each in a network namespace of its own, joined by two bridges: the street and the back.

On the street come tills, watchers and whoever else asks; at the back stands the database. A line that is cut loses every
packet without a word, as a broken switch does, until it is healed. The calling thread lives in a namespace of its own
meanwhile, so that nothing of the machine's real network is touched or seen; what it starts inherits where it stands.
"""

import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NEW_NET = 0x40000000
STREET, BACK = "street", "back"
NETS = {STREET: "10.91.1", BACK: "10.91.2"}
FORWARDING, DISABLED = "3", "0"  # states of a bridge's port
HERE = "/proc/thread-self/ns/net"
_libc = ctypes.CDLL(None, use_errno=True)


class NotPossible(Exception):
    """Networks of one's own cannot be made on this machine; says why."""


class Network:
    """Two bridges and the machines on them; the thread that made it stands on both, at .1."""

    def __init__(self) -> None:
        missing = [tool for tool in ("ip", "bridge") if shutil.which(tool) is None]
        if missing:
            raise NotPossible(f"{' and '.join(missing)} of iproute2 is not installed")
        self._home = os.open(HERE, os.O_RDONLY)
        self._spaces: dict[str, int] = {}
        self._numbers = itertools.count(10)
        try:
            self._middle = _new()
            _ip("link", "set", "lo", "up")
            for bridge, net in NETS.items():
                _ip("link", "add", bridge, "type", "bridge")
                _ip("addr", "add", f"{net}.1/24", "dev", bridge)
                _ip("link", "set", bridge, "up")
            _ip("link", "add", "try", "type", "veth", "peer", "name", "this")
            _ip("link", "del", "try")
        except (OSError, subprocess.CalledProcessError) as error:
            self.close()
            raise NotPossible(getattr(error, "stderr", None) or str(error)) from error

    def add(self, name: str, *bridges: str) -> dict[str, str]:
        """A machine with a line to each of these bridges; its address on each."""
        with self._from(self._middle):
            self._spaces[name] = space = _new()
            _ip("link", "set", "lo", "up")
        number = next(self._numbers)
        addresses = {}
        for bridge in bridges:
            addresses[bridge] = f"{NETS[bridge]}.{number}"
            line = self._line(name, bridge)
            made = f"link add {line} type veth peer name {bridge} netns /proc/self/fd/{space}"
            _ip(*made.split(), fds=[space])
            _ip("link", "set", line, "master", bridge, "up")
            with self.inside(name):
                _ip("addr", "add", f"{addresses[bridge]}/24", "dev", bridge)
                _ip("link", "set", bridge, "up")
        return addresses

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """What the calling thread starts meanwhile runs on that machine."""
        with self._from(self._middle):
            _enter(self._spaces[name])
            yield

    def cut(self, name: str, bridge: str = BACK) -> None:
        """From now on every packet between that machine and the bridge is lost."""
        self._set(name, bridge, DISABLED)

    def heal(self, name: str, bridge: str = BACK) -> None:
        """The line carries packets again."""
        self._set(name, bridge, FORWARDING)

    def close(self) -> None:
        """The thread stands where it stood before; the network goes when the last process in it has gone."""
        _enter(self._home)
        for space in [*self._spaces.values(), self._home, *([self._middle] if hasattr(self, "_middle") else [])]:
            os.close(space)

    def _set(self, name: str, bridge: str, state: str) -> None:
        subprocess.run(["bridge", "link", "set", "dev", self._line(name, bridge), "state", state], check=True)

    def _line(self, name: str, bridge: str) -> str:
        return f"{name}-{bridge}"

    @contextmanager
    def _from(self, space: int) -> Iterator[None]:
        try:
            yield
        finally:
            _enter(space)


def _new() -> int:
    """The calling thread stands in a new namespace; a descriptor of it."""
    if _libc.unshare(NEW_NET):
        number = ctypes.get_errno()
        raise OSError(number, f"a namespace of one's own is not allowed: {os.strerror(number)}")
    return os.open(HERE, os.O_RDONLY)


def _enter(space: int) -> None:
    if _libc.setns(space, NEW_NET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _ip(*words: str, fds: list[int] | None = None) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True, pass_fds=fds or ())
