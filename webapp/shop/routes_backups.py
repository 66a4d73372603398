"""The page of backups: the last good one, the list, and a button that makes one now."""

from flask import Blueprint, Response

from webapp import clock
from webapp.db import writer
from webapp.shop import actions, jobs, shapes
from webapp.web import body as bodies
from webapp.web import respond
from webapp.web.openapi import LIST, api

blueprint = Blueprint("backups", __name__)


@blueprint.get("/backups")
@api("GET", "/backups", summary="The backups of the shop", response=shapes.Backups, faces=LIST)
def index() -> Response:
    """The verified backups in the folder, newest first, and whether the last one is too old."""
    found = jobs.overview(clock.now_ms())
    page = {"found": found, "age_s": _age_s(found["newest_ms"])}
    shown, columns = shapes.backups_json(found), ("file", "at", "bytes")
    return respond.respond(
        shown, page=("shop/backups.html", page), filename="backups.csv",
        csv=lambda: (columns, ([one[name] for name in columns] for one in shown["items"])),
    )  # fmt: skip


def _age_s(newest_ms: int | None) -> int | None:
    return None if newest_ms is None else max(0, clock.now_ms() - newest_ms) // 1000


@blueprint.post("/backups")
@api("POST", "/backups", summary="Make a backup now", response=shapes.Backups, status=202, form=True)
def create() -> Response:
    """The worker makes a backup as soon as it can."""
    body = bodies.read(optional=True)
    key = body.key({}, status=202)
    writer.do(actions.ask_for_backups, None, key)
    found = shapes.backups_json(jobs.overview(clock.now_ms()))
    return respond.made(found, location="/backups", status=202, key=key)
