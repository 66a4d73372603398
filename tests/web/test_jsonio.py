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


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b":", b",", b'"a":', b'"a" :', b'"b":1', b'"a":{"b":2}', b'"":', b'"a"', b'"\\":"', b'" :"', b" ", b"\t",
     b"1", b"-0", b"2.40", b"1e400", b"1e9999999999999999999", b"9" * 4001, b"NaN", b"null", b"true", b'"\\ud800"', b'"\xff"']
)  # fmt: skip
WRITTEN = st.lists(PIECES, max_size=12).map(b"".join)
MEMBERS = st.lists(st.tuples(st.sampled_from(["a", "b", '":', " :"]), VALUES), max_size=4)
OBJECTS = st.tuples(MEMBERS, st.sampled_from([":", ": ", " :", "\t:"])).map(
    lambda told: (
        "{" + ",".join(json.dumps(key) + told[1] + jsonio.to_bytes(value).decode() for key, value in told[0]) + "}"
    ).encode()
)


def read(parse, text):
    """The value with its types, or the words of the refusal."""
    try:
        return repr(parse(text))
    except Malformed as problem:
        return f"refused: {problem}"


@given(WRITTEN | OBJECTS | st.tuples(OBJECTS, OBJECTS).map(lambda two: b"[%b,%b]" % two))
def test_the_quick_parser_says_what_the_strict_one_says(text):
    assert read(jsonio.loads, text) == read(jsonio._strictly, text)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'[{"a":1,"b":{"c":1,"c":2}}]',
        b'{"a" :1,"a":2}',
        b'{"a":"\\":","a":2}',
        b'{"a":1,"\\u0061":2}',
    ],
)
def test_a_key_twice_is_seen_however_it_is_written(text):
    with pytest.raises(Malformed, match="twice"):
        jsonio.loads(text)


@given(st.lists(WRITTEN | OBJECTS, max_size=6), st.integers(0, 600))
def test_lines_are_read_together_as_one_by_one(some, more):
    texts = [text for text in some if text.strip(b" \t\r")] + [b'{"a":%d}' % number for number in range(more)]

    found = [value for values in jsonio.lines(b"\n".join(texts)) for value in values]

    assert [f"refused: {one}" if isinstance(one, Malformed) else repr(one) for one in found] == [
        read(jsonio._strictly, text.strip(b" \t\r")) for text in texts
    ]


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
    (found,) = jsonio.lines(b'{"a":1}\r\n\n  \n{"a":\n[2]')

    assert len(found) == 3
    assert found[0] == {"a": 1} and isinstance(found[1], Malformed) and found[2] == [2]


@pytest.mark.parametrize(
    "one, other",
    [(b'{"a":1,"b":2.4}', b'{ "b": 2.40, "a": 1.0 }'), (b"[100]", b"[1e2]"), (b"0.0", b"-0"), (b"[1.50e1]", b"[15]")],
)
def test_equal_content_has_equal_canonical_bytes(one, other):
    assert jsonio.canonical(jsonio.loads(one)) == jsonio.canonical(jsonio.loads(other))


@pytest.mark.parametrize("one, other", [(b"1", b'"1"'), (b"1", b"true"), (b"[1,2]", b"[2,1]"), (b"1.01", b"1.001")])
def test_different_content_has_different_canonical_bytes(one, other):
    assert jsonio.canonical(jsonio.loads(one)) != jsonio.canonical(jsonio.loads(other))


numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5) | st.text("a.E+-0:[", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_the_quick_way_to_canonical_bytes_is_the_careful_one(value):
    assert jsonio.canonical(value) == "".join(jsonio._in_order(value, 0)).encode()


@given(
    st.lists(st.decimals(allow_nan=False, allow_infinity=False) | st.integers(), min_size=2, max_size=2),
    st.integers(0, 4),
)
def test_numbers_have_the_same_canonical_bytes_only_when_they_are_equal(numbers, zeros):
    one, other = (Decimal(number) for number in numbers)
    longer = Decimal(f"{one:f}{'' if '.' in f'{one:f}' else '.'}{'0' * zeros}") if abs(one.adjusted()) < 300 else one

    assert (jsonio.canonical(one) == jsonio.canonical(other)) == (one == other)
    assert jsonio.canonical(longer) == jsonio.canonical(one)
