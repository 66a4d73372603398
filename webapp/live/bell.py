"""A bell between the processes of one machine that share a database file: who commits after a quiet while wakes the others at once.

Without one they look for commits every few milliseconds, which goes on beside it: a bell that cannot be hung, or is not heard,
costs these milliseconds and nothing else. Each process hears a Unix datagram socket under its number (unix(7)).
"""

import contextlib
import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

KNOWN = "takings-bells"


class Bell:
    """This process's bell for one database: `ring` wakes the others, and `fileno` is readable when another one rang."""

    def __init__(self, database: Path, home: Path | None = None, number: int | None = None) -> None:
        """Hang it up. Raises OSError where that cannot be: the folder is somebody else's, or there are no such sockets."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            try:
                self._hang_up(database, home, number)
            except FileNotFoundError:  # the last of those before has just taken the folder away
                self._hang_up(database, home, number)
        except BaseException:
            self._socket.close()
            raise

    def _hang_up(self, database: Path, home: Path | None, number: int | None) -> None:
        self._folder = _folder(database, home)
        self._own = str(self._folder / str(number or os.getpid()))
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
        """Take it down."""
        self._socket.close()
        with contextlib.suppress(OSError):
            os.unlink(self._own)
            self._folder.rmdir()  # where it is the last one


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
