"""The pages of advice: what they say, that they work as plain forms, and that what comes from outside stays text."""

import csv
import re
from pathlib import Path

import pytest

from tests.contract.conftest import exact, problem
from tests.making import draft as order
from tests.making import make_product, sell, spoil, value
from tests.recommendations.making import accept, brief, dismiss, draft, line, price, reprice
from tests.recommendations.pages import advise, page, send
from webapp import clock, verify
from webapp.db import writer
from webapp.errors import Unavailable
from webapp.live import islands
from webapp.orders import actions as orders
from webapp.recommendations import dao
from webapp.recommendations.rules.brief import Effect

NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


# ---- What is worth doing now ----


def test_the_page_gives_a_number_a_reason_an_action_and_what_it_rests_on(shop_at):
    advise(reprice(220, title="Lower Tea to £2.20", why="Its buyers answer to price."), smallest={(1, 7): 0.38})

    said = page(shop_at, "/recommendations")
    assert "Lower Tea to £2.20" in said and "Its buyers answer to price." in said
    assert "£1.20 to £4.80 more gross profit a day" in said
    assert 'action="/recommendations/1/accept"' in said and "Set £2.20" in said
    assert "Tea sold 412 in the last 7 days" in said and 'href="/explore?metric=units' in said
    assert "House rules, fair evidence" in said


def test_a_rise_is_not_accepted_from_its_card_but_confirmed_on_its_own_page(shop_at):
    advise(reprice(250))

    said = page(shop_at, "/recommendations")
    assert 'action="/recommendations/1/accept"' not in said and 'href="/recommendations/1#accept"' in said
    assert 'name="confirm"' in page(shop_at, "/recommendations/1")
    refused = send(shop_at, "/recommendations/1/accept", price="2.50")
    assert refused.status_code == 422 and "second confirmation" in refused.get_data(as_text=True)
    assert send(shop_at, "/recommendations/1/accept", price="2.50", confirm="true").status_code == 303


def test_times_are_typed_on_the_clock_of_the_shop(shop_at):
    advise(reprice(220))

    send(shop_at, "/recommendations/1/accept", price="2.20", starts_at="2026-11-22T08:00", ends_at="2026-11-24T20:30")

    said = exact(shop_at.get("/recommendations/1"))
    assert (said["starts_at"], said["ends_at"]) == ("2026-11-22T08:00:00.000Z", "2026-11-24T20:30:00.000Z")


def test_an_end_is_shown_as_it_was_typed_and_the_end_of_a_day_as_that(shop_at):
    advise(reprice(220), draft(product=2))

    send(shop_at, "/recommendations/1/accept", price="2.20", ends_at="2026-11-24T07:00")
    send(shop_at, "/recommendations/2/accept", ends_at="2026-11-25T00:00")

    assert "Until</dt><dd>24 Nov 2026, 07:00" in page(shop_at, "/recommendations/1")
    assert "Until</dt><dd>the end of 24 Nov 2026" in page(shop_at, "/recommendations/2")
    for address in ("/recommendations", "/sell"):
        assert {"ntil 24 Nov 2026, 07:00", "ntil the end of 24 Nov 2026"} <= set(
            re.findall(r"ntil (?:the end of )?24 Nov 2026(?:, \d\d:\d\d)?", page(shop_at, address))
        )


def test_who_accepts_on_today_stays_there_and_who_accepts_among_all_stays_among_them(shop_at):
    sell("TEA")
    advise(draft(), draft(product=2))
    today, every = (
        re.search(r'action="(/recommendations/1/accept[^"]*)"', page(shop_at, address))[1]
        for address in ("/", "/recommendations")
    )

    answer = send(shop_at, today)
    place = answer.headers["Location"]
    assert answer.status_code == 303 and place.startswith("/#")
    said = page(shop_at, "/")
    assert f'id="{place[2:]}"' in said and re.search(r'Accepted at \d\d:\d\d: <a href="/recommendations/1">', said)
    assert send(shop_at, every).headers["Location"] == "/recommendations"
    assert "Accepted at" not in page(shop_at, "/recommendations")
    problem(shop_at.post("/recommendations/2/accept?back=https://elsewhere"), 422)


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(shop_at):
    advise(reprice(220))

    answer = send(shop_at, "/recommendations/1/accept", price="1.50", ends_at="2026-11-20T08:00")

    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="1.50"' in said and "under the floor" in said and "after its begin" in said
    assert 'id="problems" autofocus>' in said
    assert 'href="#f-price">Price: ' in said and 'href="#f-ends_at">Until: ' in said


@pytest.mark.parametrize(
    ("by", "reason", "words"),
    [("rules", "no_key", "No model is set up"), ("rules", "refused", "Nothing that the model said passed the checks"),
     ("rules", "budget", "tokens for the model are spent"), ("rules", "failed", "could not be reached")],
)  # fmt: skip
def test_the_page_says_why_the_rules_speak(shop_at, by, reason, words):
    advise(draft(), by=by, reason=reason)

    assert words in page(shop_at, "/recommendations")


def test_while_a_refresh_waits_progress_shows_and_the_advice_stands(shop_at):
    advise(draft(title="Put Tea in front"))

    send(shop_at, "/recommendations")

    said = page(shop_at, "/recommendations")
    assert "New advice is about to be made" in said and "<progress" in said
    assert "Put Tea in front" in said


def test_trap_11_names_and_words_from_outside_enter_the_pages_as_text(shop_at):
    make_product("BAD", "2.40", name=NASTY)
    advise(
        draft(title=NASTY, why=NASTY), draft("bundle", 1, products=(1, 4)), summary=NASTY, refused=((NASTY, NASTY),),
        by="model", answer='{"said": "</pre><script>alert(3)</script>"}', model=NASTY,
    )  # fmt: skip
    dismiss(2, NASTY)

    for address in ("/recommendations", "/recommendations/1", "/", "/recommendations/advice/1", "/recommendations/traits",
                    "/recommendations?state=dismissed", "/recommendations/2"):  # fmt: skip
        said = page(shop_at, address)
        assert "<script>alert" not in said and "<img src=x" not in said, address


def test_three_of_them_stand_on_today_with_a_link_to_all(shop_at):
    advise(*(draft(kind, 1, title=f"A {kind}") for kind in ("restock", "promote", "watch", "markdown")))

    said = page(shop_at, "/")
    assert "Worth doing now" in said and "4 recommendations" in said
    assert "A restock" in said and "A markdown" in said and "A promote" in said and "A watch" not in said


STRIP = re.compile(r'<section[^>]*data-island="/recommendations/cards\?few=1"[^>]*>(?:(?!</section>).)*', re.DOTALL)


def test_today_has_no_such_section_where_nothing_was_ever_sold(client):
    assert " hidden" in STRIP.search(page(client, "/"))[0].partition(">")[0]


def test_today_says_in_words_that_nothing_is_to_be_suggested(shop_at):
    before = STRIP.search(page(shop_at, "/"))[0]
    advise()
    after = STRIP.search(page(shop_at, "/"))[0]

    assert "The figures are being gathered for the first time." in before
    assert "Nothing to suggest: " in after
    assert " hidden" not in (before + after).replace("aria-hidden", "")


def test_new_advice_changes_the_islands_of_the_page(shop_at):
    found = [islands.known.find(f"/recommendations/{name}") for name in ("day", "cards", "running", "checked", "sell")]

    assert all(one is not None and "advice" in one.island.topics for one in found)


def test_the_page_shows_what_was_kept_while_nothing_can_be_written(shop_at, at, monkeypatch):
    advise(draft(title="Put Tea in front"))
    at("2026-11-21T18:30:00Z")  # stale by now
    monkeypatch.setattr(writer, "do", full)

    assert "Put Tea in front" in page(shop_at, "/recommendations")


def full(*_):
    """What writing comes to on a full disk."""
    raise Unavailable("The disk is full.")


def test_a_program_is_answered_by_what_was_kept_while_nothing_can_be_written(shop_at, at, monkeypatch):
    advise(draft(title="Put Tea in front"))
    at("2026-11-21T18:30:00Z")  # stale by now
    monkeypatch.setattr(writer, "do", full)

    said = exact(shop_at.get("/recommendations"))

    assert [one["title"] for one in said["suggestions"]] == ["Put Tea in front"]
    assert (said["fresh"], said["refreshing"], said["advice_id"]) == (False, False, 1)


def test_where_no_advice_can_be_kept_the_rules_answer_without_keeping_it(shop_at, monkeypatch):
    now = clock.now_ms()
    spread = [order("SOUP", 10, placed_ms=now - number * 86_400_000) for number in range(8, 15)]
    assert all(isinstance(one, dict) for one in writer.do_many(orders.place_orders, spread))
    written = writer.do
    monkeypatch.setattr(writer, "do", full)

    said = exact(shop_at.get("/recommendations"))

    assert (said["source"]["by"], said["source"]["reason"], said["fresh"]) == ("rules", "no_key", False)
    assert (said["advice_id"], {one["id"] for one in said["suggestions"]}) == (None, {None})
    [watched] = said["suggestions"]
    assert (watched["kind"], watched["state"], watched["product"]["sku"]) == ("watch", "open", "SOUP")
    assert set(watched["facts"]) <= {one["id"] for one in said["facts"]}
    assert value("select count(*) from advice") == 0
    monkeypatch.setattr(writer, "do", written)
    kept = exact(shop_at.get("/recommendations"))
    assert [one["id"] for one in kept["suggestions"]] == [1]
    assert {**kept["suggestions"][0], "id": None} == watched


def test_while_the_ledger_is_stopped_a_program_is_still_advised(shop_at):
    spoil("update orders set total_minor = total_minor + 1")
    assert verify.check_fully()["stopped"] == "ledger"

    said = exact(shop_at.get("/recommendations", headers={"Prefer": "wait=1"}))

    assert (said["source"]["by"], said["fresh"], said["advice_id"]) == ("rules", False, None)


def test_where_advice_is_over_and_none_can_be_kept_what_stands_keeps_its_number(shop_at, at, monkeypatch):
    advise(draft(title="Put Tea in front"))
    accept(1)
    at("2026-11-27T23:30:00Z")
    advise(draft("watch", 2, title="Look at it", days=1))
    at("2026-11-28T00:30:00Z")
    monkeypatch.setattr(writer, "do", full)

    said = exact(shop_at.get("/recommendations?state=ended"))

    assert [(one["id"], one["state"], len(one["facts"])) for one in said["suggestions"]] == [(1, "ended", 1)]
    assert said["fresh"] is False


def test_two_prices_of_long_numbers_and_a_long_name_are_still_said_whole(shop_at):
    long = Effect("net_sales", -123_456_789, 987_654_321, "tested")
    lines = (line(), line(2, "Coffee"))

    advise(draft("reprice", 2, price(9_999_998, 9_999_999, 1, 9_999_999, 5), effect=long), brief=brief(lines=lines))

    said = page(shop_at, "/recommendations/1")
    assert "from £1,234,567.89 less to £9,876,543.21 more takings a day" in said


# ---- What was accepted ----


def test_an_accepted_promotion_is_named_at_the_till_and_its_sales_are_counted(shop_at, at):
    advise(draft(title="Put Tea in front"))
    assert "until" not in page(shop_at, "/sell")

    at("2026-11-21T10:30:00Z")
    accept(1)
    at("2026-11-21T11:00:00Z")
    sell("TEA", 3)

    assert re.search(r"<b>Tea</b>, worth offering\s+<span class=\"faint\">until", page(shop_at, "/sell"))
    said = page(shop_at, "/recommendations")
    assert re.search(r"<b class=\"fig\">3</b> sold since, <b class=\"fig\">£7.20</b>", said)


def test_an_accepted_price_stands_at_the_till_beside_the_lowest_of_30_days_and_only_below_it(shop_at):
    advise(reprice(220), reprice(235, 2, title="Lower Mug"))

    accept(1)
    accept(2)

    said = page(shop_at, "/sell")
    lowest = '<s class="fig faint"><span class="vh">lowest price of the 30 days before </span>£2.30</s>'
    assert f'<span class="fig">£2.20</span> {lowest}' in said
    assert '<span class="fig">£2.35</span>' in said and said.count("<s class") == 1


def test_one_click_ends_it_and_the_page_says_what_came_of_it(shop_at):
    advise(reprice(220))
    accept(1)

    answer = send(shop_at, "/recommendations/1/end")

    assert answer.status_code == 303
    said = page(shop_at, answer.headers["Location"])
    assert "What came of it" in said and "Nothing can be told yet" in said


# ---- The record ----


def measured(number=1, **more):
    """A suggestion was measured to the end."""
    told = {"low": 0.14, "middle": 0.23, "high": 0.32, "smallest": 0.2, "units_low": 14, "units_high": 32, "significant": 1,
            "weeks": 2, "words": "14 to 32 more sold than expected.", "final": 1, "at_ms": clock.now_ms()}  # fmt: skip
    writer.do(_measure, {"suggestion_id": number, **told, **more})


def _measure(tx, items):
    for item in items:
        dao.set_measured(tx, **item)
    return [None for _ in items]


def test_the_record_sets_expected_against_measured_and_rules_against_model(shop_at):
    advise(draft(), draft("promote", 2))
    accept(1)
    accept(2)
    measured(1)
    measured(2, low=-0.3, middle=-0.2, high=-0.1, words="Fewer sold than expected.")

    said = exact(shop_at.get("/recommendations/record"))
    rules, model = said["by"]
    assert [one["verdict"] for one in sorted(said["items"], key=lambda one: one["id"])] == ["right", "wrong"]
    assert (rules["by"], rules["accepted"], rules["right"], rules["wrong"]) == ("rules", 2, 1, 1)
    assert float(rules["right_ratio"]) == 0.5 and model["right_ratio"] is None
    shown = page(shop_at, "/recommendations/record")
    assert "14 to 32 more sold than expected." in shown and "Right in 1 of 2 that could be told" in shown
    saved = list(csv.DictReader(shop_at.get("/recommendations/record?format=csv").text.splitlines()))
    assert sorted((one["id"], one["verdict"]) for one in saved) == [("1", "right"), ("2", "wrong")]


def test_what_cannot_be_told_is_said_and_counts_for_nobody(shop_at):
    advise(draft())
    accept(1)
    measured(1, low=-0.1, high=0.2, significant=0, words="Cannot tell: less than 40 % of such changes can be seen.")

    said = exact(shop_at.get("/recommendations/record"))
    assert said["items"][0]["verdict"] == "cannot_tell" and said["by"][0]["right_ratio"] is None
    assert "Cannot tell: less than 40 %" in page(shop_at, "/recommendations/1")


def test_an_empty_record_says_what_will_stand_there(shop_at):
    assert page(shop_at, "/recommendations/record").count("Nothing was accepted yet") == 1


def test_the_prices_of_a_product_say_who_and_why(shop_at):
    advise(reprice(220, title="Lower the price of Tea"))
    send(shop_at, "/recommendations/1/accept")

    assert '<td class="dim">the shop accepted suggestion 1: Lower the price of Tea</td>' in page(shop_at, "/products/1")


def test_what_was_sent_to_the_model_opens_word_for_word(shop_at):
    advise(draft(), by="model", model="gpt-5-mini", prompt="promotions-3", answer='{"suggestions": []}', tokens_in=812)

    said = page(shop_at, "/recommendations/advice/1")
    assert "What was sent to the model" in said and "promotions-3" in said and "812 sent" in said
    assert "&#34;suggestions&#34;: []" in said and "Tea sold 412" in said
    problem(shop_at.get("/recommendations/advice/9"), 404)


# ---- How it looks ----

SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "advice.css"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_no_rule_of_advice_lays_out_a_class_that_other_pages_have():
    bare = set(re.findall(r"^ {2}\.([a-z]+) \{[^}]*display: grid", SHEET.read_text("utf-8"), re.MULTILINE))
    others = [file for file in TEMPLATES.rglob("*.html") if file.parent.name != "recommendations"]

    found = {
        (word, file.name)
        for file in others
        for words in re.findall(r'class="([^"{]*)', file.read_text("utf-8"))
        for word in bare & set(words.split())
    }

    assert "onward" in bare
    assert not found
