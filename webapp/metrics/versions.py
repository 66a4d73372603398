"""Where product versions stand, remembered by the process that writes: a version never changes once it is committed."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from webapp.db.tx import Tx
from webapp.metrics import dao


class Version(NamedTuple):
    """Where a product version stands; 0 is none. `values` are its places in the rollup of distinct orders."""

    product_id: int
    values: tuple[tuple[str, int], ...]


class _Known:
    """What the database behind one connection is known to hold."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.versions: dict[int, Version] = {}


_known = _Known(None)


def find(tx: Tx, ids: Iterable[int]) -> dict[int, Version]:
    """Where these versions stand; more may be in the answer."""
    global _known
    if _known.connection is not tx.connection:
        _known = _Known(tx.connection)
    known = _known.versions
    missing = [version_id for version_id in ids if version_id not in known]
    if not missing:
        return known
    found, lines = dict(known), dao.category_lines(tx)
    for version_id, product_id, category, brand, vendor, tier, created_ms in dao.find_versions(tx, missing):
        above = (("category_tree", one) for one in lines.get(category, (0,)))
        version = Version(
            product_id, (("category", category), ("brand", brand), ("vendor", vendor), ("price_tier", tier), *above)
        )
        found[version_id] = version
        # A version of this very transaction may be undone, and its number taken by another one.
        if created_ms < tx.now_ms:
            known[version_id] = version
    return found
