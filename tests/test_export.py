"""`export`: everything, whole or not at all, packed by its name; what comes back is the same shop."""

import csv
import gzip
import io
import json
import lzma

import pytest

from tests import making
from webapp import cli, export
from webapp.db import store
from webapp.orders.shapes.outgoing import EXPORT_COLUMNS


@pytest.fixture
def sold(shop, at):
    at("2026-11-21T10:15:00Z")
    making.make_product("TEA", name='=Tea, "iced"')
    making.make_product("MUG", "12.50", category="Kitchen/Cups", cost="5")
    for number in range(7):
        making.sell("TEA", number + 1, external_id=f"A{number}")
    order = making.sell("MUG", 3)
    making.take_back(order, 1, reason="damaged")


def quiet(*_: object) -> None:
    """Nobody watches."""


def rows(content: bytes) -> list[dict[str, str]]:
    """The rows of an export by column."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize(
    ("name", "unpack"), [("all.csv", bytes), ("all.csv.gz", gzip.decompress), ("all.csv.xz", lzma.decompress)]
)
def test_the_file_is_packed_as_its_name_ends(sold, tmp_path, name, unpack):
    count = export.write(tmp_path / name, quiet)
    content = unpack((tmp_path / name).read_bytes())

    assert content.startswith(",".join(EXPORT_COLUMNS).encode() + b"\r\n")
    assert count == len(rows(content)) == 9
    assert [row["kind"] for row in rows(content)] == ["sale"] * 8 + ["return"]
    assert {path.name for path in tmp_path.iterdir() if "all.csv" in path.name} == {name}


def test_it_holds_what_the_list_of_orders_holds_as_csv(sold, client, tmp_path):
    export.write(tmp_path / "all.csv", quiet)
    listed = client.get("/orders?format=csv&sort=placed_at").data

    assert sorted((tmp_path / "all.csv").read_bytes().splitlines()) == sorted(listed.splitlines())


@pytest.mark.parametrize("slice_size", [1, 2, 3, 100])
def test_slices_leave_nothing_out_and_tell_nothing_twice(sold, tmp_path, monkeypatch, slice_size):
    monkeypatch.setattr(export, "SLICE", slice_size)

    export.write(tmp_path / "all.csv", quiet)

    ids = [(row["kind"], row["line_id"]) for row in rows((tmp_path / "all.csv").read_bytes())]
    assert len(ids) == len(set(ids)) == 9


def test_what_is_sold_meanwhile_is_not_half_in_it(sold, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "SLICE", 2)

    export.write(tmp_path / "all.csv", lambda *_: making.sell("TEA", 1))

    assert len(rows((tmp_path / "all.csv").read_bytes())) == 9


def test_a_file_that_cannot_be_finished_leaves_the_old_one(sold, tmp_path):
    file = tmp_path / "all.csv"
    file.write_text("the last good one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        export.write(file, fail)

    assert file.read_text() == "the last good one"
    assert not list(tmp_path.glob(".*.part"))


def test_the_command_writes_to_standard_output_or_says_how_many_rows(sold, tmp_path, monkeypatch, capfdbinary):
    monkeypatch.setenv("TAKINGS_DATABASE", store.engine().address)
    monkeypatch.setenv("TAKINGS_FOLDER", str(tmp_path))

    assert cli.main(["export"]) == 0
    plain = capfdbinary.readouterr().out
    assert cli.main(["export", str(tmp_path / "all.csv.gz")]) == 0
    said = json.loads(capfdbinary.readouterr().out.splitlines()[-1])

    assert gzip.decompress((tmp_path / "all.csv.gz").read_bytes()) == plain
    assert said == {"rows": 9}
    assert cli.main(["export", str(tmp_path / "nowhere" / "all.csv")]) == 1
    assert b"could not be written" in capfdbinary.readouterr().err


def test_an_empty_shop_gives_the_columns_alone(shop, tmp_path):
    assert export.write(tmp_path / "all.csv", quiet) == 0

    assert (tmp_path / "all.csv").read_bytes() == ",".join(EXPORT_COLUMNS).encode() + b"\r\n"


def test_export_and_import_give_the_same_figures_in_an_empty_shop(sold, client, tmp_path, monkeypatch, capfd):
    from webapp import config
    from webapp.app import create_app
    from webapp.db import reading, writer

    export.write(tmp_path / "all.csv.xz", quiet)
    before = client.get("/analytics").json
    writer.close()
    reading.close()
    second = config.load({"TAKINGS_DATABASE": str(tmp_path / "second.db")}, dotenv=None)
    monkeypatch.setenv("TAKINGS_DATABASE", str(tmp_path / "second.db"))
    assert cli.main(["import", str(tmp_path / "all.csv.xz")]) == 0
    after = create_app(second).test_client().get("/analytics").json

    for name in ("total_revenue", "orders", "units", "average_order_value"):
        assert after[name] == before[name], name
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["rejected"] == 0
