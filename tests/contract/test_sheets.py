"""Every list answers CSV and XLSX alike: the same cells in both, and nothing in either that a spreadsheet would run."""

import io
import re
import zipfile
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

import pytest

from tests import making, spreadsheet
from tests.imports import making as files
from webapp.web import csvio, xlsxio
from webapp.web.openapi import registry

SIGNS = ("=", "+", "-", "@", "\t", "\r")
BAD = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,=X1,+LANTERN,0,01/12/2010 08:26,2.55,17850,=United Kingdom\n"
    "@536366,-X2,=HEART,6,yesterday,-1.00,17850,@France\n"
)
FORMULA = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
)
NAMED = re.compile(r"<(?:\w+:)?(\w+)>")
ASKED = {"/search": "q=tea", "/analytics/product": "product=1"}  # what an address does not answer without
MORE = ("/explore?by=category&by=brand&", "/explore?by=region&by=vendor&grain=day&period=7d&", "/orders?brand=@Bo&")
FILLED = {"reference": "1", "import_id": "1", "product_id": "1", "order_id": "1", "name": "net_sales"}


def addresses():
    """Every address that can be saved as CSV, with its names filled in, and some with a question of their own."""
    rules = sorted(
        rule for (method, rule), one in registry.operations.items() if method == "GET" and "csv" in one.faces
    )
    plain = [f"{rule}?{ASKED[rule]}&" if rule in ASKED else f"{rule}?" for rule in rules]
    return [*(NAMED.sub(lambda found: FILLED[found[1]], address) for address in plain), *MORE]


@pytest.fixture
def full(client, at, tmp_path):
    """A shop in which whatever has a name begins with a sign of a formula, and in which every list has a row."""
    at("2026-11-20T10:00:00Z")
    client.post("/channels", json={"code": "=market", "name": "=Market", "kind": "marketplace"})
    client.post("/locations", json={"code": "@pier", "name": "+Pier", "region": "GB-BNH"})
    more = {"category": "-Cold/=Ice", "brand": "@Bo", "vendor": "+Vi", "price_tier": "=core", "tags": ["-a", "=b"]}
    making.make_product("=TEA", "2.40", name="+Tea", cost="1.10", stock=50, oversell=True, **more)
    client.patch("/products/1", json={"price": 2.60})
    sold = making.sell("=TEA", 3, location="@pier", external_id="-E1", note="=1+1", channel="=market")
    making.take_back(sold, 1, reason="@broken")
    making.sell("=TEA", 1, region="=nowhere")
    client.post("/explore/views", json={"name": "=view", "query": "metric=orders"})
    files.load(tmp_path, BAD, "=bad.csv")
    at("2026-11-21T12:00:00Z")
    return client


def test_every_list_that_is_saved_as_csv_is_saved_as_xlsx_too(client):
    only_csv = [one.rule for one in registry.operations.values() if ("csv" in one.faces) != ("xlsx" in one.faces)]

    assert len(addresses()) >= 20
    assert not only_csv


def test_csv_and_xlsx_of_every_list_hold_the_same_cells(full):
    different: dict[str, object] = {}
    empty: list[str] = []
    for address in addresses():
        rows = spreadsheet.csv_cells(full.get(f"{address}format=csv"))
        sheet = spreadsheet.xlsx_cells(full.get(f"{address}format=xlsx"))
        empty += [address] if len(rows) < 2 else []
        beside = zip_longest(rows, sheet, fillvalue=[])
        wrong = [(a, b) for a, b in beside if not all(map(spreadsheet.same, *padded(a, b)))]
        if wrong:
            different[address] = wrong[:2]

    assert not different
    assert set(empty) <= {"/backups?", "/weather?", "/recommendations/record?"}  # of which a test shop has none


def padded(one, other):
    """Two rows of the same length."""
    wide = max(len(one), len(other))
    return one + [""] * (wide - len(one)), other + [""] * (wide - len(other))


def test_no_cell_of_any_list_begins_as_a_formula_does(full):
    bare: dict[str, str] = {}
    guarded = 0
    for address in addresses():
        rows = spreadsheet.csv_cells(full.get(f"{address}format=csv"))
        cells = [cell for row in rows[1:] for cell in row]
        bare |= {f"{address}: {cell}": cell for cell in cells if cell.startswith(SIGNS) and not is_number(cell)}
        guarded += sum(cell.startswith(tuple("'" + sign for sign in SIGNS)) for cell in cells)

    assert not bare
    assert guarded > 20


def is_number(cell):
    """Whether a cell is a plain number, which may be below zero."""
    try:
        return Decimal(cell).is_finite()
    except InvalidOperation:
        return False


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_begins_with_a_sign_is_inert_in_both(sign):
    text, rows = f"{sign}1+1", [[f"{sign}1+1"]]

    saved = b"".join(csvio.stream(["a"], rows)).decode()
    book = b"".join(xlsxio.stream(["a"], rows))

    assert "'" + text in saved
    found = spreadsheet.xlsx_cells(Answer(book))
    assert found[1] == ["'" + text]


class Answer:
    """The bytes of a book as an answer has them."""

    status_code = 200

    def __init__(self, data):
        self.data = data


def test_the_control_a_book_with_a_formula_is_seen():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", FORMULA)

    with pytest.raises(AssertionError, match="formula"):
        spreadsheet.xlsx_cells(Answer(file.getvalue()))


@pytest.mark.parametrize("face", [csvio, xlsxio])
def test_a_long_list_lets_others_have_their_turn(monkeypatch, face):
    turns: list[float] = []
    monkeypatch.setattr(csvio.time, "sleep", turns.append)

    b"".join(face.stream(["n"], ([number] for number in range(1000))))

    assert turns == [0] * (1000 // csvio.BREATH)


def test_a_book_is_a_zip_already_and_not_packed_once_more(client):
    packed = {"Accept-Encoding": "gzip"}

    assert "Content-Encoding" not in client.get("/orders?format=xlsx", headers=packed).headers
    assert client.get("/orders?format=csv", headers=packed).headers["Content-Encoding"] == "gzip"
