"""What primary and replica say of themselves, and whether the one is a replica of the other."""

import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from webapp.config import ConfigError, Settings
from webapp.db import engines, postgres, queries

CONNECT_S = 2
NAME = "takings far reader"
WORDS = {
    "unknown": "it has not been looked at yet",
    "lagging": "it has not replayed what was committed",
    "away": "it does not answer",
    "failed": "it refuses what it is asked (a new one has not replayed the shop's tables yet)",
    "primary": "it is no standby: it was promoted, or is the primary itself",
    "stranger": "it is a standby of another server",
    "history": "it follows another history than the primary (a failover, or a restore)",
}
replication = queries.load("replica")


class Place(NamedTuple):
    """How far the primary has come. lsn: the position in its log, in bytes; timeline 0: it is no primary itself."""

    seq: int
    epoch: str
    lsn: int
    timeline: int


def place(tx: Any) -> Place:
    """Where the server behind this snapshot stands now."""
    return Place(*replication.find_place.one(tx))


def home(tx: Any) -> tuple[Place, str]:
    """The same, and which server it is."""
    return place(tx), replication.find_system.value(tx)


class Standing(NamedTuple):
    """What a replica says of itself."""

    system: str
    standby: int
    timeline: int
    lsn: int
    epoch: str


def standing(connection: postgres.Connection) -> Standing:
    """What it says now. Raises postgres.Failed where it does not answer."""
    return Standing(replication.find_system.value(connection), *replication.find_standing.one(connection))


def misfit(primary: Place, system: str, found: Standing) -> str | None:
    """Why this is no replica of that: a word of WORDS, or None."""
    if found.system != system:
        return "stranger"
    if not found.standby:
        return "primary"
    return None if (found.timeline, found.epoch) == (primary.timeline, primary.epoch) else "history"


# ---- At the start ----


def refuse_without_server(settings: Settings) -> None:
    """Raise ConfigError where the settings name a replica of a ledger in a file."""
    if settings.replica and not engines.is_server(settings.database):
        raise ConfigError("TAKINGS_REPLICA", "only a ledger on PostgreSQL has one, and this one is a file of SQLite's")


def check(settings: Settings) -> str | None:
    """Why the replica of the settings is not read from now: a word of WORDS; None where it is, or there is none.

    Raises ConfigError where it never will be: it is no standby, or one of another server, or the ledger is SQLite's. Where
    the address finds the standby among several servers, there may be none for now.
    """
    refuse_without_server(settings)
    if not settings.replica:
        return None
    with closing(engines.of_settings(settings).connect()) as primary:
        needed, system = home(primary)
    try:
        with closing(postgres.connect(settings.replica, name=NAME, within_s=CONNECT_S)) as connection:
            reason = misfit(needed, system, standing(connection))
    except postgres.Failed:
        return "away"
    except sqlite3.DatabaseError:
        return "failed"
    if reason == "stranger" or (reason == "primary" and "target_session_attrs=" not in settings.replica):
        raise ConfigError("TAKINGS_REPLICA", WORDS[reason])
    return reason
