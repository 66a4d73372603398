"""A PostgreSQL server that took over from another one may lack that one's last commits, and gives their numbers out anew.

Who followed those must not go on from them. So the name of the history (`epoch`) ends with the server's timeline, which
PostgreSQL raises with each takeover and each restore to a moment: where it does not, the history gets a new name before
anything is written, and whoever watches is told to start anew.
"""

import logging
import secrets
import sqlite3
from typing import Any

from webapp.db import engines, queries
from webapp.db.postgres import Failed

FIRST = 1
LOCK = "select pg_advisory_xact_lock(hashtext('takings writing ' || current_schema()))"
sql = queries.load("server")
guarding = queries.load("guard")
log = logging.getLogger("takings.writer")


def joined(connection: Any) -> Any:
    """The connection, which is new and to write with; the history that it writes on bears its server's timeline."""
    try:
        if _renamed(connection) is None:
            return connection
    except Failed:
        raise
    except sqlite3.DatabaseError as error:  # a server that does not tell its timeline to this user
        log.info("the server's timeline is not known: %s", error)
        return connection
    connection.execute("begin immediate")
    connection.run(LOCK)
    epoch = _renamed(connection)  # somebody else may have been faster
    if epoch is not None:
        guarding.rename_epoch.run(connection, value=epoch)
        log.warning("another database server has taken over: history goes on under a new name")
    connection.run(f"notify {engines.CHANNEL}")
    connection.run("commit")
    return connection


def _renamed(connection: Any) -> str | None:
    """The new name that the history needs; None where its name says the server's timeline, or there is no history yet."""
    found = sql.find_timeline.one(connection)
    if found is None:
        return None
    timeline = int(found["timeline"], 16)
    return None if timeline == timeline_of(found["epoch"]) else f"{secrets.token_hex(4)}.{timeline}"


def timeline_of(epoch: str) -> int:
    """The timeline on which a history got its name; what does not say so is of a server's first."""
    _, _, said = epoch.partition(".")
    return int(said) if said.isdigit() else FIRST
