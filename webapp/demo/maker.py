"""Makes the sample shop: two years of it, from a seed, up to a moment. The same seed and moment make the same shop."""

from collections.abc import Callable, Iterator
from itertools import islice

from webapp.db import store, writer
from webapp.demo import plan
from webapp.demo.book import Book
from webapp.demo.history import Day, History, first_day_of

Progress = Callable[[int, int | None, str], None]
DAYS_AT_ONCE = 12


def make(now_ms: int, seed: int = plan.SEED, progress: Progress | None = None) -> int:
    """The shop is made, in an open and empty database; how many orders it has."""
    zone = store.shop().zone
    first_day = first_day_of(now_ms, zone)
    opening_ms, _ = zone.bounds(first_day)
    book = Book(first_day, seed)
    writer.do(book.open, opening_ms)
    days = History(seed, first_day, zone).days(opening_ms - 1, now_ms, opening=True)
    return enter_all(book, days, progress, plan.DAYS + 1)


def enter_all(book: Book, days: Iterator[Day], progress: Progress | None, total_days: int) -> int:
    """Enter days, some in each transaction; how many orders they had."""
    entered = done = 0
    while chunk := list(islice(days, DAYS_AT_ONCE)):
        entered += sum(writer.do_many(book.enter, chunk))
        done += len(chunk)
        if progress is not None:
            progress(done, total_days, "sample shop, days")
    return entered
