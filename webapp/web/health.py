"""Whether the process answers, and whether it can do its work: for load balancers and the person on call."""

from flask import Blueprint, Response

from webapp import __version__, clock
from webapp.db import migrations, reading
from webapp.jobs import queue
from webapp.web import answers, jsonio
from webapp.web.answers import Finished
from webapp.web.openapi import api

blueprint = Blueprint("health", __name__)
WORKER_MS = 30_000
HEALTH = {
    "application/json": {
        "type": "object",
        "properties": {"status": {"type": "string"}, "version": {"type": "string"}, "checks": {"type": "object"}},
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
    """Database, migrations and the worker's sign of life, each in words."""
    checks = {"process": "ok"}
    try:
        with reading.reading() as tx:
            checks["database"] = "ok"
            checks["migrations"] = "ok" if not migrations.pending(tx.connection) else "not applied"
            beat = queue.last_beat_ms(tx)
        fresh = beat is not None and clock.now_ms() - beat < WORKER_MS
        checks["worker"] = "ok" if fresh else "no sign of life for 30 seconds"
    except Exception as error:
        checks["database"] = f"not readable: {type(error).__name__}"
    return _answer(checks)


def _answer(checks: dict[str, str]) -> Response:
    well = all(word == "ok" for word in checks.values())
    body = jsonio.to_bytes({"status": "ok" if well else "unavailable", "version": __version__, "checks": checks})
    headers = [] if well else [("Retry-After", "5")]
    return answers.send(Finished(body, answers.JSON), 200 if well else 503, [*headers, answers.SECRET])
