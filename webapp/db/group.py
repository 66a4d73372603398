"""One group commit: what waits is run in one transaction, each item with its own result."""

import json
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile
from typing import Any

from webapp.db import failures, queries
from webapp.db.tx import Tx
from webapp.errors import Invalid, Problem

Action = Callable[[Tx, list[Any]], list[Any]]
sql = queries.load("db")
log = logging.getLogger("takings.writer")


@dataclass(slots=True)
class Key:
    """An Idempotency-Key as sent: who asks, for which address (`POST /orders`), and a digest of the content.

    `replayed` is set by the writer when the answer is the one that was kept.
    """

    asker: str
    key: str
    method_path: str
    content: bytes
    status: int = 201
    replayed: bool = False


@dataclass(slots=True)
class Request:
    """Items for one verb; `results` has one entry an item, or `error` says why there is none."""

    action: Action
    items: Sequence[Any]
    key: Key | None = None
    atomic: bool = False
    single: bool = False
    results: list[Any] | None = None
    error: BaseException | None = None
    waiter: Any = field(default=None)

    def outcome(self) -> list[Any]:
        """The results. Raises what kept the group from being written."""
        if self.error is not None:
            raise self.error
        assert self.results is not None
        return self.results


class _Undo(Exception):
    """Ends an atomic batch of which something was refused."""


def run(tx: Tx, requests: Sequence[Request]) -> None:
    """Run the requests in the open transaction `tx` and write what they gathered; the caller commits.

    Equal keys are answered once, inside the group too. Requests of one merging verb that follow each other are one
    batch. Raises sqlite3.Error when the database itself fails: then nothing of the group holds.
    """
    foresee = getattr(tx.connection, "foresee", None)
    if foresee is not None:
        foresee(foresight(tx, requests))
    kept = _kept(tx, requests)
    fresh: list[tuple[Any, ...]] = []
    batch: list[Request] = []
    waiting: set[tuple[str, str]] = set()

    def flush() -> None:
        if batch:
            _run_batch(tx, batch)
            for done in batch:
                _keep(tx, done, kept, fresh)
            batch.clear()
            waiting.clear()

    for request in requests:
        name = (request.key.asker, request.key.key) if request.key else None
        if name in waiting or (batch and not _merges(batch[0], request)):
            flush()
        if name is not None:
            if name in kept:
                _replay(request, kept[name])
                continue
            waiting.add(name)
        batch.append(request)
    flush()
    tx.flush()
    sql.insert_kept.rows(tx, fresh)


def _merges(first: Request, request: Request) -> bool:
    return (
        first.action is request.action
        and not first.atomic
        and not request.atomic
        and bool(getattr(first.action, "merging", False))
    )


def _run_batch(tx: Tx, batch: list[Request]) -> None:
    items = [item for request in batch for item in request.items] if len(batch) > 1 else list(batch[0].items)
    try:
        results = _run_items(tx, batch[0], items)
    except (sqlite3.OperationalError, MemoryError):
        raise
    except Problem as problem:
        results = [problem] * len(items)
    except Exception as error:
        if not tx.connection.in_transaction or failures.is_damage(error):
            raise  # the transaction is lost, or the file is: nothing of the group can stand
        if len(batch) > 1:
            for request in batch:
                _run_batch(tx, [request])
            return
        log.exception("a verb failed: %s", getattr(batch[0].action, "__name__", "?"))
        batch[0].error = error
        return
    start = 0
    for request in batch:
        end = start + len(request.items)
        request.results = results[start:end]
        start = end


def _run_items(tx: Tx, first: Request, items: list[Any]) -> list[Any]:
    results: list[Any] = []
    try:
        with tx.savepoint():
            results = _each(tx, first.action, items)
            if first.atomic and any(isinstance(result, Problem) for result in results):
                raise _Undo
    except _Undo:
        pass
    return results


def _each(tx: Tx, action: Action, items: list[Any]) -> list[Any]:
    """One result an item; an item that was refused before it came here is its own result."""
    asked = [item for item in items if not isinstance(item, Problem)]
    results = action(tx, asked) if asked else []
    if len(results) != len(asked):
        raise RuntimeError(f"{action} answered {len(results)} results for {len(asked)} items")
    if len(asked) == len(items):
        return results
    left = iter(results)
    return [item if isinstance(item, Problem) else next(left) for item in items]


def foresight(tx: Any, requests: Sequence[Request]) -> list[tuple[str, Any]]:
    """What the first batch of these will ask; nothing where its verb does not say."""
    ask_ahead = getattr(requests[0].action, "ask_ahead", None) if requests else None
    if ask_ahead is None:
        return []
    seen = queries.Foresight(tx)
    _kept(seen, requests)
    batch = takewhile(lambda request: request is requests[0] or _merges(requests[0], request), requests)
    ask_ahead(seen, [item for request in batch for item in request.items if not isinstance(item, Problem)])
    return seen.asked


def _kept(tx: queries.Executes, requests: Sequence[Request]) -> dict[tuple[str, str], Any]:
    keys = [request.key.key for request in requests if request.key is not None]
    if not keys:
        return {}
    return {
        (asker, key): (content, status, result)
        for asker, key, content, status, result in sql.find_kept.all(tx, keys=keys)
    }


def _keep(tx: Tx, request: Request, kept: dict[tuple[str, str], Any], fresh: list[tuple[Any, ...]]) -> None:
    key = request.key
    if key is None or request.results is None:
        return
    if (request.single or request.atomic) and any(isinstance(result, Problem) for result in request.results):
        return  # what was refused wrote nothing and may be sent again
    text = _encode(_as_run(request.results) or [_as_kept(result) for result in request.results])
    kept[key.asker, key.key] = (key.content, key.status, text)
    fresh.append((key.asker, key.key, key.content, key.status, text, tx.now_ms))


def _replay(request: Request, entry: tuple[bytes, int, str]) -> None:
    content, _, text = entry
    assert request.key is not None
    if content != request.key.content:
        problem = Invalid("This Idempotency-Key was used for something else.", code="key_reused")
        request.results = [problem] * len(request.items)
        request.error = problem
        return
    said = json.loads(text, object_hook=_rich)
    request.results = _of_run(said) if isinstance(said, dict) else [_from_kept(result) for result in said]
    request.key.replayed = True


def _as_kept(result: Any) -> Any:
    if isinstance(result, Problem):
        return {"$refused": result.as_kept()}
    return result.as_kept() if hasattr(result, "as_kept") else result


def _from_kept(result: Any) -> Any:
    if isinstance(result, dict) and "$refused" in result:
        return Problem.from_kept(result["$refused"])
    return result


def _as_run(results: Sequence[Any]) -> dict[str, Any] | None:
    """Results whose numbers count on from those of the first, as orders of a batch do: the first, and how many; else None."""
    first, count = results[0], len(results)
    if count == 1 or not isinstance(first, dict) or {*map(type, results)} != {type(first)}:
        return None
    told = _as_kept(first)
    if {*map(len, results)} != {len(first)} or any(type(begin) is not int for begin in told.values()):
        return None
    for name, begin in told.items():
        if [result.get(name) for result in results] != [*range(begin, begin + count)]:
            return None
    return {"$run": told, "count": count}


def _of_run(run: dict[str, Any]) -> list[Any]:
    return [{name: begin + number for name, begin in run["$run"].items()} for number in range(run["count"])]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(f"a result that is kept cannot hold {type(value)}")


_encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode


def _rich(value: dict[str, Any]) -> Any:
    return Decimal(value["$decimal"]) if "$decimal" in value else value


def refuse(requests: Sequence[Request], problem: Problem) -> list[Request]:
    """Those that are run although writing is stopped; all others are told why they are not."""
    allowed = []
    for request in requests:
        if getattr(request.action, "though_stopped", False):
            allowed.append(request)
        else:
            request.error, request.results = problem, None
    return allowed
