"""Returns for people and programs: the same list, filters and files, and a page of each."""

import re

import pytest

from tests import making

HTML = {"Accept": "text/html"}


@pytest.fixture
def returned(client, at):
    """Returns of two orders, and one of which the sale is not known."""
    at("2026-11-20T10:00:00Z")
    making.make_location("pier", region="GB-BNH")
    making.make_product("TEA", "2.40", name="Iced tea")
    making.make_product("CAKE", "3.10", name="Cake <1>")
    sold = client.post("/orders", json={
        "lines": [{"product_id": "TEA", "quantity": 5}, {"product_id": "CAKE", "quantity": 2}], "channel": "store",
        "location": "pier",
    }).json  # fmt: skip
    at("2026-11-21T12:00:00Z")
    tea, cake = (line["id"] for line in sold["lines"])
    client.post(f"/orders/{sold['id']}/returns", json={
        "lines": [{"line_id": tea, "quantity": 3}, {"line_id": cake, "quantity": 1, "restock": False}], "reason": "torn",
    })  # fmt: skip
    booked = {"channel": "online", "external_id": "R-9", "lines": [{"product_id": "TEA", "quantity": 1, "price": 2.00}],
              "returned_at": "2026-11-19T10:00:00Z", "note": "by post"}  # fmt: skip
    client.post("/returns", json=booked)
    return client


def page(client, address):
    """The HTML of an address."""
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200 and answer.mimetype == "text/html", answer.text
    return answer.text


def shown(client, address):
    """The ids of the returns in the list of a page, in its order."""
    return [int(one) for one in re.findall(r'data-key="r-(\d+)"', page(client, address))]


def test_the_list_is_a_page_with_its_sum_and_its_files(returned):
    text = page(returned, "/returns")

    assert shown(returned, "/returns") == [1, 2]
    assert "−£12.30 <a" in text and '<dd class="fig">5</dd>' in text
    assert 'href="/returns?format=csv"' in text and 'href="/returns?format=xlsx"' in text
    assert (
        'href="/orders/1#return-1"' in text and "not known" in text and "Iced tea × 3" in text and "and 1 more" in text
    )


@pytest.mark.parametrize(
    "query", ["period=today", "channel=online", "location=pier", "region=GB", "product=CAKE", "product=TEA&period=28d",
              "from=2026-11-19&to=2026-11-20", "weekday=6"],
)  # fmt: skip
def test_the_page_lists_what_json_lists_and_adds_it_up(returned, query):
    told = [one["id"] for one in returned.get(f"/returns?{query}").json["items"]]
    back = returned.get(f"/explore?metric=returns&{query}&compare=none").json["totals"]["returns"]

    assert shown(returned, f"/returns?{query}") == told != []
    assert f"−£{back:.2f} <a" in page(returned, f"/returns?{query}")


def test_of_a_return_the_part_is_shown_that_the_filters_mean(returned):
    text = page(returned, "/returns?product=CAKE")

    assert "−£3.10" in text and "of £10.30" in text


def test_the_list_goes_on_page_by_page_under_its_filters(returned):
    text = page(returned, "/returns?limit=1&period=28d")
    [older] = re.findall(r'href="(/returns\?[^"]*cursor=[^"]*)" rel="next"', text)

    assert shown(returned, "/returns?limit=1&period=28d") == [1]
    assert shown(returned, older.replace("&amp;", "&")) == [2]
    text = page(returned, older.replace("&amp;", "&"))
    assert 'href="?period=28d">To the start</a>' in text and 'href="/returns?period=28d&amp;format=csv"' in text


def test_the_list_is_sorted_by_its_header_and_in_its_address(returned):
    text = page(returned, "/returns?channel=store&channel=online")
    [oldest] = re.findall(r'aria-sort="descending"><a href="([^"]*sort=returned_at)"', text)
    oldest = "/returns" + oldest.replace("&amp;", "&")

    assert "newest first" in text and shown(returned, oldest) == [2, 1]
    text = page(returned, oldest)
    assert "newest first" not in text and "channel=store&amp;channel=online&amp;sort=-returned_at" in text
    assert '<input type="hidden" name="sort" value="returned_at">' in text
    assert [one["id"] for one in returned.get("/returns?sort=returned_at").json["items"]] == [2, 1]
    assert [one["id"] for one in returned.get("/returns?sort=-returned_at").json["items"]] == [1, 2]


def test_a_sorted_list_goes_on_in_its_order_and_is_saved_in_it(returned):
    first = returned.get("/returns?sort=returned_at&limit=1&period=28d").json
    rows = returned.get("/returns?sort=returned_at&format=csv").text.splitlines()[1:]

    assert [one["id"] for one in first["items"]] == [2]
    assert [one["id"] for one in returned.get(first["next"]).json["items"]] == [1]
    assert ["R-9" in row for row in rows] == [True, False, False]


@pytest.mark.parametrize("sort", ["placed_at", "total", "x"])
def test_an_order_that_the_list_has_not_is_refused(returned, sort):
    answer = returned.get(f"/returns?sort={sort}")

    assert answer.status_code == 422
    assert [(one["parameter"], one["code"]) for one in answer.json["errors"]] == [("sort", "unknown")]


def test_a_list_without_returns_says_so(client, returned):
    assert "No return is like that" in page(returned, "/returns?product=TEA&period=yesterday")


def test_a_shop_to_which_nothing_came_back_says_so(client):
    assert "Nothing has come back" in page(client, "/returns")


def test_a_return_has_a_page_with_its_order_and_products(returned):
    text = page(returned, "/returns/1")

    assert "Return 1" in text and 'href="/orders/1#return-1"' in text
    assert 'href="/products/1">Iced tea</a>' in text and "Cake &lt;1&gt;" in text
    assert "−£7.20" in text and "−£3.10" in text and "−£10.30" in text and "torn" in text
    assert re.findall(r'<span class="faint">of (\d)</span>', text) == ["5", "2"]
    assert re.findall(r'<td>(Yes|<span class="low">No</span>)</td>', text) == ["Yes", '<span class="low">No</span>']


def test_a_return_without_a_known_sale_says_so(returned):
    text = page(returned, "/returns/2")

    assert "not known" in text and "booked without its sale" in text and "R-9" in text and "by post" in text
    assert "/orders/" not in re.sub(r'href="/orders/new"', "", text.partition("<main")[2].partition("</main>")[0])


def test_a_return_that_is_not_there_is_a_page_and_a_problem(client):
    assert client.get("/returns/9", headers=HTML).status_code == client.get("/returns/9").status_code == 404
    assert "There is no return 9" in client.get("/returns/9", headers=HTML).text


def test_a_program_is_told_what_it_was(returned):
    said = returned.get("/returns/1", headers={"Accept": "application/json"})

    assert said.mimetype == "application/json" and said.json["total"] == 10.30
    assert returned.get("/returns/1?format=html").mimetype == "text/html"


def test_the_page_of_an_order_leads_to_its_returns(returned):
    assert 'href="/returns/1"' in page(returned, "/orders/1")
    assert 'href="/returns?period=today">All of them</a>' in page(returned, "/orders?period=today&sort=total")
