"""One search across everything: by name, number and pseudonym, for people while they type and for programs."""

import re

import pytest

from bench import grow
from tests import making
from tests.imports import making as files
from webapp.search import shapes

NOW = "2026-11-21T12:00:00Z"
HTML = {"Accept": "text/html"}


@pytest.fixture
def known(client, at, tmp_path):
    """A client of a shop with a bit of everything."""
    at(NOW)
    making.make_location("pier", name="The Pier", region="GB-BST")
    making.make_product(
        "TEA-ICED-330", "2.40", name="Iced tea 330 ml", gtin="4006381333931", brand="Café Noir", category="Drinks/Cold"
    )
    making.make_product("22423", "10.00", name="Regency cake stand")
    making.make_product("100%", "1.00", name="All_of it")
    making.sell("TEA-ICED-330", 1, external_id="AMZ-114-77", location="pier")
    making.sell("22423", 1, customer={"email": "ana@example.org", "name": "Ana"})
    files.load(tmp_path, files.uci({"CustomerID": "17850"}), "december sales.csv")
    return client


def titles(client, q, kind=None):
    """The titles of what is found, of one kind or of all."""
    answer = client.get("/search", query_string={"q": q})
    assert answer.status_code == 200, answer.text
    assert answer.json["q"] == q.strip() and answer.json["next"] is None
    return [one["title"] for one in answer.json["items"] if kind in (None, one["kind"])]


@pytest.mark.parametrize(
    "q, kind, title",
    [
        ("iced", "product", "Iced tea 330 ml"), ("iced 330", "product", "Iced tea 330 ml"),
        ("Regency  stand", "product", "Regency cake stand"), ("dec sales", "import", "december sales.csv"),
        ("TEA-ICED", "product", "Iced tea 330 ml"), ("tea-iced-330", "product", "Iced tea 330 ml"),
        ("4006381333931", "product", "Iced tea 330 ml"), ("22423", "product", "Regency cake stand"), ("100%", "product", "All_of it"),
        ("1", "order", "Order 1"), ("#2", "order", "Order 2"), ("order 2", "order", "Order 2"), ("AMZ-114-77", "order", "Order 1"),
        ("AMZ-11", "order", "Order 1"), ("1", "customer", "Customer No. 1"), ("17850", "customer", "Customer No. 2"),
        ("178", "customer", "Customer No. 2"), ("December", "import", "december sales.csv"), ("pier", "location", "The Pier"),
        ("online", "channel", "Online"), ("bristol", "region", "Bristol"), ("gb-bst", "region", "Bristol"),
        ("cafe noir", "brand", "Café Noir"), ("drinks", "category", "Drinks/Cold"), ("net sales", "figure", "Net sales"),
        ("reconc", "page", "Reconciliation"), ("wall", "page", "Wall screen"), ("time zone", "setting", "Time zone"),
        ("TAKINGS_LLM_KEY", "setting", "TAKINGS_LLM_KEY"),
    ],
)  # fmt: skip
def test_each_thing_is_found_by_what_people_call_it(known, q, kind, title):
    assert title in titles(known, q, kind)


def test_everything_that_is_found_has_a_page(known):
    addresses = set()
    for q in (
        "tea",
        "1",
        "17850",
        "sales",
        "pier",
        "online",
        "bristol",
        "noir",
        "drinks",
        "return",
        "e",
        "TAKINGS",
        "by",
    ):
        addresses |= {one["address"] for one in known.get("/search", query_string={"q": q}).json["items"]}
    addresses |= {one.address for one in shapes.known_by_name()}

    wrong = {one: status for one in addresses if (status := known.get(one, headers=HTML).status_code) != 200}

    assert len(addresses) > 40 and not wrong


def test_no_personal_data_is_found_nor_shown(known):
    for q in ("ana@example.org", "Ana", "example.org"):
        assert not titles(known, q, "customer")
    assert "ana@" not in known.get("/search?q=1").text


@pytest.mark.parametrize(
    "q", ["", "   ", "zzzz", "%", "_", "'; drop table product; --", "\x00", "é" * 500, "9" * 40, "\U0010ffff"]
)
def test_strange_words_find_nothing_and_break_nothing(known, q):
    answer = known.get("/search", query_string={"q": q})

    assert answer.status_code == 200
    assert all(one["kind"] in ("product", "setting") for one in answer.json["items"])
    assert known.get("/search", query_string={"q": q}, headers=HTML).status_code == 200


def test_signs_of_a_pattern_are_letters(known):
    assert titles(known, "_of", "product") == ["All_of it"]
    assert titles(known, "%", "product") == ["All_of it"]


def test_what_is_called_so_comes_first_and_of_a_kind_at_most_eight(client, at):
    at(NOW)
    for number in range(12):
        making.make_product(f"X{number:02d}", "1.00", name=f"Green tea {number:02d}")
    making.make_product("TEA", "1.00", name="Tea")
    client.delete("/products/1")

    found = titles(client, "tea", "product")

    assert len(found) == 8 and found[0] == "Tea" and "Green tea 00" not in found


def test_the_page_works_without_script_and_the_fragment_alone_is_answered_to_it(known):
    page = known.get("/search?q=tea", headers=HTML).text
    piece = known.get("/search?q=tea", headers={**HTML, "HX-Request": "true", "HX-Request-Type": "partial"})

    assert re.search(r'<form[^>]+action="/search"[^>]+method="get"', page) and 'value="tea"' in page
    assert "<html" in page and "<html" not in piece.text
    assert '<a href="/products/1"><b>Iced tea 330 ml</b>' in page and '<a href="/products/1">' in piece.text
    assert "HX-Request" in piece.headers["Vary"]


def test_markup_in_a_query_or_a_name_stays_text(known):
    making.make_product("B", "1.00", name="<b>bold</b>")

    page = known.get("/search", query_string={"q": "<b>"}, headers=HTML).text

    assert "&lt;b&gt;bold&lt;/b&gt;" in page and "<b>bold" not in page


def test_an_empty_search_says_what_can_be_found(known):
    page = known.get("/search", headers=HTML).text

    assert "Products by name, SKU or GTIN" in page and "autofocus" in page


def test_every_page_with_a_rail_has_the_box(known):
    for address in ("/", "/orders", "/products", "/explore", "/settings"):
        page = known.get(address, headers=HTML).text
        assert 'action="/search"' in page and 'href="/search"' in page


def test_a_search_is_bounded_in_a_large_shop(tmp_path, monkeypatch):
    from webapp import clock
    from webapp.app import create_app
    from webapp.db import reading, store, writer

    (tmp_path / "clock").write_text(grow.NOW)
    grow.open_new(tmp_path / "large.db", TAKINGS_CLOCK_FILE=str(tmp_path / "clock"))
    clock.set_clock_file(tmp_path / "clock")
    grow.grow(20_000, clock.now_ms())
    client, steps = create_app(store.settings()).test_client(), []
    begin = reading.ReadTx.__init__

    def listen(tx, connection, zone, currency):
        begin(tx, connection, zone, currency)
        connection.set_progress_handler(lambda: steps.append(1) or 0, 100)

    monkeypatch.setattr(reading.ReadTx, "__init__", listen)
    try:
        for q in ("77", "X-13", "hot", "1", "nothing is called that"):
            steps.clear()
            assert client.get("/search", query_string={"q": q}).status_code == 200
            assert len(steps) * 100 < 60_000, q
    finally:
        for connection in reading._Pool.idle:
            connection.set_progress_handler(None, 0)
        writer.close()
        writer.use(None)
        reading.close()
        clock.set_clock_file(None)
