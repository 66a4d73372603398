"""Where product versions stand, remembered by the process that writes: a version never changes once it is committed."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from webapp.db.queries import Executes
from webapp.db.tx import Tx
from webapp.metrics import dao


class Version(NamedTuple):
    """Where a product version stands; 0 is none. `values` are its places in the rollup of distinct orders; `stand` is a number
    that versions with the same places share in this process."""

    product_id: int
    values: tuple[tuple[str, int], ...]
    stand: int
    created_ms: int


class _Known:
    """What the database behind one connection is known to hold."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.versions: dict[int, Version] = {}
        self.stands: dict[tuple[tuple[str, int], ...], int] = {}


_known = _Known(None)


def find(tx: Tx, ids: Iterable[int]) -> dict[int, Version]:
    """Where these versions stand; more may be in the answer."""
    _of(tx.connection)
    known = _known.versions
    missing = [version_id for version_id in ids if version_id not in known]
    if not missing:
        return known
    found = _stand(tx, missing, _known.stands)
    # A version of this very transaction may be undone, and its number taken by another one.
    known.update({number: version for number, version in found.items() if version.created_ms < tx.now_ms})
    return {**known, **found}


def _of(connection: Any) -> None:
    global _known
    if _known.connection is not connection:
        _known = _Known(connection)


def _stand(tx: Executes, ids: Iterable[int], stands: dict[tuple[tuple[str, int], ...], int]) -> dict[int, Version]:
    found, lines = {}, dao.category_lines(tx)
    for version_id, product_id, category, brand, vendor, tier, created_ms in dao.find_versions(tx, ids):
        above = (("category_tree", one) for one in lines.get(category, (0,)))
        values = (("category", category), ("brand", brand), ("vendor", vendor), ("price_tier", tier), *above)
        stand = stands.setdefault(values, len(stands))
        found[version_id] = Version(product_id, values, stand, created_ms)
    return found


def look(tx: Executes, ids: Iterable[int]) -> dict[int, Version]:
    """As `find`, by what a snapshot shows, for a count that stands by itself."""
    return _stand(tx, ids, {})


def remember(tx: Executes, connection: Any, ids: Iterable[int]) -> dict[int, Version]:
    """As `find`, for the writer behind this connection, by what a snapshot of its database holds: before it takes its lock.

    What is not committed yet is left out.
    """
    _of(connection)
    if missing := [version_id for version_id in ids if version_id not in _known.versions]:
        _known.versions.update(_stand(tx, missing, _known.stands))
    return _known.versions
