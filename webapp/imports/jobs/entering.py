"""The import itself: a file is read through, and its rows are entered batch by batch."""

import gc
import json
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from json.encoder import encode_basestring
from pathlib import Path
from statistics import median
from typing import Any

from webapp import clock
from webapp.db import queries, reading, store, writer
from webapp.errors import Invalid
from webapp.imports import actions, dao
from webapp.imports.actions_enter import enter
from webapp.imports.actions_meet import Newcomers, meet
from webapp.imports.jobs import files, places
from webapp.imports.jobs.gather import Gatherer
from webapp.imports.rules.batches import Batch, Known, fill, lacking, lines_of, make_ready, rows_of, sales_of, strangers
from webapp.imports.rules.lines import Entry, Line
from webapp.imports.shapes import Mapping
from webapp.jobs import registry
from webapp.jobs.progress import Context, Later
from webapp.metrics import rollups, versions
from webapp.metrics.versions import Version
from webapp.orders.actions_laid import Laid
from webapp.recommendations.actions import request_learning

# The lock is held five milliseconds at most; the disk and what is dearer than most are left more than half of them.
TARGET_MS = 2.2
OVER = 1.1
WEIGHT_OF_ENTRY = 10  # beside that of its rows, each of which weighs one: what an order costs without its lines
FIRST_WEIGHT, LEAST_WEIGHT, MOST_WEIGHT = 32.0, 32.0, 2_000.0
AT_ONCE = 16  # new products that are made in one transaction, before the rows that name them
AHEAD = 400  # sales and returns that are looked through for new products
MOST_WAIT, SORTED_AT_ONCE = 1_200, 300  # rows that were added to the products' days and months
EVERYTHING = sys.maxsize
_committed = threading.local()


def _note() -> None:
    """What this thread had worked when it last gave the lock up."""
    _committed.at = time.thread_time()


writer.on_commit(_note)


@registry.job(actions.KIND, ended=actions.end_import)
def run(context: Context) -> None:
    """Every row of the file is imported, repeated or rejected, each once, however often the work is interrupted."""
    import_id = context.argument["import_id"]
    with reading.reading() as tx:
        row = actions.find(tx, import_id)
    mapping, path = Mapping.from_text(row["mapping"]), Path(row["path"])
    columns = json.loads(row["preview"] or "{}").get("columns") or []
    if not path.is_file():
        raise Invalid(f"The file {row['file_name']} is no longer there; send it again.")
    if mapping.source == "export":
        places.make(context, path, mapping, columns)
    with reading.reading() as tx:
        against = files.belongs(tx, mapping, clock.now_ms())
    with Gatherer(files.folder()) as gatherer:

        def breathe(rows: int) -> None:
            context.breathe()
            context.tell(rows, None, "Reading")

        rows, digest = files.read_through(path, mapping, columns, against, gatherer, breathe)
        until = _known_until(import_id, digest, row["mapping"])
        context.write(actions.begin_imports, actions.Begun(context, import_id, digest, rows))
        frozen = gc.get_freeze_count()
        gc.freeze()  # the rows of a file are no garbage: nobody need look through them again and again
        try:
            _Entering(context, import_id, mapping, rows, until).run(gatherer.entries(), row)
        finally:
            if not frozen:
                gc.unfreeze()
    context.tell(rows, rows, "Importing")
    files.drop(path)
    writer.do(request_learning, None)  # what weather and prices do to sales is learned from the new history, too


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
    """Cuts entries into batches that hold the lock for some two milliseconds each, by what the last ones took."""

    def __init__(self, context: Context, import_id: int, mapping: Mapping, rows: int, known_until: int) -> None:
        self.context, self.import_id, self.rows, self.known_until = context, import_id, rows, known_until
        self.by_name, self.mends = mapping.source == "export", mapping.mends
        self.known = Known()
        self.zone = store.shop().zone
        self.stands: dict[int, Version] = {}
        self.weight = FIRST_WEIGHT
        self.costs: deque[float] = deque(maxlen=9)
        self.read = self.waiting = 0

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
        for entry in self._met(entry for entry in entries if entry[0] > position):
            more = WEIGHT_OF_ENTRY + rows_of(entry)
            if batch and weight + more > OVER * self.weight:
                self._enter(batch, weight)
                batch, weight = [], 0
            batch.append(entry)
            weight += more
            if weight >= self.weight:
                self._enter(batch, weight)
                batch, weight = [], 0
        if batch:
            self._enter(batch, weight)
        self._sort_in()

    def _met(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """The entries, after the shop has got the products that they and those behind them name: many in few transactions."""
        while ahead := list(islice(entries, AHEAD)):
            self._meet(lines_of(ahead, self.known_until))
            yield from ahead

    def _meet(self, lines: Iterable[Line]) -> None:
        firsts = strangers(lines, self.known)
        for start in range(0, len(firsts), AT_ONCE):
            newcomers = Newcomers(self.context, self.known, firsts[start : start + AT_ONCE])
            self.known.seq = self.context.write(meet, newcomers)

    def _skip(self) -> None:
        left = actions.Skipped(self.context, self.import_id, self.rows - self.read, json.dumps({"row": self.rows}))
        self.context.write(actions.skip_rows, left)

    def _enter(self, entries: list[Entry], weight: int) -> None:
        position = json.dumps({"row": entries[-1][0]})
        batch = Batch(self.context, self.import_id, position, self.known, self.by_name, mends=self.mends)
        fill(batch, entries, self.zone, self.known_until, _source)
        self._prepare(batch)
        began = time.thread_time()
        self.known.seq = self.context.write(enter, batch)
        used_ms = (getattr(_committed, "at", began) - began) * 1000
        self.read += sum(map(rows_of, entries))
        self.context.tell(self.read, self.rows, "Importing")
        self._learn(weight, min(used_ms, writer.session().held_ms))
        if batch.laid.figures.later:
            self.waiting += sum(len(part.lines) for part in batch.parts)
            if self.waiting >= MOST_WAIT:
                self._sort_in()

    def _sort_in(self) -> None:
        """What the batches added to the products' days and months is sorted into them."""
        while self.context.write(rollups.sort_in, SORTED_AT_ONCE) >= SORTED_AT_ONCE:
            pass
        self.waiting = 0

    def _prepare(self, batch: Batch) -> None:
        """What needs no lock is done: products that the shop lacks are there, and the sales are laid out and laid ready."""
        self._meet(lacking(batch))  # none, unless what was known has been forgotten since
        make_ready(batch, self.zone)
        connection = writer.session().connection()
        batch.laid = laid = Laid(sales_of(batch.parts), sort_later=queries.is_near(connection))
        sold = laid.versions()
        if not sold <= self.stands.keys():
            with reading.reading() as tx:
                self.stands = versions.remember(tx, connection, sold)
        if sold <= self.stands.keys():
            laid.count(self.stands)
        laid.stage(connection)

    def _learn(self, weight: int, cost_ms: float) -> None:
        """Weigh the next batch by the median of what the last ones took of this thread while they held the lock: what
        neighbours or a slow disk add to it would not be less for a smaller batch."""
        self.costs.append(cost_ms / weight)
        wanted = TARGET_MS / max(median(self.costs), 0.001)
        self.weight = min(max(wanted, LEAST_WEIGHT), MOST_WEIGHT, 1.5 * self.weight)


def _source(lines: list[Line]) -> str:
    """The rows behind a sale or return as they stood in the file, JSON."""
    return "[" + ",".join([f'{{"row":{line[0]},"text":{encode_basestring(line[1].rstrip())}}}' for line in lines]) + "]"
