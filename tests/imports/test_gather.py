"""Rows that belong together are brought together wherever they stand, in memory as on disk."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from webapp.imports.jobs.gather import Gatherer
from webapp.imports.rules.lines import RETURN, SALE, Fault

ROWS = some.lists(
    some.one_of(some.none(), some.tuples(some.sampled_from("abcdefgh"), some.sampled_from([SALE, RETURN]))), max_size=60
)


def gathered(rows, folder, most_bytes):
    """The entries of rows: None is a refused one, else (invoice, part); heads and lines say their row."""
    with Gatherer(folder, most_bytes) as gatherer:
        for number, row in enumerate(rows, 1):
            if row is None:
                gatherer.refuse(number, [Fault("price", "is missing", "")])
                continue
            family, part = row
            known = gatherer.part(family, part, number)
            if known is None:
                gatherer.begin(family, part, (part, number), (number,))
            else:
                known[1].append((number,))
            gatherer.weigh(10)
        return list(gatherer.entries())


def expected(rows):
    """The same by the plainest means."""
    found, families = [], {}
    for number, row in enumerate(rows, 1):
        if row is None:
            found.append((number, None, [("price", "is missing", "", "")]))
            continue
        family, part = row
        if family not in families:
            families[family] = {}
            found.append((number, families[family], []))
        families[family].setdefault(part, ((part, number), []))[1].append((number,))
    return found


@settings(max_examples=60, deadline=None)
@given(ROWS, some.sampled_from([1 << 30, 2_000, 600, 1]))
def test_split_invoices_are_whole_and_in_order(tmp_path_factory, rows, most_bytes):
    folder = tmp_path_factory.mktemp("spool")

    assert gathered(rows, folder, most_bytes) == expected(rows)
    assert list(Path(folder).iterdir()) == []
