"""A power cut under PostgreSQL's server, simulated as in power.py: what its processes wrote and synced is recorded and cut anywhere.

A name that was made, moved or removed is certain when its folder was synced. A sync makes certain what had been written
before it began. What the server makes anew at each start by itself (its lock file, caches, tables of one session) is left out.
"""

import random
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.faults import seller
from tests.faults.clusters import Cluster
from tests.faults.injection import python
from tests.faults.power import Event, _put, _torn

CALLS = "openat,write,pwrite64,fdatasync,fsync,ftruncate,unlink,rename,renameat,link"
TRACE = ("-ff", "-ttt", "-T", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-e", "signal=none")
_LINE = re.compile(r"^(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?[^<]*(?:<(\d+\.\d+)>)?$")
_TEXT = re.compile(r'(?:"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})*)>)')
_ANEW = re.compile(r"postmaster\.|pg_stat|pg_notify|pg_subtrans|pg_dynshmem|pg_internal\.init|pgsql_tmp|/t\d+_\d+")


class Call(NamedTuple):
    """One system call: when it began and ended, and what it did to which file of the data folder."""

    at: float
    till: float
    what: str
    name: str
    other: str = ""
    offset: int = 0
    data: bytes = b""


def record(server, sales, every=0, broken=""):
    """(the data folder before, what was done and acknowledged, in order) while a till sells so many times."""
    database = seller.new_shop(None, server=server)
    server.stop(signal.SIGINT)
    base, traces, said = server.folder / "base", server.folder / "traces", server.folder / "said"
    _copy(server.data, base)
    traces.mkdir()
    server.tracer = ["strace", "-f", *TRACE, "-o", str(traces / "server")]
    server.start()
    words = ("-m", "tests.faults.seller", database, str(said), str(sales), str(every))
    done = python(*words, strace=(*TRACE, "-o", str(traces / "till")), broken=broken)
    assert done.returncode == 0, done.stderr
    server.kill()
    server.tracer = []
    calls = [call for file in traces.iterdir() for call in _calls(file, server.data, said)]
    assert sum(call.what == "ack" for call in calls) == sales, "the recording is not whole"
    return base, sorted(calls, key=lambda call: call.till if call.what == "sync" else call.at), database


def _calls(file, data, said):
    """What one process did, in its order."""
    places: dict[str, int] = {}  # of files that are written from their begin on
    for line in file.open():
        found = _LINE.match(line.rstrip("\n"))
        if not found or found[4].startswith("-"):
            continue
        at, call, rest, result = float(found[1]), found[2], found[3], int(found[4])
        till = at + float(found[6] or 0)
        texts = [bytes.fromhex((one or other).replace("\\x", "")) for one, other in _TEXT.findall(rest)]
        if call == "write" and texts[0].decode() == str(said):
            if texts[1].startswith(b"ack"):
                yield Call(at, till, "ack", "", offset=int(texts[1].split()[2]))
            continue
        if call == "openat":
            name = _within(bytes.fromhex((found[5] or "").replace("\\x", "")).decode(), data)
            if name is not None:
                places[f"{result} {name}"] = 0
                if "O_CREAT" in rest or "O_TRUNC" in rest:
                    yield Call(at, till, "empty" if "O_TRUNC" in rest else "make", name)
            continue
        yield from _change(call, rest, texts, at, till, result, places, data)


def _change(call, rest, texts, at, till, result, places, data):
    if call in ("unlink", "rename", "renameat", "link"):
        paths = [one.decode() for one in texts if one.decode() != str(data)]
        names = [_within(path if path.startswith("/") else f"{data}/{path}", data) for path in paths]
        if call == "unlink" and names[0] is not None:
            yield Call(at, till, "unlink", names[0])
        elif call != "unlink" and None not in names:
            yield Call(at, till, "link" if call == "link" else "rename", names[0], names[1])
        return
    name = _within(texts[0].decode(), data) if texts else None
    if name is None:
        return
    number = rest.partition("<")[0]
    if call == "pwrite64":
        offset = int(rest.rpartition(", ")[2])
        assert result == len(texts[1])
        yield Call(at, till, "write", name, offset=offset, data=texts[1])
    elif call == "write":
        place = places.get(f"{number} {name}", 0)
        places[f"{number} {name}"] = place + result
        yield Call(at, till, "write", name, offset=place, data=texts[1][:result])
    elif call == "ftruncate":
        yield Call(at, till, "truncate", name, offset=int(rest.rpartition(", ")[2]))
    else:
        yield Call(at, till, "sync", name)


def _within(path, data):
    """The file's name in the data folder; None for what is elsewhere or made anew at each start."""
    try:
        name = Path(path).relative_to(data).as_posix()
    except ValueError:
        return None
    return None if _ANEW.search(name) else name


class Disk:
    """The files that were touched: what is certainly there, what was on its way, and which names are not certain."""

    def __init__(self, base):
        self.base = base
        self.sure: dict[str, bytearray] = {}
        self.pending: dict[str, list[Call]] = {}
        self.doubtful: list[tuple[str, dict[str, bytes | None]]] = []  # folder, and what its names held before

    def do(self, call):
        """A process of the server did this."""
        name = call.name
        if call.what == "sync":
            if (self.base / name).is_dir() or name == ".":
                self.doubtful = [one for one in self.doubtful if one[0] != name]
                return
            waiting = self.pending.get(name, [])
            for one in [one for one in waiting if one.till <= call.at]:
                _put(self._file(name), _event(one))
            self.pending[name] = [one for one in waiting if one.till > call.at]
        elif call.what in ("make", "empty"):
            if not self._exists(name):
                self.doubtful.append((_folder(name), {name: None}))
                self.sure[name] = bytearray()
            elif call.what == "empty":
                self.pending.setdefault(name, []).append(call._replace(what="truncate", offset=0))
        elif call.what == "unlink":
            if self._exists(name):
                self.doubtful.append((_folder(name), {name: bytes(self._now(name))}))
                self._forget(name)
        elif call.what in ("rename", "link"):
            before = {call.other: bytes(self._now(call.other)) if self._exists(call.other) else None}
            self.sure[call.other] = bytearray(self._file(name))
            self.pending[call.other] = list(self.pending.get(name, ()))
            if call.what == "rename":
                before[name] = bytes(self._now(name))
                self._forget(name)
            self.doubtful.append((_folder(call.other), before))
        else:
            self._file(name)
            self.pending.setdefault(name, []).append(call)

    def cut(self, dice):
        """The touched files as they are found afterwards; None for one that is not there."""
        found: dict[str, bytes | None] = {
            name: None if data is None else bytes(_torn(bytearray(data), [_event(one) for one in self.pending.get(name, ())], dice))
            for name, data in self.sure.items()
        }  # fmt: skip
        known = dice.randint(0, len(self.doubtful))  # the disk knows of the first so many changes of names
        for _, before in reversed(self.doubtful[known:]):
            found |= before
        return found

    def _file(self, name):
        if self.sure.get(name) is None:
            self.sure[name] = bytearray((self.base / name).read_bytes()) if self._in_base(name) else bytearray()
        return self.sure[name]

    def _now(self, name):
        data = bytearray(self._file(name))
        for one in self.pending.get(name, ()):
            _put(data, _event(one))
        return data

    def _exists(self, name):
        return self.sure[name] is not None if name in self.sure else self._in_base(name)

    def _in_base(self, name):
        return name not in self.sure and (self.base / name).is_file()

    def _forget(self, name):
        self.sure[name] = None
        self.pending.pop(name, None)


def _folder(name):
    return Path(name).parent.as_posix()


def _event(call):
    return Event(call.what, call.name, call.offset, call.data)


def after_cut(base, calls, seed, server: Cluster):
    """The data folder of the server is what a cut at a random moment leaves; the ids that had been acknowledged by then."""
    dice = random.Random(seed)
    disk, told = Disk(base), []
    for call in calls[: _moment(calls, dice)]:
        if call.what == "ack":
            told.append(call.offset)
        else:
            disk.do(call)
    lay(base, server.data)
    for name, data in disk.cut(dice).items():
        file = server.data / name
        if data is None:
            file.unlink(missing_ok=True)
            continue
        new = not file.exists()
        file.write_bytes(data)
        if new:
            shutil.copystat(base / "PG_VERSION", file)
            shutil.chown(file, base.owner(), base.group())
    return told


def _moment(calls, dice):
    """Anywhere, or after any sale: most calls belong to a few checkpoints."""
    told = [0, *(place for place, call in enumerate(calls) if call.what == "ack"), len(calls)]
    sale = dice.randrange(len(told) - 1)
    return dice.randint(0, len(calls)) if dice.random() < 0.4 else dice.randint(told[sale], told[sale + 1])


def lay(base, data):
    """The data folder is as it was before; what belongs to no shop is not copied, for nothing writes there."""
    shutil.rmtree(data, ignore_errors=True)
    oldest = sorted((base / "base").iterdir(), key=lambda folder: int(folder.name))
    subprocess.run(["cp", "-al", str(base), str(data)], check=True)
    shutil.rmtree(data / "base" / oldest[-1].name)
    _copy(oldest[-1], data / "base" / oldest[-1].name)
    for entry in base.iterdir():
        if entry.name != "base":
            (shutil.rmtree if entry.is_dir() else Path.unlink)(data / entry.name)
            _copy(entry, data / entry.name)


def _copy(source, target):
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
