import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import Malformed
from webapp.web import jsonio

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b'{"a":}', b"NaN", b"Infinity", b"-Infinity", b'{"a": NaN}', b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}', b'"\xff"',
        b"\xff\xfe", b"[1,]", b"01", b"1.", b"'a'", b'"\n"', b"{} {}", b"\xef\xbb\xbf{}",
        b"9" * 4001, b"[" * 101 + b"]" * 101, b'{"a":' * 101 + b"1" + b"}" * 101, b"[" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_malformed(text):
    with pytest.raises(Malformed):
        jsonio.loads(text)


def test_what_lies_at_the_bounds_is_read():
    assert jsonio.loads(b"9" * 4000) == int("9" * 4000)
    assert jsonio.loads(b"[" * 100 + b"]" * 100)
    assert jsonio.loads(b'[["[[[[' + b"[" * 500 + b'"]]')[0][0].startswith("[[[[")
    assert len(jsonio.loads(b"[" + b"[]," * 500 + b"[]]")) == 501


@pytest.mark.parametrize("text", [b"1e400", b"-1e400", b"1e99999999999999999999999", b"1e-99999999999999999999999"])
def test_a_number_far_out_is_read_as_a_decimal(text):
    assert isinstance(jsonio.loads(text), Decimal)


def test_numbers_keep_their_digits_on_both_ways():
    text = b'{"a":12.50,"b":0.1,"c":1.100,"d":123456789012345678901234567890.12345}'
    assert jsonio.to_bytes(jsonio.loads(text)) == text
    assert jsonio.loads(b"0.1") + jsonio.loads(b"0.2") == Decimal("0.3")


@given(VALUES)
def test_what_is_written_is_read_back_equal(value):
    assert jsonio.loads(jsonio.to_bytes(value)) == value


@given(VALUES)
def test_what_is_written_is_json_for_others_too(value):
    assert json.loads(jsonio.to_bytes(value), parse_float=Decimal) == value


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_value_or_malformed(text):
    try:
        jsonio.to_bytes(jsonio.loads(text))
    except Malformed as problem:
        assert problem.status == 400


def test_a_lone_surrogate_is_written_as_its_escape():
    assert jsonio.to_bytes({"é\ud800": "\udfff"}) == b'{"\\u00e9\\ud800":"\\udfff"}'


def test_a_decimal_is_written_with_exactly_its_digits():
    assert jsonio.dumps({"price": Decimal("12.50"), "list": (1, 2)}) == '{"price":12.50,"list":[1,2]}'


def test_a_text_may_say_what_is_no_number():
    assert jsonio.dumps({"name": "NaN Infinity"}) == '{"name":"NaN Infinity"}'


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_finite_is_never_written(value):
    with pytest.raises(ValueError):
        jsonio.dumps({"a": value})


def test_what_json_cannot_say_is_refused():
    with pytest.raises(TypeError):
        jsonio.dumps({"a": object()})


def test_a_bad_line_does_not_spoil_the_others():
    found = list(jsonio.lines(b'{"a":1}\r\n\n  \n{"a":\n[2]'))

    assert [index for index, _ in found] == [0, 1, 2]
    assert found[0][1] == {"a": 1} and isinstance(found[1][1], Malformed) and found[2][1] == [2]


@pytest.mark.parametrize(
    "one, other",
    [(b'{"a":1,"b":2.4}', b'{ "b": 2.40, "a": 1.0 }'), (b"[100]", b"[1e2]"), (b"0.0", b"-0"), (b"[1.50e1]", b"[15]")],
)
def test_equal_content_has_equal_canonical_bytes(one, other):
    assert jsonio.canonical(jsonio.loads(one)) == jsonio.canonical(jsonio.loads(other))


@pytest.mark.parametrize("one, other", [(b"1", b'"1"'), (b"1", b"true"), (b"[1,2]", b"[2,1]"), (b"1.01", b"1.001")])
def test_different_content_has_different_canonical_bytes(one, other):
    assert jsonio.canonical(jsonio.loads(one)) != jsonio.canonical(jsonio.loads(other))
