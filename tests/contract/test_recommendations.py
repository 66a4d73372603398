"""CONTRACT section 7: advice as JSON, the decisions of a person, and what a program may rely on."""

import re
from decimal import Decimal

import pytest

from tests.contract.conftest import exact, pairs, problem
from tests.recommendations.making import brief, cost_once, draft, fact, keep, line, price, reprice
from webapp import clock
from webapp.db import reading
from webapp.recommendations.jobs import places
from webapp.recommendations.rules.brief import Effect

NEXT_WEEK = "2026-11-28T00:00:00.000Z"


@pytest.fixture
def advised(api):
    """The shop with advice of the house rules that is fresh: a lower price (1), a rise (2), two things together (3)."""
    for sku in ("TEA", "MUG"):
        assert api.client.patch(f"/products/{sku}", json={"cost": 0.80}).status_code == 200
    cost_once()
    given()
    return api


def given(*drafts, by="rules", **more):
    """Advice on the grounds of now, by default of three suggestions."""
    with reading.reading() as tx:
        grounds = places.grounds(tx, clock.now_ms())
    rise = draft("reprice", 2, price(1300, 1250, 1000, 1375, 1250), effect=Effect("gross_profit", 10, 90, "tested"))
    pair = draft("bundle", 1, products=(1, 2), effect=Effect("units", 1, 4, "pairs"))
    lines = (line(), line(2, "Mug", price=1250))
    return keep(
        *(drafts or (reprice(220), rise, pair)), by=by, grounds=grounds, **{"brief": brief(lines=lines), **more}
    )


def listed(api, query=""):
    """The answer of GET /recommendations."""
    return exact(api.get(f"/recommendations{query}"))


def of(api, number, query=""):
    """One suggestion of that answer."""
    return next(one for one in listed(api, query)["suggestions"] if one["id"] == number)


# ---- The answer ----


def test_the_answer_has_every_member_of_the_contract(advised):
    said = listed(advised)

    assert {
        "as_of", "seq", "fresh", "currency", "source", "weather", "season", "facts", "suggestions", "summary", "checked",
    } <= set(said)  # fmt: skip
    assert (said["as_of"], said["currency"], said["fresh"]) == ("2026-11-21T10:15:00.000Z", "GBP", True)
    assert {"by", "provider", "model", "prompt", "took_ms", "reason"} <= set(said["source"])
    assert said["season"] == {"name": "autumn", "index": Decimal("0.96"), "basis": "one year"}
    assert said["checked"] == {"suggested": 3, "shown": 3, "refused": []}
    assert said["summary"] == "A day."


def test_a_suggestion_has_its_product_price_effect_and_facts(advised):
    said = of(advised, 1)

    assert said["product"] == {"id": 1, "sku": "TEA", "name": "Iced tea 330 ml"}
    assert said["price"] == {
        "now": Decimal("2.40"), "suggested": Decimal("2.20"), "floor": Decimal("2.00"), "ceiling": Decimal("2.60"),
        "lowest_30d": Decimal("2.30"),
    }  # fmt: skip
    assert said["effect"] == {
        "metric": "gross_profit", "low": Decimal("1.20"), "high": Decimal("4.80"), "unit": "per day",
        "basis": "from its elasticity",
    }  # fmt: skip
    assert (said["kind"], said["state"], said["confidence"]) == ("reprice", "open", "medium")
    assert said["facts"] == ["f1"] and "products" not in said
    assert said["expires_at"] == NEXT_WEEK


def test_wanted_30_a_price_suggestion_tells_the_lowest_price_of_30_days_in_json_and_on_its_page(advised):
    page = advised.get("/recommendations/1", Accept="text/html").get_data(as_text=True)

    assert of(advised, 1)["price"]["lowest_30d"] == Decimal("2.30")
    assert re.search(r"Lowest price of 30 days</dt><dd class=\"fig\">£2.30", page)


def test_a_bundle_names_its_products_and_units_are_counts(advised):
    said = of(advised, 3)

    assert [one["sku"] for one in said["products"]] == ["TEA", "MUG"]
    assert said["price"] is None
    assert (said["effect"]["low"], said["effect"]["high"], said["effect"]["metric"]) == (1, 4, "units")


def test_a_fact_has_its_value_unit_and_the_address_that_shows_it(advised):
    said = listed(advised)["facts"][0]

    assert said == {
        "id": "f1", "text": "Tea sold 412 in the last 7 days, 38.0% more than in the 7 days before.", "value": 412,
        "unit": "units", "query": "/explore?metric=units&product=1&from=2026-11-14&to=2026-11-20",
    }  # fmt: skip
    assert advised.get(said["query"]).status_code == 200


def test_by_rules_provider_and_model_are_null_and_the_reason_says_why(advised):
    source = listed(advised)["source"]

    assert (source["by"], source["provider"], source["model"], source["reason"]) == ("rules", None, None, "no_key")


def test_advice_of_a_model_names_provider_model_and_prompt(api):
    given(draft(), by="model", provider="openai", model="gpt-5-mini", prompt="promotions-3", answer="{}")

    with reading.reading() as tx:
        row = tx.execute("select by, provider, model, prompt from advice").fetchone()
    said = exact(api.get("/recommendations/advice/1"))["source"]
    assert tuple(row) == ("model", "openai", "gpt-5-mini", "promotions-3")
    assert {name: said[name] for name in ("by", "provider", "model", "prompt", "reason")} == {
        "by": "model", "provider": "openai", "model": "gpt-5-mini", "prompt": "promotions-3", "reason": None,
    }  # fmt: skip


def test_without_a_weather_service_the_source_is_null_and_the_page_says_so(advised):
    said = listed(advised)["weather"]
    page = advised.get("/recommendations", Accept="text/html").get_data(as_text=True)

    assert said == {"source": None, "observed_at": None, "unknown_since": None, "locations": []}
    assert "weather unknown" in page.lower()


def test_without_a_model_the_house_rules_answer_at_once_and_are_kept(api):
    said = listed(api)

    assert (said["source"]["by"], said["source"]["reason"], said["fresh"]) == ("rules", "no_key", True)
    assert listed(api)["advice_id"] == said["advice_id"]


def test_an_empty_shop_says_in_plain_words_that_there_is_nothing_to_go_by(api):
    said = listed(api)
    page = api.get("/recommendations", Accept="text/html").get_data(as_text=True)

    assert said["suggestions"] == []
    assert "Nothing to advise on yet" in page and "Nothing has been sold yet" in page


def test_trap_11_what_was_refused_is_plain_short_text_and_stands_escaped_on_the_page(api):
    given(draft(), refused=(("unknown product", "<img src=x onerror=alert(1)>" + "x" * 400),), suggested=2)

    said = listed(api)["checked"]
    page = api.get("/recommendations", Accept="text/html").get_data(as_text=True)
    assert said["suggested"] == 2 and said["shown"] == 1
    assert said["refused"][0]["reason"] == "unknown product" and len(said["refused"][0]["text"]) == 200
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_facts_of_an_older_advice_on_which_an_accepted_suggestion_rests_are_told_too(advised):
    advised.post("/recommendations/1/accept", {})
    given(draft("watch", None), brief=brief(fact(1, text="Another figure.")))

    said = listed(advised)
    known = {one["id"]: one["text"] for one in said["facts"]}
    accepted = next(one for one in said["suggestions"] if one["id"] == 1)
    assert known["f1"] == "Another figure."
    assert re.match(r"As of .+: Tea sold 412", next(known[one] for one in accepted["facts"]))


# ---- States ----


def test_the_list_holds_open_and_accepted_ones_and_others_by_state(advised):
    advised.post("/recommendations/1/accept", {})
    advised.post("/recommendations/3/dismiss", {"reason": "No room"})

    assert {one["id"]: one["state"] for one in listed(advised)["suggestions"]} == {1: "accepted", 2: "open"}
    assert [one["id"] for one in listed(advised, "?state=dismissed")["suggestions"]] == [3]
    assert {one["id"] for one in listed(advised, "?state=dismissed&state=accepted")["suggestions"]} == {1, 3}


@pytest.mark.parametrize(("query", "code"), [("?state=new", "unknown"), ("?stat=open", "unknown_field")])
def test_a_wrong_state_or_name_in_the_query_is_refused(advised, query, code):
    name = query[1:].split("=")[0]

    assert pairs(advised.get(f"/recommendations{query}")) == [(name, code)]


def test_what_newer_advice_replaces_is_expired_and_can_still_be_dismissed(advised):
    given(draft("watch", None))

    assert {one["id"] for one in listed(advised, "?state=expired")["suggestions"]} == {1, 2, 3}
    assert exact(advised.post("/recommendations/1/dismiss", {}))["state"] == "dismissed"


def test_a_refresh_keeps_the_id_of_the_same_kind_product_and_price(advised):
    given(reprice(220, title="Again"))

    said = of(advised, 1)
    assert said["title"] == "Again" and said["state"] == "open"


# ---- Decisions ----


def test_an_accepted_price_answers_the_suggestion_and_again_the_same(advised):
    first = exact(advised.post("/recommendations/1/accept", {}))
    again = exact(advised.post("/recommendations/1/accept", {}))

    assert first == again
    assert (first["state"], first["accepted_price"], first["decided_by"]) == ("accepted", Decimal("2.20"), "the shop")
    assert (first["starts_at"], first["ends_at"]) == ("2026-11-21T10:15:00.000Z", NEXT_WEEK)
    assert exact(advised.get("/products/TEA"))["price"] == Decimal("2.20")
    assert advised.order()["total"] == Decimal("2.20")


def test_accepting_needs_no_body_at_all(advised):
    assert exact(advised.client.post("/recommendations/1/accept"))["state"] == "accepted"


def test_another_price_within_its_bounds_and_times_of_its_own_are_taken(advised):
    said = exact(
        advised.post(
            "/recommendations/1/accept",
            {"price": "2.30", "starts_at": "2026-11-22T08:00:00Z", "ends_at": "2026-11-23T20:00:00Z"},
        )
    )

    assert (said["accepted_price"], said["starts_at"]) == (Decimal("2.30"), "2026-11-22T08:00:00.000Z")
    assert exact(advised.get("/products/TEA"))["price"] == Decimal("2.40")


def test_a_rise_without_a_confirmation_is_409_confirm_and_changes_nothing(advised):
    said = problem(advised.post("/recommendations/2/accept", {}), 409)

    assert said["code"] == "confirm"
    assert of(advised, 2)["state"] == "open"
    assert exact(advised.get("/products/MUG"))["price"] == Decimal("12.50")


def test_a_confirmed_rise_takes_effect(advised):
    said = exact(advised.post("/recommendations/2/accept", {"confirm": True}))

    assert said["accepted_price"] == Decimal("13.00")
    assert exact(advised.get("/products/MUG"))["price"] == Decimal("13.00")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"price": 1.99}, [("/price", "too_small")]),
        ({"price": 2.61}, [("/price", "too_large")]),
        ({"price": "2.205"}, [("/price", "too_precise")]),
        ({"ends_at": "2026-11-20T10:00:00Z"}, [("/ends_at", "too_small")]),
        ({"starts_at": "tomorrow", "now": 1}, [("/now", "unknown_field"), ("/starts_at", "not_a_time")]),
        ({"confirm": "yes"}, [("/confirm", "unknown")]),
    ],
)
def test_wrong_values_are_refused_all_at_once(advised, sent, expected):
    assert pairs(advised.post("/recommendations/1/accept", sent)) == expected


def test_after_its_time_is_over_accepting_is_409(advised, at):
    at("2026-11-28T00:00:00Z")

    problem(advised.post("/recommendations/1/accept", {}), 409)


def test_ending_takes_the_price_back_and_again_is_the_same(advised):
    advised.post("/recommendations/1/accept", {})

    said = exact(advised.post("/recommendations/1/end", {}))
    assert said["state"] == "ended"
    assert exact(advised.get("/products/TEA"))["price"] == Decimal("2.40")
    assert exact(advised.post("/recommendations/1/end", {}))["state"] == "ended"
    problem(advised.post("/recommendations/2/end", {}), 409)


def test_a_dismissal_keeps_its_reason(advised):
    said = exact(advised.post("/recommendations/1/dismiss", {"reason": "We are closed that day"}))

    assert (said["state"], said["reason"]) == ("dismissed", "We are closed that day")
    assert exact(advised.get("/recommendations/1"))["reason"] == "We are closed that day"
    problem(advised.post("/recommendations/1/accept", {}), 409)


@pytest.mark.parametrize("verb", ["accept", "dismiss", "end"])
def test_what_does_not_exist_is_404(advised, verb):
    problem(advised.post(f"/recommendations/99/{verb}", {}), 404)
    problem(advised.get("/recommendations/99"), 404)


def test_the_same_key_answers_the_same_and_another_content_is_refused(advised):
    sent = {"price": "2.30"}

    first = advised.post("/recommendations/1/accept", sent, key="k1")
    again = advised.post("/recommendations/1/accept", {"price": 2.3}, key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_data() == first.get_data()
    assert problem(advised.post("/recommendations/1/accept", {"price": 2.2}, key="k1"), 422)["code"] == "key_reused"


def test_forms_do_the_same_and_see_the_page(advised):
    taken = advised.form("/recommendations/1/accept", {})
    left = advised.form("/recommendations/3/dismiss", {"reason": "Not now"})
    refused = advised.form("/recommendations/2/accept", {"price": "13.00"})

    assert (taken.status_code, taken.headers["Location"]) == (303, "/recommendations")
    assert left.status_code == 303
    assert refused.status_code == 422 and "Yes, raise the price" in refused.get_data(as_text=True)
    assert of(advised, 2)["state"] == "open"


# ---- Refreshing ----


def test_asking_anew_is_202_and_joins_what_waits(advised):
    first = advised.post("/recommendations", {})
    again = advised.client.post("/recommendations")

    assert exact(first, 202)["state"] == "queued"
    assert exact(again, 202)["id"] == exact(first, 202)["id"]
    assert first.headers["Location"] == "/recommendations"
    assert listed(advised)["refreshing"] is True


def test_prefer_wait_on_fresh_advice_answers_at_once_and_says_what_it_took(advised):
    answer = advised.get("/recommendations", Prefer="respond-async, wait=90")

    assert exact(answer)["fresh"] is True
    assert answer.headers["Preference-Applied"] == "wait=30"


@pytest.mark.parametrize("header", ["wait", "wait=x", "wait=-3", "handling=strict"])
def test_other_preferences_are_passed_over(advised, header):
    answer = advised.get("/recommendations", Prefer=header)

    assert answer.status_code == 200 and "Preference-Applied" not in answer.headers


def test_the_addresses_are_in_the_description_of_the_api(advised):
    paths = exact(advised.get("/openapi.json"))["paths"]

    assert {"get", "post"} <= set(paths["/recommendations"])
    for verb in ("accept", "dismiss", "end"):
        assert "post" in paths[f"/recommendations/{{suggestion_id}}/{verb}"]
