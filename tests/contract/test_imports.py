"""Section 6 of the contract: files of sales over HTTP and from the command line, and our own export."""

import csv
import http.client
import io
import json
from decimal import Decimal

import pytest

from tests.contract import sales
from tests.contract.conftest import NOW, Api, exact, pairs, problem
from tests.imports import making as files
from tests.imports.making import give
from webapp.imports.jobs import unpack
from webapp.jobs import worker

D = Decimal
EXPORT = (
    "kind", "order_id", "external_id", "placed_at", "entered_at", "channel", "location", "region", "customer_id",
    "line_id", "sku", "name", "category", "brand", "vendor", "price_tier", "lot", "quantity", "price", "discount",
    "total", "cost", "currency", "restock", "reason", "note",
)  # fmt: skip
PLAIN = "product,n,each,when,order\nTEA,2,2.40,2026-11-20 10:00,A\nMUG,1,12.50,2026-11-20 11:00,B\nTEA,1,2.40,2026-11-20 12:00,A\n"
COLUMNS = {"sku": "product", "quantity": "n", "price": "each", "placed_at": "when", "external_id": "order"}
MAPPING = {"columns": COLUMNS, "decimal": ".", "dates": "ymd", "time_zone": "Europe/London", "channel": "store"}


@pytest.fixture
def shop(client, at):
    """An empty shop at NOW."""
    at(NOW)
    return Api(client)


def load(shop, content, mapping=MAPPING, name="sales.csv", query=""):
    """The import after its job has run."""
    answer = give(shop.client, content, name, query, mapping)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    worker.run_pending()
    return exact(shop.get(answer.headers["Location"]))


def counts(shown):
    assert shown["imported"] + shown["repeated"] + shown["rejected"] == shown["read"]
    return shown["state"], shown["read"], shown["imported"], shown["repeated"], shown["rejected"]


def figures(shop):
    said = exact(shop.get("/analytics"))
    return said["total_revenue"], said["orders"], said["units"]


# ---- A file is given ----


def test_a_file_with_a_mapping_answers_202_and_where_it_stands(shop):
    answer = give(shop.client, PLAIN, mapping=MAPPING)

    assert (answer.status_code, answer.headers["Location"]) == (202, "/imports/1")
    said = exact(answer, 202)
    assert said["id"] == 1 and said["state"] in ("queued", "running", "done")
    assert set(said) >= {
        "id", "state", "rows", "read", "imported", "repeated", "rejected", "errors", "errors_url", "preview"
    }  # fmt: skip
    assert set(said["preview"]) >= {"columns", "first_rows", "mapping", "totals"}
    worker.run_pending()
    shown = exact(shop.get("/imports/1"))
    assert counts(shown) == ("done", 3, 3, 0, 0) and (shown["rows"], shown["errors"]) == (3, [])
    assert figures(shop) == (D("19.70"), 2, 4)


def test_the_list_holds_every_import_newest_first(shop):
    for _ in range(2):
        give(shop.client, PLAIN, mapping=MAPPING)

    said = exact(shop.get("/imports"))

    assert [one["id"] for one in said["items"]] == [2, 1] and said["next"] is None
    first = exact(shop.get("/imports?limit=1"))
    assert first["next"] and exact(shop.get(first["next"]))["items"][0]["id"] == 1


def test_the_mapping_says_where_when_and_on_which_channel_rows_were_sold(shop):
    text = "product;n;each;when;order\nTEA;2;1.234,50;03.02.2026 23:30;A\n"
    load(
        shop,
        text,
        {**MAPPING, "decimal": ",", "dates": "dmy", "time_zone": "America/New_York", "channel": "marketplace"},
    )

    (order,) = exact(shop.get("/orders"))["items"]

    assert (order["placed_at"], order["business_day"], order["channel"]) == (
        "2026-02-04T04:30:00.000Z", "2026-02-04", "marketplace"
    )  # fmt: skip
    assert (order["total"], order["external_id"]) == (D("2469.00"), "A")


@pytest.mark.parametrize(("dates", "day"), [("ymd", None), ("dmy", "2026-02-01"), ("mdy", "2026-01-02")])
def test_the_order_of_a_date_is_the_mappings(shop, dates, day):
    shown = load(shop, "product,n,each,when,order\nTEA,1,1.00,01/02/2026,A\n", {**MAPPING, "dates": dates})

    if day is None:
        assert counts(shown)[2:] == (0, 0, 1) and shown["errors"][0]["field"] == "when"
    else:
        assert exact(shop.get("/orders"))["items"][0]["business_day"] == day


def test_preview_shows_a_file_and_enters_nothing(shop):
    said = exact(give(shop.client, PLAIN, query="?preview=1", mapping=MAPPING), 202)
    worker.run_pending()

    shown = exact(shop.get("/imports/1"))
    assert said["state"] == shown["state"] == "preview"
    assert shown["preview"]["columns"] == ["product", "n", "each", "when", "order"]
    assert shown["preview"]["first_rows"][0] == {
        "product": "TEA", "n": "2", "each": "2.40", "when": "2026-11-20 10:00", "order": "A"
    }  # fmt: skip
    assert {**shown["preview"]["mapping"], **MAPPING} == shown["preview"]["mapping"]
    assert shown["preview"]["totals"]["rows"] == 3
    assert shown["read"] == 0 and figures(shop)[1] == 0


def test_a_file_that_waits_starts_by_the_mapping_it_is_given_and_only_once(shop):
    give(shop.client, PLAIN, query="?preview=1")

    started = shop.post("/imports/1/start", {"mapping": {**MAPPING, "channel": "marketplace"}})
    worker.run_pending()

    assert 200 <= started.status_code < 300
    assert counts(exact(shop.get("/imports/1"))) == ("done", 3, 3, 0, 0)
    assert {order["channel"] for order in exact(shop.get("/orders"))["items"]} == {"marketplace"}
    assert problem(shop.post("/imports/1/start", {"mapping": MAPPING}), 409)["code"] == "conflict"


def test_a_known_file_starts_without_a_mapping_and_another_waits(shop):
    known = exact(give(shop.client, files.uci({})), 202)
    other = exact(give(shop.client, "a,b\n1,2\n"), 202)

    assert known["state"] == "queued" and other["state"] == "preview"
    assert known["preview"]["mapping"]["columns"]["sku"] == "StockCode"


# ---- What a file may look like ----


@pytest.mark.parametrize("packing", ["", "gz", "xz", "zip"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "ndjson", "semicolon"])
def test_every_kind_of_file_in_every_packing(shop, kind, packing):
    rows = list(csv.DictReader(io.StringIO(PLAIN)))
    text = {
        "csv": PLAIN,
        "tsv": PLAIN.replace(",", "\t"),
        "semicolon": PLAIN.replace(",", ";"),
        "ndjson": "".join(json.dumps(row) + "\n" for row in rows),
    }[kind]
    name = f"sales.{kind.replace('semicolon', 'csv')}" + (f".{packing}" if packing else "")

    assert counts(load(shop, files.packed(text.encode(), packing), name=name)) == ("done", 3, 3, 0, 0)
    assert figures(shop) == (D("19.70"), 2, 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "utf-16-le with mark"])
def test_every_encoding(shop, encoding):
    text = PLAIN.replace("TEA", "THÉ-€")
    content = ("\ufeff" + text).encode("utf-16-le") if "mark" in encoding else text.encode(encoding)

    load(shop, content)

    assert exact(shop.get("/analytics"))["top_products"][1]["sku"] == "THÉ-€"


def test_json_numbers_in_a_file_of_objects_are_read_exactly(shop):
    text = '{"product":"TEA","n":3,"each":0.07,"when":"2026-11-20T10:00:00+01:00","order":"A"}\n'

    load(shop, text, name="sales.ndjson")

    (order,) = exact(shop.get("/orders"))["items"]
    assert (order["total"], order["placed_at"]) == (D("0.21"), "2026-11-20T09:00:00.000Z")


def test_quoted_cells_hold_delimiters_and_line_ends(shop):
    text = 'product,n,each,when,order,note\n"T,E""A",2,"2.40",2026-11-20,A,"two\nlines"\n'

    load(shop, text, {**MAPPING, "columns": {**COLUMNS, "note": "note"}})

    (order,) = exact(shop.get("/orders"))["items"]
    assert (order["lines"][0]["sku"], order["note"]) == ('T,E"A', "two\nlines")
    assert order["placed_at"] == "2026-11-20T12:00:00.000Z"  # a bare date is noon


# ---- Rows ----


def test_rows_of_one_invoice_belong_together_wherever_they_stand_and_its_time_is_the_first_rows(shop):
    load(shop, PLAIN)

    orders = {order["external_id"]: order for order in exact(shop.get("/orders"))["items"]}

    assert [line["quantity"] for line in orders["A"]["lines"]] == [2, 1]
    assert orders["A"]["placed_at"] == "2026-11-20T10:00:00.000Z"


def test_rows_that_are_equal_to_the_letter_are_two_lines(shop):
    load(shop, "product,n,each,when,order\n" + "TEA,2,2.40,2026-11-20 10:00,A\n" * 2)

    assert figures(shop) == (D("9.60"), 1, 4)


def test_a_file_given_again_is_all_repeated_however_it_is_packed(shop):
    text = "product,n,each,when\nTEA,2,2.40,2026-11-20\nTEA,x,2.40,2026-11-20\nMUG,1,1,2026-11-19\n"
    mapping = {**MAPPING, "columns": {name: column for name, column in COLUMNS.items() if name != "external_id"}}
    assert counts(load(shop, text, mapping)) == ("done", 3, 2, 0, 1)
    before = figures(shop)

    for packing in ("", "gz", "zip"):
        shown = load(shop, files.packed(text.encode(), packing), mapping)
        assert counts(shown) == ("done", 3, 0, 3, 0)
    assert figures(shop) == before


def test_bad_rows_are_listed_with_number_field_and_value_and_do_not_stop_the_rest(shop):
    bad = ["TEA,0,2.40,2026-11-20,B", "TEA,1.5,2.40,2026-11-20,C", "TEA,1,x,2026-11-20,D", "TEA,1,2.405,2026-11-20,E",
           "TEA,1,2.40,2026-13-20,F", ",1,2.40,2026-11-20,G", "TEA,1,2.40,2027-11-20,H", "TEA,1,-2.40,2026-11-20,I"]  # fmt: skip
    shown = load(
        shop, "product,n,each,when,order\nTEA,1,2.40,2026-11-20,A\n" + "\n".join(bad) + "\nTEA,1,2.40,2026-11-20,Z\n"
    )

    assert counts(shown) == ("done", 10, 2, 0, 8)
    assert [(error["row"], error["field"]) for error in shown["errors"]] == [
        (2, "n"), (3, "n"), (4, "each"), (5, "each"), (6, "when"), (7, "product"), (8, "when"), (9, "each")
    ]  # fmt: skip
    assert all(set(error) >= {"row", "field", "detail", "value"} and error["detail"] for error in shown["errors"])
    assert shown["errors"][2]["value"] == "x"
    assert exact(shop.get(shown["errors_url"]))["items"] == shown["errors"]


def test_a_hundred_errors_are_shown_and_all_are_to_be_had(shop):
    shown = load(shop, "product,n,each,when,order\n" + "TEA,x,1,2026-11-20,A\n" * 130)

    assert counts(shown) == ("done", 130, 0, 0, 130)
    assert len(shown["errors"]) == 100
    first = exact(shop.get(shown["errors_url"]))
    assert len(first["items"]) == 50 and first["next"]
    answer = shop.get(shown["errors_url"] + "?format=csv")
    assert len(list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))) == 130


def test_cancelled_invoices_of_the_known_file_are_returns_of_their_own_day(shop):
    load(shop, files.uci({}, {"InvoiceNo": "C1", "Quantity": "-2", "InvoiceDate": "2010-12-03 10:00:00"}), None)

    day = exact(shop.get("/analytics?from=2010-12-03&to=2010-12-03"))
    assert (day["total_revenue"], day["orders"]) == (D("-5.10"), 0)
    assert exact(shop.get("/analytics?from=2010-12-01&to=2010-12-01"))["total_revenue"] == D("15.30")


# ---- Cancel and resume ----


def test_what_was_cancelled_goes_on_when_it_is_resumed_and_each_row_counts_once(shop):
    give(shop.client, PLAIN, mapping=MAPPING)

    cancelled = shop.post("/imports/1/cancel")
    worker.run_pending()
    assert 200 <= cancelled.status_code < 300
    assert exact(shop.get("/imports/1"))["state"] == "cancelled"
    resumed = shop.post("/imports/1/resume")
    assert 200 <= resumed.status_code < 300 and resumed.json["state"] in ("queued", "running", "done")
    worker.run_pending()

    assert counts(exact(shop.get("/imports/1"))) == ("done", 3, 3, 0, 0)
    assert figures(shop)[1] == 2


def test_what_has_ended_can_neither_be_cancelled_nor_resumed(shop):
    load(shop, PLAIN)

    for verb in ("cancel", "resume", "start"):
        assert problem(shop.post(f"/imports/1/{verb}", {}), 409)["code"] == "conflict"
        assert problem(shop.post(f"/imports/9/{verb}", {}), 404)
    problem(shop.get("/imports/9"), 404)
    problem(shop.get("/imports/9/errors"), 404)


# ---- What is refused ----


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"columns": {"sku": "nothing"}}, [("/mapping/columns/sku", "unknown")]),
        ({"columns": {"colour": "n"}}, [("/mapping/columns/colour", "unknown_field")]),
        ({"decimal": ";"}, None),
        ({"dates": "dym"}, None),
        ({"time_zone": "Mars/Base"}, [("/mapping/time_zone", "unknown")]),
        ({"channel": "nowhere"}, [("/mapping/channel", "unknown")]),
        ({"surprise": 1}, [("/mapping/surprise", "unknown_field")]),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_its_pointer(shop, mapping, expected):
    given = {**MAPPING, **mapping}
    found = pairs(give(shop.client, PLAIN, mapping=given))
    give(shop.client, PLAIN, query="?preview=1")

    assert found == (expected or [(f"/mapping/{next(iter(mapping))}", found[0][1])])
    assert pairs(shop.post("/imports/1/start", {"mapping": given})) == found
    assert exact(shop.get("/imports/1"))["state"] == "preview"


def test_what_every_order_needs_has_to_be_mapped(shop):
    given = {**MAPPING, "columns": {"sku": "product"}}

    found = pairs(give(shop.client, PLAIN.replace("n,each,when", "x,y,z"), mapping=given))

    assert found == [(f"/mapping/columns/{name}", "missing") for name in ("placed_at", "price", "quantity")]


def test_a_request_without_a_file_or_with_something_else_is_refused(shop):
    assert pairs(shop.client.post("/imports", data={}, content_type="multipart/form-data")) == [("/file", "missing")]
    assert shop.post("/imports", {"file": "x"}).status_code == 415
    broken = {"file": (io.BytesIO(PLAIN.encode()), "x.csv"), "mapping": "{"}
    assert shop.client.post("/imports", data=broken, content_type="multipart/form-data").status_code == 400
    assert [name for name, _ in pairs(give(shop.client, PLAIN, query="?preview=2"))] == ["preview"]
    assert [name for name, _ in pairs(give(shop.client, PLAIN, query="?previw=1"))] == ["previw"]


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8bbroken", b"PK\x03\x04broken", b"\xfd7zXZ\x00broken", b"\x00" * 200, b"\xff\xfe\x00"]
)
def test_what_is_no_file_of_sales_is_never_a_server_error(shop, content):
    answer = give(shop.client, content, mapping=MAPPING)

    assert answer.status_code in (202, 415, 422)
    if answer.status_code == 202:
        worker.run_pending()
        assert exact(shop.get(answer.headers["Location"]))["state"] in ("failed", "done")
    elif answer.status_code == 422:
        wrong = {error["pointer"] for error in problem(answer, 422)["errors"]}
        assert wrong == {"/file"} or (not content and wrong == {f"/mapping/columns/{name}" for name in COLUMNS})
    else:
        assert problem(answer, 415)["detail"]


def test_a_file_of_more_than_256_mib_is_413_before_it_is_read(server):
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    line.putrequest("POST", "/imports")
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", str(300 << 20))
    line.endheaders()

    assert line.getresponse().status == 413
    line.close()


def test_what_unpacks_to_more_than_four_gib_is_413(shop, monkeypatch):
    assert unpack.MOST_UNPACKED == 4 << 30 and unpack.MOST_SENT == 256 << 20
    monkeypatch.setattr(unpack, "MOST_UNPACKED", 1000)

    problem(give(shop.client, files.packed(b"a" * 2000, "gz"), mapping=MAPPING), 413)


def test_the_same_key_returns_the_first_import(shop):
    def send(content):
        data = {"file": (io.BytesIO(content.encode()), "x.csv"), "mapping": json.dumps(MAPPING)}
        return shop.client.post(
            "/imports", data=data, content_type="multipart/form-data", headers={"Idempotency-Key": "K"}
        )

    first, again = send(PLAIN), send(PLAIN)

    assert (again.status_code, again.headers["Location"], again.headers["Idempotent-Replayed"]) == (
        202,
        "/imports/1",
        "true",
    )
    assert first.headers["Location"] == "/imports/1"
    assert problem(send(PLAIN + "TEA,1,1,2026-11-20,Z\n"), 422)["code"] == "key_reused"


# ---- Our export ----


def test_the_export_has_a_row_for_each_line_and_its_columns_in_order(shop):
    sales.fill(shop)

    text = shop.get("/orders?format=csv").get_data(as_text=True)

    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(text.split("\r\n", 1)[0].split(",")) == EXPORT
    facts = sales.facts()
    assert sorted(row["kind"] for row in rows) == sorted("return" if fact.back else "sale" for fact in facts)
    first = next(row for row in rows if row["sku"] == "COLA" and row["discount"] == "1.00")
    assert {name: first[name] for name in ("kind", "channel", "location", "region", "quantity", "price", "total", "category",
                                           "brand", "vendor", "price_tier", "currency", "placed_at")} == {
        "kind": "sale", "channel": "store", "location": "quay", "region": "GB-LND", "quantity": "10", "price": "1.00",
        "total": "9.00", "category": "Drinks/Hot", "brand": "Pine", "vendor": "South", "price_tier": "budget",
        "currency": "GBP", "placed_at": "2026-11-20T09:30:00.000Z",
    }  # fmt: skip


def test_the_export_imported_into_an_empty_shop_gives_the_same_figures(shop, tmp_path, at):
    from webapp import config
    from webapp.app import create_app
    from webapp.db import reading, store, writer

    sales.fill(shop)
    back = {"channel": "online", "external_id": "R-1", "lines": [{"product_id": "TEA", "quantity": 2, "price": 2.40}]}
    assert shop.post("/returns", back).status_code == 201
    mails = {"email": "a@example.org", "name": "Ana"}
    assert (
        shop.post("/orders", {"product_id": "MUG", "quantity": 1, "customer": mails, "note": "=1+1"}).status_code == 201
    )
    text = shop.get("/orders?format=csv").get_data()
    before = everything(shop)
    writer.close()
    reading.close()
    (tmp_path / "other").mkdir()
    settings = config.load(
        {"TAKINGS_DATABASE": str(tmp_path / "other" / "shop.db"), "TAKINGS_LOG": "text"}, dotenv=None
    )
    store.open(settings)
    other = Api(create_app(settings).test_client())
    at(NOW)

    shown = load(other, text, None, "export.csv")

    assert counts(shown)[0] == "done" and shown["rejected"] == 0 == shown["repeated"]
    assert shown["read"] == len(list(csv.reader(io.StringIO(text.decode())))) - 1
    assert everything(other) == before
    again = other.get("/orders?format=csv").get_data(as_text=True)
    assert sorted(told(again)) == sorted(told(text.decode()))


def told(text):
    own = ("order_id", "line_id", "customer_id", "entered_at")
    return [tuple(sorted((k, v) for k, v in row.items() if k not in own)) for row in csv.DictReader(io.StringIO(text))]


def everything(shop):
    """What all dimensions and days say, under the names that people know."""
    found = {}
    metrics = "&".join(
        f"metric={name}" for name in ("net_sales", "orders", "units", "units_returned", "cost", "cost_coverage")
    )
    for by in (
        "product",
        "category",
        "brand",
        "vendor",
        "price_tier",
        "channel",
        "location",
        "region",
        "weekday",
        "hour",
    ):
        rows = exact(shop.get(f"/explore?{metrics}&by={by}&grain=month&limit=10000"))["rows"]
        found[by] = sorted(str({name: value for name, value in row.items() if name != "product"}) for row in rows)
    return found


# ---- The command line ----


def test_the_command_prints_the_counts_as_its_last_line_and_exits_0(server, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(files.uci({}, {"UnitPrice": "0"}, {"InvoiceNo": "C9", "Quantity": "-1"}))

    first, again = server.run("import", str(file)), server.run("import", str(file))

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert json.loads(first.stdout.splitlines()[-1]) == {"rows": 3, "imported": 2, "repeated": 0, "rejected": 1}
    assert json.loads(again.stdout.splitlines()[-1]) == {"rows": 3, "imported": 0, "repeated": 3, "rejected": 0}
    assert server.run("import", str(tmp_path / "none.csv")).returncode != 0
    with server.client() as client:
        assert client.get("/analytics").json()["total_revenue"] == 12.75
