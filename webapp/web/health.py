"""Whether the process answers, and whether it can do its work: for load balancers and the person on call."""

from flask import Blueprint, Response

from webapp import __version__, clock
from webapp.db import backup, guard, migrations, reading, store
from webapp.jobs import queue
from webapp.web import answers, jsonio
from webapp.web.answers import Finished
from webapp.web.openapi import api

blueprint = Blueprint("health", __name__)
WORKER_MS = 30_000
HEALTH = {
    "application/json": {
        "type": "object",
        "properties": {
            "status": {"type": "string"},
            "version": {"type": "string"},
            "checks": {"type": "object"},
            "warnings": {"type": "array", "items": {"type": "string"}},
        },
    }
}


@blueprint.get("/healthz")
@api("GET", "/healthz", summary="The process answers", response=HEALTH, tag="operations")
def healthz() -> Response:
    """The process lives."""
    return _answer({"process": "ok"})


@blueprint.get("/readyz")
@api(
    "GET",
    "/readyz",
    summary="Database, migrations and worker are well",
    response=HEALTH,
    errors=[503],
    tag="operations",
)
def readyz() -> Response:
    """Database, migrations and the worker's sign of life, each in words.

    Warnings are for a person: selling is stopped, the last backup is old. Pages are answered all the same.
    """
    checks = {"process": "ok"}
    warnings: list[str] = []
    try:
        with reading.reading() as tx:
            checks["database"] = "ok"
            checks["migrations"] = "ok" if not migrations.pending(tx.connection) else "not applied"
            beat = queue.last_beat_ms(tx)
            fresh = beat is not None and queue.now_ms(tx) - beat < WORKER_MS
        checks["worker"] = "ok" if fresh else "no sign of life for 30 seconds"
        warnings = _warnings()
    except Exception as error:
        checks["database"] = f"not readable: {type(error).__name__}"
    return _answer(checks, warnings)


def _warnings() -> list[str]:
    with reading.reading() as tx:
        stopped = guard.notice(tx)
        old = backup.warning(tx, store.path(), store.shop().mode, clock.now_ms())
    return [words for words in (stopped.title if stopped else None, f"{old}." if old else None) if words]


def _answer(checks: dict[str, str], warnings: list[str] | None = None) -> Response:
    well = all(word == "ok" for word in checks.values())
    said = {"status": "ok" if well else "unavailable", "version": __version__, "checks": checks}
    body = jsonio.to_bytes(said if warnings is None else {**said, "warnings": warnings})
    headers = [] if well else [("Retry-After", "5")]
    return answers.send(Finished(body, answers.JSON), 200 if well else 503, [*headers, answers.SECRET])
