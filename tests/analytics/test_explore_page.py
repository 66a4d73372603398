"""Explore, About this figure and the reconciliation as people see them, and as files."""

import csv
import html
import io
import json
import re
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import making
from webapp import clock
from webapp.db import reading
from webapp.metrics import definitions, dictionary
from webapp.metrics.definitions import METRICS, Edition
from webapp.web import xlsxio

NOON = "2026-11-21T12:00:00Z"
HTML = {"Accept": "text/html"}


def ms(text):
    """An instant."""
    return clock.parse_time(text)


def page(client, address, status=200):
    """The text of a page."""
    answer = client.get(address, headers=HTML)
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("text/html")
    return answer.text


def exact(client, address):
    """The JSON of an address, numbers exact."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal)


def sheets(answer):
    """The cells of every sheet of an XLSX answer, as texts row by row."""
    assert answer.status_code == 200, answer.text
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    shared = []
    if "xl/sharedStrings.xml" in book.namelist():
        texts = re.findall(r"<si><t[^>]*>(.*?)</t></si>", book.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        shared = texts
    found = []
    for name in sorted(one for one in book.namelist() if one.startswith("xl/worksheets/sheet")):
        rows = []
        for row in re.findall(r"<row .*?</row>", book.read(name).decode(), re.DOTALL):
            cells = re.findall(r'<c r="([A-Z]+)\d+"[^>]*?(?: t="(\w+)")?>(.*?)</c>', row, re.DOTALL)
            rows.append([_cell(kind, inside, shared) for _, kind, inside in cells])
        found.append(rows)
    return found


def _cell(kind, inside, shared):
    value = re.sub(r"<[^>]+>", "", inside)
    return shared[int(value)] if kind == "s" else value


@pytest.fixture
def stocked(client, at):
    """A client of a shop with tea and cake that sold this week and last, at noon."""
    at(NOON)
    making.make_product("TEA", "2.40", category="Drinks", brand="Pine", cost=Decimal("1.00"))
    making.make_product("CAKE", "3.10", category="Food")
    for day in ("10-24", "11-14", "11-19", "11-20", "11-21"):
        making.sell("TEA", 2, placed_ms=ms(f"2026-{day}T10:00:00Z"), channel="online")
        making.sell("CAKE", 1, placed_ms=ms(f"2026-{day}T11:00:00Z"), channel="store")
    return client


# ---- The page ----


def test_it_opens_with_net_sales_each_day_of_four_weeks(stocked):
    text = page(stocked, "/explore")

    assert "Net sales, each day" in text
    assert "£31.60" in text
    assert text.count('<tr data-key="x-') == 28
    assert 'class="so-far"' in text  # today is not over


def test_chart_and_table_are_the_same_figures(stocked):
    text = page(stocked, "/explore?grain=day&period=7d&compare=none")

    figure = re.search(r'<figure class="chart answer-chart.*?</figure>', text, re.DOTALL)[0]
    assert "data-chart" in figure and "data-drill" in figure
    assert figure.count("<tbody>") == 1  # the read-out of the chart is read from the one table
    assert re.findall(r'data-x="([0-9.]+)"', figure) == ["0.0", "16.7", "33.3", "50.0", "66.7", "83.3", "100.0"]
    rows = exact(stocked, "/explore?grain=day&period=7d&compare=none")["rows"]
    shown = re.findall(r"data-open>£([0-9.]+)<", figure)
    assert [Decimal(one) for one in shown] == [row["net_sales"] for row in rows]


def test_things_are_ranked_with_a_bar_each_and_what_is_cut_is_told(stocked):
    text = page(stocked, "/explore?by=product&limit=1")

    assert text.count('class="bar-link"') == 1
    assert "All others" in text


def test_things_over_time_are_small_multiples_on_one_scale(stocked):
    text = page(stocked, "/explore?by=channel&grain=day&period=7d")

    assert text.count('class="panel"') == 2
    assert ">Online<" in text and ">Store<" in text


def test_the_last_name_below_a_small_multiple_is_whole(stocked):
    text = page(stocked, "/explore?by=channel&grain=day&period=28d")

    below = text.partition('class="panel"')[2].partition("</svg></div>")[0]
    assert ">26 Oct<" in below and ">16 Nov<" in below and ">16<" not in below


def test_hours_of_several_days_have_their_days_below(stocked):
    text = page(stocked, "/explore?grain=hour&period=7d&limit=250")

    names = re.findall(r"<text[^>]*>(\w{3} \d+|\d\d:\d\d)</text>", text)
    assert names and set(names) <= {
        f"{name} {15 + i}" for i, name in enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"))
    }


def test_wanted_22_the_open_bucket_stands_apart_and_is_dashed(stocked):
    text = page(stocked, "/explore?grain=day&period=7d")

    assert "Sat 21 Nov 2026 so far" in text
    assert "l-open" in text


@pytest.mark.parametrize(
    "mode, words",
    [("previous", "the 7 days before"), ("last_year", "a year earlier"), ("weekday", "the 7 days before")],
)
def test_wanted_23_it_says_what_it_compares_with(stocked, mode, words):
    assert f"Compared with {words} at the same point." in page(stocked, f"/explore?period=7d&compare={mode}&grain=day")


def test_wanted_23_to_date_is_compared_with_the_same_point(stocked):
    told = exact(stocked, "/explore?period=mtd&compare=previous")["compare"]

    assert (told["from"], told["to"]) == ("2026-09-30T23:00:00.000Z", "2026-10-21T11:00:00.000Z")
    assert "Compared with last month at the same point." in page(stocked, "/explore?period=mtd")


def test_wrong_questions_come_back_with_the_form_and_what_is_wrong(stocked):
    text = page(stocked, "/explore?by=colour&metric=orders&limit=0", 422)

    assert "This cannot be shown" in text
    assert "There is no by &#39;colour&#39;." in text
    assert '<option value="orders" selected>' in text


def test_nothing_sold_says_which_filter_to_take_away(stocked):
    making.make_location("pier")

    text = page(stocked, "/explore?location=pier&period=7d")

    assert "Nothing was sold in this time" in text
    assert "Without Location: Pier" in text


def test_dates_win_over_the_named_period_that_the_form_sends_with_them(stocked):
    text = page(stocked, "/explore?period=28d&from=2026-11-19&to=2026-11-20&grain=day")

    assert text.count('<tr data-key="x-') == 2


def test_filters_that_the_form_cannot_hold_are_kept(stocked):
    text = page(stocked, "/explore?category=Drinks&category=Food&by=channel")

    assert text.count('type="hidden" name="category"') == 2
    assert "Remove: Category: Drinks" in text


def test_the_answer_is_an_island_that_moves_with_sales(stocked):
    from webapp.live import islands

    address = re.search(r'data-island="(/analytics/[^"]+)"', page(stocked, "/explore?by=channel"))[1].replace(
        "&amp;", "&"
    )
    making.sell("TEA", 1, channel="online")

    with reading.reading() as tx:
        assert "£34.00" in islands.render(address, tx, clock.now_ms())


# ---- Files ----


def test_csv_and_xlsx_hold_the_rows_of_the_page(stocked):
    address = "/explore?metric=net_sales&metric=orders&by=product&period=7d&compare=none"

    lines = list(csv.reader(io.StringIO(stocked.get(f"{address}&format=csv").text)))
    answer = stocked.get(f"{address}&format=xlsx")
    figures, about = sheets(answer)

    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert 'filename="explore.xlsx"' in answer.headers["Content-Disposition"]
    assert figures[0] == lines[0] == ["product", "sku", "name", "net_sales", "orders"]
    assert [[*row[:3], Decimal(row[3]), row[4]] for row in figures[1:]] == [
        [*row[:3], Decimal(row[3]), row[4]] for row in lines[1:]
    ]
    assert ["Currency", "GBP"] in about


def test_no_cell_of_a_sheet_is_run(stocked):
    making.make_product("EVIL", "1.00", name='=HYPERLINK("http://x.test")')
    making.sell("EVIL", 1)

    book = zipfile.ZipFile(io.BytesIO(stocked.get("/explore?by=product&format=xlsx").data))

    assert not any(b"<f>" in book.read(name) or b"<hyperlink" in book.read(name) for name in book.namelist())


def test_a_sheet_is_the_same_bytes_and_keeps_what_a_number_cannot():
    rows = [[Decimal("12.50"), 10**17, True, None, "a\x01b", Decimal("99999999999999.99")]]

    first, second = (b"".join(xlsxio.stream(["a"], rows)) for _ in range(2))

    text = b"".join(
        zipfile.ZipFile(io.BytesIO(first)).read(name) for name in zipfile.ZipFile(io.BytesIO(first)).namelist()
    )
    assert first == second
    assert b"<v>12.50</v>" in text and b"100000000000000000" in text and b"99999999999999.99" in text


def test_a_sheet_is_only_given_to_who_names_it(stocked):
    assert stocked.get("/explore", headers={"Accept": "application/*"}).mimetype == "application/json"
    assert stocked.get("/explore", headers={"Accept": xlsxio_type()}).mimetype == xlsxio_type()


def xlsxio_type():
    """The type of a sheet."""
    from webapp.web import negotiate

    return negotiate.XLSX


# ---- Saved views ----


def test_a_view_is_saved_listed_opened_and_deleted(stocked):
    done = stocked.post("/explore/views", data={"name": "By channel", "query": "by=channel&period=7d"}, headers=HTML)

    assert done.status_code == 303 and done.headers["Location"] == "/explore?by=channel&period=7d"
    [view] = stocked.get("/explore/views").json["items"]
    assert view["name"] == "By channel" and view["address"] == "/explore?by=channel&period=7d"
    assert ">By channel</a>" in page(stocked, "/explore")

    gone = stocked.post(f"/explore/views/{view['id']}", data={"_method": "DELETE", "back": "by=brand"}, headers=HTML)

    assert gone.status_code == 303 and gone.headers["Location"] == "/explore?by=brand"
    assert stocked.get("/explore/views").json["items"] == []
    assert stocked.delete(f"/explore/views/{view['id']}").status_code == 404
    assert making.differences() == []


def test_the_view_that_is_open_is_marked(stocked):
    query = re.search(r'name="query" value="([^"]+)"', page(stocked, "/explore?by=brand"))[1].replace("&amp;", "&")
    stocked.post("/explore/views", json={"name": "Brands", "query": query})

    assert re.search(r'aria-current="true">Brands<', page(stocked, "/explore?by=brand"))


def test_a_taken_name_shows_the_page_again_with_what_was_typed(stocked):
    first = stocked.post("/explore/views", json={"name": "Mine", "query": "by=channel"}).json

    again = stocked.post("/explore/views", data={"name": "Mine", "query": "by=brand"}, headers=HTML)

    assert again.status_code == 422
    assert "Mine is taken" in again.text and 'value="Mine"' in again.text and "Net sales by brand" in again.text
    answer = stocked.post("/explore/views", json={"name": "Mine", "query": "by=brand"})
    assert (answer.status_code, answer.json["code"], answer.json["id"]) == (409, "duplicate", first["id"])


@pytest.mark.parametrize(
    "query, code",
    [("by=colour", "unknown"), ("form=2026-01-01", "unknown_field"), (7, "not_text"), ("by=" + "x" * 3000, "too_long")],
)
def test_a_view_that_asks_nothing_is_refused(stocked, query, code):
    answer = stocked.post("/explore/views", json={"name": "Wrong", "query": query})

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert stocked.get("/explore/views").json["items"] == []


def test_the_same_key_saves_a_view_once(stocked):
    for _ in range(2):
        answer = stocked.post(
            "/explore/views", json={"name": "Once", "query": "by=channel"}, headers={"Idempotency-Key": "k1"}
        )  # fmt: skip
        assert answer.status_code == 201
    assert len(stocked.get("/explore/views").json["items"]) == 1


# ---- About this figure ----


@pytest.mark.parametrize("name", [*METRICS, "last_minute"])
def test_every_figure_says_what_it_means_and_rests_on(stocked, name):
    text = page(stocked, f"/explore/metrics/{name}?period=7d&channel=online")

    assert (METRICS | definitions.OF_THE_MOMENT)[name].definition in html.unescape(text)
    assert "Channel: Online" in text and re.search("Open its (orders|returns)", text) and "Version" in text


def test_every_figure_of_today_leads_to_what_it_means(stocked):
    text = page(stocked, "/")

    linked = set(re.findall(r'class="about" href="/explore/metrics/(\w+)', text))
    assert linked >= {
        "net_sales",
        "last_minute",
        "orders",
        "average_order_value",
        "units",
        "gross_margin_ratio",
        "returns",
    }
    for href in set(re.findall(r'class="about" href="([^"]+)"', text)):
        page(stocked, href.replace("&amp;", "&"))


def test_the_figure_there_is_the_figure_here_with_its_parts(stocked):
    order_id = making.sell("TEA", 5, channel="online")
    making.take_back(order_id, 1)

    told = exact(stocked, "/explore/metrics/net_sales?period=today&compare=weekday")

    assert told["value"] == exact(stocked, "/analytics?period=today")["total_revenue"] == Decimal("17.50")
    assert [(part["role"], part["value"]) for part in told["made_of"]] == [
        ("plus", Decimal("19.90")), ("minus", Decimal("2.40")),
    ]  # fmt: skip
    assert told["orders"] == "/orders?from=2026-11-21&to=2026-11-21"


def test_the_last_minute_opens_the_orders_of_the_last_minute(stocked):
    inside = making.sell("TEA", 1, placed_ms=ms("2026-11-21T11:59:00.001Z"))
    making.sell("TEA", 1, placed_ms=ms("2026-11-21T11:59:00.000Z"))

    told = exact(stocked, "/explore/metrics/last_minute")

    assert told["value"] == Decimal("2.40") == told["previous"]
    assert [item["id"] for item in stocked.get(told["orders"]).json["items"]] == [inside]


def test_an_unknown_figure_is_not_found(stocked):
    assert stocked.get("/explore/metrics/profit").status_code == 404


def test_wanted_32_a_definition_has_a_version_a_date_and_what_it_meant_before(stocked, monkeypatch):
    from dataclasses import replace

    before = Edition(1, "2026-01-01", "2026-11-21", "Sales without what was discounted.", "list prices - discounts")
    changed = replace(METRICS["net_sales"], version=2, earlier=(before,))
    monkeypatch.setitem(METRICS, "net_sales", changed)
    from webapp.analytics import shapes_about

    monkeypatch.setitem(shapes_about.KNOWN, "net_sales", changed)

    text = page(stocked, "/explore/metrics/net_sales")
    told = exact(stocked, "/explore?metric=net_sales")["metrics"][0]

    assert "Sales without what was discounted." in text and "Version 1, 1 Jan 2026 to 21 Nov 2026" in text
    assert (told["version"], told["valid_from"], told["earlier"][0]["formula"]) == (2, "2026-11-21", before.formula)
    assert "Version 1, 2026-01-01 to 2026-11-21: Sales without" in dictionary.document()


# ---- Reconciliation ----


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(0, 9), st.integers(0, 30)), max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_wanted_1_every_breakdown_sums_to_the_headline_whatever_is_returned(stocked, history):
    for number, quantity, back, day in history:
        at = ms("2026-10-22T09:00:00Z") + day * 86_400_000
        order_id = making.sell(
            ("TEA", "CAKE")[number % 2], quantity, placed_ms=at, channel=("online", "store")[number // 2],
            price_minor=333, discount_minor=number,
        )  # fmt: skip
        if back:
            making.take_back(order_id, min(back, quantity), returned_ms=min(at + 86_400_000, ms(NOON)))

    for query in ("", "?period=28d", "?period=today", "?from=2026-11-01T10:30:00Z&to=2026-11-20", "?channel=online"):
        told = exact(stocked, f"/analytics/reconciliation{query}")

        assert told["balanced"]
        for each in told["breakdowns"]:
            for name, total in each["sums"].items():
                assert total is None or total == told["headline"][name], (query, each["dimension"], name)


def test_returns_stand_by_their_own_day_and_beside_it_by_the_day_of_their_sale(stocked):
    order_id = making.sell("TEA", 3, placed_ms=ms("2026-11-18T10:00:00Z"))
    making.take_back(order_id, 2, returned_ms=ms("2026-11-20T10:00:00Z"))

    told = exact(stocked, "/analytics/reconciliation?from=2026-11-18&to=2026-11-19")["returns"]
    later = exact(stocked, "/analytics/reconciliation?from=2026-11-20&to=2026-11-20")["returns"]

    assert (told["by_return_day"], told["by_sale_day"]) == (0, Decimal("4.80"))
    assert (later["by_return_day"], later["by_sale_day"]) == (Decimal("4.80"), 0)
    text = page(stocked, "/analytics/reconciliation?period=28d")
    assert "By their own day: this counts everywhere" in text and "By the day of their sale" in text


def test_over_all_time_both_days_of_returns_sum_alike_but_for_unknown_sales(stocked):
    making.take_back(making.sell("TEA", 3), 2)
    stocked.post("/returns", json={"lines": [{"product_id": "CAKE", "quantity": 1, "price": 3.10}]})

    told = exact(stocked, "/analytics/reconciliation")["returns"]

    assert told["sale_unknown"] == Decimal("3.10")
    assert told["by_return_day"] == told["by_sale_day"] + told["sale_unknown"] == Decimal("7.90")


def test_what_is_entered_after_the_close_is_told_with_its_time(client, at):
    at("2026-11-20T18:00:00Z")
    making.make_product("TEA", "2.40")
    making.sell("TEA", 1)
    at("2026-11-21T09:12:00Z")
    late = making.sell("TEA", 2, placed_ms=ms("2026-11-20T17:00:00Z"))
    making.sell("TEA", 5, placed_ms=ms("2026-11-21T09:00:00Z"))  # an earlier time of a day that is still open

    text = page(client, "/analytics/reconciliation?period=7d")
    told = exact(client, "/analytics/reconciliation?period=7d")["late"]

    assert "+1 order entered after close, at 09:12 the next day" in text
    assert f'href="/orders/{late}"' in text
    assert told == [
        {"day": "2026-11-20", "orders": 1, "returns": 0, "last_entered_at": "2026-11-21T09:12:00.000Z",
         "closed_with": Decimal("2.40"), "now": Decimal("7.20")}
    ]  # fmt: skip


def test_several_late_entries_of_several_days_are_told_with_the_last_of_each(client, at):
    at("2026-11-17T18:00:00Z")
    making.make_product("TEA", "2.40")
    sold = making.sell("TEA", 9)
    at("2026-11-18T09:00:00Z")
    back = making.take_back(sold, 1, returned_ms=ms("2026-11-17T19:00:00Z"))
    at("2026-11-20T18:00:00Z")
    for day in ("2026-11-18", "2026-11-19", "2026-11-19"):
        sold = making.sell("TEA", 2, placed_ms=ms(f"{day}T17:00:00Z"))
    at("2026-11-21T09:12:00Z")
    making.take_back(sold, 1, returned_ms=ms("2026-11-19T17:30:00Z"))

    found = re.findall(
        r'data-key="late-\d+"><a href="([^"]+)">([^<]+)</a>\s*<span class="what">([^<]+)</span>',
        page(client, "/analytics/reconciliation?period=7d"),
    )

    assert found == [
        ("/orders?from=2026-11-19&amp;to=2026-11-19", "19 Nov 2026",
         "+2 orders and +1 return entered after close, the last on 21 Nov 2026 at 09:12"),
        ("/orders/2", "18 Nov 2026", "+1 order entered after close, on 20 Nov 2026 at 18:00"),
        (f"/returns/{back['id']}", "17 Nov 2026", "+1 return entered after close, at 09:00 the next day"),
    ]  # fmt: skip


def test_a_day_closes_at_local_midnight_not_at_that_of_utc(client, at):
    at("2026-07-10T23:30:00Z")  # 00:30 of the 11th in London
    making.make_product("TEA", "2.40")
    making.sell("TEA", 1, placed_ms=ms("2026-07-10T22:59:00Z"))
    making.sell("TEA", 1, placed_ms=ms("2026-07-10T23:10:00Z"))

    told = exact(client, "/analytics/reconciliation")["late"]

    assert [(one["day"], one["orders"]) for one in told] == [("2026-07-10", 1)]


def test_the_reconciliation_is_a_sheet_too(stocked):
    rows = sheets(stocked.get("/analytics/reconciliation?format=xlsx"))[0]

    assert rows[0] == ["dimension", "rows", "metric", "headline", "sum", "difference"]
    assert all(Decimal(row[5]) == 0 for row in rows[1:])


def test_explore_stands_in_the_rail(stocked):
    assert re.search(r'<a href="/explore" data-go="x" aria-current="page">Explore</a>', page(stocked, "/explore"))
