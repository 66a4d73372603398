"""What the rows of a file become: sales, returns, products, customers, and refusals with their reasons."""

import json

import pytest

from tests import making
from tests.imports import making as files
from webapp.errors import Conflict, Invalid
from webapp.imports import jobs
from webapp.imports.shapes import MappingIn

SIMPLE = "sku,qty,price,date,invoice,name\n"


def simple(tmp_path, rows, name="sales.csv", **mapping):
    """The counts of a plain file whose columns are mapped."""
    columns = {
        "sku": "sku",
        "quantity": "qty",
        "price": "price",
        "placed_at": "date",
        "external_id": "invoice",
        "name": "name",
    }
    given = MappingIn.model_validate({"columns": {**columns, **mapping.pop("columns", {})}, **mapping}, context={})
    return files.load(tmp_path, mapping.pop("header", SIMPLE) + rows, name, mapping=given)


def test_rows_of_one_invoice_are_one_order_wherever_they_stand(shop, tmp_path):
    text = files.uci({}, {"InvoiceNo": "9"}, {"StockCode": "X", "InvoiceDate": "2010-12-01 08:27:00"})

    files.load(tmp_path, text)

    assert making.query("select external_id, lines, total_minor, placed_ms from orders order by id") == [
        ("536365", 2, 3060, 1291191960000), ("9", 1, 1530, 1291191960000)
    ]  # fmt: skip


def test_equal_rows_are_real_lines(shop, tmp_path):
    files.load(tmp_path, files.uci({}, {}, {}))

    assert making.query("select lines, total_minor from orders") == [(3, 4590)]


def test_what_is_no_sale_is_reported_with_its_reason(shop, tmp_path):
    rows = [
        {}, {"UnitPrice": "0.0"}, {"InvoiceNo": "A563185", "UnitPrice": "-11062.06"}, {"UnitPrice": "0.001"},
        {"Quantity": "-1"}, {"InvoiceNo": "C1"}, {"InvoiceNo": "X1"}, {"StockCode": " "}, {"Quantity": "1.5"},
        {"InvoiceDate": "soon"}, {"UnitPrice": "-1"}, {"Description": "a\0b"}, ["536365", "a"],
    ]  # fmt: skip

    counts = files.load(tmp_path, files.uci(*rows))

    assert counts == {"rows": 13, "imported": 1, "repeated": 0, "rejected": 12}
    assert [(row, field, detail) for row, field, detail, _ in files.errors()] == [
        (2, "UnitPrice", "is zero: a row without a price is no sale"),
        (3, "InvoiceNo", "is a correction of bad debt, not a sale"),
        (4, "UnitPrice", "is finer than 0.01"),
        (5, "Quantity", "is not positive in a sale"),
        (6, "Quantity", "is not negative in a cancellation"),
        (7, "InvoiceNo", "is neither a sale nor a cancellation"),
        (8, "StockCode", "is missing"),
        (9, "Quantity", "is not a whole number"),
        (10, "InvoiceDate", "is not a date and time"),
        (11, "UnitPrice", "is negative"),
        (12, "Description", "The row has a NUL character."),
        (13, "", "The row has 2 columns, and 8 are named."),
    ]


def test_products_are_found_by_exact_sku_and_named_by_their_first_row(shop, tmp_path):
    making.make_product("22423", "9.00", name="Ours")
    rows = [{"StockCode": "22423"}, {"StockCode": "a"}, {"StockCode": "A"}, {"StockCode": "a", "Description": "later"}]

    files.load(tmp_path, files.uci(*rows))

    assert making.query("select sku, name, tracked, price_minor from product order by id") == [
        ("22423", "Ours", 0, 900), ("a", "HOLDER", 0, 255), ("A", "HOLDER", 0, 255)
    ]  # fmt: skip
    assert making.query("select product_id from order_line order by id") == [(1,), (2,), (3,), (2,)]


def test_an_import_moves_no_stock(shop, tmp_path):
    making.make_product("85123A", stock=3)

    files.load(tmp_path, files.uci({}, {"InvoiceNo": "C9", "Quantity": "-1"}))

    assert making.value("select quantity from stock_level") == 3
    assert making.differences() == []


def test_customers_are_pseudonymous_codes(shop, tmp_path):
    files.load(tmp_path, files.uci({}, {"InvoiceNo": "2"}, {"InvoiceNo": "3", "CustomerID": ""}))

    assert making.query("select code, email_index, sealed from customer") == [("17850", None, None)]
    assert making.query("select customer_id from orders order by id") == [(1,), (1,), (None,)]


def test_a_plain_file_by_its_mapping(shop, tmp_path):
    counts = simple(
        tmp_path,
        "TEA,2,1.50,2021-02-01 10:00,1,Tea\nPIE,1,0,2021-02-01 10:05,1,Pie\nTEA,-1,1.50,2021-02-02,1,\nTEA,1,,2021-02-02,2,\nTEA,1,1,,2,\n",
    )

    assert counts == {"rows": 5, "imported": 3, "repeated": 0, "rejected": 2}
    assert making.query("select external_id, total_minor, lines from orders") == [("1", 300, 2)]
    assert making.query("select external_id, total_minor, order_id from returns") == [("1", 150, None)]
    assert [(row, field) for row, field, _, _ in files.errors()] == [(4, "price"), (5, "date")]


def test_without_an_invoice_each_row_is_a_sale_and_its_position_is_its_name(shop, tmp_path):
    given = MappingIn.model_validate(
        {"columns": {"sku": "sku", "quantity": "qty", "price": "price", "placed_at": "date"}}
    )
    text = "sku,qty,price,date\nTEA,1,1,2021-02-01\nTEA,1,1,2021-02-01\n"

    first = files.load(tmp_path, text, mapping=given)
    again = files.load(tmp_path, text, "again.csv", mapping=given)
    longer = files.load(tmp_path, text + "TEA,1,1,2021-02-01\n", mapping=given)

    assert (first["imported"], again["repeated"], longer["imported"]) == (2, 2, 3)


def test_an_order_has_at_most_a_thousand_lines(shop, tmp_path):
    counts = files.load(tmp_path, files.uci(*({} for _ in range(1_001)), {"InvoiceNo": "2"}))

    assert (counts["imported"], counts["rejected"]) == (1, 1_001)
    assert making.value("select count(*) from import_error") == 1_001


def test_codes_that_the_shop_lacks_are_refused_row_by_row(shop, tmp_path):
    text = "sku,qty,price,date,channel,location,currency,payment\n" + "".join(
        f"TEA,1,1,2021-02-01,{cells}\n"
        for cells in ("store,main,GBP,card", "moon,,,", ",moon,,", ",,EUR,", ",,,shells")
    )
    names = ["sku", "qty", "price", "date", "channel", "location", "currency", "payment"]
    fields = ["sku", "quantity", "price", "placed_at", "channel", "location", "currency", "payment"]
    given = MappingIn.model_validate({"columns": dict(zip(fields, names, strict=True))})

    counts = files.load(tmp_path, text, mapping=given)

    assert (counts["imported"], counts["rejected"]) == (1, 4)
    assert [field for _, field, _, _ in files.errors()] == ["channel", "location", "currency", "payment"]
    assert making.query("select channel_id, location_id, payment from orders") == [(2, 1, "card")]


def test_lines_with_a_place_of_their_own_keep_it_and_the_product_stays(shop, tmp_path):
    making.make_product("TEA", name="Tea", category="Drinks/Cold")
    text = "sku,qty,price,date,category\nTEA,1,1,2021-02-01,Drinks/Hot\nTEA,1,1,2021-02-01,Drinks/Cold\nTEA,1,1,2021-02-01,Drinks/Hot\n"
    fields = {"sku": "sku", "quantity": "qty", "price": "price", "placed_at": "date", "category": "category"}

    files.load(tmp_path, text, mapping=MappingIn.model_validate({"columns": fields}))

    assert making.query(
        "select c.path from order_line l join product_version v on v.id = l.version_id"
        " join category c on c.id = v.category_id order by l.id"
    ) == [("Drinks/Hot",), ("Drinks/Cold",), ("Drinks/Hot",)]
    assert making.value("select c.path from product p join category c on c.id = p.category_id") == "Drinks/Cold"
    assert making.differences() == []


def test_a_product_that_changes_meanwhile_is_looked_up_again(shop, tmp_path, monkeypatch):
    from webapp.db import writer
    from webapp.imports.jobs import entering
    from webapp.products import actions as products
    from webapp.products.shapes import ChangedProduct

    monkeypatch.setattr(entering, "FIRST_WEIGHT", 1.0)
    monkeypatch.setattr(entering, "LEAST_WEIGHT", 1.0)
    monkeypatch.setattr(entering, "MOST_WEIGHT", 1.0)
    told = []

    def rename(done, total, what):
        if done == 1 and not told:
            told.append(done)
            writer.do(
                products.change_products, products.Change("85123A", making.checked(ChangedProduct, {"name": "New"}))
            )

    path = tmp_path / "f.csv"
    path.write_text(files.uci({}, {"InvoiceNo": "2"}), newline="")
    jobs.import_file(path, progress=rename)

    assert making.query("select v.name from order_line l join product_version v on v.id = l.version_id order by l.id") == [
        ("HOLDER",), ("New",)
    ]  # fmt: skip


def test_what_every_order_needs_is_asked_for(shop, tmp_path):
    with pytest.raises(Invalid) as refusal:
        files.load(tmp_path, "a,b\n1,2\n")

    assert refusal.value.errors[0].pointer == "/mapping/columns/sku"


def test_the_path_of_the_command_line_takes_a_channel(shop, tmp_path):
    files.load(tmp_path, files.uci({}), channel="marketplace")

    assert making.value("select channel_id from orders") == 3
    with pytest.raises(Invalid):
        files.load(tmp_path, files.uci({"InvoiceNo": "2"}), channel="moon")


def test_an_import_that_fails_says_why(shop, tmp_path, monkeypatch):
    from webapp.imports.jobs import entering

    monkeypatch.setattr(
        entering.files, "read_through", lambda *_: (_ for _ in ()).throw(Invalid("The file is damaged."))
    )

    with pytest.raises(Conflict, match="damaged"):
        files.load(tmp_path, files.uci({}))
    assert making.query("select state, error from import") == [("failed", "The file is damaged.")]


def test_the_rows_that_an_order_was_made_from_are_json(shop, tmp_path):
    files.load(tmp_path, files.uci({"Description": 'Ä "x" \\ y'}))

    assert json.loads(making.value("select rows from order_source"))[0]["row"] == 1
