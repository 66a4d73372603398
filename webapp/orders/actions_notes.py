"""The verb of what notes say: their words are sorted in for the search."""

from collections.abc import Sequence
from typing import NamedTuple

from webapp.db.tx import Tx
from webapp.orders import dao


class Sorted(NamedTuple):
    """Words of notes, each with its order's id, and the order up to which all notes are sorted in with them."""

    uses: Sequence[tuple[str, int]]
    order_id: int


def sort_words(tx: Tx, items: Sequence[Sorted]) -> list[None]:
    """The words are known to the search, and where they stand. What was known already stays."""
    for item in items:
        dao.insert_words(tx, item.uses)
        dao.set_sorted(tx, item.order_id)
    return [None] * len(items)
