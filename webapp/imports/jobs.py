"""What imports do in the background: count a file's totals for its preview, and enter its rows batch by batch."""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring
from pathlib import Path
from statistics import median
from typing import Any

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import Conflict, Invalid
from webapp.imports import actions, dao, files, shapes
from webapp.imports.catalogue import Known
from webapp.imports.entering import Batch, enter, fill, rows_of
from webapp.imports.gather import Entry, Gatherer
from webapp.imports.lines import SALE, Line, total_of
from webapp.imports.shapes import Mapping, MappingIn
from webapp.jobs import queue, registry, worker
from webapp.jobs.progress import Context, Later
from webapp.shop import dao as shop

TARGET_MS = 3.5
FIRST_WEIGHT, LEAST_WEIGHT, MOST_WEIGHT = 24.0, 24.0, 2_000.0
NEW_PRODUCT = 6
EVERYTHING = sys.maxsize


# ---- Importing ----


@registry.job(actions.KIND, ended=actions.end_import)
def run(context: Context) -> None:
    """Every row of the file is imported, repeated or rejected, each once, however often the work is interrupted."""
    import_id = context.argument["import_id"]
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
        mapping = Mapping.from_text(row["mapping"])
        against = files.belongs(tx, mapping, clock.now_ms())
    path = Path(row["path"])
    if not path.is_file():
        raise Invalid(f"The file {row['file_name']} is no longer there; send it again.")
    with Gatherer(files.folder()) as gatherer:
        columns = json.loads(row["preview"] or "{}").get("columns") or []

        def breathe(rows: int) -> None:
            context.breathe()
            context.tell(rows, None, "Reading")

        rows, digest = files.read_through(path, mapping, columns, against, gatherer, breathe)
        until = _known_until(import_id, digest, row["mapping"])
        context.write(actions.begin_imports, actions.Begun(context, import_id, digest, rows))
        _Entering(context, import_id, mapping, rows, until).run(gatherer.entries(), row)
    context.tell(rows, rows, "Importing")
    files.drop(path)


def _known_until(import_id: int, digest: str, mapping: str) -> int:
    """The row up to which other imports have entered this very file. Raises Later while an earlier one runs."""
    until = 0
    with reading.reading() as tx:
        for same in dao.find_same(tx, import_id, digest, mapping):
            if same["state"] in ("queued", "running", "cancelling") and same["id"] < import_id:
                raise Later
            until = max(until, EVERYTHING if same["state"] == "done" else _row_of(same["position"]))
    return until


def _row_of(position: str) -> int:
    return int(json.loads(position or "{}").get("row", 0))


class _Entering:
    """Cuts entries into batches that hold the lock for about three milliseconds each, by what the last ones took."""

    def __init__(self, context: Context, import_id: int, mapping: Mapping, rows: int, known_until: int) -> None:
        self.context, self.import_id, self.rows, self.known_until = context, import_id, rows, known_until
        self.by_name = mapping.source == "export"
        self.known = Known()
        self.zone = store.shop().zone
        self.weight = FIRST_WEIGHT
        self.costs: deque[float] = deque(maxlen=9)
        self.read = 0

    def run(self, entries: Iterator[Entry], row: Any) -> None:
        """Enter what lies behind the import's position."""
        position = _row_of(row["position"])
        self.read = row["read_rows"]
        if self.known_until == EVERYTHING:
            if self.read < self.rows:
                self._skip()
            return
        batch: list[Entry] = []
        weight = 0
        for entry in entries:
            if entry[0] <= position:
                continue
            batch.append(entry)
            weight += self._weigh(entry)
            if weight >= self.weight:
                self._enter(batch, weight)
                batch, weight = [], 0
        if batch:
            self._enter(batch, weight)

    def _skip(self) -> None:
        left = actions.Skipped(self.context, self.import_id, self.rows - self.read, json.dumps({"row": self.rows}))
        self.context.write(actions.skip_rows, left)

    def _weigh(self, entry: Entry) -> int:
        if entry[1] is None:
            return 1
        known = self.known.products
        return sum(
            1 if line[2] in known else NEW_PRODUCT for _, lines in entry[1].values() for line in lines
        )

    def _enter(self, entries: list[Entry], weight: int) -> None:
        position = json.dumps({"row": entries[-1][0]})
        batch = Batch(self.context, self.import_id, position, self.known, self.by_name)
        fill(batch, entries, self.zone, self.known_until, _source)
        self.known.seq = self.context.write(enter, batch)
        self.read += sum(map(rows_of, entries))
        self.context.tell(self.read, self.rows, "Importing")
        self._learn(weight, writer.session().held_ms)

    def _learn(self, weight: int, held_ms: float) -> None:
        """Weigh the next batch by the median of the last ones: what a busy machine does to one of them means nothing."""
        self.costs.append(held_ms / weight)
        wanted = TARGET_MS / max(median(self.costs), 0.001)
        self.weight = min(max(wanted, LEAST_WEIGHT), MOST_WEIGHT, 1.5 * self.weight)


def _source(lines: list[Line]) -> str:
    """The rows behind a sale or return as they stood in the file, JSON."""
    return "[" + ",".join([f'{{"row":{line[0]},"text":{encode_basestring(line[1].rstrip())}}}' for line in lines]) + "]"


# ---- Preview ----


@registry.job(actions.PREVIEW, ended=actions.end_preview)
def count_totals(context: Context) -> None:
    """The preview shows what the whole file would come to."""
    import_id = context.argument["import_id"]
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
    if row["state"] != "preview":
        return
    preview = json.loads(row["preview"])
    rows, preview["totals"] = totals(Path(row["path"]), Mapping.from_text(row["mapping"]), preview["columns"], context)
    context.write(actions.keep_previews, (import_id, json.dumps(preview, ensure_ascii=False), rows))


def totals(path: Path, mapping: Mapping, columns: list[str], context: Context | None = None) -> tuple[int, dict[str, Any] | None]:
    """How many rows a file has and what they come to, money in minor units; None while the mapping is not complete."""
    if mapping.missing():
        return 0, None
    with reading.reading() as tx:
        against = files.belongs(tx, mapping, clock.now_ms())
    with Gatherer(files.folder()) as gatherer:
        rows, _ = files.read_through(
            path, mapping, columns, against, gatherer, lambda _: context.breathe() if context is not None else None
        )
        return rows, _summed(gatherer.entries(), rows, against.currency)


def _summed(entries: Iterator[Entry], rows: int, currency: str) -> dict[str, Any]:
    found = {"orders": 0, "returns": 0, "units": 0, "gross_minor": 0, "returned_minor": 0, "rejected": 0}
    first_ms = last_ms = None
    for _, parts, _ in entries:
        found["rejected"] += parts is None
        for head, lines in (parts or {}).values():
            sale, amount = head[0] == SALE, sum(map(total_of, lines))
            found["orders" if sale else "returns"] += 1
            found["gross_minor" if sale else "returned_minor"] += amount
            found["units"] += sum(line[4] for line in lines) if sale else 0
            first_ms = head[2] if first_ms is None else min(first_ms, head[2])
            last_ms = head[2] if last_ms is None else max(last_ms, head[2])
    return {"rows": rows, **found, "from_ms": first_ms, "to_ms": last_ms, "currency": currency}


# ---- From the command line ----


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
        raise Conflict(row["error"] or "The import was cancelled; what had been read stays. Give the file again to go on.")
    return {"rows": row["total_rows"], "imported": row["imported"], "repeated": row["repeated"], "rejected": row["rejected"]}


def _given(path: Path, prepared: files.Prepared) -> tuple[int, int]:
    mapping = prepared.mapping.as_text()
    with reading.reading() as tx:
        same = [row for row in dao.find_same(tx, 0, prepared.sha256, mapping) if row["job_id"] is not None]
    if same and same[-1]["state"] != "done":
        made = writer.do(actions.repoint_imports, (same[-1]["id"], str(path)))
    else:
        preview = shapes.preview_text(prepared.found.columns, prepared.found.rows, prepared.found.doubts)
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
