"""The life of a web process: what starts after the fork and what ends before the exit."""

import logging
import resource
from typing import Any

from webapp.config import Settings
from webapp.db import reading, store, writer
from webapp.live import hub
from webapp.web.logs import Access

log = logging.getLogger("takings")
WANTED_FILES = 65_536
LOG_S = 0.2
SETTINGS_S = 2.0


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
    import gevent

    from webapp.db import fronts

    fronts.start(settings.writer)
    hub.start()
    gevent.spawn(_say_goodbye, worker)
    Access.gathers = True
    gevent.spawn(_write_log)
    gevent.spawn(_follow_settings)


def _write_log() -> None:
    import gevent

    while True:
        gevent.sleep(LOG_S)
        Access.flush()


def _follow_settings() -> None:
    """The shop's name or locale may be changed by another process."""
    import gevent

    seen = -1
    while True:
        gevent.sleep(SETTINGS_S)
        if (version := reading.data_version()) != seen:
            seen = version
            with reading.reading() as tx:
                store.refresh(tx)


def _say_goodbye(worker: Any) -> None:
    import gevent

    while worker.alive:
        gevent.sleep(0.1)
    hub.stop()


def stop_web() -> None:
    """Commit what waits, then close what is open."""
    try:
        Access.gathers = False
        Access.flush()
        writer.close()
        reading.close()
    except Exception:
        log.exception("a web process could not close in order")
