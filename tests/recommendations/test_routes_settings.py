"""What advice keeps to, over HTTP: what products are, and what prices may do."""

import pytest

from tests.contract.conftest import exact, pairs, problem
from tests.recommendations.pages import send
from webapp.db import reading
from webapp.recommendations import dao


def test_what_a_product_is_is_guessed_shown_and_said_otherwise(shop_at):
    before = {one["sku"]: one for one in exact(shop_at.get("/recommendations/traits"))["items"]}
    assert (before["TEA"]["served"], before["TEA"]["guessed"]) == ("cold", True)

    answer = shop_at.post("/recommendations/traits", json={"traits": [{"product_id": "TEA", "served": "hot"}]})

    after = exact(answer)["items"][0]
    assert (after["served"], after["guessed"], after["never_rises"]) == ("hot", False, False)


def test_the_form_of_products_says_only_what_differs(shop_at):
    typed = {"traits-0-product_id": "1", "traits-0-served": "cold", "traits-0-never_rises": "false",
             "traits-1-product_id": "2", "traits-1-served": "none", "traits-1-never_rises": "true"}  # fmt: skip

    assert send(shop_at, "/recommendations/traits", **typed).status_code == 303

    with reading.reading() as tx:
        known = dao.find_traits(tx)
    assert set(known) == {2}
    assert (known[2]["served"], known[2]["guessed"], known[2]["never_rises"]) == ("", 0, 1)


def test_an_unknown_product_or_way_of_serving_is_refused_by_name(shop_at):
    wrong = {"traits": [{"product_id": 1, "served": "warm"}]}

    assert pairs(shop_at.post("/recommendations/traits", json=wrong)) == [("/traits/0/served", "unknown")]
    problem(shop_at.post("/recommendations/traits", json={"traits": [{"product_id": 99, "served": "hot"}]}), 404)


def test_products_are_found_by_name_and_turned_page_by_page(shop_at):
    first = exact(shop_at.get("/recommendations/traits?limit=2"))
    rest = exact(shop_at.get(first["next"]))

    assert [one["name"] for one in (*first["items"], *rest["items"])] == ["Coffee", "Soup", "Tea"]
    assert [one["sku"] for one in exact(shop_at.get("/recommendations/traits?q=oup"))["items"]] == ["SOUP"]
    assert [one["sku"] for one in exact(shop_at.get("/recommendations/traits?served=cold"))["items"]] == ["TEA"]


def test_limits_hold_for_the_shop_and_for_a_category_and_what_lies_below_it(shop_at):
    shop_at.post("/recommendations/guardrails", json={"most_step_percent": 5})
    answer = send(shop_at, "/recommendations/guardrails", category_id="1", least_margin_percent="35", most_step_percent="8",
                  most_90d_percent="15", cool_down_days="30", never_rises="true")  # fmt: skip

    assert answer.status_code == 303
    said = {one["category"]: one for one in exact(shop_at.get("/recommendations/guardrails"))["items"]}
    assert float(said[None]["most_step_percent"]) == 5 and float(said["Food"]["most_step_percent"]) == 5
    assert (float(said["Drinks"]["least_margin_percent"]), said["Drinks/Cold"]["never_rises"]) == (35, True)
    assert said["Drinks"]["own"] and not said["Drinks/Cold"]["own"]


def test_a_category_goes_by_the_limits_above_it_again(shop_at):
    shop_at.post("/recommendations/guardrails", json={"category_id": 1, "most_step_percent": 5})

    answer = send(shop_at, "/recommendations/guardrails/1", _method="DELETE")

    assert answer.status_code == 303
    assert not any(one["own"] for one in exact(shop_at.get("/recommendations/guardrails"))["items"])


@pytest.mark.parametrize(
    ("sent", "expected"),
    [({"most_step_percent": 51}, ("/most_step_percent", "too_large")), ({"cool_down_days": 1.5}, ("/cool_down_days", "not_whole")),
     ({"least_margin_percent": -1}, ("/least_margin_percent", "too_small"))],
)  # fmt: skip
def test_wrong_limits_are_refused(shop_at, sent, expected):
    assert pairs(shop_at.post("/recommendations/guardrails", json=sent)) == [expected]


def test_a_wrong_limit_in_the_form_is_said_beside_its_field(shop_at):
    answer = send(shop_at, "/recommendations/guardrails", category_id="1", most_step_percent="80")

    said = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="80"' in said and "at most 50" in said and "Drinks" in said
