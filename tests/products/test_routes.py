"""The catalogue over HTTP, to the letter of the contract."""

import csv
import json

import pytest

from webapp.db import reading

HTML = {"Accept": "text/html"}


def post(client, **product):
    return client.post("/products", json={"sku": "TEA", "name": "Iced tea", "price": 2.40, **product})


def skus(client, query=""):
    return [one["sku"] for one in client.get(f"/products{query}").json["items"]]


@pytest.fixture
def full(client):
    """A client of a shop with four products."""
    post(client, category="Drinks/Cold", brand="Bo", stock=3, reorder_point=5)
    post(client, sku="PIE", name="Pie", price="12.00", category="Snacks", gtin="4006381333931")
    post(client, sku="JAM", name="Jam 50%", price=4, category="Snacks", brand="Bo", stock=0)
    post(client, sku="OLD", name="Old", price=1)
    client.delete("/products/OLD")
    return client


# ---- One ----


def test_a_product_answers_as_the_contract_says(client):
    answer = post(
        client, category="Drinks/Cold", brand="Bo", vendor="Vi", cost="1.1", gtin="96385074", price_tier="core",
        stock=12, reorder_point=4, tags=["b", "a"],
    )  # fmt: skip

    shown = answer.json
    assert (answer.status_code, answer.headers["Location"]) == (201, "/products/1")
    assert '"price":2.40,' in answer.text and '"cost":1.10,' in answer.text
    assert {**shown, "created_at": None, "changed_at": None} == {
        "id": 1, "sku": "TEA", "name": "Iced tea", "price": 2.4, "currency": "GBP", "category": "Drinks/Cold",
        "brand": "Bo", "vendor": "Vi", "cost": 1.1, "gtin": "96385074", "price_tier": "core", "stock": 12,
        "reorder_point": 4, "oversell": False, "tags": ["a", "b"], "archived": False, "seq": 1, "created_at": None,
        "changed_at": None,
    }  # fmt: skip
    assert client.get("/products/1").json == client.get("/products/TEA").json == shown


def test_a_taken_sku_shows_whose_it_is(client):
    post(client)

    answer = post(client, name="Other")

    assert (answer.status_code, answer.json["code"], answer.json["id"]) == (409, "duplicate", 1)
    assert answer.headers["Location"] == "/products/1"
    assert post(client, sku="tea").status_code == 201


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("sku", "", "missing"), ("sku", 7, "not_text"), ("sku", "x" * 101, "too_long"), ("name", None, "missing"),
        ("name", "x" * 201, "too_long"), ("name", "a\0b", "not_text"), ("price", "12.505", "too_precise"),
        ("price", -1, "too_small"), ("price", 10_000_000, "too_large"), ("price", True, "not_a_number"),
        ("gtin", "4006381333932", "unknown"), ("gtin", "123", "unknown"), ("gtin", "40063813339AB", "not_a_number"),
        ("stock", -1, "too_small"), ("stock", 1.5, "not_whole"), ("stock", "1", "not_a_number"),
        ("category", "A//B", "missing"), ("oversell", "yes", "unknown"), ("tags", "a", "unknown"),
        ("id", 7, "unknown_field"), ("archived", False, "unknown_field"),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named(client, member, value, code):
    answer = post(client, **{member: value})

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(f"/{member}", code)]
    assert reading.position() == 0


def test_all_wrong_members_are_named_at_once(client):
    answer = client.post("/products", json={"sku": "", "price": "x", "colour": "red"})

    assert {(error["pointer"], error["code"]) for error in answer.json["errors"]} == {
        ("/sku", "missing"), ("/name", "missing"), ("/price", "not_a_number"), ("/colour", "unknown_field"),
    }  # fmt: skip


def test_the_same_key_answers_the_same_and_makes_one_product(client):
    key = {"Idempotency-Key": "k-1"}
    first = client.post("/products", json={"sku": "A", "name": "A", "price": 2.4}, headers=key)
    again = client.post("/products", json={"price": "2.40", "name": "A", "sku": "A"}, headers=key)
    other = client.post("/products", json={"sku": "B", "name": "A", "price": 2.4}, headers=key)

    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (422, "key_reused")
    assert reading.position() == 1


def test_a_sku_of_digits_or_with_a_slash_can_be_named(client):
    post(client, sku="22423")
    post(client, sku="A/B")

    assert client.get("/products/sku:22423").json["id"] == 1
    assert client.get("/products/22423").status_code == 404
    assert client.get("/products/A%2FB").json["id"] == 2
    assert client.get("/products/A%2FB/prices").json["items"][0]["price"] == 2.4


# ---- Changing ----


def test_a_changed_price_is_in_the_history(client):
    post(client)

    changed = client.patch("/products/TEA", json={"price": 3})
    newest, oldest = client.get("/products/1/prices").json["items"]

    assert (changed.status_code, changed.json["price"], changed.json["seq"]) == (200, 3.0, 2)
    assert (newest["price"], newest["to"], oldest["price"], oldest["to"]) == (3.0, None, 2.4, newest["from"])


def test_neither_sku_nor_stock_can_be_changed(client):
    post(client)

    answer = client.patch("/products/1", json={"sku": "X", "stock": 3})

    assert {(error["pointer"], error["code"]) for error in answer.json["errors"]} == {
        ("/sku", "unknown_field"), ("/stock", "unknown_field"),
    }  # fmt: skip


def test_if_match_is_honoured(client):
    post(client)
    read = client.get("/products/1")

    first = client.patch("/products/1", json={"name": "One"}, headers={"If-Match": read.headers["ETag"]})
    second = client.patch("/products/1", json={"name": "Two"}, headers={"If-Match": read.headers["ETag"]})

    assert (first.status_code, second.status_code, second.json["code"]) == (200, 412, "precondition_failed")
    assert client.get("/products/1", headers={"If-None-Match": read.headers["ETag"]}).status_code == 200
    fresh = client.get("/products/1").headers["ETag"]
    assert client.get("/products/1", headers={"If-None-Match": fresh}).status_code == 304


def test_archiving_answers_204_also_again(client):
    post(client)

    assert [client.delete("/products/TEA").status_code for _ in range(2)] == [204, 204]
    assert client.delete("/products/nothing").status_code == 404
    assert client.get("/products/1").json["archived"] is True
    assert reading.position() == 2


# ---- Many ----


def test_a_batch_has_an_entry_for_each(client):
    lines = [{"sku": "A", "name": "A", "price": 1}, {"sku": "A", "name": "A", "price": 1}, {"sku": "B"}]
    body = "\n\n".join(json.dumps(line) for line in lines) + "\n{nonsense\n"

    answer = client.post("/products/batch", data=body, content_type="application/x-ndjson").json

    assert (answer["accepted"], answer["rejected"]) == (1, 3)
    assert [(one["index"], one["status"]) for one in answer["results"]] == [(0, 201), (1, 409), (2, 422), (3, 400)]
    assert answer["results"][0]["id"] == answer["results"][1]["id"] == 1


def test_an_atomic_batch_is_all_or_nothing(client):
    taken = [{"sku": "A", "name": "A", "price": 1}, {"sku": "A", "name": "A", "price": 1}]

    refused = client.post("/products/batch?atomic=1", json=taken)
    done = client.post("/products/batch?atomic=1", json=taken[:1])

    assert (refused.status_code, done.json["accepted"]) == (409, 1)
    assert done.json["results"][0] == {"index": 0, "status": 201, "id": 1, "seq": 1}


# ---- Lists ----


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["TEA", "JAM", "PIE"]), ("?sort=-price", ["PIE", "JAM", "TEA"]), ("?sort=-id", ["JAM", "PIE", "TEA"]),
        ("?category=Drinks", ["TEA"]), ("?category=Drinks&category=Snacks", ["TEA", "JAM", "PIE"]),
        ("?brand=Bo&category=Snacks", ["JAM"]), ("?brand=none", ["PIE"]), ("?q=ICED", ["TEA"]), ("?q=50%25", ["JAM"]),
        ("?q=4006381333931", ["PIE"]), ("?q=1", ["TEA"]), ("?archived=true", ["OLD"]), ("?stock=low", ["TEA", "JAM"]),
        ("?archived=all&sort=sku", ["JAM", "OLD", "PIE", "TEA"]), ("?stock=out", ["JAM"]), ("?q=nothing", []),
        ("?product=PIE", ["PIE"]), ("?sort=-sku", ["TEA", "PIE", "JAM"]), ("?sort=-name", ["PIE", "JAM", "TEA"]),
    ],
)  # fmt: skip
def test_a_list_is_what_was_asked_for(full, query, wanted):
    assert skus(full, query) == wanted


@pytest.mark.parametrize("sort", ["id", "-id", "sku", "-sku", "name", "-name", "price", "-price"])
def test_pages_hold_every_product_once_in_the_order_of_the_whole(full, sort):
    post(full, sku="TEA2")
    whole = skus(full, f"?sort={sort}")

    found, address = [], f"/products?sort={sort}&limit=1"
    while address:
        page = full.get(address)
        found += [one["sku"] for one in page.json["items"]]
        address = page.json["next"]

    assert found == whole and len(found) == 4


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("form=1", "form", "unknown_field"), ("category=Toys", "category", "unknown"), ("sort=x", "sort", "unknown"),
        ("limit=0", "limit", "too_small"), ("limit=501", "limit", "too_large"), ("cursor=x", "cursor", "unknown"),
        ("archived=x", "archived", "unknown"), ("stock=x", "stock", "unknown"), ("format=xml", "format", "unknown"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_named(full, query, parameter, code):
    answer = full.get(f"/products?{query}")

    assert answer.status_code == 422
    assert [(error["parameter"], error["code"]) for error in answer.json["errors"]] == [(parameter, code)]


def test_csv_is_the_whole_list_and_runs_no_formula(full):
    post(full, sku="F", name="=1+1", tags=["a", "b"])

    answer = full.get("/products?format=csv&limit=1")

    rows = list(csv.DictReader(answer.text.splitlines()))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert {row["sku"] for row in rows} == {"TEA", "PIE", "JAM", "F"}
    assert {row["name"] for row in rows if row["sku"] == "F"} == {"'=1+1"}
    assert [(row["price"], row["stock"], row["oversell"]) for row in rows if row["sku"] == "TEA"] == [
        ("2.40", "3", "false")
    ]


# ---- Stock ----


def test_stock_moves_and_is_listed(full):
    full.post("/locations", json={"code": "pier"})
    made = full.post(
        "/products/TEA/stock", json={"change": 12, "location": "pier", "reason": "delivery", "note": "van"}
    )

    listed = full.get("/products/TEA/stock").json["items"]

    assert (made.status_code, made.json) == (201, listed[0])
    assert [(one["location"], one["change"], one["quantity_after"]) for one in listed] == [
        ("pier", 12, 12),
        ("main", 3, 3),
    ]
    assert full.get("/products/TEA").json["stock"] == 15


@pytest.mark.parametrize(
    ("entry", "status", "pointer", "code"),
    [
        ({"change": -4}, 409, "/change", "out_of_stock"), ({"count": 1, "location": "x"}, 422, "/location", "unknown"),
        ({}, 422, "/change", "missing"), ({"count": 1, "reason": "gift"}, 422, "/reason", "unknown"),
    ],
)  # fmt: skip
def test_a_refused_entry_moves_nothing(full, entry, status, pointer, code):
    before = reading.position()

    answer = full.post("/products/TEA/stock", json=entry)

    assert answer.status_code == status
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [(pointer, code)]
    assert reading.position() == before


# ---- Names ----


@pytest.mark.parametrize("address", ["/brands", "/vendors", "/categories"])
def test_a_name_is_made_once(client, address):
    made, again = (client.post(address, json={"name": "One"}) for _ in range(2))

    assert (made.status_code, made.json["id"], made.json["name"]) == (201, 1, "One")
    assert (again.status_code, again.json["code"], again.json["id"]) == (409, "duplicate", 1)
    assert [one["name"] for one in client.get(address).json["items"]] == ["One"]


def test_a_category_is_named_by_its_path(client):
    made = client.post("/categories", json={"name": "Drinks/Cold"}).json

    listed = client.get("/categories").json["items"]

    assert (made["name"], made["path"], made["parent_id"]) == ("Cold", "Drinks/Cold", 1)
    assert [one["path"] for one in listed] == ["Drinks", "Drinks/Cold"]


# ---- Pages ----


def test_every_page_can_be_read_without_script(full):
    for address in ("", "?q=nothing", "?stock=low&sort=-price", "/new", "/1", "/1/edit", "/1/stock", "/2", "/4"):
        assert full.get(f"/products{address}", headers=HTML).status_code == 200, address
    assert full.get("/products/99", headers=HTML).status_code == 404


def test_a_form_makes_changes_and_archives_a_product(client):
    form = {"sku": "TEA", "name": "Tea", "price": "2.40", "stock": "3", "cost": "", "tags": "b, a", "oversell": "true"}

    made = client.post("/products", data=form, headers=HTML)
    changed = client.post(
        "/products/1",
        headers=HTML,
        data={"_method": "PATCH", "name": "Tea", "price": "3", "oversell": "false", "seen": "1"},
    )
    entered = client.post("/products/1/stock", data={"count": "7", "change": ""}, headers=HTML)
    archived = client.post("/products/1", data={"_method": "DELETE"}, headers=HTML)

    assert [one.status_code for one in (made, changed, entered, archived)] == [303, 303, 303, 303]
    assert made.headers["Location"] == "/products/1"
    shown = client.get("/products/1").json
    assert (shown["price"], shown["stock"], shown["tags"], shown["oversell"], shown["archived"]) == (
        3.0, 7, ["a", "b"], False, True,
    )  # fmt: skip


def test_a_refused_form_keeps_what_was_typed(client):
    answer = client.post("/products", data={"sku": "TEA", "name": "", "price": "two"}, headers=HTML)

    assert answer.status_code == 422
    assert 'value="two"' in answer.text and 'value="TEA"' in answer.text
    assert "The product was not added" in answer.text and reading.position() == 0


def test_a_form_that_somebody_was_faster_than_is_shown_again(full):
    full.patch("/products/1", json={"name": "Faster"})

    answer = full.post(
        "/products/1", headers=HTML, data={"_method": "PATCH", "name": "Slower", "price": "2.40", "seen": "1"}
    )

    assert answer.status_code == 422 and 'value="Slower"' in answer.text
    assert full.get("/products/1").json["name"] == "Faster"
