"""GET /metrics: how the program does, for Prometheus; `counters.py` has the table of what is gathered."""

from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response

from webapp import __version__, counters
from webapp.counters import Family
from webapp.db import backup, reading, store
from webapp.jobs import queue
from webapp.live import outbox
from webapp.web import answers
from webapp.web.answers import Finished
from webapp.web.openapi import api

blueprint = Blueprint("prometheus", __name__)


@blueprint.get("/metrics")
@api(
    "GET", "/metrics", summary="Figures of the running program, for Prometheus", tag="operations",
    response={"text/plain": {"type": "string"}},
)  # fmt: skip
def metrics() -> Response:
    """All processes of this start together; what each has gathered in the last second is still missing."""
    counters.start_if_not()
    body = counters.render(_now())
    return answers.send(Finished(body, counters.CONTENT_TYPE), 200, [answers.SECRET])


def _now() -> Iterator[Family]:
    yield Family("takings_build_info", "The version that runs", ("version",), [((__version__,), 1)])
    try:
        with reading.reading() as tx:
            now_ms, seq = queue.now_ms(tx), outbox.position(tx)
            open_jobs, beat_ms = queue.count_open(tx), queue.last_beat_ms(tx)
            stored_bytes = reading.stored_bytes(tx)
    except Exception:
        yield Family("takings_database_up", "Whether the ledger can be read", (), [((), 0)])
        return
    yield Family("takings_database_up", "Whether the ledger can be read", (), [((), 1)])
    yield from _replica()
    yield Family("takings_seq", "The last change of the shop", (), [((), seq)])
    jobs = [((row["kind"], row["state"]), row["count"]) for row in open_jobs]
    yield Family("takings_jobs", "Jobs that wait or run", ("kind", "state"), jobs)
    ages = [((row["kind"], row["state"]), max(0, now_ms - row["since_ms"]) / 1000) for row in open_jobs]
    yield Family("takings_job_age_seconds", "For how long the oldest of them has", ("kind", "state"), ages)
    if beat_ms is not None:
        age = max(0, now_ms - beat_ms) / 1000
        yield Family("takings_worker_beat_age_seconds", "Since the worker's last sign of life", (), [((), age)])
    lying = backup.kept(store.path())
    if lying:
        age = max(0, now_ms - lying[0].at_ms) / 1000
        yield Family("takings_backup_age_seconds", "Since the last good backup in the shop's folder", (), [((), age)])
    sizes = [(("main",), stored_bytes or _bytes("")), (("log",), _bytes("-wal"))]
    yield Family("takings_database_bytes", "Size of the ledger on disk", ("part",), sizes)


def _replica() -> Iterator[Family]:
    """How the replica stands with the process that answers."""
    far = reading.replica()
    if far is None:
        return
    if far.reason != "unknown":
        yield Family("takings_replica_up", "Whether heavy reads go to the replica", (), [((), int(far.reason is None))])
        behind = "For how long the replica has been lacking something"
        yield Family("takings_replica_behind_seconds", behind, (), [((), far.behind_s)])


def _bytes(suffix: str) -> int:
    try:
        return Path(f"{store.path()}{suffix}").stat().st_size
    except OSError:
        return 0
