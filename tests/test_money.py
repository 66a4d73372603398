"""Money is exact: what is read, written and divided agrees with Decimal and Fraction for every amount."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import money

CURRENCIES = st.sampled_from(["GBP", "JPY", "KWD", "EUR"])
MINOR = st.integers(0, money.MAX_MINOR)


@given(MINOR, CURRENCIES)
def test_what_is_written_is_read_again(minor, currency):
    text = money.json_number(minor, currency)

    assert money.to_minor(text, currency) == minor
    assert money.to_minor(Decimal(text), currency) == minor
    assert money.from_minor(minor, currency) == Decimal(text)
    assert -money.from_minor(minor, currency).as_tuple().exponent == money.decimals(currency)


@given(st.decimals(min_value=-20_000_000, max_value=20_000_000, allow_nan=False, allow_infinity=False))
def test_an_amount_is_kept_exactly_or_refused(amount):
    try:
        minor = money.to_minor(amount, "GBP")
    except money.MoneyError as refusal:
        exact = Fraction(amount) * 100
        reasons = {"too_small": exact < 0, "too_large": exact > money.MAX_MINOR, "too_precise": exact.denominator != 1}
        assert reasons[refusal.code]
    else:
        assert Fraction(minor, 100) == Fraction(amount)


@pytest.mark.parametrize("value", [12, Decimal("12.0"), Decimal("12.000"), "12.00", "1.2e1", Decimal("1.2e1"), "12"])
def test_what_counts_is_the_value_and_not_how_it_is_written(value):
    assert money.to_minor(value, "GBP") == 1200


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("12.505", "too_precise"), (Decimal("0.001"), "too_precise"), (Decimal("1e-999999"), "too_precise"),
        (-1, "too_small"), ("-0.01", "too_small"), (Decimal("-1e999999"), "too_small"),
        (10_000_000, "too_large"), (Decimal("1e999999"), "too_large"), ("9" * 4000, "too_large"),
        ("", "not_a_number"), ("12,50", "not_a_number"), ("NaN", "not_a_number"), (Decimal("NaN"), "not_a_number"),
        (Decimal("Infinity"), "not_a_number"), (" 12", "not_a_number"), ("1_000", "not_a_number"),
        ("٣", "not_a_number"), (True, "not_a_number"), (12.5, "not_a_number"), (None, "not_a_number"),
        ("0x10", "not_a_number"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_its_reason(value, code):
    with pytest.raises(money.MoneyError) as refusal:
        money.to_minor(value, "GBP")

    assert refusal.value.code == code


def test_digits_beyond_the_decimals_are_refused_however_many_come_before():
    with pytest.raises(money.MoneyError) as refusal:
        money.to_minor(Decimal("1." + "0" * 3000 + "1"), "GBP")

    assert refusal.value.code == "too_precise"


def test_zeros_beyond_the_decimals_change_nothing():
    assert money.to_minor(Decimal("1." + "0" * 3000), "GBP") == 100


def test_a_currency_has_its_own_decimals():
    assert [money.decimals(code) for code in ("GBP", "JPY", "KWD")] == [2, 0, 3]
    assert [money.json_number(1250, code) for code in ("GBP", "JPY", "KWD")] == ["12.50", "1250", "1.250"]
    with pytest.raises(ValueError, match="XYZ"):
        money.decimals("XYZ")


@given(st.integers(-(10**18), 10**18), st.integers(-(10**9), 10**9).filter(bool))
def test_a_quotient_is_rounded_half_away_from_zero(numerator, denominator):
    exact = Fraction(numerator, denominator)
    with localcontext(prec=60):
        wanted = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    assert abs(exact - money.divide(numerator, denominator)) <= Fraction(1, 2)
    if (exact * 2).denominator == 1:
        assert money.divide(numerator, denominator) == int(wanted)


def test_halves_go_away_from_zero():
    assert [money.divide(n, 2) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_the_parts_of_an_amount_never_exceed_it(amount, whole):
    assert money.share(amount, whole, whole) == amount
    assert 0 <= money.share(amount, whole // 2, whole) <= amount


@given(st.integers(-(10**15), 10**15), st.integers(-(10**12), 10**12))
def test_a_ratio_is_rounded_half_even_to_four_decimals(numerator, denominator):
    found = money.ratio(numerator, denominator)

    if denominator == 0:
        assert found is None
    else:
        with localcontext(prec=80):
            wanted = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)
        assert found == wanted
        assert found.as_tuple().exponent == -4


def test_a_ratio_of_amounts_is_exact():
    assert money.ratio(Decimal("8.10"), Decimal("40.10")) == Decimal("0.2020")
    assert money.ratio(0, 5) == 0


def test_millionths_are_exact_and_come_back_as_they_were():
    assert money.to_millionths(Decimal("0.40")) == 400_000
    assert money.to_millionths(Decimal("999999.999999")) == 999_999_999_999
    assert money.from_millionths(money.to_millionths(Decimal("0.000001"))) == Decimal("0.000001")
    with pytest.raises(ValueError, match="six decimals"):
        money.to_millionths(Decimal("0.0000001"))
