"""What a person said of a header is remembered; what a file is understood as is shown before anything is kept."""

import pytest

from tests import making
from tests.imports import making as files

HTML = {"Accept": "text/html"}
MONDAY = "thing,n,p,at\nTEA,2,1.50,01/02/2021\n"
TUESDAY = "at,thing,n,p\n02/02/2021,MUG,1,9.00\n"
COLUMNS = {"sku": "thing", "quantity": "n", "price": "p", "placed_at": "at"}


def test_the_next_file_with_the_same_header_is_recognised(client):
    files.give(client, MONDAY, "monday.csv")
    started = client.post(
        "/imports/1/start", json={"mapping": {"columns": COLUMNS, "dates": "mdy", "channel": "store"}}
    )
    assert started.status_code == 202
    files.finish(client, 1)

    preview = files.give(client, TUESDAY, "tuesday.csv").json["preview"]

    assert preview["remembered"] == "monday.csv" and preview["missing"] == [] == preview["doubts"]
    mapping = preview["mapping"]
    assert (mapping["columns"], mapping["dates"], mapping["channel"]) == (COLUMNS, "mdy", "store")
    assert preview["totals"]["gross_sales"] == 9.00
    assert making.value("select count(*) from orders") == 1


def test_the_same_file_given_again_without_a_word_is_all_repeated(client):
    files.give(client, MONDAY, mapping={"columns": COLUMNS, "dates": "mdy"})
    files.finish(client, 1)

    files.give(client, MONDAY)
    client.post("/imports/2/start", json={})

    assert files.finish(client, 2)["repeated"] == 1
    assert making.value("select count(*) from orders") == 1


def test_what_this_very_file_cannot_be_read_by_is_not_remembered_for_it(client):
    files.give(client, MONDAY, mapping={"columns": COLUMNS, "dates": "mdy"})
    files.finish(client, 1)

    mapping = files.give(client, "thing,n,p,at\nTEA,2,1.50,31/12/2020\n").json["preview"]["mapping"]

    assert (mapping["columns"], mapping["dates"]) == (COLUMNS, "dmy")


def test_another_header_is_another_file(client):
    files.give(client, MONDAY, mapping={"columns": COLUMNS})

    preview = files.give(client, MONDAY.replace("thing", "stuff")).json["preview"]

    assert preview["remembered"] is None and preview["missing"] != []


def test_the_command_reads_a_header_that_is_remembered(client, tmp_path):
    files.give(client, MONDAY, mapping={"columns": COLUMNS})
    files.finish(client, 1)

    assert files.load(tmp_path, TUESDAY) == {"rows": 1, "imported": 1, "repeated": 0, "rejected": 0}


@pytest.mark.parametrize(
    ("text", "delimiter", "decimal", "price"),
    [
        ("sku;quantity;price;date\nA;1;18.500,00;31.12.2020\n", ";", ",", 18500.00),
        ("sku,quantity,price,date\nA,1,18500.00,31/12/2020\n", ",", ".", 18500.00),
        ('sku,quantity,price,date\nA,1,"18,500.00",31/12/2020\n', ",", ".", 18500.00),
        ("sku\tquantity\tprice\tdate\nA\t1\t18500,00\t31.12.2020\n", "\t", ",", 18500.00),
    ],
)
def test_wanted_29_guessed_separators_and_dates_are_shown_on_the_first_rows(client, text, delimiter, decimal, price):
    preview = files.give(client, text, query="?preview=1").json["preview"]

    assert (preview["mapping"]["delimiter"], preview["mapping"]["decimal"], preview["mapping"]["dates"]) == (
        delimiter, decimal, "dmy"
    )  # fmt: skip
    (row,) = preview["understood"]
    assert row == {
        "values": {"sku": "A", "quantity": 1, "price": price, "placed_at": "2020-12-31T12:00:00.000Z"}, "errors": []
    }  # fmt: skip
    assert (preview["totals"]["gross_sales"], preview["totals"]["rejected"]) == (price, 0)
    assert making.value("select count(*) from orders") == 0


def test_wanted_29_a_wrong_mark_is_told_on_the_first_rows_and_never_a_hundredfold(client):
    files.give(client, "sku;quantity;price;date\nA;1;18500.00;31.12.2020\n", query="?preview=1")

    again = client.post("/imports/1/start?preview=1", json={"mapping": {"decimal": ",", "dates": "mdy"}})
    assert again.status_code == 202
    again = files.finish(client, 1)["preview"]

    (row,) = again["understood"]
    assert row["values"]["price"] is None and row["values"]["placed_at"] is None
    assert [(error["field"], error["value"]) for error in row["errors"]] == [
        ("price", "18500.00"),
        ("date", "31.12.2020"),
    ]
    assert (again["totals"]["gross_sales"], again["totals"]["rejected"]) == (0.00, 1)


def test_the_page_says_how_the_file_is_cut_and_understood(client):
    files.give(
        client, "Artikel;Menge;Preis;Datum\nA1;2;1.234,50;31.12.2020\nB;x;2,50;01.02.2021 10:00\n".encode("utf-16")
    )

    page = client.get("/imports/1", headers=HTML).text

    for words in (
        "UTF-16",
        "Semicolon",
        "Comma: 1234,50",
        "Day, month, year",
        "£1,234.50",
        "31 Dec",
        "is not a number",
    ):
        assert words in page, words


def test_a_column_of_a_known_file_may_be_left_out(client):
    answer = files.give(client, files.uci({}), mapping={"columns": {"name": "", "external_id": ""}})

    assert answer.status_code == 202
    assert files.finish(client, 1)["imported"] == 1
    assert making.query("select external_id, total_minor from orders") == [(None, 1530)]
