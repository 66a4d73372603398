"""The piece that stands above every page while nothing can be sold, and goes by itself when that is over.

What it says comes from the guard's row, the marker beside the database and the trouble of the disk, of which only the
first is seen by a commit: so it is looked at each second, once a process for all pages, and sent when it has changed.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup

from webapp.db import guard
from webapp.errors import Problem
from webapp.live import islands

ADDRESS = "/notice"
TEMPLATE = "_notice.html"
_BROKEN = (RuntimeError, sqlite3.Error, OSError, Problem)


@islands.island(ADDRESS, topics=("shop",), pace=0.5, clock=True, template=TEMPLATE)
def load(tx: Any, parameters: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """Say why nothing can be sold now; nothing while all is well."""
    return {"notice": guard.notice(tx)}


def place() -> Markup:
    """The island, for the frame of a page; where the database cannot be read, what can be said without it."""
    try:
        return islands.known.place(ADDRESS)
    except _BROKEN:
        pass
    try:
        return Markup(render_template(TEMPLATE, notice=guard.notice(), island_attrs=""))
    except _BROKEN:  # no database is open yet: the page says what it came to say
        return Markup("")
