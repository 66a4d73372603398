"""Every number that a person reads goes through one formatter: by locale, with a true minus, "—" for unknown."""

from decimal import Decimal

import pytest

from webapp import clock
from webapp.text import Formatter, like, nice_text

LONDON = clock.Zone("Europe/London")


@pytest.fixture
def said():
    return Formatter("en_GB", "GBP", LONDON)


@pytest.mark.parametrize(
    ("method", "value", "wanted"),
    [
        ("money", 482740, "£4,827.40"), ("money", -5, "−£0.05"), ("money", 0, "£0.00"),
        ("money_short", 482740, "£4.8k"), ("money_short", 120, "£1"), ("money_short", -1234567890, "−£12.3m"),
        ("money_short", 99_999, "£1k"), ("money_short", 15_000_000, "£150k"), ("money_short", 0, "£0"),
        ("money_parts", 482740, ("£4,827", ".40")), ("money_parts", -5, ("−£0", ".05")),
        ("signed_money", 4820, "+£48.20"), ("signed_money", -310, "−£3.10"), ("signed_money", 0, "£0.00"),
        ("number", 30211, "30,211"), ("number", -3, "−3"), ("number", Decimal("1.50"), "1.50"),
        ("number_short", 4821, "4.8k"), ("number_short", 7, "7"),
        ("ratio", Decimal("0.0930"), "+9.3%"), ("ratio", Decimal("-0.04"), "−4.0%"), ("ratio", Decimal(0), "0.0%"),
        ("ratio", Decimal("-0.0001"), "0.0%"), ("percent", Decimal("0.541"), "54.1%"),
        ("percent", Decimal(1), "100.0%"),
        ("points", Decimal("-0.012"), "−1.2\u202fpt"),
        ("age", 3, "3 s"), ("age", 720, "12 min"), ("age", 18_000, "5 h"), ("age", 200_000, "2 days"),
        ("age", -1, "0 s"),
    ],
)  # fmt: skip
def test_a_figure_is_written_in_one_way(said, method, value, wanted):
    assert getattr(said, method)(value) == wanted


@pytest.mark.parametrize(
    "method",
    ["money", "signed_money", "money_short", "number", "number_short", "ratio", "percent", "points", "time", "datetime",
     "until", "date", "short_date", "age"],
)  # fmt: skip
def test_what_is_not_known_is_a_dash(said, method):
    assert getattr(said, method)(None) == "—"
    assert said.money_parts(None) == ("—", "")


def test_times_are_those_of_the_shop(said):
    summer = clock.parse_time("2026-07-01T13:37:00Z")

    assert said.time(summer) == "14:37"
    assert said.datetime(summer) == "1 Jul 2026, 14:37"
    assert said.date(clock.parse_date("2026-11-21")) == "Saturday 21 November"
    assert said.short_date(clock.parse_date("2026-11-21")) == "21 Nov 2026"


def test_an_end_is_told_as_it_is_and_midnight_as_the_end_of_the_day_before(said):
    ends = {"2026-11-24T07:00:00Z": "24 Nov 2026, 07:00", "2026-11-25T00:00:00Z": "the end of 24 Nov 2026",
            "2026-07-01T23:00:00Z": "the end of 1 Jul 2026", "2026-07-02T00:00:00Z": "2 Jul 2026, 01:00"}  # fmt: skip

    assert {at: said.until(clock.parse_time(at)) for at in ends} == ends


def test_one_is_not_many(said):
    assert [said.plural(n, "order", "orders") for n in (0, 1, 2000)] == ["0 orders", "1 order", "2,000 orders"]


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "wanted", "short"),
    [
        ("de_DE", "EUR", 482740, "4.827,40 €", "4,8k €"), ("ja_JP", "JPY", 482740, "￥482,740", "￥483k"),
        ("fr_FR", "TND", -482740, "−482,740 TND", "−483 TND"), ("en_IN", "INR", 48274000, "₹4,82,740.00", "₹483k"),
        ("en-US", "USD", 482740, "$4,827.40", "$4.8k"),
    ],
)  # fmt: skip
def test_each_locale_and_currency_has_its_own_way(locale, currency, minor, wanted, short):
    said = Formatter(locale, currency, LONDON)

    assert said.money(minor).replace("\xa0", " ").replace("\u202f", " ") == wanted
    assert said.money_short(minor).replace("\xa0", " ").replace("\u202f", " ") == short
    assert "".join(said.money_parts(minor)) == said.money(minor)


def test_texts_are_kept_in_one_normal_form():
    assert nice_text("  Cafe\u0301 ") == "Caf\u00e9"


def test_signs_of_a_pattern_are_found_as_they_are():
    assert like("50%_a\\b") == "%50\\%\\_a\\\\b%"
    assert like("soap", "40") == "%soap%40%"
