"""The life of a web process: what starts after the fork and what ends before the exit."""

import logging
import os
import resource
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import gevent
from gevent.monkey import get_original
from gunicorn.workers.ggevent import GeventWorker

from webapp import counters
from webapp.config import Settings
from webapp.db import failures, guard, reading, store, writer
from webapp.errors import Unavailable
from webapp.live import hub
from webapp.web.logs import Access

log = logging.getLogger("takings")
WANTED_FILES = 65_536
LOG_S = 0.2
SETTINGS_S = 2.0
READY = "READY_FD"  # where a web process says that it is ready, if somebody waits for that
FIRST_S = 15.0
QUIET_S = 1.0


class Worker(GeventWorker):
    """A gevent worker whose idle connections end with it: a browser keeps one open, and must not hold up a stop.

    Where a request is likely still to come it is waited for, and answered: a till must not notice a reload.
    """

    def init_process(self) -> None:
        """Begin without a connection that waits."""
        self.idle: set[_Idle] = set()
        super().init_process()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection, known to the waits for its requests."""
        gevent.getcurrent().client = client
        super().handle(listener, client, addr)

    def timeout_ctx(self) -> "_Idle":
        """What surrounds the wait for the next request of a connection."""
        return _Idle(self)

    def let_idle_go(self) -> None:
        """Close the connections that have been quiet for a second; what is answered from now on closes its own."""
        gevent.get_hub().loop.run_callback(self._end_idle)  # where nothing else can wake them in between

    def _end_idle(self) -> None:
        now = time.monotonic()
        for idle in list(self.idle):
            if idle in self.idle and now - idle.since >= QUIET_S and not idle.has_come():
                idle.greenlet.throw(idle)


class _Idle(gevent.Timeout):
    """The time for which a connection may wait for its next request, silent when it ends; known to its worker meanwhile.

    A new connection has said what it wants within fifteen seconds: who sends header after header holds no place for long.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker, self.greenlet, self.since = worker, gevent.getcurrent(), time.monotonic()
        first = not hasattr(self.greenlet, "waited")
        self.greenlet.waited = True
        super().__init__(FIRST_S if first else worker.cfg.keepalive, False)

    def has_come(self) -> bool:
        """Whether a request has come that was not read yet."""
        client = getattr(self.greenlet, "client", None)
        if client is None or client.fileno() < 0:
            return False
        poll = get_original("select", "poll")()  # the patched one would switch, and here nobody may
        poll.register(client.fileno(), 1)
        return bool(poll.poll(0))

    def __enter__(self) -> "_Idle":
        self.worker.idle.add(self)
        return super().__enter__()

    def __exit__(self, *raised: Any) -> bool | None:
        self.worker.idle.discard(self)
        return super().__exit__(*raised)


def raise_open_files() -> None:
    """As many open files as the machine allows, up to 65,536: every watcher is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def share_figures() -> Path | None:
    """Before the fork: the library of figures is loaded, and there is a folder to share them. The folder if it is ours."""
    made = None
    if not os.environ.get(counters.FOLDER):
        made = Path(tempfile.mkdtemp(prefix="takings-figures-"))
        os.environ[counters.FOLDER] = str(made)
    counters.preload()
    return made


def forget_figures(folder: Path | None) -> None:
    """The folder that `share_figures` made is gone."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def read_templates(app: Any) -> None:
    """Every template is compiled before the fork, and shared by the web processes."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def after_fork() -> None:
    """Leave the parent's connections alone."""
    reading.forget()


def start_web(worker: Any, settings: Settings) -> None:
    """Start this worker's writer and live channel, and watch for the stop that gunicorn does not announce."""
    from webapp.db import fronts

    counters.start()
    fronts.start(settings.writer)
    hub.start()
    gevent.spawn(_say_goodbye, worker)
    Access.gathers = True
    gevent.spawn(_write_log)
    gevent.spawn(_pour_figures)
    gevent.spawn(_follow_settings)
    _say_ready()


def _say_ready() -> None:
    told = os.environ.pop(READY, None)
    if told is not None:
        try:
            os.write(int(told), b".")
            os.close(int(told))
        except (OSError, ValueError):  # nobody waits for it any more
            pass


def _pour_figures() -> None:
    while True:
        counters.flush()
        gevent.sleep(counters.EVERY_S)


def _write_log() -> None:
    while True:
        gevent.sleep(LOG_S)
        Access.flush()


def _follow_settings() -> None:
    """The shop's name or locale may be changed by another process."""
    seen = -1
    while True:
        gevent.sleep(SETTINGS_S)
        try:
            if failures.Now.trouble is not None:
                writer.do(guard.probe, None)  # until the disk takes it: then the pages say that selling goes on
            if (version := reading.data_version()) != seen:
                seen = version
                with reading.reading() as tx:
                    store.refresh(tx)
        except (Unavailable, sqlite3.Error, OSError) as error:
            log.warning("the database does not answer: %s", error)


def _say_goodbye(worker: Any) -> None:
    while worker.alive:
        gevent.sleep(0.1)
    gevent.spawn(hub.stop)
    while True:  # new ones may come until the listener is closed
        worker.let_idle_go()
        gevent.sleep(0.05)


def stop_web() -> None:
    """Commit what waits, then close what is open."""
    try:
        hub.stop()
        Access.gathers = False
        Access.flush()
        writer.close()
        reading.close()
        counters.stop()
    except Exception:
        log.exception("a web process could not close in order")
