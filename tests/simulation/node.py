"""A process of the shop: the real program forked off, which answers, imports and tells watchers, and can be killed.

What comes to it at once is written as one group, as in a web process, but in an order that depends on nothing but the
order of asking. It dies by SIGKILL at the step of a write that it was told, so nothing of it is closed or undone; or it
lets the server of the database be killed at that step, and goes on.
"""

import io
import logging
import os
import signal
import socket
import sqlite3
import sys
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import greenlet

from tests.live import toy
from tests.simulation import stepping
from tests.simulation.stepping import Death, Step, die
from webapp import clock, config, verify
from webapp.db import presence, reading, store, writer
from webapp.errors import Unavailable
from webapp.imports import jobs as imports
from webapp.imports.jobs import entering
from webapp.live import islands, outbox, topics
from webapp.live.core import Hub
from webapp.metrics import closed, rollups
from webapp.web import logs

PATIENCE_S = 60.0
FORGETFUL = 12  # changes that a shop keeps for watchers where it is to forget soon
ROLLUPS = ("sales_second", "sales_hour", "sales_day", "product_day", "product_month", "order_day")


class Died(AssertionError):
    """The process ended on the way."""


class Looking:
    """What a hub reads from: it looks for commits instead of hearing of them, so that the seed says what is told when."""

    reading, in_thread = staticmethod(reading.reading), staticmethod(reading.in_thread)

    @staticmethod
    def heard() -> int:
        """Exact; after the server was killed by a connection of its own."""
        try:
            return reading.data_version()
        except sqlite3.Error:
            return reading.data_version()


class Front:
    """Several requests wait as greenlets; what they want written is one group, in the order in which they came."""

    def __init__(self) -> None:
        self.session = writer.new_session()
        self.waiting: list[Any] = []
        self.main = greenlet.getcurrent()

    def submit(self, request: Any) -> None:
        """Wait until the request is committed or refused; the process's own work is committed at once."""
        self.waiting.append(request)
        if greenlet.getcurrent() is self.main:
            self.commit()
            return
        request.waiter = greenlet.getcurrent()
        self.main.switch()

    def commit(self) -> None:
        """Write what waits and let those who wait go on."""
        while self.waiting:
            group, self.waiting = self.waiting, []
            self.session.commit(lambda group=group: group)
            for request in group:
                waiter, request.waiter = request.waiter, None
                if waiter is not None:
                    waiter.switch()

    def close(self) -> None:
        """Nothing waits any more."""
        self.session.close()


class _Inside:
    """What runs in the forked process."""

    def __init__(self, app: Any, line: Connection, fds: socket.socket) -> None:
        self.app, self.line, self.fds = app, line, fds
        reading.forget()
        closed.memory.clear()  # of the shop that made the program warm, from whose file this one was copied
        stepping.count()
        # Small batches, so that an import has many places at which it can be cut.
        entering.FIRST_WEIGHT = entering.LEAST_WEIGHT = entering.MOST_WEIGHT = 5.0
        entering.WEIGHT_OF_ENTRY, entering.MOST_WAIT, entering.SORTED_AT_ONCE = 0, 60, 25
        self.kept = outbox.KEEP_CHANGES, outbox.KEEP_MS

    def run(self) -> None:
        """Do what is said until the line ends."""
        while True:
            command, *arguments = self.line.recv()
            said = getattr(self, command)(*arguments)
            if command == "leave":
                return
            Step.left = 0
            self.line.send(("done", said))

    def open(self, settings: config.Settings, forgetful: bool) -> None:
        """The process serves this shop for the rest of its life."""
        clock.set_clock_file(settings.clock_file)
        store.open(settings)
        self.front = Front()
        writer.use(self.front)
        outbox.KEEP_CHANGES, outbox.KEEP_MS = (FORGETFUL, 0) if forgetful else self.kept
        # Whoever held a job before is dead, and ten seconds are long.
        writer.do(lambda tx, items: [tx.execute("update job set leased_until_ms = 0") and None for _ in items], None)
        self.turned = toy.Clock()
        self.hub = Hub(Looking(), topics.known, islands.known, self.turned.now, clock.now_ms)

    def leave(self) -> None:
        """It ends in an orderly way."""
        self.hub.stop()
        self.hub.close()
        writer.close()
        reading.close()
        presence.leave()

    def ask(self, requests: list[tuple[str, str, dict[str, str], bytes]], death: Death) -> None:
        """Answer these, which came at the same time."""
        self._doom(death)
        for number, request in enumerate(requests):
            greenlet.greenlet(self._answer).switch(number, request)
        self.front.commit()

    def _answer(self, number: int, request: tuple[str, str, dict[str, str], bytes]) -> None:
        method, path, headers, body = request
        where, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "",
            "HTTP_HOST": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.version": (1, 0),
            "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": headers.get("Content-Type", ""), "wsgi.errors": sys.stderr,
            "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": said for name, said in headers.items()},
        }  # fmt: skip
        told: list[Any] = []
        answer = b"".join(self.app(environ, lambda status, sent, *_: told.extend((status, sent))))
        Step.take()
        self.line.send(("answer", number, int(told[0][:3]), {name.lower(): said for name, said in told[1]}, answer))

    def _doom(self, death: Death) -> None:
        Step.left = death.at
        Step.end = die if death.whose == "process" else lambda: self._let_fall(death.away)

    def _let_fall(self, away: bool) -> None:
        """The simulation kills the server, and says when that is done."""
        self.line.send(("fall", away))
        self.line.recv()

    def bring(self, path: str, death: Death) -> dict[str, int] | None:
        """Import a file as the command line does, which writes by itself; nothing where the server was away."""
        self._doom(death)
        writer.use(None)
        try:
            return imports.import_file(Path(path))
        except Unavailable:
            return None
        finally:
            writer.use(self.front)

    def watch(self) -> None:
        """Take over the line of a watcher."""
        _, (fd,), *_ = socket.recv_fds(self.fds, 1, 1)
        self.hub.adopt(fd)
        toy.run(self.hub, 1)

    def pulse(self, rounds: int) -> None:
        """So many looks at what has happened."""
        toy.run(self.hub, rounds)

    def forget(self) -> None:
        """Drop what is kept for watchers longer than it must be."""
        writer.do(lambda tx, items: [outbox.prune(tx, tx.now_ms) for _ in items], None)

    def check(self) -> tuple[list[str], list[str]]:
        """(what `verify` finds, rollups that are others after they were made anew)."""
        found = [f"{name}: {line}" for name, lines in verify.run() for line in lines]
        writer.do(rollups.sort_in, 1 << 30)
        before = self._rollups()
        verify.rebuild()
        after = self._rollups()
        return found, [name for name in before if before[name] != after[name]]

    def _rollups(self) -> dict[str, list[Any]]:
        with reading.reading() as tx:
            rows = {name: sorted(tuple(row) for row in tx.execute(f"select * from {name}")) for name in ROLLUPS}
            newest = tx.execute("select coalesce(max(entered_ms), 0) from orders").fetchone()[0]
        # Seconds are kept for three hours before their entering: older ones may be there, or not.
        since = max(newest, clock.now_ms()) // 1000 - 3 * 3600 + 1
        rows["sales_second"] = [row for row in rows["sales_second"] if row[0] >= since]
        return rows


class Node:
    """The process as the simulation sees it."""

    def __init__(self, app: Any, fall: Callable[[bool], None]) -> None:
        self.fall = fall
        self.line, inner = Pipe()
        self.fds, inner_fds = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _live(app, inner, inner_fds)
        inner.close()
        inner_fds.close()

    def tell(self, command: str, *arguments: Any) -> Any:
        """What the process says when it has done that. Raises Died."""
        for said in self.stream(command, *arguments):
            if said[0] == "done":
                return said[1]
        raise Died

    def stream(self, command: str, *arguments: Any) -> Any:
        """Everything that the process says to a command, up to `done`; it ends early where the process dies."""
        try:
            self.line.send((command, *arguments))
            while True:
                if not self.line.poll(PATIENCE_S):
                    self.kill()
                    raise Died(f"the process has not answered {command} for {PATIENCE_S} s")
                said = self.line.recv()
                if said[0] == "fall":
                    self.fall(said[1])
                    self.line.send("done")
                    continue
                if said[0] == "failed":
                    raise AssertionError(f"the program failed:\n{said[1]}")
                yield said
                if said[0] == "done":
                    return
        except (EOFError, OSError):
            self._bury()

    def watch(self) -> toy.Client:
        """A watcher over a new line of this process. Raises Died."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self.fds, [b"w"], [theirs.fileno()])
        client = toy.Client(pair=(ours, theirs))
        theirs.close()
        self.tell("watch")
        return client

    def kill(self) -> None:
        """It dies where it stands."""
        os.kill(self.pid, signal.SIGKILL)
        self._bury()

    def _bury(self) -> None:
        os.waitpid(self.pid, 0)
        self.line.close()
        self.fds.close()


def _live(app: Any, line: Connection, fds: socket.socket) -> None:
    """The forked process, to its end; it leaves nothing of its parent's open, and runs nothing of its parent's at exit."""
    status = 1
    try:
        kept, last = sorted((line.fileno(), fds.fileno())), 2
        for fd in (*kept, 4096):
            os.closerange(last + 1, fd)
            last = fd
        presence._Here.path, presence._Here.descriptor = None, -1
        logging.disable(logging.WARNING)
        logs.Access.use("text", None)
        _Inside(app, line, fds).run()
    except EOFError:
        status = 0
    except BaseException:
        line.send(("failed", traceback.format_exc()))
    finally:
        os._exit(status)
