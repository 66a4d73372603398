"""The life of a web process: what starts after the fork and what ends before the exit."""

import logging
import resource
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

from webapp.config import Settings
from webapp.db import reading, store, writer
from webapp.live import hub
from webapp.web.logs import Access

log = logging.getLogger("takings")
WANTED_FILES = 65_536
LOG_S = 0.2
SETTINGS_S = 2.0


class Worker(GeventWorker):
    """A gevent worker whose idle connections end with it: a browser keeps one open, and must not hold up a stop."""

    def init_process(self) -> None:
        """Begin without a connection that waits."""
        self.idle: set[_Idle] = set()
        super().init_process()

    def timeout_ctx(self) -> "_Idle":
        """What surrounds the wait for the next request of a connection."""
        return _Idle(self)

    def let_idle_go(self) -> None:
        """Close the connections on which nothing is under way; what is answered from now on closes its own."""
        gevent.get_hub().loop.run_callback(self._end_idle)  # where nothing else can wake them in between

    def _end_idle(self) -> None:
        for idle in list(self.idle):
            if idle in self.idle:
                idle.greenlet.throw(idle)


class _Idle(gevent.Timeout):
    """The time for which a connection may wait, silent when it ends; known to its worker meanwhile."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker.cfg.keepalive, False)
        self.worker, self.greenlet = worker, gevent.getcurrent()

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


def after_fork() -> None:
    """Leave the parent's connections alone."""
    reading.forget()


def start_web(worker: Any, settings: Settings) -> None:
    """Start this worker's writer and live channel, and watch for the stop that gunicorn does not announce."""
    from webapp.db import fronts

    fronts.start(settings.writer)
    hub.start()
    gevent.spawn(_say_goodbye, worker)
    Access.gathers = True
    gevent.spawn(_write_log)
    gevent.spawn(_follow_settings)


def _write_log() -> None:
    while True:
        gevent.sleep(LOG_S)
        Access.flush()


def _follow_settings() -> None:
    """The shop's name or locale may be changed by another process."""
    seen = -1
    while True:
        gevent.sleep(SETTINGS_S)
        if (version := reading.data_version()) != seen:
            seen = version
            with reading.reading() as tx:
                store.refresh(tx)


def _say_goodbye(worker: Any) -> None:
    while worker.alive:
        gevent.sleep(0.1)
    worker.let_idle_go()
    hub.stop()
    worker.let_idle_go()


def stop_web() -> None:
    """Commit what waits, then close what is open."""
    try:
        hub.stop()
        Access.gathers = False
        Access.flush()
        writer.close()
        reading.close()
    except Exception:
        log.exception("a web process could not close in order")
