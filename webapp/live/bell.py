"""A bell between the processes of one machine that share a database file: who commits wakes the others at once.

They look for commits beside it all the time, only seldomer: a bell that cannot be hung, or is not heard, costs some milliseconds
and nothing else. Each process that wants to hear has a Unix datagram socket under its number (unix(7)).
"""

import contextlib
import hashlib
import os
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from webapp.db import store, writer

KNOWN = "takings-bells"
APART_S = 0.1  # half of the time for which the others look often after one ring


class Ringer:
    """Wakes those on this machine who hear of one database; hears nothing itself."""

    def __init__(self, database: Path, home: Path | None = None) -> None:
        """Raises OSError where it cannot be: the folder is somebody else's, or there are no such sockets."""
        self._own = ""
        self._last_ring = 0.0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            try:
                self._settle(_folder(database, home))
            except FileNotFoundError:  # the last of those before has just taken the folder away
                self._settle(_folder(database, home))
        except BaseException:
            self._socket.close()
            raise

    def _settle(self, folder: Path) -> None:
        self._folder = folder

    def committed(self) -> None:
        """Ring, unless it rang just now: who hears it looks again and again for twice that long."""
        now = time.monotonic()
        if now - self._last_ring > APART_S:
            self._last_ring = now
            self.ring()

    def ring(self) -> None:
        """Wake the others. Nobody is waited for; who is no more is forgotten. It never fails: it is only sooner."""
        try:
            names = os.listdir(self._folder)
        except OSError:
            return
        for name in names:
            other = f"{self._folder}/{name}"
            if other == self._own:
                continue
            try:
                self._socket.sendto(b"", other)
            except ConnectionRefusedError:
                with contextlib.suppress(OSError):
                    os.unlink(other)  # of a process that was killed
            except OSError:
                pass  # most of all: it has not heard what was rung before, and will

    def close(self) -> None:
        """Ring no more."""
        self._socket.close()
        with contextlib.suppress(OSError):
            self._folder.rmdir()  # where it is the last one


class Bell(Ringer):
    """This process's bell for one database: `fileno` is readable when another one rang."""

    def __init__(self, database: Path, home: Path | None = None, number: int | None = None) -> None:
        """Hang it up, under a number that is this process's where it is left out. Raises OSError as a ringer does."""
        self._number = number or os.getpid()
        super().__init__(database, home)

    def _settle(self, folder: Path) -> None:
        super()._settle(folder)
        self._own = f"{folder}/{self._number}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._own)  # of a process that was killed and had the same number
        self._socket.bind(self._own)

    def fileno(self) -> int:
        """What becomes readable."""
        return self._socket.fileno()

    def hear(self) -> bool:
        """Whether another process rang since the last time."""
        heard = False
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(1)
                heard = True
        return heard

    def close(self) -> None:
        """Take it down."""
        with contextlib.suppress(OSError):
            os.unlink(self._own)
        super().close()


@contextlib.contextmanager
def ringing() -> Iterator[None]:
    """What this process commits while the body runs wakes the web processes. For a process that shows nothing itself."""
    ringer = None
    if not store.on_server():  # it tells of commits itself
        with contextlib.suppress(OSError):
            ringer = Ringer(store.path())
    if ringer is None:
        yield
        return
    writer.on_commit(ringer.committed)
    try:
        yield
    finally:
        ringer.close()


def _folder(database: Path, home: Path | None) -> Path:
    """The folder of this user's bells of a database, its name short: the address of a socket has a hundred bytes."""
    mine = (home or Path(tempfile.gettempdir())) / f"{KNOWN}-{os.getuid()}"
    folder = mine / hashlib.sha256(os.fsencode(os.path.realpath(database))).hexdigest()[:16]
    for one in (mine, folder):
        with contextlib.suppress(FileExistsError):
            one.mkdir(mode=0o700)
        found = os.lstat(one)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"{one} is not this user's alone")
    return folder
