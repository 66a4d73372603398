"""Section 3 of the contract: products, prices, stock, channels, locations and names."""

import json
from decimal import Decimal

import pytest

from tests.contract.conftest import NDJSON, NOW, exact, pairs, problem
from tests.making import differences, value

FULL = {
    "sku": "COLA", "name": "Cola", "price": 1.20, "category": "Drinks/Cold", "brand": "Fizz", "vendor": "Bottlers",
    "cost": 0.45, "gtin": "4006381333931", "price_tier": "value", "stock": 12, "reorder_point": 4, "oversell": True,
    "tags": ["summer", "cold"],
}  # fmt: skip


def test_a_product_is_answered_as_the_contract_shows_it(api):
    seq = value("select value from counter where name = 'seq'")
    answer = api.post("/products", FULL)

    said = exact(answer, 201)
    said.pop("changed_at", None)
    assert answer.headers["Location"] == "/products/4" and '"price":1.20,' in answer.text
    assert said == {
        **FULL, "id": 4, "price": Decimal("1.20"), "cost": Decimal("0.45"), "currency": "GBP", "tags": ["cold", "summer"],
        "archived": False, "seq": seq + 1, "created_at": NOW,
    }  # fmt: skip
    assert exact(api.get("/products/4")) == exact(api.get("/products/COLA")) == exact(answer, 201)


def test_only_sku_name_and_price_are_needed(api):
    said = exact(api.post("/products", {"sku": "A", "name": "A", "price": 0}), 201)

    for name in ("category", "brand", "vendor", "cost", "gtin", "price_tier", "stock", "reorder_point"):
        assert said[name] is None
    assert said["oversell"] is False and said["tags"] == [] and said["archived"] is False
    assert pairs(api.post("/products", {})) == [("/name", "missing"), ("/price", "missing"), ("/sku", "missing")]


def test_all_bad_fields_of_a_product_are_named_at_once(api):
    sent = {"sku": "", "name": 1, "price": "x", "cost": -1, "gtin": "4006381333930", "stock": -1, "reorder_point": 1.5,
            "oversell": "no", "tags": "a", "category": "A//B", "colour": 1}  # fmt: skip

    wrong = dict(pairs(api.post("/products", sent)))
    assert set(wrong) == {f"/{name}" for name in sent}
    assert wrong["/gtin"] in ("unknown", "not_a_number") and wrong["/colour"] == "unknown_field"


@pytest.mark.parametrize(("gtin", "good"), [("96385074", True), ("036000291452", True), ("4006381333931", True),
                                            ("10614141000415", True), ("4006381333932", False), ("123", False),
                                            ("40063813339ab", False)])  # fmt: skip
def test_a_gtin_has_its_check_digit(api, gtin, good):
    answer = api.post("/products", {"sku": "A", "name": "A", "price": 1, "gtin": gtin})

    assert answer.status_code == (201 if good else 422)


def test_a_taken_sku_is_a_conflict_with_its_id(api):
    answer = api.post("/products", {"sku": "TEA", "name": "Other", "price": 1})

    said = problem(answer, 409)
    assert said["code"] == "duplicate" and said["id"] == 1 and answer.headers["Location"] == "/products/1"
    assert said["errors"][0]["pointer"] == "/sku"
    api.send("DELETE", "/products/TEA")
    assert api.post("/products", {"sku": "TEA", "name": "Other", "price": 1}).status_code == 409


def test_opening_stock_lies_at_the_default_location(api):
    [move] = exact(api.get("/products/MUG/stock"))["items"]

    assert (move["location"], move["change"], move["quantity_after"]) == ("main", 7, 7)
    assert exact(api.get("/products/TEA"))["stock"] is None and exact(api.get("/products/TEA/stock"))["items"] == []


def test_names_are_made_when_new(api):
    api.post("/products", FULL)

    paths = [item["path"] for item in exact(api.get("/categories"))["items"]]
    assert paths == ["Drinks", "Drinks/Cold"]
    assert [item["name"] for item in exact(api.get("/brands"))["items"]] == ["Fizz"]
    assert [item["name"] for item in exact(api.get("/vendors"))["items"]] == ["Bottlers"]


# ---- Lists ----


def test_products_are_listed_filtered_searched_and_sorted(api):
    api.post("/products", FULL)

    def skus(query=""):
        return [item["sku"] for item in exact(api.get(f"/products{query}"))["items"]]

    assert set(skus()) == {"TEA", "MUG", "22423", "COLA"}
    assert skus("?sort=price") == ["COLA", "TEA", "22423", "MUG"] and skus("?sort=-price")[0] == "MUG"
    assert skus("?category=Drinks") == skus("?brand=Fizz") == skus("?vendor=Bottlers") == ["COLA"]
    assert skus("?price_tier=value") == skus("?q=col") == skus("?q=4006381333931") == ["COLA"]
    assert skus("?q=TEA") == ["TEA"] and skus("?product=sku:22423") == ["22423"]
    wrong = pairs(api.get("/products?brand=x&sort=y&limit=0&archived=maybe"))
    assert [name for name, _ in wrong] == ["archived", "brand", "limit", "sort"]
    assert pairs(api.get("/products?colour=x")) == [("colour", "unknown_field")]


def test_an_archived_product_leaves_the_list_and_stays_to_be_read(api):
    api.send("DELETE", "/products/TEA")

    assert "TEA" not in [item["sku"] for item in exact(api.get("/products"))["items"]]
    assert exact(api.get("/products/TEA"))["archived"] is True


# ---- Changes ----


def test_a_changed_price_keeps_its_history(api, at):
    at("2026-11-21T11:00:00Z")
    said = exact(api.send("PATCH", "/products/TEA", {"price": 3, "name": "Tea"}))

    assert said["price"] == Decimal("3.00") and said["name"] == "Tea"
    items = exact(api.get("/products/1/prices"))["items"]
    assert [(item["price"], item["from"], item["to"]) for item in items] == [
        (Decimal("3.00"), "2026-11-21T11:00:00.000Z", None), (Decimal("2.40"), NOW, "2026-11-21T11:00:00.000Z"),
    ]  # fmt: skip
    assert exact(api.get("/products/TEA/prices"))["items"] == items
    walked = exact(api.get("/products/TEA/prices?limit=1"))
    assert [*walked["items"], *exact(api.get(walked["next"]))["items"]] == items


def test_a_change_leaves_the_rest_and_null_takes_away(api):
    api.post("/products", FULL)
    said = exact(api.send("PATCH", "/products/COLA", {"brand": None, "tags": [], "category": "New/One"}))

    assert (
        said["brand"] is None and said["tags"] == [] and said["category"] == "New/One" and said["vendor"] == "Bottlers"
    )
    assert pairs(api.send("PATCH", "/products/COLA", {"name": None, "price": None})) == [
        ("/name", "missing"), ("/price", "missing"),
    ]  # fmt: skip


def test_neither_sku_nor_stock_is_changed(api):
    assert pairs(api.send("PATCH", "/products/TEA", {"sku": "X", "stock": 3, "id": 1})) == [
        ("/id", "unknown_field"), ("/sku", "unknown_field"), ("/stock", "unknown_field"),
    ]  # fmt: skip
    problem(api.send("PATCH", "/products/NOPE", {"name": "x"}), 404)


def test_past_figures_do_not_move_with_the_catalogue(api):
    placed = api.order()
    api.send("PATCH", "/products/TEA", {"name": "Renamed", "price": 9})

    assert exact(api.get("/orders/1")) == placed
    assert api.order()["lines"][0]["name"] == "Renamed"


def test_delete_archives_and_is_204_also_again(api):
    for path in ("/products/TEA", "/products/TEA", "/products/1"):
        answer = api.send("DELETE", path)
        assert answer.status_code == 204 and answer.data == b""
    problem(api.send("DELETE", "/products/NOPE"), 404)
    assert pairs(api.post("/orders", {"product_id": 1, "quantity": 1})) == [("/product_id", "archived")]


# ---- Batches ----


def test_products_are_added_in_batches_as_orders_are(api):
    items = [{"sku": "A", "name": "A", "price": 1}, {"sku": "A", "name": "B", "price": 1}, {"sku": "C"},
             {"sku": "TEA", "name": "x", "price": 1}]  # fmt: skip
    body = "\n\n".join([*map(json.dumps, items), "{"])

    said = exact(api.post("/products/batch", body, Content_Type=NDJSON))
    assert (said["accepted"], said["rejected"]) == (1, 4)
    assert [entry["status"] for entry in said["results"]] == [201, 409, 422, 409, 400]
    assert said["results"][0]["id"] == 4 and said["results"][0]["seq"] and said["results"][1]["id"] == 4
    assert said["results"][3]["code"] == "duplicate" and said["results"][3]["id"] == 1
    assert [error["pointer"] for error in said["results"][2]["errors"]] == ["/name", "/price"]
    problem(api.post("/products/batch?atomic=1", [items[3]]), 409)
    problem(api.post("/products/batch?atomic=1", [{"sku": "D", "name": "D", "price": 1}, items[2]]), 422)
    problem(api.get("/products/D"), 404)
    problem(api.post("/products/batch", {}), 422)
    assert not differences()


# ---- Stock ----


def test_a_stock_entry_answers_the_move(api):
    seq = value("select value from counter where name = 'seq'")
    answer = api.post("/products/MUG/stock", {"change": 12, "location": "main", "reason": "delivery", "note": "van"})

    said = exact(answer, 201)
    assert answer.headers["Location"].startswith("/products/2/stock")
    assert said["seq"] == seq + 1 and said["product_id"] == 2 and said["location"] == "main" and said["change"] == 12
    assert said["quantity_after"] == 19 and said["reason"] == "delivery" and said["note"] == "van" and said["at"] == NOW
    assert exact(api.get("/products/MUG/stock"))["items"][0] == said
    assert exact(api.get("/products/2"))["stock"] == 19


def test_a_count_says_how_many_there_are(api):
    said = exact(api.post("/products/2/stock", {"count": 40}), 201)
    assert said["change"] == 33 and said["quantity_after"] == 40 and said["reason"] == "count"
    assert exact(api.post("/products/2/stock", {"count": 0, "reason": "waste"}), 201)["change"] == -40
    assert exact(api.get("/products/2"))["stock"] == 0
    assert not differences()


def test_what_was_not_counted_is_from_now_on(api):
    api.post("/products/TEA/stock", {"count": 3})

    assert exact(api.get("/products/TEA"))["stock"] == 3
    problem(api.post("/orders", {"product_id": "TEA", "quantity": 4}), 409)


def test_stock_lies_at_locations(api):
    api.post("/locations", {"code": "pier", "name": "Pier"})
    api.post("/products/MUG/stock", {"change": 2, "location": "pier"})

    assert exact(api.get("/products/MUG"))["stock"] == 9
    problem(api.post("/orders", {"product_id": "MUG", "quantity": 3, "location": "pier"}), 409)
    assert api.order("MUG", 2, location="pier")["location"] == "pier"


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({}, [("/change", "missing")]), ({"change": 1, "count": 1}, [("/change", "conflict")]),
     ({"change": 0}, [("/change", "too_small")]), ({"count": -1}, [("/count", "too_small")]),
     ({"change": 1.5, "location": "sea", "reason": "theft", "x": 1},
      [("/change", "not_whole"), ("/location", "unknown"), ("/reason", "unknown"), ("/x", "unknown_field")]),
     ({"change": 1, "location": "sea"}, [("/location", "unknown")])],
)  # fmt: skip
def test_a_wrong_stock_entry_is_refused(api, sent, wrong):
    assert pairs(api.post("/products/MUG/stock", sent)) == wrong


def test_no_more_goes_than_is_there(api):
    said = problem(api.post("/products/MUG/stock", {"change": -8}), 409)

    assert said["code"] == "out_of_stock"
    assert api.post("/products/MUG/stock", {"change": -7, "reason": "transfer"}).status_code == 201


# ---- Places and names ----


def test_a_new_shop_has_its_channels_and_one_location(api):
    channels, locations = (exact(api.get(path))["items"] for path in ("/channels", "/locations"))

    assert [item["code"] for item in channels] == ["online", "store", "marketplace"]
    assert [item["kind"] for item in channels] == ["online", "store", "marketplace"]
    assert set(channels[0]) >= {"id", "code", "name", "kind"}
    assert [item["code"] for item in locations] == ["main"]
    assert set(locations[0]) >= {"id", "code", "name", "region", "latitude", "longitude", "time_zone"}


@pytest.mark.parametrize(
    ("path", "sent", "pointer"),
    [("/channels", {"code": "fair", "name": "Fair", "kind": "store"}, "/code"),
     ("/locations", {"code": "pier", "name": "Pier", "region": "GB-BNH", "latitude": 50.8163, "longitude": -0.1367,
                     "time_zone": "Europe/London"}, "/code"),
     ("/categories", {"name": "Drinks"}, "/name"), ("/brands", {"name": "Fizz"}, "/name"),
     ("/vendors", {"name": "Bottlers"}, "/name")],
)  # fmt: skip
def test_a_thing_with_a_name_is_made_once(api, path, sent, pointer):
    answer = api.post(path, sent)
    said = exact(answer, 201)
    assert isinstance(said["id"], int) and answer.headers["Location"].startswith(path)
    for name, sent_value in sent.items():
        assert said[name] == (Decimal(str(sent_value)) if isinstance(sent_value, float) else sent_value)

    again = problem(api.post(path, sent), 409)
    assert again["code"] == "duplicate" and again["id"] == said["id"] and again["errors"][0]["pointer"] == pointer
    listed = [item for item in exact(api.get(path))["items"] if item["id"] == said["id"]]
    assert [{**said, **item} for item in listed] == [said]


def test_wrong_places_are_refused(api):
    assert pairs(api.post("/channels", {"code": "", "name": "n" * 201, "kind": "ship"})) == [
        ("/code", "missing"), ("/kind", "unknown"), ("/name", "too_long"),
    ]  # fmt: skip
    sent = {"code": "a", "name": "b", "region": "Brighton", "latitude": 91, "longitude": "x", "time_zone": "Moon/Sea"}
    assert [where for where, _ in pairs(api.post("/locations", sent))] == [
        "/latitude", "/longitude", "/region", "/time_zone",
    ]  # fmt: skip
    for path in ("/brands", "/vendors", "/categories"):
        assert pairs(api.post(path, {})) == [("/name", "missing")]


def test_orders_and_filters_name_new_places_at_once(api):
    api.post("/channels", {"code": "fair", "name": "Fair", "kind": "store"})
    placed = api.order(channel="fair")

    assert placed["channel"] == "fair"
    assert [item["id"] for item in exact(api.get("/orders?channel=fair"))["items"]] == [placed["id"]]


def test_a_category_is_made_with_those_above_it(api):
    said = exact(api.post("/categories", {"name": "Home/Bath/Soap"}), 201)
    listed = {item["path"]: item for item in exact(api.get("/categories"))["items"]}

    assert said["path"] == "Home/Bath/Soap" and list(listed) == ["Home", "Home/Bath", "Home/Bath/Soap"]
    assert listed["Home/Bath"]["parent_id"] == listed["Home"]["id"]
