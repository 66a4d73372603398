"""Numbers, times and names as files write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webapp import clock
from webapp.clock import Zone
from webapp.imports.rules import values
from webapp.imports.rules.recognise import recognise
from webapp.imports.rules.values import Wrong

LONDON = Zone("Europe/London")
NOW = clock.parse_time("2026-11-21T10:00:00Z")


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("18500.00", "18500.00", None), ("1.234,50", None, "1234.50"), ("1,234.50", "1234.50", None),
        ("1 234,5", None, "1234.5"), ("£2.55", "2.55", None), ("2,55 EUR", None, "2.55"), ("-3", "-3", "-3"),
        ("3-", "-3", "-3"), ("1.25e1", "1.25e1", None), (".5", "0.5", None), ("1,23", None, "1.23"),
        ("12,345,678", "12345678", None), ("1'234.5", "1234.5", None), ("", None, None), ("-", None, None),
        ("1..2", None, None), ("٣", None, None), ("0x1F", None, None), ("nan", None, None),
    ],
)  # fmt: skip
def test_wanted_29_a_number_under_the_wrong_mark_is_no_number(text, point, comma):
    assert (values.plain_number(text, "."), values.plain_number(text, ",")) == (point, comma)


@given(some.decimals(min_value=0, max_value=9_999_999, places=2, allow_nan=False))
def test_an_amount_is_exact_however_it_is_grouped(amount):
    grouped = f"{amount:,.2f}"
    german = grouped.translate(str.maketrans(",.", ".,"))

    assert values.read_amount(grouped, ".", "GBP") == values.read_amount(german, ",", "GBP") == int(amount * 100)


@pytest.mark.parametrize(
    ("text", "detail"),
    [("0.001", "is finer than 0.01"), ("", "is missing"), ("x", "is not a number"), ("1e9", "is too large")],
)
def test_an_amount_that_cannot_be_kept_says_why(text, detail):
    assert values.read_amount(text, ".", "GBP") == Wrong(detail)


@pytest.mark.parametrize("text", ["$3.10", "3.10 USD", "€3.10", "-€3.10", "EUR 3.10", "£3.10 EUR"])
def test_an_amount_of_another_currency_is_not_taken_for_the_shops(text):
    assert values.read_amount(text, ".", "GBP") == Wrong("is not in GBP")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("£3.10", "GBP", 310), ("3.10 GBP", "GBP", 310), ("-£3.10", "GBP", -310), ("£-3.10", "GBP", -310),
        ("£3.10-", "GBP", -310), ("$3.10", "CAD", 310), ("$3.10", "MXN", 310), ("¥310", "JPY", 310), ("€3.10", "EUR", 310),
    ],
)  # fmt: skip
def test_an_amount_may_bear_the_sign_of_the_shops_currency(text, currency, minor):
    assert values.read_amount(text, ".", currency) == minor


@pytest.mark.parametrize("text", ["3£10", "3 EUR 10", "£"])
def test_a_currency_between_digits_is_no_number(text):
    assert values.plain_number(text, ".") is None


def test_a_quantity_is_whole():
    read = [values.read_quantity(text, ".") for text in ("6", "6.0", "-12", "1,200", "6.5", "", "1e3", "9" * 30)]

    assert read[:4] == [6, 6, -12, 1200]
    assert [wrong.detail for wrong in read[4:]] == [
        "is not a whole number", "is missing", "is not a whole number", "is more than 1,000,000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("2010-12-01 08:26:00", "ymd", "2010-12-01T08:26:00.000Z"),
        ("2011-07-01 08:26", "dmy", "2011-07-01T07:26:00.000Z"),
        ("12/1/2010 8:26", "mdy", "2010-12-01T08:26:00.000Z"), ("12/1/2010 8:26", "dmy", "2010-01-12T08:26:00.000Z"),
        ("1.2.11, 3:05 PM", "dmy", "2011-02-01T15:05:00.000Z"), ("12/31/99 12:00 am", "mdy", "1999-12-31T00:00:00.000Z"),
        ("2011-03-27 01:30", "ymd", "2011-03-27T01:00:00.000Z"),  # a time that the clock left out: the next instant
        ("2011-10-30 01:30", "ymd", "2011-10-30T00:30:00.000Z"),  # a time that comes twice: the first
        ("2010-12-01T08:26:00.123456+02:00", "ymd", "2010-12-01T06:26:00.123Z"),
        ("2010-12-01T08:26:00Z", "ymd", "2010-12-01T08:26:00.000Z"),
        ("2010-06-01", "ymd", "2010-06-01T11:00:00.000Z"),  # a bare date is noon of the shop
    ],
)  # fmt: skip
def test_a_time_is_read_by_its_order_and_zone(text, order, instant):
    assert clock.format_time(values.read_time(text, order, LONDON, NOW)) == instant


@pytest.mark.parametrize(
    ("text", "order", "detail"),
    [
        ("13/1/2010", "mdy", "is not a date written month, day, year"), ("2010-13-01", "ymd", "is not a date written year, month, day"),
        ("1960-01-01", "ymd", "lies before 1970"), ("1970-01-01T00:30:00+01:00", "ymd", "lies before 1970"),
        ("2026-11-21 10:06", "ymd", "lies in the future"), ("yesterday", "ymd", "is not a date and time"),
        ("", "ymd", "is missing"), ("2010-01-01 25:00", "ymd", "has a clock time that does not exist"),
        ("2010-01-01 13:00 PM", "ymd", "has a clock time that does not exist"),
        ("1/2/2010", "ymd", "is not a date written year, month, day"),
    ],
)  # fmt: skip
def test_a_time_that_is_none_says_why(text, order, detail):
    assert values.read_time(text, order, LONDON, NOW) == Wrong(detail)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("United Kingdom", "GB"), ("EIRE", "IE"), ("USA", "US"), ("Czech Republic", "CZ"), ("Hong Kong", "HK"), ("GB-BNH", "GB-BNH"),
        ("Channel Islands", "Channel Islands"), ("European Community", "European Community"), ("Unspecified", "Unspecified"), ("", None),
    ],
)  # fmt: skip
def test_a_country_is_its_iso_code_where_there_is_one(name, region):
    assert values.region_of(name) == region


def test_a_customer_is_a_code_as_it_was_before_a_spreadsheet():
    assert [values.customer_code(text) for text in ("17850.0", "17850", "A.0", " ")] == ["17850", "17850", "A.0", None]


# ---- Recognising ----


@pytest.mark.parametrize(
    ("text", "decimal", "dates", "doubts"),
    [
        ("sku,qty,price,date\nA,1,1.25,13/02/2020\n", ".", "dmy", 0), ("sku,qty,price,date\nA,1,1.25,02/13/2020\n", ".", "mdy", 0),
        ("sku;qty;price;date\nA;1;1,2;2020-02-13\n", ",", "ymd", 0), ("sku;qty;price;date\nA;1;1.234,00;1.2.2020\n", ",", "dmy", 1),
        ("sku;qty;price;date\nA;1;1.250;1.2.2020\n", ".", "dmy", 2), ("sku;qty;price;date\nA;1;1.250.000;31.2.2020\n", ",", "dmy", 0),
    ],
)  # fmt: skip
def test_marks_and_dates_are_recognised_and_doubts_are_said(text, decimal, dates, doubts):
    found = recognise(text.encode())

    assert (found.mapping.decimal, found.mapping.dates, len(found.doubts)) == (decimal, dates, doubts)


def test_the_two_known_files_are_known_by_their_columns():
    uci = recognise(
        b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n1,2,x,3,12/1/2010 8:26,1.5,7.0,France\r\n"
    )
    second = recognise(
        "Invoice\tStockCode\tDescription\tQuantity\tInvoiceDate\tPrice\tCustomer ID\tCountry\n".encode("utf-16")
    )

    assert (uci.mapping.source, uci.mapping.dates, uci.mapping.time_zone) == ("uci", "mdy", "Europe/London")
    assert (second.mapping.source, second.mapping.encoding, second.mapping.delimiter) == ("uci", "utf-16", "\t")
    assert not recognise(b"a,b\n1,2\n").known


def test_a_file_without_a_header_has_numbered_columns():
    found = recognise(b"22423,2,3.50,2020-01-01\n22424,1,1.00,2020-01-02\n")

    assert (found.mapping.header, found.columns, len(found.rows)) == (False, ["1", "2", "3", "4"], 2)
    assert Decimal(found.rows[0][2]) == Decimal("3.50")
