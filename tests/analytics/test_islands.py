"""The pieces of Today over a real ledger: with sales, without, with few, with more given back than sold."""

import re

import pytest
from flask import Flask

from tests.making import make_location, make_product, sell, take_back
from webapp import clock
from webapp.analytics import islands as today
from webapp.db import reading
from webapp.errors import Invalid
from webapp.live import islands
from webapp.web import templating

NOW = "2026-11-21T14:37:08Z"
NAMES = ("figures", "minute", "curve", "tiles", "sources", "sellers", "feed", "heat", "days")


@pytest.fixture
def shown(shop, at):
    """shown("figures?period=today", now) is the island's text without tags; shown.html is its markup."""
    app = Flask("takings", root_path=str(templating.__file__).rsplit("/webapp/", 1)[0], template_folder="templates")
    templating.register(app)
    islands.known.install(app.jinja_env)
    at(NOW)

    def show(address, now=NOW):
        with reading.reading() as tx, app.test_request_context():
            show.html = str(islands.known.render(f"/analytics/{address}", tx, clock.parse_time(now)))
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", show.html)).strip()

    return show


@pytest.fixture
def context(shop, at):
    """context(period="7d") is what the page gets."""
    at(NOW)

    def find(**args):
        with reading.reading() as tx:
            return today.page_context(tx, args, clock.parse_time(NOW))

    return find


def moment(text):
    return clock.parse_time(f"2026-11-{text}:00Z")


def a_day(day, count, quantity=1, hour=10):
    for i in range(count):
        sell("TEA", quantity, placed_ms=moment(f"{day}T{hour:02d}:{i:02d}"))


# ---- Every piece ----


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_that_has_sold_nothing_has_something_to_show_everywhere(shown, name):
    text = shown(name)

    assert text
    assert not re.search(r"\bNone\b|NaN|nan\b", shown.html)
    assert "style=" not in shown.html


@pytest.mark.parametrize(
    "query", ["", "period=yesterday", "period=28d&compare=last_year", "period=ytd", "period=all&weekday=6"]
)
def test_every_piece_answers_for_every_period(shown, query):
    make_product("TEA", "2.40", stock=50, category="Drinks")
    a_day("21", 3)
    a_day("14", 3)

    for name in NAMES:
        assert shown(f"{name}?{query}"), name
        assert not re.search(r"\bNone\b|NaN", shown.html)
        assert shown.html.count("data-island=") == 1


def test_an_unknown_place_is_refused_by_its_name(shown):
    with pytest.raises(Invalid) as refused:
        shown("figures?location=nowhere")

    assert refused.value.errors[0].parameter == "location"


# ---- Taken so far ----


def test_the_day_is_compared_with_the_same_weekday_at_this_time(shown):
    make_product("TEA", "2.40")
    a_day("21", 12)
    a_day("14", 10)
    a_day("14", 5, hour=18)

    text = shown("figures")

    assert "£28 .80" in text
    assert "+20.0% on last Saturday at this time" in text and "£4.80 more" in text
    assert "Last Saturday, the whole day i £36" in text
    assert "Busiest hour, 10:00 i £29" in text


def test_before_the_first_sale_of_a_day_its_busiest_hour_has_its_place(shown):
    make_product("TEA", "2.40")
    a_day("14", 10)

    assert "Busiest hour i —" in shown("figures")


def test_under_ten_orders_no_percentage_is_shown(shown):
    make_product("TEA", "2.40")
    a_day("21", 12)
    a_day("14", 9)

    text = shown("figures")

    assert "Too few orders to compare with last Saturday at this time" in text and "%" not in text


def test_a_day_without_an_earlier_one_says_so(shown):
    make_product("TEA", "2.40")
    a_day("21", 2)

    assert "Last Saturday at this time nothing had been sold." in shown("figures")


def test_more_given_back_than_sold_is_below_zero(shown):
    make_product("TEA", "2.40")
    order_id = sell("TEA", 5, placed_ms=moment("20T10:00"))
    take_back(order_id, 5, returned_ms=moment("21T11:00"))

    assert "−£12 .00" in shown("figures")
    assert "−£12" in shown("curve")
    assert "Returns £12.00" in shown("tiles")


def test_level_is_a_word(shown):
    make_product("TEA", "2.40")
    a_day("21", 10)
    a_day("14", 10)

    assert "Level with last Saturday at this time." in shown("figures")


def test_nothing_is_compared_when_nothing_is_asked(shown):
    make_product("TEA", "2.40")
    a_day("21", 2)

    assert "Not compared." in shown("figures?compare=none")
    assert "l-then" not in (shown("curve?compare=none"), shown.html)[1]


# ---- The last minute ----


def test_the_last_minute_moves_by_itself(shown):
    make_product("TEA", "2.40")
    sell("TEA", 2, placed_ms=clock.parse_time("2026-11-21T14:36:30Z"))

    fresh = shown("minute")
    later = shown("minute", "2026-11-21T14:37:35Z")
    gone = shown("minute", "2026-11-21T14:38:31Z")

    assert "1 order £4.80 +£4.80 on the minute before, 1 order more" in fresh
    assert "0 orders £0.00 −£4.80 on the minute before, 1 order fewer" in later
    assert "£0.00 level on the minute before" in gone


# ---- The curve ----


def test_the_curve_ends_at_what_the_headline_says(shown):
    make_product("TEA", "2.40")
    a_day("21", 5, hour=9)
    a_day("14", 5, hour=16)
    sell("TEA", 1, placed_ms=clock.parse_time("2026-11-21T14:40:00Z"))

    text = shown("curve")

    assert "£14 at 14:37" in text and "£14 .40" in shown("figures")
    assert "Running total against last Saturday" in text
    assert "09:00 £12.00" in text and "14:00 (so far) £2.40" in text


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_23_and_25_hours_have_so_many_rows(shown, date, hours):
    make_product("TEA", "2.40")
    begin, end = clock.Zone("Europe/London").bounds(clock.parse_date(date))
    sell("TEA", 1, placed_ms=begin)
    sell("TEA", 1, placed_ms=end - 1)

    shown(f"curve?from={date}&to={date}")

    assert shown.html.count("<tr data-x") == hours
    assert '<th scope="row">01:00 (winter)</th>' in shown.html or hours == 23


def test_a_month_is_drawn_as_days_with_the_open_one_apart(shown):
    make_product("TEA", "2.40")
    a_day("20", 2)
    a_day("21", 1)

    text = shown("curve?period=28d")

    assert "Each day against the 28 days before" in text
    assert shown.html.count('class="bar-open"') == 1 and "Saturday 21 November (so far) £2.40" in text


# ---- Lists ----


def test_places_and_channels_stand_with_their_mark(shown):
    make_product("TEA", "2.40")
    make_location("quayside")
    for day, count in (("21", 12), ("14", 10)):
        for i in range(count):
            sell("TEA", 1, channel="store", location="quayside", placed_ms=moment(f"{day}T10:{i:02d}"))
    sell("TEA", 5, placed_ms=moment("21T11:00"))

    text = shown("sources")

    assert "Quayside £28.80 +20.0%" in text
    assert "Online £12.00 too few" in text
    assert re.search(r'href="/\?period=today&amp;compare=\w+&amp;location=\d+"', shown.html)
    assert 'class="then"' in shown.html


def test_best_sellers_say_what_is_left(shown):
    for sku, stock, point in (("TEA", 50, 10), ("SOAP", 3, 5), ("OATS", 1, None), ("BREW", None, None)):
        make_product(sku, "2.40", name=f"{sku.title()} <b>", stock=stock, reorder_point=point)
        sell(sku, 1, placed_ms=moment("21T10:00"))

    text = shown("sellers")

    assert "49" in text and "2 left" in text and " out" in text and "—" in text
    assert "&lt;b&gt;" in shown.html and "<b>" not in shown.html


def test_the_feed_has_the_newest_first_and_none_of_the_future(shown):
    make_product("TEA", "2.40", name="Iced tea")
    first = sell("TEA", 3, placed_ms=moment("20T10:00"))
    second = sell("TEA", 1, placed_ms=moment("21T10:00"))
    third = sell("TEA", 1, placed_ms=clock.parse_time("2026-11-21T14:40:00Z"))

    text = shown("feed")

    assert [int(found) for found in re.findall(r'id="o-(\d+)"', shown.html)] == [second, first]
    assert "10:00 Online Iced tea £2.40" in text and "20 Nov Online Iced tea × 3 £7.20" in text
    assert f"o-{third}" in (shown("feed", "2026-11-21T14:41:00Z"), shown.html)[1]


def test_the_feed_keeps_to_the_filters(shown):
    make_product("TEA", "2.40", category="Drinks")
    make_product("SOAP", "4.00", category="Skincare")
    sell("TEA", 1, placed_ms=moment("21T10:00"))
    sell("SOAP", 1, placed_ms=moment("21T10:01"))

    assert "Soap" in shown("feed?category=Skincare") and "Tea" not in shown("feed?category=Skincare")


def test_tiles_leave_the_unfinished_day_out_of_their_lines(shown):
    make_product("TEA", "2.40", cost="1.20")
    a_day("20", 4)
    a_day("21", 1)

    text = shown("tiles")

    assert "Orders 1" in text and "Gross margin 50.0%" in text
    assert "Orders, 14 whole days" in shown.html


# ---- The page ----


def test_the_page_without_parameters_is_today_against_the_weekday(context):
    found = context()

    assert (found["title"], found["period"], found["compare"]) == ("Today", "today", "weekday")
    assert found["addresses"]["figures"] == "/analytics/figures?compare=weekday&period=today"
    assert found["addresses"]["minute"] == "/analytics/minute"


def test_filters_are_in_every_address_in_one_form(context):
    make_product("TEA", "2.40", category="Drinks")

    found = context(period="7d", channel="online", category="Drinks")

    assert found["addresses"]["feed"] == "/analytics/feed?category=1&channel=1"
    assert found["addresses"]["tiles"] == "/analytics/tiles?category=1&channel=1&compare=previous&period=7d"
    assert {islands.known.canonical(address) for address in found["addresses"].values()} == set(
        found["addresses"].values()
    )
    assert found["channel"] == "online"


def test_a_shop_that_has_not_sold_yet_is_known(context):
    assert context()["sold_before"] is False

    make_product("TEA", "2.40")
    sell("TEA", 1)

    assert context()["sold_before"] is True
