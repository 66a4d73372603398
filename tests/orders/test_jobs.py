"""Words of notes are sorted in behind the sales: a search finds the same orders before, meanwhile and afterwards."""

from random import Random
from types import SimpleNamespace

import pytest

from tests import making
from tests.making import draft, make_product, place
from webapp.db import reading
from webapp.jobs.progress import Context, Stopping
from webapp.orders import dao, jobs, rules

CLAIM = SimpleNamespace(argument=None, position=None)
SIGNS = "aB é%_\\'\t\u00a0\u3000"


def sort_notes(most=None):
    """The words of all notes are sorted in; or of so many pieces, and then the worker stops."""
    pieces = iter(range(most)) if most is not None else None
    jobs.sort_notes(Context(CLAIM, stopping=lambda: pieces is not None and next(pieces, None) is None))


def found(words):
    """The orders that a search in the notes looks at: those that the words of the notes name, and those not sorted in."""
    with reading.reading() as tx:
        word = max(words.split(), key=len)
        return {
            row[0] for row in dao.sql.find_candidates_by_words.all(
                tx, q=words, q_id=-1, q_like=like(words), q_word=like(word), sorted_id=dao.find_sorted(tx), limit=1000
            )
        }  # fmt: skip


def like(text):
    """The pattern of a text anywhere."""
    return "%" + "".join("\\" + sign if sign in "\\%_" else sign for sign in text) + "%"


def holding(words):
    """The orders whose notes hold the words, by reading all of them."""
    with reading.reading() as tx:
        rows = tx.execute("select id from orders where note like :q escape '\\'", {"q": like(words)}).fetchall()
    return {row[0] for row in rows}


@pytest.fixture
def noted(shop, monkeypatch):
    """The notes of ninety orders, between others without; sorted in by ten at a time."""
    monkeypatch.setattr(jobs, "NOTES", 10)
    make_product("TEA")
    dice = Random(8)
    notes = ["".join(dice.choices(SIGNS, k=dice.randint(1, 30))) for _ in range(80)]
    notes += ["".join(dice.choices("ab", k=length)) for length in (199, 200, 201, 399, 400, 401, 601, 1000, 1999, 2000)]
    place(*(draft(note=note if number % 2 else None) for note in notes for number in (0, 1)))
    return [row[0] for row in making.query("select note from orders where note is not null order by id")]


@pytest.mark.parametrize("pieces", [0, 1, 4, None])
def test_no_order_that_holds_the_words_is_overlooked(noted, pieces):
    dice = Random(pieces)
    if pieces is None:
        sort_notes()
    else:
        with pytest.raises(Stopping):
            sort_notes(pieces)

    for note in noted:
        start = dice.randrange(len(note))
        words = note[start : start + dice.randint(1, rules.SOUGHT)].strip()
        if words:
            assert holding(words) <= found(words), words
    assert found("nobody") == set()


def test_when_all_is_sorted_in_no_note_is_read_any_more(noted):
    sort_notes()

    assert dao_position() == making.value("select max(id) from orders")
    with reading.reading() as tx:
        assert dao.find_unsorted(tx, dao.find_sorted(tx), 10) == []
    assert making.value("select count(*) from note_use") == sum(len(rules.words_of(note)) for note in noted)
    assert making.value("select count(*) from note_word") == len(
        {word for note in noted for word in rules.words_of(note)}
    )


def dao_position():
    """The order up to which the words are sorted in."""
    with reading.reading() as tx:
        return dao.find_sorted(tx)


def test_sales_without_notes_write_nothing_until_there_are_many(shop, monkeypatch):
    make_product("TEA")
    place(*(draft() for _ in range(5)))
    before = making.value("select count(*) from note_sorted")

    sort_notes()
    monkeypatch.setattr(jobs, "BEHIND", 5)
    between = dao_position()
    sort_notes()

    assert (before, between, dao_position()) == (0, 0, 5)


def test_a_piece_that_is_given_again_changes_nothing(noted):
    sort_notes()
    before = making.query("select word, order_id from note_use order by word, order_id")
    making.spoil("delete from note_sorted")

    sort_notes()

    assert making.query("select word, order_id from note_use order by word, order_id") == before


def test_a_long_run_without_spaces_comes_in_pieces_that_hold_every_search():
    text = "".join(Random(1).choices("abcdef", k=1000))

    pieces = rules.words_of(text)

    assert max(map(len, pieces)) <= 2 * rules.SOUGHT
    for start in range(len(text)):
        part = text[start : start + rules.SOUGHT]
        assert any(part in piece for piece in pieces)
