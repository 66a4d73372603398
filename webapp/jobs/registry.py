"""Which function does which kind of work, and what runs when; features are registered by way of schedule.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.jobs.progress import Context

Run = Callable[["Context"], None]
Ended = Callable[[Any, dict[str, Any], str, str | None], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """What does one kind of work. `ended(tx, argument, state, error)` runs in the transaction in which it ends.

    though_stopped: it is begun although writing is stopped, because it finds out whether it still has to be.
    """

    kind: str
    run: Run
    ended: Ended | None = None
    though_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Work that comes again: each `every_s` seconds, or daily at a local clock time (seconds since midnight)."""

    kind: str
    every_s: int = 86_400
    daily_at_s: int | None = None


handlers: dict[str, Handler] = {}
timetable: dict[str, Entry] = {}


def job(kind: str, ended: Ended | None = None, though_stopped: bool = False) -> Callable[[Run], Run]:
    """From now on the decorated function does this kind of work."""

    def register(run: Run) -> Run:
        handlers[kind] = Handler(kind, run, ended, though_stopped)
        return run

    return register


def every(seconds: int, kind: str) -> None:
    """From now on this kind of work is queued each so many seconds, never twice at once."""
    timetable[kind] = Entry(kind, seconds)


def daily(clock_time: str, kind: str) -> None:
    """From now on this kind of work is queued once a business day, at or after a local time such as "03:30"."""
    hour, minute = clock_time.split(":")
    timetable[kind] = Entry(kind, daily_at_s=int(hour) * 3600 + int(minute) * 60)
