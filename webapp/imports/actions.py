"""Verbs of imports: a file is given, started, stopped, gone on with; what its job found is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.errors import Conflict, NotFound
from webapp.imports import dao
from webapp.jobs import queue

KIND, PREVIEW = "import", "import-preview"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a person said a header means: its key, the mapping as text, the file for which it was said."""

    header: str
    mapping: str
    file_name: str


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file as given. `mapping` and `preview` are texts of JSON; start: without waiting for a person; count: its totals
    are still to be counted."""

    file_name: str
    path: str
    sha256: str
    mapping: str
    preview: str
    start: bool
    count: bool = False
    remember: Remembered | None = None


def create_imports(tx: Any, items: Sequence[NewImport]) -> list[dict[str, Any]]:
    """The imports exist, and are queued where they start at once; results are {"id", "job_id"}."""
    results = []
    for item in items:
        import_id = tx.next("import")
        job_id = queue.add(tx, KIND, {"import_id": import_id}) if item.start else None
        dao.insert_import(tx, {
            "id": import_id, "job_id": job_id, "file_name": item.file_name, "path": item.path, "sha256": item.sha256,
            "mapping": item.mapping, "state": "queued" if item.start else "preview", "preview": item.preview,
            "created_ms": tx.now_ms,
        })  # fmt: skip
        if item.count and not item.start:
            queue.add(tx, PREVIEW, {"import_id": import_id})
        _remember(tx, item.remember)
        results.append({"id": import_id, "job_id": job_id})
    return results


def _remember(tx: Any, said: Remembered | None) -> None:
    if said is not None:
        dao.keep_mapping(tx, said.header, said.mapping, said.file_name)


def find(tx: Any, import_id: int) -> Any:
    """The import as it stands. Raises NotFound."""
    row = dao.find_import(tx, import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}.")
    return row


@dataclass(frozen=True, slots=True)
class NewMapping:
    """Another mapping for a file that waits, with what is found under it. count: its totals are still to be counted."""

    import_id: int
    mapping: str
    preview: str
    count: bool = False


def remap_imports(tx: Any, items: Sequence[NewMapping]) -> list[Any]:
    """The files are read by other mappings from now on. Conflict: it was started before."""
    results: list[Any] = []
    for item in items:
        row = find(tx, item.import_id)
        if row["state"] != "preview":
            results.append(Conflict(f"This import is {row['state']}; its mapping stays."))
            continue
        dao.update_mapping(tx, item.import_id, item.mapping, item.preview)
        if item.count:
            queue.add(tx, PREVIEW, {"import_id": item.import_id}, dedupe=True)
        results.append({"id": item.import_id})
    return results


@dataclass(frozen=True, slots=True)
class Start:
    """A file that waits is imported by this mapping, which is remembered for its header."""

    import_id: int
    mapping: str
    remember: Remembered | None = None


def start_imports(tx: Any, items: Sequence[Start]) -> list[Any]:
    """The imports are queued, and what their headers mean is remembered. Conflict: it was started before."""
    return [_start(tx, item) for item in items]


def _start(tx: Any, item: Start) -> dict[str, Any] | Conflict:
    row = find(tx, item.import_id)
    if row["state"] != "preview":
        return Conflict(f"This import is {row['state']}; it cannot be started again.")
    job_id = queue.add(tx, KIND, {"import_id": item.import_id})
    dao.update_start(tx, item.import_id, job_id, item.mapping)
    _remember(tx, item.remember)
    return {"id": item.import_id}


def cancel_imports(tx: Any, items: Sequence[int]) -> list[Any]:
    """The imports stop at their next batch; what was entered stays. Conflict: it has ended."""
    return [_cancel(tx, import_id) for import_id in items]


def _cancel(tx: Any, import_id: int) -> dict[str, Any] | Conflict:
    row = find(tx, import_id)
    if row["state"] == "preview":
        dao.update_state(tx, import_id, "cancelled", ended_ms=tx.now_ms)
    elif row["state"] in queue.ENDED:
        return Conflict(f"This import is {row['state']}; there is nothing to cancel.")
    elif queue.cancel(tx, row["job_id"]) == "cancelling":
        dao.update_state(tx, import_id, "cancelling")
    return {"id": import_id}


def resume_imports(tx: Any, items: Sequence[int]) -> list[Any]:
    """The imports go on behind the last row that was entered. Conflict: it runs, is done or never began."""
    return [_resume(tx, import_id) for import_id in items]


def _resume(tx: Any, import_id: int) -> dict[str, Any] | Conflict:
    row = find(tx, import_id)
    if row["state"] not in ("cancelled", "failed") or row["job_id"] is None:
        return Conflict(f"This import is {row['state']}; there is nothing to go on with.")
    queue.requeue(tx, row["job_id"])
    dao.update_state(tx, import_id, "queued")
    return {"id": import_id}


def repoint_imports(tx: Any, items: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """The imports of (id, path) read the same bytes from another place, and go on where they had stopped."""
    results = []
    for import_id, path in items:
        dao.update_path(tx, import_id, path)
        if find(tx, import_id)["state"] in ("cancelled", "failed"):
            _resume(tx, import_id)
        results.append({"id": import_id, "job_id": find(tx, import_id)["job_id"]})
    return results


# ---- What the job writes ----


@dataclass(frozen=True, slots=True)
class Begun:
    """The file was read through: its digest and how many rows it has. context: the job's."""

    context: Any
    import_id: int
    sha256: str
    rows: int


def begin_imports(tx: Any, items: Sequence[Begun]) -> list[None]:
    """The rows of the files are being entered from now on."""
    for item in items:
        item.context.keep(tx)
        dao.update_started(tx, item.import_id, item.sha256, item.rows)
    return [None] * len(items)


@dataclass(frozen=True, slots=True)
class Skipped:
    """So many rows of a file were entered by an earlier import of it; the position behind them."""

    context: Any
    import_id: int
    rows: int
    position: str


def skip_rows(tx: Any, items: Sequence[Skipped]) -> list[None]:
    """The rows count as repeated."""
    for item in items:
        item.context.keep(tx)
        if dao.find_import(tx, item.import_id)["position"] == item.position:
            continue  # it was committed the first time, and the answer was lost
        counts = {"read": item.rows, "imported": 0, "repeated": item.rows, "rejected": 0}
        dao.add_counts(tx, item.import_id, item.position, counts)
    return [None] * len(items)


def keep_previews(tx: Any, items: Sequence[tuple[int, str, int | None]]) -> list[None]:
    """What was found in the files, (id, preview, rows), is kept and shown."""
    for import_id, preview, rows in items:
        dao.update_preview(tx, import_id, preview, rows)
    return [None] * len(items)


def end_import(tx: Any, argument: dict[str, Any], state: str, error: str | None) -> None:
    """The import's job has ended; called in that transaction."""
    dao.update_state(tx, argument["import_id"], state, error, tx.now_ms)


def end_preview(tx: Any, argument: dict[str, Any], state: str, error: str | None) -> None:
    """A file whose totals cannot be counted cannot be imported."""
    if state == "failed":
        dao.update_state(tx, argument["import_id"], "failed", error, tx.now_ms)
