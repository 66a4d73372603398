import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web import csvio


def lines(columns, rows):
    return b"".join(csvio.stream(columns, rows)).decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+1"])
def test_a_text_that_would_be_a_formula_is_guarded(text):
    assert csvio.guarded(text) == "'" + text
    assert csvio.unguarded(csvio.guarded(text)) == text


@pytest.mark.parametrize("text", ["", "tea", "'tea", "1-2", " =1", "O'Neill"])
def test_any_other_text_stays_as_it_is(text):
    assert csvio.guarded(text) == text and csvio.unguarded(text) == text


def test_numbers_stay_numbers():
    row = [-5, Decimal("-2.50"), None, True, False, "-5"]
    assert lines(["a"], [row]) == "a\r\n-5,-2.50,,true,false,'-5\r\n"


def test_lines_end_with_crlf_and_there_is_no_mark():
    said = b"".join(csvio.stream(["a", "b"], [["é\n", 'x"y']]))
    assert said == 'a,b\r\n"é\n","x""y"\r\n'.encode()


@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
            min_size=2,
            max_size=2,
        )
    )
)
def test_every_text_comes_back(rows):
    said = lines(["a", "b"], rows)
    assert [[csvio.unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(said, newline=""))][1:] == rows


def test_a_long_table_comes_in_pieces_and_closes_its_rows():
    closed = []

    def rows():
        try:
            for number in range(100_000):
                yield [number, "text"]
        finally:
            closed.append(True)

    stream = csvio.stream(["n", "t"], rows())
    assert 60_000 < len(next(stream)) < 80_000
    stream.close()
    assert closed == [True]


@pytest.mark.parametrize(
    "name, header",
    [
        ("orders.csv", 'attachment; filename="orders.csv"'),
        ('a"b\r\n.csv', "attachment; filename=\"a_b_.csv\"; filename*=UTF-8''a%22b%0D%0A.csv"),
        ("é.csv", "attachment; filename=\"_.csv\"; filename*=UTF-8''%C3%A9.csv"),
    ],
)
def test_a_file_name_cannot_break_out_of_its_header(name, header):
    assert csvio.disposition(name) == header
