"""A power cut, simulated honestly: what the real writer wrote and synced is recorded, and cut anywhere.

What was synced is on the disk. Of what was not, each sector of 512 bytes holds any of its states since its last sync:
the disk may have written it early, late, or not at all. Names that were not synced may be missing.
"""

import random
import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from tests.faults.injection import python

SECTOR = 512
CALLS = "pwrite64,fdatasync,fsync,ftruncate,unlink,write"
_LINE = re.compile(r'^\d+ +(\w+)\((?:\d+<([^>]*)>|"([^"]*)")(?:, "([^"]*)")?(.*)\) += (-?\d+)')


class Event(NamedTuple):
    """write, sync, truncate, unlink of a file, or a sale that was acknowledged (ack, its id in `offset`)."""

    what: str
    name: str
    offset: int = 0
    data: bytes = b""


def record(database, sales, every=0, broken=""):
    """What a till that sells so many times wrote, synced and acknowledged, in order."""
    folder = database.parent
    trace, said = folder / "trace", folder / "said"
    strace = ("-y", "-xx", "-s", "200000", "-o", str(trace), "-e", f"trace={CALLS}")
    words = ("-m", "tests.faults.seller", str(database), str(said), str(sales), str(every))
    done = python(*words, strace=strace, broken=broken)
    assert done.returncode == 0, done.stderr
    events = [event for line in trace.open() if (event := _event(line, folder)) is not None]
    assert sum(event.what == "ack" for event in events) == sales, "the recording is not whole"
    return events


def _event(line, folder):
    found = _LINE.match(line)
    if not found or found[6].startswith("-"):
        return None
    call, path, data = found[1], Path(_bytes(found[2] or found[3] or "").decode()), _bytes(found[4] or "")
    if call == "write":
        return Event("ack", "", int(data.split()[2])) if path.name == "said" and data.startswith(b"ack") else None
    if path == folder and call in ("fdatasync", "fsync"):
        return Event("sync", ".")
    if path.parent != folder or path.name not in ("shop.db", "shop.db-wal"):
        return None
    if call == "pwrite64":
        size, offset = (int(part) for part in found[5].split(",")[1:3])
        assert size == len(data)
        return Event("write", path.name, offset, data)
    if call == "ftruncate":
        return Event("truncate", path.name, int(found[5].strip(" ,")))
    return Event("unlink" if call == "unlink" else "sync", path.name)


def _bytes(hexed):
    return bytes.fromhex(hexed.replace("\\x", ""))


class Disk:
    """The disk of a machine whose power is cut: what is certainly there, and what was on its way."""

    def __init__(self, base):
        self.sure = {"shop.db": bytearray(base)}
        self.pending = defaultdict(list)
        self.unnamed = set()
        self.unlinked = {}

    def do(self, event):
        """The program did this."""
        name = event.name
        if event.what == "write":
            if name not in self.sure:
                self.sure[name] = bytearray()
                self.unnamed.add(name)
                self.unlinked.pop(name, None)
            self.pending[name].append(event)
        elif event.what == "truncate":
            self.pending[name].append(event)
        elif event.what == "unlink":
            self.unlinked[name] = self.sure.pop(name, bytearray())
            self.pending.pop(name, None)
        elif name == ".":
            self.unnamed.clear()
            self.unlinked.clear()
        elif name in self.sure:
            for waiting in self.pending.pop(name, ()):
                _put(self.sure[name], waiting)

    def cut(self, dice):
        """The files as they are found afterwards."""
        found = {}
        for name, data in self.sure.items():
            if name in self.unnamed and dice.random() < 0.5:
                continue
            found[name] = _torn(bytearray(data), self.pending[name], dice)
        for name, data in self.unlinked.items():
            if name not in found and dice.random() < 0.5:
                found[name] = data
        return found


def _put(data, event):
    if event.what == "truncate":
        del data[event.offset :]
        data.extend(bytes(event.offset - len(data)))
        return
    end = event.offset + len(event.data)
    data.extend(bytes(max(0, end - len(data))))
    data[event.offset : end] = event.data


def _torn(data, pending, dice):
    sectors = defaultdict(list)
    for event in pending:
        if event.what == "truncate":
            if dice.random() < 0.5:
                _put(data, event)
            continue
        at, end = event.offset, event.offset + len(event.data)
        while at < end:
            stop = min(end, (at // SECTOR + 1) * SECTOR)
            piece = event.data[at - event.offset : stop - event.offset]
            sectors[at // SECTOR].append(Event("write", event.name, at, piece))
            at = stop
    likely = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    for states in sectors.values():
        reached = len(states) if dice.random() < likely else dice.randint(0, len(states) - 1)
        for event in states[:reached]:
            _put(data, event)
    return data


def after_cut(base, events, seed, folder):
    """Lay the disk after a cut at a random moment into `folder`; the ids that had been acknowledged by then."""
    dice = random.Random(seed)
    disk, told = Disk(base), []
    for event in events[: dice.randint(0, len(events))]:
        if event.what == "ack":
            told.append(event.offset)
        else:
            disk.do(event)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in disk.cut(dice).items():
        (folder / name).write_bytes(data)
    return told
