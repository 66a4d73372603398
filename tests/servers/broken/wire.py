"""Builds that are broken, or only hurried, where connections are read and written."""

import sys


def believe_lengths(module):
    """A message may be as long as its header says."""
    module.MESSAGE_BYTES = 1 << 40


def let_everybody_speak(module):
    """Nobody counts how often a client speaks."""
    module.Lines._may_speak = lambda self, fd: True


def block_on_sockets(module):
    """A frame is written to the end, however slowly it is read."""
    adopt = module.Lines.adopt

    def blocking(self, fd, data=b""):
        adopt(self, fd, data)
        module.os.set_blocking(fd, True)

    module.Lines.adopt = blocking


def hurried_wire(module):
    """Whole, but in a hurry: a dead peer is noticed after two seconds without an answer."""
    module.DEAD_MS = 2_000


def never_look_for_the_dead(module):
    """Hurried, and a dead peer is waited for as long as the kernel does."""
    module.tune = lambda fd: None


def hurried_gate(module):
    """Whole, but in a hurry: a new connection says what it wants within a second."""
    module.FIRST_S = 1.0


def wait_for_headers(module):
    """A new connection may take as long as it likes to say what it wants."""
    module.FIRST_S = 3600.0


def little_room(module):
    """Whole, but a file may unpack to no more than 8 MiB."""
    module.MOST_UNPACKED = 8 << 20


def unpack_at_once(module):
    """Little room, and a file is unpacked before it is measured."""
    module.MOST_UNPACKED = 8 << 20

    def members(file, make):
        yield module.zlib.decompress(file.read(), wbits=31)

    module._members = members


def hold_all_rows(module):
    """All rows of a file are held before the first is looked at."""
    walk = module.Rows.__iter__
    module.Rows.__iter__ = lambda self: iter(list(walk(self)))


def kill_on_reload(module):
    """A reload kills the old web processes where they stand."""
    import os
    import signal
    from pathlib import Path

    whole = module._Family.reload

    def reload(self):
        old = self.members["web"][0]
        children = Path(f"/proc/{old.pid}/task/{old.pid}/children").read_text().split()
        old.terminate = lambda: [os.kill(int(pid), signal.SIGKILL) for pid in (old.pid, *children)]
        whole(self)

    module._Family.reload = reload


def leave_out_each_thousandth(module):
    """Each thousandth event is told to nobody."""
    import itertools

    whole, count = module.Tail._shape, itertools.count(1)
    module.Tail._shape = lambda self, tx, events: [one for one in whole(self, tx, events) if next(count) % 1000]


def leave_out_each_tenth(module):
    """Each tenth event is told to nobody."""
    import itertools

    whole, count = module.Tail._shape, itertools.count(1)
    module.Tail._shape = lambda self, tx, events: [one for one in whole(self, tx, events) if next(count) % 10]


def look_seldom(module):
    """Nobody looks for commits by himself; not broken where others are told of them."""
    core = sys.modules["webapp.live.core"]
    core.IDLE_LOOK_S = core.TOLD_LOOK_S = 60.0


def ring_nobody(module):
    """Nobody looks for commits by himself, no bell is rung, and what a server notifies wakes nobody."""
    look_seldom(module)
    module._hung_up = lambda: None
    sys.modules["webapp.db.engines"].Server.follow = lambda self, told: None


BUILDS = {
    "look_seldom": ("webapp.live.hub", look_seldom),
    "ring_nobody": ("webapp.live.hub", ring_nobody),
    "leave_out_each_tenth": ("webapp.live.tail", leave_out_each_tenth),
    "leave_out_each_thousandth": ("webapp.live.tail", leave_out_each_thousandth),
    "believe_lengths": ("webapp.live.frames", believe_lengths),
    "let_everybody_speak": ("webapp.live.lines", let_everybody_speak),
    "block_on_sockets": ("webapp.live.lines", block_on_sockets),
    "hurried_wire": ("webapp.live.lines", hurried_wire),
    "never_look_for_the_dead": ("webapp.live.lines", never_look_for_the_dead),
    "hurried_gate": ("webapp.serving", hurried_gate),
    "wait_for_headers": ("webapp.serving", wait_for_headers),
    "little_room": ("webapp.imports.jobs.unpack", little_room),
    "unpack_at_once": ("webapp.imports.jobs.unpack", unpack_at_once),
    "hold_all_rows": ("webapp.imports.jobs.readers", hold_all_rows),
    "kill_on_reload": ("webapp.supervisor", kill_on_reload),
}
