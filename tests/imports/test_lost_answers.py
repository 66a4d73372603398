"""A database server goes away between a commit of an import and its answer: what was sent again stands once."""

from types import SimpleNamespace

import pytest

from tests import making
from webapp.db import writer
from webapp.errors import Unavailable
from webapp.imports import jobs as imports
from webapp.jobs import progress


@pytest.mark.parametrize("invoice", ["", ",invoice"])
def test_a_batch_whose_commit_went_well_and_whose_answer_was_lost_stands_once(shop, tmp_path, monkeypatch, invoice):
    file = tmp_path / "sales.csv"
    rows = [f"2026-01-01T10:{n % 60:02d}:00Z,TEA,1,2.40,Tea{f',i{n}' if invoice else ''}\n" for n in range(300)]
    file.write_text(f"date,sku,quantity,price,name{invoice}\n" + "".join(rows))
    whole = writer.do
    lost = set()

    def do(action, item, key=None):
        result = whole(action, item, key)
        if action.__name__ not in lost:
            lost.add(action.__name__)
            raise Unavailable("The answer was lost.")
        return result

    monkeypatch.setattr(progress, "writer", SimpleNamespace(do=do))
    counts = imports.import_file(file)
    monkeypatch.undo()

    assert "enter" in lost
    assert making.query("select count(*) from orders")[0][0] == 300
    assert (counts["rows"], counts["imported"], counts["repeated"]) == (300, 300, 0)
    assert not making.differences()
