"""Files of every kind as rows: packing, encoding, delimiter, and what is broken in them."""

import itertools
import json
import lzma
import resource
import zipfile
import zlib

import pytest

from tests.imports.making import packed
from webapp.errors import Invalid, TooLarge, Unsupported
from webapp.imports.jobs import unpack
from webapp.imports.jobs.readers import Rows
from webapp.imports.rules import cells
from webapp.imports.rules.cells import Damaged, Layout, detect_encoding
from webapp.imports.rules.recognise import recognise

SALES = [["sku", "name", "price"], ["A1", "Käse, £5", "2.50"], ["B2", 'say "cheese"', "3.00"]]


def written(delimiter: str) -> str:
    """The sales in one of the formats."""
    if delimiter == "json":
        return "\n".join(json.dumps(dict(zip(SALES[0], row, strict=True)), ensure_ascii=False) for row in SALES[1:])
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in SALES]
    return "\r\n".join(delimiter.join(row) for row in quoted) + "\r\n"


def read(path, content, layout=None, columns=None):
    """The rows of a file with this content, Damaged ones as their words."""
    path.write_bytes(content)
    with Rows(path, layout or Layout(), columns) as rows:
        return [found.detail if isinstance(found, Damaged) else found for found, _ in rows]


@pytest.mark.parametrize(
    ("delimiter", "encoding", "how"),
    list(
        itertools.product(
            [",", ";", "\t", "|", "json"],
            ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"],
            ["plain", "gz", "xz", "zip"],
        )
    ),
)
def test_every_kind_of_file_gives_the_same_rows(tmp_path, delimiter, encoding, how):
    content = packed(written(delimiter).encode(encoding), how)
    path = tmp_path / "sales"
    path.write_bytes(content)

    found = recognise(unpack.head_of(path, 10_000))
    layout = Layout(found.mapping.encoding, found.mapping.delimiter, found.mapping.header)

    assert found.columns == SALES[0]
    assert read(path, content, layout, found.columns) == SALES[1:]


def test_bytes_far_down_that_are_no_utf_8_are_windows_1252(tmp_path):
    rows = "a,b\n" + "1,2\n" * 100_000

    found = read(tmp_path / "f", rows.encode() + b"\xa35,caf\xe9\n")

    assert found[-1] == ["£5", "café"]


def test_bytes_that_mean_nothing_are_shown_as_such(tmp_path):
    assert read(tmp_path / "f", b"a,b\n\x81,2\n", Layout("windows-1252")) == [["\ufffd", "2"]]
    assert detect_encoding(b"") == "utf-8"


def test_old_line_ends_blank_lines_and_a_missing_last_one(tmp_path):
    assert read(tmp_path / "f", b"a,b\r1,2\r\r3,4") == [["1", "2"], ["3", "4"]]


def test_a_ragged_row_is_damaged_and_empty_cells_behind_it_are_not(tmp_path):
    found = read(tmp_path / "f", b"a,b\n1\n1,2,3\n1,2,,\n3,4\n")

    assert found == [
        "The row has 1 columns, and 2 are named.",
        "The row has 3 columns, and 2 are named.",
        ["1", "2"],
        ["3", "4"],
    ]


def test_a_long_field_is_read_and_a_longer_line_is_damaged(tmp_path):
    long, longer = "x" * 200_000, "y" * (cells.LONGEST_LINE + 5)

    found = read(tmp_path / "f", f"a,b\n{long},1\n{longer},2\n3,4\n".encode())

    assert found == [[long, "1"], "The line is longer than a mebibyte.", ["3", "4"]]


def test_a_quotation_mark_left_open_costs_one_row_and_says_so(tmp_path):
    lines = "".join(f"{n},{'z' * 90}\n" for n in range(20_000))

    found = read(tmp_path / "f", f'a,b\n"open,1\n{lines}'.encode())

    assert "quotation mark" in found[0]
    assert found[-1] == ["19999", "z" * 90]


def test_a_quoted_cell_may_hold_line_ends_and_the_text_is_kept(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b'a,b\n"x\ny",1\n2,3\n')

    with Rows(path, Layout()) as rows:
        assert list(rows) == [(["x\ny", "1"], '"x\ny",1\n'), (["2", "3"], "2,3\n")]


def test_a_nul_is_a_cell_like_others_here_and_refused_by_the_rules(tmp_path):
    assert read(tmp_path / "f", b"a,b\n1\x00,2\n") == [["1\0", "2"]]


def test_columns_get_names_of_their_own(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b" a ,a,,b\n1,2,3,4\n")

    with Rows(path, Layout()) as rows:
        assert rows.columns == ["a", "a (2)", "3", "b"]
    with Rows(path, Layout(header=False)) as rows:
        assert rows.columns == ["1", "2", "3", "4"]
        assert len(list(rows)) == 2


@pytest.mark.parametrize(
    "line", ["[1]", "{", '{"a": NaN}', "12", '{"a":' + "[" * 100_000, '{"a": "\\ud800"}', '{"a": "x\\u0000"}']
)
def test_a_line_that_is_no_json_object_is_damaged(tmp_path, line):
    found = read(
        tmp_path / "f", f'{{"a": 1}}\n{line}\n{{"a": 2.50, "b": null}}\n'.encode(), Layout(delimiter="json"), ["a", "b"]
    )

    assert found[0] == ["1", ""] and found[2] == ["2.50", ""]
    assert isinstance(found[1], str)


# ---- Packing ----


@pytest.mark.parametrize("how", ["gz", "xz", "zip"])
def test_a_bomb_is_stopped_by_what_comes_out_of_it(tmp_path, how):
    path = tmp_path / "bomb"
    path.write_bytes(packed(bytes(64 << 20), how))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TooLarge):
        unpack.measure(path, most=32 << 20)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 << 10
    assert unpack.measure(path)[0] == 64 << 20


def test_a_bomb_without_a_line_end_is_one_damaged_row(tmp_path):
    assert read(tmp_path / "f", packed(b"a\n" + b"0" * (20 << 20) + b"\n1\n", "xz")) == [
        "The line is longer than a mebibyte.",
        ["1"],
    ]


def test_a_header_that_lies_about_the_size_does_not_matter(tmp_path):
    path = tmp_path / "lies.zip"
    content = bytearray(packed(bytes(1 << 20), "zip"))
    for at in (content.find(b"PK\x03\x04") + 22, content.find(b"PK\x01\x02") + 24):
        content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)

    with pytest.raises((Invalid, TooLarge)):
        unpack.measure(path, most=1 << 19)


def test_members_one_after_the_other_are_one_file(tmp_path):
    for how in ("gz", "xz"):
        path = tmp_path / how
        path.write_bytes(packed(b"a\n1\n", how) + packed(b"2\n", how) + bytes(8))

        assert unpack.measure(path)[0] == 6


def test_a_packed_file_inside_a_packed_file_is_no_file_of_rows(tmp_path):
    path = tmp_path / "nested.zip"
    path.write_bytes(packed(packed(b"a,b\n1,2\n" * 1000, "gz"), "zip"))

    with pytest.raises(Unsupported):
        recognise(unpack.head_of(path, 1000))


@pytest.mark.parametrize(("names", "problem"), [
    (["a.csv", "b.csv"], Invalid), (["[Content_Types].xml", "xl/sheet1.xml"], Unsupported), ([], Invalid),
])  # fmt: skip
def test_an_archive_holds_one_file_of_rows(tmp_path, names, problem):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "a\n1\n")

    with pytest.raises(problem):
        unpack.measure(path)


def test_a_name_in_an_archive_is_never_a_path_of_ours(tmp_path):
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.csv", "a\n1\n")
        archive.writestr("__MACOSX/._outside.csv", "x")

    assert unpack.measure(path)[0] == 4
    assert not list(tmp_path.parent.glob("outside.csv"))


def test_a_dictionary_larger_than_memory_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "f.xz"
    path.write_bytes(lzma.compress(b"a\n", preset=6))
    monkeypatch.setattr(unpack, "XZ_MEMORY", 1 << 20)

    with pytest.raises(Invalid):
        unpack.measure(path)


def test_a_cut_file_is_damaged(tmp_path):
    path = tmp_path / "f.gz"
    path.write_bytes(packed(b"a,b\n" + b"1,2\n" * 10_000, "gz")[:-9])

    with pytest.raises(Invalid) as refusal:
        unpack.measure(path)

    assert refusal.value.code == "damaged"
    assert zlib.crc32(b"") == 0
