"""Whether the shop may be written: what the checks found, and what a person has decided about it.

The state is one row, which the writer looks at in each group. Where the file is too damaged to take even that row, a
marker beside the database says the same.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from webapp.db import failures, queries, reading, store
from webapp.errors import Unavailable

RETRY_S = 60
KINDS = ("rollups", "ledger", "file")  # the worst stands last
KEPT_LINES = 200
sql = queries.load("guard")
A = TypeVar("A", bound=Callable[..., Any])
ADVICE = {
    "rollups": "Kept sums differ from the sales that they are made of. The sales are there: "
    "`python -m webapp rebuild` makes the sums anew, and selling goes on.",
    "ledger": "The ledger contradicts itself. `python -m webapp verify` says where. Restore the last good backup, "
    "or go on with what is there: `python -m webapp verify --accept`.",
    "file": "The database file is damaged. Stop the shop and restore the last good backup: "
    "`python -m webapp restore FILE`.",
}


class Wrong(NamedTuple):
    """What one check found: its name, the kind of damage, and each difference in words."""

    check: str
    kind: str
    lines: list[str]


@dataclass(frozen=True)
class Report:
    """What the checks found; full: all of them were made."""

    wrong: list[Wrong]
    full: bool


class State(NamedTuple):
    """What the guard knows. stopped: None, or the worst kind of what was found."""

    stopped: str | None
    stopped_ms: int | None
    found: list[str]
    accepted: list[str]
    checked_ms: int | None
    fully_checked_ms: int | None


class Notice(NamedTuple):
    """What every page says above all else."""

    title: str
    text: str


def though_stopped(action: A) -> A:
    """Mark a verb that is run although writing is stopped: it heals, decides, or keeps the machinery alive."""
    action.though_stopped = True  # type: ignore[attr-defined]
    return action


# ---- Looking ----


def barrier(tx: Any, path: Path) -> Unavailable | None:
    """What everybody is told who wants to write now; None while writing goes on."""
    read = getattr(tx, "stop_read", None)  # by a writer that has seen the guard's row already
    kind = (sql.find_stop.value(tx) if read is None else read[0]) or (
        "file" if os.path.exists(f"{path}.stopped") else None
    )
    return None if kind is None else refusal(kind)


def refusal(kind: str) -> Unavailable:
    """The answer to who wants to write while it is stopped."""
    return Unavailable(
        f"Selling is stopped, because a check found something wrong; everything can still be read. {ADVICE[kind]}",
        retry_after=RETRY_S, reason="stopped",
    )  # fmt: skip


def find(tx: Any) -> State:
    """All that the guard knows."""
    stopped, stopped_ms, found, accepted, *checked = sql.find_state.one(tx)
    return State(stopped, stopped_ms, json.loads(found), json.loads(accepted), *checked)


def stopped(tx: Any = None) -> str | None:
    """Why nothing may be written, on this snapshot or one of its own; None while writing goes on."""
    try:
        with reading.reading() if tx is None else nullcontext(tx) as tx:
            kind = sql.find_stop.value(tx)
    except sqlite3.DatabaseError as error:
        kind = "file" if failures.is_damage(error) else None
    return kind or ("file" if marker(store.path()).exists() else None)


def notice(tx: Any = None) -> Notice | None:
    """What every page has to say now: writing is stopped, or the disk fails under it."""
    kind = stopped(tx)
    if kind is not None:
        return Notice("Selling is stopped; everything can still be read.", ADVICE[kind].replace("`", ""))
    trouble = failures.Now.trouble
    return (
        None
        if trouble is None
        else Notice("Selling waits for the disk; everything can be read.", failures.WORDS[trouble])
    )


# ---- Deciding ----


@though_stopped
def record(tx: Any, reports: list[Report]) -> list[dict[str, Any]]:
    """The checks were made: something new that is wrong stops writing, a full check without any lets it go on."""
    return [_record(tx, report) for report in reports]


def _record(tx: Any, report: Report) -> dict[str, Any]:
    state = find(tx)
    sql.say_checked.run(tx, now_ms=tx.now_ms, full=int(report.full))
    new = [wrong for wrong in report.wrong if set(said([wrong])) - set(state.accepted)]
    if new:
        worst = max((wrong.kind for wrong in new), key=KINDS.index)
        sql.stop.run(tx, stopped=worst, found=json.dumps(said(new)[:KEPT_LINES]), now_ms=tx.now_ms)
        return {"stopped": worst, "found": said(new)}
    if report.full and state.stopped is not None:
        sql.stop.run(tx, stopped=None, found="[]", now_ms=tx.now_ms)
    return {"stopped": None if report.full else state.stopped, "found": []}


@though_stopped
def accept(tx: Any, reports: list[Report]) -> list[dict[str, Any]]:
    """A person goes on with what is there: these differences stop nothing any more."""
    for report in reports:
        sql.accept.run(tx, accepted=json.dumps(said(report.wrong)))
    return [{"accepted": said(report.wrong)} for report in reports]


@though_stopped
def probe(tx: Any, items: list[Any]) -> list[None]:
    """A trace is on the disk: it takes what is written."""
    sql.probe.run(tx, now_ms=tx.now_ms)
    return [None] * len(items)


def said(wrong: Iterable[Wrong]) -> list[str]:
    """Each difference in words, after the name of its check."""
    return [f"{one.check}: {line}" for one in wrong for line in one.lines]


# ---- Where the file cannot even take its own row ----


def marker(path: Path) -> Path:
    """The file beside the database that stops writing."""
    return Path(f"{path}.stopped")


def mark(path: Path, why: str) -> None:
    """Stop writing by the marker. A disk that does not take that either takes no sale."""
    try:
        marker(path).write_text(f"{why}\n", "utf-8")
    except OSError:
        pass


def unmark(path: Path) -> None:
    """The marker is gone."""
    marker(path).unlink(missing_ok=True)
