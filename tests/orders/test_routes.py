"""Orders over HTTP: one story from end to end, and that an order just placed is shown as a read shows it."""

import re

import pytest

from tests import making


def post(client, path, body, **headers):
    """POST JSON."""
    return client.post(path, json=body, headers=headers)


@pytest.mark.parametrize(
    "body, pointer, code",
    [
        ({"product_id": "TEA", "quantity": -1}, "/quantity", "too_small"),
        ({"product_id": "TEA", "quantity": 0}, "/quantity", "too_small"),
        ({"product_id": "NONE", "quantity": 1}, "/product_id", "unknown"),
        ({"product_id": "TEA", "quantity": 1, "price": -1}, "/price", "too_small"),
        ({"product_id": "TEA", "quantity": 1, "total": 1}, "/total", "unknown_field"),
    ],
)
def test_trap_8_what_is_sold_is_checked_and_named(client, body, pointer, code):
    making.make_product()

    answer = post(client, "/orders", body)

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(pointer, code)]
    assert making.value("select count(*) from orders") == 0


def test_trap_8_a_price_from_outside_is_kept_beside_the_products_own(client):
    making.make_product(price="2.40")

    answer = post(client, "/orders", {"product_id": "TEA", "quantity": 1, "price": 1.99})

    assert answer.json["lines"][0]["price"] == 1.99
    assert client.get("/products/TEA").json["price"] == 2.40


@pytest.mark.parametrize("body", [
    {"product_id": "TEA", "quantity": 2},
    {"lines": [{"product_id": 1, "quantity": 2, "discount": 0.5, "lot": "L1"}, {"product_id": "TEA", "quantity": 1}],
     "channel": "store", "location": "pier", "customer": {"email": "a@example.org"}, "external_id": "X1",
     "payment": "card", "note": "hello", "placed_at": "2026-01-02T03:04:05.678Z"},
])  # fmt: skip
def test_an_order_just_placed_is_shown_as_a_read_shows_it(client, body):
    making.make_product()
    making.make_location("pier", region="GB-BNH")

    placed = post(client, "/orders", body, **{"Idempotency-Key": "k"})
    again = post(client, "/orders", body, **{"Idempotency-Key": "k"})

    assert placed.status_code == 201
    assert placed.data == client.get(placed.headers["Location"]).data == again.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_orders_of_several_requests_share_a_commit_and_each_has_its_own_answer(client):
    making.make_product(stock=2)
    answers = [post(client, "/orders", {"product_id": "TEA", "quantity": count}) for count in (1, 2, 1)]

    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert [answer.json["id"] for answer in answers if answer.status_code == 201] == [1, 2]


WRONG = {
    0: ("no json", 400, []),
    255: ('{"product_id": "TEA", "quantity": 1, "quantity": 2}', 400, []),
    256: ('{"product_id": "NONE", "quantity": 0}', 422, ["/quantity", "/product_id"]),
    300: (
        '{"lines": [{"product_id": "TEA", "quantity": 1}, {"product_id": "TEA", "quantity": "2"}]}',
        422,
        ["/lines/1/quantity"],
    ),
    511: ('{"product_id": "PIE", "quantity": 2}', 409, ["/quantity"]),
    512: ('{"product_id": "TEA", "quantity": 1, "external_id": "X1"}', 409, ["/external_id"]),
    699: ('{"product_id": "TEA", "quantity": 1, "date": "soon"}', 422, ["/date"]),
}


def test_what_is_refused_anywhere_in_a_large_batch_leaves_nothing_and_the_rest_stands(client):
    making.make_product("TEA", stock=10_000)
    making.make_product("PIE", stock=1)
    lines = [f'{{"product_id": "TEA", "quantity": 1, "external_id": "X{number}"}}' for number in range(700)]
    for place, (sent, _, _) in WRONG.items():
        lines[place] = sent
    said = {"content_type": "application/x-ndjson", "headers": {"Idempotency-Key": "large"}}

    answer = client.post("/orders/batch", data="\n".join(lines), **said)
    again = client.post("/orders/batch", data="\r\n\r\n".join(lines), **said)

    results = answer.json["results"]
    assert (answer.status_code, answer.json["accepted"], answer.json["rejected"]) == (200, 693, 7)
    assert [one["index"] for one in results] == list(range(700))
    assert {one["index"]: one["status"] for one in results if one["status"] != 201} == {
        place: status for place, (_, status, _) in WRONG.items()
    }
    for place, (_, _, pointers) in WRONG.items():
        assert sorted(error["pointer"] for error in results[place]["errors"]) == sorted(pointers)
    placed = [one for one in results if one["status"] == 201]
    assert [one["id"] for one in placed] == list(range(1, 694))
    assert [one["seq"] for one in placed] == list(range(placed[0]["seq"], placed[0]["seq"] + 693))
    assert making.query("select count(*), sum(total_minor) from orders") == [(693, 693 * 240)]
    assert making.query("select quantity from stock_level order by product_id") == [(10_000 - 693,), (1,)]
    assert (again.json, again.headers["Idempotent-Replayed"]) == (answer.json, "true")
    assert making.differences() == []


def test_a_return_counts_and_shows_on_the_order(client):
    making.make_product(price="3.00")
    order = post(client, "/orders", {"product_id": "TEA", "quantity": 3}).json

    back = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}], "reason": "broken"}
    answer = post(client, f"/orders/{order['id']}/returns", back)

    assert (answer.status_code, answer.json["status"], answer.json["returned"]) == (201, "partly_returned", 3.0)
    figures = client.get("/analytics").json
    assert (figures["total_revenue"], figures["orders"], figures["units"]) == (6.0, 1, 3)


def test_the_list_pages_through_everything_once(client):
    making.make_product()
    making.place(*(making.draft() for _ in range(7)))

    seen, address = [], "/orders?limit=3"
    while address:
        page = client.get(address)
        seen += [order["id"] for order in page.json["items"]]
        address = page.json["next"]

    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "query, found",
    [
        ("status=returned", [2]),
        ("status=placed", [3, 1]),
        ("min_total=5", [3]),
        ("max_total=3", [2, 1]),
        ("q=A-77", [1]),
        ("q=birthday", [3]),
        ("q=tea", [3, 2, 1]),
        ("channel=store", [2]),
        ("product=TEA&channel=online", [3, 1]),
        ("category=none", [3, 2, 1]),
        ("sort=total", [1, 2, 3]),
        ("sort=-total", [3, 2, 1]),
        ("region=GB", [2]),
        ("region=none", [3, 1]),
    ],
)
def test_the_list_is_filtered_searched_and_sorted(client, query, found):
    making.make_product(price="2.00")
    making.sell("TEA", 1, external_id="A-77")
    second = making.sell("TEA", 1, channel="store", region="GB-BNH")
    making.take_back(second, 1)
    making.sell("TEA", 4, note="For a birthday")

    assert [order["id"] for order in client.get(f"/orders?{query}").json["items"]] == found


def test_the_export_has_a_row_a_line_and_its_returns(client):
    making.make_product(price="2.00", cost=1, category="Drinks/Cold", brand="Pine")
    order_id = making.sell("TEA", 2, note="=1+1")
    making.take_back(order_id, 1)

    lines = client.get("/orders?format=csv").get_data(as_text=True).split("\r\n")

    assert lines[0].startswith("kind,order_id,external_id,placed_at")
    sale, back = (line.split(",") for line in lines[1:3])
    assert (sale[0], sale[10], sale[12], sale[17:22], sale[25]) == (
        "sale", "TEA", "Drinks/Cold", ["2", "2.00", "0.00", "4.00", "1.00"], "'=1+1"
    )  # fmt: skip
    assert (back[0], back[1], back[17], back[20], back[23]) == ("return", "1", "1", "2.00", "true")


@pytest.mark.parametrize("address", ["/orders", "/returns"])
def test_the_time_of_a_list_is_told_as_people_read_it(client, address):
    bounds = "from=2026-11-20T10:17:23.456Z&to=2026-11-20T15:00:00.000Z"

    text = client.get(f"{address}?{bounds}&format=html").text
    days = client.get(f"{address}?from=2026-11-19&to=2026-11-20&format=html").text

    assert "Since 20 Nov 2026, 10:17" in text and "Until 20 Nov 2026, 15:00" in text
    assert "Since 19 Nov 2026" in days and "Until 20 Nov 2026" in days
    assert client.get(f"{address}?from=soon&format=html").status_code == 422


def test_a_later_page_of_the_list_keeps_its_filters_in_all_its_links(client):
    making.make_product()
    for _ in range(3):
        making.sell("TEA", 1)
    html = {"Accept": "text/html"}

    first = client.get("/orders?channel=online&limit=1", headers=html).text
    older = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    later = client.get(older, headers=html).text

    assert "To the start" not in first and 'href="?channel=online">To the start</a>' in later
    assert 'href="/orders?channel=online&amp;format=csv"' in later
    assert "What these add up to" in first and "What these add up to" not in later
