"""The life of a web process: what starts after the fork and what ends before the exit."""

import gc
import logging
import os
import resource
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import gevent

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


def collect_seldom() -> None:
    """Before the fork: what is there at the start stays, and is not looked through for garbage again.

    The rest is, somewhat less often. Much less often would cost memory: a thousand new watchers leave much behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(3_000, 10, 20)


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
