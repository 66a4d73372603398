"""What a file would come to, counted over all of its rows before anything is entered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webapp import clock
from webapp.db import reading
from webapp.imports import actions
from webapp.imports.jobs import files, places
from webapp.imports.jobs.gather import Gatherer
from webapp.imports.jobs.unpack import head_of
from webapp.imports.rules.lines import SALE, Entry, total_of
from webapp.imports.shapes import Mapping
from webapp.jobs import registry
from webapp.jobs.progress import Context

COUNTED_AT_ONCE = 1 << 20
MOST_REASONS = 5


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


def is_small(path: Path) -> bool:
    """Whether the file, unpacked, is so small that its totals are counted while a person waits."""
    return path.is_file() and len(head_of(path, COUNTED_AT_ONCE + 1)) <= COUNTED_AT_ONCE


def with_totals(text: str, path: Path, mapping: Mapping) -> str:
    """The kept preview of a small file, its totals counted here and now."""
    found = json.loads(text)
    _, found["totals"] = totals(path, mapping, found["columns"])
    return json.dumps(found, ensure_ascii=False)


def totals(
    path: Path, mapping: Mapping, columns: list[str], context: Context | None = None
) -> tuple[int, dict[str, Any] | None]:
    """How many rows a file has and what they come to, money in minor units; None while the mapping is not complete."""
    if mapping.missing():
        return 0, None
    with reading.reading() as tx:
        against = files.belongs(tx, mapping, clock.now_ms())
    if mapping.source == "export":
        against = places.foreseen(against, path, mapping, columns)
    with Gatherer(files.folder()) as gatherer:
        rows, _ = files.read_through(
            path, mapping, columns, against, gatherer, lambda _: context.breathe() if context is not None else None
        )
        return rows, _summed(gatherer.entries(), rows, against.currency)


def _summed(entries: Iterator[Entry], rows: int, currency: str) -> dict[str, Any]:
    found = {"orders": 0, "returns": 0, "units": 0, "gross_minor": 0, "returned_minor": 0, "rejected": 0}
    first_ms = last_ms = None
    reasons: dict[tuple[str, str], dict[str, Any]] = {}
    for row, parts, faults in entries:
        if parts is None:
            found["rejected"] += 1
            field, detail, value, *_ = faults[0]
            reason = {"field": field, "detail": detail, "rows": 0, "row": row, "value": value}
            reasons.setdefault((field, detail), reason)["rows"] += 1
        for head, lines in (parts or {}).values():
            sale, amount = head[0] == SALE, sum(map(total_of, lines))
            found["orders" if sale else "returns"] += 1
            found["gross_minor" if sale else "returned_minor"] += amount
            found["units"] += sum(line[4] for line in lines) if sale else 0
            first_ms = head[2] if first_ms is None else min(first_ms, head[2])
            last_ms = head[2] if last_ms is None else max(last_ms, head[2])
    refused = sorted(reasons.values(), key=lambda one: -one["rows"])[:MOST_REASONS]
    return {"rows": rows, **found, "refused": refused, "from_ms": first_ms, "to_ms": last_ms, "currency": currency}
