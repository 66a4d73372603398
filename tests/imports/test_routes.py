"""Imports over HTTP, to the letter of the contract."""

import csv
import io
import json

import pytest

from tests import making
from tests.imports import making as files
from webapp.imports.jobs import files as kept
from webapp.imports.jobs import preview
from webapp.jobs import worker

HTML = {"Accept": "text/html"}


def test_a_known_file_starts_at_once_and_every_row_is_accounted_for(client):
    text = files.uci({}, {"UnitPrice": "0"}, {"InvoiceNo": "C536366", "Quantity": "-1"})

    answer = files.give(client, text)
    shown = files.finish(client, 1)

    assert (answer.status_code, answer.headers["Location"]) == (202, "/imports/1")
    assert answer.json["state"] == "queued"
    assert {name: shown[name] for name in ("id", "state", "rows", "read", "imported", "repeated", "rejected")} == {
        "id": 1, "state": "done", "rows": 3, "read": 3, "imported": 2, "repeated": 0, "rejected": 1,
    }  # fmt: skip
    assert shown["errors"] == [
        {"row": 2, "field": "UnitPrice", "detail": "is zero: a row without a price is no sale", "value": "0"}
    ]
    assert making.query("select total_minor, region, external_id from orders") == [(1530, "GB", "536365")]
    assert making.query("select total_minor, external_id, order_id from returns") == [(255, "C536366", None)]
    assert making.differences() == []


def test_the_same_file_again_is_all_repeated(client):
    text = files.uci({}, {"UnitPrice": "0"}, {"InvoiceNo": "536366"})
    files.give(client, text)
    files.finish(client, 1)

    files.give(client, files.packed(text.encode(), "gz"), "again.csv.gz")
    shown = files.finish(client, 2)

    assert (shown["imported"], shown["repeated"], shown["rejected"], shown["read"]) == (0, 3, 0, 3)
    assert making.value("select count(*) from orders") == 2


def test_the_same_invoice_in_another_file_is_repeated(client):
    files.give(client, files.uci({}))
    files.finish(client, 1)

    files.give(client, files.uci({}, {"InvoiceNo": "536366"}))
    shown = files.finish(client, 2)

    assert (shown["imported"], shown["repeated"]) == (1, 1)


def test_an_unknown_file_waits_and_shows_how_it_is_understood(client):
    text = "Artikel;Menge;Preis;Datum\nA1;2;1.234,50;31.12.2020\nB;1;2,50;01.02.2021 10:00\n"

    answer = files.give(client, text)

    preview = answer.json["preview"]
    assert (answer.json["state"], answer.json["rows"]) == ("preview", None)
    assert preview["columns"] == ["Artikel", "Menge", "Preis", "Datum"]
    assert preview["first_rows"][0] == {"Artikel": "A1", "Menge": "2", "Preis": "1.234,50", "Datum": "31.12.2020"}
    assert preview["mapping"]["decimal"] == "," and preview["mapping"]["dates"] == "dmy"
    assert preview["mapping"]["columns"] == {
        "sku": "Artikel",
        "quantity": "Menge",
        "price": "Preis",
        "placed_at": "Datum",
    }
    assert (preview["totals"]["gross_sales"], preview["totals"]["orders"]) == (2471.50, 2)
    assert making.value("select count(*) from orders") == 0


def test_before_it_starts_a_file_says_why_its_rows_cannot_be_used(client):
    text = (
        "sku,qty,price,date,channel\nA,1,2.50,2026-11-02,Bazaar\nB,1,2.50,2026-11-02,Bazaar\n"
        "C,0,2.50,2026-11-02,online\nD,1,2.50,2026-11-02,online,x\n"
    )

    totals = files.give(client, text).json["preview"]["totals"]
    page = client.get("/imports/1?format=html").text

    assert (totals["rows"], totals["rejected"]) == (4, 4)
    assert totals["refused"] == [
        {"field": "channel", "detail": "names a channel that the shop does not have", "rows": 2, "row": 1, "value": "Bazaar"},
        {"field": "qty", "detail": "is zero", "rows": 1, "row": 3, "value": "0"},
        {"field": "", "detail": "The row has 6 columns, and 5 are named.", "rows": 1, "row": 4,
         "value": "D,1,2.50,2026-11-02,online,x\n"},
    ]  # fmt: skip
    assert "names a channel that the shop does not have" in page and "<q>Bazaar</q>" in page


def test_a_file_may_name_channels_and_locations_as_people_do(client):
    client.post("/locations", json={"code": "pier", "name": "Old pier", "region": "GB-BNH"})
    text = (
        "sku,product,qty,price,date,channel,store,order\n"
        "A,Tea,1,2.50,2026-11-02,Store,old pier,7\nB,Cake,1,2.50,2026-11-02,STORE,Pier,7\nC,Jam,1,2.50,2026-11-02,online,,7\n"
    )

    files.give(client, text)
    client.post("/imports/1/start", json={})
    done = files.finish(client, 1)

    assert (done["imported"], done["rejected"]) == (3, 0)
    placed = making.query("select channel_id, location_id, region from orders order by id")
    assert [(channel, region) for channel, _, region in placed] == [(2, "GB-BNH"), (1, None)]
    assert [name for (name,) in making.query("select name from product order by id")] == ["Tea", "Cake", "Jam"]


def test_what_was_recognised_can_be_changed_before_it_starts(client):
    text = "thing,n,p,at\nTEA,2,1.50,01/02/2021\n"
    files.give(client, text)
    columns = {"sku": "thing", "quantity": "n", "price": "p", "placed_at": "at"}

    bare = client.post("/imports/1/start")
    again = client.post("/imports/1/start?preview=1", json={"mapping": {"columns": columns, "dates": "mdy"}})
    worker.run_pending()
    counted = client.get("/imports/1").json
    started = client.post("/imports/1/start", json={})
    done = files.finish(client, 1)

    assert bare.status_code == 422
    assert [error["pointer"] for error in bare.json["errors"]] == [
        f"/mapping/columns/{name}" for name in ("sku", "quantity", "price", "placed_at")
    ]
    assert again.status_code == 202 and counted["state"] == "preview"
    assert counted["preview"]["totals"]["gross_sales"] == 3.0
    assert (started.status_code, done["state"], done["imported"]) == (202, "done", 1)
    assert making.query("select total_minor, day from orders") == [(300, 18629)]  # 2 January 2021
    assert client.post("/imports/1/start", json={}).status_code == 409


def test_looking_again_counts_a_small_file_at_once_and_leaves_a_large_one_to_the_worker(client, monkeypatch):
    text = "thing,n,p,at\nTEA,2,1.50,01/02/2021\n"
    columns = {"sku": "thing", "quantity": "n", "price": "p", "placed_at": "at"}
    files.give(client, text)

    small = client.post("/imports/1/start?preview=1", json={"mapping": {"columns": columns}})
    monkeypatch.setattr(preview, "COUNTED_AT_ONCE", len(text) - 1)
    large = client.post("/imports/1/start?preview=1", json={"mapping": {"columns": columns, "decimal": "."}})

    assert small.json["preview"]["totals"]["gross_sales"] == 3.0
    assert large.json["preview"]["totals"] is None
    worker.run_pending()
    assert client.get("/imports/1").json["preview"]["totals"]["gross_sales"] == 3.0


def test_a_mapping_starts_an_unknown_file_and_a_wrong_one_is_refused(client):
    text = "code,n,p,at\nTEA,2,1.50,2021-02-01T10:00:00Z\n"
    columns = {"sku": "code", "quantity": "n", "price": "p", "placed_at": "at"}

    wrong = files.give(client, text, mapping={"columns": {**columns, "sku": "kode", "colour": "n"}, "channel": "moon"})
    unknown = files.give(client, text, mapping={"columns": columns, "colour": 1})
    good = files.give(client, text, mapping={"columns": columns, "channel": "store"})

    assert [(error["pointer"], error["code"]) for error in wrong.json["errors"]] == [
        ("/mapping/columns/sku", "unknown"), ("/mapping/columns/colour", "unknown_field"),
    ]  # fmt: skip
    assert (unknown.status_code, unknown.json["code"]) == (422, "unknown_field")
    assert (good.status_code, files.finish(client, 1)["imported"]) == (202, 1)
    assert making.value("select c.code from orders o join channel c on c.id = o.channel_id") == "store"


def test_a_preview_of_a_known_file_waits_too(client):
    answer = files.give(client, files.uci({}), query="?preview=1")

    assert answer.json["state"] == "preview" and answer.json["preview"]["known"]
    worker.run_pending()
    assert client.get(answer.headers["Location"]).json["state"] == "preview"
    assert client.post("/imports/1/cancel").json["state"] == "cancelled"
    assert client.post("/imports/1/resume").status_code == 409


def test_a_waiting_import_is_cancelled_and_gone_on_with(client):
    files.give(client, files.uci({}))

    cancelled = client.post("/imports/1/cancel")
    resumed = client.post("/imports/1/resume")
    done = files.finish(client, 1)

    assert (cancelled.status_code, cancelled.json["state"]) == (202, "cancelled")
    assert (resumed.status_code, resumed.json["state"]) == (202, "queued")
    assert (done["state"], done["imported"]) == ("done", 1)
    assert client.post("/imports/1/cancel").status_code == 409


def test_rejected_rows_are_a_list_and_a_file(client):
    files.give(client, files.uci(*({"UnitPrice": "=1+1"} for _ in range(3))))
    files.finish(client, 1)

    listed = client.get("/imports/1/errors?limit=2").json
    saved = client.get("/imports/1/errors?format=csv").text

    assert [one["row"] for one in listed["items"]] == [1, 2]
    assert [one["row"] for one in client.get(listed["next"]).json["items"]] == [3]
    header, first, *_ = csv.reader(io.StringIO(saved))
    assert header == ["row", "field", "detail", "value", "import", *files.UCI]
    assert first[:5] == ["1", "UnitPrice", "is not a number", "'=1+1", "1"]
    assert first[5:] == [
        "'=1+1" if name == "UnitPrice" else cell for name, cell in zip(files.UCI, files.ROW, strict=True)
    ]


def test_the_same_key_gives_the_first_import(client):
    def send():
        data = {"file": (io.BytesIO(files.uci({}).encode()), "a.csv")}
        return client.post("/imports", data=data, headers={"Idempotency-Key": "k"})

    first, second = send(), send()

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(client.get("/imports").json["items"]) == 1
    assert len(list(kept.folder().glob("*.upload"))) == 1


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), 415),
        (files.packed(files.uci({}).encode(), "gz")[:-20], 422),
        (files.packed(files.uci({}).encode(), "xz")[:-20], 422),
        (b"PK\x03\x04rubbish", 422),
    ],
)
def test_what_is_no_file_of_rows_is_refused_and_not_kept(client, content, status):
    answer = files.give(client, content)

    assert answer.status_code == status
    assert list(kept.folder().glob("*")) == []


def test_nothing_given_and_unknown_addresses(client):
    answer = client.post(
        "/imports", data={}, content_type="multipart/form-data", headers={"Accept": "application/json"}
    )
    assert answer.json["code"] == "missing"
    assert client.post("/imports", json={}).status_code == 415
    for path in ("/imports/9", "/imports/9/errors"):
        assert client.get(path).status_code == 404
    for verb in ("start", "cancel", "resume"):
        assert client.post(f"/imports/9/{verb}").status_code == 404
    assert files.give(client, files.uci({}), query="?preview=yes").status_code == 422


def test_an_uploaded_file_is_forgotten_when_it_is_imported(client):
    files.give(client, files.uci({}))
    assert len(list(kept.folder().glob("*.upload"))) == 1

    files.finish(client, 1)

    assert list(kept.folder().glob("*")) == []


def test_the_pages_show_it_without_script(client):
    empty = client.get("/imports", headers=HTML)
    files.give(client, "a;b\n1;2\n", "<b>.csv")
    waiting = client.get("/imports/1", headers=HTML)
    files.give(client, files.uci({}, {"UnitPrice": "0.001"}))
    files.finish(client, 2)
    done, listed = client.get("/imports/2", headers=HTML), client.get("/imports", headers=HTML)

    assert "No file yet" in empty.text and 'type="file"' in empty.text
    assert "&lt;b&gt;.csv" in waiting.text and "<b>.csv" not in waiting.text and "mapping-columns-sku" in waiting.text
    assert "Read to its end" in done.text and "is finer than 0.01" in done.text
    assert "Waits for you" in listed.text and "Done" in listed.text
    assert client.get("/imports/new", headers=HTML).status_code == 200


def test_a_form_goes_to_the_import_and_a_refused_one_shows_itself_again(client):
    data = {"file": (io.BytesIO(files.uci({}).encode()), "a.csv")}
    sent = client.post("/imports", data=data, headers=HTML)
    refused = client.post("/imports", data={}, content_type="multipart/form-data", headers=HTML)
    files.give(client, "code,n,p,at\nTEA,2,1.50,2021-01-02\n")
    columns = {
        f"mapping-columns-{name}": column
        for name, column in zip(("sku", "quantity", "price", "placed_at"), ("code", "n", "p", "at"), strict=True)
    }
    half = client.post("/imports/2/start", data={"mapping-columns-sku": "code"}, headers=HTML)
    whole = client.post("/imports/2/start", data={**columns, "mapping-header": "true"}, headers=HTML)

    assert (sent.status_code, sent.headers["Location"]) == (303, "/imports/1")
    assert refused.status_code == 422 and "Choose a file" in refused.text
    assert half.status_code == 422 and "Say which column holds the price" in half.text
    assert (whole.status_code, whole.headers["Location"]) == (303, "/imports/2")
    assert files.finish(client, 2)["imported"] == 1


def test_the_islands_answer_at_their_own_addresses(client):
    files.give(client, files.uci({}, {"UnitPrice": "0"}))
    files.finish(client, 1)

    progress, rejected = client.get("/imports/1/progress"), client.get("/imports/1/rejected")
    source = client.get("/imports/source?order=1")

    assert "Read to its end" in progress.text and 'data-island="/imports/1/progress"' in progress.text
    assert "without a price" in rejected.text
    assert "85123A" in source.text and "StockCode" in source.text
    assert client.get("/imports/7/progress").status_code == 404


def test_an_imported_order_keeps_its_rows(client):
    files.give(client, files.uci({}, {"StockCode": "71053", "Description": 'A "B", C'}, {"InvoiceNo": "7"}))
    files.finish(client, 1)

    rows = json.loads(making.value("select rows from order_source where order_id = 1"))

    assert [row["row"] for row in rows] == [1, 2]
    assert rows[1]["text"] == '536365,71053,"A ""B"", C",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom'
    assert "A &#34;B&#34;, C" in client.get("/imports/source?order=1").text


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n", b",,\r\n,,\r\n"])
def test_a_file_with_nothing_in_it_is_refused_in_words(client, content):
    refused = client.post("/imports", data={"file": (io.BytesIO(content), "empty.csv")})

    assert (refused.status_code, refused.json["errors"]) == (
        422, [{"pointer": "/file", "code": "missing", "detail": "There is nothing in the file."}],
    )  # fmt: skip
    assert client.get("/imports").json["items"] == []


def test_a_picture_is_no_file_of_rows(client):
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 40

    refused = client.post("/imports", data={"file": (io.BytesIO(picture), "sales.csv")})

    assert (refused.status_code, refused.json["code"]) == (415, "unsupported")
