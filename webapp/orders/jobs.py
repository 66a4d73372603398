"""Sorts the words of orders' notes in behind the sales, so that a search need not read every note."""

from webapp.db import reading
from webapp.jobs import registry
from webapp.jobs.progress import Context
from webapp.orders import dao, rules
from webapp.orders.actions_notes import Sorted, sort_words

KIND, LOOK_S = "notes", 60
NOTES, WORDS = 100, 300  # that one transaction sorts in at most; a single note is never parted
BEHIND = 250  # so many orders without notes may wait: their search reads none


@registry.job(KIND)
def sort_notes(context: Context) -> None:
    """Piece after piece until the notes of all orders are sorted in."""
    while (piece := next_piece()) is not None:
        context.write(sort_words, piece)


def next_piece() -> Sorted | None:
    """The words of the next notes that wait; None where none do, and few orders without."""
    with reading.reading() as tx:
        done = dao.find_sorted(tx)
        notes = dao.find_unsorted(tx, done, NOTES)
        last = max(dao.find_newest(tx, 1), default=0)
    uses: list[tuple[str, int]] = []
    for row in notes:
        words = rules.words_of(row["note"])
        if uses and len(uses) + len(words) > WORDS:
            return Sorted(uses, done)
        uses += [(word, row["id"]) for word in words]
        done = row["id"]
    if len(notes) == NOTES:
        return Sorted(uses, done)
    return Sorted(uses, last) if uses or last - done >= BEHIND else None
