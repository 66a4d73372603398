"""Money is an integer of the currency's minor unit; what is divided is rounded here and nowhere else."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

MAX_MINOR = 999_999_999
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_DECIMALS = {code: places for places, codes in ((0, _ZERO), (2, _TWO), (3, _THREE)) for code in codes.split()}
_NUMBER = re.compile(r"-?[0-9]{1,4000}(\.[0-9]{1,4000})?([eE][+-]?[0-9]{1,6})?", re.ASCII)


class MoneyError(ValueError):
    """An amount that cannot be kept; `code` is not_a_number, too_precise, too_small or too_large."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def currencies() -> list[str]:
    """The codes of the currencies that a shop can have, by ISO 4217, in order."""
    return sorted(_DECIMALS)


def decimals(currency: str) -> int:
    """How many decimals the currency has: 0, 2 or 3 (ISO 4217). Raises ValueError for a code that is none."""
    try:
        return _DECIMALS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is no currency of ISO 4217 that a shop can have") from None


def to_minor(
    value: int | Decimal | str, currency: str, *, what: str = "price", least: int = 0, most: int = MAX_MINOR
) -> int:
    """The amount in minor units, exactly: 12, "12.50", Decimal("1.25e1") in GBP are 1200, 1250, 1250.

    what: the word for it in messages. least and most: the bounds in minor units, both allowed.
    Raises MoneyError: not_a_number (also for a float or a boolean), too_precise, too_small, too_large.
    """
    places = decimals(currency)
    number = _number(value, what)
    if number < 0 and least >= 0:
        raise MoneyError("too_small", f"The {what} must be at least {json_number(least, currency)}.")
    if number and number.adjusted() > 15:
        raise MoneyError(*_outside(number > 0, what, currency, least, most))
    minor = _scaled(number, places)
    if minor is None:
        raise MoneyError("too_precise", f"The {what} has more than {places} decimals.")
    if not least <= minor <= most:
        raise MoneyError(*_outside(minor > most, what, currency, least, most))
    return minor


def _number(value: object, what: str) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise MoneyError("not_a_number", f"The {what} must be a number.")


def _outside(above: bool, what: str, currency: str, least: int, most: int) -> tuple[str, str]:
    if above:
        return "too_large", f"The {what} must be at most {json_number(most, currency)}."
    return "too_small", f"The {what} must be at least {json_number(least, currency)}."


def _scaled(number: Decimal, places: int) -> int | None:
    # By digits, because a decimal context would round a number of more than 28 of them.
    sign, digits, exponent = number.as_tuple()
    written = "".join(map(str, digits)).rstrip("0")
    if not written:
        return 0
    shift = int(exponent) + len(digits) - len(written) + places
    if shift < 0:
        return None
    return (-1 if sign else 1) * int(written) * 10**shift


@lru_cache(maxsize=16_384)
def from_minor(minor: int, currency: str) -> Decimal:
    """The amount as a Decimal with exactly the currency's decimals: 1250 in GBP is Decimal("12.50")."""
    return Decimal(minor).scaleb(-decimals(currency))


def to_millionths(amount: Decimal) -> int:
    """An amount of at most six decimals in millionths of its unit, exactly. Raises ValueError for more decimals."""
    millionths = _scaled(amount, 6)
    if millionths is None:
        raise ValueError(f"{amount} has more than six decimals")
    return millionths


def from_millionths(millionths: int) -> Decimal:
    """The amount as a Decimal with six decimals: 1_250 is Decimal("0.001250")."""
    return Decimal(millionths).scaleb(-6)


def json_number(minor: int, currency: str) -> str:
    """The amount as JSON writes it: "12.50"; never through a binary float."""
    places = decimals(currency)
    if not places:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{places}d}"


def divide(numerator: int, denominator: int) -> int:
    """The quotient, rounded half away from zero. Raises ZeroDivisionError."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    half_up = (2 * abs(numerator) + denominator) // (2 * denominator)
    return half_up if numerator >= 0 else -half_up


def share(amount: int, part: int, whole: int) -> int:
    """The part of an amount that falls to `part` of `whole`, rounded half away from zero."""
    return divide(amount * part, whole)


def ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """The fraction, rounded half even to four decimals; None where the base is zero."""
    if not denominator:
        return None
    if isinstance(numerator, int) and isinstance(denominator, int) and denominator > 0:
        return Decimal(_half_even(numerator * 10_000, denominator)).scaleb(-4)
    exact = Fraction(numerator) / Fraction(denominator) * 10_000
    return Decimal(_half_even(exact.numerator, exact.denominator)).scaleb(-4)


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    doubled = 2 * rest
    return whole + 1 if doubled > denominator or (doubled == denominator and whole % 2) else whole
