"""Every invariant of the ledger, checked on one snapshot; what follows from what is found; the rollups made anew."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from webapp.db import backup, failures, guard, queries, reading, soundness, store, writer
from webapp.db.guard import Report, Wrong
from webapp.db.tx import Tx
from webapp.errors import Unavailable
from webapp.metrics import rollups
from webapp.products import dao as products
from webapp.weather import actions
from webapp.weather import dao as weather

sql = queries.load("verify")
log = logging.getLogger("takings.verify")
Check = Callable[[Any], list[str]]


def _integrity(tx: Any) -> list[str]:
    return soundness.of_file(tx, quick=False)


def _quick_integrity(tx: Any) -> list[str]:
    return soundness.of_file(tx, quick=True)


def _sequence(tx: Any) -> list[str]:
    found = []
    seq = reading.seq(tx)
    expected = 1  # where nothing is kept, nothing has happened
    for number, (first, last) in enumerate(sql.find_outbox_ranges.each(tx)):
        if number and first != expected:
            found.append(f"history has a hole: {expected} to {first - 1} is missing")
        expected = last + 1
    if expected != seq + 1:
        found.append(f"history ends at {expected - 1}, its counter says {seq}")
    for name, count, newest, counter in sql.find_numbers.all(tx):
        if count != counter or newest != counter:
            found.append(f"{name}: {count} rows, newest {newest}, counter {counter}")
    return found


def _named(query: queries.Query) -> Check:
    return lambda tx: [row[0] for row in query.all(tx, limit=20)]


USUAL = "usual weather equals its days"
FILE = "integrity of the file"
CHECKS: list[tuple[str, Check]] = [
    (FILE, _integrity),
    ("foreign keys", soundness.of_keys),
    ("sequence without holes", _sequence),
    ("orders equal their lines", _named(sql.find_order_differences)),
    ("returns equal their lines", _named(sql.find_return_differences)),
    ("no more came back than was sold", _named(sql.find_excess_returns)),
    ("stock equals its moves", _named(sql.find_stock_differences)),
    ("no tracked product below zero", _named(sql.find_below_zero)),
    ("one open price a product, and it is the product's", _named(sql.find_price_differences)),
    ("a running price is the product's, and no two overlap", products.find_plan_differences),
    (USUAL, weather.find_normal_differences),
    ("rollups equal the ledger", rollups.check),
]


QUICK: list[tuple[str, Check]] = [
    (FILE, _quick_integrity),
    ("rollups equal the ledger", rollups.check_recent),
]
KINDS = {FILE: "file", "rollups equal the ledger": "rollups"}  # of all others: ledger
ASIDE = {USUAL}  # no sale stands on it: it is named and made anew by `rebuild`, and stops nothing
QUICK_S = 10.0


def run(checks: list[tuple[str, Check]] | None = None) -> Iterator[tuple[str, list[str]]]:
    """(check, what differs) one after the other, all on the same snapshot."""
    with reading.reading() as tx:
        yield from each(tx, checks or CHECKS)


def each(tx: Any, checks: list[tuple[str, Check]] = CHECKS) -> Iterator[tuple[str, list[str]]]:
    """(check, what differs) one after the other; what cannot be read because its file is damaged is the file's fault."""
    for name, check in checks:
        try:
            with soundness.apart(tx):
                lines = check(tx)
            yield name, lines
        except sqlite3.DatabaseError as error:
            if soundness.is_interrupted(error) or getattr(error, "is_lost", False):
                raise
            yield FILE if failures.is_damage(error) else name, [str(error)]


def differences(tx: Any) -> list[str]:
    """Everything that is wrong with a snapshot, in words."""
    return guard.said(wrong(each(tx)))


backup.verified_by(differences)


def wrong(found: Iterable[tuple[str, list[str]]]) -> list[Wrong]:
    """The checks that found something, each with the kind of damage that this is; not those that stop nothing."""
    return [Wrong(name, KINDS.get(name, "ledger"), lines) for name, lines in found if lines and name not in ASIDE]


# ---- What follows from what is found ----


def check_at_start() -> dict[str, Any]:
    """The quick checks were made before anybody sells: what is wrong stops writing. `found` says what that was.

    They may take ten seconds; what they could not reach then is seen by the full checks of the night.
    """
    try:
        with reading.reading() as tx:
            with soundness.limited(tx, QUICK_S):
                found = wrong(each(tx, QUICK))
    except sqlite3.OperationalError as error:
        log.warning("the quick checks at the start did not come to their end: %s", error)
        return {"stopped": guard.stopped(), "found": []}
    return judge(Report(found, full=False))


def check_fully(breathe: Callable[[], object] = lambda: None) -> dict[str, Any]:
    """Every check was made: something new that is wrong stops writing, nothing wrong lets it go on."""
    found = []
    for one in run():
        breathe()
        found.append(one)
        if one[1] and one[0] in ASIDE:
            log.warning("%s: %s", one[0], "; ".join(one[1][:3]))
    return judge(report(found))


def report(found: Iterable[tuple[str, list[str]]]) -> Report:
    """What all checks found, for the guard."""
    return Report(wrong(found), full=True)


def judge(report: Report) -> dict[str, Any]:
    """The guard knows what was found, by its row, or by its marker where the file takes no row any more."""
    try:
        judged: dict[str, Any] = writer.do(guard.record, report)
    except Unavailable as error:
        damaged = any(wrong.kind == "file" for wrong in report.wrong)
        if not damaged and error.extra.get("reason") != "damaged":
            raise
        guard.mark(store.path(), "\n".join(guard.said(report.wrong)) or error.detail)
        judged = {"stopped": "file", "found": guard.said(report.wrong) or [error.detail]}
    if report.full and not report.wrong:
        guard.unmark(store.path())
    for line in judged["found"][:20]:
        log.error("the ledger does not verify: %s", line)
    return judged


def accept(found: list[Wrong]) -> list[str]:
    """A person goes on with what is there; what was found stops nothing any more. Returns what that is."""
    accepted: list[str] = writer.do(guard.accept, Report(found, full=True))["accepted"]
    guard.unmark(store.path())
    return accepted


@guard.though_stopped
def _rebuild(tx: Tx, items: list[Any]) -> list[Any]:
    rollups.rebuild(tx)
    actions.renew_normals(tx)
    return [{} for _ in items]


def rebuild() -> None:
    """Make the rollups anew from the ledger and the usual weather from its days, in one transaction.

    Where that was all that was wrong, writing goes on.
    """
    writer.do(_rebuild, None)
    if guard.stopped() is not None:
        check_fully()
