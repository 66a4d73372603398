"""A file imported by this very process, as the command line does."""

import time
from collections.abc import Callable
from pathlib import Path

from webapp.db import reading, writer
from webapp.errors import Conflict
from webapp.imports import actions, dao, shapes
from webapp.imports.jobs import files
from webapp.imports.shapes import MappingIn
from webapp.jobs import queue, worker
from webapp.jobs.progress import Context
from webapp.shop import dao as shop


def import_file(
    path: Path, channel: str | None = None, mapping: MappingIn | None = None,
    progress: Callable[[int, int | None, str], None] | None = None,
) -> dict[str, int]:  # fmt: skip
    """Import a file in this process and return its counts: rows, imported, repeated, rejected.

    A file of which an import was interrupted is gone on with; one that another process reads is waited for.
    Raises Problem: what the file lacks, or why it could not be read to its end.
    """
    path = Path(path).absolute()
    with reading.reading() as tx:
        channels = {row["code"] for row in shop.find_channels(tx)}
    given = mapping
    if channel is not None:
        given = MappingIn.model_construct(**{**(dict(mapping) if mapping else {}), "channel": channel})
    prepared = files.prepare(path, given, channels)
    shapes.check(prepared.mapping)
    import_id, job_id = _given(path, prepared)
    state = _finish(job_id, progress)
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
    if state != "done":
        raise Conflict(
            row["error"] or "The import was cancelled; what had been read stays. Give the file again to go on."
        )
    return {
        "rows": row["total_rows"],
        "imported": row["imported"],
        "repeated": row["repeated"],
        "rejected": row["rejected"],
    }


def _given(path: Path, prepared: files.Prepared) -> tuple[int, int]:
    mapping = prepared.mapping.as_text()
    with reading.reading() as tx:
        same = [row for row in dao.find_same(tx, 0, prepared.sha256, mapping) if row["job_id"] is not None]
    if same and same[-1]["state"] != "done":
        made = writer.do(actions.repoint_imports, (same[-1]["id"], str(path)))
    else:
        preview = shapes.preview_text(
            prepared.found.columns, prepared.found.rows, prepared.found.doubts, prepared.found.remembered
        )
        new = actions.NewImport(path.name, str(path), prepared.sha256, mapping, preview, start=True)
        made = writer.do(actions.create_imports, new)
    return made["id"], made["job_id"]


def _finish(job_id: int, progress: Callable[[int, int | None, str], None] | None) -> str:
    """Do the job here, or wait for who does it."""
    while True:
        claim = worker.take(job_id)
        if claim is not None:
            try:
                state = worker.perform(Context(claim, tell=progress))
            except KeyboardInterrupt:
                worker.give_up(claim)
                raise
        else:
            with reading.reading() as tx:
                state = queue.find(tx, job_id)["state"]
        if state in queue.ENDED:
            return state
        time.sleep(0.2)
