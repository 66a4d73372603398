from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import NOW, ZONE, Thing
from webapp.clock import format_time, parse_date, parse_time
from webapp.errors import Invalid
from webapp.web import jsonio
from webapp.web.fields import BusinessDay
from webapp.web.validate import pointer, validate


def check(data, form=False, currency="GBP"):
    return validate(Thing, data, currency=currency, now_ms=NOW, zone=ZONE, form=form)


def codes(data, form=False):
    with pytest.raises(Invalid) as caught:
        check(data, form)
    return {(error.pointer, error.code) for error in caught.value.errors}


def code_of(member, text, form=False):
    """The code with which one member of a JSON text is refused."""
    [(where, code)] = codes({"name": "x", **jsonio.loads(b'{"%s": %s}' % (member.encode(), text.encode()))}, form)
    assert where.startswith(f"/{member}")
    return code


@pytest.mark.parametrize("text", ["12.5", "12.50", "12.500", '"12.50"', "1.25e1", "1250e-2"])
def test_money_is_what_it_is_worth(text):
    assert check({"name": "x", "price": jsonio.loads(text.encode())}).price == 1250


@pytest.mark.parametrize(
    "text, code",
    [
        ("12.505", "too_precise"), ("-0.01", "too_small"), ("10000000", "too_large"), ("1e400", "too_large"),
        ("-1e400", "too_small"), ("1e-400", "too_precise"), ("1e999999999", "too_large"), ("true", "not_a_number"),
        ('"abc"', "not_a_number"), ('""', "not_a_number"), ('"1e"', "not_a_number"), ('"NaN"', "not_a_number"),
        ('"\\u0661"', "not_a_number"), ("[]", "not_a_number"), ("{}", "not_a_number"), ("9" * 4000, "too_large"),
        ("1e99999999999999999999999999", "too_large"), ("0.000000000000000000000000000000001", "too_precise"),
        ('" 1"', "not_a_number"), ('"1_0"', "not_a_number"), ('"Infinity"', "not_a_number"),
    ],
)  # fmt: skip
def test_money_that_cannot_be_kept_is_refused_by_its_code(text, code):
    assert code_of("price", text) == code


def test_a_binary_float_never_becomes_money():
    assert codes({"name": "x", "price": 12.5}) == {("/price", "not_a_number")}


def test_money_follows_the_currency():
    assert check({"name": "x", "price": 12}, currency="JPY").price == 12
    assert check({"name": "x", "price": Decimal("1.234")}, currency="KWD").price == 1234


@given(st.integers(0, 999_999_999))
def test_every_amount_of_the_range_comes_back_exactly(minor):
    for text in (f"{minor // 100}.{minor % 100:02d}", f'"{minor // 100}.{minor % 100:02d}"', f"{minor}e-2"):
        assert check({"name": "x", "price": jsonio.loads(text.encode())}).price == minor


@pytest.mark.parametrize(
    "text, code",
    [
        ("2.5", "not_whole"), ("2.0", "not_whole"), ('"2"', "not_a_number"), ("true", "not_a_number"),
        ("0", "too_small"), ("-1", "too_small"), ("1000001", "too_large"), ("1" + "0" * 3000, "too_large"),
        ("null", "missing"),
        ("[]", "not_a_number"), ("1e2", "not_whole"),
    ],
)  # fmt: skip
def test_a_quantity_is_a_json_integer(text, code):
    data = {"name": "x", "lines": [{"product_id": 1, "quantity": jsonio.loads(text.encode())}]}
    assert codes(data) == {("/lines/0/quantity", code)}


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"', '"\\udc00x"', "5", "[]", "true"])
def test_what_is_no_text_is_refused(text):
    assert code_of("note", text) == "not_text"


def test_texts_have_bounds_and_one_normal_form():
    assert code_of("note", '"' + "x" * 2001 + '"') == "too_long"
    assert codes({"name": "x" * 201}) == {("/name", "too_long")}
    assert codes({"name": "  "}) == {("/name", "missing")}
    assert check({"name": "x" * 200}).name == "x" * 200
    assert check({"name": "e\u0301"}).name == "\u00e9"
    assert check({"name": "\U0001f9c3" * 200}).name == "\U0001f9c3" * 200


@given(st.text(min_size=1, max_size=50))
def test_any_text_is_kept_or_refused(text):
    try:
        kept = check({"name": "x", "note": text}).note
    except Invalid as problem:
        assert problem.errors[0].code == "not_text"
        assert "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)
    else:
        assert kept.encode()


@pytest.mark.parametrize(
    "text, code",
    [
        ("2026-11-21T10:15:00", "not_a_time"), ("2026-11-21", "not_a_time"), ("2026-02-30T00:00:00Z", "not_a_time"),
        ("2026-11-21T10:15:60Z", "not_a_time"), ("1969-12-31T23:59:59Z", "not_a_time"), ("now", "not_a_time"),
        ("2026-11-21T10:20:00.001Z", "in_the_future"), ("9999-12-31T00:00:00Z", "in_the_future"),
        ("2026-11-21T24:00:00Z", "not_a_time"), ("99999-01-01T00:00:00Z", "not_a_time"), ("", "not_a_time"),
    ],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(text, code):
    assert code_of("at", f'"{text}"') == code


def test_a_moment_is_milliseconds_and_may_be_five_minutes_ahead():
    assert check({"name": "x", "at": "2026-11-21T11:15:00.1239+01:00"}).at == NOW + 123
    assert check({"name": "x", "at": "2026-11-21T10:20:00Z"}).at == NOW + 300_000
    assert code_of("at", "1700000000") == "not_a_time"


@given(st.integers(0, NOW))
def test_every_moment_of_the_past_comes_back(ms):
    assert check({"name": "x", "at": format_time(ms)}).at == ms


def test_an_orders_date_is_a_moment_or_a_business_day():
    assert check({"name": "x", "date": "2026-11-20"}).date == BusinessDay(parse_date("2026-11-20"))
    assert check({"name": "x", "date": "2026-11-21"}).date == BusinessDay(parse_date("2026-11-21"))
    assert check({"name": "x", "date": "2026-11-20T12:00:00Z"}).date == parse_time("2026-11-20T12:00:00Z")
    assert code_of("date", '"2026-11-22"') == "in_the_future"
    assert code_of("date", '"2026-13-01"') == "not_a_time"


def test_a_reference_is_an_id_or_a_code_by_its_json_type():
    def product(value, form=False):
        return check({"name": "x", "lines": [{"product_id": value, "quantity": 1}]}, form).lines[0].product_id

    assert product(17) == 17 and product("17") == "17" and product("sku:17") == "sku:17"
    assert (
        product("17", form=True) == 17 and product("sku:17", form=True) == "17" and product("A-1", form=True) == "A-1"
    )


@pytest.mark.parametrize(
    "text, code",
    [
        ("1.5", "not_whole"), ("0", "too_small"), ("null", "missing"), ("true", "not_text"), ("[]", "not_text"),
        ('""', "missing"), ("1" + "0" * 30, "too_large"), ('"' + "x" * 101 + '"', "too_long"),
        ('"\\u0000"', "not_text"),
    ],
)  # fmt: skip
def test_a_bad_reference_is_refused(text, code):
    data = {"name": "x", "lines": [{"product_id": jsonio.loads(text.encode()), "quantity": 1}]}
    assert codes(data) == {("/lines/0/product_id", code)}


def test_all_bad_members_are_named_at_once():
    data = {
        "note": 5, "price": "x", "at": "x", "pay": "gold", "flag": "true", "latitude": 91, "tags": ["", "ok"],
        "lines": [{"product_id": 1, "quantity": 0}, {"quantity": 1, "colour": 1}, 7], "a/b~c": 1,
    }  # fmt: skip

    assert codes(data) == {
        ("/name", "missing"), ("/note", "not_text"), ("/price", "not_a_number"), ("/at", "not_a_time"),
        ("/pay", "unknown"), ("/flag", "unknown"), ("/latitude", "too_large"), ("/tags/0", "missing"),
        ("/lines/0/quantity", "too_small"), ("/lines/1/product_id", "missing"), ("/lines/1/colour", "unknown_field"),
        ("/lines/2", "unknown"), ("/a~1b~0c", "unknown_field"),
    }  # fmt: skip


@pytest.mark.parametrize("data", [[], 5, "x", None, True, Decimal("1.5")])
def test_what_is_no_object_is_refused(data):
    assert codes(data) == {("", "unknown")}


def test_a_key_that_is_no_text_is_an_unknown_field_beside_the_others():
    assert codes({"\ud800": 1, "price": -1}) == {
        ("/\ud800", "unknown_field"), ("/price", "too_small"), ("/name", "missing"),
    }  # fmt: skip
    assert codes({"name": "x", "lines": [{"product_id": 1, "\udfff": 2, "quantity": 1}]}) == {
        ("/lines/0/\udfff", "unknown_field")
    }


@given(
    st.dictionaries(st.text(alphabet=st.characters(), max_size=4), st.integers() | st.text() | st.none(), max_size=6)
)
def test_any_object_is_a_model_or_a_list_of_errors(data):
    try:
        check(data)
    except Invalid as problem:
        assert problem.errors and all(error.code and error.detail for error in problem.errors)
        assert jsonio.to_bytes(problem.as_json())


def test_a_thousand_errors_are_enough():
    assert len(codes({"name": "x", **{f"member{n}": n for n in range(3000)}})) == 1000


def test_the_texts_of_a_form_are_numbers_flags_and_local_times():
    sent = {
        "name": "x", "price": " 2.40 ", "flag": "on", "latitude": "50.82", "at": "2026-11-20T09:30",
        "date": "2026-11-20", "lines": [{"product_id": "17", "quantity": "2"}],
    }  # fmt: skip
    thing = check(sent, form=True)

    assert (thing.price, thing.flag, thing.latitude) == (240, True, Decimal("50.82"))
    assert thing.at == parse_time("2026-11-20T09:30:00Z") and thing.lines[0].quantity == 2
    assert code_of("flag", '"maybe"', form=True) == "unknown"
    assert code_of("at", '"2026-11-20T25:30"', form=True) == "not_a_time"


@pytest.mark.parametrize("text, code", [("2.5", "not_whole"), ("two", "not_a_number"), ("0", "too_small")])
def test_a_quantity_of_a_form_is_refused_in_the_same_words(text, code):
    data = {"name": "x", "lines": [{"product_id": "1", "quantity": text}]}
    assert codes(data, form=True) == {("/lines/0/quantity", code)}


def test_a_pointer_leaves_out_what_pydantic_adds():
    data = {"a": [{"b": 1}]}
    assert pointer(("a", "list[Line]", 0, "Line", "b"), data) == "/a/0/b"
    assert pointer(("a", 0, "new"), data) == "/a/0/new"
