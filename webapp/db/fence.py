"""Who may lose the right to write while at work says so here: each of his writes then asks first whether he still has it."""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from webapp.db.group import Action
from webapp.db.tx import Tx
from webapp.errors import Conflict


class Fenced(Conflict):
    """Who writes has lost the right to; nothing of it holds."""


class _Own(threading.local):
    check: Callable[[Tx], None] | None = None


_own = _Own()


@contextmanager
def fenced(check: Callable[[Tx], None]) -> Iterator[None]:
    """While it lasts, each write of this thread begins with `check(tx)`; the Fenced that it raises undoes the write."""
    before, _own.check = _own.check, check
    try:
        yield
    finally:
        _own.check = before


def through(results: list[Any]) -> list[Any]:
    """The results of a write. Raises Fenced where there is none because of that."""
    if results and isinstance(results[0], Fenced):
        raise results[0]
    return results


def under(action: Action) -> Action:
    """The verb, behind the check of this thread where it has one."""
    check = _own.check
    if check is None:
        return action

    @functools.wraps(action)
    def checked(tx: Tx, items: list[object]) -> list[object]:
        check(tx)
        return action(tx, items)

    return checked
