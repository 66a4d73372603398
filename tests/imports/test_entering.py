"""What is made ready before the lock is taken holds only as long as the shop is still what it was made for."""

import pytest

from tests import making
from tests.imports import making as files
from webapp.db import writer
from webapp.errors import Unavailable
from webapp.imports import actions_enter
from webapp.imports.jobs import entering
from webapp.products import actions as products
from webapp.products.shapes import ChangedProduct


@pytest.fixture
def one_by_one(monkeypatch):
    """Each invoice is a batch of its own."""
    for name in ("FIRST_WEIGHT", "LEAST_WEIGHT", "MOST_WEIGHT"):
        monkeypatch.setattr(entering, name, 1.0)


@pytest.fixture
def between(monkeypatch):
    """Calls, by the number of a batch, for the moment between making it ready and the lock; what was laid out of each."""
    calls, seen = {}, []
    prepare = entering._Entering._prepare

    def prepared(self, batch):
        prepare(self, batch)
        seen.append(batch.laid)
        calls.get(len(seen), lambda: None)()

    monkeypatch.setattr(entering._Entering, "_prepare", prepared)
    return calls, seen


TWO = files.uci({}, {"InvoiceNo": "2"}, {"InvoiceNo": "3", "StockCode": "OTHER"})


def rename():
    """The product is moved to another brand, as somebody does at a page."""
    change = making.checked(ChangedProduct, {"name": "Renamed", "brand": "Hob"})
    writer.do(
        products.change_products, products.Change(making.value("select id from product where sku = '85123A'"), change)
    )


def brands():
    return making.query(
        "select coalesce(b.name, '') from order_line l join product_version v on v.id = l.version_id"
        " left join brand b on b.id = v.brand_id where l.product_id = 1 order by l.id"
    )


def test_a_product_that_changes_between_is_sold_as_it_is_now(shop, tmp_path, one_by_one, between):
    calls, seen = between
    calls[2] = rename

    counts = files.load(tmp_path, TWO)

    assert seen[1] is not None  # the sale had been laid out with what the product was before
    assert counts["imported"] == 3
    assert brands() == [("",), ("Hob",)]
    assert making.differences() == []


def test_the_control_without_the_look_at_the_shop_it_is_sold_as_it_was(
    shop, tmp_path, one_by_one, between, monkeypatch
):
    between[0][2] = rename
    monkeypatch.setattr(actions_enter.dao, "catalogue_changed", lambda tx, seq: False)

    files.load(tmp_path, TWO)

    assert brands() == [("",), ("",)]


def test_an_invoice_that_somebody_enters_between_is_repeated_and_leaves_no_hole(shop, tmp_path, one_by_one, between):
    making.make_product("TEA")
    between[0][2] = lambda: making.sell("TEA", external_id="2", channel="online")

    counts = files.load(tmp_path, TWO)

    assert between[1][1] is not None
    assert counts == {"rows": 3, "imported": 2, "repeated": 1, "rejected": 0}
    assert making.query("select id, external_id from orders order by id") == [(1, "536365"), (2, "2"), (3, "3")]
    assert making.query("select id, order_id from order_line order by id") == [(1, 1), (2, 2), (3, 3)]
    assert making.differences() == []


def test_what_was_laid_out_counts_once_when_its_commit_fails(shop, tmp_path, one_by_one, between, monkeypatch):
    real, tried = writer.do, []

    def failing(action, item, key=None):
        if action is entering.enter:
            tried.append(item.laid)
            if len(tried) == 2:
                with pytest.raises(ZeroDivisionError):
                    real(lambda tx, items: [entering.enter(tx, items), 1 / 0], item)
                raise Unavailable("The commit failed.")
        return real(action, item, key)

    monkeypatch.setattr("webapp.jobs.progress.writer.do", failing)

    counts = files.load(tmp_path, TWO)

    assert tried[1] is not None and tried[2] is tried[1]
    assert counts["imported"] == 3
    assert making.query("select sum(orders), sum(units) from sales_day") == [(3, 18)]
    assert making.differences() == []


def test_many_new_products_are_there_before_the_invoice_that_names_them(shop, tmp_path, between):
    there = []
    between[0][1] = lambda: there.append(making.value("select count(*) from product"))
    rows = [{"StockCode": f"N{number}"} for number in range(40)]

    counts = files.load(tmp_path, files.uci(*rows))

    assert there == [40] and between[1][0] is not None
    assert counts["imported"] == 40 and making.query("select lines from orders") == [(40,)]
    assert making.differences() == []


def test_a_sale_of_this_hour_is_in_the_last_minute_though_it_was_laid_out_before(
    shop, tmp_path, one_by_one, between, at
):
    now = at("2011-03-01T12:00:00Z")
    row = {"InvoiceDate": "2011-03-01 11:59:30"}

    files.load(tmp_path, files.uci(row, {**row, "InvoiceNo": "2"}))

    assert between[1][1] is not None
    assert making.query("select second, orders from sales_second") == [(now // 1000 - 30, 2)]
    assert making.differences() == []
