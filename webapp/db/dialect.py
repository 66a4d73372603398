"""The same SQL for PostgreSQL: statements and migrations are written once, for SQLite, and translated here.

What differs in meaning is made equal: `like` does not mind the case of ASCII letters, texts are compared byte by byte, whole
numbers have 64 bits, and sums of whole numbers stay whole (see `postgres.py`). Where a statement cannot be translated its
block has a variant, `-- name: x.postgres`, directly below.
"""

import functools
import re
from typing import NamedTuple

from webapp.db import migrations
from webapp.db.queries import VARIANTS

_MARKS = re.compile(
    r"""(?P<literal>'(?:[^']|'')*')
    |(?P<cast>::\w+(?:\[\])?)
    |\b(?P<not_in>not\s+)?in\s+\(select\s+value\s+from\s+json_each\(:(?P<list>\w+)\)\)
    |:(?P<tested>[a-z_]\w*)(?=\s+is\s+(?:not\s+)?null\b)
    |(?:(?<=\()|(?<=when\s)|(?<=not\s)):(?P<flag>[a-z_]\w*)(?=\s+(?:or|then)\b)
    |:(?P<name>[a-z_]\w*)
    |(?P<place>\?)
    |\b(?P<like>like)\b
    |\b(?P<rowid>rowid)\b
    |\b(?P<cross>cross\s+join)(?=\s+\w+(?:\s+(?:as\s+)?\w+)?\s+on\b)
    |(?P<hint>\s(?:not\s+indexed|indexed\s+by\s+\w+)\b)
    """,
    re.VERBOSE,
)
_INSERT = re.compile(r"insert\s+into\s+(\w+)\s*\(([^)]*)\)\s*values\s+:rows\(([^)]*)\)")
_TABLE = re.compile(r"create table (?:if not exists )?(\w+) \((.*)\)[^)]*$", re.DOTALL)
_ADDED = re.compile(r"alter table (\w+) add column (\w+) (\w+)")
_DROPPED = re.compile(r"drop table (\w+)$")
_COLUMN = re.compile(r"(?:^|,)\s*(\w+) (integer|text|blob|real)\b")
_PLAIN = ("begin", "commit", "rollback", "savepoint", "release", "create", "drop", "analyze")
TYPES = {"integer": "bigint", "text": "text", "blob": "bytea", "real": "double precision"}


class Statement(NamedTuple):
    """A text with $1, $2, ...; names: which parameter stands at each place (empty where they stand in order already).

    lists: the names whose value is a JSON list, as SQLite takes it, and an array here. plain: it is not worth preparing.
    reads: it changes nothing.
    """

    text: str
    names: tuple[str, ...]
    lists: frozenset[str]
    plain: bool = False
    reads: bool = False


class Rows(NamedTuple):
    """A statement that takes many rows of a table, one array a column; types: those of the columns."""

    text: str
    types: tuple[str, ...]
    table: str


@functools.lru_cache(maxsize=4096)
def translate(sql: str) -> Statement:
    """The statement for PostgreSQL."""
    if sql.startswith(("create table", "alter table")):
        return Statement(migration(sql), (), frozenset(), plain=True)
    if sql == "begin immediate":
        return Statement("begin", (), frozenset(), plain=True)
    names: dict[str, int] = {}
    lists: set[str] = set()
    places = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal places
        kind = found.lastgroup
        if kind == "list":
            lists.add(found["list"])
            place = names.setdefault(found["list"], len(names) + 1)
            return f"<> all(${place})" if found["not_in"] else f"= any(${place})"
        if kind == "name":
            return f"${names.setdefault(found['name'], len(names) + 1)}"
        if kind == "tested":  # a place of its own: a null that is only tested tells no type
            return f"${names.setdefault(found['tested'] + ' is null', len(names) + 1)}::text"
        if kind == "flag":
            return f"(${names.setdefault(found['flag'], len(names) + 1)} <> 0)"
        if kind == "place":
            places += 1
            return f"${places}"
        return {"like": "ilike", "rowid": "ctid", "hint": "", "cross": "join"}.get(kind or "", found[0])

    text = _MARKS.sub(mark, VARIANTS.get(sql, sql))
    asked = tuple(name.partition(" ")[0] for name in names)
    return Statement(text, asked, frozenset(lists), text.startswith(_PLAIN), text.startswith("select"))


@functools.cache
def translate_rows(sql: str) -> Rows:
    """A statement with `insert into t (...) values :rows(...)` for PostgreSQL. Raises ValueError on any other."""
    found = _INSERT.search(sql)
    if found is None:
        raise ValueError(f"many rows go by `insert into table (columns) values :rows(...)`, not by {sql[:80]!r}")  # noqa: S608 words, not a statement
    table, columns = found[1], [name.strip() for name in found[2].split(",")]
    types = tuple(columns_of(table)[name] for name in columns)
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    many = " ".join(["insert into", table, "(" + ", ".join(columns) + ")", "select * from unnest(" + arrays + ")"])  # noqa: S608 names of the schema
    return Rows(sql[: found.start()] + many + sql[found.end() :], types, table)


def columns_of(table: str) -> dict[str, str]:
    """The columns of a table in order, each with its type on PostgreSQL. Raises KeyError when there is no such table."""
    return tables()[table]


@functools.cache
def keys_of(table: str) -> list[str]:
    """The columns of a table's primary key. Raises KeyError when there is no such table."""
    if table == "schema_migration":
        return ["version"]
    for _, _, file in migrations.known():
        for statement in migrations.statements(file.read_text("utf-8")):
            made = _TABLE.match(statement)
            if made and made[1] == table:
                alone = re.search(r"(\w+) (?:integer|text) primary key", made[2])
                several = re.search(r"\bprimary key \(([^)]*)\)", made[2])
                return [alone[1]] if alone else [name.strip() for name in several[1].split(",")] if several else []
    raise KeyError(table)


@functools.cache
def tables() -> dict[str, dict[str, str]]:
    """Every table that the migrations make and leave, in their order, with its columns and their types on PostgreSQL."""
    found: dict[str, dict[str, str]] = {}
    for _, _, file in migrations.known():
        for statement in migrations.statements(file.read_text("utf-8")):
            if made := _TABLE.match(statement):
                found[made[1]] = {name: TYPES[kind] for name, kind in _COLUMN.findall(made[2])}
            elif added := _ADDED.match(statement):
                found[added[1]][added[2]] = TYPES[added[3]]
            elif dropped := _DROPPED.match(statement):
                del found[dropped[1]]
    return found


def migration(statement: str) -> str:
    """A table's statement for PostgreSQL: wider types, texts compared byte by byte, no `strict`, no rowid."""
    bare = re.sub(r"\)\s*(strict|without rowid)(\s*,\s*(strict|without rowid))*$", ")", statement)
    bare = re.sub(r"(?<=\w )(integer|blob|real)\b", lambda kind: TYPES[kind[1]], bare)
    return re.sub(
        r"(?<=\w )text\b(?=\s*(?:,|\)|$|not|primary|unique|default|check|references))", 'text collate "C"', bare
    )
