"""Files as given: kept until they are imported, recognised, and read through into entries."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webapp.clock import Zone
from webapp.db import store
from webapp.errors import FieldError, Invalid, NotFound, TooLarge
from webapp.imports import shapes
from webapp.imports.jobs import known
from webapp.imports.jobs.gather import Gatherer
from webapp.imports.jobs.readers import Rows
from webapp.imports.jobs.unpack import MOST_SENT, head_of, measure
from webapp.imports.rules.cells import Damaged, Layout
from webapp.imports.rules.lines import RETURN, SALE, Belongs, Fault, callable_by, reader_for
from webapp.imports.rules.mending import MendedReader
from webapp.imports.rules.recognise import HEAD, Found, recognise
from webapp.imports.shapes import Mapping, MappingIn
from webapp.shop import dao as shop

KEPT_S = 30 * 86_400
MONTH_FIRST = ("en_US", "en_PH", "en_CA")
BREATH_ROWS = 8_192


def folder() -> Path:
    """Where uploaded files wait, beside the database; only this user can read it."""
    found = store.path().parent / "imports"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def save(upload: Any) -> Path:
    """An uploaded file, kept under a name of ours. Raises TooLarge over 256 MiB."""
    _tidy()
    path = folder() / f"{secrets.token_hex(16)}.upload"
    upload.save(path)
    if path.stat().st_size > MOST_SENT:
        path.unlink()
        raise TooLarge("A file of at most 256 MiB can be sent.")
    return path


def _tidy() -> None:
    oldest = time.time() - KEPT_S
    for path in folder().glob("*.upload"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def drop(path: Path) -> None:
    """Forget a file that was uploaded; one that a person named stays."""
    if path.parent == folder():
        path.unlink(missing_ok=True)


@dataclass(slots=True)
class Prepared:
    """A file that was looked at: its digest, what it was recognised as, and the mapping with what was given for it."""

    path: Path
    sha256: str
    size: int
    found: Found
    mapping: Mapping

    @property
    def ready(self) -> bool:
        """Whether it can be imported without a person who looks at the mapping."""
        return not self.mapping.missing()


def prepare(path: Path, given: MappingIn | None, channels: Any, at: str = "/mapping") -> Prepared:
    """Unpack a file once, to its end, and recognise it.

    channels: the codes that exist. Raises TooLarge, Unsupported, Invalid (damaged; a mapping that does not fit).
    """
    size, digest = measure(path)
    found = known.recall(look(path, given), channels)
    mapping = _settled(shapes.merged(found.mapping, given, found.columns, at), channels, at)
    return Prepared(path, digest, size, found, mapping)


def look(path: Path, given: MappingIn | None) -> Found:
    """What a file is by its beginning; what was given is not guessed."""
    said = {} if given is None else {"encoding": given.encoding, "delimiter": given.delimiter, "header": given.header}
    return recognise(head_of(path, HEAD), month_first=store.shop().locale in MONTH_FIRST, **said)


def remap(row: Any, given: MappingIn | None, channels: Any) -> tuple[Mapping, str]:
    """The mapping of a kept import with what was given in its place, and what is found in the file under it.

    Raises Invalid as `prepare`; NotFound when the file is gone.
    """
    mapping, path = Mapping.from_text(row["mapping"]), Path(row["path"])
    if given is None:
        return mapping, row["preview"]
    if not path.is_file():
        raise NotFound(f"The file {row['file_name']} is no longer there; send it again.")
    found = known.recall(look(path, given), channels)
    layout = (found.mapping.delimiter, found.mapping.header, found.mapping.encoding)
    if layout == (mapping.delimiter, mapping.header, mapping.encoding):
        found.mapping = mapping
    changed = _settled(shapes.merged(found.mapping, given, found.columns), channels)
    return changed, shapes.preview_text(found.columns, found.rows, found.doubts, found.remembered)


def _settled(mapping: Mapping, channels: Any, at: str = "/mapping") -> Mapping:
    """The mapping with the shop's own channel and zone where it names none. Raises Invalid for an unknown channel."""
    mapping = replace(
        mapping, channel=mapping.channel or "online", time_zone=mapping.time_zone or store.shop().time_zone
    )
    if mapping.channel not in channels:
        raise Invalid("", FieldError(f"{at}/channel", "unknown", f"There is no channel {mapping.channel}."))
    return mapping


def belongs(tx: Any, mapping: Mapping, now_ms: int) -> Belongs:
    """What the rows of a file are read against."""
    channels = callable_by((row["code"], row["name"], row["id"]) for row in shop.find_channels(tx))
    locations = callable_by((row["code"], row["name"], (row["id"], row["region"])) for row in shop.find_locations(tx))
    return Belongs(tx.currency, Zone(mapping.time_zone or tx.zone.name), channels, locations, now_ms)


def read_through(
    path: Path, mapping: Mapping, columns: list[str], shop: Belongs, into: Gatherer, breathe: Callable[[int], None]
) -> tuple[int, str]:
    """Read every row into entries; return how many rows there were and the digest of the bytes.

    columns: needed for NDJSON alone. breathe: called with the rows so far, now and then. Raises as `Rows`.
    """
    row = 0
    with Rows(path, Layout(mapping.encoding, mapping.delimiter, mapping.header), columns) as rows:
        plain = reader_for(mapping, rows.columns, shop)
        reader = plain if mapping.mends is None else MendedReader(plain, mapping.mends)
        read, head, part_of, weigh = reader.read, reader.head, into.part, into.weigh
        for row, (cells, text) in enumerate(rows, 1):
            if row % BREATH_ROWS == 0:
                breathe(row)
            if isinstance(cells, Damaged):
                into.refuse(row, [Fault("", cells.detail, text[:200], text)])
                continue
            found = read(row, cells, text)
            if isinstance(found, list):
                into.refuse(row, [found[0]._replace(text=text), *found[1:]])
                continue
            family, part, line = found
            begun = part_of(family, part, row)
            if begun is None:
                into.begin(family, part, head(cells, SALE if part == SALE else RETURN), line)
            else:
                begun[1].append(line)
            weigh(len(text))
        return row, rows.bytes.digest()
